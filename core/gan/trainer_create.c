/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gan/trainer.h"
#include "linear/start.h"
#include "parallel/blas.h"
#include "parallel/comm.h"

/* Also refuses what is not a number. */
static mdgan_status check_reals(const mdgan_train_config *const c, mdgan_error *const error)
{
    const struct {
        const char *name;
        double value, low, high;
    } range[] = {
        {"penalty", c->penalty, 0, 1e6},          {"clip", c->clip, 0, 1e6},
        {"seconds", c->seconds, 0, 1e12},         {"rate_generator", c->rate_generator, 0, 1e30},
        {"rate_critic", c->rate_critic, 0, 1e30}, {"rate_linear", c->rate_linear, 0, 1e30},
        {"anchor", c->anchor, 0, 1e12},           {"carry", c->carry, 0, 1},
        {"holdout", c->holdout, 0, 0.9},
    };
    for (size_t i = 0; i < sizeof range / sizeof *range; i++) {
        if (!(range[i].value >= range[i].low && range[i].value <= range[i].high)) {
            return mdgan_fail(error, MDGAN_INVALID, "%s is %g: must be between %g and %g", range[i].name,
                              range[i].value, range[i].low, range[i].high);
        }
    }
    return MDGAN_OK;
}

static mdgan_status check_config(const mdgan_train_config *const c, mdgan_error *const error)
{
    if (c->size != sizeof *c) {
        return mdgan_fail(error, MDGAN_VERSION,
                          "training configuration of %zu bytes, expected %zu: recompile the caller", c->size,
                          sizeof *c);
    }
    if (c->batch == 0 || c->batch % N_SHARD != 0) {
        return mdgan_fail(error, MDGAN_INVALID, "batch of %zu window pairs: must be a multiple of %d", c->batch,
                          N_SHARD);
    }
    if (!unet_fits(c->window)) {
        return mdgan_fail(error, MDGAN_INVALID, "window of %zu frames: must be a product of 2, 3, 5 and 7, at least 8",
                          c->window);
    }
    if (c->init == MDGAN_INIT_RANDOM && c->latent == 0) {
        return mdgan_fail(error, MDGAN_INVALID, "init random needs a latent width of at least 1");
    }
    if (c->channel == 0 || c->hidden == 0 || c->critic_steps == 0 || c->evaluate == 0 || c->threads == 0) {
        return mdgan_fail(error, MDGAN_INVALID,
                          "channel, hidden, critic_steps, evaluate and threads must be at least 1");
    }
    return check_reals(c, error);
}

/* Non-overlapping records of 2M frames of one group of components. */
static mdgan_status add_records(const sample_data *const s, const uint32_t *const entity, const size_t n_entity,
                                const size_t first, const size_t width, record_moments *const m,
                                mdgan_error *const error)
{
    mdgan_status status = record_moments_create(m, s->pair, error);
    for (size_t i = 0; status == MDGAN_OK && i < n_entity; i++) {
        const float *const x = s->value + (size_t)entity[i] * s->n_frame * s->n_component;
        for (size_t c = first; status == MDGAN_OK && c < first + width; c++) {
            status =
                record_moments_add(m, s->n_frame / s->pair, x + c, s->pair * s->n_component, s->n_component, error);
        }
    }
    if (status == MDGAN_OK) {
        record_moments_finish(m);
    }
    return status;
}

/* Components share a linear model only if they are one isotropic triplet (or a single one). */
static bool components_shared(const sample_data *const s)
{
    return s->n_component == 1 || (s->isotropic && s->n_component == 3);
}

static mdgan_status find_start(const trainer *const t, linear_start *const start, mdgan_error *const error)
{
    const sample_data *const s = &t->data;
    const bool shared = components_shared(s);
    const size_t n_group = shared ? 1 : s->n_component, width = shared ? s->n_component : 1;
    const bool judged = s->n_train < s->n_entity;
    record_moments *const fit = calloc(2 * n_group, sizeof *fit), *const held = fit + n_group;
    mdgan_status status = fit ? MDGAN_OK : mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu components", n_group);
    for (size_t g = 0; status == MDGAN_OK && g < n_group; g++) {
        status = add_records(s, s->train, s->n_train, g * width, width, &fit[g], error);
        if (status == MDGAN_OK && judged) {
            status = add_records(s, s->held, s->n_held, g * width, width, &held[g], error);
        }
    }
    if (status == MDGAN_OK) {
        status = linear_start_find(start, n_group, fit, judged ? held : NULL, t->config.latent, error);
    }
    for (size_t g = 0; fit && g < 2 * n_group; g++) {
        record_moments_clear(&fit[g]);
    }
    free(fit);
    return status;
}

static void copy_real(real *const to, const double *const from, const size_t n)
{
    for (size_t i = 0; i < n; i++) {
        to[i] = (real)from[i];
    }
}

/* The closed form becomes the generators' linear part. */
static mdgan_status place_start(trainer *const t, const linear_start *const start, mdgan_error *const error)
{
    const linear_part *const p = &t->net.generator.part;
    const size_t m = t->config.window, q = t->net.generator.arch.state;
    for (size_t g = 0; g < p->n_group; g++) {
        window_form w;
        const mdgan_status status = window_form_create(&w, &start->model[g], m, error);
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
    return MDGAN_OK;
}

/* Over whole chains: the longer the records, the narrower the lines that the anchor can hold. */
static mdgan_status place_anchor(trainer *const t, const linear_start *const start, mdgan_error *const error)
{
    const size_t n = t->net.schedule.n_window * t->config.window;
    double *const sum = calloc(2 * n, sizeof *sum), *const one = sum + n;
    if (!sum) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu lags", n);
    }
    for (size_t g = 0; g < start->n_group; g++) {
        statespace_autocovariance(&start->model[g], n, one);
        for (size_t i = 0; i < n; i++) {
            sum[i] += one[i] / (double)start->n_group;
        }
    }
    const mdgan_status status = anchor_create(&t->anchor, t->config.window, t->net.schedule.n_window,
                                              t->data.n_component, sum, t->config.anchor, error);
    free(sum);
    return status;
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
    t->generator_gradient = arena_take(a, N_SHARD * n_g);
    t->critic_gradient = arena_take(a, N_SHARD * n_c);
    t->pool = arena_take(a, t->config.batch * t->net.generator.arch.latent);
    t->anchor_pull = arena_take(a, t->config.batch * t->chain_size);
    t->anchor_work = arena_take(a, N_SHARD * t->anchor_work_size);
    for (size_t i = 0; i < N_SHARD; i++) {
        shard_layout(&t->shard[i], &t->net, i, t->config.batch, a);
    }
}

static mdgan_status allocate(trainer *const t, mdgan_error *const error)
{
    const size_t n = t->config.batch / N_SHARD, n_gap = t->anchor.n_gap;
    t->anchor_work_size = anchor_work_size(&t->anchor, n);
    arena a = {0};
    layout(t, &a);
    t->memory = aligned_alloc(64, a.used * sizeof(real));
    const size_t n_rank = mdgan_comm_size(t->comm);
    t->picks = calloc(2 * t->config.batch, sizeof *t->picks);
    t->pool_offset = calloc(n_rank + 1, sizeof *t->pool_offset);
    t->loss_rows = calloc(N_SHARD * (8 + n_gap), sizeof *t->loss_rows);
    if (!t->memory || !t->picks || !t->pool_offset || !t->loss_rows) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for a batch of %zu window pairs", t->config.batch);
    }
    memset(t->memory, 0, a.used * sizeof(real));
    a = (arena){.base = t->memory};
    layout(t, &a);
    t->anchor_sums = t->loss_rows + N_SHARD * 8;
    for (size_t i = 0; i < N_SHARD; i++) {
        t->shard[i].start = t->picks + i * n;
        t->shard[i].offset = t->picks + t->config.batch + i * n;
        for (size_t r = comm_shard_owner(t->comm, i, N_SHARD) + 1; r <= n_rank; r++) {
            t->pool_offset[r] = (i + 1) * n * t->net.generator.arch.latent;
        }
    }
    return MDGAN_OK;
}

static architecture architecture_of(const trainer *const t, const size_t q)
{
    const mdgan_train_config *const c = &t->config;
    const size_t d = t->data.n_component;
    return (architecture){.window = c->window,
                          .component = d,
                          .latent = q > 0 ? q * d : c->latent,
                          .state = q,
                          .shared = components_shared(&t->data),
                          .channel = c->channel,
                          .hidden = c->hidden};
}

/* Shapes first: all sizes follow from them. */
static mdgan_status lay_out(trainer *const t, const architecture *const arch, mdgan_error *const error)
{
    const mdgan_status status = networks_layout(&t->net, &t->config, arch, error);
    t->pair_size = 2 * arch->window * arch->component;
    t->chain_size = t->net.schedule.n_window * arch->window * arch->component;
    return status;
}

static mdgan_status set_up(trainer *const t, mdgan_error *const error)
{
    mdgan_status status = threads_create(&t->threads, t->config.threads, error);
    if (status == MDGAN_OK) {
        status = allocate(t, error);
    }
    if (status == MDGAN_OK) {
        status = score_create(&t->score, &t->data, &t->net.generator, t->config.seed, error);
    }
    return status;
}

static mdgan_status linear_weights(trainer *const t, mdgan_error *const error)
{
    linear_start start;
    mdgan_status status = find_start(t, &start, error);
    if (status != MDGAN_OK) {
        return status;
    }
    memcpy(t->start, start.text, sizeof t->start);
    const architecture arch = architecture_of(t, start.model[0].q);
    status = lay_out(t, &arch, error);
    if (status == MDGAN_OK) {
        status = place_anchor(t, &start, error);
    }
    if (status == MDGAN_OK) {
        status = set_up(t, error);
    }
    if (status == MDGAN_OK) {
        status = place_start(t, &start, error);
    }
    linear_start_clear(&start);
    return status;
}

static mdgan_status random_weights(trainer *const t, mdgan_error *const error)
{
    snprintf(t->start, sizeof t->start, "random weights");
    const architecture arch = architecture_of(t, 0);
    const mdgan_status status = lay_out(t, &arch, error);
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
    memcpy(t->generator_mean, t->generator.theta, net->generator.n_parameter * sizeof(real));
}

static mdgan_status begin(mdgan_trainer **const out, const mdgan_train_config *const config,
                          const mdgan_dataset *const data, const mdgan_comm *const comm, mdgan_error *const error)
{
    mdgan_status status = check_config(config, error);
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
    t->progress.iterations = config->iterations;
    *out = t;
    return sample_data_create(&t->data, data, config->window, config->holdout, config->seed, error);
}

mdgan_status mdgan_trainer_create(mdgan_trainer **const out, const mdgan_train_config *const config,
                                  const mdgan_dataset *const data, const mdgan_comm *const comm,
                                  mdgan_error *const error)
{
    trainer *t = NULL;
    const int blas = blas_threads_single();
    mdgan_status status = begin(&t, config, data, comm, error);
    if (status == MDGAN_OK) {
        status = config->init == MDGAN_INIT_LINEAR ? linear_weights(t, error) : random_weights(t, error);
    }
    if (status == MDGAN_OK) {
        initialise(t);
        status = trainer_evaluate(t, error);
        /* A start that held-out data hardly contradict is held tightly, one that they do contradict loosely. */
        t->anchor.weight = t->config.anchor / fmax(1, t->progress.start_score);
    }
    blas_threads_restore(blas);
    status = mdgan_comm_agree(comm, status, error);
    if (status != MDGAN_OK) {
        mdgan_trainer_destroy(t);
        return status;
    }
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
    score_clear(&t->score);
    free(t->memory);
    free(t->picks);
    free(t->pool_offset);
    free(t->loss_rows);
    free(t);
}

static mdgan_status copy_checkpoint(const trainer *const t, mdgan_model *const model, mdgan_error *const error)
{
    const size_t n_g = t->net.generator.n_parameter, n_c = t->net.n_critic_parameter;
    checkpoint *const c = calloc(1, sizeof *c);
    if (c) {
        *c = (checkpoint){.config = t->config,
                          .iteration = t->iteration,
                          .n_entity = t->data.n_entity,
                          .n_generator = n_g,
                          .n_critic = n_c,
                          .n_pool = t->config.batch * t->net.generator.arch.latent,
                          .n_anchor = t->anchor.n_gap,
                          .seconds = t->seconds_at_iteration,
                          .start_score = t->progress.start_score,
                          .best_score = t->progress.best_score,
                          .best_iteration = (double)t->best_iteration};
    }
    model->resume = c;
    if (!c || !checkpoint_allocate(c)) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for a checkpoint");
    }
    memcpy(c->generator, t->generator.theta, n_g * sizeof(real));
    memcpy(c->generator_mean, t->generator_mean, n_g * sizeof(real));
    memcpy(c->generator_m, t->generator.m, n_g * sizeof(real));
    memcpy(c->generator_v, t->generator.v, n_g * sizeof(real));
    memcpy(c->critic, t->critic.theta, n_c * sizeof(real));
    memcpy(c->critic_m, t->critic.m, n_c * sizeof(real));
    memcpy(c->critic_v, t->critic.v, n_c * sizeof(real));
    memcpy(c->pool, t->pool, c->n_pool * sizeof(real));
    if (t->anchor.n_gap > 0) {
        memcpy(c->anchor, t->anchor.gap, c->n_anchor * sizeof *c->anchor);
    }
    return MDGAN_OK;
}

mdgan_status mdgan_trainer_model(const mdgan_trainer *const t, const bool with_checkpoint, mdgan_model **const out,
                                 mdgan_error *const error)
{
    const size_t n = t->net.generator.n_parameter;
    mdgan_model *const model = model_new();
    if (!model || !(model->weight = malloc(n * sizeof *model->weight))) {
        mdgan_model_destroy(model);
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for a model of %zu weights", n);
    }
    model->feature = t->feature;
    model->arch = t->net.generator.arch;
    memcpy(model->mean, t->data.mean, sizeof model->mean);
    memcpy(model->scale, t->data.scale, sizeof model->scale);
    model->n_weight = n;
    memcpy(model->weight, t->best, n * sizeof *model->weight);
    model->iterations = t->best_iteration;
    model->score = t->progress.best_score;
    model->start_score = t->progress.start_score;
    model->train_seconds = t->seconds_at_iteration;
    memcpy(model->start, t->start, sizeof model->start);
    const mdgan_status status = with_checkpoint ? copy_checkpoint(t, model, error) : MDGAN_OK;
    if (status != MDGAN_OK) {
        mdgan_model_destroy(model);
        return status;
    }
    *out = model;
    return MDGAN_OK;
}

static mdgan_status restore(trainer *const t, const mdgan_model *const model, mdgan_error *const error)
{
    const checkpoint *const c = model->resume;
    const size_t n_g = t->net.generator.n_parameter, n_c = t->net.n_critic_parameter;
    if (c->n_generator != n_g || c->n_critic != n_c || c->n_entity != t->data.n_entity ||
        c->n_pool != t->config.batch * t->net.generator.arch.latent || c->n_anchor != t->anchor.n_gap) {
        return mdgan_fail(error, MDGAN_MISMATCH,
                          "checkpoint of a training on %zu entities does not fit these %zu entities: give the data it "
                          "was trained on",
                          (size_t)c->n_entity, t->data.n_entity);
    }
    memcpy(t->generator.theta, c->generator, n_g * sizeof(real));
    memcpy(t->generator_mean, c->generator_mean, n_g * sizeof(real));
    memcpy(t->generator.m, c->generator_m, n_g * sizeof(real));
    memcpy(t->generator.v, c->generator_v, n_g * sizeof(real));
    memcpy(t->critic.theta, c->critic, n_c * sizeof(real));
    memcpy(t->critic.m, c->critic_m, n_c * sizeof(real));
    memcpy(t->critic.v, c->critic_v, n_c * sizeof(real));
    memcpy(t->pool, c->pool, c->n_pool * sizeof(real));
    if (t->anchor.n_gap > 0) {
        memcpy(t->anchor.gap, c->anchor, c->n_anchor * sizeof *c->anchor);
    }
    memcpy(t->best, model->weight, n_g * sizeof(real));
    t->iteration = c->iteration;
    t->best_iteration = (uint64_t)c->best_iteration;
    t->seconds_at_iteration = c->seconds;
    t->progress.start_score = c->start_score;
    t->progress.best_score = t->progress.score = c->best_score;
    return MDGAN_OK;
}

mdgan_status mdgan_trainer_resume(mdgan_trainer **const out, const mdgan_model *const model,
                                  const mdgan_train_config *const limits, const mdgan_dataset *const data,
                                  const mdgan_comm *const comm, mdgan_error *const error)
{
    trainer *t = NULL;
    mdgan_status status = model->resume ? mdgan_feature_match(&model->feature, &data->feature, error)
                                        : mdgan_fail(error, MDGAN_STATE, "the model holds no checkpoint to go on from");
    if (status == MDGAN_OK) {
        mdgan_train_config config = model->resume->config;
        if (limits) {
            config.iterations = limits->iterations;
            config.seconds = limits->seconds;
            config.threads = limits->threads;
        }
        status = mdgan_trainer_create(&t, &config, data, comm, error);
    }
    if (status == MDGAN_OK && t) {
        status = mdgan_comm_agree(comm, restore(t, model, error), error);
    }
    if (status != MDGAN_OK) {
        mdgan_trainer_destroy(t);
        return status;
    }
    *out = t;
    return MDGAN_OK;
}
