/* SPDX-License-Identifier: BSD-3-Clause */
#include "gan/model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gan/generator.h"

/* Larger than any sensible network, small enough that no product of shapes overflows. */
enum { WIDTH_MAX = 65536, WINDOW_MAX = 1 << 20 };

mdgan_model *model_new(void)
{
    return calloc(1, sizeof(mdgan_model));
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
    };
    /* Components of unequal scale (no isotropy) are summed up by their root mean square. */
    for (size_t d = 0; d < model->feature.n_component; d++) {
        info.scale += model->scale[d] * model->scale[d] / (double)model->feature.n_component;
    }
    info.scale = sqrt(info.scale);
    memcpy(info.start, model->start, sizeof info.start);
    return info;
}

static mdgan_status range_check(const char *const name, const uint64_t value, const uint64_t min, const uint64_t max,
                                mdgan_error *const error)
{
    if (value >= min && value <= max) {
        return MDGAN_OK;
    }
    return mdgan_fail(error, MDGAN_FORMAT, "%s is %llu, which is not between %llu and %llu", name,
                      (unsigned long long)value, (unsigned long long)min, (unsigned long long)max);
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
    const struct {
        const char *name;
        uint64_t value, min, max;
    } shape[] = {
        {"architecture/window", a->window, 8, WINDOW_MAX},
        {"architecture/component", a->component, model->feature.n_component, model->feature.n_component},
        {"architecture/latent", a->latent, 1, WIDTH_MAX},
        {"architecture/state", a->state, 0, WIDTH_MAX},
        {"architecture/shared", a->shared, 0, 1},
        {"architecture/channel", a->channel, 1, WIDTH_MAX},
        {"architecture/hidden", a->hidden, 1, WIDTH_MAX},
    };
    for (size_t i = 0; i < sizeof shape / sizeof *shape; i++) {
        const mdgan_status status = range_check(shape[i].name, shape[i].value, shape[i].min, shape[i].max, error);
        if (status != MDGAN_OK) {
            return status;
        }
    }
    generator g;
    mdgan_error reason = {""};
    if (generator_layout(&g, a, &reason)) {
        return mdgan_fail(error, MDGAN_FORMAT, "architecture: %s", reason.text);
    }
    return range_check("number of weights", model->n_weight, g.n_parameter, g.n_parameter, error);
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
    return MDGAN_OK;
}

static mdgan_status checkpoint_check(const mdgan_model *const model, mdgan_error *const error)
{
    const checkpoint *const c = model->resume;
    mdgan_status status =
        range_check("length of checkpoint/generator", c->n_generator, model->n_weight, model->n_weight, error);
    if (status == MDGAN_OK) {
        status = range_check("checkpoint/window", c->config.window, model->arch.window, model->arch.window, error);
    }
    if (status == MDGAN_OK) {
        status = range_check("remainder of checkpoint/pool's length by the latent width",
                             c->n_pool % model->arch.latent, 0, 0, error);
    }
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
    for (size_t i = 0; i < sizeof vector / sizeof *vector && status == MDGAN_OK; i++) {
        status = finite_check(vector[i].name, vector[i].value, vector[i].n, error);
    }
    return status;
}

mdgan_status model_check(const mdgan_model *const model, mdgan_error *const error)
{
    mdgan_error reason = {""};
    if (mdgan_feature_check(&model->feature, &reason)) {
        return mdgan_fail(error, MDGAN_FORMAT, "feature: %s", reason.text);
    }
    if (!memchr(model->start, '\0', sizeof model->start)) {
        return mdgan_fail(error, MDGAN_FORMAT, "metrics/start is not a text");
    }
    mdgan_status status = architecture_check(model, error);
    if (status == MDGAN_OK) {
        status = scaling_check(model, error);
    }
    if (status == MDGAN_OK) {
        status = finite_check("weight", model->weight, model->n_weight, error);
    }
    if (status == MDGAN_OK && model->resume) {
        status = checkpoint_check(model, error);
    }
    return status;
}
