/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gan/body_frame.h"
#include "gan/trainer.h"
#include "linear/start.h"
#include "parallel/blas.h"
#include "parallel/comm.h"

bool mdgan_window_fits(const size_t window)
{
    return window >= MDGAN_WINDOW_MIN && window <= MDGAN_WINDOW_MAX && unet_fits(window);
}

bool mdgan_latent_fits(const mdgan_init init, const size_t latent, const size_t window)
{
    return init == MDGAN_INIT_RANDOM ? latent > 0 : linear_start_fits(latent, 2 * window);
}

/* More than one for each shard would have next to nothing to do. */
static size_t thread_number(const trainer *const t)
{
    return t->config.threads < N_SHARD ? t->config.threads : N_SHARD;
}

static void layout(trainer *const t, arena *const a)
{
    const size_t n_g = t->net.generator.n_parameter, n_c = t->net.n_critic_parameter;
    real **const vectors[] = {&t->generator.theta, &t->generator.m, &t->generator.v, &t->generator_mean, &t->best};
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        *vectors[i] = arena_take(a, n_g);
    }
    t->critic.theta = arena_take(a, n_c);
    t->critic.m = arena_take(a, n_c);
    t->critic.v = arena_take(a, n_c);
    for (size_t i = 0; i < thread_number(t); i++) {
        t->generator.turned[i].value = arena_take(a, n_g);
        t->critic.turned[i].value = arena_take(a, n_c);
    }
    t->generator_gradient = arena_take(a, N_SHARD * n_g);
    t->critic_gradient = arena_take(a, N_SHARD * n_c);
    t->pool = arena_take(a, t->config.batch * t->net.generator.arch.latent);
    t->latent_pull = arena_take(a, t->config.batch * t->net.generator.arch.latent);
    t->anchor_work = arena_take(a, N_SHARD * t->anchor_work_size);
    for (size_t i = 0; i < N_SHARD; i++) {
        if (!trainer_owns(t, i)) {
            continue;
        }
        shard_layout(&t->shard[i], &t->net, i, t->config.batch, a);
        if (t->config.critic_steps > 1) {
            shard_layout_early(&t->early[i], &t->net, &t->shard[i], a);
        }
    }
}

static mdgan_status allocate(trainer *const t, mdgan_error *const error)
{
    const size_t n = t->config.batch / N_SHARD, n_gap = trainer_anchor_size(t);
    t->anchor_work_size = anchor_work_size(&t->anchor, n);
    const size_t latent_work = latent_anchor_work_size(&t->latent_anchor, n);
    t->anchor_work_size = latent_work > t->anchor_work_size ? latent_work : t->anchor_work_size;
    t->anchor_work_size = (t->anchor_work_size + 15) / 16 * 16; /* each begins where vectors may, for FFTW */
    arena a = {0};
    layout(t, &a);
    t->memory = arena_memory(a.used);
    const size_t n_rank = mdgan_comm_size(t->comm);
    t->picks = calloc(4 * t->config.batch, sizeof *t->picks);
    t->pool_offset = calloc(n_rank + 1, sizeof *t->pool_offset);
    t->loss_rows = calloc(N_SHARD * (N_LOSS + n_gap), sizeof *t->loss_rows);
    if (!t->memory || !t->picks || !t->pool_offset || !t->loss_rows) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for a batch of %zu window pairs", t->config.batch);
    }
    a = (arena){.base = t->memory};
    layout(t, &a);
    t->anchor_sums = t->loss_rows + N_SHARD * N_LOSS;
    for (size_t i = 0; i < N_SHARD; i++) {
        t->shard[i].start = t->picks + i * n;
        t->shard[i].offset = t->shard[i].start + t->config.batch;
        t->early[i].start = t->shard[i].offset + t->config.batch;
        t->early[i].offset = t->early[i].start + t->config.batch;
        for (size_t r = comm_shard_owner(t->comm, i, N_SHARD) + 1; r <= n_rank; r++) {
            t->pool_offset[r] = (i + 1) * n * t->net.generator.arch.latent;
        }
    }
    return MDGAN_OK;
}

/* start: NULL for random weights */
static architecture architecture_of(const trainer *const t, const linear_start *const start)
{
    const mdgan_train_config *const c = &t->config;
    const size_t d = t->data.n_component;
    architecture arch = {
        .window = c->window, .component = d, .latent = c->latent, .channel = c->channel, .hidden = c->hidden};
    if (start) {
        arch.state = start->model[0].q;
        arch.frame = start->keep > 0;
        arch.shared = start->n_group == 1;
        arch.latent = arch.state * d + (arch.frame ? BODY_LATENT : 0);
    }
    return arch;
}

static mdgan_status set_up(trainer *const t, mdgan_error *const error)
{
    mdgan_status status = threads_create(&t->threads, thread_number(t), error);
    if (status == MDGAN_OK) {
        status = allocate(t, error);
    }
    if (status == MDGAN_OK) {
        status = score_create(&t->score, &t->data, &t->net.generator, t->config.seed, error);
    }
    return status;
}

/* Collective up to the start, then on each rank for itself. */
static mdgan_status linear_weights(trainer *const t, mdgan_error *const error)
{
    linear_start start;
    mdgan_status status = trainer_find_start(t, &start, error);
    if (status != MDGAN_OK) {
        return status;
    }
    memcpy(t->start, start.text, sizeof t->start);
    const architecture arch = architecture_of(t, &start);
    status = networks_layout(&t->net, &t->config, &arch, error);
    if (status == MDGAN_OK) {
        status = trainer_place_anchor(t, &start, error);
    }
    if (status == MDGAN_OK) {
        status = set_up(t, error);
    }
    if (status == MDGAN_OK) {
        status = trainer_place_start(t, &start, error);
    }
    if (status == MDGAN_OK) {
        status = trainer_expect_start(t, &start, error);
    }
    linear_start_clear(&start);
    return status;
}

static mdgan_status random_weights(trainer *const t, mdgan_error *const error)
{
    snprintf(t->start, sizeof t->start, "random weights");
    const architecture arch = architecture_of(t, NULL);
    const mdgan_status status = networks_layout(&t->net, &t->config, &arch, error);
    return status == MDGAN_OK ? set_up(t, error) : status;
}

static void initialise(trainer *const t)
{
    const networks *const net = &t->net;
    generator_initialise(&net->generator, t->config.seed, t->generator.theta);
    critic_initialise(&net->window, t->config.seed, 0, t->critic.theta);
    for (size_t i = 0; i < net->n_latent; i++) {
        critic_initialise(&net->latent[i], t->config.seed, 1 + (uint32_t)i, t->critic.theta);
    }
    t->generator.changes = t->critic.changes = 1;
    memcpy(t->generator_mean, t->generator.theta, net->generator.n_parameter * sizeof(real));
    for (size_t i = 0; i < t->config.batch; i++) {
        latent_draw(&net->generator, (random_key){t->config.seed, RANDOM_LATENT}, UINT64_MAX, (uint32_t)i,
                    t->pool + i * net->generator.arch.latent);
    }
}

static mdgan_status begin(mdgan_trainer **const out, const mdgan_train_config *const config,
                          const mdgan_dataset *const data, const mdgan_comm *const comm, mdgan_error *const error)
{
    mdgan_status status = train_config_check(config, error);
    trainer *const t = status == MDGAN_OK ? calloc(1, sizeof *t) : NULL;
    if (status == MDGAN_OK && !t) {
        status = mdgan_fail(error, MDGAN_MEMORY, "no memory for a training");
    }
    if (status != MDGAN_OK) {
        return status;
    }
    t->config = *config;
    t->comm = comm;
    t->feature = data->feature;
    t->n_frame = data->n_frame;
    t->progress.iterations = config->iterations;
    *out = t;
    return sample_data_create(&t->data, data, config->window, config->holdout, config->seed, error);
}

mdgan_status mdgan_trainer_create(mdgan_trainer **const out, const mdgan_train_config *const config,
                                  const mdgan_dataset *const data, const mdgan_comm *const comm,
                                  mdgan_error *const error)
{
    trainer *t = NULL;
    mdgan_status status = mdgan_comm_agree(comm, begin(&t, config, data, comm, error), error);
    if (status != MDGAN_OK || !t) {
        mdgan_trainer_destroy(t);
        return status;
    }
    /* OpenBLAS's own threads would change the rounding, and with it the result, with their number. */
    blas_threads_single();
    status = config->init == MDGAN_INIT_LINEAR ? linear_weights(t, error) : random_weights(t, error);
    status = mdgan_comm_agree(comm, status, error);
    if (status == MDGAN_OK) {
        initialise(t);
        status = trainer_evaluate(t, error);
    }
    blas_threads_restore();
    if (status != MDGAN_OK) {
        mdgan_trainer_destroy(t);
        return status;
    }
    /* A start whose statistics held-out data hardly contradict is held tightly, one that they do contradict loosely.
     * That the mean is zero, that windows do not show where they begin, and how states follow each other, no record of
     * 2M frames contradicts. Random weights have nothing to hold on to. */
    t->anchor.weight = t->anchor.n_gap > 0 ? t->config.anchor / fmax(1, t->progress.start_score) : 0;
    t->latent_anchor.residual_weight = LATENT_RESIDUAL_SHARE * t->config.anchor;
    t->latent_anchor.covariance_weight = LATENT_COVARIANCE_SHARE * t->config.anchor;
    *out = t;
    return MDGAN_OK;
}

void mdgan_trainer_destroy(mdgan_trainer *const t)
{
    if (!t) {
        return;
    }
    threads_destroy(t->threads);
    sample_data_clear(&t->data);
    anchor_clear(&t->anchor);
    latent_anchor_clear(&t->latent_anchor);
    score_clear(&t->score);
    free(t->memory);
    free(t->picks);
    free(t->pool_offset);
    free(t->loss_rows);
    free(t);
}
