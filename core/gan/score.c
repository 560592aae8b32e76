/* SPDX-License-Identifier: BSD-3-Clause */
#include "gan/score.h"

#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "statistics/expected.h"
#include "statistics/taper.h"

enum {
    CHAINS = 256, /* generated series, in blocks of */
    CHAINS_AT_ONCE = 64,
    WINDOWS = 5,       /* per chain: two records that begin in the middle of a window, so that joins lie inside */
    LONG_WINDOWS = 16, /* of the series that are compared with the start */
    BANDS_MAX = 16,
    BLOCKS = 8,     /* per record, for block energies */
    PREDICTOR = 32, /* frames that the next one is predicted from, at the most */
    LATE_LAGS_MAX = 8,
    SPREAD_ENTITIES = 1000, /* as many tell how far one is from the next */
    CROSS_MAX = 6           /* components, or particles, that are compared with each other */
};
enum { N_SURPRISE = 2 };
static const size_t block_lags[] = {0, 1, 2, 4};
enum { N_BLOCK_LAG = sizeof block_lags / sizeof *block_lags };

/* Bands that hold less than these shares of all power count as empty: nobody asks how empty. Squares of band powers
 * need a coarser one. */
static const double empty_power = 2e-4, empty_square = 2e-3;

/* White noise of this share of the variance is thought added for the predictor, which would else be at the mercy of
 * the emptiest frequencies. */
static const double predictor_floor = 1e-3;

/* Lags from M to 3M/2 whose distances differ, so that no frequency escapes them all. */
static size_t late_lag(const size_t record, const size_t i)
{
    return record / 2 + i * (i + 1) / 2;
}

static size_t n_late_lag(const size_t record)
{
    size_t n = 0;
    while (n < LATE_LAGS_MAX && late_lag(record, n) <= record / 4 * 3) {
        n++;
    }
    return n;
}

static size_t n_displacement(const size_t record)
{
    size_t n = 0;
    for (size_t lag = 2; lag <= record; lag *= 2) {
        n++;
    }
    return n;
}

/* Where the products of frames a window apart begin; those of components follow. */
static size_t late_begin(const score *const s)
{
    return s->n_statistic - s->n_cross - n_late_lag(s->record);
}

void score_clear(score *const s)
{
    free(s->window);
    free(s->z);
    free(s->series);
    free(s->start_spectrum);
    fft_real_clear(&s->fft);
    fft_real_clear(&s->long_fft);
    sampler_work_clear(&s->work);
    *s = (score){0};
}

/* Bands of equal width over the frequencies above zero. */
static size_t band_of(const score *const s, const size_t bin)
{
    const size_t n_bin = s->record / 2;
    return (bin - 1) * s->n_band / n_bin;
}

static void add_bands(score *const s, const float *const x, double *const row)
{
    const size_t n = s->record, d = s->n_component;
    /* fftw_complex is double[2] or a complex type, whatever headers came before. */
    const double *const spectrum = (const double *)s->fft.y;
    double power[BANDS_MAX];
    for (size_t c = 0; c < d; c++) {
        for (size_t t = 0; t < n; t++) {
            s->fft.x[t] = s->window[t] * x[t * d + c];
        }
        fftw_execute(s->fft.forward);
        memset(power, 0, sizeof power);
        for (size_t k = 1; k <= n / 2; k++) {
            const double re = spectrum[2 * k], im = spectrum[2 * k + 1];
            power[band_of(s, k)] += (re * re + im * im) / (double)n;
        }
        for (size_t b = 0; b < s->n_band; b++) {
            row[b] += power[b] / (double)d;
            const double deviation = power[b] - s->centre[b];
            row[s->n_band + b] += deviation * deviation / (double)d;
        }
    }
}

static void add_displacements(const score *const s, const float *const x, double *row)
{
    const size_t n = s->record, d = s->n_component;
    double *const path = s->path;
    for (size_t c = 0; c < d; c++) {
        path[0] = 0;
        for (size_t t = 0; t < n; t++) {
            path[t + 1] = path[t] + x[t * d + c];
        }
        size_t i = 0;
        for (size_t lag = 2; lag <= n; lag *= 2, i++) {
            const size_t origins = n + 1 - lag;
            double sum = 0;
            for (size_t t = 0; t < origins; t++) {
                const double step = path[t + lag] - path[t];
                sum += step * step;
            }
            row[i] += sum / (double)(origins * d);
        }
    }
}

static void add_energies(const score *const s, const float *const x, double *const row)
{
    const double mean = s->centre[s->n_band];
    const size_t length = s->record / BLOCKS, size = length * s->n_component;
    double energy[BLOCKS], fourth = 0;
    for (size_t b = 0; b < BLOCKS; b++) {
        energy[b] = 0;
        for (size_t i = 0; i < size; i++) {
            const double square = (double)x[b * size + i] * x[b * size + i];
            energy[b] += square / (double)size;
            fourth += square * square / (double)(size * BLOCKS);
        }
    }
    row[0] += fourth;
    for (size_t l = 0; l < N_BLOCK_LAG; l++) {
        const size_t pairs = BLOCKS - block_lags[l];
        for (size_t b = 0; b < pairs; b++) {
            row[1 + l] += (energy[b] - mean) * (energy[b + block_lags[l]] - mean) / (double)pairs;
        }
    }
}

/* Mean square and fourth power of what a linear predictor does not foresee: noise, and jitter of lines, that stand in
 * no band. */
static void add_surprises(const score *const s, const float *const x, double *const row)
{
    const size_t d = s->n_component, n = s->record - s->n_predictor;
    for (size_t c = 0; c < d; c++) {
        for (size_t t = 0; t < n; t++) {
            const float *const past = x + t * d + c;
            double surprise = past[s->n_predictor * d];
            for (size_t k = 0; k < s->n_predictor; k++) {
                surprise -= s->predictor[k] * past[k * d];
            }
            const double square = surprise * surprise;
            row[0] += square / (double)(n * d);
            row[1] += square * square / (double)(n * d);
        }
    }
}

/* Products of frames a window apart: by the phase of a line there, its frequency shows more sharply than in any band.
 */
static void add_late_products(const score *const s, const float *const x, double *const row)
{
    const size_t d = s->n_component, n_lag = n_late_lag(s->record);
    for (size_t i = 0; i < n_lag; i++) {
        const size_t lag = late_lag(s->record, i), n = (s->record - lag) * d;
        double sum = 0;
        for (size_t k = 0; k < n; k++) {
            sum += (double)x[k] * x[k + lag * d];
        }
        row[i] += sum / (double)n;
    }
}

/* Lags at which components are compared with each other. */
static size_t n_cross_lag(const size_t record)
{
    size_t n = 1; /* 0, then 1, 2, 4 .. M */
    for (size_t lag = 1; lag <= record / 2; lag *= 2) {
        n++;
    }
    return n;
}

static size_t cross_lag(const size_t i)
{
    return i == 0 ? 0 : (size_t)1 << (i - 1);
}

/* Products of two of them at several lags, which the spectrum of each does not know. */
static void add_cross_products(const score *const s, const float *const x, double *row)
{
    const size_t d = s->n_component, w = s->cross_width, most = s->n_cross_unit;
    for (size_t i = 0; i < n_cross_lag(s->record); i++) {
        const size_t lag = cross_lag(i), n = s->record - lag;
        for (size_t pair = 0; pair < most * most; pair++) {
            const size_t a = pair / most, b = pair % most;
            double sum = 0;
            for (size_t t = 0; t < n && a != b; t++) {
                const float *const first = x + t * d + a * w, *const second = x + (t + lag) * d + b * w;
                for (size_t c = 0; c < w; c++) {
                    sum += (double)first[c] * second[c];
                }
            }
            *row += sum / (double)(n * w);
            row += a != b;
        }
    }
}

/* Mean over the records of one entity. */
static void statistics_of(score *const s, const float *const series, const size_t n_record, const size_t step)
{
    const size_t late = late_begin(s);
    memset(s->row, 0, s->n_statistic * sizeof *s->row);
    for (size_t r = 0; r < n_record; r++) {
        const float *const x = series + r * step * s->n_component;
        add_bands(s, x, s->row);
        add_displacements(s, x, s->row + 2 * s->n_band);
        add_energies(s, x, s->row + 2 * s->n_band + n_displacement(s->record));
        add_surprises(s, x, s->row + late - N_SURPRISE);
        add_late_products(s, x, s->row + late);
        add_cross_products(s, x, s->row + s->n_statistic - s->n_cross);
    }
    for (size_t i = 0; i < s->n_statistic; i++) {
        s->row[i] /= (double)n_record;
    }
}

static const double one_percent = 0.01;

/* Smallest differences that matter, beside what chance explains: a hundredth of each statistic's natural size, for
 * bands the shares above which they count as empty, and for the phases of lines a thousandth. */
static void set_floors(score *const s)
{
    const double energy = s->centre[s->n_band];
    const size_t n_moment = 2 * s->n_band + n_displacement(s->record) + 1;
    const size_t late = late_begin(s);
    double total = 0;
    for (size_t b = 0; b < s->n_band; b++) {
        total += s->held[b];
    }
    for (size_t b = 0; b < s->n_band; b++) {
        s->floor[b] = fmax(empty_power * total, one_percent * s->held[b]);
        s->floor[s->n_band + b] =
            fmax(empty_square * total * empty_square * total, one_percent * s->centre[b] * s->centre[b]);
    }
    for (size_t i = 2 * s->n_band; i < late; i++) {
        const bool own_size = i < n_moment || i + N_SURPRISE >= late;
        s->floor[i] = one_percent * (own_size ? s->held[i] : energy * energy);
    }
    for (size_t i = late; i < s->n_statistic; i++) {
        const bool of_lines = i < s->n_statistic - s->n_cross;
        s->floor[i] = (of_lines ? 0.1 : 1) * one_percent * energy;
    }
}

/* The linear predictor of the least mean squared error, from the autocovariance of all real data. The earliest frame
 * comes first. */
static mdgan_status fit_predictor(score *const s, const sample_data *const data, mdgan_error *const error)
{
    const size_t p = s->n_predictor, d = data->n_component, n = data->n_frame;
    const mdgan_series all = {data->value, data->n_entity, n, d};
    double r[PREDICTOR + 1], matrix[PREDICTOR * PREDICTOR];
    const mdgan_status status = mdgan_autocorrelation(&all, p + 1, r, NULL, error);
    if (status != MDGAN_OK) {
        return status;
    }
    for (size_t lag = 0; lag <= p; lag++) {
        r[lag] *= (double)(n - lag) / (double)n; /* the biased estimate is positive definite */
    }
    for (size_t i = 0; i < p * p; i++) {
        const size_t row = i / p, column = i % p;
        matrix[i] = r[row > column ? row - column : column - row] + (row == column ? predictor_floor * r[0] : 0);
    }
    for (size_t k = 0; k < p; k++) {
        s->predictor[k] = r[p - k];
    }
    if (LAPACKE_dposv(LAPACK_ROW_MAJOR, 'U', (int)p, 1, matrix, (int)p, s->predictor, 1) != 0) {
        return mdgan_fail(error, MDGAN_NUMERIC, "the data could not be fitted with a linear predictor");
    }
    return MDGAN_OK;
}

/* Fixed points that deviations are taken from; which ones hardly matters, as data and model share them. */
static mdgan_status measure_centres(score *const s, const sample_data *const data, mdgan_error *const error)
{
    const size_t values = data->n_frame * data->n_component;
    entity_mean mean;
    const mdgan_status status = entity_mean_create(&mean, s->n_statistic, error);
    if (status != MDGAN_OK) {
        return status;
    }
    double energy = 0;
    for (size_t e = 0; e < data->n_entity; e++) {
        const float *const x = data->value + e * values;
        statistics_of(s, x, 1, s->record);
        entity_mean_add(&mean, s->row);
        for (size_t i = 0; i < values; i++) {
            energy += (double)x[i] * x[i] / (double)(values * data->n_entity);
        }
    }
    entity_mean_result(&mean, 1, s->made, NULL);
    entity_mean_clear(&mean);
    memcpy(s->centre, s->made, s->n_band * sizeof *s->centre);
    s->centre[s->n_band] = energy;
    return MDGAN_OK;
}

/* Adds the statistics of entities, all their records. */
static void add_entities(score *const s, const sample_data *const data, const size_t n, const uint32_t *const entity,
                         entity_mean *const mean)
{
    for (size_t i = 0; i < n; i++) {
        statistics_of(s, data->value + (size_t)entity[i] * data->n_frame * data->n_component, data->n_frame / s->record,
                      s->record);
        entity_mean_add(mean, s->row);
    }
}

/* Held-out entities and as many others as it takes; very few entities are all held out and trained on as well. */
static size_t spread_entities(const sample_data *const data)
{
    const size_t wanted = data->n_held > SPREAD_ENTITIES ? data->n_held : SPREAD_ENTITIES;
    return wanted < data->n_entity ? wanted : data->n_entity;
}

/* One record says little: every power may as well be another as large, and a displacement that of white noise, even
 * where the mean that was taken off has made it none. */
static double error_of_one_record(const score *const s, const size_t i)
{
    const double energy = s->centre[s->n_band];
    const size_t way = 2 * s->n_band;
    const double size = i < late_begin(s) ? s->floor[i] / one_percent : energy;
    const bool is_displacement = i >= way && i < way + n_displacement(s->record);
    return is_displacement ? fmax(size, energy * (double)((size_t)2 << (i - way))) : size;
}

/* The spread over n entities of a few is itself uncertain, and by chance often far too small: it is taken as if one
 * more entity were known, as far from the others as its records say alone. */
static void steady_errors(score *const s, const size_t n, const size_t n_record)
{
    for (size_t i = 0; i < s->n_statistic; i++) {
        const double alone = error_of_one_record(s, i), known = s->held_error[i] * s->held_error[i];
        const double more = alone * alone / (double)(n_record * n);
        s->held_error[i] = sqrt(((double)(n - 1) * known + more) / (double)n);
    }
}

/* A single entity has no others beside it: its records, one after the other, tell how far one is from the next. */
static mdgan_status measure_single(score *const s, const sample_data *const data, mdgan_error *const error)
{
    entity_mean mean;
    const mdgan_status status = entity_mean_create(&mean, s->n_statistic, error);
    if (status != MDGAN_OK) {
        return status;
    }
    s->n_held = data->n_frame / s->record;
    for (size_t r = 0; r < s->n_held; r++) {
        statistics_of(s, data->value + r * s->record * data->n_component, 1, s->record);
        entity_mean_add(&mean, s->row);
    }
    entity_mean_result(&mean, 1, s->held, s->held_error);
    entity_mean_clear(&mean);
    set_floors(s);
    if (s->n_held == 1) {
        for (size_t i = 0; i < s->n_statistic; i++) {
            s->held_error[i] = error_of_one_record(s, i);
        }
    }
    return MDGAN_OK;
}

/* Means are of the held-out entities alone. How far one entity differs from the next is known better with others beside
 * them: from 22 of 220 bonds alone, the score of one and the same model was 0.5 to 2.7 by the choice of the 22. */
static mdgan_status measure_held_out(score *const s, const sample_data *const data, mdgan_error *const error)
{
    entity_mean mean;
    const mdgan_status status = entity_mean_create(&mean, s->n_statistic, error);
    if (status != MDGAN_OK) {
        return status;
    }
    s->n_held = data->n_held;
    add_entities(s, data, data->n_held, data->held, &mean);
    entity_mean_result(&mean, 1, s->held, NULL);
    const size_t n = spread_entities(data);
    add_entities(s, data, n - data->n_held, data->train, &mean);
    entity_mean_result(&mean, 1, s->made, s->held_error);
    entity_mean_clear(&mean);
    for (size_t i = 0; i < s->n_statistic; i++) {
        s->held_error[i] *= sqrt((double)n / (double)data->n_held);
    }
    set_floors(s);
    if (data->n_held == data->n_entity) { /* they are few */
        steady_errors(s, n, data->n_frame / s->record);
    }
    return MDGAN_OK;
}

static void add_long_spectrum(score *const s, const float *const x)
{
    const size_t n = s->long_fft.n, d = s->n_component;
    const double *const spectrum = (const double *)s->long_fft.y;
    for (size_t c = 0; c < d; c++) {
        for (size_t t = 0; t < n; t++) {
            s->long_fft.x[t] = s->long_window[t] * x[t * d + c];
        }
        fftw_execute(s->long_fft.forward);
        for (size_t k = 0; k <= n / 2; k++) {
            s->long_spectrum[k] += spectrum[2 * k] * spectrum[2 * k] + spectrum[2 * k + 1] * spectrum[2 * k + 1];
        }
    }
}

size_t score_long_frames(const score *const s)
{
    return s->long_fft.n;
}

mdgan_status score_expect(score *const s, const double *const autocovariance, mdgan_error *const error)
{
    return expected_periodogram(s->long_fft.n, autocovariance, s->start_spectrum, error);
}

mdgan_status score_create(score *const s, const sample_data *const data, const generator *const g, const uint64_t seed,
                          mdgan_error *const error)
{
    const size_t n = data->pair, d = data->n_component, n_long = LONG_WINDOWS * n / 2;
    *s = (score){.record = n, .n_component = d, .seed = seed};
    while (s->n_integrated < d && data->integrated[s->n_integrated]) {
        s->n_integrated++;
    }
    s->n_band = n / 2 < BANDS_MAX ? n / 2 : BANDS_MAX;
    s->cross_width = data->isotropic ? 3 : 1; /* x, y and z turn together, and are compared as one */
    s->n_cross_unit = d / s->cross_width < CROSS_MAX ? d / s->cross_width : CROSS_MAX;
    s->n_cross = s->n_cross_unit * (s->n_cross_unit - 1) * n_cross_lag(n);
    s->n_statistic = 2 * s->n_band + n_displacement(n) + 1 + N_BLOCK_LAG + N_SURPRISE + n_late_lag(n) + s->n_cross;
    s->n_predictor = n / 4 < PREDICTOR ? n / 4 : PREDICTOR;
    s->window = calloc(2 * n + 1 + 6 * s->n_statistic + n_long + PREDICTOR, sizeof *s->window);
    s->z = calloc(CHAINS_AT_ONCE * g->arch.latent, sizeof *s->z);
    s->start_spectrum = calloc(2 * (n_long / 2 + 1), sizeof *s->start_spectrum);
    s->series = calloc(CHAINS_AT_ONCE * n_long * d, sizeof *s->series);
    if (!s->window || !s->z || !s->series || !s->start_spectrum) {
        score_clear(s);
        return mdgan_fail(error, MDGAN_MEMORY, "no memory to score %zu series", (size_t)CHAINS_AT_ONCE);
    }
    s->path = s->window + n;
    s->row = s->path + n + 1;
    s->long_spectrum = s->start_spectrum + n_long / 2 + 1;
    s->held = s->row + s->n_statistic;
    s->held_error = s->held + s->n_statistic;
    s->made = s->held_error + s->n_statistic;
    s->floor = s->made + s->n_statistic;
    s->centre = s->floor + s->n_statistic;
    s->long_window = s->centre + s->n_statistic;
    s->predictor = s->long_window + n_long;
    for (size_t t = 0; t < n; t++) {
        s->window[t] = hann_unit(t, n);
    }
    for (size_t t = 0; t < n_long; t++) {
        s->long_window[t] = hann_unit(t, n_long) / sqrt((double)n_long);
    }
    mdgan_status status = fft_real_create(&s->fft, n, false, error);
    if (status == MDGAN_OK) {
        status = fft_real_create(&s->long_fft, n_long, false, error);
    }
    if (status == MDGAN_OK) {
        status = sampler_work_create(&s->work, g, CHAINS_AT_ONCE, error);
    }
    if (status == MDGAN_OK) {
        status = fit_predictor(s, data, error);
    }
    if (status == MDGAN_OK) {
        status = measure_centres(s, data, error);
    }
    if (status == MDGAN_OK) {
        status = data->n_entity > 1 ? measure_held_out(s, data, error) : measure_single(s, data, error);
    }
    if (status != MDGAN_OK) {
        score_clear(s);
    }
    return status;
}

/* Windows of a block of chains, put together as series [n][n_window M][D]. */
static void generate_block(score *const s, const generator *const g, const real *const theta, const size_t first,
                           const size_t n_window)
{
    const sampler_key key = {s->seed, RANDOM_SCORE};
    const size_t values = g->arch.window * g->arch.component;
    sampler_use(&s->work, g, theta);
    sampler_start(g, key, (uint32_t)first, CHAINS_AT_ONCE, s->z, &s->work);
    for (size_t w = 0; w < n_window; w++) {
        const real *const y = sampler_window(g, key, w, (uint32_t)first, CHAINS_AT_ONCE, s->z, &s->work);
        for (size_t i = 0; i < CHAINS_AT_ONCE; i++) {
            memcpy(s->series + (i * n_window + w) * values, y + i * values, values * sizeof *y);
        }
    }
}

mdgan_status score_weights(score *const s, const generator *const g, const real *const theta, double *const value,
                           mdgan_error *const error)
{
    const size_t m = g->arch.window, d = g->arch.component;
    entity_mean mean;
    const mdgan_status status = entity_mean_create(&mean, s->n_statistic, error);
    if (status != MDGAN_OK) {
        return status;
    }
    for (size_t first = 0; first < CHAINS; first += CHAINS_AT_ONCE) {
        generate_block(s, g, theta, first, WINDOWS);
        for (size_t i = 0; i < CHAINS_AT_ONCE; i++) {
            statistics_of(s, s->series + (i * WINDOWS * m + m / 2) * d, (WINDOWS - 1) / 2, 2 * m);
            entity_mean_add(&mean, s->row);
        }
    }
    entity_mean_result(&mean, 1, s->made, NULL);
    entity_mean_clear(&mean);
    const size_t n_made = CHAINS * ((WINDOWS - 1) / 2);
    const double chance = (double)s->n_held / (double)n_made;
    double sum = 0;
    for (size_t i = 0; i < s->n_statistic; i++) {
        const double gap = s->made[i] - s->held[i];
        /* Chance acts on held-out and generated records alike. The generated ones' own spread must not count: a model
         * that fluctuates too much would excuse itself. */
        const double error2 = s->held_error[i] * s->held_error[i] * (1 + chance) + s->floor[i] * s->floor[i];
        sum += error2 > 0 ? gap * gap / error2 : 0; /* else there is nothing of it, and nobody asks how much */
    }
    *value = sum / (double)s->n_statistic;
    return MDGAN_OK;
}

double score_spectrum_error(score *const s, const generator *const g, const real *const theta)
{
    const size_t n_bin = s->long_fft.n / 2 + 1, values = s->long_fft.n * s->n_component;
    memset(s->long_spectrum, 0, n_bin * sizeof *s->long_spectrum);
    generate_block(s, g, theta, 0, s->long_fft.n / g->arch.window);
    for (size_t i = 0; i < CHAINS_AT_ONCE; i++) {
        add_long_spectrum(s, s->series + i * values);
    }
    for (size_t k = 0; k < n_bin; k++) {
        s->long_spectrum[k] /= (double)(CHAINS_AT_ONCE * s->n_component);
    }
    return mdgan_relative_l2(s->long_spectrum, s->start_spectrum, n_bin);
}

/* Mean squared displacement of one component over all origins. */
static double displacement_of(const float *const x, const size_t stride, const size_t n, const size_t lag)
{
    double step = 0, sum = 0;
    for (size_t t = 0; t < n; t++) {
        step += x[t * stride];
        if (t >= lag) {
            step -= x[(t - lag) * stride];
        }
        sum += t + 1 >= lag ? step * step : 0;
    }
    return sum / (double)(n + 1 - lag);
}

void score_displacement(score *const s, const generator *const g, const real *const theta, double *const displacement)
{
    const size_t m = g->arch.window, d = s->n_component, n = LONG_WINDOWS * m;
    memset(displacement, 0, SCORE_FAR * sizeof *displacement);
    if (s->n_integrated == 0) {
        return;
    }
    generate_block(s, g, theta, 0, LONG_WINDOWS);
    for (size_t i = 0; i < CHAINS_AT_ONCE * s->n_integrated; i++) {
        const float *const series = s->series + i / s->n_integrated * n * d + i % s->n_integrated;
        for (size_t l = 0; l < SCORE_FAR; l++) {
            displacement[l] += displacement_of(series, d, n, m << l) / (double)(CHAINS_AT_ONCE * s->n_integrated);
        }
    }
}
