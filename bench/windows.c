/* SPDX-License-Identifier: BSD-3-Clause */
#include "windows.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "synthetic.h"

static mdgan_status check(const mdgan_dataset *const data, const size_t window, mdgan_error *const error)
{
    if (window == 0 || data->n_frame < 2 * window || data->n_entity == 0 || data->feature.kind == MDGAN_POSITION) {
        return mdgan_fail(error, MDGAN_INVALID,
                          "windows of %zu frames need stationary data of %zu frames at least; '%s' has %zu", window,
                          2 * window, data->feature.name, data->n_frame);
    }
    return MDGAN_OK;
}

mdgan_status windows_independent(const mdgan_dataset *const data, const size_t window, uint64_t seed,
                                 const size_t n_entity, const size_t n_frame, mdgan_dataset *const out,
                                 mdgan_error *const error)
{
    const size_t d = data->feature.n_component;
    mdgan_status status = check(data, window, error);
    if (status == MDGAN_OK) {
        status = mdgan_dataset_create(out, &data->feature, n_entity, n_frame, error);
    }
    for (size_t e = 0; status == MDGAN_OK && e < n_entity; e++) {
        for (size_t t = 0; t < n_frame; t += window) {
            const size_t n = n_frame - t < window ? n_frame - t : window;
            const size_t from = (size_t)(synthetic_uniform(&seed) * (double)data->n_entity);
            const size_t start = (size_t)(synthetic_uniform(&seed) * (double)(data->n_frame - window + 1));
            memcpy(out->value + (e * n_frame + t) * d, mdgan_dataset_entity(data, from) + start * d,
                   n * d * sizeof *out->value);
        }
    }
    return status;
}

/* Y_{k+1} = mean + slope (Y_k - mean) + noise e, for components first .. first + width - 1. */
typedef struct pair_model {
    size_t window, first, width;
    double mean;
    double *pair;  /* [2M][2M] covariance of a pair */
    double *start; /* [M][M] lower triangle: Cholesky factor of a window's covariance */
    double *slope; /* [M][M] */
    double *noise; /* [M][M] lower triangle */
} pair_model;

static void pair_model_clear(pair_model *const p)
{
    free(p->pair);
    *p = (pair_model){0};
}

static mdgan_status pair_model_create(pair_model *const p, const size_t window, mdgan_error *const error)
{
    *p = (pair_model){.window = window, .pair = calloc(7 * window * window, sizeof(double))};
    if (!p->pair) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for covariances of %zu frames", 2 * window);
    }
    p->start = p->pair + 4 * window * window;
    p->slope = p->start + window * window;
    p->noise = p->slope + window * window;
    return MDGAN_OK;
}

static double mean_of(const mdgan_dataset *const data, const size_t first, const size_t width)
{
    const size_t d = data->feature.n_component, n = data->n_entity * data->n_frame;
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t c = first; c < first + width; c++) {
            sum += data->value[i * d + c];
        }
    }
    return sum / (double)(n * width);
}

/* Covariance of all pairs of windows that follow each other, counted from the first frame. */
static void add_pairs(pair_model *const p, const mdgan_dataset *const data, double *const record)
{
    const size_t d = data->feature.n_component, length = 2 * p->window, n_pair = data->n_frame / p->window - 1;
    const double weight = 1 / (double)(data->n_entity * n_pair * p->width);
    for (size_t e = 0; e < data->n_entity; e++) {
        const float *const x = mdgan_dataset_entity(data, e);
        for (size_t k = 0; k < n_pair * p->width; k++) {
            const float *const from = x + k / p->width * p->window * d + p->first + k % p->width;
            for (size_t t = 0; t < length; t++) {
                record[t] = from[t * d] - p->mean;
            }
            cblas_dsyr(CblasRowMajor, CblasUpper, (int)length, weight, record, 1, p->pair, (int)length);
        }
    }
}

/* A reversible process is the same backwards; then the lower triangle is filled in. */
static void symmetrise(const pair_model *const p, const bool reversible)
{
    const size_t n = 2 * p->window;
    double *const s = p->pair;
    for (size_t i = 0; reversible && i < n; i++) {
        for (size_t j = i; j < n - i; j++) {
            double *const other = s + (n - 1 - j) * n + n - 1 - i;
            s[i * n + j] = *other = (s[i * n + j] + *other) / 2;
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            s[i * n + j] = s[j * n + i];
        }
    }
}

/* root = a^power of a symmetric matrix [m][m], eigenvalues no less than @p least; a is destroyed. work: [m][m + 1]. */
static mdgan_status matrix_power(const size_t m, double *const a, const double least, const double power,
                                 double *const work, double *const root, mdgan_error *const error)
{
    double *const eigenvalue = work + m * m;
    if (LAPACKE_dsyev(LAPACK_ROW_MAJOR, 'V', 'U', (int)m, a, (int)m, eigenvalue) != 0) {
        return mdgan_fail(error, MDGAN_NUMERIC, "a covariance of %zu frames has no eigenvalues", m);
    }
    for (size_t i = 0; i < m * m; i++) {
        work[i] = a[i] * pow(fmax(eigenvalue[i % m], least), power);
    }
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)m, (int)m, (int)m, 1, work, (int)m, a, (int)m, 0, root,
                (int)m);
    return MDGAN_OK;
}

/* A stationary chain needs windows of one covariance A. Sampled, the first and the second differ, and their mean beside
 * the sampled cross covariance C may be no covariance at all where windows follow from each other almost exactly. Their
 * canonical correlations K = S22^(-1/2) C S11^(-1/2) are below 1, and so is what A^(1/2) K A^(1/2) stands for. */
static mdgan_status make_stationary(const pair_model *const p, mdgan_error *const error)
{
    const size_t m = p->window, n = 2 * m;
    const double least = 1e-9 * p->pair[0];
    double *const work = malloc((5 * m * m + m) * sizeof *work), *const block = work + m * m + m;
    double *const left = block + m * m, *const right = left + m * m, *const product = right + m * m;
    mdgan_status status = work ? MDGAN_OK : mdgan_fail(error, MDGAN_MEMORY, "no memory for pairs of %zu frames", n);
    for (size_t second = 0; status == MDGAN_OK && second < 2; second++) {
        LAPACKE_dlacpy(LAPACK_ROW_MAJOR, 'A', (int)m, (int)m, p->pair + second * m * (n + 1), (int)n, block, (int)m);
        status = matrix_power(m, block, least, -0.5, work, second ? left : right, error);
    }
    for (size_t i = 0; status == MDGAN_OK && i < m * m; i++) {
        double *const first = p->pair + i / m * n + i % m, *const second = first + m * (n + 1);
        block[i] = *first = *second = (*first + *second) / 2;
    }
    if (status == MDGAN_OK) {
        const int size = (int)m;
        const double *const cross = p->pair + m * n;
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, size, size, size, 1, left, size, cross, (int)n, 0,
                    product, size);
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, size, size, size, 1, product, size, right, size, 0, left,
                    size);
        status = matrix_power(m, block, least, 0.5, work, right, error);
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, size, size, size, 1, right, size, left, size, 0, product,
                    size);
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, size, size, size, 1, product, size, right, size, 0,
                    p->pair + m * n, (int)n);
    }
    free(work);
    return status;
}

/* Factors the pair's covariance, with as much white noise as that takes; the lower triangle alone is looked at. */
static mdgan_status factor(const pair_model *const p, double *const l, mdgan_error *const error)
{
    const size_t n = 2 * p->window;
    double ridge = 1e-9 * p->pair[0];
    for (int digit = 0; digit < 9; digit++) {
        ridge *= 10;
        memcpy(l, p->pair, n * n * sizeof *l);
        cblas_daxpy((int)n, 1, &ridge, 0, l, (int)n + 1);
        if (LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'L', (int)n, l, (int)n) == 0) {
            return MDGAN_OK;
        }
    }
    return mdgan_fail(error, MDGAN_NUMERIC, "window pairs of %zu frames have no covariance", n);
}

/* From [[A, .], [B, C]], the factor of a pair: a window is A e, and the next one B e + C e' = B A^-1 Y + C e'. */
static mdgan_status take_blocks(const pair_model *const p, mdgan_error *const error)
{
    const size_t m = p->window, n = 2 * m;
    double *const l = malloc(n * n * sizeof *l);
    mdgan_status status = l ? MDGAN_OK : mdgan_fail(error, MDGAN_MEMORY, "no memory for pairs of %zu frames", n);
    if (status == MDGAN_OK) {
        status = factor(p, l, error);
    }
    for (size_t i = 0; status == MDGAN_OK && i < m; i++) {
        memcpy(p->start + i * m, l + i * n, m * sizeof *l);
        memcpy(p->slope + i * m, l + (m + i) * n, m * sizeof *l);
        memcpy(p->noise + i * m, l + (m + i) * n + m, m * sizeof *l);
    }
    if (status == MDGAN_OK) {
        cblas_dtrsm(CblasRowMajor, CblasRight, CblasLower, CblasNoTrans, CblasNonUnit, (int)m, (int)m, 1, p->start,
                    (int)m, p->slope, (int)m);
    }
    free(l);
    return status;
}

static mdgan_status pair_model_fit(pair_model *const p, const mdgan_dataset *const data, const size_t first,
                                   const size_t width, mdgan_error *const error)
{
    double *const record = malloc(2 * p->window * sizeof *record);
    if (!record) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu frames", 2 * p->window);
    }
    p->first = first;
    p->width = width;
    /* Velocities have none; its estimate would only be noise. */
    p->mean = data->feature.kind == MDGAN_VELOCITY ? 0 : mean_of(data, first, width);
    memset(p->pair, 0, 4 * p->window * p->window * sizeof *p->pair);
    add_pairs(p, data, record);
    symmetrise(p, data->feature.reversible);
    free(record);
    const mdgan_status status = make_stationary(p, error);
    return status == MDGAN_OK ? take_blocks(p, error) : status;
}

/* One chain per entity and component of the group, side by side: y, e and next are [n][M]. */
static mdgan_status run_chains(const pair_model *const p, uint64_t seed, mdgan_dataset *const out,
                               mdgan_error *const error)
{
    const size_t m = p->window, d = out->feature.n_component, n = out->n_entity * p->width;
    double *const work = malloc(3 * n * m * sizeof *work), *y = work, *next = work + n * m, *const e = next + n * m;
    if (!work) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu chains", n);
    }
    for (size_t t = 0; t < out->n_frame; t += m) {
        for (size_t i = 0; i < n * m; i++) {
            e[i] = synthetic_normal(&seed);
        }
        cblas_dtrmm(CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, (int)n, (int)m, 1,
                    t > 0 ? p->noise : p->start, (int)m, e, (int)m);
        memcpy(next, e, n * m * sizeof *e);
        if (t > 0) {
            cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)n, (int)m, (int)m, 1, y, (int)m, p->slope, (int)m,
                        1, next, (int)m);
        }
        for (size_t i = 0; i < n; i++) {
            for (size_t k = 0; k < m && t + k < out->n_frame; k++) {
                out->value[(i / p->width * out->n_frame + t + k) * d + p->first + i % p->width] =
                    (float)(next[i * m + k] + p->mean);
            }
        }
        double *const swap = y;
        y = next;
        next = swap;
    }
    free(work);
    return MDGAN_OK;
}

mdgan_status windows_gaussian(const mdgan_dataset *const data, const size_t window, const uint64_t seed,
                              const size_t n_entity, const size_t n_frame, mdgan_dataset *const out,
                              mdgan_error *const error)
{
    const size_t d = data->feature.n_component, width = data->feature.isotropic ? d : 1;
    pair_model p = {0};
    mdgan_status status = check(data, window, error);
    if (status == MDGAN_OK) {
        status = mdgan_dataset_create(out, &data->feature, n_entity, n_frame, error);
    }
    if (status != MDGAN_OK) {
        return status;
    }
    status = pair_model_create(&p, window, error);
    for (size_t c = 0; status == MDGAN_OK && c < d; c += width) {
        status = pair_model_fit(&p, data, c, width, error);
        if (status == MDGAN_OK) {
            status = run_chains(&p, seed + c, out, error);
        }
    }
    pair_model_clear(&p);
    if (status != MDGAN_OK) {
        mdgan_dataset_clear(out);
    }
    return status;
}
