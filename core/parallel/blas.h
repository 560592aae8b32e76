/* SPDX-License-Identifier: BSD-3-Clause */
/* OpenBLAS's own threads, which must stay out of the way of ours. */
#ifndef MDGAN_PARALLEL_BLAS_H
#define MDGAN_PARALLEL_BLAS_H

#include <stddef.h>

/* Makes matrix products run on n threads; returns what to hand to blas_threads_restore(). */
int blas_threads_set(size_t n);
static inline int blas_threads_single(void)
{
    return blas_threads_set(1);
}
void blas_threads_restore(int previous);

#endif
