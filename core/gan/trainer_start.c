/* SPDX-License-Identifier: BSD-3-Clause */
/* From a linear start to the generators' first weights. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gan/body_frame.h"
#include "gan/trainer.h"
#include "linear/body_axes.h"
#include "linear/start.h"

enum { N_FOLD = 5 };

/* Entities are taken in the random order of their split, held-out ones last. */
static const float *entity_at(const sample_data *const s, const size_t i)
{
    const uint32_t entity = i < s->n_train ? s->train[i] : s->held[i - s->n_train];
    return s->value + (size_t)entity * s->n_frame * s->n_component;
}

/* Scales of sums over longer stretches of which there are enough. The mean of all data has been taken off, where they
 * are not isotropic: of a few stretches, that would be a large part. */
static size_t scales_told(const sample_data *const s)
{
    enum { ENOUGH = 8 };
    size_t n = 0;
    while (n < LONG_SCALES && s->n_entity * (s->n_frame / long_sums_frames(s->pair, n)) >= ENOUGH) {
        n++;
    }
    return n;
}

/* Records of 2M frames of one group of components, of every n_fold-th entity, and sums over longer stretches. */
static mdgan_status add_records(const sample_data *const s, const size_t fold, const size_t n_fold, const size_t first,
                                const size_t width, record_moments *const m, mdgan_error *const error)
{
    const record_cut cut = record_cut_of(s->n_frame, s->pair);
    const size_t n_scale = scales_told(s);
    mdgan_status status = MDGAN_OK;
    for (size_t i = fold; status == MDGAN_OK && i < s->n_entity; i += n_fold) {
        const float *const x = entity_at(s, i);
        for (size_t c = first; status == MDGAN_OK && c < first + width; c++) {
            status = record_moments_add(m, cut.n, x + c, cut.stride * s->n_component, s->n_component, error);
            long_sums_add(&m->sums, s->pair, n_scale, s->n_frame, x + c, s->n_component);
        }
    }
    return status;
}

/* The same along one axis of the molecules. */
static mdgan_status add_body_records(const body_axes *const b, const size_t fold, const size_t n_fold,
                                     const size_t axis, record_moments *const m, mdgan_error *const error)
{
    const size_t first = fold * b->n_record / n_fold, last = (fold + 1) * b->n_record / n_fold;
    const float *const x = b->record + (axis * b->n_record + first) * BODY_PARTS * b->length;
    return record_moments_add(m, (last - first) * BODY_PARTS, x, b->length, 1, error);
}

bool trainer_components_shared(const sample_data *const s)
{
    return s->n_component == 1 || (s->isotropic && s->n_component == 3);
}

/* Components that one linear model is fitted to: x, y and z of an isotropic particle or mode are alike. */
static size_t group_count(const sample_data *const s)
{
    return trainer_components_shared(s) ? 1 : s->isotropic ? s->n_component / 3 : s->n_component;
}

/* Cross-validation over five parts of the entities; long windows, whose fits cost by the cube of their length, are
 * judged on one of the parts only, and very few entities on themselves. */
static size_t folds_judged(const sample_data *const s)
{
    const size_t pair_max = 256;
    return s->n_entity < 2 * N_FOLD ? 0 : s->pair <= pair_max ? N_FOLD : 1;
}

/* A vector of a molecule, seen from anywhere. */
static mdgan_status find_axes(const sample_data *const s, body_axes *const b, mdgan_error *const error)
{
    *b = (body_axes){0};
    if (!s->isotropic || s->n_component != BODY_AXES) {
        return MDGAN_OK;
    }
    const record_cut cut = record_cut_of(s->n_frame, s->pair);
    const size_t n = s->n_entity * cut.n;
    const float **const record = malloc(n * sizeof *record);
    if (!record) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu records", n);
    }
    for (size_t i = 0; i < n; i++) {
        record[i] = entity_at(s, i / cut.n) + i % cut.n * cut.stride * s->n_component;
    }
    const mdgan_status status = body_axes_find(b, s->pair, n, record, error);
    free(record);
    return status;
}

static mdgan_status find_groups(const trainer *const t, const body_axes *const b, linear_start *const start,
                                mdgan_error *const error)
{
    const sample_data *const s = &t->data;
    const size_t n_judge = folds_judged(s), n_fold = n_judge > 0 ? N_FOLD : 1;
    const size_t n_group = b->record ? BODY_AXES : group_count(s), width = s->n_component / n_group;
    record_moments *const fold = calloc(n_fold * n_group, sizeof *fold);
    mdgan_status status = fold ? MDGAN_OK : mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu components", n_group);
    for (size_t i = 0; status == MDGAN_OK && i < n_fold * n_group; i++) {
        const size_t k = i / n_group, group = i % n_group;
        status = record_moments_create(&fold[i], s->pair, error);
        if (status == MDGAN_OK) {
            status = b->record ? add_body_records(b, k, n_fold, group, &fold[i], error)
                               : add_records(s, k, n_fold, group * width, width, &fold[i], error);
        }
        if (status == MDGAN_OK) {
            record_moments_finish(&fold[i]);
            fold[i].n_record /= b->record ? BODY_PARTS : 1;
        }
    }
    if (status == MDGAN_OK) {
        status = linear_start_find(start, n_group, n_fold, fold, n_judge, t->config.latent, error);
    }
    for (size_t i = 0; fold && i < n_fold * n_group; i++) {
        record_moments_clear(&fold[i]);
    }
    free(fold);
    return status;
}

static void add_text(linear_start *const start, const char *const text)
{
    const size_t n = strlen(start->text);
    snprintf(start->text + n, sizeof start->text - n, "%s", text);
}

static void add_uncertainty(const mdgan_kind kind, linear_start *const start)
{
    char text[96];
    if (start->uncertainty > 0) {
        snprintf(text, sizeof text, "; %s 10 x 2M frames uncertain by %.0f %%",
                 kind == MDGAN_SCALAR ? "variance of sums over" : "MSD at", 100 * start->uncertainty);
        add_text(start, text);
    }
}

static mdgan_status find_here(const trainer *const t, linear_start *const start, mdgan_error *const error)
{
    body_axes b;
    mdgan_status status = find_axes(&t->data, &b, error);
    if (status == MDGAN_OK) {
        status = find_groups(t, &b, start, error);
    }
    if (status == MDGAN_OK) {
        add_uncertainty(t->feature.kind, start);
    }
    if (status == MDGAN_OK && b.record) {
        start->keep = b.keep;
        add_text(start, ", in the molecules' frames");
    }
    body_axes_clear(&b);
    return status;
}

/* What the other ranks need to know before they can receive the matrices. */
typedef struct start_shape {
    size_t q, n_group;
    size_t m[MDGAN_COMPONENT_MAX]; /* noise sources by group */
    double keep;
    char text[128];
} start_shape;

static mdgan_status share_model(const mdgan_comm *const comm, statespace *const s, mdgan_error *const error)
{
    double *const part[] = {s->a, s->b, s->c, s->d};
    const size_t n[] = {s->q * s->q, s->q * s->m, s->q, s->m};
    mdgan_status status = MDGAN_OK;
    for (size_t i = 0; status == MDGAN_OK && i < sizeof part / sizeof *part; i++) {
        status = mdgan_comm_broadcast(comm, part[i], n[i] * sizeof(double), error);
    }
    return status;
}

/* All ranks take rank 0's start: unlike processors could choose unlike candidates by rounding. */
static mdgan_status share_start(const trainer *const t, linear_start *const start, mdgan_error *const error)
{
    const bool root = mdgan_comm_rank(t->comm) == 0;
    start_shape shape = {0};
    if (root) {
        shape = (start_shape){.q = start->model[0].q, .n_group = start->n_group, .keep = start->keep};
        for (size_t g = 0; g < start->n_group; g++) {
            shape.m[g] = start->model[g].m;
        }
        memcpy(shape.text, start->text, sizeof shape.text);
    }
    mdgan_status status = mdgan_comm_broadcast(t->comm, &shape, sizeof shape, error);
    if (status == MDGAN_OK && !root) {
        status = linear_start_create(start, shape.n_group, shape.q, shape.m, error);
        start->keep = shape.keep;
        memcpy(start->text, shape.text, sizeof start->text);
    }
    status = mdgan_comm_agree(t->comm, status, error);
    for (size_t g = 0; status == MDGAN_OK && g < start->n_group; g++) {
        status = share_model(t->comm, &start->model[g], error);
    }
    return status;
}

mdgan_status trainer_find_start(const trainer *const t, linear_start *const start, mdgan_error *const error)
{
    *start = (linear_start){0};
    mdgan_status status = mdgan_comm_rank(t->comm) == 0 ? find_here(t, start, error) : MDGAN_OK;
    status = mdgan_comm_agree(t->comm, status, error);
    if (status == MDGAN_OK) {
        status = share_start(t, start, error);
    }
    if (status != MDGAN_OK) {
        linear_start_clear(start);
    }
    return status;
}

static void copy_real(real *const to, const double *const from, const size_t n)
{
    for (size_t i = 0; i < n; i++) {
        to[i] = (real)from[i];
    }
}

/* The closed form becomes the generators' linear part. */
mdgan_status trainer_place_start(trainer *const t, const linear_start *const start, mdgan_error *const error)
{
    const linear_part *const p = &t->net.generator.part;
    const size_t m = t->config.window, q = t->net.generator.arch.state;
    for (size_t g = 0; g < p->n_group; g++) {
        const statespace *const model = &start->model[g * start->n_group / p->n_group];
        window_form w;
        const mdgan_status status = window_form_create(&w, model, m, error);
        if (status != MDGAN_OK) {
            return status;
        }
        real *const block = t->generator.theta + g * p->size;
        copy_real(block + p->evolve, w.evolve, q * q);
        copy_real(block + p->kick, w.kick, q * q);
        copy_real(block + p->from, w.from, m * q);
        copy_real(block + p->to, w.to, m * q);
        copy_real(block + p->noise, w.noise, m * m);
        window_form_clear(&w);
    }
    if (t->net.generator.arch.frame) {
        t->generator.theta[t->net.generator.keep] = (real)start->keep;
    }
    return MDGAN_OK;
}

/* Averaged over components, as seen from space. Returns [n], to be freed, or NULL without memory. */
static double *mean_autocovariance(const trainer *const t, const linear_start *const start, const size_t n)
{
    double *const sum = calloc(2 * n, sizeof *sum), *const one = sum + n;
    for (size_t g = 0; sum && g < start->n_group; g++) {
        statespace_autocovariance(&start->model[g], n, one);
        for (size_t i = 0; i < n; i++) {
            sum[i] += one[i] / (double)start->n_group;
        }
    }
    for (size_t i = 0; sum && start->keep > 0 && i < n; i++) {
        sum[i] *= body_frame_vector_left(start->keep, (double)i / (double)t->config.window);
    }
    return sum;
}

/* Over whole chains: the longer the records, the narrower the lines that the anchor can hold. */
mdgan_status trainer_place_anchor(trainer *const t, const linear_start *const start, mdgan_error *const error)
{
    const size_t n = t->net.schedule.n_window * t->config.window;
    double *const r = mean_autocovariance(t, start, n);
    if (!r) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu lags", n);
    }
    mdgan_status status = anchor_create(&t->anchor, t->config.window, t->net.schedule.n_window, t->data.n_component, r,
                                        t->config.anchor, error);
    free(r);
    if (status == MDGAN_OK) {
        status = latent_anchor_create(&t->latent_anchor, &t->net.generator, error);
    }
    return status;
}

mdgan_status trainer_expect_start(trainer *const t, const linear_start *const start, mdgan_error *const error)
{
    const size_t n = score_long_frames(&t->score);
    double *const r = mean_autocovariance(t, start, n);
    if (!r) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu lags", n);
    }
    mdgan_status status = score_expect(&t->score, r, error);
    free(r);
    if (status == MDGAN_OK) {
        const size_t n_step = t->net.schedule.n_state - 1;
        status = latent_anchor_aim(&t->latent_anchor, &t->net.generator, t->generator.theta, n_step, error);
    }
    return status;
}
