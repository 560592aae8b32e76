/* SPDX-License-Identifier: BSD-3-Clause */
/* Relaxation spectrum: increments of Brownian motion plus a sum of Ornstein-Uhlenbeck displacements with non-negative
 * weights on a grid of relaxation times: MSD(t) = v t + sum g_i tau_i (1 - exp(-t / tau_i)) per component, so that g_i
 * is the diffusivity that is lost after tau_i. The natural model of overdamped motion in a cage, a melt or a network.
 * Times go far beyond the records: a slope of MSD that still falls at their end says that there are such. */
#ifndef MDGAN_LINEAR_RELAXATION_H
#define MDGAN_LINEAR_RELAXATION_H

#include "linear/moments.h"
#include "linear/statespace.h"

enum { RELAXATION_STATES = 8 };

/* Relative error bars of the MSD. */
typedef struct relaxation_bars {
    size_t n;
    const double *lag; /* [n] frames */
    double *bar;       /* [n] */
} relaxation_bars;

/* What the records leave possible is sampled, each time being there or not; s is the mean of the middle half by MSD at
 * ten times their length: RELAXATION_STATES states, unit covariance. bars: to be filled, under a prior that takes slow
 * memories for likely, or NULL. Errors: MDGAN_NUMERIC, MDGAN_MEMORY. */
mdgan_status relaxation_fit(const record_moments *m, statespace *s, const relaxation_bars *bars, mdgan_error *error);

#endif
