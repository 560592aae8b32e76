/* SPDX-License-Identifier: BSD-3-Clause */
/* The closed-form start: a linear Gaussian state-space model of the feature, found from the same 2M-frame records that
 * the networks train on, chosen among candidates by the likelihood of held-out entities. */
#ifndef MDGAN_LINEAR_START_H
#define MDGAN_LINEAR_START_H

#include <stdbool.h>

#include "linear/moments.h"
#include "linear/statespace.h"

typedef struct linear_start {
    size_t n_group;    /* groups of components; each shares one model */
    statespace *model; /* [n_group], all of the same number of states */
    /* Groups are the axes of the molecules' frames, whose orientation keeps this much of itself from window to window
     * (linear/body_axes.h); 0: groups are components as they are. */
    double keep;
    double uncertainty; /* relative, of the variance of sums over ten times 2M frames (of increments, the MSD); 0:
                           unknown */
    char text[128];     /* how it was found */
} linear_start;

enum { FOLDS_MAX = 10 };

/* Room for n_group models of q states and m[n_group] noise sources. */
mdgan_status linear_start_create(linear_start *start, size_t n_group, size_t q, const size_t *m, mdgan_error *error);

/* Whether records of @p length frames may hold a candidate of n_state states; 0 = chosen by the data. */
bool linear_start_fits(size_t n_state, size_t length);

/* Chooses candidates by cross-validation: fits them to all folds but one and asks how likely that one is, for each of
 * the first n_judge folds in turn. Every group takes the method that is best for it, all the same number of states.
 * With n_judge = 0 the data themselves are asked, at Schwarz's price per parameter. The chosen ones are fitted to all
 * folds. fold: [n_fold][n_group] moments; folds without records are skipped. n_state: 0 = chosen by the data.
 * Errors: MDGAN_NUMERIC, MDGAN_MEMORY. */
mdgan_status linear_start_find(linear_start *start, size_t n_group, size_t n_fold, const record_moments *fold,
                               size_t n_judge, size_t n_state, mdgan_error *error);
void linear_start_clear(linear_start *start);

#endif
