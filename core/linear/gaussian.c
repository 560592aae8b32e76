/* SPDX-License-Identifier: BSD-3-Clause */
#include "linear/gaussian.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>

/* Let a be the filter that leaves the error of predicting a frame from the T - 1 before it (a_0 = 1), v that error's
 * variance, b_0 = 0, b_p = a_{T-p}, and L(x) lower triangular Toeplitz with first column x. Then (Gohberg and Semencul
 * 1972)
 *     S^-1 = (L(a) L(a)^T - L(b) L(b)^T) / v.
 * Since tr L(x)^T M L(x) = sum_pq x_p x_q tail(p, q), where tail are sums of M along its diagonals, the trace is
 *     tr S^-1 M = a^T Q a / v,   Q(p, q) = tail(p, q) - tail(T - p, T - q), without the second term if p or q is 0. */
mdgan_status gaussian_create(gaussian *const g, const record_moments *const m, const double floor,
                             mdgan_error *const error)
{
    const size_t n = m->length;
    double *const q = record_moments_tails(m, floor);
    *g = (gaussian){.length = n,
                    .floor = floor,
                    .trace = q,
                    .work = malloc(5 * n * sizeof(double)),
                    .n_record = m->n_record,
                    .sums = m->sums};
    if (!q || !g->work) {
        gaussian_clear(g);
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for covariances of %zu frames", n);
    }
    for (size_t i = 1; i < n; i++) {
        for (size_t j = i + 1; j < n; j++) {
            q[i * n + j] -= q[(n - i) * n + n - j]; /* still a tail: below the diagonal */
        }
    }
    for (size_t i = 1, j = n - 1; i <= j; i++, j--) {
        q[i * n + i] -= q[j * n + j];
        q[j * n + j] = -q[i * n + i];
    }
    return MDGAN_OK;
}

void gaussian_clear(gaussian *const g)
{
    free(g->trace);
    free(g->work);
    *g = (gaussian){0};
}

double gaussian_sums_cost(const gaussian *const g, const double *const variance, double *const gradient)
{
    const double share = 1 / (double)g->n_record;
    const double cost = share * long_sums_cost(&g->sums, g->length, g->floor, variance, gradient);
    for (size_t scale = 0; gradient && scale < LONG_SCALES; scale++) {
        gradient[scale] *= share;
    }
    return cost;
}

double toeplitz_extend(const size_t k, const double *const back, double *const a, const double v)
{
    const double kappa = -cblas_ddot((int)k, a, 1, back, 1) / v;
    a[k] = 0;
    for (size_t i = 0, j = k; i <= j; i++, j--) {
        const double front = a[i], end = a[j];
        a[i] = front + kappa * end;
        a[j] = end + kappa * front;
    }
    return v * (1 - kappa * kappa);
}

double toeplitz_predict(const size_t n, const double *const r, const double floor, double *const a,
                        double *const mirror, double *const log_det)
{
    double v = r[0] + floor;
    a[0] = 1;
    *log_det = 0;
    for (size_t i = 0; i < n; i++) {
        mirror[n - 1 - i] = r[i];
    }
    for (size_t k = 1; k < n && v > 0; k++) {
        *log_det += log(v);
        v = toeplitz_extend(k, mirror + n - 1 - k, a, v);
    }
    *log_det += v > 0 ? log(v) : 0;
    return isfinite(v) ? v : 0;
}

/* y += scale L(column) L(column)^T x; half: [n] work. */
static void add_product(const size_t n, const double scale, const double *const column, const double *const x,
                        double *const half, double *const y)
{
    for (size_t i = 0; i < n; i++) {
        half[i] = scale * cblas_ddot((int)(n - i), column, 1, x + i, 1);
    }
    for (size_t i = 0; i < n; i++) {
        cblas_daxpy((int)(n - i), half[i], column, 1, y + i, 1);
    }
}

/* From S a = v e_0:  dv = a^T dS a  and  da = a dv / v - S^-1 dS a, so that d(tr S^-1 M) is
 *     a^T dS x,   x = a tr / v - 2 S^-1 q,   q = Q a / v.
 * d(log det) is the sum of S^-1 along diagonals, which is a^T dS x with x_p = a_p (T - 2p) / v. */
static void differentiate(const gaussian *const g, const double v, const double trace, const double *const q,
                          double *const gradient)
{
    const size_t n = g->length;
    double *const a = g->work, *const b = a + 2 * n, *const half = b + n, *const x = half + n;
    for (size_t i = 0; i < n; i++) {
        b[i] = i > 0 ? a[n - i] : 0;
        x[i] = a[i] * ((double)n - 2 * (double)i + trace) / v;
    }
    add_product(n, -2 / v, a, q, half, x);
    add_product(n, 2 / v, b, q, half, x);
    gradient[0] = 0.5 * cblas_ddot((int)n, a, 1, x, 1);
    for (size_t k = 1; k < n; k++) {
        const int m = (int)(n - k);
        gradient[k] = 0.5 * (cblas_ddot(m, a, 1, x + k, 1) + cblas_ddot(m, a + k, 1, x, 1));
    }
}

double gaussian_cost(const gaussian *const g, const double *const r, double *const gradient)
{
    const size_t n = g->length;
    double *const a = g->work, *const q = a + n, log_det;
    const double v = toeplitz_predict(n, r, g->floor, a, q, &log_det);
    if (!(v > 0)) {
        return INFINITY;
    }
    cblas_dsymv(CblasRowMajor, CblasUpper, (int)n, 1 / v, g->trace, (int)n, a, 1, 0, q, 1);
    const double trace = cblas_ddot((int)n, a, 1, q, 1);
    if (gradient) {
        differentiate(g, v, trace, q, gradient);
    }
    return 0.5 * (log_det + trace);
}
