/* SPDX-License-Identifier: BSD-3-Clause */
#include "nn/linear.h"

#include <math.h>
#include <string.h>

linear linear_layout(const size_t in, const size_t out, size_t *const n_parameter)
{
    const linear l = {.in = in, .out = out, .weight = *n_parameter, .bias = *n_parameter + in * out};
    *n_parameter += in * out + out;
    return l;
}

void linear_initialise(const linear *const l, const random_key key, const uint64_t model, const uint32_t number,
                       const double factor, real *const theta)
{
    const double slope = LEAKY_SLOPE;
    const real scale = (real)(factor * sqrt(2 / ((1 + slope * slope) * (double)l->in)));
    random_normal(key, model, number, l->in * l->out, theta + l->weight);
    for (size_t i = 0; i < l->in * l->out; i++) {
        theta[l->weight + i] *= scale;
    }
    memset(theta + l->bias, 0, l->out * sizeof *theta);
}

static VECTOR_CLONES void add_bias(const size_t n, const size_t out, const real *restrict bias, real *restrict y)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < out; j++) {
            y[i * out + j] += bias[j];
        }
    }
}

static VECTOR_CLONES void add_bias_leaky(const size_t n, const size_t out, const real *restrict bias, real *restrict y)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < out; j++) {
            const real v = y[i * out + j] + bias[j];
            y[i * out + j] = v > 0 ? v : LEAKY_SLOPE * v;
        }
    }
}

static VECTOR_CLONES void sum_rows(const size_t n, const size_t out, const real *restrict dy, real *restrict sum)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < out; j++) {
            sum[j] += dy[i * out + j];
        }
    }
}

VECTOR_CLONES void leaky_backward(const size_t n, const real *restrict y, real *restrict d)
{
    for (size_t i = 0; i < n; i++) {
        d[i] = y[i] > 0 ? d[i] : LEAKY_SLOPE * d[i];
    }
}

void linear_tangent(const linear *const l, const real *const theta, const size_t n, const real *const x, real *const y)
{
    gemm_nt(n, l->out, l->in, x, l->in, theta + l->weight, l->in, 0, y, l->out);
}

void linear_forward(const linear *const l, const real *const theta, const size_t n, const real *const x, real *const y)
{
    linear_tangent(l, theta, n, x, y);
    add_bias(n, l->out, theta + l->bias, y);
}

void linear_forward_leaky(const linear *const l, const real *const theta, const size_t n, const real *const x,
                          real *const y)
{
    linear_tangent(l, theta, n, x, y);
    add_bias_leaky(n, l->out, theta + l->bias, y);
}

void linear_backward_weight(const linear *const l, const size_t n, const real *const x, const real *const dy,
                            real *const gradient)
{
    gemm_tn(l->out, l->in, n, dy, l->out, x, l->in, 1, gradient + l->weight, l->in);
    sum_rows(n, l->out, dy, gradient + l->bias);
}

void linear_backward_data(const linear *const l, const real *const theta, const size_t n, const real *const dy,
                          real *const dx)
{
    gemm_nn(n, l->in, l->out, dy, l->out, theta + l->weight, l->in, 0, dx, l->in);
}
