/* SPDX-License-Identifier: BSD-3-Clause */
#include "linear_models.h"

#include "linear/arma.h"
#include "linear/long_sums.h"

enum { LENGTH = 32, LONGEST = 16 * LENGTH };

static void stretches_lie_side_by_side(void **const state)
{
    (void)state;
    enum { T = 3, FRAMES = 29, STRIDE = 2 };
    float x[FRAMES * STRIDE];
    long_sums s = {0}, twice = {0};
    for (size_t t = 0; t < FRAMES; t++) {
        x[t * STRIDE] = (float)(t + 1);
        x[t * STRIDE + 1] = -1000; /* not of this series */
    }
    long_sums_add(&s, T, 3, FRAMES, x, STRIDE);
    assert_int_equal(s.n[0], 4); /* of 6 frames: 21, 57, 93, 129 */
    assert_true(s.square[0] == 21.0 * 21 + 57.0 * 57 + 93.0 * 93 + 129.0 * 129);
    assert_int_equal(s.n[1], 2); /* of 12 */
    assert_true(s.square[1] == 78.0 * 78 + 222.0 * 222);
    assert_int_equal(s.n[2], 1); /* of 24 */
    assert_true(s.square[2] == 300.0 * 300);
    assert_int_equal(s.n[3], 0); /* not asked for */
    long_sums_pool(&twice, &s);
    long_sums_pool(&twice, &s);
    assert_int_equal(twice.n[1], 4);
    assert_true(twice.square[1] == 2 * s.square[1]);
}

static void cost_is_the_likelihood_of_the_sums(void **const state)
{
    (void)state;
    const long_sums s = {.n = {5, 2}, .square = {700, 900}};
    const double floor = 0.25;
    double v[LONG_SCALES] = {90, 300, 0, 0}, gradient[LONG_SCALES], information[LONG_SCALES];
    const double a = 90 + floor * 2 * LENGTH, b = 300 + floor * 4 * LENGTH;
    const double share = 5.0 / 7;
    const double expected =
        0.5 * share *
        (5 * log(a) + (700 + 5 * floor * 2 * LENGTH) / a + 2 * log(b) + (900 + 2 * floor * 4 * LENGTH) / b);
    assert_near("cost", long_sums_cost(&s, LENGTH, floor, v, gradient), expected, 1e-12);
    for (size_t scale = 0; scale < LONG_SCALES; scale++) {
        const double at = v[scale], h = 1e-4;
        v[scale] = at + h;
        const double up = long_sums_cost(&s, LENGTH, floor, v, NULL);
        v[scale] = at - h;
        const double down = long_sums_cost(&s, LENGTH, floor, v, NULL);
        v[scale] = at;
        assert_near("gradient", gradient[scale], (up - down) / (2 * h), 1e-8);
    }
    long_sums_information(&s, LENGTH, floor, v, information);
    assert_near("information", information[0], share * 5 / (2 * a * a), 1e-15);
    assert_near("information", information[1], share * 2 / (2 * b * b), 1e-15);
    assert_true(information[2] == 0);
    v[1] = -floor * 4 * LENGTH;
    assert_true(long_sums_cost(&s, LENGTH, floor, v, gradient) == INFINITY);
}

/* x_t = phi x_{t-1} + noise of variance 1 - phi^2: r_k = phi^k. */
static void variance_of_a_sum(void **const state)
{
    (void)state;
    const double phi = 0.9, n = 50;
    double r[50], white[50] = {2};
    for (size_t k = 0; k < 50; k++) {
        r[k] = pow(phi, (double)k);
    }
    const double expected = n * (1 + phi) / (1 - phi) - 2 * phi * (1 - pow(phi, n)) / ((1 - phi) * (1 - phi));
    assert_near("autoregression", long_sums_variance(50, r), expected, 1e-10 * expected);
    assert_near("white noise", long_sums_variance(50, white), 100, 1e-12);
}

/* A fast and a slow relaxation: most of the power at zero frequency has a memory of two records. */
static const double fast = 0.7, slow = 0.985, slow_share = 0.1;

static double covariance(const size_t k)
{
    return (1 - slow_share) * pow(fast, (double)k) + slow_share * pow(slow, (double)k);
}

static void refine(const record_moments *const m, const statespace *const start, statespace *const s)
{
    gaussian g;
    mdgan_error error = {""};
    assert_ok(gaussian_create(&g, m, GAUSSIAN_FLOOR * record_moments_variance(m), &error), &error);
    assert_ok(arma_refine(start, &g, s, &error), &error);
    gaussian_clear(&g);
}

/* The refinement's closed forms and slopes: it comes to rest where sums of all scales have their variances. */
static void refinement_finds_the_sums(void **const state)
{
    (void)state;
    double r[LONGEST];
    record_moments m;
    statespace start, s;
    for (size_t k = 0; k < LONGEST; k++) {
        r[k] = covariance(k);
    }
    exact_moments(&m, LENGTH, r);
    exact_sums(&m, r);
    burg_start(&m, 2, &start);
    refine(&m, &start, &s);
    for (size_t scale = 0; scale < LONG_SCALES; scale++) {
        const size_t n = long_sums_frames(LENGTH, scale);
        const double expected = long_sums_variance(n, r);
        assert_near("variance of a sum", model_displacement(&s, n), expected, 0.01 * expected);
    }
    statespace_clear(&start);
    statespace_clear(&s);
    record_moments_clear(&m);
}

static void sampled_data(record_moments *const m, const size_t n_series, const bool with_sums, uint64_t seed)
{
    float *const x = malloc(n_series * LONGEST * sizeof *x);
    for (size_t i = 0; i < n_series; i++) {
        double a = synthetic_normal(&seed), b = synthetic_normal(&seed);
        for (size_t t = 0; t < LONGEST; t++) {
            x[i * LONGEST + t] = (float)(sqrt(1 - slow_share) * a + sqrt(slow_share) * b);
            a = fast * a + sqrt(1 - fast * fast) * synthetic_normal(&seed);
            b = slow * b + sqrt(1 - slow * slow) * synthetic_normal(&seed);
        }
    }
    moments_of(m, LENGTH, n_series * LONGEST / LENGTH, x);
    for (size_t i = 0; with_sums && i < n_series; i++) {
        long_sums_add(&m->sums, LENGTH, LONG_SCALES, LONGEST, x + i * LONGEST, 1);
    }
    free(x);
}

/* Root mean square error of the longest displacements' logarithm, of models of four states. */
static double error_of_fits(const bool with_sums)
{
    enum { N_SERIES = 200, SEEDS = 10 };
    double r[LONGEST], square = 0;
    for (size_t k = 0; k < LONGEST; k++) {
        r[k] = covariance(k);
    }
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        record_moments m;
        statespace start, s;
        sampled_data(&m, N_SERIES, with_sums, seed);
        burg_start(&m, 4, &start);
        refine(&m, &start, &s);
        const double deviation = log(model_displacement(&s, LONGEST) / long_sums_variance(LONGEST, r));
        square += deviation * deviation / SEEDS;
        statespace_clear(&start);
        statespace_clear(&s);
        record_moments_clear(&m);
    }
    return sqrt(square);
}

/* 200 stretches know the variance of their sums to 10 %, and ten such errors scatter: half as much again is allowed.
 * Their records alone do not. */
static void sums_tell_what_records_do_not(void **const state)
{
    (void)state;
    const double with = error_of_fits(true), without = error_of_fits(false);
    print_message("error of the longest displacement: %.3f with sums, %.3f without\n", with, without);
    assert_true(with < 0.15);
    assert_true(without > 3 * with);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stretches_lie_side_by_side),
        cmocka_unit_test(cost_is_the_likelihood_of_the_sums),
        cmocka_unit_test(variance_of_a_sum),
        cmocka_unit_test(refinement_finds_the_sums),
        cmocka_unit_test(sums_tell_what_records_do_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
