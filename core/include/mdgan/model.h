/* SPDX-License-Identifier: BSD-3-Clause */
/** @file
 * A trained model: all that is needed to emit.
 */
#ifndef MDGAN_MODEL_H
#define MDGAN_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include <mdgan/dataset.h>
#include <mdgan/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mdgan_model mdgan_model;

/** NULL is fine. */
void mdgan_model_destroy(mdgan_model *model);

/** Summary for people and hosts. */
typedef struct mdgan_model_info {
    mdgan_feature feature;
    size_t window;        /**< M, frames per window */
    size_t latent;        /**< width of z */
    size_t n_weight;      /**< trainable numbers of G_Y and G_z */
    size_t iterations;    /**< generator updates behind the kept weights; 0 = the start was best */
    double scale;         /**< feature.value_unit per unit of the network's output */
    double score;         /**< held-out score of the kept weights, as in ::mdgan_progress */
    double start_score;   /**< held-out score of the start */
    double train_seconds; /**< wall-clock time spent training, s */
    bool checkpoint;      /**< training can go on from this model */
    bool linear;          /**< trained from a linear start, not from random weights */
    size_t entities;      /**< of the data that the training of the checkpoint was on; 0 without one */
    char start[128];      /**< how the start was found, e.g. "relaxation spectrum, 8 states", "random" */
} mdgan_model_info;

mdgan_model_info mdgan_model_info_get(const mdgan_model *model);

enum { MDGAN_SCORE_REMARK_LENGTH = 256 };

/** What is to be said before a model of this held-out score is used: from 100 on, where the statistics of what it
 * generates are ten standard errors off in the root mean square, or if it is no number; else the text is empty. */
void mdgan_score_remark(double score, char text[MDGAN_SCORE_REMARK_LENGTH]);

/** Writes a model (HDF5, schema in docs/file-formats.md): to a temporary name, fsynced, renamed, so that @p path is
 * either the old file or the whole new one. Errors: MDGAN_FILE, MDGAN_MEMORY. */
mdgan_status mdgan_model_save(const mdgan_model *model, const char *path, mdgan_error *error);

/** Reads a model. *@p model is NULL after an error. Errors: MDGAN_FILE (no such file, not readable), MDGAN_FORMAT (not
 * HDF5, not a model, damaged), MDGAN_VERSION (written by a newer schema), MDGAN_MEMORY. */
mdgan_status mdgan_model_load(mdgan_model **model, const char *path, mdgan_error *error);

/** The model as bytes of the same file format, for a host's restart file or for another rank. The caller frees
 * @p bytes with free(); they are NULL after an error. Errors: MDGAN_MEMORY. */
mdgan_status mdgan_model_pack(const mdgan_model *model, void **bytes, size_t *n_byte, mdgan_error *error);
/** Reads a model from such bytes, which are only borrowed. *@p model is NULL after an error.
 * Errors: MDGAN_FORMAT, MDGAN_VERSION, MDGAN_MEMORY, as for mdgan_model_load(). */
mdgan_status mdgan_model_unpack(mdgan_model **model, const void *bytes, size_t n_byte, mdgan_error *error);

#ifdef __cplusplus
}
#endif
#endif
