/* SPDX-License-Identifier: BSD-3-Clause */
/* Burg's autoregressive model of many short records, and its reduction to few states. */
#ifndef MDGAN_LINEAR_BURG_H
#define MDGAN_LINEAR_BURG_H

#include "linear/moments.h"
#include "linear/statespace.h"

typedef struct autoregression {
    size_t order;
    double *a;       /* [order] y_t = sum_i a[i] y_{t-1-i} + e_t */
    double *r;       /* [order + 1] its autocovariance */
    double variance; /* of e */
} autoregression;

/* The order that serves best for records of this length (measured on water, M = 16 to 256). */
size_t burg_order(size_t length);

/* Minimises forward plus backward prediction errors pooled over all records, order by order (Burg 1975); stable by
 * construction, unlike least squares. Works on second moments alone. order < length. */
mdgan_status autoregression_fit(autoregression *ar, const record_moments *m, size_t order, mdgan_error *error);
void autoregression_clear(autoregression *ar);

/* Balanced realisation of an autoregression: states sorted by how much past and future share of them. The last ones,
 * which nobody asks for, are not kept. */
typedef struct balanced {
    size_t order;
    size_t n_state;   /* order, or STATE_MAX if that is less */
    double *a;        /* [n_state][n_state] */
    double *b;        /* [n_state] */
    double *c;        /* [n_state] */
    double deviation; /* of e */
} balanced;

/* Errors: MDGAN_NUMERIC if the autoregression is not stable, MDGAN_MEMORY. */
mdgan_status balanced_create(balanced *b, const autoregression *ar, mdgan_error *error);
void balanced_clear(balanced *b);
/* The first q <= n_state states as a model of its own, unit covariance. Errors: MDGAN_NUMERIC if it is not stable. */
mdgan_status balanced_truncate(const balanced *b, size_t q, statespace *s, mdgan_error *error);

#endif
