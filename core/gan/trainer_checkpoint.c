/* SPDX-License-Identifier: BSD-3-Clause */
/* Models and checkpoints out of a training, and back into one. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gan/trainer.h"

/* Relative difference up to which moments are those of the same data: far above rounding, which may differ between
 * machines, and below what other data of a million values differ by. */
static const double same_data = 1e-6;

static mdgan_status copy_checkpoint(const trainer *const t, mdgan_model *const model, mdgan_error *const error)
{
    const size_t n_g = t->net.generator.n_parameter, n_c = t->net.n_critic_parameter;
    checkpoint *const c = calloc(1, sizeof *c);
    if (c) {
        *c = (checkpoint){.config = t->config,
                          .iteration = t->iteration,
                          .n_entity = t->data.n_entity,
                          .n_frame = t->n_frame,
                          .n_generator = n_g,
                          .n_critic = n_c,
                          .n_pool = t->config.batch * t->net.generator.arch.latent,
                          .n_anchor = trainer_anchor_size(t),
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
        memcpy(c->anchor, t->anchor.gap, t->anchor.n_gap * sizeof *c->anchor);
        memcpy(c->anchor + t->anchor.n_gap, t->latent_anchor.gap, t->latent_anchor.n_gap * sizeof *c->anchor);
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
    model->modes = t->data.modes;
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

/* What shows before a training is set up. */
static mdgan_status check_extent(const checkpoint *const c, const mdgan_dataset *const data, mdgan_error *const error)
{
    const bool entities = c->n_entity != data->n_entity;
    const size_t before = entities ? c->n_entity : c->n_frame, now = entities ? data->n_entity : data->n_frame;
    const char *const what = entities ? "entities" : "frames";
    if (before == now || before == 0) {
        return MDGAN_OK;
    }
    return mdgan_fail(
        error, MDGAN_MISMATCH,
        "checkpoint of a training on %zu %s does not fit these %zu %s: give all of the data it was trained "
        "on, and no more",
        before, what, now, what);
}

/* Whether the values are those that the checkpoint was trained on, by what was measured on both. */
static mdgan_status check_values(const sample_data *const s, const mdgan_model *const model, mdgan_error *const error)
{
    for (size_t c = 0; c < s->n_component; c++) {
        const bool shifted = fabs(s->mean[c] - model->mean[c]) > same_data * model->scale[c];
        if (shifted || fabs(s->scale[c] - model->scale[c]) > same_data * model->scale[c]) {
            return mdgan_fail(
                error, MDGAN_MISMATCH,
                "checkpoint of a training on other values: component %zu has a %s of %.9g there, but %.9g "
                "here; give the data it was trained on",
                c + 1, shifted ? "mean" : "standard deviation", shifted ? model->mean[c] : model->scale[c],
                shifted ? s->mean[c] : s->scale[c]);
        }
    }
    for (size_t i = 0; i < s->modes.n_value; i++) {
        if (fabs(s->modes.matrix[i] - model->modes.matrix[i]) > same_data) {
            return mdgan_fail(error, MDGAN_MISMATCH,
                              "checkpoint of a training on other values: the particles of an entity have other normal "
                              "modes there; give the data it was trained on");
        }
    }
    return MDGAN_OK;
}

/* The start of the same data has the same shapes, unless it is found in another way now. */
static mdgan_status check_shapes(const trainer *const t, const checkpoint *const c, mdgan_error *const error)
{
    const size_t n_g = t->net.generator.n_parameter, n_c = t->net.n_critic_parameter;
    if (c->n_generator == n_g && c->n_critic == n_c && c->n_pool == t->config.batch * t->net.generator.arch.latent &&
        c->n_anchor == trainer_anchor_size(t)) {
        return MDGAN_OK;
    }
    return mdgan_fail(
        error, MDGAN_MISMATCH,
        "checkpoint of %zu weights of generators, %zu of critics and %zu gaps of anchors does not fit the "
        "%zu, %zu and %zu that a training on these data has: go on with the version of mdgan that wrote "
        "it, or train anew",
        (size_t)c->n_generator, (size_t)c->n_critic, (size_t)c->n_anchor, n_g, n_c, trainer_anchor_size(t));
}

static mdgan_status restore(trainer *const t, const mdgan_model *const model, mdgan_error *const error)
{
    const checkpoint *const c = model->resume;
    const size_t n_g = t->net.generator.n_parameter, n_c = t->net.n_critic_parameter;
    mdgan_status status = check_values(&t->data, model, error);
    if (status == MDGAN_OK) {
        status = check_shapes(t, c, error);
    }
    if (status != MDGAN_OK) {
        return status;
    }
    memcpy(t->generator.theta, c->generator, n_g * sizeof(real));
    t->generator.changes++;
    memcpy(t->generator_mean, c->generator_mean, n_g * sizeof(real));
    memcpy(t->generator.m, c->generator_m, n_g * sizeof(real));
    memcpy(t->generator.v, c->generator_v, n_g * sizeof(real));
    memcpy(t->critic.theta, c->critic, n_c * sizeof(real));
    t->critic.changes++;
    memcpy(t->critic.m, c->critic_m, n_c * sizeof(real));
    memcpy(t->critic.v, c->critic_v, n_c * sizeof(real));
    memcpy(t->pool, c->pool, c->n_pool * sizeof(real));
    if (t->anchor.n_gap > 0) {
        memcpy(t->anchor.gap, c->anchor, t->anchor.n_gap * sizeof *c->anchor);
        memcpy(t->latent_anchor.gap, c->anchor + t->anchor.n_gap, t->latent_anchor.n_gap * sizeof *c->anchor);
    }
    memcpy(t->best, model->weight, n_g * sizeof(real));
    t->iteration = c->iteration;
    t->progress.iteration = c->iteration;
    t->progress.seconds = c->seconds;
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
        status = check_extent(model->resume, data, error);
    }
    if (status == MDGAN_OK) {
        mdgan_train_config config = model->resume->config;
        if (limits) {
            config.iterations = limits->iterations;
            config.seconds = limits->seconds;
            config.target = limits->target;
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
