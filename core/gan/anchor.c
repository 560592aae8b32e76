/* SPDX-License-Identifier: BSD-3-Clause */
#include "gan/anchor.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "nn/gemm.h"
#include "statistics/taper.h"

void anchor_clear(anchor *const a)
{
    free(a->transform);
    free(a->target);
    free(a->gap);
    *a = (anchor){0};
}

/* Of unit mean square. */
static double taper(const size_t t, const size_t n)
{
    return sqrt(8.0 / 3) * hann(t, n);
}

/* Mean periodogram of tapered records with this autocovariance: sum_tt' h_t h_t' r(t - t') cos(w (t - t')) / n. */
static void expected_power(anchor *const a, const double *const r)
{
    const size_t n = a->record;
    for (size_t lag = 0; lag < n; lag++) {
        double overlap = 0;
        for (size_t t = 0; t + lag < n; t++) {
            overlap += taper(t, n) * taper(t + lag, n);
        }
        for (size_t k = 0; k < a->n_bin; k++) {
            const double phase = 2 * M_PI * (double)(k * lag % n) / (double)n;
            a->target[k] += (lag == 0 ? 1 : 2) * overlap * r[lag] * cos(phase) / (double)n;
        }
    }
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
                  .weight = weight};
    a->transform = malloc(2 * n_bin * (record + 1) * sizeof *a->transform);
    a->target = calloc(n_bin, sizeof *a->target);
    a->gap = calloc(n_gap, sizeof *a->gap);
    if (!a->transform || !a->target || !a->gap) {
        anchor_clear(a);
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for spectra of %zu frames", record);
    }
    a->price = a->transform + 2 * n_bin * record;
    memset(a->price, 0, 2 * n_bin * sizeof *a->price);
    for (size_t k = 0; k < n_bin; k++) {
        for (size_t t = 0; t < record; t++) {
            const double phase = 2 * M_PI * (double)(k * t % record) / (double)record;
            const double scale = taper(t, record) / sqrt((double)record);
            a->transform[k * record + t] = (real)(scale * cos(phase));
            a->transform[(n_bin + k) * record + t] = (real)(scale * sin(phase));
        }
    }
    expected_power(a, autocovariance);
    return MDGAN_OK;
}

/* One sample is D rows of T values, and a row has 2 n_bin transformed values. */
size_t anchor_work_size(const anchor *const a, const size_t n)
{
    return n * a->n_component * (a->record + 2 * a->n_bin);
}

static void transpose(const size_t n, const size_t rows, const size_t columns, const real *x, real *y)
{
    for (size_t i = 0; i < n; i++, x += rows * columns, y += rows * columns) {
        for (size_t r = 0; r < rows; r++) {
            for (size_t c = 0; c < columns; c++) {
                y[c * rows + r] = x[r * columns + c];
            }
        }
    }
}

static VECTOR_CLONES void add_powers(const size_t rows, const size_t n_bin, const real *restrict spectrum,
                                     double *restrict sums)
{
    for (size_t i = 0; i < rows; i++, spectrum += 2 * n_bin) {
        for (size_t k = 0; k < n_bin; k++) {
            sums[k] += (double)(spectrum[k] * spectrum[k] + spectrum[n_bin + k] * spectrum[n_bin + k]);
        }
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
    const size_t rows = n * a->n_component, width = 2 * a->n_bin;
    real *const by_component = work, *const spectrum = work + rows * a->record;
    transpose(n, a->record, a->n_component, x, by_component);
    gemm_nt(rows, width, a->record, by_component, a->record, a->transform, a->record, false, spectrum, width, NULL);
    memset(sums, 0, a->n_gap * sizeof *sums);
    add_powers(rows, a->n_bin, spectrum, sums);
    add_places(n * a->record / a->window, a->window * a->n_component, x, sums + a->n_bin);
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
        a->price[k] = a->price[a->n_bin + k] = (real)(4 * a->weight * (double)a->gap[k] / norm);
    }
}

/* Times the price of each frequency, so that transforming back gives the pull on every frame. */
static VECTOR_CLONES void apply_prices(const size_t rows, const size_t width, const real *restrict price,
                                       const real scale, real *restrict spectrum)
{
    for (size_t i = 0; i < rows; i++) {
        for (size_t k = 0; k < width; k++) {
            spectrum[i * width + k] *= scale * price[k];
        }
    }
}

void anchor_gradient(const anchor *const a, const size_t n, const size_t n_batch, real *const d_x, real *const work)
{
    const size_t rows = n * a->n_component, width = 2 * a->n_bin;
    real *const by_component = work, *const spectrum = work + rows * a->record;
    apply_prices(rows, width, a->price, (real)(1.0 / (double)(n_batch * a->n_component)), spectrum);
    gemm_nn(rows, a->record, width, spectrum, width, a->transform, a->record, false, by_component, a->record, NULL);
    transpose(n, a->n_component, a->record, by_component, d_x);
    const size_t place = a->window * a->n_component, n_window = n_batch * (a->record / a->window);
    const real pull = (real)(2 * a->weight / (double)(place * n_window));
    for (size_t i = 0; i < n * (a->record / a->window); i++) {
        for (size_t j = 0; j < place; j++) {
            d_x[i * place + j] += pull * a->gap[a->n_bin + j];
        }
    }
}
