/* SPDX-License-Identifier: BSD-3-Clause */
#include "wire.h"

#include <string.h>

wire_feature wire_feature_of(const mdgan_feature *feature)
{
    wire_feature wire = {.kind = (uint64_t)feature->kind,
                         .n_component = feature->n_component,
                         .isotropic = feature->isotropic,
                         .reversible = feature->reversible,
                         .dt = feature->dt,
                         .stride = feature->stride};
    memcpy(wire.name, feature->name, sizeof wire.name);
    memcpy(wire.value_unit, feature->value_unit, sizeof wire.value_unit);
    memcpy(wire.length_unit, feature->length_unit, sizeof wire.length_unit);
    memcpy(wire.time_unit, feature->time_unit, sizeof wire.time_unit);
    return wire;
}

mdgan_status wire_feature_read(const wire_feature *wire, mdgan_feature *feature, mdgan_error *error)
{
    *feature = (mdgan_feature){.kind = (mdgan_kind)wire->kind,
                               .n_component = (size_t)wire->n_component,
                               .isotropic = wire->isotropic != 0,
                               .reversible = wire->reversible != 0,
                               .dt = wire->dt,
                               .stride = wire->stride};
    memcpy(feature->name, wire->name, sizeof wire->name);
    memcpy(feature->value_unit, wire->value_unit, sizeof wire->value_unit);
    memcpy(feature->length_unit, wire->length_unit, sizeof wire->length_unit);
    memcpy(feature->time_unit, wire->time_unit, sizeof wire->time_unit);
    return mdgan_feature_check(feature, error);
}

wire_progress wire_progress_of(const mdgan_progress *p)
{
    return (wire_progress){.iteration = p->iteration,
                           .iterations = p->iterations,
                           .critic_loss = p->critic_loss,
                           .wasserstein_y = p->wasserstein_y,
                           .wasserstein_z = p->wasserstein_z,
                           .score = p->score,
                           .best_score = p->best_score,
                           .start_score = p->start_score,
                           .seconds = p->seconds,
                           .seconds_left = p->seconds_left};
}

mdgan_progress wire_progress_read(const wire_progress *wire)
{
    return (mdgan_progress){.iteration = (size_t)wire->iteration,
                            .iterations = (size_t)wire->iterations,
                            .critic_loss = wire->critic_loss,
                            .wasserstein_y = wire->wasserstein_y,
                            .wasserstein_z = wire->wasserstein_z,
                            .score = wire->score,
                            .best_score = wire->best_score,
                            .start_score = wire->start_score,
                            .seconds = wire->seconds,
                            .seconds_left = wire->seconds_left};
}
