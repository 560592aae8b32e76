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

/* One evaluation costs T^2: long records get fewer. */
static int evaluations_for(const size_t length)
{
    const double affordable = 250 * pow(256.0 / (double)length, 2);
    return (int)fmin(250, fmax(30, affordable));
}

typedef double complex complex_t;

/* Autocovariance r_0, r_t = sum coefficient pole^(t-1). */
typedef struct modes {
    complex_t pole[STATES_MAX];
    complex_t residue[STATES_MAX]; /* response h_k = sum residue pole^(k-1), k >= 1; h_0 = 1 */
    complex_t coefficient[STATES_MAX];
    double r0;
    double variance; /* of the innovations */
} modes;

typedef struct section {
    double c1, c2;
} section;

static section section_of(const double *const u)
{
    const double c2 = tanh(u[1]);
    return (section){.c1 = tanh(u[0]) * (1 + c2), .c2 = c2};
}

/* 1 / z. C's own division of complex numbers guards against overflow, which takes several times as long. */
static complex_t inverse(const complex_t z)
{
    const double x = creal(z), y = cimag(z), square = x * x + y * y;
    return x / square - y / square * I;
}

static void find_poles(const size_t q, const double *const u, complex_t *const pole)
{
    for (size_t i = 0; i < q; i += 2) {
        const section s = section_of(u + i);
        double discriminant = s.c1 * s.c1 / 4 - s.c2;
        if (fabs(discriminant) < 1e-9) {
            discriminant = -1e-9; /* keep double poles apart: their residues would grow without bound */
        }
        const complex_t root = csqrt(discriminant);
        pole[i] = -s.c1 / 2 + root;
        pole[i + 1] = -s.c1 / 2 - root;
    }
}

static void modes_of(const size_t q, const double *const u, modes *const m)
{
    section zeros[STATES_MAX / 2];
    for (size_t j = 0; j < q; j += 2) {
        zeros[j / 2] = section_of(u + q + j);
    }
    find_poles(q, u, m->pole);
    for (size_t i = 0; i < q; i++) {
        complex_t above = 1, below = 1;
        for (size_t j = 0; j < q / 2; j++) {
            above *= m->pole[i] * m->pole[i] + zeros[j].c1 * m->pole[i] + zeros[j].c2;
        }
        for (size_t j = 0; j < q; j++) {
            below *= j == i ? 1 : m->pole[i] - m->pole[j];
        }
        m->residue[i] = above * inverse(below);
    }
    m->variance = exp(u[2 * q]);
    m->r0 = m->variance;
    for (size_t i = 0; i < q; i++) {
        complex_t past = 0;
        for (size_t j = 0; j < q; j++) {
            past += m->residue[j] * inverse(1 - m->pole[i] * m->pole[j]);
        }
        m->r0 += m->variance * creal(m->residue[i] * past);
        m->coefficient[i] = m->variance * m->residue[i] * (1 + m->pole[i] * past);
    }
}

/* The two terms of a section obey x_t = -c1 x_{t-1} - c2 x_{t-2}. */
static void autocovariance(const size_t q, const modes *const m, const size_t n, double *const r)
{
    memset(r, 0, n * sizeof *r);
    r[0] = m->r0;
    for (size_t i = 0; i < q; i += 2) {
        const double c1 = -creal(m->pole[i] + m->pole[i + 1]), c2 = creal(m->pole[i] * m->pole[i + 1]);
        const complex_t second = m->coefficient[i] * m->pole[i] + m->coefficient[i + 1] * m->pole[i + 1];
        double now = creal(m->coefficient[i] + m->coefficient[i + 1]), next = creal(second);
        for (size_t t = 1; t < n; t++) {
            const double after = -c1 * next - c2 * now;
            r[t] += now;
            now = next;
            next = after;
        }
    }
}

/* sum over t = 1 .. n - 1 of (n - t) z^(t - 1). power: z^n */
static complex_t ramp(const double n, const complex_t z, const complex_t power)
{
    const complex_t left = 1 - z;
    if (n * cabs(left) < 1e-3) { /* there the other form takes the difference of nearly equal numbers */
        return n * (n - 1) / 2 * (1 - (n - 2) * left / 3);
    }
    return (n * left - (1 - power)) * inverse(left * left);
}

/* Variances of sums over longer stretches than records. variance: [LONG_SCALES] */
static void sum_variances(const size_t q, const modes *const m, const size_t length, double *const variance)
{
    for (size_t scale = 0; scale < LONG_SCALES; scale++) {
        variance[scale] = (double)long_sums_frames(length, scale) * m->r0;
    }
    for (size_t k = 0; k < q; k++) {
        complex_t power = cpow(m->pole[k], (double)length);
        for (size_t scale = 0; scale < LONG_SCALES; scale++) {
            const double n = (double)long_sums_frames(length, scale);
            power *= power;
            variance[scale] += 2 * creal(m->coefficient[k] * ramp(n, m->pole[k], power));
        }
    }
}

typedef struct problem {
    size_t q;
    const gaussian *records;
    double *r, *d_r; /* [T] each */
    double d_sum[LONG_SCALES];
} problem;

static bool has_sums(const problem *const p)
{
    return long_sums_scales(&p->records->sums) > 0;
}

/* value = sum_t d_r[t + 1] z^t and its derivative. */
static void power_series(const size_t n, const double *const d_r, const complex_t z, complex_t *const value,
                         complex_t *const slope)
{
    *value = *slope = 0;
    for (size_t t = n; t-- > 1;) {
        *slope = *slope * z + *value;
        *value = *value * z + d_r[t];
    }
}

/* What d(cost)/d(variances) makes of the variances of sums. */
static double sums_slope(const problem *const p, const modes *const m)
{
    double variance[LONG_SCALES], sum = 0;
    if (has_sums(p)) {
        sum_variances(p->q, m, p->records->length, variance);
        for (size_t scale = 0; scale < LONG_SCALES; scale++) {
            sum += p->d_sum[scale] * variance[scale];
        }
    }
    return sum;
}

/* d(cost)/du from d(cost)/dr. The modes are cheap, so differences of them are exact enough; sums over all lags are
 * taken once, with their slopes. */
static void differentiate(const problem *const p, const double *const u, const modes *const m, double *const gradient)
{
    const size_t q = p->q, n = 2 * q + 1;
    complex_t value[STATES_MAX], slope[STATES_MAX];
    double v[2 * STATES_MAX + 1];
    for (size_t k = 0; k < q; k++) {
        power_series(p->records->length, p->d_r, m->pole[k], &value[k], &slope[k]);
    }
    memcpy(v, u, n * sizeof *v);
    for (size_t i = 0; i < n; i++) {
        const double h[2] = {1e-6, -1e-6};
        gradient[i] = 0;
        for (size_t side = 0; side < 2; side++) {
            modes near;
            v[i] = u[i] + h[side];
            modes_of(q, v, &near);
            double sum = p->d_r[0] * near.r0;
            for (size_t k = 0; k < q; k++) {
                sum += creal(near.coefficient[k] * (value[k] + slope[k] * (near.pole[k] - m->pole[k])));
            }
            sum += sums_slope(p, &near);
            gradient[i] += sum / (2 * h[side]);
        }
        v[i] = u[i];
    }
}

static double cost(const unsigned n, const double *const u, double *const gradient, void *const context)
{
    problem *const p = context;
    modes m;
    modes_of(p->q, u, &m);
    autocovariance(p->q, &m, p->records->length, p->r);
    double value = gaussian_cost(p->records, p->r, gradient ? p->d_r : NULL);
    if (has_sums(p)) {
        double variance[LONG_SCALES];
        sum_variances(p->q, &m, p->records->length, variance);
        value += gaussian_sums_cost(p->records, variance, gradient ? p->d_sum : NULL);
    }
    if (!isfinite(value)) {
        if (gradient) {
            memset(gradient, 0, n * sizeof *gradient);
        }
        return 1e30;
    }
    if (gradient) {
        differentiate(p, u, &m, gradient);
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
    mdgan_status status = statespace_create(s, q, 1, error);
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
    status = statespace_normalise(s, error);
    if (status != MDGAN_OK) {
        statespace_clear(s);
    }
    return status;
}

/* The optimiser's line search gives up in narrow valleys, such as those of nearly undamped poles, far from their
 * bottom: it starts again, with a new idea of the curvature, as long as that helps. */
static void minimise(problem *const p, double *const u)
{
    enum { ROUNDS = 12 };
    const unsigned n = (unsigned)(2 * p->q + 1);
    nlopt_opt optimiser = nlopt_create(NLOPT_LD_LBFGS, n);
    if (!optimiser) {
        return; /* the start stays as it is */
    }
    nlopt_set_min_objective(optimiser, cost, p);
    nlopt_set_maxeval(optimiser, evaluations_for(p->records->length));
    nlopt_set_ftol_rel(optimiser, 1e-9);
    /* tanh saturates in double beyond this. */
    nlopt_set_lower_bounds1(optimiser, -18);
    nlopt_set_upper_bounds1(optimiser, 18);
    nlopt_set_lower_bound(optimiser, (int)n - 1, -60);
    nlopt_set_upper_bound(optimiser, (int)n - 1, 60);
    double least = cost(n, u, NULL, p);
    bool better = true;
    for (size_t round = 0; better && round < ROUNDS; round++) {
        double next[2 * STATES_MAX + 1], value;
        memcpy(next, u, n * sizeof *next);
        /* Failing to reach the tolerance is no error: whatever is better than the start is kept. */
        nlopt_optimize(optimiser, next, &value);
        const double reached = cost(n, next, NULL, p);
        better = reached < least - 1e-8 * fabs(least);
        if (reached < least) {
            memcpy(u, next, n * sizeof *next);
            least = reached;
        }
    }
    nlopt_destroy(optimiser);
}

mdgan_status arma_refine(const statespace *const start, const gaussian *const records, statespace *const s,
                         mdgan_error *const error)
{
    const size_t q = start->q, n = records->length;
    double u[2 * STATES_MAX + 1];
    if (q % 2 != 0 || q > STATES_MAX || start->m != 1 || start->d[0] == 0) {
        return mdgan_fail(error, MDGAN_INVALID, "a model of %zu states is not in innovations form", q);
    }
    double *const r = malloc(2 * n * sizeof *r);
    if (!r) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu lags", n);
    }
    problem p = {.q = q, .records = records, .r = r, .d_r = r + n};
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
