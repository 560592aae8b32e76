/* SPDX-License-Identifier: BSD-3-Clause */
/* Scalar linear Gaussian state-space models:  s' = A s + B w,  y = C s + D w,  w standard normal, and their window
 * form. Stored in coordinates in which s has unit covariance, so that A A^T + B B^T = I. */
#ifndef MDGAN_LINEAR_STATESPACE_H
#define MDGAN_LINEAR_STATESPACE_H

#include <stdbool.h>
#include <stddef.h>

#include <mdgan/status.h>

enum { STATE_MAX = 64 }; /* more than any candidate has */

typedef struct statespace {
    size_t q;  /* states */
    size_t m;  /* noise sources */
    double *a; /* [q][q] */
    double *b; /* [q][m] */
    double *c; /* [q] */
    double *d; /* [m] */
} statespace;

mdgan_status statespace_create(statespace *s, size_t q, size_t m, mdgan_error *error);
void statespace_clear(statespace *s);

/* Stationary covariance P = A P A^T + B B^T by doubling; false if A is not stable. p: [q][q]. */
bool lyapunov(size_t q, const double *a, const double *bbt, double *p);

/* Changes coordinates to unit stationary covariance; states that never move are kept out by a relative floor.
 * Errors: MDGAN_NUMERIC (not stable). */
mdgan_status statespace_normalise(statespace *s, mdgan_error *error);

/* Autocovariance of y at lags 0..n-1, from unit-covariance coordinates. */
void statespace_autocovariance(const statespace *s, size_t n, double *r);

/* One window of M frames given the states s before and s' after it:
 *   s' = evolve s + kick r,   y = from s + to s' + noise e,   r, e standard normal.
 * noise is the symmetric square root of the conditional covariance, so that e_t acts around frame t. */
typedef struct window_form {
    double *evolve; /* [q][q] */
    double *kick;   /* [q][q] */
    double *from;   /* [M][q] */
    double *to;     /* [M][q] */
    double *noise;  /* [M][M] */
} window_form;

mdgan_status window_form_create(window_form *w, const statespace *s, size_t window, mdgan_error *error);
void window_form_clear(window_form *w);

#endif
