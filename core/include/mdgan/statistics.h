/* SPDX-License-Identifier: BSD-3-Clause */
/** @file
 * What simulators measure on a series: spectra, correlations, displacements, moments.
 *
 * All inputs are [n_entity][n_frame][n_component] floats; results are doubles, averaged over entities and components.
 * A standard error over entities is NaN for a single entity. Calls are thread-safe (FFTW planning is serialised).
 * After an error the results are undefined. "Empty" below: no entities, frames or components.
 */
#ifndef MDGAN_STATISTICS_H
#define MDGAN_STATISTICS_H

#include <stddef.h>

#include <mdgan/dataset.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A series as the functions here see it; borrowed. */
typedef struct mdgan_series {
    const float *value; /**< [n_entity][n_frame][n_component] */
    size_t n_entity;
    size_t n_frame;
    size_t n_component;
} mdgan_series;

/** Welch power spectrum, Hann segments with half overlap; mean over segments, entities and components; normalised to
 * unit sum over the non-negative frequencies. For velocities this is the VDOS (Wiener-Khinchin).
 * @p power: [segment/2 + 1], bin i at frequency i / (segment * dt). @p standard_error: same shape, over entities, or
 * NULL. If the series is shorter than @p segment the whole series is one segment, zero-padded (interpolated bins).
 * Errors: MDGAN_INVALID (empty; segment odd, < 4 or > 2^30), MDGAN_DATA (all zero, not finite), MDGAN_MEMORY. */
mdgan_status mdgan_spectrum(const mdgan_series *series, size_t segment, double *power, double *standard_error,
                            mdgan_error *error);

/** The same of several series together, whatever their lengths: every entity of each counts alike, with its power
 * density. create, add one by one, result (as often as wanted), destroy; *@p pool is unchanged after an error.
 * Errors: those of mdgan_spectrum(). */
typedef struct mdgan_spectrum_pool mdgan_spectrum_pool;
mdgan_status mdgan_spectrum_pool_create(mdgan_spectrum_pool **pool, size_t segment, mdgan_error *error);
mdgan_status mdgan_spectrum_pool_add(mdgan_spectrum_pool *pool, const mdgan_series *series, mdgan_error *error);
mdgan_status mdgan_spectrum_pool_result(const mdgan_spectrum_pool *pool, double *power, double *standard_error,
                                        mdgan_error *error);
void mdgan_spectrum_pool_destroy(mdgan_spectrum_pool *pool);

/** Autocorrelation <v(0).v(t)> / n_component, unbiased, FFT based; the mean is not taken off. @p acf: [n_lag], lag i at
 * time i * dt, in the square of the values' unit; n_lag <= n_frame. @p standard_error: [n_lag] over entities, or NULL.
 * Errors: MDGAN_INVALID (empty; n_lag 0 or > n_frame; n_frame > 2^29), MDGAN_MEMORY. */
mdgan_status mdgan_autocorrelation(const mdgan_series *series, size_t n_lag, double *acf, double *standard_error,
                                   mdgan_error *error);

/** Mean squared displacement <|r(t) - r(0)|^2> over all time origins (FFT algorithm), summed over components, of
 * positions. @p msd: [n_lag], lag i at time i * dt, in the square of the positions' unit; n_lag <= n_frame.
 * @p standard_error: [n_lag] over entities, or NULL.
 * Errors: MDGAN_INVALID (empty; n_lag 0 or > n_frame; n_frame > 2^29), MDGAN_MEMORY. */
mdgan_status mdgan_displacement(const mdgan_series *position, size_t n_lag, double *msd, double *standard_error,
                                mdgan_error *error);

/** Diffusion coefficient of positions: slope of the least-squares line through the mean squared displacement at the
 * lags
 * @p first .. @p last (frames), over 2 n_component; mean and standard error over entities (chains, molecules), in the
 * square of the positions' unit per unit of @p dt, the time between two frames (Einstein's relation; the lags should
 * lie where the displacement has become linear). Errors: MDGAN_INVALID (empty; lags), MDGAN_MEMORY. */
mdgan_status mdgan_diffusion(const mdgan_series *position, size_t first, size_t last, double dt, double *diffusion,
                             double *standard_error, mdgan_error *error);

/** Marginal moments over all values. */
typedef struct mdgan_moments {
    double mean, variance, skewness, kurtosis; /**< kurtosis of a Gaussian is 3 */
} mdgan_moments;
mdgan_moments mdgan_moments_of(const mdgan_series *series);

enum { MDGAN_ISOTROPY_REMARK_LENGTH = 256 };

/** What is to be said before data of an isotropic feature are learned: that x, y and z differ, or that there is a mean,
 * by more than five standard errors over the entities and by more than a tenth. Positions are judged by their
 * displacements, from frame to frame and over all frames. Else, for other features and for fewer than 10 entities, the
 * text is empty. Errors: MDGAN_MEMORY. */
mdgan_status mdgan_isotropy_remark(const mdgan_dataset *data, char text[MDGAN_ISOTROPY_REMARK_LENGTH],
                                   mdgan_error *error);

enum { MDGAN_WRAPPING_REMARK_LENGTH = 256 };

/** What is to be said of positions that move more than half the box, along one of its edges, from a frame to the next:
 * they seem to be wrapped into it. Else, for other features and without a box, the text is empty. */
void mdgan_wrapping_remark(const mdgan_dataset *data, char text[MDGAN_WRAPPING_REMARK_LENGTH]);

enum { MDGAN_ROUNDING_REMARK_LENGTH = 320 };

/** What is to be said of positions so far from the origin that more than a hundredth of their mean square way from a
 * frame to the next is rounding to single precision. Else, and for other features, the text is empty. */
void mdgan_rounding_remark(const mdgan_dataset *data, char text[MDGAN_ROUNDING_REMARK_LENGTH]);

/** Position of the highest local maximum of @p power within bins [first, last], refined by a parabola through three
 * bins smoothed by a triangle of @p half_width bins; in bins; -1 if there is none. */
double mdgan_peak(const double *power, size_t n_bin, size_t first, size_t last, size_t half_width);

/** ||a - b|| / ||b|| over @p n values. */
double mdgan_relative_l2(const double *a, const double *b, size_t n);

#ifdef __cplusplus
}
#endif
#endif
