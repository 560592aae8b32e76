/* SPDX-License-Identifier: BSD-3-Clause */
/** @file
 * Features and the frames collected of them.
 */
#ifndef MDGAN_DATASET_H
#define MDGAN_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mdgan/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a feature's values are; decides differencing, time reversal and integration. */
typedef enum mdgan_kind {
    MDGAN_VELOCITY = 0, /**< stationary, changes sign under time reversal */
    MDGAN_POSITION = 1, /**< not stationary: trained on increments, emitted by integration from the last real frame */
    MDGAN_SCALAR = 2    /**< stationary, unchanged by time reversal */
} mdgan_kind;

enum { MDGAN_NAME_LENGTH = 64, MDGAN_UNIT_LENGTH = 32, MDGAN_COMPONENT_MAX = 64 };

/** Description of a feature; a model only fits data of an equal description. */
typedef struct mdgan_feature {
    char name[MDGAN_NAME_LENGTH];        /**< e.g. "bond/velocity 1" */
    mdgan_kind kind;                     /**< see ::mdgan_kind */
    size_t n_component;                  /**< values per entity and frame, 1..MDGAN_COMPONENT_MAX */
    bool isotropic;                      /**< components come in x,y,z triplets that rotate together */
    bool reversible;                     /**< statistics unchanged by time reversal (sign by kind) */
    char value_unit[MDGAN_UNIT_LENGTH];  /**< unit of the values, e.g. "Angstrom fs-1" (H5MD units module) */
    char length_unit[MDGAN_UNIT_LENGTH]; /**< unit of the box, e.g. "Angstrom"; empty if unitless */
    char time_unit[MDGAN_UNIT_LENGTH];   /**< unit of dt, e.g. "fs"; empty if unitless */
    double dt;                           /**< time between two frames, time_unit */
    int64_t stride;                      /**< simulation steps between two frames */
} mdgan_feature;

/** Checks ranges and text termination. Errors: MDGAN_INVALID. */
mdgan_status mdgan_feature_check(const mdgan_feature *feature, mdgan_error *error);

/** Errors: MDGAN_MISMATCH, naming what differs (name, kind, components, stride, dt beyond 1e-6 relative, units). For
 * the stride the text ends in "every N steps", behind which a host may say how that is set. */
mdgan_status mdgan_feature_match(const mdgan_feature *model, const mdgan_feature *data, mdgan_error *error);

/** Contiguous frames of all entities. Plain data: the owner calls mdgan_dataset_clear(). */
typedef struct mdgan_dataset {
    mdgan_feature feature;
    size_t n_entity;
    size_t n_frame;     /**< per entity, evenly spaced */
    int64_t first_step; /**< simulation step of frame 0; frame f is at first_step + f * feature.stride */
    double first_time;  /**< simulation time of frame 0, feature.time_unit */
    double box[9];      /**< edge vectors, rows, feature.length_unit, of the last frame; all 0 if unknown */
    float *value;       /**< [n_entity][n_frame][n_component], feature.value_unit */
} mdgan_dataset;

/** Allocates zeroed values. @p dataset is overwritten, zeroed after an error. Errors: MDGAN_INVALID, MDGAN_MEMORY. */
mdgan_status mdgan_dataset_create(mdgan_dataset *dataset, const mdgan_feature *feature, size_t n_entity, size_t n_frame,
                                  mdgan_error *error);

/** Frees the values and zeroes the struct; NULL and a zeroed struct are fine. */
void mdgan_dataset_clear(mdgan_dataset *dataset);

/** Takes off the mean of each component over entities and frames. @p mean: [n_component], what it was. */
void mdgan_dataset_centre(mdgan_dataset *dataset, double *mean);

/** Adds @p by[n_component] to every frame. */
void mdgan_dataset_shift(mdgan_dataset *dataset, const double *by);

/** One entity's series: [n_frame][n_component]. */
static inline const float *mdgan_dataset_entity(const mdgan_dataset *dataset, size_t entity)
{
    return dataset->value + entity * dataset->n_frame * dataset->feature.n_component;
}

#ifdef __cplusplus
}
#endif
#endif
