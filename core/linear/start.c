/* SPDX-License-Identifier: BSD-3-Clause */
#include "linear/start.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

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

static const char *const method_text[] = {"Burg autoregression with balanced truncation",
                                          "maximum-likelihood state space", "relaxation spectrum"};

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

/* Cost per record of held-out data; without any, of the fitted data plus Schwarz's price of the parameters. */
static double judge(fitter *const f, const statespace *const s, const record_moments *const held)
{
    const size_t n = f->fit->length;
    const double n_record = (double)f->fit->n_record;
    const double price = held ? 0 : (2.0 * (double)s->q + 1) * log(n_record) / (2 * n_record);
    statespace_autocovariance(s, n, f->autocovariance);
    return gaussian_cost(&f->work, held ? held : f->fit, f->autocovariance, NULL) + price;
}

static void models_clear(statespace *const s, const size_t n)
{
    for (size_t i = 0; i < n; i++) {
        statespace_clear(&s[i]);
    }
}

/* Fits one candidate to all groups; its total cost, or INFINITY if it does not work for one of them. */
static double try_candidate(fitter *const f, const size_t n_group, const record_moments *const held,
                            const candidate *const c, statespace *const models)
{
    double cost = 0;
    for (size_t g = 0; g < n_group; g++) {
        mdgan_error ignored;
        if (fit_candidate(&f[g], c, &models[g], &ignored) != MDGAN_OK) {
            return INFINITY;
        }
        cost += judge(&f[g], &models[g], held ? &held[g] : NULL);
    }
    return isfinite(cost) ? cost : INFINITY;
}

static mdgan_status fitters_create(const size_t n_group, const record_moments *const fit, fitter **const f,
                                   mdgan_error *const error)
{
    *f = calloc(n_group, sizeof **f);
    mdgan_status status = *f ? MDGAN_OK : mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu linear models", n_group);
    for (size_t g = 0; status == MDGAN_OK && g < n_group; g++) {
        status = fitter_create(&(*f)[g], &fit[g], error);
    }
    return status;
}

static void fitters_destroy(fitter *const f, const size_t n_group)
{
    for (size_t g = 0; f && g < n_group; g++) {
        fitter_clear(&f[g]);
    }
    free(f);
}

/* The candidate of least cost; models: [n_group] work space. */
static mdgan_status choose(fitter *const f, const size_t n_group, const record_moments *const held,
                           const size_t n_state, statespace *const models, candidate *const best,
                           mdgan_error *const error)
{
    double least = INFINITY;
    for (size_t i = 0; i < N_CANDIDATE; i++) {
        const candidate *const c = &candidates[i];
        const bool wanted = n_state == 0 || c->q == n_state;
        if (!wanted) {
            continue;
        }
        const double cost = try_candidate(f, n_group, held, c, models);
        models_clear(models, n_group);
        if (cost < least) {
            least = cost;
            *best = *c;
        }
    }
    return isfinite(least) ? MDGAN_OK
                           : mdgan_fail(error, MDGAN_NUMERIC,
                                        "no linear model of %zu states (0 = any) fits the data; possible are 2, 4, 6, "
                                        "8, 12, 16, 20 and 24, up to the window; or use init random",
                                        n_state);
}

/* Fits the chosen candidate again, to all entities: held-out ones have done their work, and a tenth more data is worth
 * more than the purity of a start that can only be improved on. */
static mdgan_status fit_again(linear_start *const start, const candidate *const chosen, const record_moments *const fit,
                              const record_moments *const held, mdgan_error *const error)
{
    const size_t n_group = start->n_group;
    record_moments *const all = calloc(n_group, sizeof *all);
    fitter *f = NULL;
    mdgan_status status =
        all ? MDGAN_OK : mdgan_fail(error, MDGAN_MEMORY, "no memory for the moments of %zu components", n_group);
    for (size_t g = 0; status == MDGAN_OK && g < n_group; g++) {
        status = record_moments_pool(&all[g], &fit[g], held ? &held[g] : NULL, error);
    }
    if (status == MDGAN_OK) {
        status = fitters_create(n_group, all, &f, error);
    }
    for (size_t g = 0; status == MDGAN_OK && g < n_group; g++) {
        status = fit_candidate(&f[g], chosen, &start->model[g], error);
    }
    fitters_destroy(f, n_group);
    for (size_t g = 0; all && g < n_group; g++) {
        record_moments_clear(&all[g]);
    }
    free(all);
    return status;
}

mdgan_status linear_start_find(linear_start *const start, const size_t n_group, const record_moments *const fit,
                               const record_moments *const held_out, const size_t n_state, mdgan_error *const error)
{
    *start = (linear_start){.n_group = n_group, .model = calloc(n_group, sizeof(statespace))};
    candidate chosen = {0};
    fitter *f = NULL;
    mdgan_status status = start->model ? fitters_create(n_group, fit, &f, error)
                                       : mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu linear models", n_group);
    if (status == MDGAN_OK) {
        status = choose(f, n_group, held_out, n_state, start->model, &chosen, error);
    }
    fitters_destroy(f, n_group);
    if (status == MDGAN_OK) {
        status = fit_again(start, &chosen, fit, held_out, error);
    }
    if (status == MDGAN_OK) {
        snprintf(start->text, sizeof start->text, "%s, %zu states", method_text[chosen.method], chosen.q);
    } else {
        linear_start_clear(start);
    }
    return status;
}

mdgan_status linear_start_create(linear_start *const start, const size_t n_group, const size_t q, const size_t m,
                                 mdgan_error *const error)
{
    *start = (linear_start){.n_group = n_group, .model = calloc(n_group, sizeof(statespace))};
    mdgan_status status =
        start->model ? MDGAN_OK : mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu linear models", n_group);
    for (size_t g = 0; status == MDGAN_OK && g < n_group; g++) {
        status = statespace_create(&start->model[g], q, m, error);
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
