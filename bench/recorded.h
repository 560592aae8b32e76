/* SPDX-License-Identifier: BSD-3-Clause */
/* Recorded simulations (bench/data). */
#ifndef MDGAN_BENCH_RECORDED_H
#define MDGAN_BENCH_RECORDED_H

#include <mdgan/dataset.h>

#include "bench.h"

/* Reads series @p name of request->data. The caller clears it. Errors: those of mdgan_series_read(). */
mdgan_status recorded_series(const bench_request *request, const char *name, mdgan_dataset *data, mdgan_error *error);

/* Frames first .. first + n - 1. The caller clears @p part. Errors: MDGAN_INVALID (not there), MDGAN_MEMORY. */
mdgan_status recorded_part(const mdgan_dataset *data, size_t first, size_t n, mdgan_dataset *part, mdgan_error *error);

/* Reads spectrum @p name of request->data, lines "frequency,power,...". Errors: MDGAN_FILE, MDGAN_FORMAT (not n_bin
 * lines). @p frequency, @p power: [n_bin]. */
mdgan_status recorded_spectrum(const bench_request *request, const char *name, size_t n_bin, double *frequency,
                               double *power, mdgan_error *error);

#endif
