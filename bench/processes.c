/* SPDX-License-Identifier: BSD-3-Clause */
#include "processes.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <nlopt.h>
#include <stdlib.h>
#include <string.h>

#include "synthetic.h"

mdgan_status process_sine(mdgan_dataset *const data, const size_t n_entity, const size_t n_frame,
                          const double amplitude, const double omega, const double deviation, uint64_t seed,
                          mdgan_error *const error)
{
    const mdgan_feature feature = {
        .name = "oscillator", .kind = MDGAN_SCALAR, .n_component = 1, .reversible = true, .dt = 1, .stride = 1};
    const mdgan_status status = mdgan_dataset_create(data, &feature, n_entity, n_frame, error);
    for (size_t e = 0; status == MDGAN_OK && e < n_entity; e++) {
        const double phase = 2 * M_PI * synthetic_uniform(&seed);
        for (size_t t = 0; t < n_frame; t++) {
            data->value[e * n_frame + t] =
                (float)(amplitude * sin(omega * (double)t + phase) + deviation * synthetic_normal(&seed));
        }
    }
    return status;
}

static void add_path(const process_diffusion *const p, const size_t n_frame, uint64_t *const seed, float *const out)
{
    double free_part = 0, bound[PROCESS_MEMORIES];
    for (size_t i = 0; i < PROCESS_MEMORIES; i++) {
        bound[i] = sqrt(p->square[i]) * synthetic_normal(seed);
    }
    for (size_t t = 0; t < n_frame; t++) {
        double x = free_part;
        for (size_t i = 0; i < PROCESS_MEMORIES; i++) {
            const double kept = exp(-1 / p->time[i]);
            x += bound[i];
            bound[i] = kept * bound[i] + sqrt(p->square[i] * (1 - kept * kept)) * synthetic_normal(seed);
        }
        free_part += sqrt(2 * p->diffusion) * synthetic_normal(seed);
        out[3 * t] = (float)x;
    }
}

mdgan_status process_positions(const process_diffusion *const p, mdgan_dataset *const data, const size_t n_entity,
                               const size_t n_frame, uint64_t seed, mdgan_error *const error)
{
    const mdgan_feature feature = {.name = "diffusion",
                                   .kind = MDGAN_POSITION,
                                   .n_component = 3,
                                   .isotropic = true,
                                   .reversible = true,
                                   .dt = 1,
                                   .stride = 1};
    const mdgan_status status = mdgan_dataset_create(data, &feature, n_entity, n_frame, error);
    for (size_t i = 0; status == MDGAN_OK && i < 3 * n_entity; i++) {
        add_path(p, n_frame, &seed, data->value + i / 3 * n_frame * 3 + i % 3);
    }
    return status;
}

double process_displacement(const process_diffusion *const p, const double frames)
{
    double msd = 6 * p->diffusion * frames;
    for (size_t i = 0; i < PROCESS_MEMORIES; i++) {
        msd += 6 * p->square[i] * (1 - exp(-frames / p->time[i]));
    }
    return msd;
}

enum { TERMS = 1 + PROCESS_MEMORIES };

/* Autocovariance of the increments of one component at some lag, per unit of D or of a_i^2. */
static double term(const process_diffusion *const p, const size_t k, const size_t lag)
{
    if (k == 0) {
        return lag == 0 ? 2 : 0;
    }
    const double kept = exp(-1 / p->time[k - 1]);
    return lag == 0 ? 2 * (1 - kept) : -pow(1 - kept, 2) * pow(kept, (double)lag - 1);
}

/* Matrices of a fit to records of T increments, [T][T] each. */
typedef struct fit {
    size_t n;
    double *moment;        /* mean product of the increments */
    double *inverse;       /* of their covariance */
    double *weighted;      /* inverse times moment */
    double *solved[TERMS]; /* inverse times the term's own covariance */
    double *work;
    double log_determinant;   /* of the covariance */
    process_diffusion *found; /* what a search for times tries */
} fit;

static mdgan_status fit_create(fit *const f, const size_t n, mdgan_error *const error)
{
    *f = (fit){.n = n, .moment = calloc((4 + TERMS) * n * n, sizeof(double))};
    if (!f->moment) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for covariances of %zu frames", n);
    }
    f->inverse = f->moment + n * n;
    f->weighted = f->inverse + n * n;
    for (size_t k = 0; k < TERMS; k++) {
        f->solved[k] = f->weighted + (k + 1) * n * n;
    }
    f->work = f->weighted + (TERMS + 1) * n * n;
    return MDGAN_OK;
}

static void add_moments(fit *const f, const mdgan_dataset *const data)
{
    const size_t d = data->feature.n_component;
    double *const record = f->work;
    for (size_t i = 0; i < data->n_entity * d; i++) {
        const float *const x = mdgan_dataset_entity(data, i / d) + i % d;
        for (size_t t = 0; t < f->n; t++) {
            record[t] = (double)x[(t + 1) * d] - x[t * d];
        }
        cblas_dsyr(CblasRowMajor, CblasUpper, (int)f->n, 1 / (double)(data->n_entity * d), record, 1, f->moment,
                   (int)f->n);
    }
    for (size_t i = 0; i < f->n; i++) {
        for (size_t k = 0; k < i; k++) {
            f->moment[i * f->n + k] = f->moment[k * f->n + i];
        }
    }
}

static mdgan_status invert(fit *const f, const process_diffusion *const p, mdgan_error *const error)
{
    const size_t n = f->n;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            const size_t lag = i > j ? i - j : j - i;
            double *const s = &f->inverse[i * n + j];
            *s = p->diffusion * term(p, 0, lag);
            for (size_t k = 0; k < PROCESS_MEMORIES; k++) {
                *s += p->square[k] * term(p, k + 1, lag);
            }
        }
    }
    bool good = LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'U', (int)n, f->inverse, (int)n) == 0;
    f->log_determinant = 0;
    for (size_t i = 0; good && i < n; i++) {
        f->log_determinant += 2 * log(f->inverse[i * (n + 1)]);
    }
    good = good && LAPACKE_dpotri(LAPACK_ROW_MAJOR, 'U', (int)n, f->inverse, (int)n) == 0;
    return good ? MDGAN_OK
                : mdgan_fail(error, MDGAN_NUMERIC, "increments of %zu frames have no covariance of this form", n);
}

/* tr(a b). */
static double trace(const double *const a, const double *const b, const size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += cblas_ddot((int)n, a + i * n, 1, b + i, (int)n);
    }
    return sum;
}

/* Normal equations of the likelihood for covariances that are sums of terms: information[k][l] = tr(S^-1 T_k S^-1 T_l),
 * right[k] = tr(S^-1 T_k S^-1 M). */
static void normal_equations(const fit *const f, const process_diffusion *const p, double information[TERMS][TERMS],
                             double right[TERMS])
{
    const size_t n = f->n;
    double *const work = f->work;
    for (size_t k = 0; k < TERMS; k++) {
        for (size_t i = 0; i < n * n; i++) {
            const size_t row = i / n, column = i % n;
            work[i] = term(p, k, row > column ? row - column : column - row);
        }
        cblas_dsymm(CblasRowMajor, CblasLeft, CblasUpper, (int)n, (int)n, 1, f->inverse, (int)n, work, (int)n, 0,
                    f->solved[k], (int)n);
    }
    cblas_dsymm(CblasRowMajor, CblasLeft, CblasUpper, (int)n, (int)n, 1, f->inverse, (int)n, f->moment, (int)n, 0,
                f->weighted, (int)n);
    for (size_t k = 0; k < TERMS; k++) {
        right[k] = trace(f->solved[k], f->weighted, n);
        for (size_t l = 0; l < TERMS; l++) {
            information[k][l] = trace(f->solved[k], f->solved[l], n);
        }
    }
}

/* Solves for the terms in the set @p chosen, a bit each; false if it is singular or one of them is not above 0. */
static bool solve_some(double information[TERMS][TERMS], const double right[TERMS], const unsigned chosen,
                       double value[TERMS])
{
    double a[TERMS * TERMS], b[TERMS];
    size_t index[TERMS], n = 0;
    for (size_t k = 0; k < TERMS; k++) {
        value[k] = 0;
        if (chosen >> k & 1) {
            index[n++] = k;
        }
    }
    for (size_t i = 0; i < n; i++) {
        b[i] = right[index[i]];
        for (size_t j = 0; j < n; j++) {
            a[i * n + j] = information[index[i]][index[j]];
        }
    }
    bool good = LAPACKE_dposv(LAPACK_ROW_MAJOR, 'U', (lapack_int)n, 1, a, (lapack_int)n, b, 1) == 0;
    for (size_t i = 0; i < n; i++) {
        value[index[i]] = b[i];
        good = good && b[i] > 0;
    }
    return good;
}

/* The best of all sets of terms: there are few. */
static bool solve_positive(double information[TERMS][TERMS], const double right[TERMS], double best[TERMS])
{
    double least = INFINITY;
    for (unsigned chosen = 1; chosen < 1U << TERMS; chosen++) {
        double value[TERMS], cost = 0;
        if (!solve_some(information, right, chosen, value)) {
            continue;
        }
        for (size_t k = 0; k < TERMS; k++) {
            cost -= value[k] * right[k]; /* at its least, half the quadratic form is taken back */
        }
        if (cost < least) {
            least = cost;
            memcpy(best, value, sizeof value);
        }
    }
    return isfinite(least);
}

static mdgan_status improve(fit *const f, process_diffusion *const p, mdgan_error *const error)
{
    double information[TERMS][TERMS], right[TERMS], value[TERMS] = {0};
    const mdgan_status status = invert(f, p, error);
    if (status != MDGAN_OK) {
        return status;
    }
    normal_equations(f, p, information, right);
    if (!solve_positive(information, right, value)) {
        return mdgan_fail(error, MDGAN_NUMERIC, "no displacements of this form fit the data");
    }
    p->diffusion = value[0];
    memcpy(p->square, value + 1, sizeof p->square);
    return MDGAN_OK;
}

/* Largest change of a term, relative to the mean square of an increment. */
static double change(const process_diffusion *const a, const process_diffusion *const b)
{
    double largest = 2 * fabs(a->diffusion - b->diffusion);
    double total = 2 * b->diffusion;
    for (size_t i = 0; i < PROCESS_MEMORIES; i++) {
        const double per_square = term(b, i + 1, 0);
        largest = fmax(largest, per_square * fabs(a->square[i] - b->square[i]));
        total += per_square * b->square[i];
    }
    return largest / total;
}

/* D and a_i^2 for the times of @p p. Weights follow the fit, which settles in a few rounds. */
static mdgan_status fit_weights(fit *const f, process_diffusion *const p, mdgan_error *const error)
{
    enum { ROUNDS = 30 };
    const double settled = 1e-9;
    mdgan_status status = MDGAN_OK;
    double moved = INFINITY;
    p->diffusion = f->moment[0] / 2;
    memset(p->square, 0, sizeof p->square);
    for (int round = 0; status == MDGAN_OK && moved > settled && round < ROUNDS; round++) {
        const process_diffusion before = *p;
        status = improve(f, p, error);
        moved = change(&before, p);
    }
    return status;
}

/* Twice the negative logarithm of the likelihood per record, but for a constant. */
static double unlikelihood(fit *const f, const process_diffusion *const p)
{
    mdgan_error ignored;
    if (invert(f, p, &ignored) != MDGAN_OK) {
        return INFINITY;
    }
    const int n = (int)f->n;
    double sum = f->log_determinant;
    cblas_dsymm(CblasRowMajor, CblasLeft, CblasUpper, n, n, 1, f->inverse, n, f->moment, n, 0, f->weighted, n);
    for (size_t i = 0; i < f->n; i++) {
        sum += f->weighted[i * (f->n + 1)];
    }
    return sum;
}

/* The best weights for times exp(@p log_time). */
static mdgan_status fit_at(fit *const f, const double log_time[PROCESS_MEMORIES], process_diffusion *const p,
                           mdgan_error *const error)
{
    for (size_t i = 0; i < PROCESS_MEMORIES; i++) {
        p->time[i] = exp(log_time[i]);
    }
    return fit_weights(f, p, error);
}

static double cost_of_times(const unsigned n, const double *const log_time, double *const gradient, void *const context)
{
    fit *const f = context;
    mdgan_error ignored;
    (void)n;
    (void)gradient;
    return fit_at(f, log_time, f->found, &ignored) == MDGAN_OK ? unlikelihood(f, f->found) : HUGE_VAL;
}

/* From times spread evenly over the logarithm of the record's length, without derivatives. */
static mdgan_status find_times(fit *const f, process_diffusion *const p, mdgan_error *const error)
{
    enum { EVALUATIONS = 300 };
    const double longest = (double)f->n;
    double log_time[PROCESS_MEMORIES], cost;
    nlopt_opt optimiser = nlopt_create(NLOPT_LN_NELDERMEAD, PROCESS_MEMORIES);
    if (!optimiser) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for an optimiser");
    }
    for (size_t i = 0; i < PROCESS_MEMORIES; i++) {
        log_time[i] = log(longest) * (double)(i + 1) / (PROCESS_MEMORIES + 1);
    }
    f->found = p;
    nlopt_set_min_objective(optimiser, cost_of_times, f);
    nlopt_set_lower_bounds1(optimiser, 0);
    nlopt_set_upper_bounds1(optimiser, log(longest));
    nlopt_set_xtol_abs1(optimiser, 1e-3);
    nlopt_set_maxeval(optimiser, EVALUATIONS);
    const nlopt_result result = nlopt_optimize(optimiser, log_time, &cost);
    nlopt_destroy(optimiser);
    if (result < 0 || !isfinite(cost)) {
        return mdgan_fail(error, MDGAN_NUMERIC, "no times of %d memories fit the data", PROCESS_MEMORIES);
    }
    return fit_at(f, log_time, p, error);
}

mdgan_status process_fit(process_diffusion *const p, const mdgan_dataset *const data, const size_t n_step,
                         const process_known known, mdgan_error *const error)
{
    fit f;
    if (data->n_frame < n_step + 1 || n_step == 0) {
        return mdgan_fail(error, MDGAN_INVALID, "%zu increments need %zu frames, not %zu", n_step, n_step + 1,
                          data->n_frame);
    }
    mdgan_status status = fit_create(&f, n_step, error);
    if (status == MDGAN_OK) {
        add_moments(&f, data);
        status = known == PROCESS_TIMES ? fit_weights(&f, p, error) : find_times(&f, p, error);
    }
    free(f.moment);
    return status;
}
