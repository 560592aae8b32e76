/* SPDX-License-Identifier: BSD-3-Clause */
/* Positions as their increments and back, for methods that need stationary data. */
#ifndef MDGAN_BENCH_INCREMENTS_H
#define MDGAN_BENCH_INCREMENTS_H

#include <mdgan/dataset.h>

/* The data's own frames if they are stationary, or a velocity-like series of one frame less. The caller clears it.
 * Errors: MDGAN_MEMORY, MDGAN_INVALID (a single frame). */
mdgan_status increments_of(const mdgan_dataset *data, mdgan_dataset *steps, mdgan_error *error);

/* Makes @p steps a series of @p feature, in place: sums them up if it is of positions. */
void increments_sum(mdgan_dataset *steps, const mdgan_feature *feature);

#endif
