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
    a->taper = calloc(3 * record, sizeof *a->taper);
    a->target = calloc(n_bin, sizeof *a->target);
    a->gap = calloc(n_gap, sizeof *a->gap);
    if (!a->taper || !a->target || !a->gap) {
        anchor_clear(a);
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for spectra of %zu frames", record);
    }
    a->price = a->taper + record;
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

/* Rows, a component of a sample each, are transformed two at a time. */
static size_t pair_count(const anchor *const a, const size_t n)
{
    return (n * a->n_component + 1) / 2;
}

/* A pair of rows, the powers of all pairs, and the spectra of each. */
size_t anchor_work_size(const anchor *const a, const size_t n)
{
    return (2 + pair_count(a, n)) * fourier_stride(a->record);
}

/* Where a row begins; its frames are D numbers apart. */
static size_t row_at(const anchor *const a, const size_t row)
{
    return row / a->n_component * a->record * a->n_component + row % a->n_component;
}

/* Two rows, tapered, as the real and the imaginary part of one. second: or NULL */
static void taper_pair(const anchor *const a, const real *const first, const real *const second, real *const pair)
{
    for (size_t t = 0; t < a->record; t++) {
        pair[2 * t] = a->taper[t] * first[t * a->n_component];
        pair[2 * t + 1] = second ? a->taper[t] * second[t * a->n_component] : 0;
    }
}

static void untaper_pair(const anchor *const a, const real *const pair, real *const first, real *const second)
{
    for (size_t t = 0; t < a->record; t++) {
        first[t * a->n_component] = a->taper[t] * pair[2 * t];
        if (second) {
            second[t * a->n_component] = a->taper[t] * pair[2 * t + 1];
        }
    }
}

static VECTOR_CLONES void add_powers(const size_t n, const real *restrict spectrum, real *restrict power)
{
    for (size_t k = 0; k < n; k++) {
        power[k] += spectrum[2 * k] * spectrum[2 * k] + spectrum[2 * k + 1] * spectrum[2 * k + 1];
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
    const size_t d = a->n_component, n_row = n * d, stride = fourier_stride(a->record);
    real *const pair = work, *const power = work + stride, *spectrum = power + stride;
    memset(power, 0, a->record * sizeof *power);
    for (size_t i = 0; i < n_row; i += 2, spectrum += stride) {
        taper_pair(a, x + row_at(a, i), i + 1 < n_row ? x + row_at(a, i + 1) : NULL, pair);
        fourier_forward(&a->transform, pair, spectrum);
        add_powers(a->record, spectrum, power);
    }
    /* Z = X + iY of real x and y: |X_k|^2 + |Y_k|^2 = (|Z_k|^2 + |Z_-k|^2) / 2. */
    for (size_t k = 0; k < a->n_bin; k++) {
        sums[k] = 0.5 * ((double)power[k] + (double)power[(a->record - k) % a->record]);
    }
    memset(sums + a->n_bin, 0, (a->n_gap - a->n_bin) * sizeof *sums);
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
        const size_t mirror = (a->record - k) % a->record;
        const double empty = ANCHOR_FLOOR * highest;
        const double norm = (a->target[k] * a->target[k] + empty * empty) * (double)a->n_bin;
        /* Gap and target are of k and its mirror image together, the transform back adds up both. */
        const double share = mirror == k ? 1 : 0.5;
        a->price[2 * k] = a->price[2 * k + 1] = a->price[2 * mirror] = a->price[2 * mirror + 1] =
            (real)(4 * a->weight * share * (double)a->gap[k] / (norm * (double)(n_batch * a->n_component)));
    }
}

/* Times the price of each frequency, so that transforming back gives the pull on every frame. */
static VECTOR_CLONES void apply_prices(const size_t n, const real *restrict price, real *restrict spectrum)
{
    for (size_t k = 0; k < n; k++) {
        spectrum[k] *= price[k];
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
    const size_t d = a->n_component, n_row = n * d, stride = fourier_stride(a->record);
    const size_t place = a->window * d, n_window = n_batch * (a->record / a->window);
    const real pull = (real)(2 * a->mean_weight / (double)(place * n_window));
    real *const pair = work, *spectrum = work + 2 * stride;
    for (size_t i = 0; i < n_row; i += 2, spectrum += stride) {
        apply_prices(2 * a->record, a->price, spectrum);
        fourier_backward(&a->transform, spectrum, pair);
        untaper_pair(a, pair, d_x + row_at(a, i), i + 1 < n_row ? d_x + row_at(a, i + 1) : NULL);
    }
    add_pulls(n * (a->record / a->window), place, pull, a->gap + a->n_bin, d_x);
}
