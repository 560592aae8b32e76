/* SPDX-License-Identifier: BSD-3-Clause */
#include "clock.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

double clock_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

bool stopwatch_progress(void *const watch, const mdgan_progress *const progress)
{
    stopwatch *const w = watch;
    if (progress->iteration == w->first) {
        w->begin = clock_now();
    }
    if (progress->iteration == w->last) {
        w->end = clock_now();
    }
    return true;
}

double stopwatch_rate(const stopwatch *const watch)
{
    return (double)(watch->last - watch->first) / (watch->end - watch->begin);
}

static int by_value(const void *const a, const void *const b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double clock_median(const size_t n, double *const value)
{
    for (size_t i = 0; i < n; i++) {
        if (isnan(value[i])) {
            return NAN;
        }
    }
    qsort(value, n, sizeof *value, by_value);
    return (value[(n - 1) / 2] + value[n / 2]) / 2;
}

double clock_sgemm(const size_t size, const int threads)
{
    enum { ROUNDS = 5 };
    const int n = (int)size, before = openblas_get_num_threads();
    float *const a = malloc(3 * size * size * sizeof *a);
    double begin = 0;
    if (!a) {
        return 0;
    }
    for (size_t i = 0; i < 3 * size * size; i++) {
        a[i] = (float)(i % 17) / 16;
    }
    openblas_set_num_threads(threads);
    for (int round = -1; round < ROUNDS; round++) { /* the first one touches memory and wakes threads */
        begin = round == 0 ? clock_now() : begin;
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, a, n, a + size * size, n, 0,
                    a + 2 * size * size, n);
    }
    const double seconds = (clock_now() - begin) / ROUNDS;
    openblas_set_num_threads(before);
    free(a);
    return 2e-9 * (double)size * (double)size * (double)size / seconds;
}
