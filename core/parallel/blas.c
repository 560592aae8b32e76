/* SPDX-License-Identifier: BSD-3-Clause */
#include "parallel/blas.h"

#include <cblas.h>

int blas_threads_set(const size_t n)
{
    const int previous = openblas_get_num_threads();
    openblas_set_num_threads((int)n);
    return previous;
}

void blas_threads_restore(const int previous)
{
    openblas_set_num_threads(previous);
}
