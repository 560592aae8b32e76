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
    free(a->norm);
    free(a->gap);
    free(a->cycle_price);
    *a = (anchor){0};
}

static double highest_target(const anchor *const a)
{
    double highest = 0;
    for (size_t k = 0; k < a->n_bin; k++) {
        highest = fmax(highest, a->target[k]);
    }
    return highest;
}

/* Bins between frequencies that cycle number i, c = i + 1, correlates. */
static size_t cycle_bins(const anchor *const a, const size_t i)
{
    return (i + 1) * (a->record / a->window);
}

static void place_norms(anchor *const a)
{
    const size_t n = a->record;
    a->empty = ANCHOR_FLOOR * highest_target(a);
    for (size_t i = 0; i < a->n_cycle; i++) {
        for (size_t k = 0; k < n; k++) {
            const size_t other = (k + cycle_bins(a, i)) % n;
            a->norm[i * n + k] = (a->target[k < a->n_bin ? k : n - k] + a->empty) *
                                 (a->target[other < a->n_bin ? other : n - other] + a->empty) *
                                 (double)(n * a->n_cycle);
        }
    }
}

mdgan_status anchor_create(anchor *const a, const size_t window, const size_t n_window, const size_t n_component,
                           const double *const autocovariance, const double weight, mdgan_error *const error)
{
    const size_t record = window * n_window, n_bin = record / 2 + 1;
    const size_t n_cycle = window / 2 < ANCHOR_CYCLES ? window / 2 : ANCHOR_CYCLES;
    const size_t n_gap = n_bin + window * n_component + 2 * n_cycle * record;
    *a = (anchor){.record = record,
                  .n_component = n_component,
                  .n_bin = n_bin,
                  .window = window,
                  .n_cycle = n_cycle,
                  .n_gap = n_gap,
                  .weight = weight,
                  .mean_weight = weight};
    a->taper = calloc(3 * record, sizeof *a->taper);
    a->target = calloc(n_bin, sizeof *a->target);
    a->norm = calloc(n_cycle * record, sizeof *a->norm);
    a->gap = calloc(n_gap, sizeof *a->gap);
    a->cycle_price = calloc(2 * n_cycle * record, sizeof *a->cycle_price);
    if (!a->taper || !a->target || !a->norm || !a->gap || !a->cycle_price) {
        anchor_clear(a);
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for spectra of %zu frames", record);
    }
    a->price = a->taper + record;
    for (size_t t = 0; t < record; t++) {
        a->taper[t] = (real)(hann_unit(t, record) / sqrt((double)record));
    }
    mdgan_status status = expected_periodogram(record, autocovariance, a->target, error);
    if (status == MDGAN_OK) {
        place_norms(a);
        status = fourier_create(&a->transform, record, error);
    }
    if (status != MDGAN_OK) {
        anchor_clear(a);
    }
    return status;
}

/* The bin of minus the frequency of bin k. */
static size_t mirror_of(const anchor *const a, const size_t k)
{
    return k > 0 ? a->record - k : 0;
}

/* Rows, a component of a sample each, are transformed two at a time. */
static size_t pair_count(const anchor *const a, const size_t n)
{
    return (n * a->n_component + 1) / 2;
}

/* The pairs that S_c is measured on: those that hold the first samples, whole, so that all components count alike. */
static size_t cycle_pair_count(const anchor *const a, const size_t n)
{
    const size_t some = a->n_component < ANCHOR_CYCLE_ROWS ? ANCHOR_CYCLE_ROWS / a->n_component : 1;
    return pair_count(a, some < n ? some : n);
}

/* A pair of rows, the powers of all pairs, their S_c, and the spectra of each pair. */
static real *spectra(const anchor *const a, real *const work)
{
    return work + (2 + a->n_cycle) * fourier_stride(a->record);
}

size_t anchor_work_size(const anchor *const a, const size_t n)
{
    return (2 + a->n_cycle + pair_count(a, n)) * fourier_stride(a->record);
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

/* sum += z w*, of complex numbers. */
static VECTOR_CLONES void add_products(const size_t n, const real *restrict z, const real *restrict w,
                                       real *restrict sum)
{
    for (size_t k = 0; k < n; k++) {
        sum[2 * k] += z[2 * k] * w[2 * k] + z[2 * k + 1] * w[2 * k + 1];
        sum[2 * k + 1] += z[2 * k + 1] * w[2 * k] - z[2 * k] * w[2 * k + 1];
    }
}

/* Z Z'* = X X'* + Y Y'* + i (Y X'* - X Y'*) of the rows X and Y of a pair; the last part is zero on average too. */
static void add_cycles(const anchor *const a, const real *const spectrum, real *const sums)
{
    for (size_t i = 0; i < a->n_cycle; i++) {
        const size_t bins = cycle_bins(a, i), rest = a->record - bins;
        real *const sum = sums + i * fourier_stride(a->record);
        add_products(rest, spectrum, spectrum + 2 * bins, sum);
        add_products(bins, spectrum + 2 * rest, spectrum, sum + 2 * rest);
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
    const size_t d = a->n_component, n_row = n * d, n_cycle_pair = cycle_pair_count(a, n);
    const size_t stride = fourier_stride(a->record);
    real *const pair = work, *const power = pair + stride, *const cycles = power + stride, *spectrum = spectra(a, work);
    memset(power, 0, (1 + a->n_cycle) * stride * sizeof *power);
    for (size_t i = 0; i < n_row; i += 2, spectrum += stride) {
        taper_pair(a, x + row_at(a, i), i + 1 < n_row ? x + row_at(a, i + 1) : NULL, pair);
        fourier_forward(&a->transform, pair, spectrum);
        add_powers(a->record, spectrum, power);
        if (i / 2 < n_cycle_pair) {
            add_cycles(a, spectrum, cycles);
        }
    }
    /* Z = X + iY of real x and y: |X_k|^2 + |Y_k|^2 = (|Z_k|^2 + |Z_-k|^2) / 2. */
    for (size_t k = 0; k < a->n_bin; k++) {
        sums[k] = 0.5 * ((double)power[k] + (double)power[mirror_of(a, k)]);
    }
    double *const places = sums + a->n_bin, *const products = places + a->window * d;
    memset(places, 0, a->window * d * sizeof *places);
    add_places(n * a->record / a->window, a->window * d, x, places);
    for (size_t i = 0; i < a->n_cycle; i++) {
        for (size_t k = 0; k < 2 * a->record; k++) {
            products[2 * i * a->record + k] = (double)cycles[i * stride + k];
        }
    }
}

/* Running means of n numbers take in sum / count - target. target: or NULL */
static VECTOR_CLONES void take_in(const size_t n, const double *restrict sum, const double count,
                                  const double *restrict target, const double memory, float *restrict gap)
{
    for (size_t k = 0; k < n; k++) {
        const double now = sum[k] / count - (target ? target[k] : 0);
        gap[k] += (float)((1 - memory) * (now - (double)gap[k]));
    }
}

static void renew_prices(anchor *const a, const double n_row)
{
    for (size_t k = 0; k < a->n_bin; k++) {
        const size_t mirror = mirror_of(a, k);
        const double norm = (a->target[k] * a->target[k] + a->empty * a->empty) * (double)a->n_bin;
        /* Gap and target are of k and its mirror image together, the transform back adds up both. */
        const double share = mirror == k ? 1 : 0.5;
        a->price[2 * k] = a->price[2 * k + 1] = a->price[2 * mirror] = a->price[2 * mirror + 1] =
            (real)(4 * a->weight * share * (double)a->gap[k] / (norm * n_row));
    }
}

static VECTOR_CLONES void set_cycle_prices(const size_t n, const double scale, const double *restrict norm,
                                           const float *restrict gap, real *restrict price)
{
    for (size_t k = 0; k < n; k++) {
        const double factor = scale / norm[k];
        price[2 * k] = (real)(factor * (double)gap[2 * k]);
        price[2 * k + 1] = (real)(factor * (double)gap[2 * k + 1]);
    }
}

void anchor_update(anchor *const a, const size_t n_batch, const size_t n_shard, const double *const sums)
{
    const size_t d = a->n_component, n_place = a->window * d, n = n_batch / n_shard,
                 n_cycle_row = 2 * cycle_pair_count(a, n);
    const size_t n_window = n_batch * (a->record / a->window);
    const double n_row = (double)(n_batch * d);
    const double n_row_of_cycles = (double)(n_shard * (n_cycle_row < n * d ? n_cycle_row : n * d));
    const double *const places = sums + a->n_bin, *const products = places + n_place;
    float *const place_gap = a->gap + a->n_bin, *const cycle_gap = place_gap + n_place;
    take_in(a->n_bin, sums, n_row, a->target, ANCHOR_MEMORY, a->gap);
    take_in(n_place, places, (double)n_window, NULL, ANCHOR_MEMORY, place_gap);
    renew_prices(a, n_row);
    set_cycle_prices(a->n_cycle * a->record, 2 * ANCHOR_CYCLE_SHARE * a->mean_weight / n_row_of_cycles, a->norm,
                     cycle_gap, a->cycle_price);
    take_in(2 * a->n_cycle * a->record, products, n_row_of_cycles, NULL, ANCHOR_CYCLE_MEMORY, cycle_gap);
}

/* A spectrum times the price of each frequency, so that transforming back gives the pull on every frame. */
static VECTOR_CLONES void apply_prices(const size_t n, const real *restrict price, const real *restrict spectrum,
                                       real *restrict pull)
{
    for (size_t k = 0; k < n; k++) {
        pull[k] = price[k] * spectrum[k];
    }
}

/* pull += q z, of complex numbers. */
static VECTOR_CLONES void pull_up(const size_t n, const real *restrict q, const real *restrict z, real *restrict pull)
{
    for (size_t k = 0; k < n; k++) {
        pull[2 * k] += q[2 * k] * z[2 * k] - q[2 * k + 1] * z[2 * k + 1];
        pull[2 * k + 1] += q[2 * k] * z[2 * k + 1] + q[2 * k + 1] * z[2 * k];
    }
}

/* pull += q* z */
static VECTOR_CLONES void pull_down(const size_t n, const real *restrict q, const real *restrict z, real *restrict pull)
{
    for (size_t k = 0; k < n; k++) {
        pull[2 * k] += q[2 * k] * z[2 * k] + q[2 * k + 1] * z[2 * k + 1];
        pull[2 * k + 1] += q[2 * k] * z[2 * k + 1] - q[2 * k + 1] * z[2 * k];
    }
}

/* Frequencies pull on those a cycle away, both ways. */
static void apply_cycle_prices(const anchor *const a, const real *const spectrum, real *const pull)
{
    for (size_t i = 0; i < a->n_cycle; i++) {
        const size_t bins = cycle_bins(a, i), rest = a->record - bins;
        const real *const q = a->cycle_price + 2 * i * a->record;
        pull_up(rest, q, spectrum + 2 * bins, pull);
        pull_up(bins, q + 2 * rest, spectrum, pull + 2 * rest);
        pull_down(rest, q, spectrum, pull + 2 * bins);
        pull_down(bins, q + 2 * rest, spectrum + 2 * rest, pull);
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
    const size_t d = a->n_component, n_row = n * d, n_cycle_pair = cycle_pair_count(a, n);
    const size_t stride = fourier_stride(a->record), place = a->window * d;
    const size_t n_window = n_batch * (a->record / a->window);
    const real pull = (real)(2 * a->mean_weight / (double)(place * n_window));
    real *const pair = work, *const priced = pair + stride;
    const real *spectrum = spectra(a, work);
    for (size_t i = 0; i < n_row; i += 2, spectrum += stride) {
        apply_prices(2 * a->record, a->price, spectrum, priced);
        if (i / 2 < n_cycle_pair) {
            apply_cycle_prices(a, spectrum, priced);
        }
        fourier_backward(&a->transform, priced, pair);
        untaper_pair(a, pair, d_x + row_at(a, i), i + 1 < n_row ? d_x + row_at(a, i + 1) : NULL);
    }
    add_pulls(n * (a->record / a->window), place, pull, a->gap + a->n_bin, d_x);
}
