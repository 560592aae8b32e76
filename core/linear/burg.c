/* SPDX-License-Identifier: BSD-3-Clause */
#include "linear/burg.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Running sums of the moments along their diagonals, so that sums over all positions in a record cost nothing:
 * lagged(i, j; k) = sum_{t=k}^{T-1} <x_{t-i} x_{t-j}>. */
static double *diagonal_sums(const record_moments *const m)
{
    /* A white floor that keeps high orders from modelling rounding errors in bands that hold no power. */
    const double floor = 1e-5 * record_moments_variance(m);
    const size_t n = m->length;
    double *const p = malloc(n * n * sizeof *p);
    for (size_t i = 0; p && i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            const double before = i > 0 && j > 0 ? p[(i - 1) * n + j - 1] : 0;
            p[i * n + j] = before + m->moment[i * n + j] + (i == j ? floor : 0);
        }
    }
    return p;
}

static double lagged(const double *const sums, const size_t n, const size_t i, const size_t j, const size_t k)
{
    const double before = i < k && j < k ? sums[(k - 1 - i) * n + k - 1 - j] : 0;
    return sums[(n - 1 - i) * n + n - 1 - j] - before;
}

/* Reflection coefficient of order k from the error filter f of order k - 1 (f[0] = 1): f sees lags 0..k-1, its mirror
 * image, the backward error one step earlier, lags 1..k. */
static double reflection(const double *const sums, const size_t n, const double *const f, const size_t k)
{
    double cross = 0, power = 0;
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j < k; j++) {
            cross += f[i] * f[j] * lagged(sums, n, i, k - j, k);
            power += f[i] * f[j] * (lagged(sums, n, i, j, k) + lagged(sums, n, k - i, k - j, k));
        }
    }
    return power > 0 ? 2 * cross / power : 0;
}

size_t burg_order(const size_t length)
{
    return length * 15 / 16;
}

mdgan_status autoregression_fit(autoregression *const ar, const record_moments *const m, const size_t order,
                                mdgan_error *const error)
{
    const size_t n = m->length;
    double *const sums = diagonal_sums(m), *const f = calloc(2 * (order + 1), sizeof *f);
    *ar = (autoregression){.order = order, .a = calloc(order, sizeof(double)), .r = calloc(order + 1, sizeof(double))};
    if (!sums || !f || !ar->a || !ar->r) {
        free(sums);
        free(f);
        autoregression_clear(ar);
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for an autoregression of order %zu", order);
    }
    double *const next = f + order + 1;
    f[0] = 1;
    ar->r[0] = ar->variance = lagged(sums, n, 0, 0, 0) / (double)n;
    for (size_t k = 1; k <= order; k++) {
        const double kappa = reflection(sums, n, f, k);
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
    free(sums);
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
    free(b->t);
    *b = (balanced){0};
}

static void multiply(const CBLAS_TRANSPOSE ta, const CBLAS_TRANSPOSE tb, const size_t n, const double *const a,
                     const double *const b, double *const c)
{
    cblas_dgemm(CblasRowMajor, ta, tb, (int)n, (int)n, (int)n, 1, a, (int)n, b, (int)n, 0, c, (int)n);
}

/* T and its inverse make both Gramians diagonal and equal (Moore 1981). The state (y_{t-1} .. y_{t-p}) has the Toeplitz
 * autocovariance as controllability Gramian L L^T; work: 4 [p][p]. */
static bool balance(balanced *const b, const autoregression *const ar, const double *const companion,
                    double *const work)
{
    const size_t p = ar->order;
    double *const l = work, *const observed = work + p * p, *const u = observed + p * p, *const swap = u + p * p;
    double *const eigen = b->b; /* free until the end */
    for (size_t i = 0; i < p; i++) {
        for (size_t j = 0; j < p; j++) {
            l[i * p + j] = ar->r[i > j ? i - j : j - i] + (i == j ? 1e-12 * ar->r[0] : 0);
            swap[i * p + j] = ar->a[i] * ar->a[j];
            u[i * p + j] = companion[j * p + i];
        }
    }
    if (!lyapunov(p, u, swap, observed) || LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'L', (int)p, l, (int)p) != 0) {
        return false;
    }
    for (size_t i = 0; i < p; i++) {
        memset(l + i * p + i + 1, 0, (p - 1 - i) * sizeof *l);
    }
    multiply(CblasTrans, CblasNoTrans, p, l, observed, swap);
    multiply(CblasNoTrans, CblasNoTrans, p, swap, l, u);
    if (LAPACKE_dsyevd(LAPACK_ROW_MAJOR, 'V', 'U', (int)p, u, (int)p, eigen) != 0) {
        return false;
    }
    /* Eigenvalues ascend: take columns from the end. Columns of T: L u / s^(1/4); rows of T^-1: u^T L^T W / s^(3/4). */
    multiply(CblasTrans, CblasNoTrans, p, u, swap, observed);
    multiply(CblasNoTrans, CblasNoTrans, p, l, u, swap);
    for (size_t j = 0; j < p; j++) {
        const size_t from = p - 1 - j;
        const double square = fmax(eigen[from], 1e-24 * eigen[p - 1]), quarter = sqrt(sqrt(square));
        for (size_t i = 0; i < p; i++) {
            b->t[i * p + j] = swap[i * p + from] / quarter;
            b->t_inverse[j * p + i] = observed[from * p + i] / (quarter * quarter * quarter);
        }
    }
    return true;
}

mdgan_status balanced_create(balanced *const b, const autoregression *const ar, mdgan_error *const error)
{
    const size_t p = ar->order;
    *b = (balanced){.order = p, .t = calloc(3 * p * p + 2 * p, sizeof(double)), .deviation = sqrt(ar->variance)};
    double *const companion = calloc(5 * p * p, sizeof *companion);
    if (!b->t || !companion) {
        free(companion);
        balanced_clear(b);
        return mdgan_fail(error, MDGAN_MEMORY, "no memory to balance order %zu", p);
    }
    b->t_inverse = b->t + p * p;
    b->a = b->t_inverse + p * p;
    b->c = b->a + p * p;
    b->b = b->c + p;
    for (size_t i = 0; i < p; i++) {
        companion[i] = ar->a[i];
        if (i > 0) {
            companion[i * p + i - 1] = 1;
        }
    }
    double *const work = companion + p * p;
    const bool fine = balance(b, ar, companion, work);
    if (fine) {
        multiply(CblasNoTrans, CblasNoTrans, p, b->t_inverse, companion, work);
        multiply(CblasNoTrans, CblasNoTrans, p, work, b->t, b->a);
        cblas_dgemv(CblasRowMajor, CblasTrans, (int)p, (int)p, 1, b->t, (int)p, ar->a, 1, 0, b->c, 1);
        for (size_t i = 0; i < p; i++) {
            b->b[i] = b->t_inverse[i * p] * b->deviation;
        }
    }
    free(companion);
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
        memcpy(s->a + i * q, b->a + i * b->order, q * sizeof *s->a);
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
