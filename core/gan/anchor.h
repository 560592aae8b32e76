/* SPDX-License-Identifier: BSD-3-Clause */
/* Spectral anchor of a linear start: keeps the mean power spectrum of generated chains where the closed form put it,
 * while the critics shape everything that a spectrum does not see.
 *
 * Loss: weight * mean_f (P(f) - P_start(f))^2 / (P_start(f)^2 + floor^2), with P the Hann-windowed mean periodogram and
 * a floor below which a frequency counts as empty. The square of a noisy estimate would push P below the target, so the
 * difference is a running mean over iterations: then the gradient is that of a price on each frequency which adapts
 * until the mean spectrum is right.
 */
#ifndef MDGAN_GAN_ANCHOR_H
#define MDGAN_GAN_ANCHOR_H

#include "nn/real.h"

#include <mdgan/status.h>

#define ANCHOR_FLOOR  0.01 /* share of the highest power below which a frequency counts as empty */
#define ANCHOR_MEMORY 0.95 /* of the running mean, per iteration */

typedef struct anchor {
    size_t record, n_component; /* T frames, D */
    size_t n_bin;               /* T/2 + 1 */
    double weight;
    real *transform; /* [2 n_bin][T] tapered cosines, then sines */
    real *priced;    /* [2 n_bin][T] transform, each frequency times its price */
    double *target;  /* [n_bin] */
    float *gap;      /* [n_bin] running mean of P - target; float, as checkpoints store it */
    real *filter;    /* [T][T] symmetric; d(loss)/dx = filter x / samples */
} anchor;

/* autocovariance: [T] of the linear start, averaged over components. */
mdgan_status anchor_create(anchor *a, size_t record, size_t n_component, const double *autocovariance, double weight,
                           mdgan_error *error);
void anchor_clear(anchor *a);

/* Numbers of work space that the functions below need for n samples. */
size_t anchor_work_size(const anchor *a, size_t n);

/* power[n_bin]: sums over the samples x[n][T][D] and their components. */
void anchor_measure(const anchor *a, size_t n, const real *x, double *power, real *work);

/* Takes in the sums over a whole batch of n_batch samples and renews the filter. */
void anchor_update(anchor *a, size_t n_batch, const double *power);

/* d_x[n][T][D] = d(loss)/dx. */
void anchor_gradient(const anchor *a, size_t n, size_t n_batch, const real *x, real *d_x, real *work);

#endif
