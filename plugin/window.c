/* SPDX-License-Identifier: BSD-3-Clause */
#include "window.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

mdgan_status collection_create(collection *c, const mdgan_feature *feature, size_t n_entity, size_t n_wanted,
                               bool stores, mdgan_error *error)
{
    *c = (collection){.n_wanted = n_wanted, .stride = feature->stride, .stores = stores};
    if (n_entity == 0) {
        return mdgan_fail(error, MDGAN_INVALID, "feature '%s' has no entities: nothing to learn from", feature->name);
    }
    if (n_entity > SIZE_MAX / sizeof(float) / feature->n_component / n_wanted) {
        return mdgan_fail(error, MDGAN_MEMORY, "%zu frames of %zu entities do not fit into memory; lower 'windows'",
                          n_wanted, n_entity);
    }
    c->n_row = n_entity * feature->n_component;
    if (stores) {
        c->last = calloc(c->n_row, sizeof *c->last);
    }
    if (stores && c->last == NULL) {
        return mdgan_fail(error, MDGAN_MEMORY, "out of memory for one frame of %zu values", c->n_row);
    }
    return MDGAN_OK;
}

void collection_clear(collection *c)
{
    free(c->last);
    free(c->value);
    *c = (collection){0};
}

void collection_release(collection *c)
{
    free(c->value);
    c->value = NULL;
    c->n_room = 0;
    c->released = true;
}

void collection_restart(collection *c)
{
    collection_release(c);
    c->released = false;
    c->n_frame = 0;
}

/* Doubles the room, up to what is wanted: a run that ends early has not paid for all of it. What comes on top is of
 * unknown length, and half as much more wastes less. */
static mdgan_status make_room(collection *c, mdgan_error *error)
{
    if (c->n_frame < c->n_room) {
        return MDGAN_OK;
    }
    const size_t doubled = c->n_room == 0 ? 16 : 2 * c->n_room;
    const size_t up_to_wanted = doubled < c->n_wanted ? doubled : c->n_wanted;
    const size_t n_room = c->n_room < c->n_wanted ? up_to_wanted : c->n_room + c->n_room / 2 + 1;
    if (n_room > SIZE_MAX / sizeof *c->value / c->n_row) {
        return mdgan_fail(error, MDGAN_MEMORY, "%zu frames of %zu values do not fit into memory", n_room, c->n_row);
    }
    float *const value = realloc(c->value, n_room * c->n_row * sizeof *value);
    if (value == NULL) {
        return mdgan_fail(error, MDGAN_MEMORY, "out of memory for %zu frames of %zu values; %s", n_room, c->n_row,
                          c->n_room < c->n_wanted ? "lower 'windows'" : "use 'stop yes', or end the run earlier");
    }
    c->value = value;
    c->n_room = n_room;
    return MDGAN_OK;
}

static mdgan_status check_finite(const collection *c, int64_t step, const float *row, mdgan_error *error)
{
    if (row == NULL) {
        return mdgan_fail(error, MDGAN_INVALID, "step %lld: rank 0 must hand over a row", (long long)step);
    }
    for (size_t i = 0; i < c->n_row; i++) {
        if (!isfinite(row[i])) {
            return mdgan_fail(error, MDGAN_DATA,
                              "step %lld: value %zu of %zu is %g, not a finite number; the simulation has become "
                              "unstable: check its time step and its start",
                              (long long)step, i + 1, c->n_row, (double)row[i]);
        }
    }
    return MDGAN_OK;
}

mdgan_status collection_offer(collection *c, int64_t step, double time, const double *box, const float *row,
                              bool frozen, collected *outcome, size_t *n_dropped, mdgan_error *error)
{
    *outcome = COLLECTED_NOTHING;
    /* Hosts show the last step of a run again when the next run starts. */
    if (c->any && !c->broken && step == c->last_step) {
        return MDGAN_OK;
    }
    const bool wanted = !frozen && (c->grows || !collection_complete(c));
    const bool follows = c->n_frame == 0 || (!c->broken && step == c->last_step + c->stride);
    mdgan_status status = MDGAN_OK;
    if (c->stores) {
        status = check_finite(c, step, row, error);
    }
    if (status == MDGAN_OK && c->stores && wanted) {
        status = make_room(c, error);
    }
    if (status != MDGAN_OK) {
        return status;
    }

    if (wanted) {
        *outcome = follows ? COLLECTED_FRAME : COLLECTED_ANEW;
        *n_dropped = follows ? 0 : c->n_frame;
        if (!follows) {
            c->n_frame = 0;
        }
        if (c->n_frame == 0) {
            c->first_step = step;
            c->first_time = time;
        }
        if (c->stores) {
            memcpy(c->value + c->n_frame * c->n_row, row, c->n_row * sizeof *row);
        }
        for (size_t i = 0; i < 9; i++) {
            c->box[i] = box == NULL ? 0 : box[i];
        }
        c->n_frame++;
    }
    if (c->stores) {
        memcpy(c->last, row, c->n_row * sizeof *row);
    }
    c->last_step = step;
    c->any = true;
    c->broken = false;
    return MDGAN_OK;
}

mdgan_status collection_dataset(const collection *c, const mdgan_feature *feature, size_t n_entity, mdgan_dataset *data,
                                mdgan_error *error)
{
    const mdgan_status status = mdgan_dataset_create(data, feature, n_entity, c->n_frame, error);
    if (status != MDGAN_OK) {
        return status;
    }
    const size_t n_component = feature->n_component;
    for (size_t f = 0; f < c->n_frame; f++) {
        for (size_t e = 0; e < n_entity; e++) {
            memcpy(data->value + (e * c->n_frame + f) * n_component, c->value + f * c->n_row + e * n_component,
                   n_component * sizeof *data->value);
        }
    }
    data->first_step = c->first_step;
    data->first_time = c->first_time;
    memcpy(data->box, c->box, sizeof data->box);
    return MDGAN_OK;
}
