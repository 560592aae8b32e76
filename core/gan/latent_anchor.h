/* SPDX-License-Identifier: BSD-3-Clause */
/* Anchor of a linear start's latent states: over a whole chain, z_J stays at least as correlated with z_0 as the closed
 * form has it, at its pace, and of unit covariance, while the critics shape everything that second moments do not see.
 *
 * A critic on 2M frames cannot tell a frequency from one that is off by a small part of 1/(2M), and pulls it along with
 * whatever it does teach: 0.07 rad per window on a noisy oscillator. The states show it without noise.
 *
 * Loss: sum over groups of residual_weight |G - e F^J|^2 + covariance_weight |<z_J z_J^T> - 1|^2, where
 * G = <(z_J - F^J z_0) z_0^T> and e = max(0, <G, F^J> / <F^J, F^J>), with running means over iterations (see
 * gan/anchor.h). e is the excess of correlation over the closed form's: F shrinks, and lets its states forget, where it
 * could not tell a line from a narrow band. Critics can, by the amplitude that stays, and may take it back; held at e =
 * 0 they leave an oscillator's phase a jitter of 0.03 to 0.04 rad per window instead of 0.01 to 0.02. z_0 is given; the
 * first mean is that of a residual, so that the choice of z_0 hardly moves it. Chains that begin anew have z_0 = 0
 * here: on their way to the stationary states they turn at a pace of their own.
 */
#ifndef MDGAN_GAN_LATENT_ANCHOR_H
#define MDGAN_GAN_LATENT_ANCHOR_H

#include "gan/generator.h"

/* Shares of the configured anchor. The residual hardly fluctuates and can be held tightly: with a share of 0.1 an
 * oscillator's pace slips by 0.001 to 0.002 rad per window and held-out scores are 0.8 instead of 0.2; the covariance
 * fluctuates from batch to batch, and held as tightly it would drown what the critics teach (an oscillator's phase then
 * jitters by 0.09 instead of 0.03 rad per window). */
#define LATENT_RESIDUAL_SHARE   0.5
#define LATENT_COVARIANCE_SHARE (1.0 / 64)

typedef struct latent_anchor {
    size_t state;   /* q */
    size_t latent;  /* W */
    size_t n_group; /* of components that share a linear part */
    size_t width;   /* components per group */
    size_t n_gap;   /* 2 q^2 n_group */
    double residual_weight, covariance_weight;
    real *evolve; /* [n_group][q][q] F^J */
    real *turned; /* [n_group][q][q] its transpose */
    float *gap;   /* [n_group][2][q][q] running means, of the residual and of the covariance */
    float *pull;  /* likewise, without the excess */
} latent_anchor;

/* Room for a generator with a linear part. */
mdgan_status latent_anchor_create(latent_anchor *a, const generator *g, mdgan_error *error);
/* Takes the linear start out of the weights @p theta, for chains of @p n_step steps. Errors: MDGAN_MEMORY. */
mdgan_status latent_anchor_aim(latent_anchor *a, const generator *g, const real *theta, size_t n_step,
                               mdgan_error *error);
void latent_anchor_clear(latent_anchor *a);

/* Numbers of work space for n chains. */
size_t latent_anchor_work_size(const latent_anchor *a, size_t n);

/* sums[n_gap] over n chains that went from first[n][W] to last[n][W]. */
void latent_anchor_measure(const latent_anchor *a, size_t n, const real *first, const real *last, double *sums,
                           real *work);

/* Takes in the sums over a whole batch. */
void latent_anchor_update(latent_anchor *a, size_t n_batch, const double *sums);

/* d_last[n][W] = d(loss)/d(last) */
void latent_anchor_gradient(const latent_anchor *a, size_t n, size_t n_batch, const real *first, const real *last,
                            real *d_last);

#endif
