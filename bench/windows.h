/* SPDX-License-Identifier: BSD-3-Clause */
/* Baselines that work window by window, in closed form. Data are stationary here; series are made in the data's
 * shape, and the caller clears them. Errors: MDGAN_INVALID (fewer frames than a window pair has), MDGAN_MEMORY,
 * MDGAN_NUMERIC. */
#ifndef MDGAN_BENCH_WINDOWS_H
#define MDGAN_BENCH_WINDOWS_H

#include <stdint.h>

#include <mdgan/dataset.h>

/* Windows of the data, each drawn at random beside the last one: what neglects all that outlasts a window. */
mdgan_status windows_independent(const mdgan_dataset *data, size_t window, uint64_t seed, size_t n_entity,
                                 size_t n_frame, mdgan_dataset *out, mdgan_error *error);

/* A chain of windows, each Gaussian given the one before: the regression that the data's window pairs have, with
 * components pooled if isotropic and time-reversed copies if reversible. */
mdgan_status windows_gaussian(const mdgan_dataset *data, size_t window, uint64_t seed, size_t n_entity, size_t n_frame,
                              mdgan_dataset *out, mdgan_error *error);

#endif
