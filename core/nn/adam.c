/* SPDX-License-Identifier: BSD-3-Clause */
#include "nn/adam.h"

#include <math.h>

static VECTOR_CLONES void update(const size_t n, real *restrict theta, const real *restrict gradient, real *restrict m,
                                 real *restrict v, const real beta1, const real beta2, const real rate,
                                 const real correct2, const real epsilon)
{
    for (size_t i = 0; i < n; i++) {
        m[i] = beta1 * m[i] + (1 - beta1) * gradient[i];
        v[i] = beta2 * v[i] + (1 - beta2) * gradient[i] * gradient[i];
        theta[i] -= rate * m[i] / (REAL_SQRT(v[i] * correct2) + epsilon);
    }
}

void adam_step(const size_t n, real *const theta, const real *const gradient, real *const m, real *const v,
               const double rate, const double beta1, const double beta2, const size_t t)
{
    const double correct1 = 1 / (1 - pow(beta1, (double)t));
    const double correct2 = 1 / (1 - pow(beta2, (double)t));
    update(n, theta, gradient, m, v, (real)beta1, (real)beta2, (real)(rate * correct1), (real)correct2, (real)1e-8);
}

VECTOR_CLONES void running_mean(const size_t n, real *restrict mean, const real *restrict theta, const double decay)
{
    const real share = (real)(1 - decay);
    for (size_t i = 0; i < n; i++) {
        mean[i] += share * (theta[i] - mean[i]);
    }
}

VECTOR_CLONES void clip_weights(const size_t n, real *restrict theta, const double bound)
{
    const real b = (real)bound;
    for (size_t i = 0; i < n; i++) {
        theta[i] = theta[i] > b ? b : theta[i] < -b ? -b : theta[i];
    }
}
