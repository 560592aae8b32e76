/* SPDX-License-Identifier: BSD-3-Clause */
#include "linear/start.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mdgan/dataset.h>

#include "linear/arma.h"
#include "linear/burg.h"
#include "linear/relaxation.h"

typedef enum method {
    BURG,       /* Burg autoregression, balanced truncation */
    LIKELIHOOD, /* the same, refined by maximum likelihood */
    RELAXATION  /* relaxation spectrum */
} method;

typedef struct candidate {
    method method;
    size_t q;
} candidate;

/* Likelihood refines models of few states, where truncation costs most. With many lines its surface has many maxima: on
 * water (20 and 24 states) the spectrum's error then jumps between 0.13 and 0.40 from one record set to the next, while
 * truncated Burg models stay at 0.19 to 0.21. */
static const candidate candidates[] = {{BURG, 4},       {BURG, 8},       {BURG, 12},      {BURG, 16},
                                       {BURG, 20},      {BURG, 24},      {LIKELIHOOD, 2}, {LIKELIHOOD, 4},
                                       {LIKELIHOOD, 6}, {LIKELIHOOD, 8}, {RELAXATION, 8}};
enum { N_CANDIDATE = sizeof candidates / sizeof *candidates };

/* Fewer states win a tie. */
static const size_t state_counts[] = {2, 4, 6, 8, 12, 16, 20, 24};

static const char *const method_text[] = {"Burg autoregression with balanced truncation",
                                          "maximum-likelihood state space", "relaxation spectrum"};

/* Moments of the parts that cross-validation leaves out in turn. */
typedef struct folds {
    size_t n_group, n_fold;
    const record_moments *fold; /* [n_fold][n_group] */
} folds;

/* What all candidates of one group share. */
typedef struct fitter {
    const record_moments *fit;
    balanced reduced; /* order 0 if the autoregression could not be balanced: Burg's candidates then drop out */
    gaussian work;
    double *autocovariance; /* [T] */
} fitter;

static void fitter_clear(fitter *const f)
{
    balanced_clear(&f->reduced);
    gaussian_clear(&f->work);
    free(f->autocovariance);
    f->autocovariance = NULL;
}

static mdgan_status fitter_create(fitter *const f, const record_moments *const fit, mdgan_error *const error)
{
    autoregression ar = {0};
    *f = (fitter){.fit = fit, .autocovariance = malloc(fit->length * sizeof(double))};
    mdgan_status status = f->autocovariance ? gaussian_create(&f->work, fit, error)
                                            : mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu lags", fit->length);
    if (status == MDGAN_OK) {
        status = autoregression_fit(&ar, fit, burg_order(fit->length), error);
    }
    if (status == MDGAN_OK) {
        status = balanced_create(&f->reduced, &ar, error);
        status = status == MDGAN_NUMERIC ? MDGAN_OK : status;
    }
    autoregression_clear(&ar);
    if (status != MDGAN_OK) {
        fitter_clear(f);
    }
    return status;
}

static mdgan_status fit_candidate(fitter *const f, const candidate *const c, statespace *const s,
                                  mdgan_error *const error)
{
    if (c->method == RELAXATION) {
        return relaxation_fit(f->fit, &f->work, s, error);
    }
    if (c->q > f->reduced.order / 2) {
        return mdgan_fail(error, MDGAN_NUMERIC, "records of %zu frames do not hold %zu states", f->fit->length, c->q);
    }
    statespace start = {0};
    mdgan_status status = balanced_truncate(&f->reduced, c->q, &start, error);
    if (status != MDGAN_OK || c->method == BURG) {
        *s = start;
        return status;
    }
    status = arma_refine(&start, f->fit, &f->work, s, error);
    statespace_clear(&start);
    return status;
}

/* Cost per record of data left out; without any, of the fitted data plus Schwarz's price of the parameters. */
static double judge(fitter *const f, const statespace *const s, const record_moments *const left_out)
{
    const size_t n = f->fit->length;
    const double n_record = (double)f->fit->n_record;
    const double price = left_out ? 0 : (2.0 * (double)s->q + 1) * log(n_record) / (2 * n_record);
    statespace_autocovariance(s, n, f->autocovariance);
    return gaussian_cost(&f->work, left_out ? left_out : f->fit, f->autocovariance, NULL) + price;
}

/* Cost of a candidate for one group, or INFINITY if it does not work there. */
static double try_candidate(fitter *const f, const record_moments *const left_out, const candidate *const c)
{
    statespace model = {0};
    mdgan_error ignored;
    if (fit_candidate(f, c, &model, &ignored) != MDGAN_OK) {
        return INFINITY;
    }
    const double cost = judge(f, &model, left_out);
    statespace_clear(&model);
    return isfinite(cost) ? cost : INFINITY;
}

/* Adds what each candidate that is asked for costs one group. cost: [N_CANDIDATE] */
static mdgan_status add_costs(const record_moments *const fit, const record_moments *const left_out,
                              const size_t n_state, double *const cost, mdgan_error *const error)
{
    fitter f;
    const mdgan_status status = fitter_create(&f, fit, error);
    for (size_t i = 0; status == MDGAN_OK && i < N_CANDIDATE; i++) {
        const bool wanted = n_state == 0 || candidates[i].q == n_state;
        cost[i] += wanted ? try_candidate(&f, left_out, &candidates[i]) : INFINITY;
    }
    if (status == MDGAN_OK) {
        fitter_clear(&f);
    }
    return status;
}

/* Moments of one group over all folds but one; all folds if there is no fold of that number. */
static mdgan_status pool_but(const folds *const d, const size_t group, const size_t left_out, record_moments *const fit,
                             mdgan_error *const error)
{
    const record_moments *part[FOLDS_MAX];
    size_t n = 0;
    for (size_t k = 0; k < d->n_fold; k++) {
        const record_moments *const m = &d->fold[k * d->n_group + group];
        if (k != left_out && m->n_record > 0) {
            part[n++] = m;
        }
    }
    return n > 0 ? record_moments_pool(fit, n, part, error)
                 : mdgan_fail(error, MDGAN_NUMERIC, "no records to fit a linear model to");
}

/* What every candidate costs one group, left-out data weighted by their number. cost: [N_CANDIDATE] */
static mdgan_status cross_validate(const folds *const d, const size_t group, const size_t n_judge, const size_t n_state,
                                   double *const cost, mdgan_error *const error)
{
    mdgan_status status = MDGAN_OK;
    const bool judged = n_judge > 0;
    for (size_t k = 0; status == MDGAN_OK && k < (judged ? n_judge : 1); k++) {
        const record_moments *const part = &d->fold[k * d->n_group + group];
        record_moments fit = {0};
        if (judged && part->n_record == 0) {
            continue;
        }
        status = pool_but(d, group, judged ? k : d->n_fold, &fit, error);
        if (status == MDGAN_OK) {
            status = add_costs(&fit, judged ? part : NULL, n_state, cost, error);
        }
        record_moments_clear(&fit);
    }
    return status;
}

/* For each group the candidate with n_state states of least cost; their total. cost: [n_group][N_CANDIDATE] */
static double choose_methods(const double *const cost, const size_t n_group, const size_t n_state,
                             const candidate **const chosen)
{
    double total = 0;
    for (size_t g = 0; g < n_group; g++) {
        double least = INFINITY;
        for (size_t i = 0; i < N_CANDIDATE; i++) {
            const double c = cost[g * N_CANDIDATE + i];
            if (candidates[i].q == n_state && c < least) {
                least = c;
                chosen[g] = &candidates[i];
            }
        }
        total += least;
    }
    return total;
}

/* The best candidate for each group, all with the number of states of least total cost. chosen: [n_group] */
static mdgan_status choose(const double *const cost, const size_t n_group, const size_t n_state,
                           const candidate **const chosen, mdgan_error *const error)
{
    const candidate *methods[MDGAN_COMPONENT_MAX] = {NULL};
    double least = INFINITY;
    for (size_t i = 0; i < sizeof state_counts / sizeof *state_counts; i++) {
        const double total = choose_methods(cost, n_group, state_counts[i], methods);
        if (total < least) {
            least = total;
            for (size_t g = 0; g < n_group; g++) {
                chosen[g] = methods[g];
            }
        }
    }
    return isfinite(least) ? MDGAN_OK
                           : mdgan_fail(error, MDGAN_NUMERIC,
                                        "no linear model of %zu states (0 = any) fits the data; possible are 2, 4, 6, "
                                        "8, 12, 16, 20 and 24, up to the window; or use init random",
                                        n_state);
}

/* The chosen candidates, fitted to all folds. */
static mdgan_status fit_all(const folds *const d, const candidate *const *const chosen, linear_start *const start,
                            mdgan_error *const error)
{
    mdgan_status status = MDGAN_OK;
    for (size_t g = 0; status == MDGAN_OK && g < d->n_group; g++) {
        record_moments all = {0};
        fitter f;
        status = pool_but(d, g, d->n_fold, &all, error);
        if (status == MDGAN_OK) {
            status = fitter_create(&f, &all, error);
        }
        if (status == MDGAN_OK) {
            status = fit_candidate(&f, chosen[g], &start->model[g], error);
            fitter_clear(&f);
        }
        record_moments_clear(&all);
    }
    return status;
}

static void describe(linear_start *const start, const candidate *const *const chosen)
{
    bool alike = true;
    for (size_t g = 1; g < start->n_group; g++) {
        alike = alike && chosen[g]->method == chosen[0]->method;
    }
    snprintf(start->text, sizeof start->text, "%s, %zu states",
             alike ? method_text[chosen[0]->method] : "linear models of several kinds", chosen[0]->q);
}

mdgan_status linear_start_find(linear_start *const start, const size_t n_group, const size_t n_fold,
                               const record_moments *const fold, const size_t n_judge, const size_t n_state,
                               mdgan_error *const error)
{
    const folds d = {.n_group = n_group, .n_fold = n_fold, .fold = fold};
    const candidate *chosen[MDGAN_COMPONENT_MAX] = {NULL};
    double *const cost = calloc(n_group * N_CANDIDATE, sizeof *cost);
    *start = (linear_start){.n_group = n_group, .model = calloc(n_group, sizeof(statespace))};
    mdgan_status status = start->model && cost && n_fold <= FOLDS_MAX
                              ? MDGAN_OK
                              : mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu linear models", n_group);
    for (size_t g = 0; status == MDGAN_OK && g < n_group; g++) {
        status = cross_validate(&d, g, n_judge, n_state, cost + g * N_CANDIDATE, error);
    }
    if (status == MDGAN_OK) {
        status = choose(cost, n_group, n_state, chosen, error);
    }
    free(cost);
    if (status == MDGAN_OK) {
        status = fit_all(&d, chosen, start, error);
    }
    if (status == MDGAN_OK) {
        describe(start, chosen);
    } else {
        linear_start_clear(start);
    }
    return status;
}

mdgan_status linear_start_create(linear_start *const start, const size_t n_group, const size_t q, const size_t *const m,
                                 mdgan_error *const error)
{
    *start = (linear_start){.n_group = n_group, .model = calloc(n_group, sizeof(statespace))};
    mdgan_status status =
        start->model ? MDGAN_OK : mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu linear models", n_group);
    for (size_t g = 0; status == MDGAN_OK && g < n_group; g++) {
        status = statespace_create(&start->model[g], q, m[g], error);
    }
    if (status != MDGAN_OK) {
        linear_start_clear(start);
    }
    return status;
}

void linear_start_clear(linear_start *const start)
{
    for (size_t g = 0; start->model && g < start->n_group; g++) {
        statespace_clear(&start->model[g]);
    }
    free(start->model);
    *start = (linear_start){0};
}
