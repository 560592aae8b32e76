/* SPDX-License-Identifier: BSD-3-Clause */
/* From the last real frame into a generated series, for what is generated as it is instead of by increments (the places
 * of particles around their centre, gan/modes.h).
 *
 * A stationary Gaussian series x, generated without regard to a value y that it should begin with, becomes one that
 * does by x_t + rho_t (y - x_0), rho being its autocorrelation (conditioning by kriging; Journel and Huijbregts, Mining
 * Geostatistics, 1978). Without it the particles would jump. */
#ifndef MDGAN_GAN_BRIDGE_H
#define MDGAN_GAN_BRIDGE_H

#include "gan/generator.h"

typedef struct bridge {
    size_t n_lag, n_mode;      /* 0 if the model needs no bridge */
    double *decay;             /* [n_lag][n_mode] rho, 1 at lag 0 */
    double rate[PARTICLE_MAX]; /* per frame: beyond n_lag rho goes on exponentially; INFINITY: it has ended */
} bridge;

/* Measures rho on series of its own. Errors: MDGAN_MEMORY. */
mdgan_status bridge_create(bridge *b, const mdgan_model *model, const generator *g, mdgan_error *error);
void bridge_clear(bridge *b);

/* rho of a mode, @p lag frames after the last real one. */
double bridge_decay(const bridge *b, size_t mode, size_t lag);

#endif
