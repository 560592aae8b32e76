/* SPDX-License-Identifier: BSD-3-Clause */
/* Anchor of a linear start: keeps mean and mean power spectrum of generated chains where the closed form put them,
 * while the critics shape everything that these do not see. The mean is zero, at every place in a window: otherwise all
 * windows share a pattern, a comb of lines at multiples of the window rate that a critic on 2M frames hardly minds.
 *
 * Loss: weight * mean_f (P(f) - P_start(f))^2 / (P_start(f)^2 + floor^2) + mean_weight * mean_t,d y(t, d)^2, with P
 * the Hann-windowed mean periodogram, a floor below which a frequency counts as empty, and y the mean over windows at
 * place t. The square of a noisy estimate would push P below the target, so the difference is a running mean over
 * iterations: then the gradient is that of a price on each frequency which adapts until the mean spectrum is right.
 */
#ifndef MDGAN_GAN_ANCHOR_H
#define MDGAN_GAN_ANCHOR_H

#include "nn/fourier.h"

#include <mdgan/status.h>

#define ANCHOR_FLOOR  1e-4 /* share of the highest power below which a frequency counts as empty */
#define ANCHOR_MEMORY 0.95 /* of the running mean, per iteration */

typedef struct anchor {
    size_t record, n_component; /* T frames, D */
    size_t n_bin;               /* T/2 + 1 */
    size_t window;              /* M; T is a multiple of it */
    size_t n_gap;               /* n_bin + M D */
    double weight, mean_weight;
    fourier transform; /* of records */
    real *taper;       /* [T] */
    double *target;    /* [n_bin] */
    float *gap;        /* [n_gap] running means of P - target, then of y[M][D]; float, as checkpoints store them */
    real *price;       /* [T][2] of each frequency, negative ones too, for real and imaginary part */
} anchor;

/* autocovariance: [T] of the linear start, averaged over components; @p weight: both weights. */
mdgan_status anchor_create(anchor *a, size_t window, size_t n_window, size_t n_component, const double *autocovariance,
                           double weight, mdgan_error *error);
void anchor_clear(anchor *a);

/* Numbers of work space for n samples. anchor_measure() leaves the transformed samples there for anchor_gradient(). */
size_t anchor_work_size(const anchor *a, size_t n);

/* sums[n_gap] over the samples x[n][T][D]: powers over components too, then values over windows. */
void anchor_measure(const anchor *a, size_t n, const real *x, double *sums, real *work);

/* Takes in the sums over a whole batch of n_batch samples and renews the prices. */
void anchor_update(anchor *a, size_t n_batch, const double *sums);

/* d_x[n][T][D] = d(loss)/dx of the samples measured last with this work space; n_batch as in anchor_update(). */
void anchor_gradient(const anchor *a, size_t n, size_t n_batch, real *d_x, real *work);

#endif
