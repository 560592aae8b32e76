/* SPDX-License-Identifier: BSD-3-Clause */
#include "linear/gaussian.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

mdgan_status gaussian_create(gaussian *const g, const record_moments *const m, mdgan_error *const error)
{
    const size_t length = m->length;
    *g = (gaussian){.length = length, .covariance = malloc(3 * length * length * sizeof(double))};
    if (!g->covariance) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for covariances of %zu frames", length);
    }
    g->floor = GAUSSIAN_FLOOR * record_moments_variance(m);
    g->product = g->covariance + length * length;
    g->second = g->product + length * length;
    return MDGAN_OK;
}

void gaussian_clear(gaussian *const g)
{
    free(g->covariance);
    *g = (gaussian){0};
}

double gaussian_cost(gaussian *const g, const record_moments *const m, const double *const r, double *const gradient)
{
    const size_t n = g->length;
    double *const s = g->covariance;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            s[i * n + j] = r[i > j ? i - j : j - i];
        }
        s[i * n + i] += g->floor;
    }
    if (!isfinite(cblas_dasum((int)n, r, 1)) || LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'L', (int)n, s, (int)n) != 0) {
        return INFINITY;
    }
    double log_det = 0;
    for (size_t i = 0; i < n; i++) {
        log_det += 2 * log(s[i * n + i]);
    }
    LAPACKE_dpotri(LAPACK_ROW_MAJOR, 'L', (int)n, s, (int)n);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1; j < n; j++) {
            s[i * n + j] = s[j * n + i];
        }
    }
    const double trace = cblas_ddot((int)(n * n), s, 1, m->moment, 1) + g->floor * cblas_dasum((int)n, s, (int)n + 1);
    if (gradient) {
        cblas_dsymm(CblasRowMajor, CblasLeft, CblasLower, (int)n, (int)n, 1, s, (int)n, m->moment, (int)n, 0,
                    g->product, (int)n);
        cblas_daxpy((int)(n * n), g->floor, s, 1, g->product, 1);
        cblas_dsymm(CblasRowMajor, CblasRight, CblasLower, (int)n, (int)n, 1, s, (int)n, g->product, (int)n, 0,
                    g->second, (int)n);
        memset(gradient, 0, n * sizeof *gradient);
        for (size_t i = 0; i < n; i++) {
            for (size_t j = 0; j < n; j++) {
                gradient[i > j ? i - j : j - i] += 0.5 * (s[i * n + j] - g->second[i * n + j]);
            }
        }
    }
    return 0.5 * (log_det + trace);
}
