/* SPDX-License-Identifier: BSD-3-Clause */
/* Fourier transforms of complex rows in the networks' number type. Two real rows go as one complex row, in half the
 * time of two real transforms. */
#ifndef MDGAN_NN_FOURIER_H
#define MDGAN_NN_FOURIER_H

#include <mdgan/status.h>

#include "nn/real.h"

enum { FOURIER_ALIGNMENT = 16 }; /* bytes: where rows may begin; three times as fast as anywhere */

/* Real numbers from one complex row of n to the next, so that all are aligned. */
static inline size_t fourier_stride(const size_t n)
{
    return (2 * n + 15) / 16 * 16;
}

/* Plans for rows of n complex numbers; read only while transforming, so threads may share them. */
typedef struct fourier {
    size_t n;
    void *forward, *backward;
} fourier;

/* MDGAN_MEMORY if there is no room; the struct is then zeroed. */
mdgan_status fourier_create(fourier *f, size_t n, mdgan_error *error);
void fourier_clear(fourier *f);

/* y_k = sum_t x_t exp(-2 pi i k t / n). x and y: [n][2], real and imaginary part; x is kept. */
void fourier_forward(const fourier *f, const real *x, real *y);

/* x_t = sum_k y_k exp(2 pi i k t / n). y is kept. */
void fourier_backward(const fourier *f, const real *y, real *x);

#endif
