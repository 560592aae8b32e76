/* SPDX-License-Identifier: BSD-3-Clause */
#include "gan/model.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gan/anchor.h"
#include "gan/schedule.h"

/* Larger than any sensible network, small enough that no product of shapes overflows. */
enum { WIDTH_MAX = 65536, BATCH_MAX = 65536, THREADS_MAX = 4096 };

/* Largest count that a double holds exactly. */
static const uint64_t count_max = UINT64_C(1) << 53;

mdgan_model *model_new(void)
{
    mdgan_model *const model = calloc(1, sizeof *model);
    if (model) {
        model->modes = (modes){.n_value = 1, .matrix = {1}};
    }
    return model;
}

void mdgan_model_destroy(mdgan_model *const model)
{
    if (!model) {
        return;
    }
    checkpoint_destroy(model->resume);
    free(model->weight);
    free(model);
}

/* An empty vector still gets an address, so that NULL means out of memory only. */
static float *vector_new(const uint64_t n)
{
    return n < SIZE_MAX / sizeof(float) ? calloc(n ? n : 1, sizeof(float)) : NULL;
}

bool checkpoint_allocate(checkpoint *const c)
{
    c->generator = vector_new(c->n_generator);
    c->generator_mean = vector_new(c->n_generator);
    c->generator_m = vector_new(c->n_generator);
    c->generator_v = vector_new(c->n_generator);
    c->critic = vector_new(c->n_critic);
    c->critic_m = vector_new(c->n_critic);
    c->critic_v = vector_new(c->n_critic);
    c->pool = vector_new(c->n_pool);
    c->anchor = vector_new(c->n_anchor);
    return c->generator && c->generator_mean && c->generator_m && c->generator_v && c->critic && c->critic_m &&
           c->critic_v && c->pool && c->anchor;
}

void checkpoint_destroy(checkpoint *const c)
{
    if (!c) {
        return;
    }
    free(c->generator);
    free(c->generator_mean);
    free(c->generator_m);
    free(c->generator_v);
    free(c->critic);
    free(c->critic_m);
    free(c->critic_v);
    free(c->pool);
    free(c->anchor);
    free(c);
}

mdgan_model *model_copy(const mdgan_model *const model)
{
    mdgan_model *copy = model_new();
    if (!copy) {
        return NULL;
    }
    *copy = *model;
    copy->resume = NULL;
    copy->weight = vector_new(model->n_weight);
    if (!copy->weight) {
        free(copy);
        return NULL;
    }
    memcpy(copy->weight, model->weight, model->n_weight * sizeof(float));
    return copy;
}

mdgan_model_info mdgan_model_info_get(const mdgan_model *const model)
{
    mdgan_model_info info = {
        .feature = model->feature,
        .window = model->arch.window,
        .latent = model->arch.latent,
        .n_weight = model->n_weight,
        .iterations = model->iterations,
        .scale = 0,
        .score = model->score,
        .start_score = model->start_score,
        .train_seconds = model->train_seconds,
        .checkpoint = model->resume != NULL,
        .linear = model->arch.state > 0,
        .entities = model->resume ? (size_t)model->resume->n_entity : 0,
    };
    /* Components of unequal scale (no isotropy) are summed up by their root mean square. */
    for (size_t d = 0; d < model->feature.n_component; d++) {
        info.scale += model->scale[d] * model->scale[d] / (double)model->feature.n_component;
    }
    info.scale = sqrt(info.scale);
    memcpy(info.start, model->start, sizeof info.start);
    return info;
}

void mdgan_score_remark(const double score, char text[MDGAN_SCORE_REMARK_LENGTH])
{
    const double poor = 100;
    text[0] = '\0';
    if (!(score < poor)) {
        snprintf(
            text, MDGAN_SCORE_REMARK_LENGTH,
            "held-out score %.3g is far above 1: what the model generates is about %.2g standard errors off the data; "
            "compare the two before you use it, or train it for longer or on more windows",
            score, sqrt(score));
    }
}

typedef struct count_range {
    const char *name;
    uint64_t value, min, max;
} count_range;

typedef struct real_range {
    const char *name;
    double value, min, max;
} real_range;

static mdgan_status counts_check(const size_t n, const count_range *const range, const mdgan_status failure,
                                 mdgan_error *const error)
{
    for (size_t i = 0; i < n; i++) {
        const count_range *const r = &range[i];
        if (r->value < r->min || r->value > r->max) {
            return mdgan_fail(error, failure, "%s is %llu: must be between %llu and %llu", r->name,
                              (unsigned long long)r->value, (unsigned long long)r->min, (unsigned long long)r->max);
        }
    }
    return MDGAN_OK;
}

/* Also refuses what is not a number. */
static mdgan_status reals_check(const size_t n, const real_range *const range, const mdgan_status failure,
                                mdgan_error *const error)
{
    for (size_t i = 0; i < n; i++) {
        const real_range *const r = &range[i];
        if (!(r->value >= r->min && r->value <= r->max)) {
            return mdgan_fail(error, failure, "%s is %g: must be between %g and %g", r->name, r->value, r->min, r->max);
        }
    }
    return MDGAN_OK;
}

static mdgan_status finite_check(const char *const name, const float *const value, const uint64_t n,
                                 mdgan_error *const error)
{
    for (uint64_t i = 0; i < n; i++) {
        if (!isfinite(value[i])) {
            return mdgan_fail(error, MDGAN_FORMAT, "%s[%llu] is %g, not a finite number", name, (unsigned long long)i,
                              (double)value[i]);
        }
    }
    return MDGAN_OK;
}

static mdgan_status architecture_check(const mdgan_model *const model, mdgan_error *const error)
{
    const architecture *const a = &model->arch;
    const count_range shape[] = {
        {"architecture/window", a->window, MDGAN_WINDOW_MIN, MDGAN_WINDOW_MAX},
        {"architecture/component", a->component, model->feature.n_component, model->feature.n_component},
        {"architecture/latent", a->latent, 1, WIDTH_MAX},
        {"architecture/state", a->state, 0, WIDTH_MAX},
        {"architecture/shared", a->shared, 0, 1},
        {"architecture/frame", a->frame, 0, 1},
        {"architecture/channel", a->channel, 1, WIDTH_MAX},
        {"architecture/hidden", a->hidden, 1, WIDTH_MAX},
    };
    const mdgan_status status = counts_check(sizeof shape / sizeof *shape, shape, MDGAN_FORMAT, error);
    if (status != MDGAN_OK) {
        return status;
    }
    generator g;
    mdgan_error reason = {""};
    if (generator_layout(&g, a, &reason) != MDGAN_OK) {
        return mdgan_fail(error, MDGAN_FORMAT, "architecture: %s", reason.text);
    }
    const count_range expected = {"number of weights", model->n_weight, g.n_parameter, g.n_parameter};
    return counts_check(1, &expected, MDGAN_FORMAT, error);
}

/* How much of a molecule's orientation is kept is a correlation. */
static mdgan_status orientation_check(const char *const name, const architecture *const a, const float *const weight,
                                      mdgan_error *const error)
{
    generator g;
    const mdgan_status status = generator_layout(&g, a, error);
    if (status != MDGAN_OK || !a->frame || (weight[g.keep] >= 0 && weight[g.keep] <= 1)) {
        return status;
    }
    return mdgan_fail(error, MDGAN_FORMAT, "%s[%zu], what is kept of an orientation, is %g: must be between 0 and 1",
                      name, g.keep, (double)weight[g.keep]);
}

static mdgan_status modes_check(const mdgan_model *const model, mdgan_error *const error)
{
    const size_t n = modes_particles(&model->modes), d = model->feature.n_component;
    if (n * n != model->modes.n_value || (n > 1 && d != 3 * n)) {
        return mdgan_fail(error, MDGAN_FORMAT, "scaling/mode_values is %zu, which does not fit %zu components",
                          model->modes.n_value, d);
    }
    for (size_t i = 0; i < model->modes.n_value; i++) {
        if (!isfinite(model->modes.matrix[i])) {
            return mdgan_fail(error, MDGAN_FORMAT, "scaling/modes[%zu] is %g, not a finite number", i,
                              model->modes.matrix[i]);
        }
    }
    return MDGAN_OK;
}

static mdgan_status scaling_check(const mdgan_model *const model, mdgan_error *const error)
{
    for (size_t d = 0; d < model->feature.n_component; d++) {
        if (!isfinite(model->mean[d])) {
            return mdgan_fail(error, MDGAN_FORMAT, "scaling/mean[%zu] is %g, not a finite number", d, model->mean[d]);
        }
        if (!isfinite(model->scale[d]) || !(model->scale[d] > 0)) {
            return mdgan_fail(error, MDGAN_FORMAT, "scaling/scale[%zu] is %g, not a positive number", d,
                              model->scale[d]);
        }
    }
    return modes_check(model, error);
}

static mdgan_status config_counts_check(const mdgan_train_config *const c, mdgan_error *const error)
{
    const bool random = c->init == MDGAN_INIT_RANDOM;
    const count_range range[] = {
        {"window", c->window, MDGAN_WINDOW_MIN, MDGAN_WINDOW_MAX},
        {"init", c->init, MDGAN_INIT_LINEAR, MDGAN_INIT_RANDOM},
        {random ? "latent (with init random)" : "latent", c->latent, random ? 1 : 0, WIDTH_MAX},
        {"channel", c->channel, 1, WIDTH_MAX},
        {"hidden", c->hidden, 1, WIDTH_MAX},
        {"critic", c->critic, MDGAN_CRITIC_CONV, MDGAN_CRITIC_MLP},
        {"lipschitz", c->lipschitz, MDGAN_LIPSCHITZ_PENALTY, MDGAN_LIPSCHITZ_CLIP},
        {"batch", c->batch, N_SHARD, BATCH_MAX},
        {"critic_steps", c->critic_steps, 1, WIDTH_MAX},
        {"iterations", c->iterations, 0, count_max},
        {"evaluate", c->evaluate, 1, count_max},
        {"threads", c->threads, 1, THREADS_MAX},
    };
    return counts_check(sizeof range / sizeof *range, range, MDGAN_INVALID, error);
}

static mdgan_status config_reals_check(const mdgan_train_config *const c, mdgan_error *const error)
{
    const real_range range[] = {
        {"penalty", c->penalty, 0, 1e6},          {"clip", c->clip, 0, 1e6},
        {"seconds", c->seconds, 0, 1e12},         {"rate_generator", c->rate_generator, 0, 1e30},
        {"rate_critic", c->rate_critic, 0, 1e30}, {"rate_linear", c->rate_linear, 0, 1e30},
        {"anchor", c->anchor, 0, 1e12},           {"carry", c->carry, 0, 1},
        {"holdout", c->holdout, 0, 0.9},          {"target", c->target, 0, DBL_MAX},
    };
    return reals_check(sizeof range / sizeof *range, range, MDGAN_INVALID, error);
}

mdgan_status train_config_check(const mdgan_train_config *const c, mdgan_error *const error)
{
    if (c->size != sizeof *c) {
        return mdgan_fail(error, MDGAN_VERSION,
                          "training configuration of %zu bytes, expected %zu: recompile the caller", c->size,
                          sizeof *c);
    }
    const mdgan_status status = config_counts_check(c, error);
    if (status != MDGAN_OK) {
        return status;
    }
    if (c->batch % N_SHARD != 0) {
        return mdgan_fail(error, MDGAN_INVALID, "batch of %zu window pairs: must be a multiple of %d", c->batch,
                          N_SHARD);
    }
    if (!mdgan_window_fits(c->window)) {
        return mdgan_fail(error, MDGAN_INVALID, "window of %zu frames: must be a product of 2, 3, 5 and 7", c->window);
    }
    return config_reals_check(c, error);
}

/* The configuration must be the one that this architecture was made by: a resumed training lays out its memory by the
 * former and fills it with the vectors of the latter. */
static mdgan_status checkpoint_sizes_check(const mdgan_model *const model, mdgan_error *const error)
{
    const architecture *const a = &model->arch;
    const checkpoint *const c = model->resume;
    const mdgan_train_config *const f = &c->config;
    networks net;
    mdgan_error reason = {""};
    if (networks_layout(&net, f, a, &reason) != MDGAN_OK) {
        return mdgan_fail(error, MDGAN_FORMAT, "checkpoint: %s", reason.text);
    }
    const bool random = a->state == 0;
    const uint64_t init = random ? MDGAN_INIT_RANDOM : MDGAN_INIT_LINEAR;
    const uint64_t n_group = a->shared ? 1 : a->component;
    const uint64_t anchor_max =
        random ? 0
               : UNROLL_MAX * a->window * (1 + a->component + 2 * ANCHOR_CYCLES) + 2 * n_group * a->state * a->state;
    const count_range range[] = {
        {"checkpoint/window", f->window, a->window, a->window},
        {"checkpoint/init (0 = linear, 1 = random)", f->init, init, init},
        {"checkpoint/latent", f->latent, random ? a->latent : 0, random ? a->latent : WIDTH_MAX},
        {"checkpoint/channels", f->channel, a->channel, a->channel},
        {"checkpoint/hidden", f->hidden, a->hidden, a->hidden},
        {"length of checkpoint/generator", c->n_generator, model->n_weight, model->n_weight},
        {"length of checkpoint/critic", c->n_critic, net.n_critic_parameter, net.n_critic_parameter},
        {"length of checkpoint/pool", c->n_pool, f->batch * a->latent, f->batch * a->latent},
        {"length of checkpoint/anchor", c->n_anchor, 0, anchor_max},
        {"checkpoint/entities", c->n_entity, 1, UINT32_MAX},
        {"checkpoint/frames", c->n_frame, 0, count_max},
        {"checkpoint/iteration", c->iteration, 0, count_max},
    };
    return counts_check(sizeof range / sizeof *range, range, MDGAN_FORMAT, error);
}

static mdgan_status checkpoint_vectors_check(const architecture *const a, const checkpoint *const c,
                                             mdgan_error *const error)
{
    const struct {
        const char *name;
        const float *value;
        uint64_t n;
    } vector[] = {
        {"checkpoint/generator", c->generator, c->n_generator},
        {"checkpoint/generator_mean", c->generator_mean, c->n_generator},
        {"checkpoint/generator_m", c->generator_m, c->n_generator},
        {"checkpoint/generator_v", c->generator_v, c->n_generator},
        {"checkpoint/critic", c->critic, c->n_critic},
        {"checkpoint/critic_m", c->critic_m, c->n_critic},
        {"checkpoint/critic_v", c->critic_v, c->n_critic},
        {"checkpoint/pool", c->pool, c->n_pool},
        {"checkpoint/anchor", c->anchor, c->n_anchor},
    };
    mdgan_status status = MDGAN_OK;
    for (size_t i = 0; i < sizeof vector / sizeof *vector && status == MDGAN_OK; i++) {
        status = finite_check(vector[i].name, vector[i].value, vector[i].n, error);
    }
    if (status == MDGAN_OK) {
        status = orientation_check("checkpoint/generator", a, c->generator, error);
    }
    return status == MDGAN_OK ? orientation_check("checkpoint/generator_mean", a, c->generator_mean, error) : status;
}

static mdgan_status checkpoint_check(const mdgan_model *const model, mdgan_error *const error)
{
    const checkpoint *const c = model->resume;
    const real_range range[] = {
        {"checkpoint/seconds", c->seconds, 0, 1e12},
        {"checkpoint/start_score", c->start_score, 0, DBL_MAX},
        {"checkpoint/best_score", c->best_score, 0, DBL_MAX},
        {"checkpoint/best_iteration", c->best_iteration, 0, (double)c->iteration},
    };
    mdgan_error reason = {""};
    if (train_config_check(&c->config, &reason) != MDGAN_OK) {
        return mdgan_fail(error, MDGAN_FORMAT, "checkpoint: %s", reason.text);
    }
    mdgan_status status = checkpoint_sizes_check(model, error);
    if (status == MDGAN_OK) {
        status = reals_check(sizeof range / sizeof *range, range, MDGAN_FORMAT, error);
    }
    if (status == MDGAN_OK) {
        status = checkpoint_vectors_check(&model->arch, c, error);
    }
    return status;
}

static mdgan_status metrics_check(const mdgan_model *const model, mdgan_error *const error)
{
    const real_range range[] = {
        {"metrics/score", model->score, 0, DBL_MAX},
        {"metrics/start_score", model->start_score, 0, DBL_MAX},
        {"metrics/train_seconds", model->train_seconds, 0, 1e12},
    };
    return memchr(model->start, '\0', sizeof model->start)
               ? reals_check(sizeof range / sizeof *range, range, MDGAN_FORMAT, error)
               : mdgan_fail(error, MDGAN_FORMAT, "metrics/start is not a text");
}

mdgan_status model_check(const mdgan_model *const model, mdgan_error *const error)
{
    mdgan_error reason = {""};
    if (mdgan_feature_check(&model->feature, &reason) != MDGAN_OK) {
        return mdgan_fail(error, MDGAN_FORMAT, "feature: %s", reason.text);
    }
    mdgan_status status = architecture_check(model, error);
    if (status == MDGAN_OK) {
        status = scaling_check(model, error);
    }
    if (status == MDGAN_OK) {
        status = metrics_check(model, error);
    }
    if (status == MDGAN_OK) {
        status = finite_check("weight", model->weight, model->n_weight, error);
    }
    if (status == MDGAN_OK) {
        status = orientation_check("weight", &model->arch, model->weight, error);
    }
    if (status == MDGAN_OK && model->resume) {
        status = checkpoint_check(model, error);
    }
    return status;
}
