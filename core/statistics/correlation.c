/* SPDX-License-Identifier: BSD-3-Clause */
#include <mdgan/statistics.h>
#include <stdlib.h>
#include <string.h>

#include "statistics/fft.h"

typedef struct correlation {
    size_t n_lag;
    fft_real fft;     /* long enough that no lag wraps around */
    double *lag;      /* [n_lag] of the entity at hand */
    double *square;   /* [n_frame] |r|^2, displacements only */
    entity_mean mean; /* over entities */
} correlation;

static void correlation_clear(correlation *const c)
{
    fft_real_clear(&c->fft);
    free(c->lag);
    free(c->square);
    entity_mean_clear(&c->mean);
}

static mdgan_status correlation_create(correlation *const c, const mdgan_series *const series, const size_t n_lag,
                                       mdgan_error *const error)
{
    *c = (correlation){.n_lag = n_lag};
    const mdgan_status status = series_check(series, error);
    if (status != MDGAN_OK) {
        return status;
    }
    if (n_lag == 0 || n_lag > series->n_frame) {
        return mdgan_fail(error, MDGAN_INVALID, "%zu lags of a series of %zu frames: give 1 to %zu", n_lag,
                          series->n_frame, series->n_frame);
    }
    if (series->n_frame > (1u << 29)) {
        return mdgan_fail(error, MDGAN_INVALID, "series of %zu frames is too long for one transform: give at most 2^29",
                          series->n_frame);
    }
    c->lag = malloc(n_lag * sizeof *c->lag);
    c->square = malloc(series->n_frame * sizeof *c->square);
    if (!c->lag || !c->square) {
        correlation_clear(c);
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for correlations of %zu lags", n_lag);
    }
    mdgan_status made = fft_real_create(&c->fft, fft_good_size(series->n_frame + n_lag), true, error);
    if (made == MDGAN_OK) {
        made = entity_mean_create(&c->mean, n_lag, error);
    }
    if (made != MDGAN_OK) {
        correlation_clear(c);
    }
    return made;
}

/* c->lag[t] += sum over origins of x(t0) x(t0 + t) / number of origins, with x = c->fft.x[0..n_frame). */
static void add_products(correlation *const c, const size_t n_frame)
{
    fft_real *const fft = &c->fft;
    memset(fft->x + n_frame, 0, (fft->n - n_frame) * sizeof *fft->x);
    fftw_execute(fft->forward);
    for (size_t i = 0; i <= fft->n / 2; i++) {
        fft->y[i][0] = fft->y[i][0] * fft->y[i][0] + fft->y[i][1] * fft->y[i][1];
        fft->y[i][1] = 0;
    }
    fftw_execute(fft->backward);
    for (size_t t = 0; t < c->n_lag; t++) {
        c->lag[t] += fft->x[t] / ((double)fft->n * (double)(n_frame - t));
    }
}

mdgan_status mdgan_autocorrelation(const mdgan_series *const series, const size_t n_lag, double *const acf,
                                   double *const standard_error, mdgan_error *const error)
{
    correlation c;
    const mdgan_status status = correlation_create(&c, series, n_lag, error);
    if (status != MDGAN_OK) {
        return status;
    }
    const size_t n = series->n_frame, d = series->n_component;
    for (size_t e = 0; e < series->n_entity; e++) {
        const float *const value = series->value + e * n * d;
        memset(c.lag, 0, n_lag * sizeof *c.lag);
        for (size_t k = 0; k < d; k++) {
            for (size_t t = 0; t < n; t++) {
                c.fft.x[t] = (double)value[t * d + k];
            }
            add_products(&c, n);
        }
        entity_mean_add(&c.mean, c.lag);
    }
    entity_mean_result(&c.mean, 1 / (double)d, acf, standard_error);
    correlation_clear(&c);
    return MDGAN_OK;
}

/* From c->lag = <r(0).r(t)> and c->square = |r|^2 to <|r(t) - r(0)|^2> = <|r(0)|^2> + <|r(t)|^2> - 2 <r(0).r(t)>,
 * where both averages run over the origins that lag t has. */
static void products_to_displacement(correlation *const c, const size_t n_frame)
{
    double both = 0;
    for (size_t t = 0; t < n_frame; t++) {
        both += 2 * c->square[t];
    }
    for (size_t t = 0; t < c->n_lag; t++) {
        if (t > 0) {
            both -= c->square[t - 1] + c->square[n_frame - t];
        }
        c->lag[t] = both / (double)(n_frame - t) - 2 * c->lag[t];
    }
    c->lag[0] = 0; /* exact, without the rounding of the transform */
}

mdgan_status mdgan_displacement(const mdgan_series *const position, const size_t n_lag, double *const msd,
                                double *const standard_error, mdgan_error *const error)
{
    correlation c;
    const mdgan_status status = correlation_create(&c, position, n_lag, error);
    if (status != MDGAN_OK) {
        return status;
    }
    const size_t n = position->n_frame, d = position->n_component;
    for (size_t e = 0; e < position->n_entity; e++) {
        const float *const value = position->value + e * n * d;
        memset(c.lag, 0, n_lag * sizeof *c.lag);
        memset(c.square, 0, n * sizeof *c.square);
        for (size_t k = 0; k < d; k++) {
            /* Counted from the first frame: far from the origin the difference of squares would lose its digits. */
            for (size_t t = 0; t < n; t++) {
                const double r = (double)value[t * d + k] - (double)value[k];
                c.fft.x[t] = r;
                c.square[t] += r * r;
            }
            add_products(&c, n);
        }
        products_to_displacement(&c, n);
        entity_mean_add(&c.mean, c.lag);
    }
    entity_mean_result(&c.mean, 1, msd, standard_error);
    correlation_clear(&c);
    return MDGAN_OK;
}
