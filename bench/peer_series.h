/* SPDX-License-Identifier: BSD-3-Clause */
/* Programs to compare with that learn from a series and write another: `python PROGRAM DATA.h5 OUT.h5 --window M
 * --frames N --entities E --seed S --seconds T --threads K [--settings NAME]`, which print {"train_seconds": x, ...}.
 */
#ifndef MDGAN_BENCH_PEER_SERIES_H
#define MDGAN_BENCH_PEER_SERIES_H

#include <stdint.h>

#include <mdgan/dataset.h>

#include "bench.h"

typedef struct peer_task {
    const bench_request *request;
    const mdgan_dataset *data;
    size_t window, n_entity, n_frame;
    uint64_t seed;
    double seconds; /* of training at the most */
    size_t threads;
} peer_task;

/* Runs the program of row @p name: "naive"; "c-rnn-gan" or "c-rnn-gan-10x", as published; "c-rnn-gan-tuned".
 * @p series: what it made, to be cleared by the caller; zeroed after an error. Errors: MDGAN_FILE (no program, no
 * folder for its files), MDGAN_STATE (it failed), MDGAN_MISMATCH (a series of another shape), those of
 * mdgan_series_write(). */
mdgan_status peer_series_make(const char *name, const peer_task *task, mdgan_dataset *series, double *train_seconds,
                              mdgan_error *error);

#endif
