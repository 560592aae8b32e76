/* SPDX-License-Identifier: BSD-3-Clause */
#include "linear_models.h"

#include "linear/arma.h"
#include "linear/burg.h"

/* log det and inverse of a symmetric positive matrix by Gauss-Jordan elimination. */
static double invert(const size_t n, double *const a, double *const inverse)
{
    double log_det = 0;
    for (size_t i = 0; i < n * n; i++) {
        inverse[i] = i % (n + 1) == 0;
    }
    for (size_t p = 0; p < n; p++) {
        const double pivot = a[p * n + p];
        log_det += log(pivot);
        for (size_t j = 0; j < n; j++) {
            a[p * n + j] /= pivot;
            inverse[p * n + j] /= pivot;
        }
        for (size_t i = 0; i < n; i++) {
            const double factor = a[i * n + p];
            for (size_t j = 0; i != p && j < n; j++) {
                a[i * n + j] -= factor * a[p * n + j];
                inverse[i * n + j] -= factor * inverse[p * n + j];
            }
        }
    }
    return log_det;
}

static double floor_of(const record_moments *const m)
{
    return GAUSSIAN_FLOOR * record_moments_variance(m);
}

/* c = a b, all [n][n]. */
static void multiply(const size_t n, const double *const a, const double *const b, double *const c)
{
    for (size_t i = 0; i < n * n; i++) {
        c[i] = 0;
        for (size_t k = 0; k < n; k++) {
            c[i] += a[i / n * n + k] * b[k * n + i % n];
        }
    }
}

/* With dense matrices:  d/dr_k is half the sum of S^-1 - S^-1 M S^-1 over the elements whose covariance is r_k. */
static double naive_cost(const double floor, const record_moments *const m, const double *const r,
                         double *const gradient)
{
    const size_t n = m->length;
    double s[n * n], inverse[n * n], moment[n * n], product[n * n], both[n * n], trace = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            s[i * n + j] = r[i > j ? i - j : j - i] + (i == j ? floor : 0);
            moment[i * n + j] = m->moment[i * n + j] + (i == j ? floor : 0);
        }
    }
    const double log_det = invert(n, s, inverse);
    multiply(n, inverse, moment, product);
    multiply(n, product, inverse, both);
    memset(gradient, 0, n * sizeof *gradient);
    for (size_t i = 0; i < n; i++) {
        trace += product[i * n + i];
        for (size_t j = 0; j < n; j++) {
            gradient[i > j ? i - j : j - i] += 0.5 * (inverse[i * n + j] - both[i * n + j]);
        }
    }
    return 0.5 * (log_det + trace);
}

/* A damped oscillator seen through white noise of this variance. */
static void noisy_oscillator(const oscillator o, const double white, const size_t n, double *const r)
{
    for (size_t k = 0; k < n; k++) {
        r[k] = oscillator_covariance(o, k) + (k == 0 ? white : 0);
    }
}

enum { LENGTH = 32 };
static const oscillator truth = {0.93, 0.8};
static const double white = 0.5;

/* Moments of a few records, which no Toeplitz matrix fits exactly. */
static void sampled_moments(record_moments *const m, const size_t n, uint64_t seed)
{
    float *const x = malloc(n * LENGTH * sizeof *x);
    for (size_t i = 0; i < n; i++) {
        oscillator_series(truth, &seed, LENGTH, 1, x + i * LENGTH);
        for (size_t t = 0; t < LENGTH; t++) {
            x[i * LENGTH + t] += (float)(sqrt(white) * synthetic_normal(&seed));
        }
    }
    moments_of(m, LENGTH, n, x);
    free(x);
}

/* Moments of short records that do not even look alike from both ends, against Toeplitz algebra's shortcuts. */
static void cost_and_gradient_equal_dense_algebra(void **const state)
{
    (void)state;
    static const size_t lengths[] = {1, 2, 3, 16, 31, 32};
    double r[LENGTH], gradient[LENGTH], expected[LENGTH];
    noisy_oscillator((oscillator){0.8, 1.1}, 0.3, LENGTH, r);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        const size_t n = lengths[i];
        const double floor = 0.02;
        uint64_t seed = 6;
        record_moments m;
        gaussian g;
        mdgan_error error = {""};
        assert_ok(record_moments_create(&m, n, &error), &error);
        for (size_t row = 0; row < n; row++) {
            for (size_t column = 0; column <= row; column++) {
                const double value = synthetic_normal(&seed) + (row == column ? 6 : 0);
                m.moment[row * n + column] = m.moment[column * n + row] = value;
            }
        }
        assert_ok(gaussian_create(&g, &m, floor, &error), &error);
        const double naive = naive_cost(floor, &m, r, expected);
        assert_near("cost", gaussian_cost(&g, r, NULL), naive, 1e-12 * fabs(naive));
        assert_near("cost with gradient", gaussian_cost(&g, r, gradient), naive, 1e-12 * fabs(naive));
        for (size_t k = 0; k < n; k++) {
            assert_near("gradient", gradient[k], expected[k], 1e-11 * (1 + fabs(expected[k])));
        }
        gaussian_clear(&g);
        record_moments_clear(&m);
    }
}

static void cost_is_the_gaussian_likelihood(void **const state)
{
    (void)state;
    double r[LENGTH], ignored[LENGTH];
    record_moments m;
    gaussian g;
    mdgan_error error = {""};
    sampled_moments(&m, 40, 1);
    noisy_oscillator((oscillator){0.8, 1.1}, 0.3, LENGTH, r);
    assert_ok(gaussian_create(&g, &m, floor_of(&m), &error), &error);
    const double naive = naive_cost(g.floor, &m, r, ignored);
    assert_near("cost", gaussian_cost(&g, r, NULL), naive, 1e-10 * fabs(naive));
    gaussian_clear(&g);
    record_moments_clear(&m);
}

static void gradient_is_that_of_the_cost(void **const state)
{
    (void)state;
    double r[LENGTH], gradient[LENGTH];
    record_moments m;
    gaussian g;
    mdgan_error error = {""};
    sampled_moments(&m, 40, 2);
    noisy_oscillator((oscillator){0.8, 1.1}, 0.3, LENGTH, r);
    assert_ok(gaussian_create(&g, &m, floor_of(&m), &error), &error);
    assert_near("the same with gradient", gaussian_cost(&g, r, gradient), gaussian_cost(&g, r, NULL), 1e-12);
    for (size_t k = 0; k < LENGTH; k++) {
        const double kept = r[k], h = 1e-5;
        r[k] = kept + h;
        const double up = gaussian_cost(&g, r, NULL);
        r[k] = kept - h;
        const double down = gaussian_cost(&g, r, NULL);
        r[k] = kept;
        assert_near("gradient", gradient[k], (up - down) / (2 * h), 1e-6 * (1 + fabs(gradient[k])));
    }
    gaussian_clear(&g);
    record_moments_clear(&m);
}

/* The likelihood is highest at the truth (up to the floor, which both sides have). */
static void cost_is_least_at_the_truth(void **const state)
{
    (void)state;
    double r[LENGTH], gradient[LENGTH], other[LENGTH];
    record_moments m;
    gaussian g;
    mdgan_error error = {""};
    noisy_oscillator(truth, white, LENGTH, r);
    exact_moments(&m, LENGTH, r);
    assert_ok(gaussian_create(&g, &m, floor_of(&m), &error), &error);
    const double best = gaussian_cost(&g, r, gradient);
    for (size_t k = 0; k < LENGTH; k++) {
        assert_near("gradient at the truth", gradient[k], 0, 1e-10);
    }
    for (size_t i = 0; i < 4; i++) {
        noisy_oscillator((oscillator){0.9 + 0.02 * (double)i, 0.8}, 0.45, LENGTH, other);
        assert_true(gaussian_cost(&g, other, NULL) > best);
    }
    gaussian_clear(&g);
    record_moments_clear(&m);
}

static void impossible_covariances_cost_infinitely(void **const state)
{
    (void)state;
    double r[LENGTH];
    record_moments m;
    gaussian g;
    mdgan_error error = {""};
    noisy_oscillator(truth, white, LENGTH, r);
    exact_moments(&m, LENGTH, r);
    assert_ok(gaussian_create(&g, &m, floor_of(&m), &error), &error);
    r[1] = 5 * r[0];
    assert_true(gaussian_cost(&g, r, NULL) == INFINITY);
    r[1] = NAN;
    assert_true(gaussian_cost(&g, r, NULL) == INFINITY);
    gaussian_clear(&g);
    record_moments_clear(&m);
}

static double cost_of(const gaussian *const g, const statespace *const s)
{
    double r[LENGTH];
    statespace_autocovariance(s, LENGTH, r);
    return gaussian_cost(g, r, NULL);
}

/* Pole of a model of two states. */
static oscillator pole_of(const statespace *const s)
{
    const double rho = sqrt(s->a[0] * s->a[3] - s->a[1] * s->a[2]);
    return (oscillator){rho, acos((s->a[0] + s->a[3]) / (2 * rho))};
}

static void check_truth(const statespace *const s, const double tolerance)
{
    double r[LENGTH], expected[LENGTH];
    const oscillator found = pole_of(s);
    assert_near("pole radius", found.rho, truth.rho, tolerance);
    assert_near("pole angle", found.theta, truth.theta, tolerance);
    statespace_autocovariance(s, LENGTH, r);
    noisy_oscillator(truth, white, LENGTH, expected);
    for (size_t k = 0; k < LENGTH; k++) {
        assert_near("autocovariance", r[k], expected[k], 5 * tolerance);
    }
}

/* From a line of another place and width without any white noise, and from Burg's. */
static void check_refinement(const record_moments *const m, const double tolerance)
{
    gaussian g;
    mdgan_error error = {""};
    assert_ok(gaussian_create(&g, m, floor_of(m), &error), &error);
    for (size_t i = 0; i < 2; i++) {
        statespace start, s;
        if (i == 0) {
            oscillator_model(&start, (oscillator){0.75, 1});
            assert_ok(statespace_normalise(&start, &error), &error);
        } else {
            burg_start(m, 2, &start);
        }
        assert_ok(arma_refine(&start, &g, &s, &error), &error);
        assert_near("A A^T + B B^T - I", unit_covariance_gap(&s), 0, 1e-8);
        assert_true(cost_of(&g, &s) <= cost_of(&g, &start) + 1e-9);
        assert_true(i > 0 || cost_of(&g, &s) < cost_of(&g, &start) - 1);
        check_truth(&s, tolerance);
        statespace_clear(&start);
        statespace_clear(&s);
    }
    gaussian_clear(&g);
}

static void likelihood_finds_an_oscillator_under_noise(void **const state)
{
    (void)state;
    double r[LENGTH];
    record_moments m;
    noisy_oscillator(truth, white, LENGTH, r);
    exact_moments(&m, LENGTH, r);
    check_refinement(&m, 1e-3);
    record_moments_clear(&m);
}

/* 2,000 records of 32 frames leave the pole uncertain by about (1 - rho^2) / sqrt(frames) = 5e-4, noise doubles it. */
static void likelihood_finds_it_in_samples(void **const state)
{
    (void)state;
    record_moments m;
    sampled_moments(&m, 2000, 3);
    check_refinement(&m, 6e-3);
    record_moments_clear(&m);
}

static void refinement_never_makes_it_worse(void **const state)
{
    (void)state;
    static const size_t states[] = {2, 4, 6, 8};
    record_moments m;
    gaussian g;
    mdgan_error error = {""};
    sampled_moments(&m, 60, 4);
    assert_ok(gaussian_create(&g, &m, floor_of(&m), &error), &error);
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        statespace start, s;
        burg_start(&m, states[i], &start);
        assert_ok(arma_refine(&start, &g, &s, &error), &error);
        assert_int_equal(s.q, states[i]);
        assert_int_equal(s.m, 1);
        assert_true(cost_of(&g, &s) <= cost_of(&g, &start) + 1e-6);
        statespace_clear(&start);
        statespace_clear(&s);
    }
    gaussian_clear(&g);
    record_moments_clear(&m);
}

static void only_innovations_forms_are_refined(void **const state)
{
    (void)state;
    record_moments m;
    gaussian g;
    statespace start, s = {0};
    mdgan_error error = {""};
    sampled_moments(&m, 10, 5);
    assert_ok(gaussian_create(&g, &m, floor_of(&m), &error), &error);
    static const struct {
        size_t q, m;
    } wrong[] = {{3, 1}, {2, 2}, {34, 1}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        random_model(&start, wrong[i].q, wrong[i].m, 0.9, i + 1);
        assert_fails(arma_refine(&start, &g, &s, &error), MDGAN_INVALID, &error, "innovations form");
        statespace_clear(&start);
    }
    random_model(&start, 2, 1, 0.9, 9);
    start.d[0] = 0;
    assert_fails(arma_refine(&start, &g, &s, &error), MDGAN_INVALID, &error, "innovations form");
    statespace_clear(&start);
    gaussian_clear(&g);
    record_moments_clear(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cost_and_gradient_equal_dense_algebra),
        cmocka_unit_test(cost_is_the_gaussian_likelihood),
        cmocka_unit_test(gradient_is_that_of_the_cost),
        cmocka_unit_test(cost_is_least_at_the_truth),
        cmocka_unit_test(impossible_covariances_cost_infinitely),
        cmocka_unit_test(likelihood_finds_an_oscillator_under_noise),
        cmocka_unit_test(likelihood_finds_it_in_samples),
        cmocka_unit_test(refinement_never_makes_it_worse),
        cmocka_unit_test(only_innovations_forms_are_refined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
