/* SPDX-License-Identifier: BSD-3-Clause */
#include "increments.h"

#include <string.h>

mdgan_status increments_of(const mdgan_dataset *const data, mdgan_dataset *const steps, mdgan_error *const error)
{
    const size_t d = data->feature.n_component, lost = data->feature.kind == MDGAN_POSITION ? 1 : 0;
    mdgan_feature feature = data->feature;
    feature.kind = lost ? MDGAN_VELOCITY : feature.kind;
    if (data->n_frame <= lost) {
        return mdgan_fail(error, MDGAN_INVALID, "'%s' has %zu frames, too few for increments", feature.name,
                          data->n_frame);
    }
    const mdgan_status status = mdgan_dataset_create(steps, &feature, data->n_entity, data->n_frame - lost, error);
    for (size_t e = 0; status == MDGAN_OK && e < data->n_entity; e++) {
        const float *const x = mdgan_dataset_entity(data, e);
        float *const to = steps->value + e * steps->n_frame * d;
        memcpy(to, x + lost * d, steps->n_frame * d * sizeof *to);
        for (size_t i = 0; lost && i < steps->n_frame * d; i++) {
            to[i] -= x[i];
        }
    }
    return status;
}

void increments_sum(mdgan_dataset *const steps, const mdgan_feature *const feature)
{
    const size_t d = feature->n_component;
    steps->feature = *feature;
    if (feature->kind != MDGAN_POSITION) {
        return;
    }
    for (size_t e = 0; e < steps->n_entity; e++) {
        for (size_t c = 0; c < d; c++) {
            /* In double: rounding would be a random walk of its own. */
            double x = 0;
            for (size_t t = 0; t < steps->n_frame; t++) {
                float *const at = steps->value + (e * steps->n_frame + t) * d + c;
                x += *at;
                *at = (float)x;
            }
        }
    }
}
