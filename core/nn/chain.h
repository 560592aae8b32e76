/* SPDX-License-Identifier: BSD-3-Clause */
/* A feed-forward chain of affine and strided-convolution layers with LeakyReLU between them: the critics, and the
 * non-linear part of G_z. */
#ifndef MDGAN_NN_CHAIN_H
#define MDGAN_NN_CHAIN_H

#include <stdbool.h>

#include "nn/arena.h"
#include "nn/linear.h"

enum { CHAIN_STAGE_MAX = 8 };

typedef struct chain {
    size_t n_stage;
    struct chain_stage {
        linear layer;
        size_t rows; /* rows per sample: frames left after the strides so far */
    } stage[CHAIN_STAGE_MAX];
} chain;

/* What the passes over a batch leave behind for the next pass. Per stage [n * rows][out]. */
typedef struct chain_tape {
    size_t n_max;                  /* samples it has room for */
    real *output[CHAIN_STAGE_MAX]; /* after LeakyReLU; the last stage has none */
    real *delta[CHAIN_STAGE_MAX];  /* d(loss)/d(layer output before LeakyReLU) */
    real *tangent[2];              /* two buffers of the widest stage; NULL unless asked for */
} chain_tape;

/* Appends one stage; its input must have rows * in values per sample, as the stage before delivers. */
void chain_append(chain *c, size_t rows, size_t in, size_t out, size_t *n_parameter);

/* Values per sample at the input and at the output. */
size_t chain_input_size(const chain *c);
size_t chain_output_size(const chain *c);

/* Renews the chain's part of a turned vector (nn/linear.h). */
void chain_turn(const chain *c, const real *theta, real *turned);

void chain_tape_layout(chain_tape *tape, const chain *c, size_t n, bool with_tangent, arena *a);

/* Returns the output, [n][output size], in the tape. x: [n][input size]. n <= n_max. */
const real *chain_forward(const chain *c, weights w, size_t n, const real *x, chain_tape *tape);

/* The tape of samples `first` and after, for passes over a part of the batch. */
chain_tape chain_tape_from(const chain_tape *tape, const chain *c, size_t first);

/* After chain_forward: back-propagates d_output [n][output size]. Leaves the deltas in the tape.
 * dx: [n][input size], overwritten or added to, or NULL. */
void chain_backward(const chain *c, const real *theta, size_t n, const real *d_output, chain_tape *tape, bool add,
                    real *dx);

/* After chain_backward, x as in chain_forward: gradient = weights' gradient. */
void chain_backward_weight(const chain *c, size_t n, const real *x, const chain_tape *tape, real *gradient);

/* After chain_forward and chain_backward (with d_output = 1, dx = g(x)): gradient += d/d(weights) of sum(v * g), where
 * v: [n][input size] is held fixed. LeakyReLU has no curvature, so this is one tangent pass of v through the linearised
 * chain, paired with the deltas of the backward pass. Biases only shift which side of a kink x is on: no gradient. */
void chain_input_gradient_backward(const chain *c, weights w, size_t n, const real *v, chain_tape *tape,
                                   real *gradient);

#endif
