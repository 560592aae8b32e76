/* SPDX-License-Identifier: BSD-3-Clause */
/* Anchor of a linear start: keeps mean and mean power spectrum of generated chains where the closed form put them, and
 * windows from showing where they begin, while the critics shape everything that these do not see.
 *
 * Loss, the weights of its parts left out:
 *     mean_f (P(f) - P_start(f))^2 / (P_start(f)^2 + floor^2)
 *     + mean_t,d y(t, d)^2
 *     + mean_f,c |S_c(f)|^2 / ((P_start(f) + floor) (P_start(f + c/M) + floor))
 * P is the Hann-windowed mean periodogram, the floor a power below which a frequency counts as empty. y, the mean over
 * windows at place t, is zero: otherwise all windows share a pattern, a comb of lines at multiples of the window rate
 * that a critic on 2M frames hardly minds. So is S_c(f) = <X(f) X*(f + c/M)>: frequencies of a stationary series are
 * uncorrelated, while in a series whose statistics repeat with the windows those a multiple of the window rate apart
 * are not (spectral correlation; Gardner, Signal Processing 11, 13, 1986), which around a strong line is seen as side
 * bands.
 *
 * The square of a noisy estimate would push P below the target, so differences are running means over iterations: then
 * the gradient is that of a price on each frequency, or pair of them, which adapts until the mean is right. For S_c,
 * which is all noise in the end, it is a mean over the batches before this one: a price that holds some of this one's
 * own noise takes power away from it.
 */
#ifndef MDGAN_GAN_ANCHOR_H
#define MDGAN_GAN_ANCHOR_H

#include "nn/fourier.h"

#include <mdgan/status.h>

#define ANCHOR_FLOOR  1e-4 /* share of the highest power below which a frequency counts as empty */
#define ANCHOR_MEMORY 0.95 /* of the running means, per iteration */

#define ANCHOR_CYCLE_MEMORY 0.99  /* the same of S_c */
#define ANCHOR_CYCLE_SHARE  0.005 /* weight of S_c, of mean_weight */
enum {
    ANCHOR_CYCLES = 8,     /* c = 1 .. 8, or to M/2 */
    ANCHOR_CYCLE_ROWS = 16 /* components that S_c is measured on, of as many samples as have these, but at least one */
};

typedef struct anchor {
    size_t record, n_component; /* T frames, D */
    size_t n_bin;               /* T/2 + 1 */
    size_t window;              /* M; T is a multiple of it */
    size_t n_cycle;             /* numbers c of S_c */
    size_t n_gap;               /* n_bin + M D + 2 n_cycle T */
    double weight, mean_weight;
    fourier transform; /* of records */
    real *taper;       /* [T] */
    double *target;    /* [n_bin] */
    double empty;      /* power below which a frequency counts as empty */
    double *norm;      /* [n_cycle][T] what |S_c(f)|^2 is measured by, times their number */
    float *gap;        /* [n_gap] running means of P - target, y[M][D], S[c][T][2]; float, as checkpoints store them */
    real *price;       /* [T][2] of each frequency, negative ones too, for real and imaginary part */
    real *cycle_price; /* [n_cycle][T][2] of f and f + c/M */
} anchor;

/* autocovariance: [T] of the linear start, averaged over components; @p weight: both weights. */
mdgan_status anchor_create(anchor *a, size_t window, size_t n_window, size_t n_component, const double *autocovariance,
                           double weight, mdgan_error *error);
void anchor_clear(anchor *a);

/* Numbers of work space for n samples. anchor_measure() leaves the transformed samples there for anchor_gradient(). */
size_t anchor_work_size(const anchor *a, size_t n);

/* sums[n_gap] over the samples x[n][T][D]: powers over components too, values over windows, and products of f and
 * f + c/M over the components of the first samples. */
void anchor_measure(const anchor *a, size_t n, const real *x, double *sums, real *work);

/* Takes in the sums over a whole batch of n_batch samples, measured in n_shard parts of as many, and renews the prices.
 */
void anchor_update(anchor *a, size_t n_batch, size_t n_shard, const double *sums);

/* d_x[n][T][D] = d(loss)/dx of the samples measured last with this work space; n_batch as in anchor_update(). */
void anchor_gradient(const anchor *a, size_t n, size_t n_batch, real *d_x, real *work);

#endif
