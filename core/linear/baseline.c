/* SPDX-License-Identifier: BSD-3-Clause */
#include <mdgan/baseline.h>

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "linear/burg.h"
#include "linear/gaussian.h"
#include "linear/relaxation.h"
#include "nn/random.h"
#include "parallel/blas.h"

static mdgan_status moments_of(const mdgan_dataset *const data, const size_t window, const size_t first,
                               const size_t width, record_moments *const m, mdgan_error *const error)
{
    const size_t d = data->feature.n_component, length = 2 * window;
    const record_cut cut = record_cut_of(data->n_frame, length);
    mdgan_status status = record_moments_create(m, length, error);
    for (size_t e = 0; status == MDGAN_OK && e < data->n_entity; e++) {
        for (size_t c = first; status == MDGAN_OK && c < first + width; c++) {
            status = record_moments_add(m, cut.n, mdgan_dataset_entity(data, e) + c, cut.stride * d, d, error);
        }
    }
    if (status == MDGAN_OK) {
        record_moments_finish(m);
    }
    return status;
}

static mdgan_status fit(const mdgan_dataset *const data, const size_t window, const size_t order, const size_t first,
                        const size_t width, autoregression *const ar, mdgan_error *const error)
{
    record_moments m;
    mdgan_status status = moments_of(data, window, first, width, &m, error);
    if (status == MDGAN_OK) {
        status = autoregression_fit(ar, &m, order ? order : burg_order(2 * window), error);
    }
    record_moments_clear(&m);
    return status;
}

/* How the next frame follows from all before it, until these are as many as the order of the autoregression. */
typedef struct predictor {
    size_t order;
    double *filter;  /* [order + 1] leaves the error, see toeplitz_extend() */
    float *weight;   /* [order] of the frames before, the oldest first */
    double variance; /* of the error */
} predictor;

/* back: [ar->order + 1] ar->r, from the last lag to the first */
static void predictor_grow(predictor *const q, const autoregression *const ar, const double *const back)
{
    const size_t k = ++q->order;
    q->variance = toeplitz_extend(k, back + ar->order - k, q->filter, q->variance);
    const bool whole = k == ar->order; /* then without the rounding errors on the way */
    q->variance = whole ? ar->variance : q->variance;
    for (size_t i = 0; i < k; i++) {
        q->weight[k - 1 - i] = (float)(whole ? ar->a[i] : -q->filter[i + 1]);
    }
}

/* Simulates n series side by side, stationary from their first frames on: these are drawn from all frames before them,
 * by the predictors of lower orders. Series from zero would take as long as a line is narrow to become what they are.
 * history: [2 order + 1][n], a sliding block of past frames; the newest last. */
static void simulate(const autoregression *const ar, const double *const back, const uint64_t seed,
                     const size_t component, predictor *const q, float *const history, mdgan_dataset *const out)
{
    const size_t p = ar->order, n = out->n_entity, d = out->feature.n_component;
    size_t at = 0; /* row to be written next */
    q->order = 0;
    q->filter[0] = 1;
    q->variance = ar->r[0];
    for (size_t t = 0; t < out->n_frame; t++) {
        if (at == 2 * p + 1) {
            memmove(history, history + (at - p) * n, p * n * sizeof *history);
            at = p;
        }
        float *const row = history + at * n;
        const float deviation = (float)sqrt(q->variance);
        random_normal((random_key){seed, RANDOM_BASELINE}, t, (uint32_t)component, n, row);
        if (q->order == 0) {
            cblas_sscal((int)n, deviation, row, 1);
        } else {
            cblas_sgemv(CblasRowMajor, CblasTrans, (int)q->order, (int)n, 1, history + (at - q->order) * n, (int)n,
                        q->weight, 1, deviation, row, 1);
        }
        for (size_t e = 0; e < n; e++) {
            out->value[(e * out->n_frame + t) * d + component] = row[e];
        }
        if (q->order < p) {
            predictor_grow(q, ar, back);
        }
        at++;
    }
}

/* Components first .. first + width - 1, from one autoregression. */
static mdgan_status generate(const autoregression *const ar, const uint64_t seed, const size_t first,
                             const size_t width, mdgan_dataset *const out, mdgan_error *const error)
{
    const size_t p = ar->order;
    predictor q = {.filter = malloc((p + 1) * sizeof *q.filter), .weight = malloc(p * sizeof *q.weight)};
    double *const back = malloc((p + 1) * sizeof *back);
    float *const history = malloc((2 * p + 1) * out->n_entity * sizeof *history);
    const bool room = q.filter && q.weight && back && history;
    for (size_t i = 0; room && i <= p; i++) {
        back[i] = ar->r[p - i];
    }
    for (size_t c = first; room && c < first + width; c++) {
        simulate(ar, back, seed, c, &q, history, out);
    }
    free(history);
    free(back);
    free(q.weight);
    free(q.filter);
    return room ? MDGAN_OK
                : mdgan_fail(error, MDGAN_MEMORY, "no memory to simulate %zu autoregressions", out->n_entity);
}

static mdgan_status check(const mdgan_dataset *const data, const size_t window, const size_t order,
                          mdgan_error *const error)
{
    if (data->feature.kind == MDGAN_POSITION) {
        return mdgan_fail(error, MDGAN_DATA,
                          "autoregressions need a stationary feature, which positions are not: give velocities");
    }
    if (window < 2 || data->n_frame < 2 * window) {
        return mdgan_fail(error, MDGAN_INVALID,
                          "an autoregression is fitted to records of 2 x %zu frames, and the data has %zu: give a "
                          "window of 2 to %zu frames",
                          window, data->n_frame, data->n_frame / 2);
    }
    if (order >= 2 * window) {
        return mdgan_fail(error, MDGAN_INVALID,
                          "an autoregression of order %zu cannot be fitted to records of 2 x %zu frames: give an order "
                          "below %zu",
                          order, window, 2 * window);
    }
    return MDGAN_OK;
}

/* A copy of the data about its mean. */
static mdgan_status centre(const mdgan_dataset *const data, mdgan_dataset *const out, double *const mean,
                           mdgan_error *const error)
{
    const size_t n = data->n_entity * data->n_frame * data->feature.n_component;
    const mdgan_status status = mdgan_dataset_create(out, &data->feature, data->n_entity, data->n_frame, error);
    if (status == MDGAN_OK) {
        memcpy(out->value, data->value, n * sizeof *out->value);
        mdgan_dataset_centre(out, mean);
    }
    return status;
}

mdgan_status mdgan_baseline_burg(const mdgan_dataset *const data, const size_t window, const size_t order,
                                 const uint64_t seed, const size_t n_entity, const size_t n_frame,
                                 mdgan_dataset *const out, mdgan_error *const error)
{
    const size_t d = data->feature.n_component;
    const bool pooled = data->feature.isotropic;
    double mean[MDGAN_COMPONENT_MAX] = {0};
    mdgan_dataset centred = {0};
    const mdgan_dataset *const about_mean = pooled ? data : &centred; /* what is isotropic has none */
    mdgan_status status = check(data, window, order, error);
    if (status == MDGAN_OK && !pooled) {
        status = centre(data, &centred, mean, error);
    }
    if (status != MDGAN_OK) {
        return status;
    }
    status = mdgan_dataset_create(out, &data->feature, n_entity, n_frame, error);
    blas_threads_single();
    for (size_t c = 0; status == MDGAN_OK && c < d; c += pooled ? d : 1) {
        const size_t width = pooled ? d : 1;
        autoregression ar = {0};
        status = fit(about_mean, window, order, c, width, &ar, error);
        if (status == MDGAN_OK && !(ar.r[0] > 1e-24 * mean[c] * mean[c])) {
            status = mdgan_fail(error, MDGAN_DATA, "component %zu of the data never changes: leave it out", c + 1);
        }
        if (status == MDGAN_OK) {
            status = generate(&ar, seed, c, width, out, error);
        }
        autoregression_clear(&ar);
    }
    blas_threads_restore();
    mdgan_dataset_clear(&centred);
    if (status == MDGAN_OK) {
        mdgan_dataset_shift(out, mean);
    } else {
        mdgan_dataset_clear(out);
    }
    return status;
}

mdgan_status mdgan_baseline_displacement_bars(const mdgan_dataset *const data, const size_t window, const size_t n,
                                              const double *const lag, double *const bar, mdgan_error *const error)
{
    if (window < 2 || data->n_frame < 2 * window) {
        return mdgan_fail(error, MDGAN_INVALID, "error bars need records of 2 x %zu frames; the data has %zu", window,
                          data->n_frame);
    }
    if (data->feature.kind == MDGAN_POSITION) {
        return mdgan_fail(error, MDGAN_DATA, "error bars of displacements need increments, not positions");
    }
    const relaxation_bars bars = {n, lag, bar};
    record_moments m;
    statespace model = {0};
    blas_threads_single();
    mdgan_status status = moments_of(data, window, 0, data->feature.n_component, &m, error);
    if (status == MDGAN_OK) {
        status = relaxation_fit(&m, &model, &bars, error);
    }
    blas_threads_restore();
    statespace_clear(&model);
    record_moments_clear(&m);
    return status;
}
