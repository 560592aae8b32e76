/* SPDX-License-Identifier: BSD-3-Clause */
#include "linear_models.h"

#include "linear/burg.h"

enum { LENGTH = 32 };

static const oscillator slow = {0.9, 0.6}, fast = {0.95, 2};

static float *oscillator_records(const oscillator o, const size_t n, uint64_t seed)
{
    float *const x = malloc(n * LENGTH * sizeof *x);
    for (size_t i = 0; i < n; i++) {
        oscillator_series(o, &seed, LENGTH, 1, x + i * LENGTH);
    }
    return x;
}

/* Moments of records and of their mirror images: what record_moments promises, without its tricks. */
static void moments_are_mean_products(void **const state)
{
    (void)state;
    enum { N = 300, D = 3 };
    uint64_t seed = 4;
    float value[N * LENGTH * D];
    for (size_t i = 0; i < sizeof value / sizeof *value; i++) {
        value[i] = (float)synthetic_normal(&seed);
    }
    record_moments m;
    mdgan_error error = {""};
    assert_ok(record_moments_create(&m, LENGTH, &error), &error);
    /* Component 1 of interleaved data, in two portions. */
    assert_ok(record_moments_add(&m, 277, value + 1, LENGTH * D, D, &error), &error);
    assert_ok(record_moments_add(&m, N - 277, value + 277 * LENGTH * D + 1, LENGTH * D, D, &error), &error);
    record_moments_finish(&m);
    assert_int_equal(m.n_record, N);
    double variance = 0;
    for (size_t i = 0; i < LENGTH; i++) {
        for (size_t j = 0; j < LENGTH; j++) {
            double sum = 0;
            for (size_t r = 0; r < N; r++) {
                const float *const x = value + r * LENGTH * D + 1;
                sum += (double)x[i * D] * x[j * D];
                sum += (double)x[(LENGTH - 1 - i) * D] * x[(LENGTH - 1 - j) * D];
            }
            assert_near("moment", m.moment[i * LENGTH + j], sum / (2 * N), 1e-12);
            variance += i == j ? sum / (2 * N * LENGTH) : 0;
        }
    }
    assert_near("variance", record_moments_variance(&m), variance, 1e-12);
    record_moments_clear(&m);
}

/* All that there is but less than half a record, or part of it twice, and never a frame too far. */
static void series_are_cut_into_records_evenly(void **const state)
{
    (void)state;
    static const size_t expected[][3] = {{32, 1, 32}, {47, 1, 32}, {48, 2, 16}, {63, 2, 31}, {64, 2, 32},
                                         {65, 2, 33}, {79, 2, 47}, {80, 3, 24}, {96, 3, 32}, {1024, 32, 32}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const record_cut cut = record_cut_of(expected[i][0], LENGTH);
        assert_int_equal(cut.n, expected[i][1]);
        assert_int_equal(cut.stride, expected[i][2]);
        assert_true((cut.n - 1) * cut.stride + LENGTH <= expected[i][0]);
    }
}

static void pooled_moments_are_those_of_all_records(void **const state)
{
    (void)state;
    float *const x = oscillator_records(slow, 100, 8);
    record_moments all, head, tail, pooled, alone;
    mdgan_error error = {""};
    moments_of(&all, LENGTH, 100, x);
    moments_of(&head, LENGTH, 30, x);
    moments_of(&tail, LENGTH, 70, x + 30 * LENGTH);
    assert_ok(record_moments_pool(&pooled, 2, (const record_moments *[]){&head, &tail}, &error), &error);
    assert_ok(record_moments_pool(&alone, 1, (const record_moments *[]){&head}, &error), &error);
    assert_int_equal(pooled.n_record, 100);
    assert_int_equal(alone.n_record, 30);
    for (size_t i = 0; i < LENGTH * LENGTH; i++) {
        assert_near("pooled", pooled.moment[i], all.moment[i], 1e-12);
        assert_near("alone", alone.moment[i], head.moment[i], 1e-12);
    }
    record_moments *const made[] = {&all, &head, &tail, &pooled, &alone};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        record_moments_clear(made[i]);
    }
    free(x);
}

static void tails_are_sums_along_diagonals(void **const state)
{
    (void)state;
    enum { N = 7 };
    const double floor = 0.3;
    uint64_t seed = 12;
    record_moments m;
    mdgan_error error = {""};
    assert_ok(record_moments_create(&m, N, &error), &error);
    for (size_t i = 0; i < N * N; i++) {
        m.moment[i] = synthetic_normal(&seed);
    }
    double *const tail = record_moments_tails(&m, floor);
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < N; j++) {
            double sum = 0;
            for (size_t k = 0; i + k < N && j + k < N; k++) {
                sum += m.moment[(i + k) * N + j + k] + (i == j ? floor : 0);
            }
            assert_near("tail", tail[i * N + j], sum, 1e-14);
        }
    }
    free(tail);
    record_moments_clear(&m);
}

static void exact_moments_give_the_autoregression_back(void **const state)
{
    (void)state;
    double r[LENGTH];
    for (size_t k = 0; k < LENGTH; k++) {
        r[k] = oscillator_covariance(slow, k);
    }
    record_moments m;
    autoregression ar;
    mdgan_error error = {""};
    exact_moments(&m, LENGTH, r);
    assert_ok(autoregression_fit(&ar, &m, 2, &error), &error);
    /* The white floor of 1e-5 of the variance shifts coefficients by floor / noise variance of the state. */
    assert_near("a1", ar.a[0], 2 * slow.rho * cos(slow.theta), 5e-4);
    assert_near("a2", ar.a[1], -slow.rho * slow.rho, 5e-4);
    assert_near("noise", sqrt(ar.variance), oscillator_noise(slow), 5e-4);
    autoregression_clear(&ar);
    record_moments_clear(&m);
}

static void sampled_records_give_it_back_within_their_error(void **const state)
{
    (void)state;
    enum { N = 2000 };
    float *const x = oscillator_records(slow, N, 15);
    record_moments m;
    autoregression ar;
    mdgan_error error = {""};
    moments_of(&m, LENGTH, N, x);
    assert_ok(autoregression_fit(&ar, &m, 2, &error), &error);
    /* Standard error of a2 is sqrt((1 - a2^2) / n), that of a1 no larger (Box and Jenkins); five of them. */
    const double bound = 5 * sqrt((1 - pow(slow.rho, 4)) / (N * (LENGTH - 2)));
    assert_near("a1", ar.a[0], 2 * slow.rho * cos(slow.theta), bound);
    assert_near("a2", ar.a[1], -slow.rho * slow.rho, bound);
    autoregression_clear(&ar);
    record_moments_clear(&m);
    free(x);
}

/* Burg's recursion as textbooks have it, on forward and backward errors of every record. f, b: [n][LENGTH]. */
static void textbook_burg(const size_t n, double *const f, double *const b, const size_t order, double *const a)
{
    double last[order + 1];
    for (size_t k = 1; k <= order; k++) {
        double cross = 0, power = 0;
        for (size_t i = 0; i < n; i++) {
            for (size_t t = k; t < LENGTH; t++) {
                const double forward = f[i * LENGTH + t], backward = b[i * LENGTH + t - 1];
                cross += forward * backward;
                power += forward * forward + backward * backward;
            }
        }
        const double kappa = 2 * cross / power;
        for (size_t i = 0; i < n; i++) {
            for (size_t t = LENGTH; t-- > k;) {
                const double forward = f[i * LENGTH + t], backward = b[i * LENGTH + t - 1];
                f[i * LENGTH + t] = forward - kappa * backward;
                b[i * LENGTH + t] = backward - kappa * forward;
            }
        }
        memcpy(last, a, sizeof last - sizeof *last);
        a[k - 1] = kappa;
        for (size_t i = 0; i + 1 < k; i++) {
            a[i] = last[i] - kappa * last[k - 2 - i];
        }
    }
}

static void burg_of_moments_is_burg_of_records(void **const state)
{
    (void)state;
    enum { N = 60, ORDER = 30 };
    float *const x = oscillator_records(fast, N, 3);
    record_moments m;
    autoregression ar;
    mdgan_error error = {""};
    moments_of(&m, LENGTH, N, x);
    assert_ok(autoregression_fit(&ar, &m, ORDER, &error), &error);
    /* The white floor is one more record per frame: an impulse there. */
    const double impulse = sqrt(1e-5 * record_moments_variance(&m) * N);
    double *const f = calloc(2 * (N + LENGTH) * LENGTH, sizeof *f), *const b = f + (N + LENGTH) * LENGTH,
                  a[ORDER] = {0};
    for (size_t i = 0; i < N * LENGTH; i++) {
        f[i] = x[i];
    }
    for (size_t t = 0; t < LENGTH; t++) {
        f[(N + t) * LENGTH + t] = impulse;
    }
    memcpy(b, f, (N + LENGTH) * LENGTH * sizeof *b);
    textbook_burg(N + LENGTH, f, b, ORDER, a);
    for (size_t i = 0; i < ORDER; i++) {
        assert_near("coefficient", ar.a[i], a[i], 1e-8);
    }
    free(f);
    autoregression_clear(&ar);
    record_moments_clear(&m);
    free(x);
}

static void fit_fast(autoregression *const ar, const size_t n, const size_t order)
{
    float *const x = oscillator_records(fast, n, 21);
    record_moments m;
    mdgan_error error = {""};
    moments_of(&m, LENGTH, n, x);
    assert_ok(autoregression_fit(ar, &m, order, &error), &error);
    record_moments_clear(&m);
    free(x);
}

static void autocovariance_obeys_yule_walker(void **const state)
{
    (void)state;
    autoregression ar;
    fit_fast(&ar, 50, burg_order(LENGTH));
    assert_yule_walker(&ar);
    autoregression_clear(&ar);
}

/* Nothing to predict, nothing to predict it from. */
static void silence_gives_no_coefficients(void **const state)
{
    (void)state;
    record_moments m;
    autoregression ar;
    mdgan_error error = {""};
    exact_moments(&m, LENGTH, (double[LENGTH]){0});
    assert_ok(autoregression_fit(&ar, &m, 3, &error), &error);
    assert_true(ar.variance == 0 && ar.r[0] == 0);
    for (size_t i = 0; i < 3; i++) {
        assert_true(ar.a[i] == 0 && ar.r[i + 1] == 0);
    }
    autoregression_clear(&ar);
    record_moments_clear(&m);
}

static void default_order_is_below_the_length(void **const state)
{
    (void)state;
    for (size_t length = 16; length <= 512; length += 2) {
        assert_true(burg_order(length) >= length / 2 && burg_order(length) < length);
    }
}

/* Root mean square gap of a truncated model's autocovariance from the autoregression's own. */
static double truncation_error(const autoregression *const ar, const balanced *const b, const size_t q)
{
    statespace s;
    mdgan_error error = {""};
    assert_ok(balanced_truncate(b, q, &s, &error), &error);
    assert_near("A A^T + B B^T - I", unit_covariance_gap(&s), 0, 1e-8);
    double r[ar->order + 1], gap = 0, norm = 0;
    statespace_autocovariance(&s, ar->order + 1, r);
    for (size_t k = 0; k <= ar->order; k++) {
        gap += (r[k] - ar->r[k]) * (r[k] - ar->r[k]);
        norm += ar->r[k] * ar->r[k];
    }
    statespace_clear(&s);
    return sqrt(gap / norm);
}

static void truncation_keeps_what_matters(void **const state)
{
    (void)state;
    autoregression ar;
    balanced b;
    mdgan_error error = {""};
    fit_fast(&ar, 200, burg_order(LENGTH));
    assert_ok(balanced_create(&b, &ar, &error), &error);
    assert_near("two states", truncation_error(&ar, &b, 2), 0, 0.05);
    assert_near("four states", truncation_error(&ar, &b, 4), 0, 0.03);
    assert_near("half of all states", truncation_error(&ar, &b, ar.order / 2), 0, 0.01);
    balanced_clear(&b);
    autoregression_clear(&ar);
}

/* Both Gramians, summed up from the matrices themselves, are one diagonal matrix of falling numbers. */
static void gramians_are_balanced(void **const state)
{
    (void)state;
    enum { ORDER = 12 };
    autoregression ar;
    balanced b;
    mdgan_error error = {""};
    fit_fast(&ar, 200, ORDER);
    assert_ok(balanced_create(&b, &ar, &error), &error);
    assert_int_equal(b.n_state, ORDER);
    double turned[ORDER * ORDER], bb[ORDER * ORDER], cc[ORDER * ORDER], past[ORDER * ORDER], future[ORDER * ORDER];
    for (size_t i = 0; i < ORDER * ORDER; i++) {
        turned[i] = b.a[i % ORDER * ORDER + i / ORDER];
        bb[i] = b.b[i / ORDER] * b.b[i % ORDER];
        cc[i] = b.c[i / ORDER] * b.c[i % ORDER];
    }
    assert_true(lyapunov(ORDER, b.a, bb, past) && lyapunov(ORDER, turned, cc, future));
    for (size_t i = 0; i < ORDER * ORDER; i++) {
        const bool diagonal = i % (ORDER + 1) == 0;
        assert_near("past", past[i], diagonal ? future[i] : 0, 1e-7 * past[0]);
        assert_near("future", future[i], diagonal ? past[i] : 0, 1e-7 * past[0]);
        assert_true(!diagonal || i == 0 || (past[i] > 0 && past[i] <= past[i - ORDER - 1]));
    }
    balanced_clear(&b);
    autoregression_clear(&ar);
}

/* Autoregressions whose last coefficients are zero, of fewer and of more states than are kept. */
static void truncation_is_exact_if_the_order_is_low(void **const state)
{
    (void)state;
    enum { MOST = 100 };
    static const size_t orders[] = {20, MOST};
    double a[MOST] = {2 * slow.rho * cos(slow.theta), -slow.rho * slow.rho}, r[MOST + 1];
    for (size_t k = 0; k <= MOST; k++) {
        r[k] = oscillator_covariance(slow, k);
    }
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        const autoregression ar = {.order = orders[i], .a = a, .r = r, .variance = pow(oscillator_noise(slow), 2)};
        balanced b;
        mdgan_error error = {""};
        assert_ok(balanced_create(&b, &ar, &error), &error);
        assert_int_equal(b.n_state, i == 0 ? 20 : STATE_MAX);
        assert_near("two states", truncation_error(&ar, &b, 2), 0, 1e-9);
        balanced_clear(&b);
    }
}

static void unstable_autoregressions_cannot_be_balanced(void **const state)
{
    (void)state;
    double a[2] = {2.5, -1.2}, r[3] = {1, 0.5, 0.2};
    const autoregression ar = {.order = 2, .a = a, .r = r, .variance = 1};
    balanced b;
    mdgan_error error = {""};
    assert_fails(balanced_create(&b, &ar, &error), MDGAN_NUMERIC, &error, "order 2");
    assert_null(b.a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_mean_products),
        cmocka_unit_test(series_are_cut_into_records_evenly),
        cmocka_unit_test(tails_are_sums_along_diagonals),
        cmocka_unit_test(pooled_moments_are_those_of_all_records),
        cmocka_unit_test(exact_moments_give_the_autoregression_back),
        cmocka_unit_test(sampled_records_give_it_back_within_their_error),
        cmocka_unit_test(burg_of_moments_is_burg_of_records),
        cmocka_unit_test(autocovariance_obeys_yule_walker),
        cmocka_unit_test(silence_gives_no_coefficients),
        cmocka_unit_test(default_order_is_below_the_length),
        cmocka_unit_test(truncation_keeps_what_matters),
        cmocka_unit_test(gramians_are_balanced),
        cmocka_unit_test(truncation_is_exact_if_the_order_is_low),
        cmocka_unit_test(unstable_autoregressions_cannot_be_balanced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
