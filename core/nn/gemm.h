/* SPDX-License-Identifier: BSD-3-Clause */
/* Matrix products of the networks' layers: many rows, few columns, both small. OpenBLAS copies both factors and clears
 * the result before it multiplies, which costs a third of the time at these sizes (bench/results); here both are
 * read where they lie and biases and activations are applied while the result is in registers. Sums run over k in
 * order, so that every processor with fused multiply-add gives the same bits. */
#ifndef MDGAN_NN_GEMM_H
#define MDGAN_NN_GEMM_H

#include <stdbool.h>

#include "nn/real.h"

#define LEAKY_SLOPE ((real)0.2)

/* What happens to the result c[m][n] before it is stored. */
typedef struct gemm_finish {
    const real *bias; /* [n] is added to every row; NULL: nothing */
    bool leaky;       /* then LeakyReLU */
    const real *side; /* then LeakyReLU's slope at these outputs [m][n], rows as far apart as those of c; NULL: 1 */
} gemm_finish;

/* c[m][n] (+)= a[m][k] b[k][n]; rows of a, b and c lda, ldb and ldc apart; `add`: to what is in c. finish: NULL = as it
 * is. */
void gemm_nn(size_t m, size_t n, size_t k, const real *a, size_t lda, const real *b, size_t ldb, bool add, real *c,
             size_t ldc, const gemm_finish *finish);

/* c[m][n] (+)= a[k][m]^T b[k][n]. */
void gemm_tn(size_t m, size_t n, size_t k, const real *a, size_t lda, const real *b, size_t ldb, bool add, real *c,
             size_t ldc, const gemm_finish *finish);

/* to[rows][columns] = from[columns][rows]^T. */
void gemm_transpose(size_t rows, size_t columns, const real *from, size_t ld_from, real *to, size_t ld_to);

#endif
