/* SPDX-License-Identifier: BSD-3-Clause */
/* Spectra, correlations and displacements against closed forms and direct sums. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <mdgan/statistics.h>

#include "statistics/fft.h"
#include "synthetic.h"

/* cmocka 1.1 compares floats only. */
#define assert_close(value, expected, tolerance) assert_near(#value, value, expected, tolerance)

static mdgan_series series_new(const size_t n_entity, const size_t n_frame, const size_t n_component)
{
    float *const value = calloc(n_entity * n_frame * n_component, sizeof *value);
    assert_non_null(value);
    return (mdgan_series){value, n_entity, n_frame, n_component};
}

static float *values(const mdgan_series *const series)
{
    return (float *)series->value;
}

static mdgan_series noise(const size_t n_entity, const size_t n_frame, const size_t n_component)
{
    const mdgan_series s = series_new(n_entity, n_frame, n_component);
    uint64_t state = 11;
    for (size_t i = 0; i < n_entity * n_frame * n_component; i++) {
        values(&s)[i] = (float)synthetic_normal(&state);
    }
    return s;
}

static void white_noise_has_a_flat_spectrum(void **const context)
{
    (void)context;
    const mdgan_series s = noise(40, 64 * 128, 3);
    double power[65], error[65], sum = 0;
    assert_int_equal(mdgan_spectrum(&s, 128, power, error, NULL), MDGAN_OK);
    for (size_t i = 0; i <= 64; i++) {
        assert_close(power[i], 1.0 / 65, 0.03 / 65);
        /* 40 x 3 x 127 half-overlapping segments: about 1 % per bin, more at both ends. */
        assert_in_range((uintmax_t)(1e6 * error[i] * 65), 5000, 25000);
        sum += power[i];
    }
    assert_close(sum, 1, 1e-12);
    free(values(&s));
}

static void a_sine_fills_its_bin_and_two_neighbours(void **const context)
{
    (void)context;
    const mdgan_series s = series_new(1, 1024, 1);
    for (size_t t = 0; t < 1024; t++) {
        values(&s)[t] = (float)sin(2 * M_PI * 20 * (double)t / 256);
    }
    double power[129];
    assert_int_equal(mdgan_spectrum(&s, 256, power, NULL, NULL), MDGAN_OK);
    /* Amplitudes of a Hann window are 1/2, 1, 1/2: powers 1 : 4 : 1. */
    assert_close(power[19], 1.0 / 6, 1e-6);
    assert_close(power[20], 4.0 / 6, 1e-6);
    assert_close(power[21], 1.0 / 6, 1e-6);
    assert_close(mdgan_peak(power, 129, 0, 128, 0), 20, 1e-5);
    assert_close(mdgan_peak(power, 129, 0, 128, 2), 20, 1e-5);
    free(values(&s));
}

static void spectrum_equals_the_direct_sum(void **const context)
{
    (void)context;
    const mdgan_series s = noise(2, 30, 2);
    double power[9], direct[9] = {0}, total = 0;
    assert_int_equal(mdgan_spectrum(&s, 16, power, NULL, NULL), MDGAN_OK);
    for (size_t e = 0; e < 2; e++) { /* 30 frames hold segments at 0 and 8 alone */
        for (size_t start = 0; start <= 8; start += 8) {
            for (size_t c = 0; c < 2; c++) {
                for (size_t k = 0; k <= 8; k++) {
                    double re = 0, im = 0;
                    for (size_t t = 0; t < 16; t++) {
                        const double taper = 0.5 - 0.5 * cos(2 * M_PI * ((double)t + 0.5) / 16);
                        const double v = taper * (double)s.value[(e * 30 + start + t) * 2 + c];
                        re += v * cos(2 * M_PI * (double)(k * t) / 16);
                        im -= v * sin(2 * M_PI * (double)(k * t) / 16);
                    }
                    direct[k] += re * re + im * im;
                }
            }
        }
    }
    for (size_t k = 0; k <= 8; k++) {
        total += direct[k];
    }
    for (size_t k = 0; k <= 8; k++) {
        assert_close(power[k], direct[k] / total, 1e-12);
    }
    free(values(&s));
}

static void a_short_series_is_one_padded_segment(void **const context)
{
    (void)context;
    const mdgan_series s = noise(3, 32, 1);
    double fine[65], coarse[17];
    assert_int_equal(mdgan_spectrum(&s, 128, fine, NULL, NULL), MDGAN_OK);
    assert_int_equal(mdgan_spectrum(&s, 32, coarse, NULL, NULL), MDGAN_OK);
    const double scale = fine[8] / coarse[2];
    for (size_t i = 0; i <= 16; i++) {
        assert_close(fine[4 * i], scale * coarse[i], 1e-12);
    }
    free(values(&s));
}

static void spectrum_refuses_what_it_cannot_do(void **const context)
{
    (void)context;
    const mdgan_series zero = series_new(2, 64, 1), empty = {0};
    double power[33];
    mdgan_error error;
    assert_int_equal(mdgan_spectrum(&zero, 33, power, NULL, &error), MDGAN_INVALID);
    assert_non_null(strstr(error.text, "33"));
    assert_int_equal(mdgan_spectrum(&zero, 2, power, NULL, NULL), MDGAN_INVALID);
    assert_int_equal(mdgan_spectrum(&zero, 64, power, NULL, NULL), MDGAN_DATA);
    assert_int_equal(mdgan_spectrum(&empty, 64, power, NULL, NULL), MDGAN_INVALID);
    values(&zero)[5] = NAN;
    assert_int_equal(mdgan_spectrum(&zero, 64, power, NULL, NULL), MDGAN_DATA);
    free(values(&zero));
}

static void autocorrelation_equals_the_direct_sum(void **const context)
{
    (void)context;
    enum { N = 37, LAGS = 37 };
    const mdgan_series s = noise(3, N, 2);
    double acf[LAGS], error[LAGS];
    assert_int_equal(mdgan_autocorrelation(&s, LAGS, acf, error, NULL), MDGAN_OK);
    for (size_t lag = 0; lag < LAGS; lag++) {
        double mean = 0, square = 0;
        for (size_t e = 0; e < 3; e++) {
            double entity = 0;
            for (size_t t = 0; t + lag < N; t++) {
                for (size_t c = 0; c < 2; c++) {
                    entity += (double)s.value[(e * N + t) * 2 + c] * (double)s.value[(e * N + t + lag) * 2 + c];
                }
            }
            entity /= 2.0 * (double)(N - lag);
            mean += entity / 3;
            square += entity * entity / 3;
        }
        assert_close(acf[lag], mean, 1e-12);
        assert_close(error[lag], sqrt((square - mean * mean) / 2), 1e-9);
    }
    free(values(&s));
}

static void autocorrelation_of_an_ar1_process_decays_geometrically(void **const context)
{
    (void)context;
    enum { N = 20000, ENTITIES = 20, LAGS = 20 };
    const double phi = 0.8;
    const mdgan_series s = series_new(ENTITIES, N, 1);
    uint64_t state = 3;
    for (size_t e = 0; e < ENTITIES; e++) {
        double x = synthetic_normal(&state) / sqrt(1 - phi * phi);
        for (size_t t = 0; t < N; t++, x = phi * x + synthetic_normal(&state)) {
            values(&s)[e * N + t] = (float)x;
        }
    }
    double acf[LAGS], error[LAGS];
    assert_int_equal(mdgan_autocorrelation(&s, LAGS, acf, error, NULL), MDGAN_OK);
    for (size_t lag = 0; lag < LAGS; lag++) {
        assert_close(acf[lag], pow(phi, (double)lag) / (1 - phi * phi), 5 * error[lag]);
        assert_true(error[lag] < 0.03);
    }
    free(values(&s));
}

static void displacement_equals_the_direct_sum(void **const context)
{
    (void)context;
    enum { N = 41 };
    const mdgan_series s = noise(2, N, 3);
    for (size_t i = 0; i < 2 * N * 3; i++) {
        values(&s)[i] += 1000.0f; /* far from the origin */
    }
    double msd[N];
    assert_int_equal(mdgan_displacement(&s, N, msd, NULL, NULL), MDGAN_OK);
    for (size_t lag = 0; lag < N; lag++) {
        double direct = 0;
        for (size_t e = 0; e < 2; e++) {
            for (size_t t = 0; t + lag < N; t++) {
                for (size_t c = 0; c < 3; c++) {
                    const double d = (double)s.value[(e * N + t + lag) * 3 + c] - (double)s.value[(e * N + t) * 3 + c];
                    direct += d * d / (2.0 * (double)(N - lag));
                }
            }
        }
        assert_close(msd[lag], direct, 1e-10);
    }
    free(values(&s));
}

static void displacement_of_brownian_motion_is_6dt(void **const context)
{
    (void)context;
    enum { N = 4000, ENTITIES = 50, LAGS = 50 };
    const double diffusion = 0.5; /* steps of variance 2 D per component and frame */
    const mdgan_series s = series_new(ENTITIES, N, 3);
    uint64_t state = 5;
    for (size_t e = 0; e < ENTITIES; e++) {
        for (size_t c = 0; c < 3; c++) {
            double x = 100;
            for (size_t t = 0; t < N; t++, x += sqrt(2 * diffusion) * synthetic_normal(&state)) {
                values(&s)[(e * N + t) * 3 + c] = (float)x;
            }
        }
    }
    double msd[LAGS], error[LAGS];
    assert_int_equal(mdgan_displacement(&s, LAGS, msd, error, NULL), MDGAN_OK);
    assert_close(msd[0], 0, 0);
    for (size_t lag = 1; lag < LAGS; lag++) {
        assert_close(msd[lag], 6 * diffusion * (double)lag, 5 * error[lag]);
        assert_true(error[lag] < 0.03 * msd[lag]);
    }
    free(values(&s));
}

static void lags_beyond_the_series_are_refused(void **const context)
{
    (void)context;
    const mdgan_series s = noise(1, 10, 1);
    double lag[11];
    mdgan_error error;
    assert_int_equal(mdgan_autocorrelation(&s, 11, lag, NULL, &error), MDGAN_INVALID);
    assert_non_null(strstr(error.text, "11"));
    assert_int_equal(mdgan_displacement(&s, 0, lag, NULL, NULL), MDGAN_INVALID);
    assert_int_equal(mdgan_displacement(&s, 10, lag, NULL, NULL), MDGAN_OK);
    free(values(&s));
}

static void one_entity_has_no_standard_error(void **const context)
{
    (void)context;
    const mdgan_series s = noise(1, 64, 3);
    double power[17], error[17];
    assert_int_equal(mdgan_spectrum(&s, 32, power, error, NULL), MDGAN_OK);
    assert_true(isnan(error[3]));
    free(values(&s));
}

static void moments_of_known_values(void **const context)
{
    (void)context;
    const float value[] = {1001, 1003, 1003, 1005}; /* mean 1003, deviations -2 0 0 2 */
    const mdgan_series s = {value, 2, 2, 1};
    const mdgan_moments m = mdgan_moments_of(&s);
    assert_close(m.mean, 1003, 1e-12);
    assert_close(m.variance, 2, 1e-12);
    assert_close(m.skewness, 0, 1e-12);
    assert_close(m.kurtosis, 2, 1e-12);

    const float skewed[] = {0, 0, 0, 4}; /* mean 1, m2 = 3, m3 = 6, m4 = 21 */
    const mdgan_moments k = mdgan_moments_of(&(mdgan_series){skewed, 1, 4, 1});
    assert_close(k.skewness, 6 / pow(3, 1.5), 1e-12);
    assert_close(k.kurtosis, 21.0 / 9, 1e-12);
}

static void peak_is_refined_between_bins(void **const context)
{
    (void)context;
    double power[40];
    for (size_t i = 0; i < 40; i++) { /* 10 + 20: the second is higher */
        power[i] = exp(-0.05 * pow((double)i - 10.3, 2)) + 2 * exp(-0.05 * pow((double)i - 28.6, 2));
    }
    assert_close(mdgan_peak(power, 40, 0, 39, 1), 28.6, 0.02);
    assert_close(mdgan_peak(power, 40, 2, 18, 1), 10.3, 0.02);
    assert_close(mdgan_peak(power, 40, 12, 17, 0), -1, 0);
    assert_close(mdgan_peak(power, 40, 30, 1000, 0), -1, 0);
}

static void relative_l2_of_known_values(void **const context)
{
    (void)context;
    const double a[] = {1, 2, 2}, b[] = {1, 2, 5}, c[] = {3, 4, 0};
    assert_close(mdgan_relative_l2(a, b, 3), 3 / sqrt(30), 1e-15);
    assert_close(mdgan_relative_l2(c, c, 3), 0, 0);
    assert_close(mdgan_relative_l2((const double[]){0, 0, 0}, c, 3), 1, 1e-15);
}

static void transform_sizes_are_even_and_smooth(void **const context)
{
    (void)context;
    assert_int_equal(fft_good_size(1), 2);
    assert_int_equal(fft_good_size(11), 12);
    assert_int_equal(fft_good_size(121), 126);
    assert_int_equal(fft_good_size(4096), 4096);
}

/* A random walk of known step, and the spread over entities against its definition. */
static void diffusion_is_half_the_slope_per_component(void **const context)
{
    (void)context;
    enum { N = 2000, ENTITIES = 40, FIRST = 5, LAST = 50 };
    const double step = 0.3, dt = 0.5;
    float *const x = malloc(sizeof *x * N * ENTITIES * 3);
    uint64_t seed = 4;
    for (size_t e = 0; e < ENTITIES; e++) {
        double at[3] = {0, 0, 0};
        for (size_t i = 0; i < N * 3; i++) {
            at[i % 3] += step * synthetic_normal(&seed);
            x[e * N * 3 + i] = (float)at[i % 3];
        }
    }
    const mdgan_series all = {x, ENTITIES, N, 3};
    mdgan_error error;
    double d, deviation, one[ENTITIES], mean = 0, square = 0, unused;
    assert_ok(mdgan_diffusion(&all, FIRST, LAST, dt, &d, &deviation, &error), &error);
    assert_near("D", d, step * step / 2 / dt, 4 * deviation);
    assert_true(deviation < 0.05 * d);
    for (size_t e = 0; e < ENTITIES; e++) {
        const mdgan_series single = {x + e * N * 3, 1, N, 3};
        assert_ok(mdgan_diffusion(&single, FIRST, LAST, dt, &one[e], &unused, &error), &error);
        assert_true(isnan(unused));
        mean += one[e] / ENTITIES;
    }
    for (size_t e = 0; e < ENTITIES; e++) {
        square += (one[e] - mean) * (one[e] - mean);
    }
    assert_near("mean", d, mean, 1e-12);
    assert_near("standard error", deviation, sqrt(square / (ENTITIES - 1) / ENTITIES), 1e-12);
    assert_fails(mdgan_diffusion(&all, LAST, LAST, dt, &d, &deviation, &error), MDGAN_INVALID, &error, "two lags");
    assert_fails(mdgan_diffusion(&all, FIRST, N, dt, &d, &deviation, &error), MDGAN_INVALID, &error, "2000 frames");
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(white_noise_has_a_flat_spectrum),
        cmocka_unit_test(a_sine_fills_its_bin_and_two_neighbours),
        cmocka_unit_test(spectrum_equals_the_direct_sum),
        cmocka_unit_test(a_short_series_is_one_padded_segment),
        cmocka_unit_test(spectrum_refuses_what_it_cannot_do),
        cmocka_unit_test(autocorrelation_equals_the_direct_sum),
        cmocka_unit_test(autocorrelation_of_an_ar1_process_decays_geometrically),
        cmocka_unit_test(displacement_equals_the_direct_sum),
        cmocka_unit_test(displacement_of_brownian_motion_is_6dt),
        cmocka_unit_test(diffusion_is_half_the_slope_per_component),
        cmocka_unit_test(lags_beyond_the_series_are_refused),
        cmocka_unit_test(one_entity_has_no_standard_error),
        cmocka_unit_test(moments_of_known_values),
        cmocka_unit_test(peak_is_refined_between_bins),
        cmocka_unit_test(relative_l2_of_known_values),
        cmocka_unit_test(transform_sizes_are_even_and_smooth),
    };
    return cmocka_run_group_tests_name("statistics", tests, NULL, NULL);
}
