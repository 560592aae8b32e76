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

/* When a turn's timed iterations begin and end. */
typedef struct turn {
    size_t iterations, done;
    double begin, end;
} turn;

static bool turn_progress(void *const context, const mdgan_progress *const progress)
{
    (void)progress;
    turn *const t = context;
    const bool last = t->done == t->iterations;
    if (t->done == 0) {
        t->begin = clock_now();
    }
    if (last) {
        t->end = clock_now();
    }
    t->done++;
    return !last;
}

mdgan_status clock_training(mdgan_trainer *const trainer, const size_t iterations, double *const rate,
                            mdgan_error *const error)
{
    turn t = {.iterations = iterations};
    const mdgan_status status = mdgan_trainer_run(trainer, turn_progress, &t, 0, error);
    if (status == MDGAN_OK) {
        return mdgan_fail(error, MDGAN_STATE, "the training ended within its turn of %zu iterations", iterations);
    }
    *rate = (double)iterations / (t.end - t.begin);
    return status == MDGAN_CANCELLED ? MDGAN_OK : status;
}

mdgan_status clock_save(const mdgan_trainer *const trainer, const char *const path, mdgan_error *const error)
{
    mdgan_model *model = NULL;
    mdgan_status status = mdgan_trainer_model(trainer, true, &model, error);
    if (status == MDGAN_OK) {
        status = mdgan_model_save(model, path, error);
    }
    mdgan_model_destroy(model);
    return status;
}

mdgan_status squares_create(squares *const s, const size_t size, mdgan_error *const error)
{
    *s = (squares){size, calloc(3 * size * size, sizeof(float))};
    if (!s->a) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for matrices of %zu rows", size);
    }
    for (size_t i = 0; i < 3 * size * size; i++) {
        s->a[i] = (float)(i % 17) / 16;
    }
    return MDGAN_OK;
}

void squares_clear(squares *const s)
{
    free(s->a);
    *s = (squares){0};
}

double clock_sgemm(const squares *const s, const size_t threads)
{
    const int n = (int)s->size, before = openblas_get_num_threads();
    const size_t square = s->size * s->size;
    openblas_set_num_threads((int)threads);
    const double begin = clock_now();
    for (size_t i = 0; i < threads; i++) {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, s->a, n, s->a + square, n, 0,
                    s->a + 2 * square, n);
    }
    const double seconds = clock_now() - begin;
    openblas_set_num_threads(before);
    if (threads > 1) { /* OpenBLAS's threads look for more work for a while */
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    }
    return 2e-9 * (double)square * (double)s->size * (double)threads / seconds;
}
