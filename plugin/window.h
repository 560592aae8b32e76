/* SPDX-License-Identifier: BSD-3-Clause */
/* Collecting: frames as they come, until enough of them follow each other without a gap.
 *
 * Memory: 4 bytes per component, entity and frame on rank 0 alone, and room for at most as many frames again: up to
 * what is wanted it doubles, beyond that it grows by half. A training takes another copy on every rank. */
#ifndef MDGAN_PLUGIN_WINDOW_H
#define MDGAN_PLUGIN_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mdgan/dataset.h>

/* The counters are the same on every rank; the values are kept where @c stores is true (rank 0). */
typedef struct collection {
    size_t n_row;    /* values per frame: n_entity * n_component */
    size_t n_wanted; /* frames; with grows: the least */
    size_t n_frame;  /* frames collected, evenly spaced */
    size_t n_room;   /* frames that fit into value */
    int64_t stride;  /* steps between two frames */
    int64_t first_step, last_step;
    double first_time; /* feature.time_unit */
    double box[9];     /* edge vectors of the last frame, feature.length_unit; 0 if unknown */
    bool any;          /* a frame has been offered: last_step and last are set */
    bool broken;       /* the next frame follows none, whatever its step */
    bool stores;
    bool grows;    /* goes on past n_wanted */
    bool released; /* the values are freed, only their number is left */
    float *last;   /* [n_row] values of the last frame offered, collected or not */
    float *value;  /* [n_frame][n_row], NULL once released */
} collection;

/* What collection_offer() did with a frame. */
typedef enum collected { COLLECTED_FRAME, COLLECTED_NOTHING, COLLECTED_ANEW } collected;

mdgan_status collection_create(collection *c, const mdgan_feature *feature, size_t n_entity, size_t n_wanted,
                               bool stores, mdgan_error *error);
void collection_clear(collection *c);
/* Frees the values of the frames; their number stays, and the last values. */
void collection_release(collection *c);
/* Forgets the frames. */
void collection_restart(collection *c);

/* @p row: [n_row], not read unless the collection stores. With @p frozen only the last values are kept.
 * @p outcome and, if anew, @p n_dropped frames tell what happened. Unchanged after an error. */
mdgan_status collection_offer(collection *c, int64_t step, double time, const double *box, const float *row,
                              bool frozen, collected *outcome, size_t *n_dropped, mdgan_error *error);

static inline bool collection_complete(const collection *c)
{
    return c->n_frame >= c->n_wanted;
}

/* The frames as [n_entity][n_frame][n_component]; only where the collection stores. */
mdgan_status collection_dataset(const collection *c, const mdgan_feature *feature, size_t n_entity, mdgan_dataset *data,
                                mdgan_error *error);

#endif
