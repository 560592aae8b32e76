/* SPDX-License-Identifier: BSD-3-Clause */
/* Real transforms of one length, and sums over entities: what spectra and correlations share. */
#ifndef MDGAN_STATISTICS_FFT_H
#define MDGAN_STATISTICS_FFT_H

#include <fftw3.h>
#include <mdgan/statistics.h>
#include <stdbool.h>
#include <stddef.h>

/* FFTW's planner is not thread-safe: planning and destroying plans happens between these two. */
void fft_planner_lock(void);
void fft_planner_unlock(void);

/* Buffers and plans for real transforms of length n. Not normalised: backward(forward(x)) = n x.
 * Planning is serialised inside mdgan (FFTW's planner is not thread-safe), which has a copy of FFTW to itself
 * (cmake/MdganDependencies.cmake); executing needs no lock. */
typedef struct fft_real {
    size_t n;           /* even */
    double *x;          /* [n] */
    fftw_complex *y;    /* [n/2 + 1] */
    fftw_plan forward;  /* x -> y, keeps x */
    fftw_plan backward; /* y -> x, destroys y; NULL unless asked for */
} fft_real;

/* MDGAN_MEMORY if there is no room; the struct is then zeroed. */
mdgan_status fft_real_create(fft_real *fft, size_t n, bool backward, mdgan_error *error);
void fft_real_clear(fft_real *fft);

/* Smallest even number >= n without prime factors above 7. */
size_t fft_good_size(size_t n);

/* Fails unless the series has entities, frames and components. */
mdgan_status series_check(const mdgan_series *series, mdgan_error *error);

/* Mean and standard error over entities, one entity at a time, in two running sums per bin. */
typedef struct entity_mean {
    size_t n_bin, n_entity;
    double *mean;    /* [n_bin] */
    double *squares; /* [n_bin] sum of squared deviations from the mean (Welford) */
} entity_mean;

mdgan_status entity_mean_create(entity_mean *m, size_t n_bin, mdgan_error *error);
void entity_mean_clear(entity_mean *m);
void entity_mean_add(entity_mean *m, const double *value);
/* value, standard_error: [n_bin], times factor; standard_error may be NULL and is NaN for a single entity. */
void entity_mean_result(const entity_mean *m, double factor, double *value, double *standard_error);

#endif
