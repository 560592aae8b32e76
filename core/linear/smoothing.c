/* SPDX-License-Identifier: BSD-3-Clause */
#include "linear/smoothing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "linear/gaussian.h"
#include "statistics/fft.h"

/* Chosen on water, 2M = 128 and 256 (bench/libration.py), for the position of its broadest band, which scatters by 40
 * cm^-1 if nothing is smoothed and by 15 so, and for the error of the whole spectrum, which falls by a tenth at 256.
 * Fewer standard errors leave more peaks, more of them broaden the lines. */
#define CONTRADICTION 6    /* standard errors of a difference: records of one liquid are not independent */
#define REACH         0.35 /* of a half-width: a band is not averaged so close to where it must not be */
#define STEP          1.1  /* from one half-width to the next */

enum {
    GRID = 16,      /* frequencies for each that records of this length tell apart */
    N_AVERAGED = 5, /* the broadest band and some narrower ones: one alone jumps from frequency to frequency */
    RECURSION = 3   /* vectors of the order's length that Durbin's recursion takes */
};

/* Level 0 is the logarithm of a spectrum, level l its averages over bands that grow with l. */
typedef struct smoother {
    size_t n_bin, n_lag, n_level; /* frequencies from 0 to pi; order + 1 */
    fft_real fft;                 /* of 2 (n_bin - 1) points */
    double *level;                /* [n_level][n_bin] */
    double *transfer;             /* [n_level][n_lag] what is left of cos(j omega) on a level */
    double *variance;             /* [n_lag] of the reflection coefficients */
    double *cepstrum;             /* [n_bin] */
    double *smooth;               /* [n_bin] the result */
    double *durbin;               /* [RECURSION][n_lag] */
    unsigned char *contradicted;  /* [n_bin] by a narrower level */
    unsigned char *settled;       /* [n_bin] broader bands are not tried any more */
} smoother;

static double half_width(const size_t level, const size_t length)
{
    return acos(-1) / (double)length * pow(STEP, (double)level - 1);
}

static void smoother_clear(smoother *const s)
{
    fft_real_clear(&s->fft);
    free(s->level);
    free(s->contradicted);
}

static mdgan_status smoother_create(smoother *const s, const autoregression *const ar, const size_t n_record,
                                    const size_t length, mdgan_error *const error)
{
    *s = (smoother){.n_lag = ar->order + 1, .n_level = 2 + (size_t)(log((double)length) / log(STEP))};
    const mdgan_status status = fft_real_create(&s->fft, fft_good_size(2 * GRID * length), true, error);
    if (status != MDGAN_OK) {
        return status;
    }
    s->n_bin = s->fft.n / 2 + 1;
    s->level = malloc(((s->n_level + 2) * s->n_bin + (s->n_level + 1 + RECURSION) * s->n_lag) * sizeof *s->level);
    s->contradicted = calloc(2, s->n_bin);
    if (!s->level || !s->contradicted) {
        smoother_clear(s);
        return mdgan_fail(error, MDGAN_MEMORY, "no memory to smooth a spectrum of %zu frequencies", s->n_bin);
    }
    s->cepstrum = s->level + s->n_level * s->n_bin;
    s->smooth = s->cepstrum + s->n_bin;
    s->transfer = s->smooth + s->n_bin;
    s->variance = s->transfer + s->n_level * s->n_lag;
    s->durbin = s->variance + s->n_lag;
    s->settled = s->contradicted + s->n_bin;
    s->variance[0] = 0; /* of all frequencies alike */
    for (size_t j = 1; j < s->n_lag; j++) {
        s->variance[j] = 1 / ((double)n_record * (double)(length - j));
    }
    return MDGAN_OK;
}

static void set_spectrum(const smoother *const s, const size_t i, const double value)
{
    s->fft.y[i][0] = value;
    s->fft.y[i][1] = 0;
}

static void take_spectrum(const smoother *const s, const autoregression *const ar)
{
    memset(s->fft.x, 0, s->fft.n * sizeof *s->fft.x);
    s->fft.x[0] = 1;
    for (size_t i = 0; i < ar->order; i++) {
        s->fft.x[i + 1] = -ar->a[i];
    }
    fftw_execute(s->fft.forward);
    for (size_t i = 0; i < s->n_bin; i++) {
        const double re = s->fft.y[i][0], im = s->fft.y[i][1];
        s->level[i] = log(ar->variance / (re * re + im * im));
        set_spectrum(s, i, s->level[i]);
    }
    fftw_execute(s->fft.backward);
    for (size_t i = 0; i < s->n_bin; i++) {
        s->cepstrum[i] = s->fft.x[i] / (double)s->fft.n;
    }
    for (size_t j = 0; j < s->n_lag; j++) {
        s->transfer[j] = 1;
    }
    memcpy(s->smooth, s->level, s->n_bin * sizeof *s->smooth);
}

/* A parabola over a band (Epanechnikov's kernel) of half-width w leaves this of cos(j omega), u = j w. */
static double kernel_transfer(const double u)
{
    return u < 1e-2 ? 1 - u * u / 10 : 3 * (sin(u) - u * cos(u)) / (u * u * u);
}

static void average(const smoother *const s, const size_t level, const double width)
{
    double *const x = s->fft.x;
    x[0] = s->cepstrum[0];
    for (size_t i = 1; i < s->n_bin; i++) {
        x[i] = x[s->fft.n - i] = s->cepstrum[i] * kernel_transfer((double)i * width);
    }
    fftw_execute(s->fft.forward);
    for (size_t i = 0; i < s->n_bin; i++) {
        s->level[level * s->n_bin + i] = s->fft.y[i][0];
    }
    for (size_t j = 0; j < s->n_lag; j++) {
        s->transfer[level * s->n_lag + j] = kernel_transfer((double)j * width);
    }
}

/* Of the difference between two levels, whose terms are 2 cos(j omega) times a coefficient; mean over frequencies. */
static double standard_error(const smoother *const s, const size_t a, const size_t b)
{
    double sum = 0;
    for (size_t j = 1; j < s->n_lag; j++) {
        const double left = s->transfer[a * s->n_lag + j] - s->transfer[b * s->n_lag + j];
        sum += 2 * left * left * s->variance[j];
    }
    return sqrt(sum);
}

static void find_contradictions(const smoother *const s, const size_t level)
{
    const double *const broad = s->level + level * s->n_bin;
    memset(s->contradicted, 0, s->n_bin);
    for (size_t l = 0; l < level; l++) {
        const double *const narrow = s->level + l * s->n_bin;
        const double allowed = CONTRADICTION * standard_error(s, l, level);
        for (size_t i = 0; i < s->n_bin; i++) {
            s->contradicted[i] |= fabs(broad[i] - narrow[i]) > allowed;
        }
    }
}

/* What is contradicted, and what lies within @p reach of it. */
static void settle(const smoother *const s, const size_t reach)
{
    size_t end = 0; /* settled up to here */
    for (size_t i = 0; i < s->n_bin; i++) {
        if (s->contradicted[i]) {
            const size_t first = i > reach ? i - reach : 0, stop = i + reach < s->n_bin ? i + reach + 1 : s->n_bin;
            for (size_t k = first > end ? first : end; k < stop; k++) {
                s->settled[k] = 1;
            }
            end = stop;
        }
    }
}

/* False if everything is settled. */
static bool take_level(const smoother *const s, const size_t level)
{
    const size_t first = level + 1 > N_AVERAGED ? level + 1 - N_AVERAGED : 0;
    bool any = false;
    for (size_t i = 0; i < s->n_bin; i++) {
        if (!s->settled[i]) {
            double sum = 0;
            for (size_t l = first; l <= level; l++) {
                sum += s->level[l * s->n_bin + i];
            }
            s->smooth[i] = sum / (double)(level + 1 - first);
            any = true;
        }
    }
    return any;
}

/* The autocovariance changes by what the spectrum changes by, so that lines narrower than the grid do no harm. */
static void give_back(const smoother *const s, autoregression *const ar)
{
    const size_t n = s->n_lag;
    double *const r = s->durbin, *const a = r + n, *const mirror = a + n, log_det;
    for (size_t i = 0; i < s->n_bin; i++) {
        set_spectrum(s, i, exp(s->smooth[i]) - exp(s->level[i]));
    }
    fftw_execute(s->fft.backward);
    for (size_t k = 0; k < n; k++) {
        r[k] = ar->r[k] + s->fft.x[k] / (double)s->fft.n;
    }
    const double variance = toeplitz_predict(n, r, 0, a, mirror, &log_det);
    if (!(variance > 0)) {
        return;
    }
    memcpy(ar->r, r, n * sizeof *r);
    for (size_t i = 1; i < n; i++) {
        ar->a[i - 1] = -a[i];
    }
    ar->variance = variance;
}

mdgan_status autoregression_smooth(autoregression *const ar, const size_t n_record, const size_t length,
                                   mdgan_error *const error)
{
    smoother s;
    if (!(ar->variance > 0)) {
        return MDGAN_OK; /* silence */
    }
    const mdgan_status status = smoother_create(&s, ar, n_record, length, error);
    if (status != MDGAN_OK) {
        return status;
    }
    const double bin = acos(-1) / (double)(s.n_bin - 1);
    bool any = true;
    take_spectrum(&s, ar);
    for (size_t level = 1; any && level < s.n_level; level++) {
        const double width = half_width(level, length);
        average(&s, level, width);
        find_contradictions(&s, level);
        settle(&s, (size_t)(REACH * width / bin));
        any = take_level(&s, level);
    }
    give_back(&s, ar);
    smoother_clear(&s);
    return MDGAN_OK;
}
