/* SPDX-License-Identifier: BSD-3-Clause */
/* Counter-based random numbers (Philox 4x32-10; Salmon et al., SC 2011): every number is a pure function of
 * (seed, purpose, iteration, sample, index), so results don't depend on how the work is split. */
#ifndef MDGAN_NN_RANDOM_H
#define MDGAN_NN_RANDOM_H

#include <stdint.h>

#include "nn/real.h"

/* What numbers are for; never renumbered, or old seeds give other results. */
typedef enum random_purpose {
    RANDOM_WEIGHTS = 1,
    RANDOM_SPLIT = 2,   /* held-out entities */
    RANDOM_PICK = 3,    /* entity, offset, pair of a training sample */
    RANDOM_AUGMENT = 4, /* rotation, reversal */
    RANDOM_LATENT = 5,  /* fresh z */
    RANDOM_EVOLVE = 6,  /* r of G_z */
    RANDOM_NOISE = 7,   /* input of G_Y */
    RANDOM_PENALTY = 8, /* interpolation points */
    RANDOM_EMIT = 16,   /* + LATENT..NOISE: the same in emission */
    RANDOM_SCORE = 32,  /* + LATENT..NOISE: the same in held-out scoring */
    RANDOM_BASELINE = 48,
    RANDOM_BODY = 64 /* orientations of molecules in the search for their axes */
} random_purpose;

typedef struct random_key {
    uint64_t seed;
    uint32_t purpose;
} random_key;

/* n numbers uniform on the open interval (0, 1). */
void random_uniform(random_key key, uint64_t iteration, uint32_t sample, size_t n, real *out);

/* n independent standard normal numbers (Box-Muller); the last, partial block also depends on n. */
void random_normal(random_key key, uint64_t iteration, uint32_t sample, size_t n, real *out);

/* n words of 32 random bits. */
void random_words(random_key key, uint64_t iteration, uint32_t sample, size_t n, uint32_t *out);

#endif
