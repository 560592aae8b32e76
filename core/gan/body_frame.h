/* SPDX-License-Identifier: BSD-3-Clause */
/* Windows made in a molecule's own frame, and turned to where the molecule points.
 *
 * The orientation is part of z: four numbers u, the direction of which is a quaternion. They are normal and evolve as
 * u' = rho u + sqrt(1 - rho^2) r, so that orientations are uniform and turn slowly; within a window u goes straight
 * from one boundary to the next. Only rho is learnt, and only by the linear start (linear/body_axes.h).
 */
#ifndef MDGAN_GAN_BODY_FRAME_H
#define MDGAN_GAN_BODY_FRAME_H

#include "nn/real.h"

enum { BODY_LATENT = 4, BODY_MATRIX = 9 };

/* next[4] of n orientations; z, kick and next are `stride` apart. */
void body_frame_evolve(size_t n, size_t stride, real rho, const real *z, const real *kick, real *next);

/* What is left of a vector that stands still in the frame after some windows, seen from space: <R_0 . R_t> / 3, to
 * first order in 1 - rho. */
double body_frame_vector_left(double rho, double n_window);

/* rotation[n][m][9] at the m frames between orientations `from` and `to`, which are `stride` apart. */
void body_frame_turn(size_t n, size_t m, size_t stride, const real *from, const real *to, real *rotation);

/* y[n][3] = R x, or R^T x; y may be x. */
void body_frame_to_space(size_t n, const real *rotation, const real *x, real *y);
void body_frame_to_body(size_t n, const real *rotation, const real *x, real *y);

#endif
