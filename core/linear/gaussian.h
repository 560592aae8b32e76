/* SPDX-License-Identifier: BSD-3-Clause */
/* Exact likelihood of stationary Gaussian records, from their second moments. Covariances are Toeplitz matrices, so
 * that value and gradient cost T^2. */
#ifndef MDGAN_LINEAR_GAUSSIAN_H
#define MDGAN_LINEAR_GAUSSIAN_H

#include "linear/moments.h"

/* White noise of this share of the variance is thought added to data and model alike. Bands far emptier than this
 * (water above 4,500 cm^-1) would otherwise decide the likelihood, at the cost of the peaks: measured on water, 2M =
 * 128, the spectrum's error falls from 0.53 to 0.16. */
#define GAUSSIAN_FLOOR 0.01

/* What the likelihood needs to know of records, and its work space. */
typedef struct gaussian {
    size_t length;
    double floor;  /* variance of the added noise */
    double *trace; /* [T][T], upper triangle: the Q of gaussian.c */
    double *work;  /* [5][T] */
    size_t n_record;
    long_sums sums;
} gaussian;

/* @p floor: GAUSSIAN_FLOOR of the variance of the records that a model is fitted to; m may be of others. */
mdgan_status gaussian_create(gaussian *g, const record_moments *m, double floor, mdgan_error *error);
void gaussian_clear(gaussian *g);

/* Negative log likelihood per record, without the constant: (log det S + tr S^-1 M) / 2, where S_ij = r[|i-j|] and M
 * are the moments, both with the floor added. r: [T]; gradient: [T] d/dr, or NULL. INFINITY if S is not positive
 * definite. */
double gaussian_cost(const gaussian *g, const double *r, double *gradient);

/* What sums over longer stretches add to it, per record. variance, gradient: as long_sums_cost() has them. */
double gaussian_sums_cost(const gaussian *g, const double *variance, double *gradient);

/* One order of Durbin's recursion: a filter a [k + 1] that leaves the error of predicting a frame from the k before it,
 * out of that for k - 1, whose error has the variance v > 0. back: r[k] .. r[1]. Returns the variance that is left. */
double toeplitz_extend(size_t k, const double *back, double *a, double v);

/* The filter a that leaves the error of predicting a frame from the n - 1 before it (a[0] = 1), for the autocovariance
 * r and white noise of variance @p floor. Returns that error's variance, or a number that is not positive if S is not
 * positive definite; log_det: log det S. r, a: [n]; mirror: [n] work. */
double toeplitz_predict(size_t n, const double *r, double floor, double *a, double *mirror, double *log_det);

#endif
