/* SPDX-License-Identifier: BSD-3-Clause */
/* Data whose statistics are known. */
#ifndef MDGAN_BENCH_SYNTHETIC_H
#define MDGAN_BENCH_SYNTHETIC_H

#include <stdint.h>

#include <mdgan/dataset.h>

/* Random numbers that are not the library's own (SplitMix64; Steele et al., OOPSLA 2014). */
double synthetic_uniform(uint64_t *state);
double synthetic_normal(uint64_t *state);

/* Sums of damped oscillators, like bond velocities of a liquid: @p n_component independent components (isotropic if
 * three), unit variance. The caller clears it. Errors: MDGAN_INVALID, MDGAN_MEMORY. */
mdgan_status synthetic_oscillators(mdgan_dataset *data, size_t n_entity, size_t n_frame, size_t n_component,
                                   uint64_t seed, mdgan_error *error);

#endif
