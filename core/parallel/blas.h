/* SPDX-License-Identifier: BSD-3-Clause */
/* OpenBLAS's own threads, which must stay out of the way of ours. */
#ifndef MDGAN_PARALLEL_BLAS_H
#define MDGAN_PARALLEL_BLAS_H

/* Makes matrix products single-threaded; returns what to hand to blas_threads_restore(). */
int blas_threads_single(void);
void blas_threads_restore(int previous);

#endif
