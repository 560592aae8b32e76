/* SPDX-License-Identifier: BSD-3-Clause */
#include "parallel/blas.h"

#include <pthread.h>
#include <stddef.h>

#include <cblas.h>

/* OpenBLAS has one number of threads per process, and trainings may run beside each other: whoever comes first makes it
 * one, whoever leaves last puts it back. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static size_t n_user;
static int before;

void blas_threads_single(void)
{
    pthread_mutex_lock(&lock);
    if (n_user++ == 0) {
        before = openblas_get_num_threads();
        openblas_set_num_threads(1);
    }
    pthread_mutex_unlock(&lock);
}

void blas_threads_restore(void)
{
    pthread_mutex_lock(&lock);
    if (--n_user == 0) {
        openblas_set_num_threads(before);
    }
    pthread_mutex_unlock(&lock);
}
