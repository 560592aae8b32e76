/* SPDX-License-Identifier: BSD-3-Clause */
#include <mdgan/generate.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gan/bridge.h"
#include "gan/model.h"
#include "gan/sampler.h"
#include "parallel/blas.h"
#include "parallel/threads.h"

/* Chains generated at a time: large enough for matrix products, small enough for the cache. Fixed, so that a series
 * does not depend on who else is generated beside it. */
enum { BLOCK = 64 };

struct mdgan_generator {
    const mdgan_model *model; /* retained */
    const mdgan_comm *comm;   /* retained */
    generator net;
    sampler_key key;
    size_t n_entity, n_block;
    size_t first_block, end_block; /* of this rank */
    size_t *offset;                /* [size + 1] values in `window` that each rank makes */
    threads *threads;
    sampler_work *work; /* [threads] */
    real *z;            /* [n_entity][W]; only this rank's blocks are kept up */
    float *window;      /* [n_entity][M][D] network units */
    float *rows;        /* [M][n_entity][D] feature units */
    double *position;   /* [n_entity][D] modes of where positions stand; NULL for other kinds */
    bridge bridge;      /* into modes that are not integrated: their position is the gap at the start */
    bool from_origin;   /* there is a real frame to begin from */
    uint64_t lead;      /* windows made before the first one that is given out */
    uint64_t next_window;
    int64_t given; /* frames given out */
};

static size_t min_size(const size_t a, const size_t b)
{
    return a < b ? a : b;
}

static size_t block_length(const mdgan_generator *const g, const size_t block)
{
    return min_size(BLOCK, g->n_entity - block * BLOCK);
}

static mdgan_status allocate(mdgan_generator *const g, const float *const origin, mdgan_error *const error)
{
    const size_t d = g->net.arch.component, w = g->net.arch.latent, row = g->n_entity * d;
    const size_t n_rank = mdgan_comm_size(g->comm), n_thread = threads_count(g->threads);
    g->offset = calloc(n_rank + 1, sizeof *g->offset);
    g->work = calloc(n_thread, sizeof *g->work);
    g->z = calloc(g->n_entity * w, sizeof *g->z);
    g->window = calloc(row * g->net.arch.window, sizeof *g->window);
    g->rows = calloc(row * g->net.arch.window, sizeof *g->rows);
    const bool integrate = g->model->feature.kind == MDGAN_POSITION;
    g->position = integrate ? calloc(row, sizeof *g->position) : NULL;
    if (!g->offset || !g->work || !g->z || !g->window || !g->rows || (integrate && !g->position)) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory to generate %zu series", g->n_entity);
    }
    for (size_t e = 0; integrate && origin && e < g->n_entity; e++) {
        modes_forward(&g->model->modes, d, origin + e * d, g->position + e * d);
    }
    for (size_t r = 0; r <= n_rank; r++) {
        g->offset[r] = min_size(r * g->n_block / n_rank * BLOCK, g->n_entity) * g->net.arch.window * d;
    }
    g->first_block = mdgan_comm_rank(g->comm) * g->n_block / n_rank;
    g->end_block = (mdgan_comm_rank(g->comm) + 1) * g->n_block / n_rank;
    mdgan_status status = MDGAN_OK;
    for (size_t i = 0; status == MDGAN_OK && i < n_thread; i++) {
        status = sampler_work_create(&g->work[i], &g->net, BLOCK, error);
        if (status == MDGAN_OK) {
            sampler_use(&g->work[i], &g->net, g->model->weight);
        }
    }
    return status;
}

static void start_block(void *const context, const size_t i, const size_t worker)
{
    mdgan_generator *const g = context;
    const size_t block = g->first_block + i, first = block * BLOCK;
    sampler_start(&g->net, g->key, (uint32_t)first, block_length(g, block), g->z + first * g->net.arch.latent,
                  &g->work[worker]);
}

static void make_block(void *const context, const size_t i, const size_t worker)
{
    mdgan_generator *const g = context;
    const size_t block = g->first_block + i, first = block * BLOCK, n = block_length(g, block);
    const size_t values = g->net.arch.window * g->net.arch.component;
    const real *const y = sampler_window(&g->net, g->key, g->lead + g->next_window, (uint32_t)first, n,
                                         g->z + first * g->net.arch.latent, &g->work[worker]);
    memcpy(g->window + first * values, y, n * values * sizeof *g->window);
}

static void skip_block(void *const context, const size_t i, const size_t worker)
{
    mdgan_generator *const g = context;
    const size_t block = g->first_block + i, first = block * BLOCK;
    sampler_skip(&g->net, g->key, g->lead + g->next_window, (uint32_t)first, block_length(g, block),
                 g->z + first * g->net.arch.latent, &g->work[worker]);
}

static void run_blocks(mdgan_generator *const g, const thread_piece piece)
{
    blas_threads_single();
    threads_run(g->threads, g->end_block - g->first_block, piece, g);
    blas_threads_restore();
}

mdgan_status mdgan_generator_create(mdgan_generator **const out, const mdgan_model *const model, const size_t n_entity,
                                    const uint64_t seed, const float *const origin, const size_t n_thread,
                                    const mdgan_comm *const comm, mdgan_error *const error)
{
    if (n_entity == 0 || n_entity > UINT32_MAX || n_thread == 0) {
        return mdgan_fail(error, MDGAN_INVALID, "cannot generate %zu series on %zu threads", n_entity, n_thread);
    }
    mdgan_generator *const g = calloc(1, sizeof *g);
    if (!g) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for a generator");
    }
    g->model = model;
    g->comm = comm;
    g->n_entity = n_entity;
    g->n_block = (n_entity + BLOCK - 1) / BLOCK;
    g->key = (sampler_key){seed, RANDOM_EMIT};
    mdgan_status status = generator_layout(&g->net, &model->arch, error);
    if (status == MDGAN_OK) {
        status = threads_create(&g->threads, n_thread, error);
    }
    if (status == MDGAN_OK) {
        status = allocate(g, origin, error);
    }
    g->from_origin = origin != NULL && model->feature.kind == MDGAN_POSITION;
    if (status == MDGAN_OK && g->from_origin) {
        blas_threads_single();
        status = bridge_create(&g->bridge, model, &g->net, error);
        blas_threads_restore();
    }
    if (status != MDGAN_OK) {
        mdgan_generator_destroy(g);
        return status;
    }
    run_blocks(g, start_block);
    *out = g;
    return MDGAN_OK;
}

void mdgan_generator_destroy(mdgan_generator *const g)
{
    if (!g) {
        return;
    }
    for (size_t i = 0; g->work && i < threads_count(g->threads); i++) {
        sampler_work_clear(&g->work[i]);
    }
    threads_destroy(g->threads);
    free(g->offset);
    free(g->work);
    free(g->z);
    free(g->window);
    free(g->rows);
    free(g->position);
    bridge_clear(&g->bridge);
    free(g);
}

/* Modes of one entity -> its particles; they move on from @p position if that is how they were learnt, else lose what
 * is left of the gap in it: the share @p left of each mode. */
static void make_particles(const mdgan_generator *const g, const double *const left, double *const position,
                           float *const value)
{
    const modes *const v = &g->model->modes;
    const size_t d = g->net.arch.component;
    double mode[MDGAN_COMPONENT_MAX] = {0}, particle[MDGAN_COMPONENT_MAX];
    for (size_t c = 0; c < d; c++) {
        mode[c] = value[c];
        if (position && modes_integrated(v, g->model->feature.kind, c)) {
            mode[c] = position[c] += value[c];
        } else if (position && g->from_origin) {
            mode[c] += left[c / 3] * position[c];
        }
    }
    modes_backward(v, d, mode, particle);
    for (size_t c = 0; c < d; c++) {
        value[c] = (float)particle[c];
    }
}

static double mode_of(const mdgan_model *const model, const size_t c, const float value)
{
    return model->mean[c] + model->scale[c] * value;
}

/* Network units, entity by entity -> feature units, frame by frame. */
static void make_rows(mdgan_generator *const g)
{
    const size_t m = g->net.arch.window, d = g->net.arch.component, n = g->n_entity;
    const mdgan_model *const model = g->model;
    const bool several = modes_particles(&model->modes) > 1;
    for (size_t t = 0; t < m; t++) {
        float *const row = g->rows + t * n * d;
        for (size_t e = 0; e < n; e++) {
            const float *const from = g->window + (e * m + t) * d;
            for (size_t c = 0; c < d; c++) {
                row[e * d + c] = (float)mode_of(model, c, from[c]);
            }
        }
        double left[PARTICLE_MAX] = {0};
        for (size_t i = 0; g->from_origin && i < g->bridge.n_mode; i++) {
            left[i] = bridge_decay(&g->bridge, i, g->next_window * m + t + 1);
        }
        for (size_t e = 0; several && e < n; e++) {
            make_particles(g, left, g->position ? g->position + e * d : NULL, row + e * d);
        }
        for (size_t i = 0; !several && g->position && i < n * d; i++) {
            g->position[i] += row[i];
            row[i] = (float)g->position[i];
        }
    }
}

static mdgan_status make_all_blocks(mdgan_generator *const g, mdgan_error *const error)
{
    run_blocks(g, make_block);
    return mdgan_comm_gather_floats(g->comm, g->window, g->offset, error);
}

/* A window that is not given out: its last frame is what the series would have begun from. */
static mdgan_status find_gaps(mdgan_generator *const g, mdgan_error *const error)
{
    const size_t m = g->net.arch.window, d = g->net.arch.component;
    const mdgan_status status = make_all_blocks(g, error);
    for (size_t i = 0; status == MDGAN_OK && i < g->n_entity * d; i++) {
        const size_t e = i / d, c = i % d;
        if (!modes_integrated(&g->model->modes, g->model->feature.kind, c)) {
            g->position[i] -= mode_of(g->model, c, g->window[(e * m + m - 1) * d + c]);
        }
    }
    g->lead = 1;
    return status;
}

static mdgan_status make_window(mdgan_generator *const g, mdgan_error *const error)
{
    mdgan_status status = MDGAN_OK;
    if (g->lead == 0 && g->position && modes_particles(&g->model->modes) > 1) {
        status = find_gaps(g, error);
    }
    if (status == MDGAN_OK) {
        status = make_all_blocks(g, error);
    }
    if (status == MDGAN_OK) {
        make_rows(g);
        g->next_window++;
    }
    return status;
}

/* Nobody could use what comes behind a value that is not finite. */
static mdgan_status check_row(const mdgan_generator *const g, const float *const row, mdgan_error *const error)
{
    const size_t d = g->net.arch.component;
    for (size_t i = 0; i < g->n_entity * d; i++) {
        if (!isfinite(row[i])) {
            return mdgan_fail(
                error, MDGAN_NUMERIC,
                "frame %lld of the emission: entity %zu is not finite; the model, of held-out score %.3g, "
                "cannot be used: train it anew, with lower 'rate' and 'rate/critic' or on more windows",
                (long long)g->given + 1, i / d + 1, g->model->score);
        }
    }
    return MDGAN_OK;
}

mdgan_status mdgan_generator_next(mdgan_generator *const g, const float **const row, mdgan_error *const error)
{
    const size_t m = g->net.arch.window, frame = (size_t)(g->given % (int64_t)m);
    if (g->given / (int64_t)m == (int64_t)g->next_window) {
        const mdgan_status status = make_window(g, error);
        if (status != MDGAN_OK) {
            return status;
        }
    }
    const float *const made = g->rows + frame * g->n_entity * g->net.arch.component;
    const mdgan_status status = check_row(g, made, error);
    if (status == MDGAN_OK) {
        *row = made;
        g->given++;
    }
    return status;
}

int64_t mdgan_generator_position(const mdgan_generator *const g)
{
    return g->given;
}

mdgan_status mdgan_generator_skip(mdgan_generator *const g, const int64_t position, mdgan_error *const error)
{
    const int64_t m = (int64_t)g->net.arch.window;
    if (position < g->given) {
        return mdgan_fail(error, MDGAN_INVALID, "cannot go back from frame %lld to %lld", (long long)g->given,
                          (long long)position);
    }
    mdgan_status status = MDGAN_OK;
    /* Windows that lie wholly before the new position only need their states, unless positions are integrated. */
    while (status == MDGAN_OK && (int64_t)g->next_window * m + m <= position) {
        if (g->position) {
            status = make_window(g, error);
        } else {
            run_blocks(g, skip_block);
            g->next_window++;
        }
    }
    if (status == MDGAN_OK && position > (int64_t)g->next_window * m) {
        status = make_window(g, error);
    }
    if (status == MDGAN_OK) {
        g->given = position;
    }
    return status;
}
