/* SPDX-License-Identifier: BSD-3-Clause */
/* Sums over stretches longer than a record. Records of T = 2M frames hardly know of power below 1/T, which is what
 * diffusion coefficients and viscosities are made of: a model may find memory in their noise that doubles it. Data that
 * go on for longer know, and sums over 2T to 16T frames are all of it that a model needs to be told. (Of positions,
 * whose increments are modelled, they are displacements.) */
#ifndef MDGAN_LINEAR_LONG_SUMS_H
#define MDGAN_LINEAR_LONG_SUMS_H

#include <stddef.h>

enum { LONG_SCALES = 4 }; /* stretches of 2T, 4T, 8T, 16T */

typedef struct long_sums {
    size_t n[LONG_SCALES];      /* stretches */
    double square[LONG_SCALES]; /* total of their squared sums */
} long_sums;

/* Frames of a stretch of scale @p scale, for records of @p length frames. */
size_t long_sums_frames(size_t length, size_t scale);

/* Adds the stretches, side by side, of one series: frame t at value[t * frame_stride]. Those of scales from @p n_scale
 * on are left out. */
void long_sums_add(long_sums *s, size_t length, size_t n_scale, size_t n_frame, const float *value,
                   size_t frame_stride);
void long_sums_pool(long_sums *all, const long_sums *part);
/* How many scales there are stretches of, the first ones. */
size_t long_sums_scales(const long_sums *s);

/* Negative log likelihood of the sums under a Gaussian process, without the constant: (log v + x^2 / v) / 2 for every
 * stretch, less the share that larger stretches tell of smaller ones again, so that there is as much to know as there
 * are stretches of the first scale. variance: [LONG_SCALES] of a sum; white noise of variance @p floor per frame is
 * added to model and data. gradient: [LONG_SCALES] d/d(variance), or NULL. INFINITY if a variance is not positive. */
double long_sums_cost(const long_sums *s, size_t length, double floor, const double *variance, double *gradient);

/* Its expected curvature where the variances are the model's: [LONG_SCALES] d^2/d(variance)^2. */
void long_sums_information(const long_sums *s, size_t length, double floor, const double *variance,
                           double *information);

/* Variance of a sum over n frames, from the autocovariance r: [n] */
double long_sums_variance(size_t n, const double *r);

#endif
