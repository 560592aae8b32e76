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
#include "linear/smoothing.h"

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
static const candidate candidates[] = {{BURG, 4},
                                       {BURG, 8},
                                       {BURG, 12},
                                       {BURG, 16},
                                       {BURG, 20},
                                       {BURG, 24},
                                       {LIKELIHOOD, 2},
                                       {LIKELIHOOD, 4},
                                       {LIKELIHOOD, 6},
                                       {LIKELIHOOD, 8},
                                       {RELAXATION, RELAXATION_STATES}};
enum { N_CANDIDATE = sizeof candidates / sizeof *candidates };

/* Fewer states win a tie. */
static const size_t state_counts[] = {2, 4, 6, 8, 12, 16, 20, 24};

static const char *const method_text[] = {"Burg autoregression with balanced truncation",
                                          "maximum-likelihood state space", "relaxation spectrum"};

/* Moments of the parts that cross-validation leaves out in turn. */
typedef struct folds {
    size_t n_group, n_fold;
    size_t n_judge;             /* as many are left out in turn; 0: the data judge themselves, in one round */
    const record_moments *fold; /* [n_fold][n_group] */
} folds;

/* What candidates cost. */
typedef struct costs {
    size_t n_round, n_group;
    double *value; /* [n_round][n_group][N_CANDIDATE] */
} costs;

static double *costs_at(const costs *const c, const size_t round, const size_t group)
{
    return c->value + (round * c->n_group + group) * N_CANDIDATE;
}

/* What all candidates of one group share. */
typedef struct fitter {
    const record_moments *fit;
    gaussian fitted, left_out; /* left_out.length 0: there are none */
    balanced reduced;       /* order 0 if the autoregression could not be balanced: Burg's candidates then drop out */
    size_t n_lag;           /* T, or as far as there are sums */
    double *autocovariance; /* [n_lag] */
} fitter;

static void fitter_clear(fitter *const f)
{
    balanced_clear(&f->reduced);
    gaussian_clear(&f->fitted);
    gaussian_clear(&f->left_out);
    free(f->autocovariance);
    f->autocovariance = NULL;
}

static size_t lags_needed(const record_moments *const m)
{
    const size_t n = long_sums_scales(&m->sums);
    return n > 0 ? long_sums_frames(m->length, n - 1) : m->length;
}

/* left_out: or NULL */
static mdgan_status fitter_create(fitter *const f, const record_moments *const fit,
                                  const record_moments *const left_out, mdgan_error *const error)
{
    const double floor = GAUSSIAN_FLOOR * record_moments_variance(fit);
    autoregression ar = {0};
    const size_t inside = lags_needed(fit), outside = left_out ? lags_needed(left_out) : 0;
    *f = (fitter){.fit = fit, .n_lag = inside > outside ? inside : outside};
    f->autocovariance = malloc(f->n_lag * sizeof(double));
    mdgan_status status = f->autocovariance ? gaussian_create(&f->fitted, fit, floor, error)
                                            : mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu lags", fit->length);
    if (status == MDGAN_OK && left_out) {
        status = gaussian_create(&f->left_out, left_out, floor, error);
    }
    if (status == MDGAN_OK) {
        status = autoregression_fit(&ar, fit, burg_order(fit->length), error);
    }
    if (status == MDGAN_OK) {
        status = autoregression_smooth(&ar, fit->n_record, fit->length, error);
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

/* Half an autoregression's states can be told apart; a relaxation spectrum goes with records of any length. */
static bool candidate_fits(const candidate *const c, const size_t order)
{
    return c->method == RELAXATION || c->q <= order / 2;
}

bool linear_start_fits(const size_t n_state, const size_t length)
{
    bool fits = n_state == 0;
    for (size_t i = 0; i < N_CANDIDATE; i++) {
        fits = fits || (candidates[i].q == n_state && candidate_fits(&candidates[i], burg_order(length)));
    }
    return fits;
}

/* What sums over longer stretches add to the cost. r: the model's autocovariance, far enough */
static double judge_sums(const gaussian *const g, const double *const r)
{
    double variance[LONG_SCALES] = {0};
    const size_t n = long_sums_scales(&g->sums);
    for (size_t scale = 0; scale < n; scale++) {
        variance[scale] = long_sums_variance(long_sums_frames(g->length, scale), r);
    }
    return gaussian_sums_cost(g, variance, NULL);
}

/* Cost per record of data. */
static double cost_of(const fitter *const f, const gaussian *const asked, const statespace *const s)
{
    statespace_autocovariance(s, f->n_lag, f->autocovariance);
    return gaussian_cost(asked, f->autocovariance, NULL) + judge_sums(asked, f->autocovariance);
}

/* From the first q states of an autoregression. */
static mdgan_status refine(const fitter *const f, const balanced *const b, const size_t q, statespace *const s,
                           mdgan_error *const error)
{
    statespace start = {0};
    mdgan_status status = balanced_truncate(b, q, &start, error);
    if (status == MDGAN_OK) {
        status = arma_refine(&start, &f->fitted, s, error);
    }
    statespace_clear(&start);
    return status;
}

/* From an autoregression of no higher order than there are states. */
static mdgan_status refine_short(const fitter *const f, const size_t q, statespace *const s, mdgan_error *const error)
{
    autoregression ar = {0};
    balanced b = {0};
    mdgan_status status = autoregression_fit(&ar, f->fit, q, error);
    if (status == MDGAN_OK) {
        status = balanced_create(&b, &ar, error);
    }
    if (status == MDGAN_OK) {
        status = refine(f, &b, q, s, error);
    }
    balanced_clear(&b);
    autoregression_clear(&ar);
    return status;
}

/* The strongest modes of a long autoregression are where the likelihood is climbed from. Of a few records they may be
 * lines that chance has made, which are local optima; then a short autoregression is tried as well. */
static mdgan_status most_likely(const fitter *const f, const size_t q, statespace *const s, mdgan_error *const error)
{
    enum { FEW_RECORDS = 16 };
    statespace other = {0};
    mdgan_error ignored;
    mdgan_status status = refine(f, &f->reduced, q, s, error);
    if (f->fit->n_record < FEW_RECORDS && refine_short(f, q, &other, &ignored) == MDGAN_OK &&
        (status != MDGAN_OK || cost_of(f, &f->fitted, &other) < cost_of(f, &f->fitted, s))) {
        const statespace worse = *s;
        *s = other;
        other = worse;
        status = MDGAN_OK;
    }
    statespace_clear(&other);
    return status;
}

/* uncertainty: relative error bar of the MSD at ten times the records' length; other methods know none and leave it
 * alone. Or NULL. */
static mdgan_status fit_candidate(const fitter *const f, const candidate *const c, statespace *const s,
                                  double *const uncertainty, mdgan_error *const error)
{
    if (c->method == RELAXATION) {
        const double late = 10 * (double)f->fit->length;
        const relaxation_bars bars = {1, &late, uncertainty};
        return relaxation_fit(f->fit, s, uncertainty ? &bars : NULL, error);
    }
    if (!candidate_fits(c, f->reduced.order)) {
        return mdgan_fail(error, MDGAN_NUMERIC, "records of %zu frames do not hold %zu states", f->fit->length, c->q);
    }
    return c->method == BURG ? balanced_truncate(&f->reduced, c->q, s, error) : most_likely(f, c->q, s, error);
}

/* Cost per record of data left out; without any, of the fitted data plus Schwarz's price of the parameters. */
static double judge(const fitter *const f, const statespace *const s)
{
    const bool outside = f->left_out.length > 0;
    const double n_record = (double)f->fit->n_record;
    const double n_frame = n_record * (double)f->fit->length;
    const double price = outside ? 0 : (2.0 * (double)s->q + 1) * log(n_frame) / (2 * n_record);
    const gaussian *const asked = outside ? &f->left_out : &f->fitted;
    return cost_of(f, asked, s) + price;
}

/* Cost of a candidate for one group, or INFINITY if it does not work there. */
static double try_candidate(const fitter *const f, const candidate *const c)
{
    statespace model = {0};
    mdgan_error ignored;
    if (fit_candidate(f, c, &model, NULL, &ignored) != MDGAN_OK) {
        return INFINITY;
    }
    const double cost = judge(f, &model);
    statespace_clear(&model);
    return isfinite(cost) ? cost : INFINITY;
}

/* Adds what each candidate that is asked for costs one group. cost: [N_CANDIDATE] */
static mdgan_status add_costs(const record_moments *const fit, const record_moments *const left_out,
                              const size_t n_state, double *const cost, mdgan_error *const error)
{
    fitter f;
    const mdgan_status status = fitter_create(&f, fit, left_out, error);
    for (size_t i = 0; status == MDGAN_OK && i < N_CANDIDATE; i++) {
        const bool wanted = n_state == 0 || candidates[i].q == n_state;
        cost[i] += wanted ? try_candidate(&f, &candidates[i]) : INFINITY;
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

/* What every candidate costs one group in every round. */
static mdgan_status cross_validate(const folds *const d, const size_t group, const size_t n_state, const costs *const c,
                                   mdgan_error *const error)
{
    mdgan_status status = MDGAN_OK;
    const bool judged = d->n_judge > 0;
    for (size_t k = 0; status == MDGAN_OK && k < c->n_round; k++) {
        const record_moments *const part = &d->fold[k * d->n_group + group];
        record_moments fit = {0};
        if (judged && part->n_record == 0) {
            continue;
        }
        status = pool_but(d, group, judged ? k : d->n_fold, &fit, error);
        if (status == MDGAN_OK) {
            status = add_costs(&fit, judged ? part : NULL, n_state, costs_at(c, k, group), error);
        }
        record_moments_clear(&fit);
    }
    return status;
}

/* The methods that are best for each group with one number of states, and what they cost in each round. */
typedef struct choice {
    const candidate *method[MDGAN_COMPONENT_MAX]; /* [n_group] */
    double round[FOLDS_MAX];                      /* [n_round] */
    double total;                                 /* INFINITY if there is none for some group */
} choice;

static const candidate *best_method(const costs *const c, const size_t group, const size_t n_state)
{
    const candidate *best = NULL;
    double least = INFINITY;
    for (size_t i = 0; i < N_CANDIDATE; i++) {
        double total = 0;
        for (size_t k = 0; k < c->n_round; k++) {
            total += costs_at(c, k, group)[i];
        }
        if (candidates[i].q == n_state && total < least) {
            least = total;
            best = &candidates[i];
        }
    }
    return best;
}

static choice choose_methods(const costs *const c, const size_t n_state)
{
    choice chosen = {.total = 0};
    for (size_t g = 0; g < c->n_group; g++) {
        chosen.method[g] = best_method(c, g, n_state);
        if (!chosen.method[g]) {
            chosen.total = INFINITY;
            return chosen;
        }
        for (size_t k = 0; k < c->n_round; k++) {
            chosen.round[k] += costs_at(c, k, g)[chosen.method[g] - candidates];
        }
    }
    for (size_t k = 0; k < c->n_round; k++) {
        chosen.total += chosen.round[k];
    }
    return chosen;
}

/* Whether the rounds cannot tell a from the best: within n_error standard errors of their difference. */
static bool as_good(const choice *const a, const choice *const best, const size_t n_round, const double n_error)
{
    const double mean = (a->total - best->total) / (double)n_round;
    double square = 0;
    for (size_t k = 0; k < n_round; k++) {
        const double deviation = a->round[k] - best->round[k] - mean;
        square += deviation * deviation;
    }
    return mean <= (n_round > 1 ? n_error * sqrt(square / (double)((n_round - 1) * n_round)) : 0);
}

/* One candidate for one group. */
static choice choice_of(const costs *const c, const size_t group, const size_t number)
{
    choice one = {.total = 0};
    for (size_t k = 0; k < c->n_round; k++) {
        one.round[k] = costs_at(c, k, group)[number];
        one.total += one.round[k];
    }
    return one;
}

/* Whether no other candidate is clearly better for a group than the relaxation spectrum: by two standard errors. By
 * one, every sixth choice of the rounds would take a model that knows of no memory beyond the records. */
static bool is_overdamped(const costs *const c, const size_t group)
{
    choice best = {.total = INFINITY}, spectrum = {.total = INFINITY};
    for (size_t i = 0; i < N_CANDIDATE; i++) {
        const choice one = choice_of(c, group, i);
        best = one.total < best.total ? one : best;
        spectrum = candidates[i].method == RELAXATION ? one : spectrum;
    }
    return isfinite(spectrum.total) && as_good(&spectrum, &best, c->n_round, 2);
}

/* The relaxation spectrum for groups that are overdamped, as many states for the others. False if there are none. */
static bool choose_relaxation(const costs *const c, choice *const chosen)
{
    bool any = false;
    *chosen = choose_methods(c, RELAXATION_STATES);
    for (size_t g = 0; g < c->n_group; g++) {
        if (is_overdamped(c, g)) {
            any = true;
            chosen->method[g] = &candidates[N_CANDIDATE - 1];
        }
    }
    return any && isfinite(chosen->total);
}

/* The least number of states that is as good as the best one (the rule of one standard error; Breiman et al.,
 * Classification and Regression Trees, 1984). What states beyond that find in the data is mostly noise, and noise at
 * low frequency is what a diffusion coefficient cannot stand. A relaxation spectrum that is as good goes first: it
 * alone knows that memory need not end where the records do. */
static mdgan_status choose(const costs *const c, const size_t n_state, choice *const chosen, mdgan_error *const error)
{
    enum { N = sizeof state_counts / sizeof *state_counts };
    choice choices[N];
    size_t best = 0, least = 0;
    for (size_t i = 0; i < N; i++) {
        choices[i] = choose_methods(c, state_counts[i]);
        best = choices[i].total < choices[best].total ? i : best;
    }
    if (!isfinite(choices[best].total)) {
        return mdgan_fail(error, MDGAN_NUMERIC,
                          "no linear model of %zu states (0 = any) fits the data; possible are 2, 4, 6, 8, 12, 16, 20 "
                          "and 24, up to the window; or use init random",
                          n_state);
    }
    if (choose_relaxation(c, chosen)) {
        return MDGAN_OK;
    }
    while (least < best &&
           !(isfinite(choices[least].total) && as_good(&choices[least], &choices[best], c->n_round, 1))) {
        least++;
    }
    *chosen = choices[least];
    return MDGAN_OK;
}

/* A candidate that fits parts of the data, but not the whole, is out. */
static void rule_out(const costs *const c, const size_t group, const candidate *const failed)
{
    for (size_t k = 0; k < c->n_round; k++) {
        costs_at(c, k, group)[failed - candidates] = INFINITY;
    }
}

/* The chosen candidates, fitted to all folds; the largest uncertainty. @p failed: the group whose fit failed. */
static mdgan_status fit_all(const folds *const d, const choice *const chosen, linear_start *const start,
                            size_t *const failed, mdgan_error *const error)
{
    mdgan_status status = MDGAN_OK;
    start->uncertainty = 0;
    for (size_t g = 0; status == MDGAN_OK && g < d->n_group; g++) {
        record_moments all = {0};
        fitter f;
        double one = 0;
        *failed = g;
        statespace_clear(&start->model[g]);
        status = pool_but(d, g, d->n_fold, &all, error);
        if (status == MDGAN_OK) {
            status = fitter_create(&f, &all, NULL, error);
        }
        if (status == MDGAN_OK) {
            status = fit_candidate(&f, chosen->method[g], &start->model[g], &one, error);
            fitter_clear(&f);
        }
        start->uncertainty = fmax(start->uncertainty, one);
        record_moments_clear(&all);
    }
    return status;
}

static void describe(linear_start *const start, const choice *const chosen)
{
    bool alike = true;
    for (size_t g = 1; g < start->n_group; g++) {
        alike = alike && chosen->method[g]->method == chosen->method[0]->method;
    }
    snprintf(start->text, sizeof start->text, "%s, %zu states",
             alike ? method_text[chosen->method[0]->method] : "linear models of several kinds", chosen->method[0]->q);
}

/* Chooses, fits, and chooses again if that fails. */
static mdgan_status settle(const folds *const d, const costs *const c, const size_t n_state, linear_start *const start,
                           mdgan_error *const error)
{
    for (size_t i = 0; i <= N_CANDIDATE * c->n_group; i++) {
        choice chosen;
        size_t failed = 0;
        mdgan_status status = choose(c, n_state, &chosen, error);
        if (status != MDGAN_OK) {
            return status;
        }
        status = fit_all(d, &chosen, start, &failed, error);
        if (status == MDGAN_OK) {
            describe(start, &chosen);
        }
        if (status != MDGAN_NUMERIC) {
            return status;
        }
        rule_out(c, failed, chosen.method[failed]);
    }
    return MDGAN_NUMERIC; /* not reached: every round rules one out, until choose() has none left */
}

mdgan_status linear_start_find(linear_start *const start, const size_t n_group, const size_t n_fold,
                               const record_moments *const fold, const size_t n_judge, const size_t n_state,
                               mdgan_error *const error)
{
    const folds d = {.n_group = n_group, .n_fold = n_fold, .n_judge = n_judge, .fold = fold};
    costs c = {.n_round = n_judge > 0 ? n_judge : 1, .n_group = n_group};
    c.value = calloc(c.n_round * n_group * N_CANDIDATE, sizeof *c.value);
    *start = (linear_start){.n_group = n_group, .model = calloc(n_group, sizeof(statespace))};
    mdgan_status status = start->model && c.value && n_fold <= FOLDS_MAX
                              ? MDGAN_OK
                              : mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu linear models", n_group);
    for (size_t g = 0; status == MDGAN_OK && g < n_group; g++) {
        status = cross_validate(&d, g, n_state, &c, error);
    }
    if (status == MDGAN_OK) {
        status = settle(&d, &c, n_state, start, error);
    }
    free(c.value);
    if (status != MDGAN_OK) {
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
