/* SPDX-License-Identifier: BSD-3-Clause */
/* What `mdgan bench` measures, against series of which the answer is known. */
#include <stdbool.h>

#include "metrics.h"
#include "processes.h"
#include "synthetic.h"
#include "windows.h"

static mdgan_series series_of(const mdgan_dataset *const data)
{
    return (mdgan_series){data->value, data->n_entity, data->n_frame, data->feature.n_component};
}

static void create(mdgan_dataset *const data, const mdgan_kind kind, const size_t n_component, const size_t n_entity,
                   const size_t n_frame)
{
    mdgan_error error;
    const mdgan_feature feature = synthetic_feature(kind, n_component, false);
    assert_ok(mdgan_dataset_create(data, &feature, n_entity, n_frame, &error), &error);
}

static void a_pure_sine_has_its_amplitude_and_no_jitter(void **const context)
{
    (void)context;
    mdgan_dataset data;
    mdgan_error error;
    metric_sine sine;
    assert_ok(process_sine(&data, 5, 640, 0.1, 0.7, 0, 1, &error), &error);
    const mdgan_series s = series_of(&data);
    assert_ok(metric_sine_fit(&s, 64, 0.7, &sine, &error), &error);
    assert_near("amplitude", sine.amplitude_mean, 0.1, 1e-8);
    assert_near("its spread", sine.amplitude_sd, 0, 1e-8);
    assert_near("drift", sine.drift, 0, 1e-6);
    assert_near("jitter", sine.jitter, 0, 1e-6);
    assert_near("noise", sine.noise, 0, 1e-8);
    /* A frequency that is 0.001 too high turns the phase by 0.064 in a window. */
    assert_ok(metric_sine_fit(&s, 64, 0.699, &sine, &error), &error);
    assert_near("drift", sine.drift, 0.064, 1e-3);
    assert_fails(metric_sine_fit(&s, 600, 0.7, &sine, &error), MDGAN_INVALID, &error, "600");
    /* It adds up, beyond half a turn as well. */
    double rms[9];
    assert_ok(metric_phase_error(&s, 64, 0.69, 9, rms, &error), &error);
    for (size_t k = 0; k < 9; k++) {
        assert_near("phase error", rms[k], 0.64 * (double)(k + 1), 2e-2);
    }
    assert_fails(metric_phase_error(&s, 64, 0.7, 10, rms, &error), MDGAN_INVALID, &error, "11");
    mdgan_dataset_clear(&data);
}

/* Phases that jump at joins by a known angle, and noise of a known size. */
static void jitter_and_noise_are_those_put_in(void **const context)
{
    (void)context;
    enum { M = 64, WINDOWS = 100, ENTITIES = 50 };
    const double jitter = 0.2, noise = 0.01;
    mdgan_dataset data;
    mdgan_error error;
    metric_sine sine;
    uint64_t seed = 2;
    create(&data, MDGAN_SCALAR, 1, ENTITIES, M * WINDOWS);
    for (size_t e = 0; e < ENTITIES; e++) {
        double phase = 0;
        for (size_t t = 0; t < M * WINDOWS; t++) {
            phase += t % M == 0 ? jitter * synthetic_normal(&seed) : 0;
            data.value[e * M * WINDOWS + t] =
                (float)(0.1 * sin(0.7 * (double)t + phase) + noise * synthetic_normal(&seed));
        }
    }
    const mdgan_series s = series_of(&data);
    assert_ok(metric_sine_fit(&s, M, 0.7, &sine, &error), &error);
    /* Each phase has an error of sqrt(2 / M) noise / amplitude, and a turn has two of them. */
    const double expected = sqrt(jitter * jitter + 4.0 / M * 0.01);
    assert_near("jitter", sine.jitter, expected, 4 * expected / sqrt(2.0 * ENTITIES * WINDOWS));
    assert_near("noise", sine.noise, noise, 4 * noise / sqrt(2.0 * ENTITIES * WINDOWS * M));
    mdgan_dataset_clear(&data);
}

static void periodograms_approach_their_expectation(void **const context)
{
    (void)context;
    enum { LENGTH = 256, ENTITIES = 4000, BINS = LENGTH / 2 + 1 };
    double power[BINS], expected[BINS], flat[BINS];
    mdgan_dataset data;
    mdgan_error error;
    assert_ok(process_sine(&data, ENTITIES, LENGTH, 0.1, 0.7, 0.1, 3, &error), &error);
    const mdgan_series s = series_of(&data);
    assert_ok(metric_periodogram(&s, LENGTH, LENGTH, power, &error), &error);
    metric_periodogram_expected(0.1, 0.7, 0.1, LENGTH, expected);
    metric_periodogram_expected(0, 0.7, 0.1, LENGTH, flat);
    for (size_t k = 0; k < BINS; k++) {
        assert_near("flat", flat[k], 1.0 / BINS, 1e-12);
        /* An exponential distribution has its mean as its deviation; that of both ends is sqrt 2 times as large. */
        assert_near("bin", power[k], expected[k], 6 * expected[k] / sqrt(ENTITIES));
    }
    /* Pieces of half the length, of the first half alone. */
    assert_ok(metric_periodogram(&s, LENGTH / 2, LENGTH / 2, power, &error), &error);
    metric_periodogram_expected(0.1, 0.7, 0.1, LENGTH / 2, expected);
    assert_near("line", power[14], expected[14], 6 * expected[14] / sqrt(ENTITIES));
    assert_fails(metric_periodogram(&s, LENGTH + 2, LENGTH, power, &error), MDGAN_INVALID, &error, "258");
    assert_near("mse", metric_mse((const double[]){1, 2, 3}, (const double[]){1, 0, 6}, 3), 13.0 / 3, 1e-15);
    mdgan_dataset_clear(&data);
}

static void a_comb_is_as_high_as_it_was_made(void **const context)
{
    (void)context;
    enum { BINS = 1025, SPACING = 32 };
    double power[BINS];
    for (size_t i = 0; i < BINS; i++) {
        power[i] = 2;
    }
    assert_near("no comb", metric_comb(power, BINS, 0, SPACING, 0, -BINS), 1, 1e-12);
    for (size_t i = SPACING; i < BINS; i += SPACING) {
        power[i] = 14; /* (2 + 14 + 2) / 3 = 3 x 2 */
    }
    assert_near("comb", metric_comb(power, BINS, 0, SPACING, 0, -BINS), 3, 1e-12);
    assert_near("between its teeth", metric_comb(power, BINS, 16, SPACING, 0, -BINS), 13.0 / 14.0, 0.15);
    power[10 * SPACING] = 1e9;
    assert_near("a line is avoided", metric_comb(power, BINS, 0, SPACING, 0, 10 * SPACING), 3, 1e-12);
    assert_near("above the line", metric_comb(power, BINS, 0, SPACING, 11 * SPACING - 15, -BINS), 3, 1e-12);
    assert_true(isnan(metric_comb(power, BINS, 0, SPACING, BINS, -BINS)));
}

/* Two blocks of energy 8, two of 0, and so on. */
static void block_energies_are_those_put_in(void **const context)
{
    (void)context;
    enum { BLOCK = 16, BLOCKS = 400 };
    mdgan_dataset data;
    mdgan_error error;
    metric_energy energy;
    create(&data, MDGAN_VELOCITY, 2, 3, BLOCK * BLOCKS);
    for (size_t i = 0; i < (size_t)3 * BLOCK * BLOCKS * 2; i++) {
        data.value[i] = (i / 2 / BLOCK / 2) % 2 ? 2.0f : 0.0f;
    }
    const mdgan_series s = series_of(&data);
    assert_ok(metric_block_energy(&s, BLOCK, &energy, &error), &error);
    assert_near("variance", energy.variance, 1, 1e-12);
    assert_near("one block", energy.acf[1], 1.0 / (BLOCKS - 1), 1e-12); /* a pair more is alike than not */
    assert_near("four blocks", energy.acf[4], 1, 1e-12);
    assert_near("16 blocks", energy.acf[16], 1, 1e-12);
    assert_fails(metric_block_energy(&s, BLOCK * BLOCKS / 17, &energy, &error), MDGAN_INVALID, &error, "18");
    mdgan_dataset_clear(&data);
}

static void jumps_at_joins_stand_out(void **const context)
{
    (void)context;
    enum { M = 8, FRAMES = 8 * M };
    mdgan_dataset data;
    create(&data, MDGAN_SCALAR, 1, 2, FRAMES);
    for (size_t i = 0; i < 2 * FRAMES; i++) {
        const size_t t = i % FRAMES;
        data.value[i] = (float)(t % 2) + 3 * (float)(t / M % 2); /* steps of 1; at joins of 2 and 4 in turn */
    }
    const mdgan_series s = series_of(&data);
    const metric_join join = metric_join_of(&s, M);
    /* Joins 1 -> 3: +2, then 4 -> 0: -4; four and three of them. */
    const double square = (4 * 4.0 + 3 * 16.0) / 7, fourth = (4 * 16.0 + 3 * 256.0) / 7;
    assert_near("rms", join.rms, sqrt(square), 1e-12);
    assert_near("kurtosis", join.kurtosis, fourth / (square * square), 1e-12);
    mdgan_dataset_clear(&data);
}

static void kolmogorov_distance_of_known_samples(void **const context)
{
    (void)context;
    const double a[] = {1, 2, 3, 4}, b[] = {3, 3, 5, 6, 7};
    assert_near("itself", metric_kolmogorov(a, 4, a, 4), 0, 0);
    assert_near("a and b", metric_kolmogorov(a, 4, b, 5), 0.6, 1e-12); /* at 4: 1 - 2/5 */
    assert_near("b and a", metric_kolmogorov(b, 5, a, 4), 0.6, 1e-12);
    const float value[] = {3, 4, 0, 0, 6, 8, 5, 12};
    size_t n;
    double *const speeds = metric_speeds(&(mdgan_series){value, 2, 2, 2}, 10, &n);
    assert_int_equal(n, 4);
    assert_near("least", speeds[0], 0, 0);
    assert_near("largest", speeds[3], 13, 1e-12);
    free(speeds);
}

static void slopes_of_a_power_law(void **const context)
{
    (void)context;
    double value[65];
    for (size_t i = 0; i < 65; i++) {
        value[i] = 3 * pow((double)i, 0.8);
    }
    assert_near("exponent", metric_log_slope(value, 1, 64), 0.8, 1e-12);
    assert_near("a chord", metric_slope(value, 10, 11), value[11] - value[10], 1e-12);
}

static const process_diffusion process = {.diffusion = 0.5, .square = {2, 10}, .time = {6, 40}};

static void positions_move_as_the_process_says(void **const context)
{
    (void)context;
    enum { FRAMES = 401, LAGS = 101 };
    double msd[LAGS], deviation[LAGS];
    mdgan_dataset data;
    mdgan_error error;
    assert_ok(process_positions(&process, &data, 1000, FRAMES, 4, &error), &error);
    const mdgan_series s = series_of(&data);
    assert_ok(mdgan_displacement(&s, LAGS, msd, deviation, &error), &error);
    for (size_t i = 1; i < LAGS; i++) {
        assert_near("displacement", msd[i], process_displacement(&process, (double)i), 4 * deviation[i]);
        assert_true(deviation[i] < 0.02 * msd[i]);
    }
    mdgan_dataset_clear(&data);
}

static void a_fit_of_the_right_form_finds_the_process(void **const context)
{
    (void)context;
    mdgan_dataset data;
    mdgan_error error;
    process_diffusion fit = {.time = {6, 40}};
    assert_ok(process_positions(&process, &data, 8000, 129, 5, &error), &error);
    assert_ok(process_fit(&fit, &data, 128, PROCESS_TIMES, &error), &error);
    /* Four standard deviations of fits to so many: what slows the motion for long is hardly told from D. */
    assert_near("D", fit.diffusion, process.diffusion, 0.026);
    assert_near("first", fit.square[0], process.square[0], 0.14);
    assert_near("second", fit.square[1], process.square[1], 1.4);
    assert_fails(process_fit(&fit, &data, 129, PROCESS_TIMES, &error), MDGAN_INVALID, &error, "130");

    /* Without the times; their logarithms are known to 0.052 and 0.19 (Fisher's information; four of them). */
    fit = (process_diffusion){0};
    assert_ok(process_fit(&fit, &data, 128, PROCESS_FORM, &error), &error);
    const bool in_order = fit.time[0] < fit.time[1];
    assert_near("first time", log(fit.time[in_order ? 0 : 1]), log(process.time[0]), 0.21);
    assert_near("second time", log(fit.time[in_order ? 1 : 0]), log(process.time[1]), 0.76);
    assert_near("displacement", process_displacement(&fit, 128), process_displacement(&process, 128),
                0.05 * process_displacement(&process, 128));
    mdgan_dataset_clear(&data);

    /* Free motion has no memory: weights stay at 0 or close to it instead of falling below. */
    const process_diffusion free_motion = {.diffusion = 0.5, .time = {6, 40}};
    fit = free_motion;
    assert_ok(process_positions(&free_motion, &data, 1000, 129, 6, &error), &error);
    assert_ok(process_fit(&fit, &data, 128, PROCESS_TIMES, &error), &error);
    assert_near("D", fit.diffusion, 0.5, 0.02);
    assert_true(fit.square[0] >= 0 && fit.square[0] < 0.1 && fit.square[1] >= 0 && fit.square[1] < 0.6);
    mdgan_dataset_clear(&data);
}

/* A window of a known process follows from the last one as the process says, and stays so. */
static void gaussian_windows_go_on_as_their_data(void **const context)
{
    (void)context;
    enum { M = 16, LAGS = 3 * M };
    const oscillator o = {.rho = 0.95, .theta = 0.8};
    const mdgan_feature feature = synthetic_feature(MDGAN_VELOCITY, 3, true);
    mdgan_dataset data, out;
    mdgan_error error;
    double acf[LAGS], deviation[LAGS];
    synthetic_oscillators(&data, &feature, 8000, 2 * M, o, 7);
    assert_ok(windows_gaussian(&data, M, 8, 300, 64 * M, &out, &error), &error);
    const mdgan_series s = series_of(&out);
    assert_ok(mdgan_autocorrelation(&s, LAGS, acf, deviation, &error), &error);
    for (size_t i = 0; i < LAGS; i++) {
        assert_near("autocorrelation", acf[i], oscillator_covariance(o, i), 0.04);
    }
    assert_near("joins", metric_join_of(&s, M).rms, 1, 0.02);
    mdgan_dataset_clear(&out);

    /* Drawn independently, windows keep what is inside them, and nothing across joins. */
    assert_ok(windows_independent(&data, M, 9, 300, 64 * M, &out, &error), &error);
    const mdgan_series w = series_of(&out);
    assert_ok(mdgan_autocorrelation(&w, LAGS, acf, deviation, &error), &error);
    assert_near("inside", acf[4], oscillator_covariance(o, 4) * (M - 4) / M, 0.03);
    assert_near("beyond", acf[M + 1], 0, 0.03);
    mdgan_dataset_clear(&out);
    assert_fails(windows_gaussian(&data, M + 1, 8, 1, 1, &out, &error), MDGAN_INVALID, &error, "34");
    mdgan_dataset_clear(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pure_sine_has_its_amplitude_and_no_jitter),
        cmocka_unit_test(jitter_and_noise_are_those_put_in),
        cmocka_unit_test(periodograms_approach_their_expectation),
        cmocka_unit_test(a_comb_is_as_high_as_it_was_made),
        cmocka_unit_test(block_energies_are_those_put_in),
        cmocka_unit_test(jumps_at_joins_stand_out),
        cmocka_unit_test(kolmogorov_distance_of_known_samples),
        cmocka_unit_test(slopes_of_a_power_law),
        cmocka_unit_test(positions_move_as_the_process_says),
        cmocka_unit_test(a_fit_of_the_right_form_finds_the_process),
        cmocka_unit_test(gaussian_windows_go_on_as_their_data),
    };
    return cmocka_run_group_tests_name("bench_metrics", tests, NULL, NULL);
}
