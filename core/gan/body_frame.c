/* SPDX-License-Identifier: BSD-3-Clause */
#include "gan/body_frame.h"

#include <math.h>

void body_frame_evolve(const size_t n, const size_t stride, const real rho, const real *const z, const real *const kick,
                       real *const next)
{
    const real rest = REAL_SQRT(1 - rho * rho);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < BODY_LATENT; k++) {
            next[i * stride + k] = rho * z[i * stride + k] + rest * kick[i * stride + k];
        }
    }
}

/* A rotation by an angle of mean square 6 (1 - rho^2) / rho^2 takes a third of it from <R>. */
double body_frame_vector_left(const double rho, const double n_window)
{
    return exp(-2 * (1 - rho * rho) / (rho * rho) * n_window);
}

/* The rotation of a quaternion of any length. */
static void rotation_of(const real q[BODY_LATENT], real r[BODY_MATRIX])
{
    const real tiny = (real)1e-20;
    const real w = q[0], x = q[1], y = q[2], z = q[3], s = 2 / (w * w + x * x + y * y + z * z + tiny);
    r[0] = 1 - s * (y * y + z * z);
    r[1] = s * (x * y - z * w);
    r[2] = s * (x * z + y * w);
    r[3] = s * (x * y + z * w);
    r[4] = 1 - s * (x * x + z * z);
    r[5] = s * (y * z - x * w);
    r[6] = s * (x * z - y * w);
    r[7] = s * (y * z + x * w);
    r[8] = 1 - s * (x * x + y * y);
}

void body_frame_turn(const size_t n, const size_t m, const size_t stride, const real *const from, const real *const to,
                     real *const rotation)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t t = 0; t < m; t++) {
            const real at = ((real)t + (real)0.5) / (real)m;
            real q[BODY_LATENT];
            for (size_t k = 0; k < BODY_LATENT; k++) {
                q[k] = from[i * stride + k] + at * (to[i * stride + k] - from[i * stride + k]);
            }
            rotation_of(q, rotation + (i * m + t) * BODY_MATRIX);
        }
    }
}

VECTOR_CLONES void body_frame_to_space(const size_t n, const real *const rotation, const real *const x, real *const y)
{
    for (size_t i = 0; i < n; i++) {
        const real *const r = rotation + i * BODY_MATRIX;
        const real a = x[3 * i], b = x[3 * i + 1], c = x[3 * i + 2];
        y[3 * i] = r[0] * a + r[1] * b + r[2] * c;
        y[3 * i + 1] = r[3] * a + r[4] * b + r[5] * c;
        y[3 * i + 2] = r[6] * a + r[7] * b + r[8] * c;
    }
}

VECTOR_CLONES void body_frame_to_body(const size_t n, const real *const rotation, const real *const x, real *const y)
{
    for (size_t i = 0; i < n; i++) {
        const real *const r = rotation + i * BODY_MATRIX;
        const real a = x[3 * i], b = x[3 * i + 1], c = x[3 * i + 2];
        y[3 * i] = r[0] * a + r[3] * b + r[6] * c;
        y[3 * i + 1] = r[1] * a + r[4] * b + r[7] * c;
        y[3 * i + 2] = r[2] * a + r[5] * b + r[8] * c;
    }
}
