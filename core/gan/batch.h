/* SPDX-License-Identifier: BSD-3-Clause */
/* Real data as the networks see it: normalised increments or values, split into training and held-out entities, and
 * augmented pairs for the critics. */
#ifndef MDGAN_GAN_BATCH_H
#define MDGAN_GAN_BATCH_H

#include <stdint.h>

#include <mdgan/dataset.h>

#include "gan/modes.h"
#include "nn/real.h"

typedef struct sample_data {
    size_t n_entity, n_frame, n_component;
    size_t pair; /* 2M, frames of a training sample */
    bool isotropic, reversible;
    bool integrated[MDGAN_COMPONENT_MAX]; /* the values are increments */
    real parity[MDGAN_COMPONENT_MAX];     /* under time reversal: -1 changes sign, 1 does not */
    modes modes;                          /* of the particles of an entity; all below is in modes */
    double mean[MDGAN_COMPONENT_MAX], scale[MDGAN_COMPONENT_MAX];
    float *value; /* [n_entity][n_frame][n_component] normalised */
    size_t n_train, n_held;
    uint32_t *train; /* [n_train] entity numbers */
    uint32_t *held;  /* [n_held] */
} sample_data;

/* Takes several particles apart into modes, differences positions, normalises to zero mean and unit variance (one scale
 * for an isotropic feature, no mean), splits entities. A dataset with too few entities to hold any out scores on its
 * training entities. Errors: MDGAN_DATA (too short, not finite, constant), MDGAN_MEMORY. */
mdgan_status sample_data_create(sample_data *s, const mdgan_dataset *data, size_t window, double holdout, uint64_t seed,
                                mdgan_error *error);
void sample_data_clear(sample_data *s);

/* One augmented training pair, a function of (seed, draw, sample): out[2M][D]. */
void sample_data_draw(const sample_data *s, uint64_t seed, uint64_t draw, uint32_t sample, real *out);

#endif
