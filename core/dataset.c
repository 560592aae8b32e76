/* SPDX-License-Identifier: BSD-3-Clause */
#include <mdgan/dataset.h>

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char *kind_text(const mdgan_kind kind)
{
    switch (kind) {
    case MDGAN_VELOCITY:
        return "velocity";
    case MDGAN_POSITION:
        return "position";
    case MDGAN_SCALAR:
        return "scalar";
    }
    return "unknown";
}

static mdgan_status text_check(const char *const what, const char *const text, const size_t capacity,
                               mdgan_error *const error)
{
    if (!memchr(text, '\0', capacity)) {
        return mdgan_fail(error, MDGAN_INVALID, "the feature's %s is not a text of at most %zu characters", what,
                          capacity - 1);
    }
    for (const char *c = text; *c; c++) { /* it goes into tables, and to terminals */
        if ((unsigned char)*c < ' ' || *c == 0x7f) {
            return mdgan_fail(error, MDGAN_INVALID, "the feature's %s has a control character in it, number %d", what,
                              (unsigned char)*c);
        }
    }
    return MDGAN_OK;
}

mdgan_status mdgan_feature_check(const mdgan_feature *const feature, mdgan_error *const error)
{
    mdgan_status status = text_check("name", feature->name, sizeof feature->name, error);
    if (status == MDGAN_OK) {
        status = text_check("value unit", feature->value_unit, sizeof feature->value_unit, error);
    }
    if (status == MDGAN_OK) {
        status = text_check("length unit", feature->length_unit, sizeof feature->length_unit, error);
    }
    if (status == MDGAN_OK) {
        status = text_check("time unit", feature->time_unit, sizeof feature->time_unit, error);
    }
    if (status != MDGAN_OK) {
        return status;
    }
    if (!feature->name[0]) {
        return mdgan_fail(error, MDGAN_INVALID, "the feature has no name; give it one, e.g. 'bond/velocity 1'");
    }
    if (feature->kind != MDGAN_VELOCITY && feature->kind != MDGAN_POSITION && feature->kind != MDGAN_SCALAR) {
        return mdgan_fail(error, MDGAN_INVALID,
                          "feature '%s': kind %d is none of velocity (0), position (1), scalar (2)", feature->name,
                          (int)feature->kind);
    }
    if (feature->n_component < 1 || feature->n_component > MDGAN_COMPONENT_MAX) {
        return mdgan_fail(error, MDGAN_INVALID, "feature '%s': %zu components per entity; 1 to %d are possible",
                          feature->name, feature->n_component, MDGAN_COMPONENT_MAX);
    }
    if (feature->isotropic && feature->n_component % 3) {
        return mdgan_fail(error, MDGAN_INVALID,
                          "feature '%s': an isotropic feature has x,y,z triplets, but there are %zu components; "
                          "turn isotropic off",
                          feature->name, feature->n_component);
    }
    if (!(feature->dt > 0) || !isfinite(feature->dt)) {
        return mdgan_fail(error, MDGAN_INVALID, "feature '%s': time %g between two frames must be positive",
                          feature->name, feature->dt);
    }
    if (feature->stride < 1) {
        return mdgan_fail(error, MDGAN_INVALID, "feature '%s': stride %lld must be at least 1 step", feature->name,
                          (long long)feature->stride);
    }
    return MDGAN_OK;
}

static mdgan_status text_match(const char *const what, const char *const model, const char *const data,
                               mdgan_error *const error)
{
    if (strcmp(model, data) == 0) {
        return MDGAN_OK;
    }
    return mdgan_fail(error, MDGAN_MISMATCH,
                      "the model's %s is '%s', but the data's is '%s'; use the model's feature and units, or train a "
                      "model on these data",
                      what, model, data);
}

mdgan_status mdgan_feature_match(const mdgan_feature *const model, const mdgan_feature *const data,
                                 mdgan_error *const error)
{
    mdgan_status status = text_match("feature", model->name, data->name, error);
    if (status == MDGAN_OK) {
        status = text_match("kind of feature", kind_text(model->kind), kind_text(data->kind), error);
    }
    if (status != MDGAN_OK) {
        return status;
    }
    if (model->n_component != data->n_component) {
        return mdgan_fail(error, MDGAN_MISMATCH,
                          "the model of '%s' has %zu components per entity, but the data have %zu; train a model on "
                          "these data",
                          model->name, model->n_component, data->n_component);
    }
    if (model->stride != data->stride) {
        return mdgan_fail(
            error, MDGAN_MISMATCH,
            "the model of '%s' has one frame every %lld steps, but the data every %lld; train a model on these "
            "data, or use one frame every %lld steps",
            model->name, (long long)model->stride, (long long)data->stride, (long long)model->stride);
    }
    status = text_match("value unit", model->value_unit, data->value_unit, error);
    if (status == MDGAN_OK) {
        status = text_match("length unit", model->length_unit, data->length_unit, error);
    }
    if (status == MDGAN_OK) {
        status = text_match("time unit", model->time_unit, data->time_unit, error);
    }
    if (status == MDGAN_OK && !(fabs(model->dt - data->dt) <= 1e-6 * fabs(model->dt))) {
        status =
            mdgan_fail(error, MDGAN_MISMATCH,
                       "the model of '%s' has %.9g%s%s between frames, but the data have %.9g; use the model's time "
                       "step, or train a model on these data",
                       model->name, model->dt, model->time_unit[0] ? " " : "", model->time_unit, data->dt);
    }
    return status;
}

mdgan_status mdgan_dataset_create(mdgan_dataset *const dataset, const mdgan_feature *const feature,
                                  const size_t n_entity, const size_t n_frame, mdgan_error *const error)
{
    *dataset = (mdgan_dataset){0};
    const mdgan_status status = mdgan_feature_check(feature, error);
    if (status != MDGAN_OK) {
        return status;
    }
    if (!n_entity || !n_frame) {
        return mdgan_fail(error, MDGAN_INVALID, "a dataset of '%s' with %zu entities and %zu frames is empty",
                          feature->name, n_entity, n_frame);
    }
    const size_t limit = SIZE_MAX / sizeof(float) / feature->n_component;
    if (n_entity <= limit / n_frame) {
        dataset->value = calloc(n_entity * n_frame * feature->n_component, sizeof(float));
    }
    if (!dataset->value) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu entities x %zu frames x %zu components of '%s'",
                          n_entity, n_frame, feature->n_component, feature->name);
    }
    dataset->feature = *feature;
    dataset->n_entity = n_entity;
    dataset->n_frame = n_frame;
    return MDGAN_OK;
}

void mdgan_dataset_clear(mdgan_dataset *const dataset)
{
    if (!dataset) {
        return;
    }
    free(dataset->value);
    *dataset = (mdgan_dataset){0};
}

void mdgan_dataset_centre(mdgan_dataset *const dataset, double *const mean)
{
    const size_t d = dataset->feature.n_component, n = dataset->n_entity * dataset->n_frame;
    double down[MDGAN_COMPONENT_MAX];
    memset(mean, 0, d * sizeof *mean);
    for (size_t i = 0; i < n; i++) {
        for (size_t c = 0; c < d; c++) {
            mean[c] += dataset->value[i * d + c];
        }
    }
    for (size_t c = 0; c < d; c++) {
        mean[c] /= (double)n;
        down[c] = -mean[c];
    }
    mdgan_dataset_shift(dataset, down);
}

void mdgan_dataset_shift(mdgan_dataset *const dataset, const double *const by)
{
    const size_t d = dataset->feature.n_component, n = dataset->n_entity * dataset->n_frame;
    for (size_t i = 0; i < n; i++) {
        for (size_t c = 0; c < d; c++) {
            dataset->value[i * d + c] = (float)(dataset->value[i * d + c] + by[c]);
        }
    }
}
