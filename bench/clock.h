/* SPDX-License-Identifier: BSD-3-Clause */
/* Time, the middle of several measurements, and what is timed. */
#ifndef MDGAN_BENCH_CLOCK_H
#define MDGAN_BENCH_CLOCK_H

#include <mdgan/train.h>
#include <stddef.h>

/* Seconds since some moment. */
double clock_now(void);

/* Median of value[n]; NAN if any is not a number. Reorders them. */
double clock_median(size_t n, double *value);

/* A turn of a training that others take turns with, so that a machine's moods meet all of them: one iteration to warm
 * up, then @p iterations that are timed. The training must have more than these left, and is not scored in between.
 * rate: iterations per second. Collective. */
mdgan_status clock_training(mdgan_trainer *trainer, size_t iterations, double *rate, mdgan_error *error);

/* Iterations of a training that is clocked: more than all turns take, and never scored. */
enum { CLOCK_ITERATIONS = 1000000000 };

/* Writes the training's model, checkpoint included. */
mdgan_status clock_save(const mdgan_trainer *trainer, const char *path, mdgan_error *error);

/* Square matrices to multiply: a, b and their product, [size][size] each. */
typedef struct squares {
    size_t size;
    float *a;
} squares;

mdgan_status squares_create(squares *s, size_t size, mdgan_error *error);
void squares_clear(squares *s);

/* Floating-point operations per second, in 10^9, of OpenBLAS's SGEMM on as many threads: over one product for each. */
double clock_sgemm(const squares *s, size_t threads);

#endif
