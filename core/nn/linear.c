/* SPDX-License-Identifier: BSD-3-Clause */
#include "nn/linear.h"

#include <math.h>
#include <string.h>

linear linear_layout(const size_t in, const size_t out, size_t *const n_parameter)
{
    const linear l = {.in = in,
                      .out = out,
                      .weight = *n_parameter,
                      .weight_row = in,
                      .turned = *n_parameter,
                      .bias = *n_parameter + in * out};
    *n_parameter += in * out + out;
    return l;
}

linear linear_columns(const linear *const l, const size_t first, const size_t in)
{
    linear part = *l;
    part.in = in;
    part.weight += first;
    part.turned += first * l->out;
    return part;
}

void linear_turn(const linear *const l, const real *const theta, real *const turned)
{
    gemm_transpose(l->in, l->out, theta + l->weight, l->weight_row, turned + l->turned, l->out);
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

/* Rows of fewer numbers than a vector has are summed SHORT at a time, as one long row. */
enum { SHORT = 16 };

/* Eight rows at a time, so that the sum is not waited for after every row. */
static VECTOR_CLONES void sum_rows(const size_t n, const size_t out, const real *restrict dy, real *restrict sum)
{
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        const real *const d = dy + i * out, *const e = d + 4 * out;
        for (size_t j = 0; j < out; j++) {
            sum[j] += ((d[j] + d[j + out]) + (d[j + 2 * out] + d[j + 3 * out])) +
                      ((e[j] + e[j + out]) + (e[j + 2 * out] + e[j + 3 * out]));
        }
    }
    for (; i < n; i++) {
        for (size_t j = 0; j < out; j++) {
            sum[j] += dy[i * out + j];
        }
    }
}

void linear_forward(const linear *const l, const weights w, const size_t n, const real *const x, const bool add,
                    const bool leaky, real *const y)
{
    const gemm_finish finish = {.bias = w.value + l->bias, .leaky = leaky};
    gemm_nn(n, l->out, l->in, x, l->in, w.turned + l->turned, l->out, add, y, l->out, &finish);
}

void linear_tangent(const linear *const l, const weights w, const size_t n, const real *const x, const real *const side,
                    real *const y)
{
    const gemm_finish finish = {.side = side};
    gemm_nn(n, l->out, l->in, x, l->in, w.turned + l->turned, l->out, false, y, l->out, &finish);
}

void linear_backward_weight(const linear *const l, const size_t n, const real *const x, const real *const dy,
                            const bool add, real *const gradient)
{
    gemm_tn(l->out, l->in, n, dy, l->out, x, l->in, add, gradient + l->weight, l->weight_row, NULL);
}

void linear_backward_bias(const linear *const l, const size_t n, const real *const dy, real *const gradient)
{
    memset(gradient + l->bias, 0, l->out * sizeof *gradient);
    if (l->out >= SHORT) {
        sum_rows(n, l->out, dy, gradient + l->bias);
        return;
    }
    real part[SHORT * SHORT] = {0};
    sum_rows(n / SHORT, SHORT * l->out, dy, part);
    sum_rows(SHORT, l->out, part, gradient + l->bias);
    sum_rows(n % SHORT, l->out, dy + n / SHORT * SHORT * l->out, gradient + l->bias);
}

void linear_backward_data(const linear *const l, const real *const theta, const size_t n, const real *const dy,
                          const bool add, const real *const side, real *const dx)
{
    const gemm_finish finish = {.side = side};
    gemm_nn(n, l->in, l->out, dy, l->out, theta + l->weight, l->weight_row, add, dx, l->in, &finish);
}
