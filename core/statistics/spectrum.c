/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <mdgan/statistics.h>
#include <stdlib.h>
#include <string.h>

#include "statistics/fft.h"
#include "statistics/taper.h"

/* How a series is cut: segments of `length` frames, `hop` apart, windowed by `taper` and padded to `fft.n`. */
typedef struct welch {
    size_t length, hop, n_segment;
    double *taper; /* [length] Hann */
    double weight; /* squares of it in all segments */
    double *power; /* [fft.n/2 + 1] of the entity at hand */
    fft_real fft;
} welch;

static void welch_clear(welch *const w)
{
    free(w->taper);
    free(w->power);
    fft_real_clear(&w->fft);
}

static mdgan_status welch_create(welch *const w, const size_t n_frame, const size_t segment, mdgan_error *const error)
{
    *w = (welch){.length = n_frame < segment ? n_frame : segment, .hop = segment / 2, .n_segment = 1};
    if (n_frame > segment) {
        w->n_segment = 1 + (n_frame - segment) / w->hop;
    }
    w->taper = malloc(w->length * sizeof *w->taper);
    w->power = malloc((segment / 2 + 1) * sizeof *w->power);
    if (!w->taper || !w->power) {
        welch_clear(w);
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for a spectrum of %zu-frame segments", segment);
    }
    for (size_t t = 0; t < w->length; t++) {
        w->taper[t] = hann(t, w->length);
        w->weight += w->taper[t] * w->taper[t] * (double)w->n_segment;
    }
    const mdgan_status status = fft_real_create(&w->fft, segment, false, error);
    if (status != MDGAN_OK) {
        welch_clear(w);
    }
    return status;
}

/* w->power: density of one entity's [n_frame][n_component], the mean over its segments and components. */
static void welch_entity(welch *const w, const float *const value, const size_t n_component)
{
    memset(w->power, 0, (w->fft.n / 2 + 1) * sizeof *w->power);
    memset(w->fft.x, 0, w->fft.n * sizeof *w->fft.x);
    for (size_t s = 0; s < w->n_segment; s++) {
        const float *const start = value + s * w->hop * n_component;
        for (size_t c = 0; c < n_component; c++) {
            for (size_t t = 0; t < w->length; t++) {
                w->fft.x[t] = w->taper[t] * (double)start[t * n_component + c];
            }
            fftw_execute(w->fft.forward);
            for (size_t i = 0; i <= w->fft.n / 2; i++) {
                w->power[i] += w->fft.y[i][0] * w->fft.y[i][0] + w->fft.y[i][1] * w->fft.y[i][1];
            }
        }
    }
    for (size_t i = 0; i <= w->fft.n / 2; i++) {
        w->power[i] /= w->weight * (double)n_component;
    }
}

struct mdgan_spectrum_pool {
    size_t segment;
    entity_mean mean;
};

static mdgan_status normalise(const entity_mean *const mean, double *const power, double *const standard_error,
                              mdgan_error *const error)
{
    double sum = 0;
    for (size_t i = 0; i < mean->n_bin; i++) {
        sum += mean->mean[i];
    }
    if (!isfinite(sum)) {
        return mdgan_fail(error, MDGAN_DATA, "series holds values that are not finite: look for a crashed simulation");
    }
    if (sum <= 0) {
        return mdgan_fail(error, MDGAN_DATA, "series is zero everywhere: a spectrum needs values that change");
    }
    entity_mean_result(mean, 1 / sum, power, standard_error);
    return MDGAN_OK;
}

mdgan_status mdgan_spectrum_pool_create(mdgan_spectrum_pool **const pool, const size_t segment,
                                        mdgan_error *const error)
{
    if (segment < 4 || segment % 2 || segment > (1u << 30)) {
        return mdgan_fail(error, MDGAN_INVALID, "segment of %zu frames: give an even number from 4 to 2^30", segment);
    }
    mdgan_spectrum_pool *const p = calloc(1, sizeof *p);
    if (!p) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for a spectrum of %zu-frame segments", segment);
    }
    p->segment = segment;
    const mdgan_status status = entity_mean_create(&p->mean, segment / 2 + 1, error);
    if (status != MDGAN_OK) {
        free(p);
        return status;
    }
    *pool = p;
    return MDGAN_OK;
}

void mdgan_spectrum_pool_destroy(mdgan_spectrum_pool *const pool)
{
    if (pool) {
        entity_mean_clear(&pool->mean);
        free(pool);
    }
}

mdgan_status mdgan_spectrum_pool_add(mdgan_spectrum_pool *const pool, const mdgan_series *const series,
                                     mdgan_error *const error)
{
    welch w;
    mdgan_status status = series_check(series, error);
    if (status == MDGAN_OK) {
        status = welch_create(&w, series->n_frame, pool->segment, error);
    }
    if (status != MDGAN_OK) {
        return status;
    }
    for (size_t e = 0; e < series->n_entity; e++) {
        welch_entity(&w, series->value + e * series->n_frame * series->n_component, series->n_component);
        entity_mean_add(&pool->mean, w.power);
    }
    welch_clear(&w);
    return MDGAN_OK;
}

mdgan_status mdgan_spectrum_pool_result(const mdgan_spectrum_pool *const pool, double *const power,
                                        double *const standard_error, mdgan_error *const error)
{
    return normalise(&pool->mean, power, standard_error, error);
}

mdgan_status mdgan_spectrum(const mdgan_series *const series, const size_t segment, double *const power,
                            double *const standard_error, mdgan_error *const error)
{
    mdgan_spectrum_pool *pool = NULL;
    mdgan_status status = mdgan_spectrum_pool_create(&pool, segment, error);
    if (status == MDGAN_OK) {
        status = mdgan_spectrum_pool_add(pool, series, error);
    }
    if (status == MDGAN_OK) {
        status = mdgan_spectrum_pool_result(pool, power, standard_error, error);
    }
    mdgan_spectrum_pool_destroy(pool);
    return status;
}
