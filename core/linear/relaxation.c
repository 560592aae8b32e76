/* SPDX-License-Identifier: BSD-3-Clause */
#include "linear/relaxation.h"

#include <cblas.h>
#include <math.h>
#include <nlopt.h>
#include <stdlib.h>
#include <string.h>

enum { TIMES = 8, PARAMETERS = TIMES + 1, EVALUATIONS_MAX = 300 };

/* Strength of the prior: a step of e^2 in curvature between neighbouring times costs about one unit of likelihood. */
static const double smoothness = 0.25;

typedef struct problem {
    const gaussian *records;
    double prior;        /* strength per record */
    double decay[TIMES]; /* exp(-1 / tau_i) per frame */
    double *basis;       /* [TIMES][T] autocovariance of one relaxing part of unit strength */
    double *r, *d_r;     /* [T] */
} problem;

/* Increment autocovariance of an Ornstein-Uhlenbeck displacement of unit variance. */
static double increment_covariance(const double f, const size_t t)
{
    return t == 0 ? 2 * (1 - f) : -(1 - f) * (1 - f) * pow(f, (double)(t - 1));
}

/* u: [0] log variance of the Brownian increments, [1 + i] log a_i^2. */
static double cost(const unsigned n, const double *const u, double *const gradient, void *const context)
{
    const problem *const p = context;
    const int t_max = (int)p->records->length;
    memset(p->r, 0, p->records->length * sizeof *p->r);
    p->r[0] = exp(u[0]);
    for (size_t i = 0; i < TIMES; i++) {
        cblas_daxpy(t_max, exp(u[1 + i]), p->basis + i * p->records->length, 1, p->r, 1);
    }
    double value = gaussian_cost(p->records, p->r, gradient ? p->d_r : NULL);
    if (gradient) {
        memset(gradient, 0, n * sizeof *gradient);
        gradient[0] = isfinite(value) ? exp(u[0]) * p->d_r[0] : 0;
        for (size_t i = 0; isfinite(value) && i < TIMES; i++) {
            gradient[1 + i] = exp(u[1 + i]) * cblas_ddot(t_max, p->basis + i * p->records->length, 1, p->d_r, 1);
        }
    }
    for (size_t i = 2; i + 1 < n; i++) {
        const double bend = u[i - 1] - 2 * u[i] + u[i + 1];
        value += p->prior * bend * bend;
        if (gradient) {
            gradient[i - 1] += 2 * p->prior * bend;
            gradient[i] -= 4 * p->prior * bend;
            gradient[i + 1] += 2 * p->prior * bend;
        }
    }
    return isfinite(value) ? value : 1e30;
}

static mdgan_status realise(const problem *const p, const double *const u, statespace *const s,
                            mdgan_error *const error)
{
    const mdgan_status status = statespace_create(s, TIMES, PARAMETERS, error);
    if (status != MDGAN_OK) {
        return status;
    }
    s->d[TIMES] = exp(u[0] / 2);
    for (size_t i = 0; i < TIMES; i++) {
        const double f = p->decay[i], kick = sqrt(1 - f * f), a = exp(u[1 + i] / 2);
        s->a[i * TIMES + i] = f;
        s->b[i * PARAMETERS + i] = kick;
        s->c[i] = -(1 - f) * a;
        s->d[i] = kick * a;
    }
    return MDGAN_OK; /* unit covariance by construction */
}

mdgan_status relaxation_fit(const record_moments *const m, const gaussian *const records, statespace *const s,
                            mdgan_error *const error)
{
    const size_t n = m->length;
    problem p = {.records = records, .prior = smoothness / (double)m->n_record};
    p.basis = malloc((TIMES + 2) * n * sizeof *p.basis);
    if (!p.basis) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu lags", n);
    }
    p.r = p.basis + TIMES * n;
    p.d_r = p.r + n;
    double u[PARAMETERS], value;
    const double mean_square = record_moments_variance(m);
    u[0] = log(0.5 * mean_square);
    for (size_t i = 0; i < TIMES; i++) {
        /* From one frame to the length of a record; what relaxes later cannot be told from diffusion. */
        const double tau = pow((double)n, (double)i / (TIMES - 1));
        p.decay[i] = exp(-1 / tau);
        for (size_t t = 0; t < n; t++) {
            p.basis[i * n + t] = increment_covariance(p.decay[i], t);
        }
        u[1 + i] = log(0.5 * mean_square / TIMES / p.basis[i * n]);
    }
    nlopt_opt optimiser = nlopt_create(NLOPT_LD_LBFGS, PARAMETERS);
    nlopt_set_min_objective(optimiser, cost, &p);
    nlopt_set_maxeval(optimiser, EVALUATIONS_MAX);
    nlopt_set_ftol_rel(optimiser, 1e-10);
    nlopt_optimize(optimiser, u, &value);
    nlopt_destroy(optimiser);
    const mdgan_status status = realise(&p, u, s, error);
    free(p.basis);
    return status;
}
