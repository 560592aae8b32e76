/* SPDX-License-Identifier: BSD-3-Clause */
#include "linear_models.h"

#include "linear/burg.h"
#include "linear/smoothing.h"

enum { LENGTH = 64, N_RECORD = 200, N_FREQUENCY = 256, N_SEED = 10 };

/* A band four times as broad as what 64 frames tell apart, and a line that 64 frames cannot see the width of. */
static const oscillator band = {0.8, 1}, line = {0.999, 0.8};

/* @p white: standard deviation of noise on top. */
static void fit(autoregression *const ar, const oscillator *const o, const double white, uint64_t seed)
{
    float *const x = calloc(N_RECORD * LENGTH, sizeof *x);
    for (size_t i = 0; o && i < N_RECORD; i++) {
        oscillator_series(*o, &seed, LENGTH, 1, x + i * LENGTH);
    }
    for (size_t i = 0; i < N_RECORD * LENGTH; i++) {
        x[i] += (float)(white * synthetic_normal(&seed));
    }
    record_moments m;
    mdgan_error error = {""};
    moments_of(&m, LENGTH, N_RECORD, x);
    assert_ok(autoregression_fit(ar, &m, burg_order(LENGTH), &error), &error);
    record_moments_clear(&m);
    free(x);
}

static void smooth(autoregression *const ar, const size_t n_record)
{
    mdgan_error error = {""};
    assert_ok(autoregression_smooth(ar, n_record, LENGTH, &error), &error);
}

static double frequency(const size_t i)
{
    return M_PI * ((double)i + 0.5) / N_FREQUENCY;
}

/* Variance over the square of the filter's response. */
static double power(const size_t order, const double *const a, const double variance, const double omega)
{
    double re = 1, im = 0;
    for (size_t i = 0; i < order; i++) {
        re -= a[i] * cos(omega * (double)(i + 1));
        im += a[i] * sin(omega * (double)(i + 1));
    }
    return variance / (re * re + im * im);
}

static double fitted_power(const autoregression *const ar, const double omega)
{
    return power(ar->order, ar->a, ar->variance, omega);
}

static double oscillator_power(const oscillator o, const double omega)
{
    const double a[] = {2 * o.rho * cos(o.theta), -o.rho * o.rho};
    return power(2, a, pow(oscillator_noise(o), 2), omega);
}

/* Root mean square of the error of the logarithm; o: NULL for white noise. */
static double log_error(const autoregression *const ar, const oscillator *const o)
{
    double sum = 0;
    for (size_t i = 0; i < N_FREQUENCY; i++) {
        const double omega = frequency(i);
        const double gap = log(fitted_power(ar, omega) / (o ? oscillator_power(*o, omega) : 1));
        sum += gap * gap / N_FREQUENCY;
    }
    return sqrt(sum);
}

/* Standard deviation of the logarithm over frequencies from the first on. */
static double log_deviation(const autoregression *const ar, const size_t first)
{
    const double n = (double)(N_FREQUENCY - first);
    double sum = 0, squares = 0;
    for (size_t i = first; i < N_FREQUENCY; i++) {
        const double p = log(fitted_power(ar, frequency(i)));
        sum += p / n;
        squares += p * p / n;
    }
    return sqrt(squares - sum * sum);
}

/* Maxima higher than half of the highest. */
static size_t n_peak(const autoregression *const ar)
{
    double p[N_FREQUENCY], highest = 0;
    for (size_t i = 0; i < N_FREQUENCY; i++) {
        p[i] = fitted_power(ar, frequency(i));
        highest = fmax(highest, p[i]);
    }
    size_t n = 0;
    for (size_t i = 1; i + 1 < N_FREQUENCY; i++) {
        n += p[i] > p[i - 1] && p[i] >= p[i + 1] && p[i] > highest / 2;
    }
    return n;
}

static void white_noise_becomes_flat(void **const state)
{
    (void)state;
    double before = 0, after = 0;
    for (uint64_t seed = 1; seed <= N_SEED; seed++) {
        autoregression ar;
        fit(&ar, NULL, 1, seed);
        before += log_error(&ar, NULL) / N_SEED;
        smooth(&ar, N_RECORD);
        after += log_error(&ar, NULL) / N_SEED;
        autoregression_clear(&ar);
    }
    assert_true(before > 0.1 && after < before / 5);
}

static void a_broad_band_has_one_peak(void **const state)
{
    (void)state;
    size_t before_one = 0;
    double before = 0, after = 0;
    for (uint64_t seed = 1; seed <= N_SEED; seed++) {
        autoregression ar;
        fit(&ar, &band, 0, seed);
        before_one += n_peak(&ar) == 1;
        before += log_error(&ar, &band) / N_SEED;
        smooth(&ar, N_RECORD);
        assert_int_equal(n_peak(&ar), 1);
        after += log_error(&ar, &band) / N_SEED;
        autoregression_clear(&ar);
    }
    assert_true(before_one < N_SEED / 2 && after < 0.6 * before);
}

/* Height and breadth of the line as they were, the noise far from it flat. */
static void lines_stay(void **const state)
{
    (void)state;
    enum { FAR = N_FREQUENCY / 2, N_POINT = 5 };
    autoregression ar;
    fit(&ar, &line, 0.3, 5);
    double top = 0, peak = 0, was[N_POINT];
    for (int i = -200; i <= 200; i++) {
        const double omega = line.theta + 1e-4 * i, p = fitted_power(&ar, omega);
        peak = p > top ? omega : peak;
        top = fmax(top, p);
    }
    for (int i = 0; i < N_POINT; i++) {
        was[i] = fitted_power(&ar, peak + 3e-3 * (i - N_POINT / 2));
    }
    const double strength = ar.r[0];
    const double ripple = log_deviation(&ar, FAR);
    smooth(&ar, N_RECORD);
    for (int i = 0; i < N_POINT; i++) {
        assert_near("line", fitted_power(&ar, peak + 3e-3 * (i - N_POINT / 2)) / was[i], 1, 0.1);
    }
    assert_true(was[0] < 0.5 * top && was[N_POINT - 1] < 0.5 * top);
    assert_near("mean square", ar.r[0], strength, 0.01 * strength);
    assert_true(ripple > 0.1 && log_deviation(&ar, FAR) < 0.5 * ripple);
    autoregression_clear(&ar);
}

static void what_many_records_say_stays(void **const state)
{
    (void)state;
    autoregression ar, same;
    fit(&ar, &band, 0.1, 3);
    fit(&same, &band, 0.1, 3);
    smooth(&ar, (size_t)1e15);
    for (size_t i = 0; i < ar.order; i++) {
        assert_near("coefficient", ar.a[i], same.a[i], 1e-6);
    }
    assert_near("variance", ar.variance, same.variance, 1e-6);
    autoregression_clear(&ar);
    autoregression_clear(&same);
}

static void autocovariance_obeys_yule_walker(void **const state)
{
    (void)state;
    autoregression ar;
    balanced b;
    mdgan_error error = {""};
    fit(&ar, &band, 0.1, 7);
    smooth(&ar, N_RECORD);
    assert_yule_walker(&ar);
    assert_ok(balanced_create(&b, &ar, &error), &error);
    balanced_clear(&b);
    autoregression_clear(&ar);
}

static void silence_stays_silent(void **const state)
{
    (void)state;
    double a[3] = {0}, r[4] = {0};
    autoregression ar = {.order = 3, .a = a, .r = r};
    smooth(&ar, N_RECORD);
    for (size_t i = 0; i < 3; i++) {
        assert_true(ar.a[i] == 0 && ar.r[i + 1] == 0);
    }
    assert_true(ar.variance == 0 && ar.r[0] == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(white_noise_becomes_flat),
        cmocka_unit_test(a_broad_band_has_one_peak),
        cmocka_unit_test(lines_stay),
        cmocka_unit_test(what_many_records_say_stays),
        cmocka_unit_test(autocovariance_obeys_yule_walker),
        cmocka_unit_test(silence_stays_silent),
    };
    return cmocka_run_group_tests_name("smoothing", tests, NULL, NULL);
}
