/* SPDX-License-Identifier: BSD-3-Clause */
/* The number type of the networks. The same sources are compiled for float (the product) and, with MDGAN_REAL_DOUBLE,
 * for double (finite-difference tests). */
#ifndef MDGAN_NN_REAL_H
#define MDGAN_NN_REAL_H

#include <stddef.h>

#ifdef MDGAN_REAL_DOUBLE
typedef double real;
#define REAL_SQRT sqrt
#else
typedef float real;
#define REAL_SQRT sqrtf
#endif

/* Clones of a loop for wider vector units, picked when the program starts. Sanitizers run before the pick can. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&               \
    !defined(__SANITIZE_THREAD__) && !defined(MDGAN_NO_CLONES)
#if __GNUC__ >= 12 /* names that do not ask for a certain maker */
#define VECTOR_CLONES __attribute__((target_clones("default", "avx2", "arch=x86-64-v4")))
#else
#define VECTOR_CLONES __attribute__((target_clones("default", "avx2", "arch=skylake-avx512")))
#endif
#else
#define VECTOR_CLONES
#endif

/* y[n] += x[n]. */
static inline void add_to(const size_t n, const real *restrict x, real *restrict y)
{
    for (size_t i = 0; i < n; i++) {
        y[i] += x[i];
    }
}

#endif
