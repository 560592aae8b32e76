/* SPDX-License-Identifier: BSD-3-Clause */
#include "linear/burg.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t burg_order(const size_t length)
{
    return length * 15 / 16;
}

/* Reflection coefficient of order k from the error filter f of order k - 1 (f[0] = 1, f[k] = 0): f sees lags 0..k-1,
 * its mirror image, the backward error one step earlier, lags 1..k. Both need sums over all positions,
 *     lagged(i, j) = sum_{t=k}^{T-1} <x_{t-i} x_{t-j}> = tail(i, j) - tail(T-k+i, T-k+j),
 * and as moments do not know the direction of time, both errors have the same power. product: [k + 1] work. */
static double reflection(const double *const tail, const size_t n, const double *const f, const size_t k,
                         double *const product)
{
    cblas_dsymv(CblasRowMajor, CblasUpper, (int)k + 1, 1, tail, (int)n, f, 1, 0, product, 1);
    cblas_dsymv(CblasRowMajor, CblasUpper, (int)k, -1, tail + (n - k) * (n + 1), (int)n, f, 1, 1, product, 1);
    const double power = cblas_ddot((int)k, f, 1, product, 1);
    const double cross = cblas_ddot((int)k, f, 1, product + 1, -1);
    return power > 0 ? cross / power : 0;
}

mdgan_status autoregression_fit(autoregression *const ar, const record_moments *const m, const size_t order,
                                mdgan_error *const error)
{
    const size_t n = m->length;
    /* A white floor keeps high orders from modelling rounding errors in bands that hold no power. */
    double *const tail = record_moments_tails(m, 1e-5 * record_moments_variance(m));
    double *const f = calloc(2 * (order + 1), sizeof *f);
    *ar = (autoregression){.order = order, .a = calloc(order, sizeof(double)), .r = calloc(order + 1, sizeof(double))};
    if (!tail || !f || !ar->a || !ar->r) {
        free(tail);
        free(f);
        autoregression_clear(ar);
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for an autoregression of order %zu", order);
    }
    double *const next = f + order + 1;
    f[0] = 1;
    ar->r[0] = ar->variance = tail[0] / (double)n;
    for (size_t k = 1; k <= order; k++) {
        const double kappa = reflection(tail, n, f, k, next);
        ar->r[k] = kappa * ar->variance;
        for (size_t i = 1; i < k; i++) {
            ar->r[k] -= f[i] * ar->r[k - i];
        }
        for (size_t i = 0; i <= k; i++) {
            next[i] = f[i] - kappa * f[k - i];
        }
        memcpy(f, next, (k + 1) * sizeof *f);
        ar->variance *= 1 - kappa * kappa;
    }
    for (size_t i = 0; i < order; i++) {
        ar->a[i] = -f[i + 1];
    }
    free(tail);
    free(f);
    return MDGAN_OK;
}

void autoregression_clear(autoregression *const ar)
{
    free(ar->a);
    free(ar->r);
    *ar = (autoregression){0};
}

void balanced_clear(balanced *const b)
{
    free(b->a);
    *b = (balanced){0};
}

/* Whether r obeys Yule and Walker. If its Toeplitz matrix is positive definite too, the autoregression is stable. */
static bool is_consistent(const autoregression *const ar)
{
    for (size_t k = 0; k <= ar->order; k++) {
        double sum = k == 0 ? ar->variance : 0;
        for (size_t i = 1; i <= ar->order; i++) {
            sum += ar->a[i - 1] * ar->r[i > k ? i - k : k - i];
        }
        if (!(fabs(sum - ar->r[k]) <= 1e-6 * ar->r[0])) {
            return false;
        }
    }
    return ar->variance > 0;
}

/* What balancing needs, [p][p] each. */
typedef struct gramians {
    double *factor; /* L, lower triangular: the state (y_{t-1} .. y_{t-p}) has the Toeplitz covariance R = L L^T */
    double *hankel; /* H_ij = a_{i+j}: a state s acts on the future like the inputs H s */
    double *vector; /* rows: eigenvectors of L^T H L */
    double *value;  /* [p] eigenvalues, ascending */
} gramians;

/* The response to inputs has the Gramian R / v, so that of observability is H R H / v, and the Hankel singular values
 * are the absolute eigenvalues of L^T H L over the deviation (Moore 1981). */
static bool find_gramians(const autoregression *const ar, const gramians *const g)
{
    const size_t p = ar->order;
    const int n = (int)p;
    for (size_t i = 0; i < p; i++) {
        for (size_t j = 0; j < p; j++) {
            g->factor[i * p + j] = ar->r[i > j ? i - j : j - i] + (i == j ? 1e-12 * ar->r[0] : 0);
            g->vector[i * p + j] = g->hankel[i * p + j] = i + j < p ? ar->a[i + j] : 0;
        }
    }
    /* To LAPACK, which counts columns first, the lower triangle is the upper one. */
    if (!is_consistent(ar) || LAPACKE_dpotrf(LAPACK_COL_MAJOR, 'U', n, g->factor, n) != 0) {
        return false;
    }
    cblas_dtrmm(CblasRowMajor, CblasLeft, CblasLower, CblasTrans, CblasNonUnit, n, n, 1, g->factor, n, g->vector, n);
    cblas_dtrmm(CblasRowMajor, CblasRight, CblasLower, CblasNoTrans, CblasNonUnit, n, n, 1, g->factor, n, g->vector, n);
    return LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'U', n, g->vector, n, g->value) == 0;
}

/* Columns of T, here rows: t_j = L u_j / sqrt(s_j), s the Hankel singular values; rows of T^-1: +-H t_j / deviation.
 * t, t_inverse: [n_state][p] */
static void find_directions(const balanced *const b, const gramians *const g, double *const t, double *const t_inverse)
{
    const size_t p = b->order;
    const int n = (int)p;
    const double largest = fmax(fabs(g->value[0]), fabs(g->value[p - 1]));
    for (size_t j = 0, low = 0, high = p; j < b->n_state; j++) {
        const size_t from = fabs(g->value[low]) > fabs(g->value[high - 1]) ? low++ : --high;
        const double size = fmax(fabs(g->value[from]), 1e-12 * largest);
        double *const to = t + j * p;
        cblas_dcopy(n, g->vector + from * p, 1, to, 1);
        cblas_dtrmv(CblasRowMajor, CblasLower, CblasNoTrans, CblasNonUnit, n, g->factor, n, to, 1);
        cblas_dscal(n, sqrt(b->deviation / size), to, 1);
        cblas_dsymv(CblasRowMajor, CblasUpper, n, copysign(1 / b->deviation, g->value[from]), g->hankel, n, to, 1, 0,
                    t_inverse + j * p, 1);
    }
}

/* The companion matrix and its first row and column in balanced coordinates. */
static void change_coordinates(const balanced *const b, const double *const first_row, const double *const t,
                               const double *const t_inverse)
{
    const size_t p = b->order;
    for (size_t i = 0; i < b->n_state; i++) {
        b->c[i] = cblas_ddot((int)p, first_row, 1, t + i * p, 1);
        b->b[i] = t_inverse[i * p] * b->deviation;
    }
    for (size_t i = 0; i < b->n_state; i++) {
        for (size_t j = 0; j < b->n_state; j++) {
            b->a[i * b->n_state + j] =
                t_inverse[i * p] * b->c[j] + cblas_ddot((int)p - 1, t_inverse + i * p + 1, 1, t + j * p, 1);
        }
    }
}

mdgan_status balanced_create(balanced *const b, const autoregression *const ar, mdgan_error *const error)
{
    const size_t p = ar->order, n = p < STATE_MAX ? p : STATE_MAX;
    *b = (balanced){.order = p, .n_state = n, .deviation = sqrt(ar->variance)};
    b->a = malloc((n * n + 2 * n) * sizeof *b->a);
    double *const work = malloc((3 * p * p + p + 2 * n * p) * sizeof *work);
    if (!b->a || !work) {
        free(work);
        balanced_clear(b);
        return mdgan_fail(error, MDGAN_MEMORY, "no memory to balance order %zu", p);
    }
    b->b = b->a + n * n;
    b->c = b->b + n;
    const gramians g = {work, work + p * p, work + 2 * p * p, work + 3 * p * p};
    double *const t = g.value + p, *const t_inverse = t + n * p;
    const bool fine = find_gramians(ar, &g);
    if (fine) {
        find_directions(b, &g, t, t_inverse);
        change_coordinates(b, ar->a, t, t_inverse);
    }
    free(work);
    if (!fine) {
        balanced_clear(b);
        return mdgan_fail(error, MDGAN_NUMERIC, "an autoregression of order %zu cannot be balanced", p);
    }
    return MDGAN_OK;
}

mdgan_status balanced_truncate(const balanced *const b, const size_t q, statespace *const s, mdgan_error *const error)
{
    mdgan_status status = statespace_create(s, q, 1, error);
    if (status != MDGAN_OK) {
        return status;
    }
    for (size_t i = 0; i < q; i++) {
        memcpy(s->a + i * q, b->a + i * b->n_state, q * sizeof *s->a);
    }
    memcpy(s->b, b->b, q * sizeof *s->b);
    memcpy(s->c, b->c, q * sizeof *s->c);
    s->d[0] = b->deviation;
    status = statespace_normalise(s, error);
    if (status != MDGAN_OK) {
        statespace_clear(s);
    }
    return status;
}
