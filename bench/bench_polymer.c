/* SPDX-License-Identifier: BSD-3-Clause */
/* A melt of polyethylene: mean squared displacement of the chain centres, learnt from the first 2M + 1 frames of a run
 * and compared with all 501 of it; from the centres alone, and from the thirds of each chain as one feature. */
#include <math.h>
#include <stdlib.h>

#include "metrics.h"
#include "recorded.h"
#include "study.h"
#include "synthetic.h"

enum {
    THIRDS = 3,
    LAST = 256,     /* the longest lag: half of the run */
    FRAMES = 501,   /* as many as the run has */
    ENTITIES = 1920 /* so that the run's own errors decide */
};
/* The reference is exact enough, up to where its standard error is this large. */
static const double exact_below = 0.05;

/* Of chain centres, standard errors from the spread over chains; the diffusion coefficient in the square of the
 * positions' unit per frame. */
typedef struct displacement {
    double msd[LAST + 1], msd_error[LAST + 1];
    double diffusion, diffusion_error;
} displacement;

typedef struct polymer {
    size_t window;
    bool particles; /* learn from the thirds */
    mdgan_dataset thirds, centre;
    displacement reference; /* of the run */
} polymer;

/* Centres of mass of chains, of series of thirds. CH3 ends: beads 1 and 100. */
static mdgan_status centres_of(const mdgan_dataset *const thirds, mdgan_dataset *const centre, mdgan_error *const error)
{
    static const double ch2 = 14.027, ch3 = 15.035;
    const double mass[THIRDS] = {ch3 + 32 * ch2, 34 * ch2, 32 * ch2 + ch3}, total = mass[0] + mass[1] + mass[2];
    mdgan_feature feature = thirds->feature;
    feature.n_component = 3;
    const mdgan_status status = mdgan_dataset_create(centre, &feature, thirds->n_entity, thirds->n_frame, error);
    for (size_t i = 0; status == MDGAN_OK && i < thirds->n_entity * thirds->n_frame; i++) {
        for (size_t c = 0; c < 3; c++) {
            double x = 0;
            for (size_t p = 0; p < THIRDS; p++) {
                x += mass[p] / total * thirds->value[(i * THIRDS + p) * 3 + c];
            }
            centre->value[3 * i + c] = (float)x;
        }
    }
    return status;
}

/* Entities 3 k, 3 k + 1 and 3 k + 2, of one particle, become entity k, of three. */
static mdgan_status join_thirds(const mdgan_dataset *const single, mdgan_dataset *const thirds,
                                mdgan_error *const error)
{
    mdgan_feature feature = single->feature;
    feature.n_component = THIRDS * 3;
    const size_t n = single->n_entity / THIRDS, n_frame = single->n_frame;
    const mdgan_status status = mdgan_dataset_create(thirds, &feature, n, n_frame, error);
    for (size_t i = 0; status == MDGAN_OK && i < n * THIRDS * n_frame * 3; i++) {
        const size_t entity = i / 3 / n_frame, frame = i / 3 % n_frame;
        thirds->value[((entity / THIRDS * n_frame + frame) * THIRDS + entity % THIRDS) * 3 + i % 3] = single->value[i];
    }
    return status;
}

static mdgan_status displacement_of(const mdgan_series *const centre, displacement *const d, mdgan_error *const error)
{
    const mdgan_status status = mdgan_displacement(centre, LAST + 1, d->msd, d->msd_error, error);
    return status == MDGAN_OK ? mdgan_diffusion(centre, LAST / 2, LAST, 1, &d->diffusion, &d->diffusion_error, error)
                              : status;
}

static mdgan_series series_of(const mdgan_dataset *const centre)
{
    return (mdgan_series){centre->value, centre->n_entity, centre->n_frame, centre->feature.n_component};
}

static mdgan_status prepare(void *const context, const uint64_t seed, mdgan_dataset *const data,
                            mdgan_error *const error)
{
    const polymer *const p = context;
    (void)seed;
    return recorded_part(p->particles ? &p->thirds : &p->centre, 0, 2 * p->window + 1, data, error);
}

/* d, of a row, beside r, what it is compared with. */
static void judge(const polymer *const p, const displacement *const d, const displacement *const r, figures *const f)
{
    const size_t pair = 2 * p->window;
    double largest = 0, excess = 0;
    for (size_t i = 1; i <= LAST; i++) {
        const double error = fabs(d->msd[i] / r->msd[i] - 1);
        if (r->msd_error[i] < exact_below * r->msd[i]) {
            largest = fmax(largest, error);
        } else {
            excess = fmax(excess, fabs(d->msd[i] - r->msd[i]) / hypot(d->msd_error[i], r->msd_error[i]));
        }
    }
    for (size_t i = 1; i <= LAST; i += 1 + i / 10) {
        figures_add_point(f, "msd_ratio", (double)i, d->msd[i] / r->msd[i]);
    }
    figures_add(f, "msd_max_rel_error", largest);
    figures_add(f, "msd_max_sigma_beyond", excess);
    figures_add(f, "msd_rel_error_2M", d->msd[pair] / r->msd[pair] - 1);
    if (4 * pair <= LAST) {
        figures_add(f, "msd_rel_error_4x2M", d->msd[4 * pair] / r->msd[4 * pair] - 1);
    }
    figures_add(f, "slope_inside", metric_log_slope(d->msd, 1, pair));
    figures_add(f, "slope_inside_md", metric_log_slope(r->msd, 1, pair));
    figures_add(f, "slope_beyond", metric_log_slope(d->msd, pair, LAST));
    figures_add(f, "slope_beyond_md", metric_log_slope(r->msd, pair, LAST));
    figures_add(f, "diffusion_rel_error", d->diffusion / r->diffusion - 1);
    figures_add(f, "diffusion_sigma", (d->diffusion - r->diffusion) / hypot(d->diffusion_error, r->diffusion_error));
}

static mdgan_status measure(void *const context, const row *const r, figures *const f, mdgan_error *const error)
{
    const polymer *const p = context;
    displacement d;
    mdgan_dataset series, centre = {0};
    mdgan_status status = row_emit(r, 0, &series, error);
    if (status != MDGAN_OK) {
        return status;
    }
    if (p->particles) {
        status = centres_of(&series, &centre, error);
    }
    if (status == MDGAN_OK) {
        const mdgan_series s = series_of(p->particles ? &centre : &series);
        status = displacement_of(&s, &d, error);
    }
    if (status == MDGAN_OK) {
        judge(p, &d, &p->reference, f);
    }
    mdgan_dataset_clear(&centre);
    mdgan_dataset_clear(&series);
    return status;
}

/* Copies the chains in some random order. */
static mdgan_status shuffle(const mdgan_dataset *const data, uint64_t seed, mdgan_dataset *const out,
                            mdgan_error *const error)
{
    const mdgan_status status = recorded_part(data, 0, data->n_frame, out, error);
    const size_t size = data->n_frame * data->feature.n_component;
    for (size_t i = data->n_entity; status == MDGAN_OK && i > 1; i--) {
        float *const a = out->value + (i - 1) * size;
        float *const b = out->value + (size_t)(synthetic_uniform(&seed) * (double)i) * size;
        for (size_t k = 0; k < size; k++) {
            const float swap = a[k];
            a[k] = b[k];
            b[k] = swap;
        }
    }
    return status;
}

/* One half of the chains, drawn at random, against the other: twice the variance that the whole has. */
static mdgan_status measure_floor(void *const context, const uint64_t seed, figures *const f, mdgan_error *const error)
{
    const polymer *const p = context;
    displacement d[2];
    mdgan_dataset chains;
    mdgan_status status = shuffle(&p->centre, seed, &chains, error);
    if (status != MDGAN_OK) {
        return status;
    }
    const size_t half = chains.n_entity / 2, size = chains.n_frame * chains.feature.n_component;
    for (size_t i = 0; status == MDGAN_OK && i < 2; i++) {
        const mdgan_series s = {chains.value + i * half * size, half, chains.n_frame, chains.feature.n_component};
        status = displacement_of(&s, &d[i], error);
    }
    if (status == MDGAN_OK) {
        judge(p, &d[0], &d[1], f);
        for (size_t i = 1; i <= LAST; i += 1 + i / 10) {
            figures_add_point(f, "msd_bar", (double)i, p->reference.msd_error[i] / p->reference.msd[i]);
        }
    }
    mdgan_dataset_clear(&chains);
    return status;
}

static mdgan_status load(polymer *const p, const bench_request *const request, mdgan_error *const error)
{
    mdgan_dataset single;
    mdgan_status status = recorded_series(request, "polyethylene-thirds.h5", &single, error);
    if (status != MDGAN_OK) {
        return status;
    }
    status = join_thirds(&single, &p->thirds, error);
    mdgan_dataset_clear(&single);
    if (status == MDGAN_OK) {
        status = centres_of(&p->thirds, &p->centre, error);
    }
    const mdgan_series s = series_of(&p->centre);
    return status == MDGAN_OK ? displacement_of(&s, &p->reference, error) : status;
}

static mdgan_status run_all(polymer *const p, const bench_request *const request, report *const out,
                            mdgan_error *const error)
{
    static const size_t windows[] = {16, 32, 64};
    mdgan_status status = MDGAN_OK;
    for (size_t i = 0; status == MDGAN_OK && i < 6; i++) {
        char name[REPORT_NAME_LENGTH];
        p->window = windows[i % 3];
        p->particles = i / 3 > 0;
        snprintf(name, sizeof name, p->particles ? "polymer-thirds-%zu" : "polymer-%zu", p->window);
        const study s = {.name = name,
                         .window = p->window,
                         .n_entity = ENTITIES,
                         .n_frame = FRAMES,
                         .n_entity_slow = ENTITIES / 4,
                         .n_frame_slow = FRAMES,
                         .particles = p->particles,
                         .context = p,
                         .prepare = prepare,
                         .measure = measure,
                         .floor = measure_floor};
        status = study_run(&s, request, out, error);
    }
    return status;
}

static mdgan_status run(const bench_request *const request, mdgan_error *const error)
{
    polymer p = {.window = 0};
    report *out = NULL;
    mdgan_status status = load(&p, request, error);
    if (status == MDGAN_OK) {
        status = report_create(&out, request, error);
    }
    if (status == MDGAN_OK) {
        status = run_all(&p, request, out, error);
    }
    report_close(out);
    mdgan_dataset_clear(&p.thirds);
    mdgan_dataset_clear(&p.centre);
    return status;
}

const bench_case bench_polymer = {
    .name = "polymer", .summary = "displacement of chain centres in a melt of polyethylene", .run = run};
