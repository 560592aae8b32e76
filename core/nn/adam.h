/* SPDX-License-Identifier: BSD-3-Clause */
/* Adam (Kingma and Ba 2015) and the running mean of weights. */
#ifndef MDGAN_NN_ADAM_H
#define MDGAN_NN_ADAM_H

#include "nn/real.h"

/* One descent step on n parameters; t = 1 for the first one. m, v: [n] first and second moments. */
void adam_step(size_t n, real *theta, const real *gradient, real *m, real *v, double rate, double beta1, double beta2,
               size_t t);

/* mean += (theta - mean) * (1 - decay). */
void running_mean(size_t n, real *mean, const real *theta, double decay);

/* theta = min(max(theta, -bound), bound): weight clipping of the original WGAN. */
void clip_weights(size_t n, real *theta, double bound);

#endif
