/* SPDX-License-Identifier: BSD-3-Clause */
/* Relaxation spectrum: increments of Brownian motion plus a sum of Ornstein-Uhlenbeck displacements with non-negative
 * weights on a grid of relaxation times: MSD(t) = 2 D t + sum 2 a_i^2 (1 - exp(-t / tau_i)) per component. The natural
 * model of overdamped motion in a cage, a melt or a network. */
#ifndef MDGAN_LINEAR_RELAXATION_H
#define MDGAN_LINEAR_RELAXATION_H

#include "linear/gaussian.h"
#include "linear/statespace.h"

/* m: moments of the @p records. Maximum likelihood with a smoothness prior on the logarithms of the weights (without
 * one, D runs to 0 on noise). */
mdgan_status relaxation_fit(const record_moments *m, const gaussian *records, statespace *s, mdgan_error *error);

#endif
