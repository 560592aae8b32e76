/* SPDX-License-Identifier: BSD-3-Clause */
/* Subdiffusion whose mean squared displacement is known exactly: what can be learnt about long times from 2M frames,
 * with memories inside a window (feasible) and of 3 and 20 windows (no method can tell them apart from so few frames).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <mdgan/baseline.h>

#include "increments.h"
#include "metrics.h"
#include "processes.h"
#include "study.h"
#include "synthetic.h"

enum {
    WINDOW = 64,
    ENTITIES = 1000,
    LAST = 50 * WINDOW, /* the longest lag */
    FRAMES = 3 * LAST + 1,
    BATCHES = 4, /* so that the lag's displacement is known to a percent */
    LAGS = 48,
    RESAMPLES = 10
};
static const uint64_t floor_seed = 1000000;

/* MSD(t) at all lags up to LAST, and what it is compared with. */
typedef struct diffusion {
    process_diffusion process;
    double exact[LAST + 1];
} diffusion;

/* Lags that are evenly spread on a logarithmic scale, from 1 to LAST. */
static size_t lag_number(const size_t i)
{
    return (size_t)lround(pow(LAST, (double)i / (LAGS - 1)));
}

static mdgan_status prepare(void *const context, const uint64_t seed, mdgan_dataset *const data,
                            mdgan_error *const error)
{
    const diffusion *const c = context;
    return process_positions(&c->process, data, ENTITIES, 2 * WINDOW + 1, seed, error);
}

static void judge(const diffusion *const c, const double *const msd, figures *const f)
{
    const size_t half = LAST / 2;
    double largest = 0;
    for (size_t i = 0; i < LAGS; i++) {
        const size_t lag = lag_number(i);
        largest = fmax(largest, fabs(msd[lag] / c->exact[lag] - 1));
        figures_add_point(f, "msd_ratio", (double)lag / WINDOW, msd[lag] / c->exact[lag]);
    }
    figures_add(f, "msd_max_rel_error", largest);
    figures_add(f, "msd_rel_error_2M", msd[2 * WINDOW] / c->exact[2 * WINDOW] - 1);
    figures_add(f, "msd_rel_error_10M", msd[10 * WINDOW] / c->exact[10 * WINDOW] - 1);
    figures_add(f, "msd_rel_error_50M", msd[LAST] / c->exact[LAST] - 1);
    figures_add(f, "diffusion_rel_error", metric_slope(msd, half, LAST) / metric_slope(c->exact, half, LAST) - 1);
}

/* msd += weight * that of the series, which is cleared. */
static mdgan_status add_displacement(mdgan_dataset *const series, const double weight, double *const msd,
                                     mdgan_error *const error)
{
    double *const one = malloc((LAST + 1) * sizeof *one);
    mdgan_status status = one ? MDGAN_OK : mdgan_fail(error, MDGAN_MEMORY, "no memory for %d lags", LAST + 1);
    if (status == MDGAN_OK) {
        const mdgan_series s = {series->value, series->n_entity, series->n_frame, series->feature.n_component};
        status = mdgan_displacement(&s, LAST + 1, one, NULL, error);
    }
    for (size_t i = 0; status == MDGAN_OK && i <= LAST; i++) {
        msd[i] += weight * one[i];
    }
    free(one);
    mdgan_dataset_clear(series);
    return status;
}

static mdgan_status displacement_of(const row *const r, const size_t n_batch, double *const msd,
                                    mdgan_error *const error)
{
    mdgan_status status = MDGAN_OK;
    memset(msd, 0, (LAST + 1) * sizeof *msd);
    for (size_t i = 0; status == MDGAN_OK && i < n_batch; i++) {
        mdgan_dataset series;
        status = row_emit(r, i, &series, error);
        if (status == MDGAN_OK) {
            status = add_displacement(&series, 1 / (double)n_batch, msd, error);
        }
    }
    return status;
}

/* Entities drawn with replacement. */
static mdgan_status resample(const mdgan_dataset *const data, uint64_t seed, mdgan_dataset *const out,
                             mdgan_error *const error)
{
    const size_t size = data->n_frame * data->feature.n_component;
    const mdgan_status status = mdgan_dataset_create(out, &data->feature, data->n_entity, data->n_frame, error);
    for (size_t e = 0; status == MDGAN_OK && e < data->n_entity; e++) {
        const size_t from = (size_t)(synthetic_uniform(&seed) * (double)data->n_entity);
        memcpy(out->value + e * size, mdgan_dataset_entity(data, from), size * sizeof *out->value);
    }
    return status;
}

/* The same row, learnt from other entities of the same data. */
static mdgan_status displacement_again(const row *const r, const uint64_t number, double *const msd,
                                       mdgan_error *const error)
{
    row_task task = *row_task_of(r);
    mdgan_dataset data;
    row *again = NULL;
    mdgan_status status = resample(task.data, 1000 * task.seed + number, &data, error);
    if (status != MDGAN_OK) {
        return status;
    }
    task.data = &data;
    status = row_create(&again, row_name_of(r), &task, error);
    if (status == MDGAN_OK) {
        status = displacement_of(again, 1, msd, error);
    }
    row_destroy(again);
    mdgan_dataset_clear(&data);
    return status;
}

/* Error bars that the closed form itself gives: what its records leave possible. */
static mdgan_status own_bars(const mdgan_dataset *const data, double *const bar, mdgan_error *const error)
{
    double lag[LAGS];
    mdgan_dataset steps;
    mdgan_status status = increments_of(data, &steps, error);
    if (status != MDGAN_OK) {
        return status;
    }
    for (size_t i = 0; i < LAGS; i++) {
        lag[i] = (double)lag_number(i);
    }
    status = mdgan_baseline_displacement_bars(&steps, WINDOW, LAGS, lag, bar, error);
    mdgan_dataset_clear(&steps);
    return status;
}

/* How far the row lies from the truth in error bars: those of the closed form, and the standard errors from resampled
 * entities, which cover what another choice of molecules and of random numbers would change. own: [LAGS] relative */
static void add_bars(const diffusion *const c, const double *const msd, const double *const sum,
                     const double *const square, const double *const own, figures *const f)
{
    double covered = 0, largest = 0;
    for (size_t i = 0; i < LAGS; i++) {
        const size_t lag = lag_number(i);
        const double mean = sum[lag] / RESAMPLES;
        const double other = sqrt(fmax(square[lag] / RESAMPLES - mean * mean, 0) * RESAMPLES / (RESAMPLES - 1));
        const double bar = hypot(other, own[i] * msd[lag]);
        const double distance = fabs(msd[lag] - c->exact[lag]) / bar;
        covered += distance <= 2 ? 1.0 / LAGS : 0;
        largest = fmax(largest, distance);
        figures_add_point(f, "msd_bar", (double)lag / WINDOW, bar / c->exact[lag]);
        if (lag == LAST) {
            figures_add(f, "msd_rel_bar_50M", bar / c->exact[lag]);
        }
    }
    figures_add(f, "covered_by_2_bars", covered);
    figures_add(f, "largest_in_bars", largest);
}

static mdgan_status measure_bars(const diffusion *const c, const row *const r, const double *const msd,
                                 figures *const f, mdgan_error *const error)
{
    double *const work = calloc(3 * (LAST + 1), sizeof *work), *const sum = work + LAST + 1;
    double *const square = sum + LAST + 1;
    mdgan_status status = work ? MDGAN_OK : mdgan_fail(error, MDGAN_MEMORY, "no memory for %d lags", LAST + 1);
    for (size_t i = 0; status == MDGAN_OK && i < RESAMPLES; i++) {
        status = displacement_again(r, i, work, error);
        for (size_t k = 0; status == MDGAN_OK && k <= LAST; k++) {
            sum[k] += work[k];
            square[k] += work[k] * work[k];
        }
    }
    double own[LAGS];
    if (status == MDGAN_OK) {
        status = own_bars(row_task_of(r)->data, own, error);
    }
    if (status == MDGAN_OK) {
        add_bars(c, msd, sum, square, own, f);
    }
    free(work);
    return status;
}

static mdgan_status measure(void *const context, const row *const r, figures *const f, mdgan_error *const error)
{
    const diffusion *const c = context;
    double *const msd = malloc((LAST + 1) * sizeof *msd);
    mdgan_status status = msd ? MDGAN_OK : mdgan_fail(error, MDGAN_MEMORY, "no memory for %d lags", LAST + 1);
    if (status == MDGAN_OK) {
        status = displacement_of(r, row_batches(r, BATCHES), msd, error);
    }
    if (status == MDGAN_OK) {
        judge(c, msd, f);
    }
    /* Other rows would take a training for each resampling. */
    if (status == MDGAN_OK && !strcmp(row_name_of(r), "linear")) {
        status = measure_bars(c, r, msd, f, error);
    }
    free(msd);
    return status;
}

/* Real series, as many as the rows make. */
static mdgan_status measure_floor(void *const context, const uint64_t seed, figures *const f, mdgan_error *const error)
{
    const diffusion *const c = context;
    double *const msd = calloc(LAST + 1, sizeof *msd);
    mdgan_status status = msd ? MDGAN_OK : mdgan_fail(error, MDGAN_MEMORY, "no memory for %d lags", LAST + 1);
    for (size_t i = 0; status == MDGAN_OK && i < BATCHES; i++) {
        mdgan_dataset series;
        status = process_positions(&c->process, &series, ENTITIES, FRAMES, floor_seed + BATCHES * seed + i, error);
        if (status == MDGAN_OK) {
            status = add_displacement(&series, 1.0 / BATCHES, msd, error);
        }
    }
    if (status == MDGAN_OK) {
        judge(c, msd, f);
    }
    free(msd);
    return status;
}

/* The likeliest process of this form, or with these times; its own curve, not that of series made from it. */
static mdgan_status measure_known(void *const context, const char *const name, const mdgan_dataset *const data,
                                  figures *const f, mdgan_error *const error)
{
    const diffusion *const c = context;
    const process_known known = !strcmp(name, "known-times") ? PROCESS_TIMES : PROCESS_FORM;
    process_diffusion fit = c->process;
    mdgan_status status = process_fit(&fit, data, 2 * WINDOW, known, error);
    if (status != MDGAN_OK) {
        return status;
    }
    double *const msd = malloc((LAST + 1) * sizeof *msd);
    if (!msd) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for %d lags", LAST + 1);
    }
    for (size_t i = 0; i <= LAST; i++) {
        msd[i] = process_displacement(&fit, (double)i);
    }
    judge(c, msd, f);
    free(msd);
    return status;
}

/* Weights such that each memory slows the motion by as much as is left in the end: from 3 D to D. */
static void set_process(diffusion *const c, const double shorter, const double longer)
{
    const double per_frame = 0.5;
    c->process = (process_diffusion){.diffusion = per_frame,
                                     .square = {per_frame * shorter * WINDOW, per_frame * longer * WINDOW},
                                     .time = {shorter * WINDOW, longer * WINDOW}};
    for (size_t i = 0; i <= LAST; i++) {
        c->exact[i] = process_displacement(&c->process, (double)i);
    }
}

static mdgan_status run(const bench_request *const request, mdgan_error *const error)
{
    static const char *const names[] = {"diffusion-feasible", "diffusion-infeasible"};
    static const double windows[][PROCESS_MEMORIES] = {{0.1, 0.5}, {3, 20}};
    report *out = NULL;
    mdgan_status status = report_create(&out, request, error);
    for (size_t i = 0; status == MDGAN_OK && i < sizeof names / sizeof *names; i++) {
        diffusion c;
        set_process(&c, windows[i][0], windows[i][1]);
        const study s = {.name = names[i],
                         .window = WINDOW,
                         .n_entity = ENTITIES,
                         .n_frame = FRAMES,
                         .n_entity_slow = ENTITIES / 4,
                         .n_frame_slow = LAST + 1,
                         .context = &c,
                         .prepare = prepare,
                         .measure = measure,
                         .floor = measure_floor,
                         .known = measure_known};
        status = study_run(&s, request, out, error);
    }
    report_close(out);
    return status;
}

const bench_case bench_diffusion = {
    .name = "diffusion", .summary = "subdiffusion with a known displacement, to 50 windows", .run = run};
