/* SPDX-License-Identifier: BSD-3-Clause */
#include "linear/body_axes.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "linear/gaussian.h"
#include "nn/random.h"
#include "statistics/fft.h"
#include "statistics/taper.h"

enum {
    PRODUCTS = 6,                  /* of a symmetric matrix: xx, yy, zz, xy, xz, yz */
    VALUES = BODY_AXES * PRODUCTS, /* of the matrices R_k R_k^T of three axes */
    FIT_RECORDS = 600,             /* that the spectra are found from */
    RECORDS_MIN = 20,
    JUDGED = 5, /* every so many-th of them is held out */
    FEW = 256,  /* rotations that decide where to begin */
    MANY = 2048,
    BEGINNINGS = 6,
    STEPS_FEW = 12,
    STEPS_MANY = 20,
    KNOTS = 6, /* of the random spectra to begin with */
    QUARTERS = 4
};

/* A taper makes neighbours in a periodogram alike: each counts half. */
static const double weight_of_bin = 0.5;
/* What is left out must be the likelier by so many standard errors. */
static const double confidence = 3;

/* All that is known of some records: products of the Fourier coefficients of x, y and z. */
typedef struct periodograms {
    size_t n, n_bin;
    double *product; /* [n][n_bin][PRODUCTS], white noise added */
} periodograms;

/* One step of EM. Spectra are [BODY_AXES][n_bin]. */
typedef struct expectation {
    const periodograms *p;
    size_t n_rotation;
    const double *axes; /* [n_rotation][VALUES] */
    double *whitened;   /* [n][VALUES] products over spectra */
    double *share;      /* [n][n_rotation] how likely each rotation is */
    double *axes_mean;  /* [n][VALUES] expected R_k R_k^T */
    double *likelihood; /* [n] log */
} expectation;

static const size_t row_of[PRODUCTS] = {0, 1, 2, 0, 0, 1}, column_of[PRODUCTS] = {0, 1, 2, 1, 2, 2};

/* ---- Rotations ---- */

/* Uniform; column k is axis k of the molecule. */
static void draw_rotation(const uint32_t number, double r[9])
{
    real q[4];
    random_normal((random_key){0, RANDOM_BODY}, 0, number, 4, q);
    const double norm = sqrt((double)q[0] * q[0] + (double)q[1] * q[1] + (double)q[2] * q[2] + (double)q[3] * q[3]);
    const double w = q[0] / norm, x = q[1] / norm, y = q[2] / norm, z = q[3] / norm;
    const double m[9] = {1 - 2 * (y * y + z * z), 2 * (x * y - z * w),     2 * (x * z + y * w),
                         2 * (x * y + z * w),     1 - 2 * (x * x + z * z), 2 * (y * z - x * w),
                         2 * (x * z - y * w),     2 * (y * z + x * w),     1 - 2 * (x * x + y * y)};
    memcpy(r, m, sizeof m);
}

/* The weights of products in R_k^T C R_k: unlike pairs count twice. */
static void project(const double r[9], double axes[VALUES])
{
    for (size_t k = 0; k < BODY_AXES; k++) {
        for (size_t j = 0; j < PRODUCTS; j++) {
            axes[k * PRODUCTS + j] = (j < 3 ? 1 : 2) * r[3 * row_of[j] + k] * r[3 * column_of[j] + k];
        }
    }
}

/* ---- Periodograms ---- */

static void periodograms_clear(periodograms *const p)
{
    free(p->product);
    *p = (periodograms){0};
}

/* Adds the products of one record to product[n_bin][PRODUCTS], without the frequency zero. */
static void add_record(const fft_real *const fft, const float *const x, double *const product)
{
    const size_t n = fft->n, n_bin = n / 2;
    double *const spectrum = product + n_bin * PRODUCTS; /* [3][n_bin + 1][2] */
    for (size_t c = 0; c < 3; c++) {
        for (size_t t = 0; t < n; t++) {
            fft->x[t] = hann_unit(t, n) * x[3 * t + c];
        }
        fftw_execute(fft->forward);
        memcpy(spectrum + c * 2 * (n_bin + 1), fft->y, 2 * (n_bin + 1) * sizeof *spectrum);
    }
    for (size_t f = 0; f < n_bin; f++) {
        for (size_t j = 0; j < PRODUCTS; j++) {
            const double *const a = spectrum + (row_of[j] * (n_bin + 1) + f + 1) * 2;
            const double *const b = spectrum + (column_of[j] * (n_bin + 1) + f + 1) * 2;
            product[f * PRODUCTS + j] = (a[0] * b[0] + a[1] * b[1]) / (double)n;
        }
    }
}

/* Frames `first` and after of records. */
typedef struct selection {
    size_t n, stride; /* records, each stride-th */
    size_t first, length;
    size_t n_part; /* the next record begins `length` frames later, up to so many times, then at the first again */
} selection;

/* White noise is added, so that no empty frequency decides. */
static mdgan_status periodograms_create(periodograms *const p, const selection *const s,
                                        const float *const *const record, mdgan_error *const error)
{
    const size_t n = s->n, n_bin = s->length / 2, room = n_bin * PRODUCTS + 3 * 2 * (n_bin + 1);
    *p = (periodograms){.n = n, .n_bin = n_bin};
    fft_real fft;
    p->product = malloc((n * n_bin * PRODUCTS + room) * sizeof *p->product);
    if (!p->product) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for periodograms of %zu records", n);
    }
    const mdgan_status status = fft_real_create(&fft, s->length, false, error);
    if (status != MDGAN_OK) {
        periodograms_clear(p);
        return status;
    }
    double power = 0;
    for (size_t i = 0; i < n; i++) {
        double *const product = p->product + i * n_bin * PRODUCTS;
        add_record(&fft, record[i * s->stride] + 3 * (s->first + i % s->n_part * s->length), product);
        for (size_t f = 0; f < n_bin; f++) {
            power += (product[f * PRODUCTS] + product[f * PRODUCTS + 1] + product[f * PRODUCTS + 2]) / 3;
        }
    }
    fft_real_clear(&fft);
    const double floor = GAUSSIAN_FLOOR * power / (double)(n * n_bin);
    for (size_t i = 0; i < n * n_bin * 3; i++) {
        p->product[i / 3 * PRODUCTS + i % 3] += floor;
    }
    return MDGAN_OK;
}

/* n records of p. */
static periodograms part_of(const periodograms *const p, const size_t first, const size_t n)
{
    return (periodograms){.n = n, .n_bin = p->n_bin, .product = p->product + first * p->n_bin * PRODUCTS};
}

/* ---- EM ---- */

static mdgan_status expectation_create(expectation *const e, const size_t n, const double *const axes,
                                       mdgan_error *const error)
{
    *e = (expectation){.axes = axes};
    e->whitened = malloc(n * (2 * VALUES + MANY + 1) * sizeof *e->whitened);
    if (!e->whitened) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for the orientations of %zu records", n);
    }
    e->axes_mean = e->whitened + n * VALUES;
    e->likelihood = e->axes_mean + n * VALUES;
    e->share = e->likelihood + n;
    return MDGAN_OK;
}

static void whiten(const expectation *const e, const double *const spectrum)
{
    const size_t n_bin = e->p->n_bin;
    memset(e->whitened, 0, e->p->n * VALUES * sizeof *e->whitened);
    for (size_t i = 0; i < e->p->n; i++) {
        for (size_t k = 0; k < BODY_AXES; k++) {
            double *const sum = e->whitened + i * VALUES + k * PRODUCTS;
            for (size_t f = 0; f < n_bin; f++) {
                const double *const product = e->p->product + (i * n_bin + f) * PRODUCTS;
                const double inverse = 1 / spectrum[k * n_bin + f];
                for (size_t j = 0; j < PRODUCTS; j++) {
                    sum[j] += inverse * product[j];
                }
            }
        }
    }
}

/* Likelihoods of a record's rotations become shares; returns the logarithm of their mean. */
static double normalise_shares(const size_t n, double *const share)
{
    double largest = share[0], sum = 0;
    for (size_t g = 1; g < n; g++) {
        largest = fmax(largest, share[g]);
    }
    for (size_t g = 0; g < n; g++) {
        share[g] = exp(share[g] - largest);
        sum += share[g];
    }
    for (size_t g = 0; g < n; g++) {
        share[g] /= sum;
    }
    return largest + log(sum / (double)n);
}

/* Fills e but for axes_mean. Returns the mean likelihood. */
static double expect(expectation *const e, const periodograms *const p, const double *const spectrum,
                     const size_t n_rotation)
{
    const int n = (int)p->n, g = (int)n_rotation;
    double determinant = 0, sum = 0;
    e->p = p;
    e->n_rotation = n_rotation;
    whiten(e, spectrum);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, g, VALUES, -weight_of_bin, e->whitened, VALUES, e->axes,
                VALUES, 0, e->share, g);
    for (size_t i = 0; i < BODY_AXES * p->n_bin; i++) {
        determinant += weight_of_bin * log(spectrum[i]);
    }
    for (size_t i = 0; i < p->n; i++) {
        e->likelihood[i] = normalise_shares(n_rotation, e->share + i * n_rotation) - determinant;
        sum += e->likelihood[i] / (double)p->n;
    }
    return sum;
}

static void average_axes(const expectation *const e)
{
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)e->p->n, VALUES, (int)e->n_rotation, 1, e->share,
                (int)e->n_rotation, e->axes, VALUES, 0, e->axes_mean, VALUES);
}

static void maximise(const expectation *const e, double *const spectrum)
{
    const size_t n = e->p->n, n_bin = e->p->n_bin;
    average_axes(e);
    memset(spectrum, 0, BODY_AXES * n_bin * sizeof *spectrum);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < BODY_AXES; k++) {
            const double *const axes = e->axes_mean + i * VALUES + k * PRODUCTS;
            for (size_t f = 0; f < n_bin; f++) {
                const double *const product = e->p->product + (i * n_bin + f) * PRODUCTS;
                double power = 0;
                for (size_t j = 0; j < PRODUCTS; j++) {
                    power += axes[j] * product[j];
                }
                spectrum[k * n_bin + f] += power / (double)n;
            }
        }
    }
}

static void iterate(expectation *const e, const periodograms *const p, const size_t n_rotation, const size_t n_step,
                    double *const spectrum)
{
    for (size_t step = 0; step < n_step; step++) {
        expect(e, p, spectrum, n_rotation);
        maximise(e, spectrum);
    }
}

/* ---- Beginnings and judgement ---- */

/* The same for all axes: what x, y and z have in common. */
static void isotropic_spectrum(const periodograms *const p, double *const spectrum)
{
    memset(spectrum, 0, BODY_AXES * p->n_bin * sizeof *spectrum);
    for (size_t i = 0; i < p->n * p->n_bin; i++) {
        const double *const product = p->product + i * PRODUCTS;
        spectrum[i % p->n_bin] += (product[0] + product[1] + product[2]) / (double)(3 * p->n);
    }
    for (size_t k = 1; k < BODY_AXES; k++) {
        memcpy(spectrum + k * p->n_bin, spectrum, p->n_bin * sizeof *spectrum);
    }
}

/* Multiplies the axes' spectra by smooth random factors, of which the mean over the axes is 1. */
static void set_apart(const size_t n_bin, const uint32_t number, double *const spectrum)
{
    real knot[BODY_AXES * KNOTS];
    random_normal((random_key){0, RANDOM_BODY}, 1, number, BODY_AXES * KNOTS, knot);
    for (size_t f = 0; f < n_bin; f++) {
        const double at = (KNOTS - 1) * (double)f / (double)n_bin;
        const size_t before = (size_t)at;
        double factor[BODY_AXES], sum = 0;
        for (size_t k = 0; k < BODY_AXES; k++) {
            const real *const y = knot + k * KNOTS + before;
            factor[k] = exp(y[0] + (at - (double)before) * (y[1] - y[0]));
            sum += factor[k];
        }
        for (size_t k = 0; k < BODY_AXES; k++) {
            spectrum[k * n_bin + f] *= BODY_AXES * factor[k] / sum;
        }
    }
}

/* The likeliest spectra from several beginnings. spectrum: [2][BODY_AXES][n_bin], the result in its first half. */
static void begin_anywhere(expectation *const e, const periodograms *const p, double *const spectrum)
{
    const size_t size = BODY_AXES * p->n_bin;
    double *const one = spectrum + size, best = -INFINITY;
    for (uint32_t i = 0; i < BEGINNINGS; i++) {
        isotropic_spectrum(p, one);
        set_apart(p->n_bin, i, one);
        iterate(e, p, FEW, STEPS_FEW, one);
        const double likelihood = expect(e, p, one, FEW);
        if (likelihood > best) {
            best = likelihood;
            memcpy(spectrum, one, size * sizeof *one);
        }
    }
}

/* Whether the records of p are likelier with axes than without, beyond chance. */
static bool confirms(expectation *const e, const periodograms *const p, const double *const spectrum,
                     const double *const isotropic)
{
    const size_t n = p->n, n_bin = p->n_bin;
    double sum = 0, square = 0;
    expect(e, p, spectrum, MANY);
    for (size_t i = 0; i < n; i++) {
        double without = 0;
        for (size_t f = 0; f < n_bin; f++) {
            const double *const product = p->product + (i * n_bin + f) * PRODUCTS;
            without -= weight_of_bin * ((product[0] + product[1] + product[2]) / isotropic[f] + 3 * log(isotropic[f]));
        }
        const double gain = e->likelihood[i] - without;
        sum += gain;
        square += gain * gain;
    }
    const double mean = sum / (double)n, variance = (square / (double)n - mean * mean) / (double)(n - 1);
    return isfinite(mean) && mean > confidence * sqrt(fmax(variance, 0));
}

/* Mean alignment of axes: the inner product of their expected matrices R_k R_k^T, less what chance has. */
static double alignment(const double *const first, const double *const second, const size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n * BODY_AXES; i++) {
        const double *const a = first + i * PRODUCTS, *const b = second + i * PRODUCTS;
        for (size_t j = 0; j < PRODUCTS; j++) {
            sum += j < 3 ? (a[j] - 1.0 / 3) * (b[j] - 1.0 / 3) : a[j] * b[j] / 2;
        }
    }
    return sum / (double)(n * BODY_AXES);
}

/* Four normal numbers that keep rho of themselves turn the rotation that they stand for by an angle of mean square
 * 6 (1 - rho^2) / rho^2, to first order, and take as much from the alignment. */
static double correlation_of(const double left)
{
    return 1 / sqrt(1 + (1 - left) / 6);
}

/* What is left of the alignment after half a record: orientations of its quarters that are three apart are compared
 * with neighbours, so that it does not matter how well a quarter tells an orientation. */
static double alignment_left(const double *const axes, const size_t n)
{
    const double slowest =
        1e-3; /* what hardly turns within the records is thought to do so within a thousand of them */
    const size_t size = n * VALUES;
    double near = 0;
    for (size_t i = 0; i + 1 < QUARTERS; i++) {
        near += alignment(axes + i * size, axes + (i + 1) * size, n) / (QUARTERS - 1);
    }
    const double far = alignment(axes, axes + (QUARTERS - 1) * size, n);
    return near > 0 ? fmin(1 - slowest, fmax(0, far / near)) : 0;
}

/* Spectra of shorter records: means over the bins that become one. */
static void coarsen(const size_t n_fine, const double *const fine, const size_t n_coarse, double *const coarse)
{
    for (size_t i = 0; i < BODY_AXES * n_coarse; i++) {
        const double middle = (double)(i % n_coarse + 1) * (double)n_fine / (double)n_coarse;
        const double half = 0.5 * (double)n_fine / (double)n_coarse;
        const size_t first = (size_t)fmax(1, ceil(middle - half)), last = (size_t)fmin((double)n_fine, middle + half);
        coarse[i] = 0;
        for (size_t f = first; f <= last; f++) {
            coarse[i] += fine[i / n_coarse * n_fine + f - 1] / (double)(last - first + 1);
        }
    }
}

/* spectrum: [3][n_bin] of whole records. Quarters have spectra of their own: lines are broader there. */
static mdgan_status measure_turning(body_axes *const b, expectation *const e, const selection *const whole,
                                    const float *const *const record, const double *const spectrum,
                                    mdgan_error *const error)
{
    const size_t n = whole->n, length = whole->length / QUARTERS / 2 * 2, n_bin = length / 2;
    double *const own = malloc((BODY_AXES * n_bin + QUARTERS * n * VALUES) * sizeof *own);
    double *const axes = own + BODY_AXES * n_bin;
    selection quarter = {.n = n, .stride = whole->stride, .length = length, .n_part = QUARTERS};
    periodograms p;
    mdgan_status status = own ? MDGAN_OK : mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu bins", n_bin);
    if (status == MDGAN_OK) {
        coarsen(whole->length / 2, spectrum, n_bin, own);
        status = periodograms_create(&p, &quarter, record, error);
    }
    if (status == MDGAN_OK) {
        iterate(e, &p, FEW, STEPS_MANY, own);
        periodograms_clear(&p);
    }
    quarter.n_part = 1;
    for (size_t i = 0; status == MDGAN_OK && i < QUARTERS; i++) {
        quarter.first = i * length;
        status = periodograms_create(&p, &quarter, record, error);
        if (status == MDGAN_OK) {
            expect(e, &p, own, MANY);
            average_axes(e);
            memcpy(axes + i * n * VALUES, e->axes_mean, n * VALUES * sizeof *axes);
            periodograms_clear(&p);
        }
    }
    if (status == MDGAN_OK) {
        b->keep = correlation_of(alignment_left(axes, n));
    }
    free(own);
    return status;
}

/* ---- Records along the axes ---- */

/* Columns: the square root of R_k R_k^T's expectation, from the weights of its products. */
static mdgan_status root_of(const double weight[PRODUCTS], double root[9], mdgan_error *const error)
{
    double value[3], vector[9];
    for (size_t j = 0; j < PRODUCTS; j++) {
        vector[3 * row_of[j] + column_of[j]] = vector[3 * column_of[j] + row_of[j]] = weight[j] / (j < 3 ? 1 : 2);
    }
    if (LAPACKE_dsyev(LAPACK_ROW_MAJOR, 'V', 'U', 3, vector, 3, value) != 0) {
        return mdgan_fail(error, MDGAN_NUMERIC, "the axes of molecules could not be found");
    }
    for (size_t i = 0; i < 9; i++) {
        root[i] = vector[i] * sqrt(fmax(value[i % 3], 0));
    }
    return MDGAN_OK;
}

/* The BODY_PARTS records that stand for x along one axis. */
static void split_record(const double root[9], const size_t length, const float *const x, float *const out)
{
    for (size_t part = 0; part < BODY_PARTS; part++) {
        for (size_t t = 0; t < length; t++) {
            double sum = 0;
            for (size_t c = 0; c < 3; c++) {
                sum += root[3 * c + part] * x[3 * t + c];
            }
            out[part * length + t] = (float)(sqrt(BODY_PARTS) * sum);
        }
    }
}

/* In blocks of as many records as e has room for. */
static mdgan_status split_all(body_axes *const b, expectation *const e, const size_t block, const size_t stride,
                              const float *const *const record, const double *const spectrum, mdgan_error *const error)
{
    const size_t size = BODY_PARTS * b->length;
    mdgan_status status = MDGAN_OK;
    for (size_t first = 0; status == MDGAN_OK && first < b->n_record; first += block) {
        const size_t n = b->n_record - first < block ? b->n_record - first : block;
        const selection some = {.n = n, .stride = stride, .length = b->length, .n_part = 1};
        periodograms p;
        status = periodograms_create(&p, &some, record + first * stride, error);
        if (status != MDGAN_OK) {
            break;
        }
        expect(e, &p, spectrum, MANY);
        average_axes(e);
        periodograms_clear(&p);
        for (size_t i = 0; status == MDGAN_OK && i < n * BODY_AXES; i++) {
            const size_t axis = i % BODY_AXES, number = first + i / BODY_AXES;
            double root[9];
            status = root_of(e->axes_mean + i * PRODUCTS, root, error);
            split_record(root, b->length, record[number * stride], b->record + (axis * b->n_record + number) * size);
        }
    }
    return status;
}

/* *found is false if held-out records do not confirm the spectra. */
static mdgan_status find_spectra(expectation *const e, const selection *const s, const float *const *const record,
                                 double *const spectrum, bool *const found, mdgan_error *const error)
{
    periodograms all;
    const mdgan_status status = periodograms_create(&all, s, record, error);
    if (status != MDGAN_OK) {
        return status;
    }
    const size_t n_out = s->n / JUDGED;
    const periodograms left_out = part_of(&all, 0, n_out), rest = part_of(&all, n_out, s->n - n_out);
    begin_anywhere(e, &rest, spectrum);
    iterate(e, &rest, MANY, STEPS_MANY, spectrum);
    isotropic_spectrum(&rest, spectrum + BODY_AXES * all.n_bin);
    *found = confirms(e, &left_out, spectrum, spectrum + BODY_AXES * all.n_bin);
    if (*found) {
        iterate(e, &all, MANY, STEPS_MANY, spectrum);
    }
    periodograms_clear(&all);
    return MDGAN_OK;
}

static double *draw_axes(void)
{
    double *const axes = malloc((size_t)MANY * VALUES * sizeof *axes);
    for (uint32_t g = 0; axes && g < MANY; g++) {
        double r[9];
        draw_rotation(g, r);
        project(r, axes + g * VALUES);
    }
    return axes;
}

/* With everything allocated. */
static mdgan_status find(body_axes *const b, expectation *const e, const size_t n_record,
                         const float *const *const record, double *const spectrum, mdgan_error *const error)
{
    const size_t n_fit = n_record < FIT_RECORDS ? n_record : FIT_RECORDS;
    const selection fit = {.n = n_fit, .stride = n_record / n_fit, .length = b->length, .n_part = 1};
    bool found = false;
    mdgan_status status = find_spectra(e, &fit, record, spectrum, &found, error);
    if (status != MDGAN_OK || !found) {
        return status;
    }
    b->n_record = n_record < BODY_RECORDS_MAX ? n_record : BODY_RECORDS_MAX;
    b->record = malloc(BODY_AXES * b->n_record * BODY_PARTS * b->length * sizeof *b->record);
    if (!b->record) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu records along their molecules' axes", b->n_record);
    }
    status = measure_turning(b, e, &fit, record, spectrum, error);
    return status == MDGAN_OK ? split_all(b, e, n_fit, n_record / b->n_record, record, spectrum, error) : status;
}

mdgan_status body_axes_find(body_axes *const b, const size_t length, const size_t n_record,
                            const float *const *const record, mdgan_error *const error)
{
    *b = (body_axes){.length = length};
    if (n_record < RECORDS_MIN) {
        return MDGAN_OK;
    }
    expectation e = {0};
    double *const axes = draw_axes(), *const spectrum = malloc(2 * BODY_AXES * (length / 2) * sizeof *spectrum);
    mdgan_status status =
        axes && spectrum ? MDGAN_OK : mdgan_fail(error, MDGAN_MEMORY, "no memory for %d rotations", MANY);
    if (status == MDGAN_OK) {
        status = expectation_create(&e, n_record < FIT_RECORDS ? n_record : FIT_RECORDS, axes, error);
    }
    if (status == MDGAN_OK) {
        status = find(b, &e, n_record, record, spectrum, error);
    }
    free(e.whitened);
    free(spectrum);
    free(axes);
    if (status != MDGAN_OK) {
        body_axes_clear(b);
    }
    return status;
}

void body_axes_clear(body_axes *const b)
{
    free(b->record);
    *b = (body_axes){0};
}
