/* SPDX-License-Identifier: BSD-3-Clause */
/* O-H bonds of liquid water: velocities of 220 bonds in the first frames of a simulation against a spectrum from 58 ps
 * of the same. */
#include <math.h>
#include <stdlib.h>

#include "metrics.h"
#include "recorded.h"
#include "study.h"

enum {
    SEGMENT = 2048, /* of the reference spectrum */
    BINS = SEGMENT / 2 + 1,
    FRAMES = 16384,
    FRAMES_SLOW = 2 * SEGMENT,
    BLOCK = 16,
    SPEEDS = 1 << 18,
    PEAKS = 3,
    PEAK_HALF_WIDTH = 2
};
static const double empty_above = 5000; /* cm^-1 */

typedef struct water {
    size_t window, n_train; /* frames */
    mdgan_dataset recorded;
    double frequency[BINS], reference[BINS];
    double *speeds; /* [n_speed] sorted, of the recorded frames */
    size_t n_speed;
    double variance; /* of the same, per component */
} water;

static mdgan_series series_of(const mdgan_dataset *const data)
{
    return (mdgan_series){data->value, data->n_entity, data->n_frame, data->feature.n_component};
}

static mdgan_status prepare(void *const context, const uint64_t seed, mdgan_dataset *const data,
                            mdgan_error *const error)
{
    const water *const w = context;
    (void)seed;
    return recorded_part(&w->recorded, 0, w->n_train, data, error);
}

static size_t bin_at(const water *const w, const double frequency)
{
    return (size_t)lround(frequency / w->frequency[1]);
}

static void find_peaks(const water *const w, const double *const power, double at[PEAKS])
{
    /* Around libration, bend and stretch, cm^-1. */
    static const double band[PEAKS][2] = {{200, 1000}, {1200, 1800}, {3000, 4300}};
    for (size_t i = 0; i < PEAKS; i++) {
        const double bin = mdgan_peak(power, BINS, bin_at(w, band[i][0]), bin_at(w, band[i][1]), PEAK_HALF_WIDTH);
        at[i] = bin < 0 ? NAN : bin * w->frequency[1];
    }
}

static double power_above(const water *const w, const double *const power)
{
    double sum = 0;
    for (size_t i = bin_at(w, empty_above); i < BINS; i++) {
        sum += power[i];
    }
    return sum;
}

static void add_peaks(const water *const w, const double *const power, figures *const f)
{
    double wanted[PEAKS], found[PEAKS];
    find_peaks(w, w->reference, wanted);
    find_peaks(w, power, found);
    for (size_t i = 0; i < PEAKS; i++) {
        found[i] -= wanted[i];
    }
    figures_add_three(f, "peak_error_cm1", found);
}

static mdgan_status add_energy(const mdgan_series *const s, figures *const f, mdgan_error *const error)
{
    metric_energy energy;
    const mdgan_status status = metric_block_energy(s, BLOCK, &energy, error);
    if (status == MDGAN_OK) {
        figures_add(f, "block_energy_acf1", energy.acf[1]);
        figures_add(f, "block_energy_acf4", energy.acf[4]);
        figures_add(f, "block_energy_acf16", energy.acf[16]);
        for (size_t i = 0; i < METRIC_ENERGY_LAGS; i++) {
            figures_add_point(f, "energy_acf", (double)(i * BLOCK), energy.acf[i]);
        }
        figures_add(f, "block_energy_variance", energy.variance);
    }
    return status;
}

static mdgan_status add_speeds(const water *const w, const mdgan_series *const s, figures *const f,
                               mdgan_error *const error)
{
    size_t n = 0;
    double *const speeds = metric_speeds(s, SPEEDS, &n);
    if (!speeds) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for %d speeds", SPEEDS);
    }
    figures_add(f, "speed_distance", metric_kolmogorov(speeds, n, w->speeds, w->n_speed));
    figures_add(f, "variance_ratio", mdgan_moments_of(s).variance / w->variance);
    free(speeds);
    return MDGAN_OK;
}

static void add_joins(const water *const w, const mdgan_series *const s, figures *const f)
{
    const metric_join join = metric_join_of(s, w->window);
    figures_add(f, "join_jump_ratio", join.rms);
    figures_add(f, "join_kurtosis_ratio", join.kurtosis);
}

/* All but the spectrum's error. */
static mdgan_status judge(const water *const w, const mdgan_dataset *const series, const double *const power,
                          figures *const f, mdgan_error *const error)
{
    const mdgan_series s = series_of(series);
    const double above = power_above(w, power);
    add_peaks(w, power, f);
    for (size_t i = 0; i < bin_at(w, empty_above); i++) {
        figures_add_point(f, "vdos", w->frequency[i], power[i]);
    }
    figures_add(f, "power_above_5000", above);
    figures_add(f, "power_above_5000_ratio", above / power_above(w, w->reference));
    figures_add(f, "comb_above_5000",
                metric_comb(power, BINS, 0, (double)SEGMENT / (double)w->window, bin_at(w, empty_above), -SEGMENT));
    mdgan_status status = add_energy(&s, f, error);
    if (status == MDGAN_OK) {
        status = add_speeds(w, &s, f, error);
    }
    add_joins(w, &s, f);
    return status;
}

static mdgan_status measure(void *const context, const row *const r, figures *const f, mdgan_error *const error)
{
    const water *const w = context;
    double power[BINS];
    mdgan_dataset series;
    mdgan_status status = row_emit(r, 0, &series, error);
    if (status != MDGAN_OK) {
        return status;
    }
    const mdgan_series s = series_of(&series);
    status = mdgan_spectrum(&s, SEGMENT, power, NULL, error);
    if (status == MDGAN_OK) {
        figures_add(f, "vdos_rel_l2", mdgan_relative_l2(power, w->reference, BINS));
        status = judge(w, &series, power, f, error);
    }
    mdgan_dataset_clear(&series);
    return status;
}

/* Spectrum of recorded frames first .. first + n - 1; fewer than a segment are padded, which blurs lines. */
static mdgan_status recorded_power(const water *const w, const size_t first, const size_t n, double *const power,
                                   mdgan_error *const error)
{
    mdgan_dataset part;
    mdgan_status status = recorded_part(&w->recorded, first, n, &part, error);
    if (status == MDGAN_OK) {
        const mdgan_series s = series_of(&part);
        status = mdgan_spectrum(&s, SEGMENT, power, NULL, error);
        mdgan_dataset_clear(&part);
    }
    return status;
}

/* The first half of the recorded frames against the second, and what the whole record says of itself. */
static mdgan_status measure_floor(void *const context, const uint64_t seed, figures *const f, mdgan_error *const error)
{
    const water *const w = context;
    const size_t half = w->recorded.n_frame / 2;
    double first[BINS], second[BINS];
    (void)seed;
    mdgan_status status = recorded_power(w, 0, half, first, error);
    if (status == MDGAN_OK) {
        status = recorded_power(w, half, half, second, error);
    }
    if (status == MDGAN_OK) {
        figures_add(f, "vdos_rel_l2", mdgan_relative_l2(first, second, BINS));
        status = recorded_power(w, 0, w->recorded.n_frame, first, error);
    }
    return status == MDGAN_OK ? judge(w, &w->recorded, first, f, error) : status;
}

static mdgan_status load(water *const w, const bench_request *const request, mdgan_error *const error)
{
    mdgan_status status = recorded_series(request, "water-oh-velocity.h5", &w->recorded, error);
    if (status == MDGAN_OK) {
        status = recorded_spectrum(request, "water-vdos.csv", BINS, w->frequency, w->reference, error);
    }
    if (status != MDGAN_OK) {
        return status;
    }
    const mdgan_series s = series_of(&w->recorded);
    w->variance = mdgan_moments_of(&s).variance;
    w->speeds = metric_speeds(&s, SPEEDS, &w->n_speed);
    return w->speeds ? MDGAN_OK : mdgan_fail(error, MDGAN_MEMORY, "no memory for %d speeds", SPEEDS);
}

static mdgan_status run_all(water *const w, const bench_request *const request, report *const out,
                            mdgan_error *const error)
{
    static const char *const names[] = {"water-64", "water-128", "water-64x8"};
    static const size_t windows[] = {64, 128, 64}, n_train[] = {128, 256, 512};
    mdgan_status status = MDGAN_OK;
    for (size_t i = 0; status == MDGAN_OK && i < sizeof names / sizeof *names; i++) {
        w->window = windows[i];
        w->n_train = n_train[i];
        const study s = {.name = names[i],
                         .window = windows[i],
                         .n_entity = w->recorded.n_entity,
                         .n_frame = FRAMES,
                         .n_entity_slow = w->recorded.n_entity,
                         .n_frame_slow = FRAMES_SLOW,
                         .context = w,
                         .prepare = prepare,
                         .measure = measure,
                         .floor = measure_floor};
        status = study_run(&s, request, out, error);
    }
    return status;
}

static mdgan_status run(const bench_request *const request, mdgan_error *const error)
{
    water w = {.window = 0};
    report *out = NULL;
    mdgan_status status = load(&w, request, error);
    if (status == MDGAN_OK) {
        status = report_create(&out, request, error);
    }
    if (status == MDGAN_OK) {
        status = run_all(&w, request, out, error);
    }
    report_close(out);
    free(w.speeds);
    mdgan_dataset_clear(&w.recorded);
    return status;
}

const bench_case bench_water = {
    .name = "water", .summary = "vibrational spectrum of O-H bonds, against 58 ps of simulation", .run = run};
