/* SPDX-License-Identifier: BSD-3-Clause */
#include "linear/relaxation.h"

#include <cblas.h>
#include <math.h>
#include <nlopt.h>
#include <stdlib.h>
#include <string.h>

#include "linear/gaussian.h"
#include "linear/posterior.h"

/* From one frame to at least REACH records, PER_OCTAVE of them each time the time doubles: with one, a memory between
 * two times made two of itself, and the slower one leant on free diffusion (80 sets of 3,000 records with two memories:
 * displacement at 25 times their length 6 % too small and 30 % more scattered than with two). */
enum { TIMES_MAX = POSTERIOR_WEIGHTS_MAX - 1, PER_OCTAVE = 2, REACH = 32, EVALUATIONS_MAX = 300, SAMPLES = 2000 };

/* Strength of the optimiser's prior: a step of e^2 in curvature between neighbouring times costs one unit. */
static const double smoothness = 0.25;

/* Positions whose increments all but cancel leave little power at low frequency, which a larger floor would hide. */
static const double floor_share = 1e-4;

/* Mean diffusivity that goes with a time that is there, in units of the first frame's. */
static const double usual_diffusivity = 0.3;

/* Odds that there is a memory within an octave of times. Few records cannot tell a power law from a single time, and
 * the power law is the safer guess; many records would show the times that matter (measured on a melt, 180 records, and
 * on cages, 3,000). */
static double odds_of(const double n_record)
{
    return fmin(100 / n_record, 0.7);
}

/* Error bars must not rest on that guess: they also ask what a diffusion coefficient much smaller than it looks like
 * would leave of the displacement. */
static const double odds_doubted = 1;

/* Probability of one time that goes with the odds of its octave. */
static double presence_of(const double odds)
{
    return -expm1(-log1p(odds) / PER_OCTAVE);
}

typedef struct problem {
    const gaussian *records;
    size_t n_time, n_weight; /* n_time + 1 */
    double n_record;
    double time[TIMES_MAX]; /* frames */
    double *basis;          /* [n_weight][T] autocovariance per unit of weight; weight 0: free diffusion */
    double *r, *d_r;        /* [T] */
    double sum_basis[LONG_SCALES][TIMES_MAX + 1]; /* variance of sums over longer stretches per unit of weight */
} problem;

static void problem_clear(problem *const p)
{
    free(p->basis);
    p->basis = NULL;
}

/* Mean square, after a time t, of an Ornstein-Uhlenbeck displacement of diffusivity 1 at first. */
static double relaxed(const double tau, const double t)
{
    return -tau * expm1(-t / tau);
}

/* Autocovariance of its increments. */
static double increment_covariance(const double tau, const size_t t)
{
    const double lost = -expm1(-1 / tau);
    return tau * (t == 0 ? lost : -0.5 * lost * lost * exp(-(double)(t - 1) / tau));
}

/* Sums of increments are displacements. */
static void set_sum_basis(problem *const p)
{
    for (size_t scale = 0; scale < LONG_SCALES; scale++) {
        const double t = (double)long_sums_frames(p->records->length, scale);
        p->sum_basis[scale][0] = t;
        for (size_t i = 0; i < p->n_time; i++) {
            p->sum_basis[scale][i + 1] = relaxed(p->time[i], t);
        }
    }
}

static void sum_variances(const problem *const p, const double *const weight, double *const variance)
{
    for (size_t scale = 0; scale < LONG_SCALES; scale++) {
        variance[scale] = cblas_ddot((int)p->n_weight, p->sum_basis[scale], 1, weight, 1);
    }
}

static mdgan_status problem_create(problem *const p, const gaussian *const records, const double n_record,
                                   mdgan_error *const error)
{
    const size_t n = records->length;
    *p = (problem){.records = records, .n_record = n_record};
    do {
        p->time[p->n_time] = exp2((double)p->n_time / PER_OCTAVE);
    } while (p->time[p->n_time++] < (double)(REACH * n) && p->n_time < TIMES_MAX);
    p->n_weight = p->n_time + 1;
    p->basis = calloc((p->n_weight + 2) * n, sizeof *p->basis);
    if (!p->basis) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu lags", n);
    }
    p->r = p->basis + p->n_weight * n;
    p->d_r = p->r + n;
    p->basis[0] = 1;
    set_sum_basis(p);
    for (size_t i = 0; i < p->n_time; i++) {
        for (size_t t = 0; t < n; t++) {
            p->basis[(i + 1) * n + t] = increment_covariance(p->time[i], t);
        }
    }
    return MDGAN_OK;
}

/* d(cost)/d(weight), [n_weight], from d(cost)/dr. */
static void gradient_of(const problem *const p, double *const gradient)
{
    const int n = (int)p->records->length;
    cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)p->n_weight, n, 1, p->basis, n, p->d_r, 1, 0, gradient, 1);
}

static void covariance_of(const problem *const p, const double *const weight)
{
    const int n = (int)p->records->length;
    cblas_dgemv(CblasRowMajor, CblasTrans, (int)p->n_weight, n, 1, p->basis, n, weight, 1, 0, p->r, 1);
}

/* Cost per record, without the prior. gradient: [n_weight] d/d(weight), or NULL. */
static double misfit(const problem *const p, const double *const weight, double *const gradient)
{
    double variance[LONG_SCALES], d_sum[LONG_SCALES];
    covariance_of(p, weight);
    sum_variances(p, weight, variance);
    const double value = gaussian_cost(p->records, p->r, gradient ? p->d_r : NULL) +
                         gaussian_sums_cost(p->records, variance, gradient ? d_sum : NULL);
    if (gradient && isfinite(value)) {
        gradient_of(p, gradient);
        for (size_t scale = 0; scale < LONG_SCALES; scale++) {
            cblas_daxpy((int)p->n_weight, d_sum[scale], p->sum_basis[scale], 1, gradient, 1);
        }
    }
    return value;
}

/* Per record; u: logarithms of the weights. */
static double cost(const unsigned n, const double *const u, double *const gradient, void *const context)
{
    const problem *const p = context;
    const double prior = smoothness / p->n_record;
    double weight[TIMES_MAX + 1] = {0};
    for (size_t i = 0; i < n; i++) {
        weight[i] = exp(u[i]);
    }
    double value = misfit(p, weight, gradient);
    if (!isfinite(value)) {
        if (gradient) {
            memset(gradient, 0, n * sizeof *gradient);
        }
        return 1e30;
    }
    for (size_t i = 0; gradient && i < n; i++) {
        gradient[i] *= weight[i];
    }
    for (size_t i = 2; i + 1 < n; i++) {
        const double bend = u[i - 1] - 2 * u[i] + u[i + 1];
        value += prior * bend * bend;
        if (gradient) {
            gradient[i - 1] += 2 * prior * bend;
            gradient[i] -= 4 * prior * bend;
            gradient[i + 1] += 2 * prior * bend;
        }
    }
    return value;
}

/* Weights of a smooth spectrum, where the likelihood is then expanded. */
static mdgan_status find_smooth(problem *const p, const double mean_square, double *const weight,
                                mdgan_error *const error)
{
    const unsigned n = (unsigned)p->n_weight;
    double u[TIMES_MAX + 1], value;
    nlopt_opt optimiser = nlopt_create(NLOPT_LD_LBFGS, n);
    if (!optimiser) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for an optimiser of %u weights", n);
    }
    for (size_t i = 0; i < n; i++) {
        u[i] = log(mean_square * (i == 0 ? 0.5 : 0.5 / (double)p->n_time));
    }
    nlopt_set_min_objective(optimiser, cost, p);
    nlopt_set_maxeval(optimiser, EVALUATIONS_MAX);
    nlopt_set_ftol_rel(optimiser, 1e-10);
    /* Weights that the data do not want vanish; how small they are does not matter. */
    nlopt_set_lower_bounds1(optimiser, log(mean_square) - 16);
    nlopt_set_upper_bounds1(optimiser, log(mean_square) + 4);
    nlopt_optimize(optimiser, u, &value); /* whatever it reaches is better than the start */
    nlopt_destroy(optimiser);
    for (size_t i = 0; i < n; i++) {
        weight[i] = exp(u[i]);
    }
    return MDGAN_OK;
}

/* Fisher's information of the sums over longer stretches. */
static void add_sums_information(const problem *const p, const double *const weight, posterior *const out)
{
    double variance[LONG_SCALES], information[LONG_SCALES];
    sum_variances(p, weight, variance);
    long_sums_information(&p->records->sums, p->records->length, p->records->floor, variance, information);
    for (size_t scale = 0; scale < LONG_SCALES; scale++) {
        const double *const basis = p->sum_basis[scale];
        for (size_t k = 0; k < p->n_weight; k++) {
            cblas_daxpy((int)p->n_weight, information[scale] * basis[k], basis, 1, out->information[k], 1);
        }
    }
}

/* Fisher's information of the records: the curvature of the cost where the records' moments are those of the model. */
static mdgan_status add_information(const problem *const p, const double *const weight, posterior *const out,
                                    mdgan_error *const error)
{
    const size_t n = p->records->length;
    record_moments ideal;
    gaussian g = {0};
    mdgan_status status = record_moments_create(&ideal, n, error);
    if (status != MDGAN_OK) {
        return status;
    }
    covariance_of(p, weight);
    for (size_t i = 0; i < n * n; i++) {
        ideal.moment[i] = p->r[i / n > i % n ? i / n - i % n : i % n - i / n];
    }
    status = gaussian_create(&g, &ideal, p->records->floor, error);
    const double size = p->r[0];
    for (size_t k = 0; status == MDGAN_OK && k < p->n_weight; k++) {
        for (int side = -1; side <= 1; side += 2) {
            const double h = side * 1e-4 * size / p->basis[k * n];
            double shifted[TIMES_MAX + 1], gradient[TIMES_MAX + 1];
            memcpy(shifted, weight, p->n_weight * sizeof *shifted);
            shifted[k] += h;
            covariance_of(p, shifted);
            if (!isfinite(gaussian_cost(&g, p->r, p->d_r))) {
                status = mdgan_fail(error, MDGAN_NUMERIC, "a relaxation spectrum has no covariance");
                break;
            }
            gradient_of(p, gradient);
            for (size_t l = 0; l < p->n_weight; l++) {
                const double part = p->n_record * gradient[l] / (4e-4 * size / p->basis[k * n]) * side;
                out->information[k][l] += part;
                out->information[l][k] += part;
            }
        }
    }
    gaussian_clear(&g);
    record_moments_clear(&ideal);
    return status;
}

/* The likelihood, expanded about weights to second order. */
static mdgan_status expand(const problem *const p, const double mean_square, const double *const weight,
                           posterior *const out, mdgan_error *const error)
{
    double gradient[TIMES_MAX + 1];
    *out = (posterior){
        .n = p->n_weight, .presence = presence_of(odds_of(p->n_record)), .scale = usual_diffusivity * mean_square};
    const mdgan_status status = add_information(p, weight, out, error);
    if (status != MDGAN_OK) {
        return status;
    }
    add_sums_information(p, weight, out);
    misfit(p, weight, gradient);
    for (size_t k = 0; k < out->n; k++) {
        out->right[k] = cblas_ddot((int)out->n, out->information[k], 1, weight, 1) - p->n_record * gradient[k];
    }
    return MDGAN_OK;
}

/* Parts of a spectrum, from short times to long ones. */
typedef struct spectrum {
    size_t n;
    double brownian;
    double time[TIMES_MAX], weight[TIMES_MAX]; /* weight: diffusivity g */
} spectrum;

static double displacement(const spectrum *const s, const double t)
{
    double sum = s->brownian * t;
    for (size_t i = 0; i < s->n; i++) {
        sum += s->weight[i] * relaxed(s->time[i], t);
    }
    return sum;
}

/* Parts i and i + 1 as one that is alike at short and at long times. */
static spectrum merged(const spectrum *const s, const size_t i)
{
    spectrum out = *s;
    const double weight = s->weight[i] + s->weight[i + 1];
    out.time[i] = (s->weight[i] * s->time[i] + s->weight[i + 1] * s->time[i + 1]) / weight;
    out.weight[i] = weight;
    out.n--;
    for (size_t k = i + 1; k < out.n; k++) {
        out.time[k] = s->time[k + 1];
        out.weight[k] = s->weight[k + 1];
    }
    return out;
}

/* Largest relative change of the displacement. */
static double change(const spectrum *const a, const spectrum *const b)
{
    const size_t n = 2 + (size_t)(2 * log2(b->time[b->n - 1]));
    double largest = 0;
    for (size_t i = 0; i <= n; i++) {
        const double t = exp2(0.5 * (double)i);
        largest = fmax(largest, fabs(displacement(a, t) / displacement(b, t) - 1));
    }
    return largest;
}

/* Merges the two neighbours that are missed least, until n are left. */
static void shorten(spectrum *const s, const size_t n)
{
    while (s->n > n) {
        spectrum best = merged(s, 0);
        double least = change(&best, s);
        for (size_t i = 1; i + 1 < s->n; i++) {
            const spectrum one = merged(s, i);
            const double its = change(&one, s);
            if (its < least) {
                least = its;
                best = one;
            }
        }
        *s = best;
    }
}

static mdgan_status realise(const spectrum *const p, statespace *const s, mdgan_error *const error)
{
    const size_t q = p->n, m = q + 1;
    const mdgan_status status = statespace_create(s, q, m, error);
    if (status != MDGAN_OK) {
        return status;
    }
    s->d[q] = sqrt(p->brownian);
    for (size_t i = 0; i < q; i++) {
        const double f = exp(-1 / p->time[i]), kick = sqrt(-expm1(-2 / p->time[i])),
                     a = sqrt(p->weight[i] * p->time[i] / 2);
        s->a[i * q + i] = f;
        s->b[i * m + i] = kick;
        s->c[i] = -(1 - f) * a;
        s->d[i] = kick * a;
    }
    return MDGAN_OK; /* unit covariance by construction */
}

typedef struct member {
    double late; /* displacement long after the records */
    const double *weight;
} member;

static int by_displacement(const void *const a, const void *const b)
{
    const member *const x = a, *const y = b;
    return (x->late > y->late) - (x->late < y->late);
}

static double displacement_of(const problem *const p, const double *const weight, const double t)
{
    double sum = weight[0] * t;
    for (size_t i = 0; i < p->n_time; i++) {
        sum += weight[i + 1] * relaxed(p->time[i], t);
    }
    return sum;
}

/* Mean weights of the middle half of the sample, by late displacement: a few members with slow memories that leave no
 * trace in the records would drag the mean of all far below most. */
static spectrum average(const problem *const p, const double *const sample)
{
    enum { FIRST = SAMPLES / 4, LAST = SAMPLES - SAMPLES / 4 };
    spectrum mean = {.n = p->n_time};
    member all[SAMPLES];
    memcpy(mean.time, p->time, sizeof mean.time);
    for (size_t i = 0; i < SAMPLES; i++) {
        all[i].weight = sample + i * p->n_weight;
        all[i].late = displacement_of(p, all[i].weight, 10 * (double)p->records->length);
    }
    qsort(all, SAMPLES, sizeof *all, by_displacement);
    for (size_t i = FIRST; i < LAST; i++) {
        mean.brownian += all[i].weight[0] / (LAST - FIRST);
        cblas_daxpy((int)p->n_time, 1.0 / (LAST - FIRST), all[i].weight + 1, 1, mean.weight, 1);
    }
    /* Times that no member has. */
    for (size_t i = 0; i < mean.n; i++) {
        mean.weight[i] = fmax(mean.weight[i], 1e-9 * mean.brownian);
    }
    return mean;
}

/* Relative root mean square distances of the sample's displacements from those of a spectrum. */
static void spread(const problem *const p, const double *const sample, const spectrum *const about,
                   const relaxation_bars *const bars)
{
    for (size_t k = 0; k < bars->n; k++) {
        const double its = displacement(about, bars->lag[k]);
        double square = 0;
        for (size_t i = 0; i < SAMPLES; i++) {
            square += pow(displacement_of(p, sample + i * p->n_weight, bars->lag[k]) / its - 1, 2) / SAMPLES;
        }
        bars->bar[k] = sqrt(square);
    }
}

static mdgan_status fit(problem *const p, const double mean_square, statespace *const s,
                        const relaxation_bars *const bars, mdgan_error *const error)
{
    double weight[TIMES_MAX + 1];
    posterior belief;
    double *const sample = malloc(SAMPLES * p->n_weight * sizeof *sample);
    mdgan_status status = sample ? find_smooth(p, mean_square, weight, error)
                                 : mdgan_fail(error, MDGAN_MEMORY, "no memory for %d relaxation spectra", SAMPLES);
    if (status == MDGAN_OK) {
        status = expand(p, mean_square, weight, &belief, error);
    }
    if (status == MDGAN_OK) {
        posterior_sample(&belief, weight, SAMPLES, sample);
        spectrum mean = average(p, sample);
        if (bars) {
            belief.presence = presence_of(odds_doubted);
            belief.first_rate = 1 / belief.scale;
            posterior_sample(&belief, weight, SAMPLES, sample);
            spread(p, sample, &mean, bars);
        }
        shorten(&mean, RELAXATION_STATES);
        status = realise(&mean, s, error);
    }
    free(sample);
    return status;
}

mdgan_status relaxation_fit(const record_moments *const m, statespace *const s, const relaxation_bars *const bars,
                            mdgan_error *const error)
{
    const double mean_square = record_moments_variance(m);
    gaussian records;
    problem p = {0};
    mdgan_status status = gaussian_create(&records, m, floor_share * mean_square, error);
    if (status != MDGAN_OK) {
        return status;
    }
    status = problem_create(&p, &records, (double)m->n_record, error);
    if (status == MDGAN_OK) {
        status = fit(&p, mean_square, s, bars, error);
    }
    problem_clear(&p);
    gaussian_clear(&records);
    return status;
}
