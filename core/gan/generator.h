/* SPDX-License-Identifier: BSD-3-Clause */
/* The generators. G_z evolves the latent z from window to window; G_Y turns z and noise into a window (paper, fig. 2B).
 *
 * Paper's form (state = 0): z_{k+1} = z_k + MLP(z_k, r), Y_k = U-net(noise; z_k).
 * Linear start (state = q > 0): z_k are the D q states of a linear Gaussian state-space model at the boundary before
 * window k, and both generators are its closed form plus a network that starts at zero:
 *   z_{k+1} = F z_k + N r + MLP(z_k, r)
 *   Y_k     = C z_k + C' z_{k+1} + L e + U-net(e; z_k, z_{k+1}).
 * In a molecule's frame z ends with the orientation, which the networks do not see, and Y_k is turned by it
 * (gan/body_frame.h).
 */
#ifndef MDGAN_GAN_GENERATOR_H
#define MDGAN_GAN_GENERATOR_H

#include <stdbool.h>

#include "gan/model.h"
#include "nn/chain.h"
#include "nn/random.h"
#include "nn/unet.h"

/* The closed-form part for one group of components (all of them if shared): offsets into the parameter vector. */
typedef struct linear_part {
    size_t n_group; /* 1 if the components share it, else D; 0 = no linear part */
    size_t width;   /* components per group */
    size_t size;    /* numbers per group; group g's block starts at g * size */
    size_t evolve;  /* F  [q][q] */
    size_t kick;    /* N  [q][q] */
    size_t from;    /* C  [M][q], state at the start of the window */
    size_t to;      /* C' [M][q], state at its end */
    size_t noise;   /* L  [M][M] */
} linear_part;

typedef struct generator {
    architecture arch;
    linear_part part; /* first in the parameter vector: [0, n_linear) */
    size_t n_linear;
    size_t keep;  /* in a frame: offset of the orientation's rho, the last of the linear part; it has no gradient */
    size_t seen;  /* latent states that the networks see: W, or what comes before the orientation */
    chain evolve; /* G_z's network: [z, r] -> seen */
    unet window;  /* G_Y's network */
    size_t n_parameter;
    real noise_scale; /* of the U-net's input noise */
} generator;

/* Latent states that one window depends on: 1 in the paper's form, 2 with a linear part. */
static inline size_t generator_boundaries(const generator *g)
{
    return g->arch.state > 0 ? 2 : 1;
}

/* Errors: MDGAN_INVALID. */
mdgan_status generator_layout(generator *g, const architecture *arch, mdgan_error *error);

/* Kaiming-normal weights, zero biases; networks beside a linear part end in zeros, so that they add nothing at first.
 * The linear part is left alone. */
void generator_initialise(const generator *g, uint64_t seed, real *theta);

/* Renews a turned vector (nn/linear.h), the linear part's matrices included. */
void generator_turn(const generator *g, const real *theta, real *turned);

/* One step of G_z for n chains, or for as many after each other as there is room for. */
typedef struct evolve_tape {
    real *input;  /* [n][2 seen]: z, r */
    real *d_step; /* [n][seen] in a frame */
    chain_tape net;
} evolve_tape;

void evolve_tape_layout(evolve_tape *tape, const generator *g, size_t n, arena *a);
/* The tape of chains `first` and after. */
evolve_tape evolve_tape_from(const evolve_tape *tape, const generator *g, size_t first);

/* z_next[n][W] = G_z(z[n][W], r[n][W]); r as latent_draw() makes it. */
void evolve_forward(const generator *g, weights weight, size_t n, const real *z, const real *r, real *z_next,
                    evolve_tape *tape);

/* dz[n][W] += d z_next^T d(z_next)/dz. */
void evolve_backward(const generator *g, const real *theta, size_t n, const real *d_next, real *dz, evolve_tape *tape);

/* After evolve_backward of all n: gradient = weights' gradient; z, r as in the forward pass. */
void evolve_backward_weight(const generator *g, size_t n, const real *z, const real *r, const real *d_next,
                            real *gradient, const evolve_tape *tape);

/* n windows from the states at their boundaries. */
typedef struct window_tape {
    real *noise;        /* [n][D][M] for the linear part */
    real *input;        /* [n][M][D] the same noise as the U-net sees it, scaled */
    real *condition;    /* [n][boundaries * seen] */
    real *by_component; /* [n][D][M] */
    real *rotation;     /* [n][M][9] in a frame */
    real *d_body;       /* [n][M][D] in a frame */
    real *d_condition;  /* [n][boundaries * seen] */
    unet_tape net;
} window_tape;

void window_tape_layout(window_tape *tape, const generator *g, size_t n, bool with_gradient, arena *a);

/* Draws the noise of n windows, sample numbers first_sample, ...; they are windows `at`, ... of the tape. */
void window_draw(const generator *g, random_key key, uint64_t iteration, uint32_t first_sample, size_t at, size_t n,
                 window_tape *tape);

/* from, to: [n][W] states before and after each window (to is ignored in the paper's form). Noise as drawn.
 * Returns [n][M][D] in the tape, where the U-net left its part. */
const real *window_forward(const generator *g, weights weight, size_t n, const real *from, const real *to,
                           window_tape *tape);

/* d_from, d_to: [n][W] overwritten (d_to untouched in the paper's form), 0 for the orientation; gradient = weights'
 * gradient. */
void window_backward(const generator *g, const real *theta, size_t n, const real *from, const real *to,
                     const real *d_output, real *d_from, real *d_to, real *gradient, window_tape *tape);

/* Fresh latent states and kicks for one chain: uniform on (0, 1) in the paper's form, standard normal else. [W] */
void latent_draw(const generator *g, random_key key, uint64_t iteration, uint32_t sample, real *out);

#endif
