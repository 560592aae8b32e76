/* SPDX-License-Identifier: BSD-3-Clause */
/* Time, and the middle of several measurements. */
#ifndef MDGAN_BENCH_CLOCK_H
#define MDGAN_BENCH_CLOCK_H

#include <stddef.h>

/* Seconds since some moment. */
double clock_now(void);

/* Median of value[n]; NAN if any is not a number. Reorders them. */
double clock_median(size_t n, double *value);

/* Floating-point operations per second, in 10^9, of OpenBLAS's SGEMM on square matrices of @p size rows on @p threads
 * threads: the best of a few products. 0 without memory. */
double clock_sgemm(size_t size, int threads);

#endif
