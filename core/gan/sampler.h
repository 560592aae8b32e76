/* SPDX-License-Identifier: BSD-3-Clause */
/* Forward generation of many chains side by side: emission and held-out scoring. */
#ifndef MDGAN_GAN_SAMPLER_H
#define MDGAN_GAN_SAMPLER_H

#include "gan/generator.h"

enum { BURN_IN = 100 }; /* steps of G_z before a chain counts as stationary */

/* Work space for up to n_max chains at a time; one per thread. */
typedef struct sampler_work {
    size_t n_max;
    weights weight;    /* what to generate with */
    real *turned;      /* [n_parameter] */
    real *kick, *next; /* [n_max][W] */
    evolve_tape evolve;
    window_tape window;
    real *memory;
} sampler_work;

mdgan_status sampler_work_create(sampler_work *w, const generator *g, size_t n_max, mdgan_error *error);
void sampler_work_clear(sampler_work *w);

/* Generates with these weights from now on; theta is retained and must not change. */
void sampler_use(sampler_work *w, const generator *g, const real *theta);

/* Who draws: purposes RANDOM_LATENT .. RANDOM_NOISE are shifted by purpose (RANDOM_EMIT or RANDOM_SCORE). */
typedef struct sampler_key {
    uint64_t seed;
    random_purpose purpose;
} sampler_key;

/* z_1 and burn-in of chains first .. first + n - 1 into z[n][W]. */
void sampler_start(const generator *g, sampler_key key, uint32_t first, size_t n, real *z, sampler_work *w);

/* Window number `window` (0, 1, ...) of these chains: evolves z by one step and returns [n][M][D] in the work space. */
const real *sampler_window(const generator *g, sampler_key key, uint64_t window, uint32_t first, size_t n, real *z,
                           sampler_work *w);

/* As sampler_window, without making the window. */
void sampler_skip(const generator *g, sampler_key key, uint64_t window, uint32_t first, size_t n, real *z,
                  sampler_work *w);

#endif
