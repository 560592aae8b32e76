/* SPDX-License-Identifier: BSD-3-Clause */
/* What is measured on a series beyond mdgan/statistics.h. Frame 0 is the first of a window of M frames. */
#ifndef MDGAN_BENCH_METRICS_H
#define MDGAN_BENCH_METRICS_H

#include <mdgan/statistics.h>

/* Periodogram of all pieces of @p length frames among the first @p n_frame, without a taper or overlap, mean over
 * pieces, entities and components, unit sum over the non-negative frequencies. @p power: [length/2 + 1]. Errors:
 * MDGAN_INVALID (length is odd or above n_frame, or that above the series), MDGAN_MEMORY. */
mdgan_status metric_periodogram(const mdgan_series *s, size_t n_frame, size_t length, double *power,
                                mdgan_error *error);

/* Its expectation for amplitude * sin(omega t + phase) + white noise, with phases that are uniform on the circle. */
void metric_periodogram_expected(double amplitude, double omega, double deviation, size_t length, double *power);

/* Mean of the squared differences. */
double metric_mse(const double *a, const double *b, size_t n);

/* Windows of scalars as sines of known frequency: a least-squares fit of sine and cosine to each. */
typedef struct metric_sine {
    double amplitude_mean, amplitude_sd;
    double drift;  /* mean turn of the phase from window to window, beyond omega M, rad */
    double jitter; /* standard deviation of that turn, rad */
    double noise;  /* standard deviation of the residuals */
} metric_sine;

/* Errors: MDGAN_INVALID (fewer than two windows), MDGAN_MEMORY. */
mdgan_status metric_sine_fit(const mdgan_series *s, size_t window, double omega, metric_sine *result,
                             mdgan_error *error);

/* How far sines run away from a perfect clock: root mean square, over series, of the phase's turn since the first
 * window beyond omega M per window. @p rms: [n], after 1, ..., n windows, rad. Errors: MDGAN_INVALID (fewer than n + 1
 * windows), MDGAN_MEMORY. */
mdgan_status metric_phase_error(const mdgan_series *s, size_t window, double omega, size_t n, double *rms,
                                mdgan_error *error);

/* Lines at a regular distance, as joins of windows leave: power in the three bins at @p origin + k @p spacing, over the
 * mean of the bins around them; mean over all k (of either sign, not 0) whose bins are at @p first or above, and more
 * than half of @p spacing away from bin @p avoid. 1 if there are none; NAN if no line lies there. */
double metric_comb(const double *power, size_t n_bin, double origin, double spacing, size_t first, double avoid);

/* Energy in blocks of frames: |v|^2, mean over @p block frames, per entity. */
enum { METRIC_ENERGY_LAGS = 17 };
typedef struct metric_energy {
    double variance;                /* over the square of the mean */
    double acf[METRIC_ENERGY_LAGS]; /* autocorrelation at 0, 1, ... blocks */
} metric_energy;

/* Errors: MDGAN_INVALID (fewer than 18 blocks), MDGAN_MEMORY. */
mdgan_status metric_block_energy(const mdgan_series *s, size_t block, metric_energy *result, mdgan_error *error);

/* Differences of successive frames across the joins of windows, over those inside. */
typedef struct metric_join {
    double rms, kurtosis;
} metric_join;

metric_join metric_join_of(const mdgan_series *s, size_t window);

/* |v| of frames spread over the series, at most @p most of them, sorted. *@p n: how many. NULL without memory. */
double *metric_speeds(const mdgan_series *s, size_t most, size_t *n);

/* Largest difference of the cumulative distributions of two sorted samples. */
double metric_kolmogorov(const double *a, size_t n_a, const double *b, size_t n_b);

/* Slope of the least-squares line through log value against log lag, lags first .. last. */
double metric_log_slope(const double *value, size_t first, size_t last);

/* Slope of the line through value against lag. */
double metric_slope(const double *value, size_t first, size_t last);

#endif
