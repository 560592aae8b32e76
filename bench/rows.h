/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of the tables: ways to make a series from the frames of a short one. */
#ifndef MDGAN_BENCH_ROWS_H
#define MDGAN_BENCH_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include <mdgan/dataset.h>

#include "bench.h"

/* Which rows make sense for a feature. */
typedef enum row_kind {
    ROW_ANY,      /* for every feature */
    ROW_SINGLE,   /* knows nothing of several particles that stay together */
    ROW_REFERENCE /* made by the system itself */
} row_kind;

typedef struct row_name {
    const char *name;
    row_kind kind;
    bool asked; /* only if asked for by name */
} row_name;

/* All rows, in the order of the tables. */
extern const row_name row_names[];
extern const size_t n_row_name;

bool row_wanted(const bench_request *request, const row_name *name);

/* What a row works with; borrowed. */
typedef struct row_task {
    const bench_request *request;
    const mdgan_dataset *data; /* to be learnt from; position features: one frame more than the windows have */
    size_t window;
    size_t n_entity, n_frame;           /* of the series wanted */
    size_t n_entity_slow, n_frame_slow; /* where a program to compare with makes them frame by frame */
    uint64_t seed;
} row_task;

typedef struct row row;

/* Learns. *@p r is NULL after an error, and if the row is a program that is missing or fails: why is in the log then.
 * Errors: those of the training. */
mdgan_status row_create(row **r, const char *name, const row_task *task, mdgan_error *error);

/* NULL is fine. */
void row_destroy(row *r);

/* As they were given. */
const char *row_name_of(const row *r);
const row_task *row_task_of(const row *r);

/* Seconds of training. */
double row_seconds(const row *r);

/* How many times row_emit() may be called for different series. */
size_t row_batches(const row *r, size_t wanted);

/* Series number @p batch, 0, 1, ..., [n_entity][n_frame] or of the slow size; a window begins at frame 0. The caller
 * clears it; zeroed after an error. Errors: MDGAN_MEMORY, MDGAN_NUMERIC, those of the generator. */
mdgan_status row_emit(const row *r, size_t batch, mdgan_dataset *series, mdgan_error *error);

#endif
