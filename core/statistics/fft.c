/* SPDX-License-Identifier: BSD-3-Clause */
#include "statistics/fft.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* FFTW keeps its planner in global state, so the lock has to be global as well. */
static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

void fft_planner_lock(void)
{
    pthread_mutex_lock(&planner);
}

void fft_planner_unlock(void)
{
    pthread_mutex_unlock(&planner);
}

mdgan_status fft_real_create(fft_real *const fft, const size_t n, const bool backward, mdgan_error *const error)
{
    memset(fft, 0, sizeof *fft);
    fft->n = n;
    fft->x = fftw_alloc_real(n);
    fft->y = fftw_alloc_complex(n / 2 + 1);
    if (fft->x && fft->y) {
        fft_planner_lock();
        /* FFTW_ESTIMATE: measured plans could differ from run to run, and so would the last digits. */
        fft->forward = fftw_plan_dft_r2c_1d((int)n, fft->x, fft->y, FFTW_ESTIMATE | FFTW_PRESERVE_INPUT);
        if (backward) {
            fft->backward = fftw_plan_dft_c2r_1d((int)n, fft->y, fft->x, FFTW_ESTIMATE);
        }
        fft_planner_unlock();
    }
    if (!fft->forward || (backward && !fft->backward)) {
        fft_real_clear(fft);
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for a Fourier transform of %zu points", n);
    }
    return MDGAN_OK;
}

void fft_real_clear(fft_real *const fft)
{
    fft_planner_lock();
    if (fft->forward) {
        fftw_destroy_plan(fft->forward);
    }
    if (fft->backward) {
        fftw_destroy_plan(fft->backward);
    }
    fft_planner_unlock();
    fftw_free(fft->x);
    fftw_free(fft->y);
    memset(fft, 0, sizeof *fft);
}

static bool only_small_factors(size_t n)
{
    static const size_t prime[] = {2, 3, 5, 7};
    for (size_t i = 0; i < sizeof prime / sizeof prime[0]; i++) {
        while (n % prime[i] == 0) {
            n /= prime[i];
        }
    }
    return n == 1;
}

size_t fft_good_size(const size_t n)
{
    size_t good = n + n % 2;
    while (good < 2 || !only_small_factors(good)) {
        good += 2;
    }
    return good;
}

mdgan_status series_check(const mdgan_series *const series, mdgan_error *const error)
{
    if (!series->value || series->n_entity == 0 || series->n_frame == 0 || series->n_component == 0) {
        return mdgan_fail(error, MDGAN_INVALID,
                          "series is empty (%zu entities, %zu frames, %zu components): give at least one of each",
                          series->n_entity, series->n_frame, series->n_component);
    }
    return MDGAN_OK;
}

mdgan_status entity_mean_create(entity_mean *const m, const size_t n_bin, mdgan_error *const error)
{
    *m = (entity_mean){.n_bin = n_bin};
    m->mean = calloc(n_bin, sizeof *m->mean);
    m->squares = calloc(n_bin, sizeof *m->squares);
    if (!m->mean || !m->squares) {
        entity_mean_clear(m);
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for averages of %zu bins", n_bin);
    }
    return MDGAN_OK;
}

void entity_mean_clear(entity_mean *const m)
{
    free(m->mean);
    free(m->squares);
    memset(m, 0, sizeof *m);
}

void entity_mean_add(entity_mean *const m, const double *const value)
{
    m->n_entity++;
    for (size_t i = 0; i < m->n_bin; i++) {
        const double deviation = value[i] - m->mean[i];
        m->mean[i] += deviation / (double)m->n_entity;
        m->squares[i] += deviation * (value[i] - m->mean[i]);
    }
}

void entity_mean_result(const entity_mean *const m, const double factor, double *const value,
                        double *const standard_error)
{
    const double n = (double)m->n_entity;
    for (size_t i = 0; i < m->n_bin; i++) {
        value[i] = factor * m->mean[i];
        if (standard_error) {
            standard_error[i] = m->n_entity > 1 ? factor * sqrt(m->squares[i] / (n - 1) / n) : NAN;
        }
    }
}
