/* SPDX-License-Identifier: BSD-3-Clause */
/* Records of a vector in the frame of the molecule that it belongs to.
 *
 * A molecule's vector moves along axes of its own: an O-H bond stretches along one, bends along another and librates
 * across both. Seen from the laboratory, in molecules that point anywhere, x, y and z look alike and nearly Gaussian,
 * and what sets the axes apart is lost: a bond that stretches keeps its energy in one direction. Model: record = R b
 * with R a rotation, uniform over records and slow beside them, and b three independent Gaussian series. The spectra of
 * b are found by maximum likelihood (EM over a grid of rotations; Dempster, Laird and Rubin 1977), with the likelihood
 * of periodograms (Whittle 1953). Only what held-out records confirm counts.
 */
#ifndef MDGAN_LINEAR_BODY_AXES_H
#define MDGAN_LINEAR_BODY_AXES_H

#include <stddef.h>

#include <mdgan/status.h>

enum { BODY_AXES = 3, BODY_PARTS = 3, BODY_RECORDS_MAX = 8192 };

typedef struct body_axes {
    size_t length, n_record;
    /* [BODY_AXES][n_record][BODY_PARTS][length]: the second moments of what moves along an axis are expected to be
     * those of these, over all parts of all records. NULL: the records do not tell axes apart. */
    float *record;
    double keep; /* correlation of the orientation, as four normal numbers, from one half of a record to the next */
} body_axes;

/* record: [n_record] of [length][3], of which up to BODY_RECORDS_MAX are used. Always with the same random numbers.
 * Errors: MDGAN_MEMORY, MDGAN_NUMERIC. */
mdgan_status body_axes_find(body_axes *b, size_t length, size_t n_record, const float *const *record,
                            mdgan_error *error);
void body_axes_clear(body_axes *b);

#endif
