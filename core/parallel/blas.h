/* SPDX-License-Identifier: BSD-3-Clause */
/* OpenBLAS's own threads, which must stay out of the way of ours, and whose number would change the rounding. */
#ifndef MDGAN_PARALLEL_BLAS_H
#define MDGAN_PARALLEL_BLAS_H

/* Makes matrix products of the whole process run on one thread until blas_threads_restore(). Calls nest, from any
 * threads; each needs its restore. */
void blas_threads_single(void);
void blas_threads_restore(void);

#endif
