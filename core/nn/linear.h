/* SPDX-License-Identifier: BSD-3-Clause */
/* Affine layer on rows. A convolution whose stride equals its kernel is the same layer on reshaped rows: frames are
 * stored [frame][channel], so k consecutive frames are one row of k * channel values; the transposed convolution
 * likewise writes k frames from one row. */
#ifndef MDGAN_NN_LINEAR_H
#define MDGAN_NN_LINEAR_H

#include "nn/gemm.h"
#include "nn/random.h"

/* A parameter vector as the layers read it: as it is stored, and with every matrix transposed, in the same places. Both
 * directions of a product read rows then. Whoever changes `value` renews `turned`. */
typedef struct weights {
    const real *value, *turned;
} weights;

/* Shape and place in a parameter vector; holds no numbers itself. */
typedef struct linear {
    size_t in, out;
    size_t weight;     /* offset of [out][in] */
    size_t weight_row; /* distance of its rows: in, or that of the whole layer */
    size_t turned;     /* offset of its transpose [in][out] in the turned vector */
    size_t bias;       /* offset of [out] */
} linear;

/* Appends a layer of in -> out to the parameter vector of *n_parameter numbers. */
linear linear_layout(size_t in, size_t out, size_t *n_parameter);

/* What a layer makes of inputs first .. first + in - 1 alone: for inputs that lie in several places. */
linear linear_columns(const linear *l, size_t first, size_t in);

/* turned: the layer's place in a turned vector is filled from theta's. */
void linear_turn(const linear *l, const real *theta, real *turned);

/* Kaiming-normal weights (He et al. 2015) for LeakyReLU, times factor, and zero biases. */
void linear_initialise(const linear *l, random_key key, uint64_t model, uint32_t number, double factor, real *theta);

/* y[n][out] = x[n][in] W^T + b, then LeakyReLU if asked for. add: to what is in y. */
void linear_forward(const linear *l, weights w, size_t n, const real *x, bool add, bool leaky, real *y);

/* y[n][out] = x[n][in] W^T, without the bias: tangent of linear_forward. side: [n][out] outputs y = LeakyReLU(.), by
 * whose sign the result is multiplied with its slope, or NULL. */
void linear_tangent(const linear *l, weights w, size_t n, const real *x, const real *side, real *y);

/* gradient (+)= d/dW of sum(dy * y); that of the bias is overwritten. */
void linear_backward_weight(const linear *l, size_t n, const real *x, const real *dy, bool add, real *gradient);
void linear_backward_bias(const linear *l, size_t n, const real *dy, real *gradient);

/* dx[n][in] (+)= dy[n][out] W, then times LeakyReLU's slope at side[n][in], the outputs that x was, or NULL. */
void linear_backward_data(const linear *l, const real *theta, size_t n, const real *dy, bool add, const real *side,
                          real *dx);

#endif
