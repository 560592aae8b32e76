/* SPDX-License-Identifier: BSD-3-Clause */
#include "gan/bridge.h"

#include <math.h>
#include <stdlib.h>

#include <mdgan/statistics.h>

#include "gan/sampler.h"

enum {
    WINDOWS = 4,     /* per series */
    SPAN = 2,        /* windows over which rho is measured */
    SLOWEST = 20,    /* longest time constant behind them, in units of that */
    SERIES_MIN = 32, /* and more if they are short */
    SERIES_MAX = 256,
    VALUES = 1 << 24
};

/* Series of all modes: out [n][WINDOWS * M][D] */
static mdgan_status generate(const mdgan_model *const model, const generator *const g, const size_t n, float *const out,
                             mdgan_error *const error)
{
    const sampler_key key = {0, RANDOM_SCORE};
    const size_t m = g->arch.window, d = g->arch.component, length = WINDOWS * m;
    sampler_work work;
    mdgan_status status = sampler_work_create(&work, g, SERIES_MIN, error);
    real *const z = malloc(SERIES_MIN * g->arch.latent * sizeof *z);
    if (status == MDGAN_OK && !z) {
        status = mdgan_fail(error, MDGAN_MEMORY, "no memory for %d latent states", SERIES_MIN);
    }
    if (status == MDGAN_OK) {
        sampler_use(&work, g, model->weight);
    }
    for (size_t first = 0; status == MDGAN_OK && first < n; first += SERIES_MIN) {
        sampler_start(g, key, (uint32_t)first, SERIES_MIN, z, &work);
        for (size_t w = 0; w < WINDOWS; w++) {
            const real *const y = sampler_window(g, key, w, (uint32_t)first, SERIES_MIN, z, &work);
            for (size_t i = 0; i < SERIES_MIN * m * d; i++) {
                out[((first + i / (m * d)) * length + w * m) * d + i % (m * d)] = (float)y[i];
            }
        }
    }
    free(z);
    if (status == MDGAN_OK || work.memory) {
        sampler_work_clear(&work);
    }
    return status;
}

/* The last quarter of what was measured fades out, so that the bridge ends without a step. */
static void fade_out(const bridge *const b, const size_t mode)
{
    for (size_t t = b->n_lag * 3 / 4; t < b->n_lag; t++) {
        const double at = 4 * ((double)t / (double)b->n_lag - 0.75);
        b->decay[t * b->n_mode + mode] *= 0.5 * (1 + cos(M_PI * at));
    }
}

/* A mode that has not relaxed goes on as it does in the second half of what was measured. */
static double tail_rate(const bridge *const b, const size_t mode)
{
    const size_t half = b->n_lag / 2, last = b->n_lag - 1;
    const double middle = b->decay[half * b->n_mode + mode], end = b->decay[last * b->n_mode + mode];
    const double relaxed = 0.05;
    if (!(end > relaxed && middle > end)) {
        return end > relaxed ? 1 / (double)(SLOWEST * b->n_lag) : INFINITY;
    }
    return fmax(log(middle / end) / (double)(last - half), 1 / (double)(SLOWEST * b->n_lag));
}

/* rho of one mode: its three components pooled. one: [n][length][3] work space, acf: [n_lag] */
static mdgan_status measure(bridge *const b, const float *const series, const size_t n, const size_t length,
                            const size_t mode, float *const one, double *const acf, mdgan_error *const error)
{
    for (size_t i = 0; i < n * length; i++) {
        for (size_t k = 0; k < 3; k++) {
            one[3 * i + k] = series[(i * b->n_mode + mode) * 3 + k];
        }
    }
    const mdgan_series view = {one, n, length, 3};
    const mdgan_status status = mdgan_autocorrelation(&view, b->n_lag, acf, NULL, error);
    if (status != MDGAN_OK) {
        return status;
    }
    for (size_t t = 0; t < b->n_lag; t++) {
        b->decay[t * b->n_mode + mode] = acf[0] > 0 ? acf[t] / acf[0] : 0;
    }
    b->rate[mode] = tail_rate(b, mode);
    if (!isfinite(b->rate[mode])) {
        fade_out(b, mode);
    }
    return MDGAN_OK;
}

double bridge_decay(const bridge *const b, const size_t mode, const size_t lag)
{
    if (lag < b->n_lag) {
        return b->decay[lag * b->n_mode + mode];
    }
    const size_t last = b->n_lag - 1;
    return isfinite(b->rate[mode]) ? b->decay[last * b->n_mode + mode] * exp(-b->rate[mode] * (double)(lag - last)) : 0;
}

mdgan_status bridge_create(bridge *const b, const mdgan_model *const model, const generator *const g,
                           mdgan_error *const error)
{
    const size_t m = g->arch.window, d = g->arch.component, length = WINDOWS * m;
    const size_t particles = modes_particles(&model->modes);
    *b = (bridge){0};
    if (particles == 1 || model->feature.kind != MDGAN_POSITION) {
        return MDGAN_OK;
    }
    size_t n = VALUES / (length * d) / SERIES_MIN * SERIES_MIN;
    n = n < SERIES_MIN ? SERIES_MIN : n > SERIES_MAX ? SERIES_MAX : n;
    b->n_lag = SPAN * m;
    b->n_mode = particles;
    b->decay = calloc(b->n_lag * particles, sizeof *b->decay);
    float *const series = malloc(n * length * (d + 3) * sizeof *series), *const one = series + n * length * d;
    double *const acf = malloc(b->n_lag * sizeof *acf);
    mdgan_status status = MDGAN_OK;
    if (!b->decay || !series || !acf) {
        status = mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu series of %zu frames", n, length);
    }
    if (status == MDGAN_OK) {
        status = generate(model, g, n, series, error);
    }
    for (size_t mode = 1; status == MDGAN_OK && mode < particles; mode++) {
        status = measure(b, series, n, length, mode, one, acf, error);
    }
    free(series);
    free(acf);
    if (status != MDGAN_OK) {
        bridge_clear(b);
    }
    return status;
}

void bridge_clear(bridge *const b)
{
    free(b->decay);
    *b = (bridge){0};
}
