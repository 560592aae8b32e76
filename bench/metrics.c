/* SPDX-License-Identifier: BSD-3-Clause */
#include "metrics.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <fftw3.h>

static void to_unit_sum(const size_t n, double *const value)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += value[i];
    }
    for (size_t i = 0; i < n; i++) {
        value[i] /= sum;
    }
}

mdgan_status metric_periodogram(const mdgan_series *const s, const size_t n_frame, const size_t length,
                                double *const power, mdgan_error *const error)
{
    const size_t n_bin = length / 2 + 1, d = s->n_component, n_piece = length > 0 ? n_frame / length : 0;
    if (length % 2 || n_piece == 0 || n_frame > s->n_frame) {
        return mdgan_fail(error, MDGAN_INVALID, "no even pieces of %zu frames in %zu of %zu frames", length, n_frame,
                          s->n_frame);
    }
    double *const x = fftw_alloc_real(length);
    fftw_complex *const y = fftw_alloc_complex(n_bin);
    const fftw_plan plan = x && y ? fftw_plan_dft_r2c_1d((int)length, x, y, FFTW_ESTIMATE) : NULL;
    memset(power, 0, n_bin * sizeof *power);
    for (size_t i = 0; plan && i < s->n_entity * n_piece * d; i++) {
        const size_t entity = i / d / n_piece, piece = i / d % n_piece;
        const float *const from = s->value + (entity * s->n_frame + piece * length) * d + i % d;
        for (size_t t = 0; t < length; t++) {
            x[t] = from[t * d];
        }
        fftw_execute(plan);
        for (size_t k = 0; k < n_bin; k++) {
            power[k] += y[k][0] * y[k][0] + y[k][1] * y[k][1];
        }
    }
    const bool made = plan != NULL;
    if (made) {
        to_unit_sum(n_bin, power);
        fftw_destroy_plan(plan);
    }
    fftw_free(x);
    fftw_free(y);
    return made ? MDGAN_OK : mdgan_fail(error, MDGAN_MEMORY, "no memory for a transform of %zu frames", length);
}

/* |sum_t exp(i angle t)|^2 over n frames. */
static double dirichlet(const double angle, const size_t n)
{
    const double below = sin(angle / 2);
    /* At a multiple of 2 pi every term is 1. */
    return fabs(below) < 1e-9 ? (double)(n * n) : pow(sin((double)n * angle / 2) / below, 2);
}

void metric_periodogram_expected(const double amplitude, const double omega, const double deviation,
                                 const size_t length, double *const power)
{
    for (size_t k = 0; k <= length / 2; k++) {
        const double at = 2 * M_PI * (double)k / (double)length;
        power[k] = amplitude * amplitude / 4 * (dirichlet(at - omega, length) + dirichlet(at + omega, length)) +
                   deviation * deviation * (double)length;
    }
    to_unit_sum(length / 2 + 1, power);
}

double metric_mse(const double *const a, const double *const b, const size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return sum / (double)n;
}

/* Least squares of a sin(omega t) + b cos(omega t): the basis, and the inverse of its products. */
typedef struct sine_basis {
    size_t window;
    double *sine, *cosine; /* [M] */
    double ss, sc, cc, determinant;
} sine_basis;

static bool sine_basis_create(sine_basis *const b, const size_t window, const double omega)
{
    *b = (sine_basis){.window = window, .sine = malloc(2 * window * sizeof(double))};
    if (!b->sine) {
        return false;
    }
    b->cosine = b->sine + window;
    for (size_t t = 0; t < window; t++) {
        b->sine[t] = sin(omega * (double)t);
        b->cosine[t] = cos(omega * (double)t);
        b->ss += b->sine[t] * b->sine[t];
        b->sc += b->sine[t] * b->cosine[t];
        b->cc += b->cosine[t] * b->cosine[t];
    }
    b->determinant = b->ss * b->cc - b->sc * b->sc;
    return true;
}

/* Amplitude and phase of x[0], x[stride], ...; returns the sum of the squared residuals. */
static double sine_basis_fit(const sine_basis *const b, const float *const x, const size_t stride,
                             double *const amplitude, double *const phase)
{
    double s = 0, c = 0, square = 0;
    for (size_t t = 0; t < b->window; t++) {
        s += b->sine[t] * x[t * stride];
        c += b->cosine[t] * x[t * stride];
        square += (double)x[t * stride] * x[t * stride];
    }
    const double sine = (b->cc * s - b->sc * c) / b->determinant, cosine = (b->ss * c - b->sc * s) / b->determinant;
    *amplitude = hypot(sine, cosine);
    *phase = atan2(cosine, sine);
    return fmax(square - sine * s - cosine * c, 0);
}

/* Sums over windows and over the turns between them. */
typedef struct sine_sums {
    double n, amplitude, amplitude_square, residual;
    double n_turn, turn_cos, turn_sin, turn, turn_square;
} sine_sums;

static void add_series(const sine_basis *const b, const float *const x, const size_t n_window, const size_t stride,
                       const double advance, sine_sums *const sums)
{
    double before = 0;
    for (size_t k = 0; k < n_window; k++) {
        double amplitude, phase;
        sums->residual += sine_basis_fit(b, x + k * b->window * stride, stride, &amplitude, &phase);
        sums->n++;
        sums->amplitude += amplitude;
        sums->amplitude_square += amplitude * amplitude;
        if (k > 0) {
            const double turn = remainder(phase - before - advance, 2 * M_PI);
            sums->n_turn++;
            sums->turn += turn;
            sums->turn_square += turn * turn;
        }
        before = phase;
    }
}

mdgan_status metric_sine_fit(const mdgan_series *const s, const size_t window, const double omega,
                             metric_sine *const result, mdgan_error *const error)
{
    const size_t d = s->n_component, n_window = window > 0 ? s->n_frame / window : 0;
    sine_basis b;
    if (window < 4 || n_window < 2) {
        return mdgan_fail(error, MDGAN_INVALID, "no two windows of %zu frames in a series of %zu", window, s->n_frame);
    }
    if (!sine_basis_create(&b, window, omega)) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for a window of %zu frames", window);
    }
    sine_sums sums = {0};
    for (size_t i = 0; i < s->n_entity * d; i++) {
        add_series(&b, s->value + i / d * s->n_frame * d + i % d, n_window, d, omega * (double)window, &sums);
    }
    free(b.sine);
    const double amplitude = sums.amplitude / sums.n, drift = sums.turn / sums.n_turn;
    *result = (metric_sine){
        .amplitude_mean = amplitude,
        .amplitude_sd = sqrt(fmax(sums.amplitude_square / sums.n - amplitude * amplitude, 0)),
        .drift = drift,
        .jitter = sqrt(fmax(sums.turn_square / sums.n_turn - drift * drift, 0)),
        .noise = sqrt(sums.residual / (sums.n * (double)(window - 2))),
    };
    return MDGAN_OK;
}

mdgan_status metric_phase_error(const mdgan_series *const s, const size_t window, const double omega, const size_t n,
                                double *const rms, mdgan_error *const error)
{
    const size_t d = s->n_component;
    const double advance = omega * (double)window, n_series = (double)(s->n_entity * d);
    sine_basis b;
    if (window < 4 || s->n_frame / window <= n) {
        return mdgan_fail(error, MDGAN_INVALID, "no %zu windows of %zu frames in a series of %zu", n + 1, window,
                          s->n_frame);
    }
    if (!sine_basis_create(&b, window, omega)) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for a window of %zu frames", window);
    }
    memset(rms, 0, n * sizeof *rms);
    for (size_t i = 0; i < s->n_entity * d; i++) {
        const float *const x = s->value + i / d * s->n_frame * d + i % d;
        double amplitude, before, turn = 0;
        sine_basis_fit(&b, x, d, &amplitude, &before);
        for (size_t k = 0; k < n; k++) {
            double phase;
            sine_basis_fit(&b, x + (k + 1) * window * d, d, &amplitude, &phase);
            turn += remainder(phase - before - advance, 2 * M_PI);
            rms[k] += turn * turn / n_series;
            before = phase;
        }
    }
    for (size_t k = 0; k < n; k++) {
        rms[k] = sqrt(rms[k]);
    }
    free(b.sine);
    return MDGAN_OK;
}

/* Bins from `near` to `far` on both sides of a line are its background. */
static double line_over_background(const double *const power, const size_t line, const size_t near, const size_t far)
{
    double background = 0;
    for (size_t i = near; i <= far; i++) {
        background += power[line - i] + power[line + i];
    }
    background /= 2 * (double)(far - near + 1);
    return (power[line - 1] + power[line] + power[line + 1]) / (3 * background);
}

double metric_comb(const double *const power, const size_t n_bin, const double origin, const double spacing,
                   const size_t first, const double avoid)
{
    /* The line's own bins, with a taper, reach to three bins from its middle. */
    const size_t near = 4, far = spacing < 34 ? (size_t)(spacing / 2) - 1 : 16;
    const long last = lround(((double)n_bin - origin) / spacing);
    double sum = 0, n = 0;
    for (long k = lround(-origin / spacing); k <= last && far >= near; k++) {
        const double at = origin + (double)k * spacing;
        if (k != 0 && at >= (double)(first + far + 1) && at < (double)n_bin - (double)far - 1 &&
            fabs(at - avoid) > spacing / 2) {
            sum += line_over_background(power, (size_t)lround(at), near, far);
            n++;
        }
    }
    return n > 0 ? sum / n : NAN;
}

static void block_means(const mdgan_series *const s, const size_t block, double *const energy)
{
    const size_t n_block = s->n_frame / block, d = s->n_component;
    for (size_t i = 0; i < s->n_entity * n_block; i++) {
        const float *const v = s->value + (i / n_block * s->n_frame + i % n_block * block) * d;
        energy[i] = 0;
        for (size_t k = 0; k < block * d; k++) {
            energy[i] += (double)v[k] * v[k] / (double)block;
        }
    }
}

/* Mean of the products of deviations from @p mean, @p lag blocks apart. */
static double block_covariance(const double *const energy, const size_t n_entity, const size_t n_block,
                               const double mean, const size_t lag)
{
    double sum = 0;
    for (size_t e = 0; e < n_entity; e++) {
        const double *const x = energy + e * n_block;
        for (size_t b = 0; b + lag < n_block; b++) {
            sum += (x[b] - mean) * (x[b + lag] - mean);
        }
    }
    return sum / (double)(n_entity * (n_block - lag));
}

mdgan_status metric_block_energy(const mdgan_series *const s, const size_t block, metric_energy *const result,
                                 mdgan_error *const error)
{
    const size_t n_block = block > 0 ? s->n_frame / block : 0;
    if (n_block <= METRIC_ENERGY_LAGS) {
        return mdgan_fail(error, MDGAN_INVALID, "%zu frames hold fewer than %d blocks of %zu", s->n_frame,
                          METRIC_ENERGY_LAGS + 1, block);
    }
    double *const energy = malloc(s->n_entity * n_block * sizeof *energy), mean = 0;
    if (!energy) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu blocks", s->n_entity * n_block);
    }
    block_means(s, block, energy);
    for (size_t i = 0; i < s->n_entity * n_block; i++) {
        mean += energy[i] / (double)(s->n_entity * n_block);
    }
    const double variance = block_covariance(energy, s->n_entity, n_block, mean, 0);
    result->variance = variance / (mean * mean);
    for (size_t i = 0; i < METRIC_ENERGY_LAGS; i++) {
        result->acf[i] = block_covariance(energy, s->n_entity, n_block, mean, i) / variance;
    }
    free(energy);
    return MDGAN_OK;
}

metric_join metric_join_of(const mdgan_series *const s, const size_t window)
{
    const size_t d = s->n_component;
    double n[2] = {0}, square[2] = {0}, fourth[2] = {0};
    for (size_t e = 0; e < s->n_entity; e++) {
        const float *const x = s->value + e * s->n_frame * d;
        for (size_t t = 0; t + 1 < s->n_frame; t++) {
            const size_t join = (t + 1) % window == 0;
            for (size_t c = 0; c < d; c++) {
                const double jump = (double)x[(t + 1) * d + c] - x[t * d + c];
                n[join]++;
                square[join] += jump * jump;
                fourth[join] += jump * jump * jump * jump;
            }
        }
    }
    const double inside = square[0] / n[0], across = square[1] / n[1];
    return (metric_join){.rms = sqrt(across / inside),
                         .kurtosis = fourth[1] / n[1] / (across * across) / (fourth[0] / n[0] / (inside * inside))};
}

static int by_value(const void *const a, const void *const b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double *metric_speeds(const mdgan_series *const s, const size_t most, size_t *const n)
{
    const size_t all = s->n_entity * s->n_frame, every = (all + most - 1) / most, d = s->n_component;
    *n = (all + every - 1) / every;
    double *const speed = malloc(*n * sizeof *speed);
    for (size_t i = 0; speed && i < *n; i++) {
        double square = 0;
        for (size_t c = 0; c < d; c++) {
            square += (double)s->value[i * every * d + c] * s->value[i * every * d + c];
        }
        speed[i] = sqrt(square);
    }
    if (speed) {
        qsort(speed, *n, sizeof *speed, by_value);
    }
    return speed;
}

double metric_kolmogorov(const double *const a, const size_t n_a, const double *const b, const size_t n_b)
{
    double largest = 0;
    for (size_t i = 0, k = 0; i < n_a && k < n_b;) {
        const double at = fmin(a[i], b[k]);
        while (i < n_a && a[i] <= at) {
            i++;
        }
        while (k < n_b && b[k] <= at) {
            k++;
        }
        largest = fmax(largest, fabs((double)i / (double)n_a - (double)k / (double)n_b));
    }
    return largest;
}

/* Slope of the least-squares line; logarithms of both if so wanted. */
static double slope(const double *const value, const size_t first, const size_t last, const bool logarithms)
{
    double n = 0, x_mean = 0, y_mean = 0, product = 0, square = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = first; i <= last; i++) {
            const double x = logarithms ? log((double)i) : (double)i, y = logarithms ? log(value[i]) : value[i];
            if (pass == 0) {
                n++;
                x_mean += (x - x_mean) / n;
                y_mean += (y - y_mean) / n;
            } else {
                product += (x - x_mean) * (y - y_mean);
                square += (x - x_mean) * (x - x_mean);
            }
        }
    }
    return product / square;
}

double metric_log_slope(const double *const value, const size_t first, const size_t last)
{
    return slope(value, first, last, true);
}

double metric_slope(const double *const value, const size_t first, const size_t last)
{
    return slope(value, first, last, false);
}
