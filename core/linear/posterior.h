/* SPDX-License-Identifier: BSD-3-Clause */
/* A sample of non-negative weights whose likelihood is Gaussian, and most of which may be absent. */
#ifndef MDGAN_LINEAR_POSTERIOR_H
#define MDGAN_LINEAR_POSTERIOR_H

#include <stddef.h>

enum { POSTERIOR_WEIGHTS_MAX = 48 };

/* -log likelihood = w F w / 2 - b w. Weight 0 is always there; the others with probability @p presence each. Those that
 * are there have an exponential prior of mean @p scale. */
typedef struct posterior {
    size_t n;
    double information[POSTERIOR_WEIGHTS_MAX][POSTERIOR_WEIGHTS_MAX]; /* F, positive diagonal */
    double right[POSTERIOR_WEIGHTS_MAX];                              /* b */
    double presence, scale;
    double first_rate; /* prior of weight 0: exponential, of mean 1 / first_rate; 0: flat */
} posterior;

/* Gibbs sampling, always with the same random numbers. start: [n] weights to begin with. sample: [n_sample][n] */
void posterior_sample(const posterior *p, const double *start, size_t n_sample, double *sample);

#endif
