/* SPDX-License-Identifier: BSD-3-Clause */
/* Time, and the middle of several measurements. */
#ifndef MDGAN_BENCH_CLOCK_H
#define MDGAN_BENCH_CLOCK_H

#include <mdgan/train.h>
#include <stddef.h>

/* Times a training from the end of iteration `first` to that of iteration `last`, which is the last but one, so that
 * the scoring at the end is left out. */
typedef struct stopwatch {
    size_t first, last;
    double begin, end;
} stopwatch;

/* The progress function that goes with it, called after every iteration (interval 0). */
bool stopwatch_progress(void *watch, const mdgan_progress *progress);

/* Iterations per second. */
double stopwatch_rate(const stopwatch *watch);

/* Seconds since some moment. */
double clock_now(void);

/* Median of value[n]; NAN if any is not a number. Reorders them. */
double clock_median(size_t n, double *value);

/* Floating-point operations per second, in 10^9, of OpenBLAS's SGEMM on square matrices of @p size rows on @p threads
 * threads: over a few products, so that what else runs on the machine slows it down as it does a training. 0 without
 * memory. */
double clock_sgemm(size_t size, int threads);

#endif
