/* SPDX-License-Identifier: BSD-3-Clause */
/* The critics: D_Y on window pairs, one D_z per pair of successive late latent states; their losses.
 *
 * Loss of a critic D (Arjovsky et al. 2017; penalty of Gulrajani et al. 2017):
 *   mean D(fake) - mean D(real) + lambda mean (|grad D(x^)| - 1)^2,   x^ on the line between a real and a fake sample.
 */
#ifndef MDGAN_GAN_CRITIC_H
#define MDGAN_GAN_CRITIC_H

#include <stdint.h>

#include "nn/chain.h"

/* One critic network on samples of a fixed size, zero-padded on both sides. */
typedef struct critic {
    chain net;
    size_t sample;  /* values per sample */
    size_t padding; /* zeros on each side, values */
    double penalty; /* lambda; 0 = no penalty (weight clipping) */
} critic;

/* D_Y, convolutional: 2M frames of D components, padded so that patches straddle the join. */
void critic_layout_conv(critic *c, size_t window, size_t component, size_t *n_parameter);
/* D_Y or D_z, affine: sample -> hidden -> hidden -> 1. */
void critic_layout_mlp(critic *c, size_t sample, size_t hidden, size_t *n_parameter);

/* Kaiming-normal weights, zero biases. number: tells critics of one model apart. */
void critic_initialise(const critic *c, uint64_t seed, uint32_t number, real *theta);

/* Values of a sample with its padding. */
static inline size_t critic_input(const critic *c)
{
    return c->sample + 2 * c->padding;
}

typedef struct critic_tape {
    real *point;    /* [n][input]: interpolation points, then tangent */
    real *slope;    /* [n][input]: gradient at the points */
    real *one;      /* [2 n]: d(loss)/d(output) */
    chain_tape net; /* 2 n samples, with tangents */
} critic_tape;

void critic_tape_layout(critic_tape *tape, const critic *c, size_t n, arena *a);

/* Sums over the samples of one shard; divide by the batch for means. */
typedef struct critic_sums {
    double fake, real; /* outputs */
    double penalty;    /* (|grad| - 1)^2 */
} critic_sums;

/* gradient = gradient of the loss, where this shard's n samples are part of a batch of n_batch.
 * pairs: [2 n][input], n fake samples, then n real ones, zeros in the padding; mix: [n] uniform numbers of the
 * interpolation. */
critic_sums critic_loss_backward(const critic *c, weights w, size_t n, size_t n_batch, const real *pairs,
                                 const real *mix, real *gradient, critic_tape *tape);

/* d_sample[n][input] (+)= gradient of (sum of D over all but the first n_negative samples - sum over those) / n_batch.
 * n <= 2 n of the tape. Returns the difference of sums. */
double critic_sample_gradient(const critic *c, weights w, size_t n, size_t n_negative, size_t n_batch,
                              const real *sample, bool add, real *d_sample, critic_tape *tape);

#endif
