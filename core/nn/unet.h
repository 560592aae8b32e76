/* SPDX-License-Identifier: BSD-3-Clause */
/* One-dimensional U-net (Ronneberger et al. 2015) with stride = kernel everywhere, so that every convolution and
 * deconvolution is one matrix product, and with a conditioning vector joined at the bottleneck (paper, fig. 2B). */
#ifndef MDGAN_NN_UNET_H
#define MDGAN_NN_UNET_H

#include <stdbool.h>

#include "nn/arena.h"
#include "nn/linear.h"

enum { UNET_LEVEL_MAX = 8 };

typedef struct unet {
    size_t frames;      /* T at the top */
    size_t n_channel;   /* channels in and out at the top */
    size_t n_condition; /* width of the conditioning vector */
    size_t n_level;
    struct unet_level {
        size_t kernel;   /* frames joined by this level */
        size_t rows;     /* frames left below it */
        size_t channels; /* channels below it */
        linear encode;   /* [kernel * channels above] -> [channels] */
        linear decode;   /* [channels + skip] -> [kernel * channels above] */
    } level[UNET_LEVEL_MAX];
} unet;

typedef struct unet_tape {
    size_t n_max;
    real *skip[UNET_LEVEL_MAX]; /* [n * rows][channels] encoder outputs after LeakyReLU */
    real *up[UNET_LEVEL_MAX];   /* [n * rows above][channels above] decoder outputs after LeakyReLU; top: the output */
    real *d_skip[UNET_LEVEL_MAX];
    real *d_up[UNET_LEVEL_MAX];
} unet_tape;

/* True if T splits into strides (factors 4, 2, 3, 5, 7). */
bool unet_fits(size_t frames);

/* Channels double below the first level. frames must fit. */
void unet_layout(unet *u, size_t frames, size_t n_channel, size_t channels, size_t n_condition, size_t *n_parameter);

/* Renews the network's part of a turned vector (nn/linear.h). */
void unet_turn(const unet *u, const real *theta, real *turned);

void unet_tape_layout(unet_tape *tape, const unet *u, size_t n, bool with_gradient, arena *a);

/* x: [n][T][channel]; condition: [n][n_condition]. Returns [n][T][channel] in the tape; unet_backward() does not read
 * it.
 */
real *unet_forward(const unet *u, weights w, size_t n, const real *x, const real *condition, unet_tape *tape);

/* After unet_forward with the same x and condition: gradient = weights' gradient; d_condition: [n][n_condition]
 * overwritten. */
void unet_backward(const unet *u, const real *theta, size_t n, const real *x, const real *condition,
                   const real *d_output, unet_tape *tape, real *gradient, real *d_condition);

#endif
