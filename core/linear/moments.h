/* SPDX-License-Identifier: BSD-3-Clause */
/* Second moments of scalar records of T = 2M frames: all that a Gaussian model's likelihood needs to know of the data,
 * however many entities there are. */
#ifndef MDGAN_LINEAR_MOMENTS_H
#define MDGAN_LINEAR_MOMENTS_H

#include <stddef.h>

#include <mdgan/status.h>

#include "linear/long_sums.h"

typedef struct record_moments {
    size_t length;   /* T */
    size_t n_record; /* records pooled */
    double *moment;  /* [T][T] mean of x x^T, averaged with its time reversal (a scalar Gaussian process has none) */
    double *waiting; /* records that have not been multiplied yet: many are multiplied at once */
    size_t n_waiting;
    long_sums sums; /* of what the records are cut from; none if there is no more of it */
} record_moments;

/* How a series is cut into records: n of them, each beginning `stride` frames after the one before. */
typedef struct record_cut {
    size_t n, stride;
} record_cut;

/* From the first of n_frame >= length frames to the last or almost: as many records as come closest to what there is.
 * Where half a record or more would be left over, they overlap to make room for one more, and else they lie apart. */
record_cut record_cut_of(size_t n_frame, size_t length);

mdgan_status record_moments_create(record_moments *m, size_t length, mdgan_error *error);
void record_moments_clear(record_moments *m);

/* Adds n records; value: frame t of record i at value[i * record_stride + t * frame_stride]. */
mdgan_status record_moments_add(record_moments *m, size_t n, const float *value, size_t record_stride,
                                size_t frame_stride, mdgan_error *error);
/* To be called once after the last record: means and time reversal. */
void record_moments_finish(record_moments *m);

/* Moments of all records of n parts. */
mdgan_status record_moments_pool(record_moments *all, size_t n, const record_moments *const *part, mdgan_error *error);

/* Mean square over the record. */
double record_moments_variance(const record_moments *m);

/* Sums along diagonals down to the end, tail(i, j) = sum_k moment(i + k, j + k), so that sums over all positions in a
 * record cost nothing; white noise of variance @p floor is added to the moments. Returns [T][T], to be freed, or NULL
 * without memory. */
double *record_moments_tails(const record_moments *m, double floor);

#endif
