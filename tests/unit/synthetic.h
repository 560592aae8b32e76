/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers and data for tests of the numerical core. Their generator is not the one under test. */
#ifndef MDGAN_TEST_SYNTHETIC_H
#define MDGAN_TEST_SYNTHETIC_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <mdgan/dataset.h>

/* SplitMix64 (Steele et al. 2014), uniform on (0, 1). */
static inline double synthetic_uniform(uint64_t *const state)
{
    uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return ((double)((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53;
}

static inline double synthetic_normal(uint64_t *const state)
{
    const double radius = sqrt(-2 * log(synthetic_uniform(state)));
    return radius * cos(2 * M_PI * synthetic_uniform(state));
}

/* n numbers of it, to be freed by the caller. */
static inline float *new_normals(const size_t n, uint64_t seed)
{
    float *const x = malloc(n * sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < n; i++) {
        x[i] = (float)synthetic_normal(&seed);
    }
    return x;
}

/* Fails with both numbers unless |value - expected| <= tolerance; not-a-number fails. */
static inline void assert_near(const char *const what, const double value, const double expected,
                               const double tolerance)
{
    if (!(fabs(value - expected) <= tolerance)) {
        fail_msg("%s: %.12g, expected %.12g to within %.3g", what, value, expected, tolerance);
    }
}

static inline void assert_ok(const mdgan_status status, const mdgan_error *const error)
{
    if (status != MDGAN_OK) {
        fail_msg("%s: %s", mdgan_status_text(status), error->text);
    }
}

/* Fails unless the call failed with this status and its text names `word`. */
static inline void assert_fails(const mdgan_status status, const mdgan_status expected, const mdgan_error *const error,
                                const char *const word)
{
    if (status != expected) {
        fail_msg("%s instead of %s: %s", mdgan_status_text(status), mdgan_status_text(expected), error->text);
    }
    if (!strstr(error->text, word)) {
        fail_msg("'%s' does not name '%s'", error->text, word);
    }
}

/* Damped oscillator driven by noise, y_t = 2 rho cos(theta) y_{t-1} - rho^2 y_{t-2} + e_t, scaled to unit variance. */
typedef struct oscillator {
    double rho, theta;
} oscillator;

static inline double oscillator_noise(const oscillator o)
{
    const double a1 = 2 * o.rho * cos(o.theta), a2 = -o.rho * o.rho;
    return sqrt((1 + a2) * ((1 - a2) * (1 - a2) - a1 * a1) / (1 - a2));
}

/* Its autocovariance in closed form. */
static inline double oscillator_covariance(const oscillator o, const size_t lag)
{
    const double square = o.rho * o.rho, phase = o.theta * (double)lag;
    const double slant = (1 - square) / (1 + square) / tan(o.theta);
    return pow(o.rho, (double)lag) * (cos(phase) + slant * sin(phase));
}

/* n stationary frames, `stride` apart. */
static inline void oscillator_series(const oscillator o, uint64_t *const state, const size_t n, const size_t stride,
                                     float *const out)
{
    const double a1 = 2 * o.rho * cos(o.theta), a2 = -o.rho * o.rho, e = oscillator_noise(o);
    const double r1 = oscillator_covariance(o, 1);
    double before = synthetic_normal(state), now = r1 * before + sqrt(1 - r1 * r1) * synthetic_normal(state);
    for (size_t t = 0; t < n; t++) {
        const double next = a1 * now + a2 * before + e * synthetic_normal(state);
        out[t * stride] = (float)now;
        before = now;
        now = next;
    }
}

static inline mdgan_feature synthetic_feature(const mdgan_kind kind, const size_t n_component, const bool isotropic)
{
    return (mdgan_feature){.name = "test/feature",
                           .kind = kind,
                           .n_component = n_component,
                           .isotropic = isotropic,
                           .reversible = true,
                           .dt = 1,
                           .stride = 1};
}

/* Independent oscillators in every entity and component. */
static inline void synthetic_oscillators(mdgan_dataset *const data, const mdgan_feature *const feature,
                                         const size_t n_entity, const size_t n_frame, const oscillator o,
                                         uint64_t state)
{
    mdgan_error error = {""};
    assert_ok(mdgan_dataset_create(data, feature, n_entity, n_frame, &error), &error);
    const size_t d = feature->n_component;
    for (size_t e = 0; e < n_entity; e++) {
        for (size_t c = 0; c < d; c++) {
            oscillator_series(o, &state, n_frame, d, data->value + e * n_frame * d + c);
        }
    }
}

/* The velocity of something in a molecule that points anywhere and stands still: an oscillator along each of its axes.
 */
static inline void synthetic_molecules(mdgan_dataset *const data, const mdgan_feature *const feature,
                                       const size_t n_entity, const size_t n_frame, const oscillator axis[3],
                                       uint64_t state)
{
    mdgan_error error = {""};
    assert_ok(mdgan_dataset_create(data, feature, n_entity, n_frame, &error), &error);
    float *const body = malloc(3 * n_frame * sizeof *body);
    assert_non_null(body);
    for (size_t e = 0; e < n_entity; e++) {
        double q[4], square = 0;
        for (size_t k = 0; k < 4; k++) {
            q[k] = synthetic_normal(&state);
            square += q[k] * q[k];
        }
        for (size_t k = 0; k < 3; k++) {
            oscillator_series(axis[k], &state, n_frame, 3, body + k);
        }
        /* v + 2 w x (w x v + s v) / |q|^2 */
        const double s = q[0], *const w = q + 1;
        for (size_t t = 0; t < n_frame; t++) {
            const float *const v = body + 3 * t;
            const double u[3] = {w[1] * v[2] - w[2] * v[1] + s * v[0], w[2] * v[0] - w[0] * v[2] + s * v[1],
                                 w[0] * v[1] - w[1] * v[0] + s * v[2]};
            float *const out = data->value + (e * n_frame + t) * 3;
            out[0] = (float)(v[0] + 2 * (w[1] * u[2] - w[2] * u[1]) / square);
            out[1] = (float)(v[1] + 2 * (w[2] * u[0] - w[0] * u[2]) / square);
            out[2] = (float)(v[2] + 2 * (w[0] * u[1] - w[1] * u[0]) / square);
        }
    }
    free(body);
}

#endif
