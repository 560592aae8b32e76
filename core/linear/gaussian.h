/* SPDX-License-Identifier: BSD-3-Clause */
/* Exact likelihood of stationary Gaussian records, from their second moments. */
#ifndef MDGAN_LINEAR_GAUSSIAN_H
#define MDGAN_LINEAR_GAUSSIAN_H

#include "linear/moments.h"

/* White noise of this share of the variance is thought added to data and model alike. Bands far emptier than this
 * (water above 4,500 cm^-1) would otherwise decide the likelihood, at the cost of the peaks: measured on water, 2M =
 * 128, the spectrum's error falls from 0.53 to 0.16. */
#define GAUSSIAN_FLOOR 0.01

/* Work space for records of one length. */
typedef struct gaussian {
    size_t length;
    double floor;       /* variance of the added noise */
    double *covariance; /* [T][T], then its inverse */
    double *product;    /* [T][T] */
    double *second;     /* [T][T] */
} gaussian;

mdgan_status gaussian_create(gaussian *g, const record_moments *m, mdgan_error *error);
void gaussian_clear(gaussian *g);

/* Negative log likelihood per record, without the constant: (log det S + tr S^-1 M) / 2, where S_ij = r[|i-j|] and M
 * are the moments, both with the floor added. gradient: [T] d/dr, or NULL. INFINITY if S is not positive definite. */
double gaussian_cost(gaussian *g, const record_moments *m, const double *r, double *gradient);

#endif
