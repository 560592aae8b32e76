/* SPDX-License-Identifier: BSD-3-Clause */
#include "gan/anchor.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "statistics/expected.h"
#include "statistics/taper.h"

void anchor_clear(anchor *const a)
{
    fourier_clear(&a->transform);
    free(a->taper);
    free(a->target);
    free(a->gap);
    *a = (anchor){0};
}

mdgan_status anchor_create(anchor *const a, const size_t window, const size_t n_window, const size_t n_component,
                           const double *const autocovariance, const double weight, mdgan_error *const error)
{
    const size_t record = window * n_window, n_bin = record / 2 + 1, n_gap = n_bin + window * n_component;
    *a = (anchor){.record = record,
                  .n_component = n_component,
                  .n_bin = n_bin,
                  .window = window,
                  .n_gap = n_gap,
                  .weight = weight,
                  .mean_weight = weight};
    a->taper = malloc((record + n_bin) * sizeof *a->taper);
    a->target = calloc(n_bin, sizeof *a->target);
    a->gap = calloc(n_gap, sizeof *a->gap);
    if (!a->taper || !a->target || !a->gap) {
        anchor_clear(a);
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for spectra of %zu frames", record);
    }
    a->price = a->taper + record;
    memset(a->price, 0, n_bin * sizeof *a->price);
    for (size_t t = 0; t < record; t++) {
        a->taper[t] = (real)(hann_unit(t, record) / sqrt((double)record));
    }
    mdgan_status status = expected_periodogram(record, autocovariance, a->target, error);
    if (status == MDGAN_OK) {
        status = fourier_create(&a->transform, record, error);
    }
    if (status != MDGAN_OK) {
        anchor_clear(a);
    }
    return status;
}

/* A row of T values, which a spectrum has room for, and the spectra of all D rows of every sample. */
size_t anchor_work_size(const anchor *const a, const size_t n)
{
    return (1 + n * a->n_component) * fourier_stride(a->record);
}

/* One component of a sample, tapered. */
static void taper_row(const anchor *const a, const real *const x, real *const row)
{
    for (size_t t = 0; t < a->record; t++) {
        row[t] = a->taper[t] * x[t * a->n_component];
    }
}

static VECTOR_CLONES void add_powers(const size_t n_bin, const real *restrict spectrum, double *restrict sums)
{
    for (size_t k = 0; k < n_bin; k++) {
        sums[k] += (double)(spectrum[2 * k] * spectrum[2 * k] + spectrum[2 * k + 1] * spectrum[2 * k + 1]);
    }
}

/* Every window adds to the sum of each of its places. */
static VECTOR_CLONES void add_places(const size_t n_window, const size_t place, const real *restrict x,
                                     double *restrict sums)
{
    for (size_t i = 0; i < n_window; i++, x += place) {
        for (size_t j = 0; j < place; j++) {
            sums[j] += (double)x[j];
        }
    }
}

void anchor_measure(const anchor *const a, const size_t n, const real *const x, double *const sums, real *const work)
{
    const size_t d = a->n_component;
    real *const row = work, *spectrum = work + fourier_stride(a->record);
    memset(sums, 0, a->n_gap * sizeof *sums);
    for (size_t i = 0; i < n * d; i++, spectrum += fourier_stride(a->record)) {
        taper_row(a, x + i / d * a->record * d + i % d, row);
        fourier_forward(&a->transform, row, spectrum);
        add_powers(a->n_bin, spectrum, sums);
    }
    add_places(n * a->record / a->window, a->window * d, x, sums + a->n_bin);
}

void anchor_update(anchor *const a, const size_t n_batch, const double *const sums)
{
    const size_t n_window = n_batch * (a->record / a->window);
    double highest = 0;
    for (size_t k = 0; k < a->n_gap; k++) {
        const bool is_power = k < a->n_bin;
        const double mean = sums[k] / (double)(is_power ? n_batch * a->n_component : n_window);
        const double target = is_power ? a->target[k] : 0;
        a->gap[k] += (float)((1 - ANCHOR_MEMORY) * (mean - target - a->gap[k]));
        highest = fmax(highest, target);
    }
    for (size_t k = 0; k < a->n_bin; k++) {
        const double empty = ANCHOR_FLOOR * highest;
        const double norm = (a->target[k] * a->target[k] + empty * empty) * (double)a->n_bin;
        /* The transform back counts a frequency twice if it has a conjugate: all but the first, and the last of an even
         * number of frames. */
        const double once = k == 0 || 2 * k == a->record ? 1 : 0.5;
        a->price[k] = (real)(4 * a->weight * once * (double)a->gap[k] / norm);
    }
}

/* Times the price of each frequency, so that transforming back gives the pull on every frame. */
static VECTOR_CLONES void apply_prices(const size_t n_bin, const real scale, const real *restrict price,
                                       real *restrict spectrum)
{
    for (size_t k = 0; k < n_bin; k++) {
        spectrum[2 * k] *= scale * price[k];
        spectrum[2 * k + 1] *= scale * price[k];
    }
}

static VECTOR_CLONES void add_pulls(const size_t n_window, const size_t place, const real pull,
                                    const float *restrict gap, real *restrict d_x)
{
    for (size_t i = 0; i < n_window; i++, d_x += place) {
        for (size_t j = 0; j < place; j++) {
            d_x[j] += pull * gap[j];
        }
    }
}

void anchor_gradient(const anchor *const a, const size_t n, const size_t n_batch, real *const d_x, real *const work)
{
    const size_t d = a->n_component, place = a->window * d, n_window = n_batch * (a->record / a->window);
    const real scale = (real)(1.0 / (double)(n_batch * d)),
               pull = (real)(2 * a->mean_weight / (double)(place * n_window));
    real *const row = work, *spectrum = work + fourier_stride(a->record);
    for (size_t i = 0; i < n * d; i++, spectrum += fourier_stride(a->record)) {
        real *const to = d_x + i / d * a->record * d + i % d;
        apply_prices(a->n_bin, scale, a->price, spectrum);
        fourier_backward(&a->transform, spectrum, row);
        for (size_t t = 0; t < a->record; t++) {
            to[t * d] = a->taper[t] * row[t];
        }
    }
    add_pulls(n * (a->record / a->window), place, pull, a->gap + a->n_bin, d_x);
}
