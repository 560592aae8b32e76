/* SPDX-License-Identifier: BSD-3-Clause */
/* Affine layer on rows. A convolution whose stride equals its kernel is the same layer on reshaped rows: frames are
 * stored [frame][channel], so k consecutive frames are one row of k * channel values; the transposed convolution
 * likewise writes k frames from one row. */
#ifndef MDGAN_NN_LINEAR_H
#define MDGAN_NN_LINEAR_H

#include "nn/random.h"
#include "nn/real.h"

/* Shape and place in a parameter vector; holds no numbers itself. */
typedef struct linear {
    size_t in, out;
    size_t weight; /* offset of [out][in] */
    size_t bias;   /* offset of [out] */
} linear;

#define LEAKY_SLOPE ((real)0.2)

/* Appends a layer of in -> out to the parameter vector of *n_parameter numbers. */
linear linear_layout(size_t in, size_t out, size_t *n_parameter);

/* Kaiming-normal weights (He et al. 2015) for LeakyReLU, times factor, and zero biases. */
void linear_initialise(const linear *l, random_key key, uint64_t model, uint32_t number, double factor, real *theta);

/* y[n][out] = x[n][in] W^T + b. */
void linear_forward(const linear *l, const real *theta, size_t n, const real *x, real *y);

/* As linear_forward, followed by LeakyReLU. */
void linear_forward_leaky(const linear *l, const real *theta, size_t n, const real *x, real *y);

/* gradient += d/d(W, b) of sum(dy * y). */
void linear_backward_weight(const linear *l, size_t n, const real *x, const real *dy, real *gradient);

/* dx[n][in] = dy[n][out] W. */
void linear_backward_data(const linear *l, const real *theta, size_t n, const real *dy, real *dx);

/* y[n][out] = x[n][in] W^T, without the bias (tangent of linear_forward). */
void linear_tangent(const linear *l, const real *theta, size_t n, const real *x, real *y);

/* Multiplies d by LeakyReLU's slope at each output y = LeakyReLU(.), whose sign tells the side. */
void leaky_backward(size_t n, const real *y, real *d);

#endif
