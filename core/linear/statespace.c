/* SPDX-License-Identifier: BSD-3-Clause */
#include "linear/statespace.h"

#include <assert.h>
#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void multiply(const bool ta, const bool tb, const size_t m, const size_t n, const size_t k,
                     const double *const a, const double *const b, const double beta, double *const c)
{
    cblas_dgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, (int)m, (int)n, (int)k,
                1, a, (int)(ta ? m : k), b, (int)(tb ? k : n), beta, c, (int)n);
}

mdgan_status statespace_create(statespace *const s, const size_t q, const size_t m, mdgan_error *const error)
{
    *s = (statespace){.q = q, .m = m};
    s->a = calloc(q * q, sizeof(double));
    s->b = calloc(q * m, sizeof(double));
    s->c = calloc(q, sizeof(double));
    s->d = calloc(m, sizeof(double));
    if (!s->a || !s->b || !s->c || !s->d) {
        statespace_clear(s);
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for a state-space model of %zu states", q);
    }
    return MDGAN_OK;
}

void statespace_clear(statespace *const s)
{
    free(s->a);
    free(s->b);
    free(s->c);
    free(s->d);
    *s = (statespace){0};
}

/* P = sum_k A^k Q A^kT, doubling the number of terms each time (Smith). */
bool lyapunov(const size_t q, const double *const a, const double *const bbt, double *const p)
{
    enum { DOUBLINGS = 48 };
    double *const power = malloc(3 * q * q * sizeof *power);
    if (!power) {
        return false;
    }
    double *const next = power + q * q, *const work = next + q * q;
    memcpy(power, a, q * q * sizeof *power);
    memcpy(p, bbt, q * q * sizeof *p);
    bool converged = false;
    for (int i = 0; i < DOUBLINGS && !converged; i++) {
        multiply(false, false, q, q, q, power, p, 0, work);
        multiply(false, true, q, q, q, work, power, 1, p);
        multiply(false, false, q, q, q, power, power, 0, next);
        memcpy(power, next, q * q * sizeof *power);
        const double size = cblas_dnrm2((int)(q * q), power, 1);
        converged = size < 1e-9;
        if (!isfinite(size)) {
            break;
        }
    }
    free(power);
    return converged;
}

mdgan_status statespace_normalise(statespace *const s, mdgan_error *const error)
{
    const size_t q = s->q, m = s->m;
    double *const p = malloc((3 * q * q + q * m + 2 * q) * sizeof *p);
    if (!p) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu states", q);
    }
    double *const v = p + q * q, *const work = v + q * q, *const bn = work + q * q, *const eigen = bn + q * m,
                  *const cn = eigen + q;
    multiply(false, true, q, q, m, s->b, s->b, 0, work);
    if (!lyapunov(q, s->a, work, p) ||
        (memcpy(v, p, q * q * sizeof *v), LAPACKE_dsyev(LAPACK_ROW_MAJOR, 'V', 'U', (int)q, v, (int)q, eigen)) != 0) {
        free(p);
        return mdgan_fail(error, MDGAN_NUMERIC, "a linear model of %zu states is not stable", q);
    }
    const double floor = 1e-13 * eigen[q - 1];
    for (size_t j = 0; j < q; j++) {
        eigen[j] = sqrt(fmax(eigen[j], floor));
    }
    /* s = V diag(eigen) x. */
    multiply(true, false, q, q, q, v, s->a, 0, work);
    multiply(false, false, q, q, q, work, v, 0, s->a);
    multiply(true, false, q, m, q, v, s->b, 0, bn);
    multiply(false, false, 1, q, q, s->c, v, 0, cn);
    for (size_t i = 0; i < q; i++) {
        for (size_t j = 0; j < q; j++) {
            s->a[i * q + j] *= eigen[j] / eigen[i];
        }
        for (size_t j = 0; j < m; j++) {
            s->b[i * m + j] = bn[i * m + j] / eigen[i];
        }
        s->c[i] = cn[i] * eigen[i];
    }
    free(p);
    return MDGAN_OK;
}

void statespace_autocovariance(const statespace *const s, const size_t n, double *const r)
{
    const size_t q = s->q, m = s->m;
    double x[STATE_MAX], next[STATE_MAX];
    assert(q <= STATE_MAX);
    for (size_t i = 0; i < q; i++) {
        x[i] = cblas_ddot((int)m, s->b + i * m, 1, s->d, 1) + cblas_ddot((int)q, s->a + i * q, 1, s->c, 1);
    }
    r[0] = cblas_ddot((int)q, s->c, 1, s->c, 1) + cblas_ddot((int)m, s->d, 1, s->d, 1);
    for (size_t t = 1; t < n; t++) {
        r[t] = cblas_ddot((int)q, s->c, 1, x, 1);
        cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)q, (int)q, 1, s->a, (int)q, x, 1, 0, next, 1);
        memcpy(x, next, q * sizeof *x);
    }
}

/* x = V f(lambda) V^T for a symmetric matrix; eigenvalues below a relative floor count as zero. */
static bool symmetric_function(const size_t n, double *const x, const double floor, const double power)
{
    double *const v = malloc((n * n + n) * sizeof *v);
    if (!v) {
        return false;
    }
    double *const eigen = v + n * n;
    memcpy(v, x, n * n * sizeof *v);
    if (LAPACKE_dsyevd(LAPACK_ROW_MAJOR, 'V', 'U', (int)n, v, (int)n, eigen) != 0) {
        free(v);
        return false;
    }
    memset(x, 0, n * n * sizeof *x);
    for (size_t j = 0; j < n; j++) {
        if (eigen[j] > floor * eigen[n - 1] && eigen[j] > 0) {
            cblas_dger(CblasRowMajor, (int)n, (int)n, pow(eigen[j], power), v + j, (int)n, v + j, (int)n, x, (int)n);
        }
    }
    free(v);
    return true;
}

void window_form_clear(window_form *const w)
{
    free(w->evolve);
    *w = (window_form){0};
}

/* Responses to the state before the window (observe [M][q], evolve [q][q]) and to the noise inside it
 * (response [M][M m], arrive [q][M m]). */
static void unroll_window(const statespace *const s, const size_t window, double *const observe, double *const evolve,
                          double *const response, double *const arrive, double *const work)
{
    const size_t q = s->q, m = s->m, n = window * m;
    double *const power = work, *const next = work + q * q, *const impulse = next + q * q;
    memset(power, 0, q * q * sizeof *power);
    memset(response, 0, window * n * sizeof *response);
    for (size_t i = 0; i < q; i++) {
        power[i * q + i] = 1;
    }
    for (size_t k = 0; k < window; k++) {
        /* power = A^k: state -> frame k, and noise j -> frame j + k + 1 and -> end of the window from j = M - 1 - k. */
        multiply(false, false, 1, q, q, s->c, power, 0, observe + k * q);
        multiply(false, false, q, m, q, power, s->b, 0, impulse);
        for (size_t i = 0; i < q; i++) {
            memcpy(arrive + i * n + (window - 1 - k) * m, impulse + i * m, m * sizeof *arrive);
        }
        for (size_t l = 0; l < m; l++) {
            const double h = cblas_ddot((int)q, s->c, 1, impulse + l, (int)m);
            for (size_t t = k + 1; t < window; t++) {
                response[t * n + (t - k - 1) * m + l] = h;
            }
            response[k * n + k * m + l] = s->d[l];
        }
        multiply(false, false, q, q, q, power, s->a, 0, next);
        memcpy(power, next, q * q * sizeof *power);
    }
    memcpy(evolve, power, q * q * sizeof *evolve);
}

mdgan_status window_form_create(window_form *const w, const statespace *const s, const size_t window,
                                mdgan_error *const error)
{
    const size_t q = s->q, n = window * s->m;
    *w = (window_form){.evolve = malloc((2 * q * q + 2 * window * q + window * window) * sizeof(double))};
    double *const response = malloc((window * n + q * n + 3 * q * q + q * s->m + window * q) * sizeof *response);
    if (!w->evolve || !response) {
        free(response);
        window_form_clear(w);
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for a window of %zu frames", window);
    }
    w->kick = w->evolve + q * q;
    w->from = w->kick + q * q;
    w->to = w->from + window * q;
    w->noise = w->to + window * q;
    double *const arrive = response + window * n, *const inverse = arrive + q * n, *const cross = inverse + q * q,
                  *const work = cross + window * q;
    unroll_window(s, window, w->from, w->evolve, response, arrive, work);
    multiply(false, true, q, q, n, arrive, arrive, 0, w->kick);
    memcpy(inverse, w->kick, q * q * sizeof *inverse);
    bool fine = symmetric_function(q, inverse, 1e-12, -1) && symmetric_function(q, w->kick, 0, 0.5);
    /* Regression of the window's noise on where the state arrives: to = cov(y, s') cov(s')^+. */
    multiply(false, true, window, q, n, response, arrive, 0, cross);
    multiply(false, false, window, q, q, cross, inverse, 0, w->to);
    multiply(false, true, window, window, n, response, response, 0, w->noise);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)window, (int)window, (int)q, -1, w->to, (int)q, cross,
                (int)q, 1, w->noise, (int)window);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)window, (int)q, (int)q, -1, w->to, (int)q, w->evolve,
                (int)q, 1, w->from, (int)q);
    fine = fine && symmetric_function(window, w->noise, 1e-14, 0.5);
    free(response);
    if (!fine) {
        window_form_clear(w);
        return mdgan_fail(error, MDGAN_NUMERIC, "the window form of a linear model of %zu states failed", q);
    }
    return MDGAN_OK;
}
