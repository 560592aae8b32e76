/* SPDX-License-Identifier: BSD-3-Clause */
/* A sine with noise, as in the paper (Endo, Tomobe, Yasuoka, AAAI 2018): 128 frames are extended to 1,024 and to
 * 100,352. The paper's N(0, 0.01) may mean a standard deviation of 0.01 or 0.1; both are measured. */
#include <math.h>
#include <stdlib.h>

#include "metrics.h"
#include "processes.h"
#include "study.h"
#include "windows.h"

enum {
    WINDOW = 64,
    SERIES = 4000,
    ENTITIES = 256,
    PIECE = 1024,
    FRAMES = 98 * PIECE,
    PICTURE = 256, /* frames of it */
    BINS = PIECE / 2 + 1,
    /* Fine enough that the teeth of a comb stand apart from each other: 128 bins. */
    COMB_SEGMENT = 8192
};
static const double amplitude = 0.1, omega = 0.7;
/* Numbers of random series, apart from those of the data. */
static const uint64_t floor_seed = 1000000, noise_seed = 2000000;

typedef struct oscillator {
    double deviation;
    double expected[BINS];  /* the exact expectation: no ensemble is large enough to be a better reference */
    double independent_mse; /* of independent windows of the same data */
    double noise_jitter;    /* that the noise alone gives to the phases of real series */
} oscillator;

static mdgan_series series_of(const mdgan_dataset *const data)
{
    return (mdgan_series){data->value, data->n_entity, data->n_frame, data->feature.n_component};
}

static mdgan_status measure_independent(oscillator *const o, const mdgan_dataset *const data, const uint64_t seed,
                                        mdgan_error *const error)
{
    double power[BINS];
    mdgan_dataset series;
    mdgan_status status = windows_independent(data, WINDOW, seed, ENTITIES, PIECE, &series, error);
    if (status != MDGAN_OK) {
        return status;
    }
    const mdgan_series s = series_of(&series);
    status = metric_periodogram(&s, PIECE, PIECE, power, error);
    o->independent_mse = metric_mse(power, o->expected, BINS);
    mdgan_dataset_clear(&series);
    return status;
}

static mdgan_status measure_noise(oscillator *const o, const uint64_t seed, mdgan_error *const error)
{
    metric_sine sine = {0};
    mdgan_dataset series;
    mdgan_status status =
        process_sine(&series, SERIES, PIECE, amplitude, omega, o->deviation, noise_seed + seed, error);
    if (status != MDGAN_OK) {
        return status;
    }
    const mdgan_series s = series_of(&series);
    status = metric_sine_fit(&s, WINDOW, omega, &sine, error);
    o->noise_jitter = sine.jitter;
    mdgan_dataset_clear(&series);
    return status;
}

static mdgan_status prepare(void *const context, const uint64_t seed, mdgan_dataset *const data,
                            mdgan_error *const error)
{
    oscillator *const o = context;
    mdgan_status status = process_sine(data, SERIES, 2 * WINDOW, amplitude, omega, o->deviation, seed, error);
    if (status == MDGAN_OK) {
        status = measure_independent(o, data, seed, error);
    }
    return status == MDGAN_OK ? measure_noise(o, seed, error) : status;
}

static mdgan_status add_spectrum(const oscillator *const o, const mdgan_series *const s, figures *const f,
                                 mdgan_error *const error)
{
    double power[BINS], mse;
    mdgan_status status = metric_periodogram(s, PIECE, PIECE, power, error);
    if (status == MDGAN_OK) {
        mse = metric_mse(power, o->expected, BINS);
        figures_add(f, "spectrum_mse", mse);
        figures_add(f, "spectrum_gain", o->independent_mse / mse);
        for (size_t i = 0; i < BINS; i++) {
            figures_add_point(f, "spectrum", (double)i / PIECE, power[i]);
        }
    }
    if (status == MDGAN_OK && s->n_frame > PIECE) {
        status = metric_periodogram(s, s->n_frame, PIECE, power, error);
        figures_add(f, "spectrum_mse_long", metric_mse(power, o->expected, BINS));
    }
    return status;
}

static mdgan_status add_sine(const oscillator *const o, const mdgan_series *const s, figures *const f,
                             mdgan_error *const error)
{
    metric_sine sine;
    const mdgan_status status = metric_sine_fit(s, WINDOW, omega, &sine, error);
    if (status == MDGAN_OK) {
        const double own = sine.jitter * sine.jitter - o->noise_jitter * o->noise_jitter;
        figures_add(f, "phase_jitter_rad", sqrt(fmax(own, 0)));
        figures_add(f, "phase_turn_sd_rad", sine.jitter);
        figures_add(f, "phase_jitter_noise_rad", o->noise_jitter);
        figures_add(f, "phase_drift_rad", sine.drift);
        figures_add(f, "amplitude_mean", sine.amplitude_mean);
        figures_add(f, "amplitude_sd", sine.amplitude_sd);
        figures_add(f, "noise_ratio", sine.noise / o->deviation);
        figures_add(f, "kurtosis", mdgan_moments_of(s).kurtosis);
    }
    return status;
}

static mdgan_status add_comb(const mdgan_series *const s, figures *const f, mdgan_error *const error)
{
    double power[COMB_SEGMENT / 2 + 1];
    const double line = omega / (2 * M_PI) * COMB_SEGMENT, spacing = (double)COMB_SEGMENT / WINDOW;
    if (s->n_frame < COMB_SEGMENT) {
        return MDGAN_OK;
    }
    const mdgan_status status = mdgan_spectrum(s, COMB_SEGMENT, power, NULL, error);
    if (status == MDGAN_OK) {
        const size_t n = COMB_SEGMENT / 2 + 1;
        figures_add(f, "comb", metric_comb(power, n, 0, spacing, 0, line));
        figures_add(f, "comb_sideband", metric_comb(power, n, line, spacing, 0, line));
    }
    return status;
}

/* A piece of one series, and how the phases of all run away, at times that are spread evenly on a logarithmic scale. */
static mdgan_status add_curves(const mdgan_series *const s, figures *const f, mdgan_error *const error)
{
    const size_t n = s->n_frame / WINDOW - 1;
    double *const rms = malloc(n * sizeof *rms);
    const mdgan_status status = rms ? metric_phase_error(s, WINDOW, omega, n, rms, error)
                                    : mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu windows", n);
    for (size_t k = 1; status == MDGAN_OK && k <= n; k += 1 + k / 10) {
        figures_add_point(f, "phase_error", (double)(k * WINDOW), rms[k - 1]);
    }
    for (size_t t = 0; t < PICTURE; t++) {
        figures_add_point(f, "series", (double)t, s->value[t]);
    }
    free(rms);
    return status;
}

static mdgan_status judge(const oscillator *const o, const mdgan_dataset *const series, figures *const f,
                          mdgan_error *const error)
{
    const mdgan_series s = series_of(series);
    mdgan_status status = add_spectrum(o, &s, f, error);
    if (status == MDGAN_OK) {
        status = add_sine(o, &s, f, error);
    }
    if (status == MDGAN_OK) {
        status = add_curves(&s, f, error);
    }
    return status == MDGAN_OK ? add_comb(&s, f, error) : status;
}

static mdgan_status measure(void *const context, const row *const r, figures *const f, mdgan_error *const error)
{
    mdgan_dataset series;
    mdgan_status status = row_emit(r, 0, &series, error);
    if (status == MDGAN_OK) {
        status = judge(context, &series, f, error);
        mdgan_dataset_clear(&series);
    }
    return status;
}

/* Real series, as many as the rows make. */
static mdgan_status measure_floor(void *const context, const uint64_t seed, figures *const f, mdgan_error *const error)
{
    const oscillator *const o = context;
    mdgan_dataset series;
    mdgan_status status =
        process_sine(&series, ENTITIES, FRAMES, amplitude, omega, o->deviation, floor_seed + seed, error);
    if (status == MDGAN_OK) {
        status = judge(o, &series, f, error);
        mdgan_dataset_clear(&series);
    }
    return status;
}

static mdgan_status run(const bench_request *const request, mdgan_error *const error)
{
    static const double deviations[] = {0.01, 0.1};
    static const char *const names[] = {"oscillator-0.01", "oscillator-0.1"};
    report *out = NULL;
    mdgan_status status = report_create(&out, request, error);
    for (size_t i = 0; status == MDGAN_OK && i < sizeof names / sizeof *names; i++) {
        oscillator o = {.deviation = deviations[i]};
        metric_periodogram_expected(amplitude, omega, o.deviation, PIECE, o.expected);
        const study s = {.name = names[i],
                         .window = WINDOW,
                         .n_entity = ENTITIES,
                         .n_frame = FRAMES,
                         .n_entity_slow = ENTITIES,
                         .n_frame_slow = PIECE,
                         .context = &o,
                         .prepare = prepare,
                         .measure = measure,
                         .floor = measure_floor};
        status = study_run(&s, request, out, error);
    }
    report_close(out);
    return status;
}

const bench_case bench_oscillator = {
    .name = "oscillator", .summary = "a sine with noise, from 128 frames to 1,024 and to 100,352", .run = run};
