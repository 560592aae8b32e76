/* SPDX-License-Identifier: BSD-3-Clause */
#include "linear/arma.h"

#include <complex.h>
#include <lapacke.h>
#include <math.h>
#include <nlopt.h>
#include <stdlib.h>
#include <string.h>

/* Poles and zeros in second-order sections 1 + c1/z + c2/z^2, each given by two reflection coefficients
 * c2 = tanh(u2), c1 = tanh(u1) (1 + c2): every real u is stable and minimum-phase, complex and real pairs alike.
 * Parameters: [q] poles, [q] zeros, log variance of the innovations. */

enum { STATES_MAX = 32 };

/* One evaluation costs T^3: long records get fewer. */
static int evaluations_for(const size_t length)
{
    const double affordable = 250 * pow(256.0 / (double)length, 2);
    return (int)fmin(250, fmax(30, affordable));
}

typedef double complex complex_t;

typedef struct modes {
    complex_t pole[STATES_MAX];
    complex_t residue[STATES_MAX]; /* response h_k = sum residue pole^(k-1), k >= 1; h_0 = 1 */
    double variance;
} modes;

typedef struct section {
    double c1, c2;
} section;

static section section_of(const double *const u)
{
    const double c2 = tanh(u[1]);
    return (section){.c1 = tanh(u[0]) * (1 + c2), .c2 = c2};
}

static void modes_of(const size_t q, const double *const u, modes *const m)
{
    for (size_t i = 0; i < q; i += 2) {
        const section s = section_of(u + i);
        double discriminant = s.c1 * s.c1 / 4 - s.c2;
        if (fabs(discriminant) < 1e-9) {
            discriminant = -1e-9; /* keep double poles apart: their residues would grow without bound */
        }
        const complex_t root = csqrt(discriminant);
        m->pole[i] = -s.c1 / 2 + root;
        m->pole[i + 1] = -s.c1 / 2 - root;
    }
    for (size_t i = 0; i < q; i++) {
        complex_t residue = 1;
        for (size_t j = 0; j < q; j += 2) {
            const section s = section_of(u + q + j);
            residue *= m->pole[i] * m->pole[i] + s.c1 * m->pole[i] + s.c2;
        }
        for (size_t j = 0; j < q; j++) {
            residue /= j == i ? 1 : m->pole[i] - m->pole[j];
        }
        m->residue[i] = residue;
    }
    m->variance = exp(u[2 * q]);
}

static void autocovariance(const size_t q, const modes *const m, const size_t n, double *const r)
{
    memset(r, 0, n * sizeof *r);
    r[0] = m->variance;
    for (size_t i = 0; i < q; i++) {
        complex_t past = 0; /* sum_j residue_j / (1 - pole_i pole_j) */
        for (size_t j = 0; j < q; j++) {
            past += m->residue[j] / (1 - m->pole[i] * m->pole[j]);
        }
        r[0] += m->variance * creal(m->residue[i] * past);
        complex_t term = m->variance * m->residue[i] * (1 + m->pole[i] * past);
        for (size_t t = 1; t < n; t++) {
            r[t] += creal(term);
            term *= m->pole[i];
        }
    }
}

typedef struct problem {
    size_t q;
    const record_moments *moments;
    gaussian *work;
    double *r, *r_up, *r_down, *d_r; /* [T] each */
} problem;

static double cost(const unsigned n, const double *const u, double *const gradient, void *const context)
{
    const problem *const p = context;
    const size_t t_max = p->moments->length;
    modes m;
    modes_of(p->q, u, &m);
    autocovariance(p->q, &m, t_max, p->r);
    const double value = gaussian_cost(p->work, p->moments, p->r, gradient ? p->d_r : NULL);
    if (!isfinite(value)) {
        if (gradient) {
            memset(gradient, 0, n * sizeof *gradient);
        }
        return 1e30;
    }
    double v[2 * STATES_MAX + 1];
    memcpy(v, u, n * sizeof *v);
    /* The autocovariance is cheap; only its product with d(cost)/dr is needed, so differences of it are exact enough.
     */
    for (unsigned i = 0; gradient && i < n; i++) {
        const double h = 1e-6;
        v[i] = u[i] + h;
        modes_of(p->q, v, &m);
        autocovariance(p->q, &m, t_max, p->r_up);
        v[i] = u[i] - h;
        modes_of(p->q, v, &m);
        autocovariance(p->q, &m, t_max, p->r_down);
        v[i] = u[i];
        gradient[i] = 0;
        for (size_t t = 0; t < t_max; t++) {
            gradient[i] += p->d_r[t] * (p->r_up[t] - p->r_down[t]) / (2 * h);
        }
    }
    return value;
}

static int by_imaginary(const void *const a, const void *const b)
{
    const complex_t *const x = a, *const y = b;
    const double ax = fabs(cimag(*x)), ay = fabs(cimag(*y));
    if (ax != ay) {
        return ax < ay ? -1 : 1;
    }
    return (creal(*x) > creal(*y)) - (creal(*x) < creal(*y));
}

static double inside(const double k)
{
    const double bound = 1 - 1e-9;
    return k > bound ? bound : k < -bound ? -bound : k;
}

/* Roots of a real matrix as second-order sections; conjugates share |imaginary part|, so sorting by it pairs them, and
 * real roots pair among themselves. Roots outside the unit circle are reflected into it; *gain is the factor that this
 * takes from the spectrum. */
static bool sections_of(const size_t q, double *const matrix, double *const u, double *const gain)
{
    double re[STATES_MAX], im[STATES_MAX];
    complex_t root[STATES_MAX];
    if (LAPACKE_dgeev(LAPACK_ROW_MAJOR, 'N', 'N', (int)q, matrix, (int)q, re, im, NULL, 1, NULL, 1) != 0) {
        return false;
    }
    *gain = 1;
    for (size_t i = 0; i < q; i++) {
        root[i] = re[i] + im[i] * I;
        if (cabs(root[i]) > 1) {
            *gain *= creal(root[i] * conj(root[i]));
            root[i] = 1 / conj(root[i]);
        }
    }
    qsort(root, q, sizeof *root, by_imaginary);
    for (size_t i = 0; i < q; i += 2) {
        const double c1 = -creal(root[i] + root[i + 1]);
        const double c2 = inside(creal(root[i] * root[i + 1]));
        u[i] = atanh(inside(c1 / (1 + c2)));
        u[i + 1] = atanh(c2);
    }
    return true;
}

static bool parameters_of(const statespace *const s, double *const u)
{
    const size_t q = s->q;
    double matrix[STATES_MAX * STATES_MAX], gain;
    memcpy(matrix, s->a, q * q * sizeof *matrix);
    if (!sections_of(q, matrix, u, &gain)) {
        return false;
    }
    for (size_t i = 0; i < q; i++) {
        for (size_t j = 0; j < q; j++) {
            matrix[i * q + j] = s->a[i * q + j] - s->b[i] * s->c[j] / s->d[0];
        }
    }
    const bool fine = sections_of(q, matrix, u + q, &gain);
    u[2 * q] = 2 * log(fabs(s->d[0])) + log(gain);
    return fine;
}

/* Real form: a conjugate pair pole, residue becomes a 2 x 2 rotation block started from (1, 0). */
static mdgan_status realise(const size_t q, const modes *const m, statespace *const s, mdgan_error *const error)
{
    const mdgan_status status = statespace_create(s, q, 1, error);
    if (status != MDGAN_OK) {
        return status;
    }
    const double deviation = sqrt(m->variance);
    for (size_t i = 0; i < q; i += 2) {
        const double x = creal(m->pole[i]), y = cimag(m->pole[i]);
        if (y != 0) {
            const double block[4] = {x, y, -y, x};
            for (size_t k = 0; k < 4; k++) {
                s->a[(i + k / 2) * q + i + k % 2] = block[k];
            }
            s->b[i] = deviation;
            s->c[i] = 2 * creal(m->residue[i]);
            s->c[i + 1] = 2 * cimag(m->residue[i]);
            continue;
        }
        for (size_t k = i; k < i + 2; k++) {
            s->a[k * q + k] = creal(m->pole[k]);
            s->b[k] = deviation;
            s->c[k] = creal(m->residue[k]);
        }
    }
    s->d[0] = deviation;
    return statespace_normalise(s, error);
}

static void minimise(problem *const p, double *const u)
{
    const unsigned n = (unsigned)(2 * p->q + 1);
    nlopt_opt optimiser = nlopt_create(NLOPT_LD_LBFGS, n);
    if (!optimiser) {
        return; /* the start stays as it is */
    }
    nlopt_set_min_objective(optimiser, cost, p);
    nlopt_set_maxeval(optimiser, evaluations_for(p->moments->length));
    nlopt_set_ftol_rel(optimiser, 1e-9);
    /* tanh saturates in double beyond this. */
    nlopt_set_lower_bounds1(optimiser, -18);
    nlopt_set_upper_bounds1(optimiser, 18);
    nlopt_set_lower_bound(optimiser, (int)n - 1, -60);
    nlopt_set_upper_bound(optimiser, (int)n - 1, 60);
    double best[2 * STATES_MAX + 1], value, before = cost(n, u, NULL, p);
    memcpy(best, u, n * sizeof *best);
    /* Failing to reach the tolerance is no error: whatever is better than the start is kept. */
    nlopt_optimize(optimiser, best, &value);
    nlopt_destroy(optimiser);
    if (cost(n, best, NULL, p) < before) {
        memcpy(u, best, n * sizeof *best);
    }
}

mdgan_status arma_refine(const statespace *const start, const record_moments *const m, gaussian *const work,
                         statespace *const s, mdgan_error *const error)
{
    const size_t q = start->q, n = m->length;
    double u[2 * STATES_MAX + 1];
    if (q % 2 != 0 || q > STATES_MAX || start->m != 1 || start->d[0] == 0) {
        return mdgan_fail(error, MDGAN_INVALID, "a model of %zu states is not in innovations form", q);
    }
    double *const r = malloc(4 * n * sizeof *r);
    if (!r) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu lags", n);
    }
    problem p = {.q = q, .moments = m, .work = work, .r = r, .r_up = r + n, .r_down = r + 2 * n, .d_r = r + 3 * n};
    mdgan_status status = MDGAN_OK;
    if (parameters_of(start, u)) {
        minimise(&p, u);
        modes found;
        modes_of(q, u, &found);
        status = realise(q, &found, s, error);
    } else {
        status = mdgan_fail(error, MDGAN_NUMERIC, "the poles of a model of %zu states were not found", q);
    }
    free(r);
    return status;
}
