/* SPDX-License-Identifier: BSD-3-Clause */
/* Structs as they stand in restart states and in messages: 64-bit members and texts only, no padding, nothing whose bit
 * pattern a reader could not look at. */
#ifndef MDGAN_PLUGIN_WIRE_H
#define MDGAN_PLUGIN_WIRE_H

#include <stdint.h>

#include <mdgan/dataset.h>
#include <mdgan/train.h>

typedef struct wire_feature {
    uint64_t kind, n_component, isotropic, reversible;
    char name[MDGAN_NAME_LENGTH], value_unit[MDGAN_UNIT_LENGTH], length_unit[MDGAN_UNIT_LENGTH],
        time_unit[MDGAN_UNIT_LENGTH];
    double dt;
    int64_t stride;
} wire_feature;

typedef struct wire_progress {
    uint64_t iteration, iterations;
    double critic_loss, wasserstein_y, wasserstein_z, score, best_score, start_score, seconds, seconds_left;
} wire_progress;

_Static_assert(sizeof(wire_feature) == 6 * 8 + MDGAN_NAME_LENGTH + 3 * MDGAN_UNIT_LENGTH, "a feature without padding");
_Static_assert(sizeof(wire_progress) == 10 * 8, "progress without padding");

wire_feature wire_feature_of(const mdgan_feature *feature);
/* Errors: MDGAN_INVALID, as of mdgan_feature_check(): what comes from outside may be anything. */
mdgan_status wire_feature_read(const wire_feature *wire, mdgan_feature *feature, mdgan_error *error);

wire_progress wire_progress_of(const mdgan_progress *progress);
mdgan_progress wire_progress_read(const wire_progress *wire);

#endif
