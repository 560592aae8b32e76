/* SPDX-License-Identifier: BSD-3-Clause */
/* The closed-form start: a linear Gaussian state-space model of the feature, found from the same 2M-frame records that
 * the networks train on, chosen among candidates by the likelihood of held-out entities. */
#ifndef MDGAN_LINEAR_START_H
#define MDGAN_LINEAR_START_H

#include "linear/moments.h"
#include "linear/statespace.h"

typedef struct linear_start {
    size_t n_group;    /* 1: all components share one model; else one per component */
    statespace *model; /* [n_group], all of the same number of states */
    char text[128];    /* how it was found */
} linear_start;

/* Room for n_group models of q states and m noise sources. */
mdgan_status linear_start_create(linear_start *start, size_t n_group, size_t q, size_t m, mdgan_error *error);

/* Fits all candidates to `fit`, chooses the one under which `held_out` is most likely (NULL: `fit` itself, at Schwarz's
 * price per parameter) and fits it once more, to both. [n_group] moments each. n_state: 0 = chosen by the data.
 * Errors: MDGAN_NUMERIC, MDGAN_MEMORY. */
mdgan_status linear_start_find(linear_start *start, size_t n_group, const record_moments *fit,
                               const record_moments *held_out, size_t n_state, mdgan_error *error);
void linear_start_clear(linear_start *start);

#endif
