/* SPDX-License-Identifier: BSD-3-Clause */
#include "gan/latent_anchor.h"

#include <stdlib.h>
#include <string.h>

#include "gan/anchor.h"
#include "nn/gemm.h"

static size_t matrix_size(const latent_anchor *const a)
{
    return a->state * a->state;
}

/* Rows of q states that share group g's matrices begin here ... */
static size_t first_row(const latent_anchor *const a, const size_t g)
{
    return g * a->state;
}

/* ... and are so far apart. */
static size_t row_stride(const latent_anchor *const a)
{
    return a->n_group > 1 ? a->latent : a->state;
}

/* power = evolve^n_step, in double precision: a phase must not drift by rounding. */
static mdgan_status raise(const size_t q, const real *const evolve, const size_t n_step, real *const power,
                          mdgan_error *const error)
{
    double *const old = malloc(2 * q * q * sizeof *old), *const next = old + q * q;
    if (!old) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu states", q);
    }
    for (size_t i = 0; i < q * q; i++) {
        old[i] = i % (q + 1) == 0;
    }
    for (size_t step = 0; step < n_step; step++) {
        for (size_t i = 0; i < q * q; i++) {
            next[i] = 0;
            for (size_t k = 0; k < q; k++) {
                next[i] += (double)evolve[i / q * q + k] * old[k * q + i % q];
            }
        }
        memcpy(old, next, q * q * sizeof *old);
    }
    for (size_t i = 0; i < q * q; i++) {
        power[i] = (real)old[i];
    }
    free(old);
    return MDGAN_OK;
}

mdgan_status latent_anchor_create(latent_anchor *const a, const generator *const g, mdgan_error *const error)
{
    const linear_part *const p = &g->part;
    *a = (latent_anchor){.state = g->arch.state, .latent = g->arch.latent, .n_group = p->n_group, .width = p->width};
    const size_t size = matrix_size(a);
    a->n_gap = 2 * size * a->n_group;
    a->evolve = malloc(2 * a->n_group * size * sizeof *a->evolve);
    a->turned = a->evolve ? a->evolve + a->n_group * size : NULL;
    a->gap = calloc(2 * a->n_gap, sizeof *a->gap);
    a->pull = a->gap ? a->gap + a->n_gap : NULL;
    if (!a->evolve || !a->gap) {
        latent_anchor_clear(a);
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu states", (size_t)g->arch.latent);
    }
    return MDGAN_OK;
}

mdgan_status latent_anchor_aim(latent_anchor *const a, const generator *const g, const real *const theta,
                               const size_t n_step, mdgan_error *const error)
{
    const linear_part *const p = &g->part;
    mdgan_status status = MDGAN_OK;
    for (size_t i = 0; status == MDGAN_OK && i < a->n_group; i++) {
        real *const evolve = a->evolve + i * matrix_size(a);
        status = raise(a->state, theta + i * p->size + p->evolve, n_step, evolve, error);
        if (status == MDGAN_OK) {
            gemm_transpose(a->state, a->state, evolve, a->state, a->turned + i * matrix_size(a), a->state);
        }
    }
    return status;
}

void latent_anchor_clear(latent_anchor *const a)
{
    free(a->evolve);
    free(a->gap);
    *a = (latent_anchor){0};
}

size_t latent_anchor_work_size(const latent_anchor *const a, const size_t n)
{
    return n * a->latent + matrix_size(a);
}

static void add_product(const latent_anchor *const a, const size_t rows, const real *const x, const real *const y,
                        real *const work, double *const sums)
{
    const size_t q = a->state;
    gemm_tn(q, q, rows, x, row_stride(a), y, row_stride(a), false, work, q, NULL);
    for (size_t i = 0; i < q * q; i++) {
        sums[i] = (double)work[i];
    }
}

void latent_anchor_measure(const latent_anchor *const a, const size_t n, const real *const first,
                           const real *const last, double *const sums, real *const work)
{
    const size_t q = a->state, size = matrix_size(a), rows = n * a->width, stride = row_stride(a);
    real *const residual = work + size;
    for (size_t g = 0; g < a->n_group; g++) {
        const size_t at = first_row(a, g);
        gemm_nn(rows, q, q, first + at, stride, a->turned + g * size, q, false, residual + at, stride, NULL);
        for (size_t i = 0; i < rows; i++) {
            for (size_t k = 0; k < q; k++) {
                const size_t j = at + i * stride + k;
                residual[j] = last[j] - residual[j];
            }
        }
        add_product(a, rows, residual + at, first + at, work, sums + 2 * g * size);
        add_product(a, rows, last + at, last + at, work, sums + (2 * g + 1) * size);
    }
}

/* What is left of a group's residual without its excess over the closed form, or all of it if there is none. */
static void take_off_excess(const size_t size, const real *const evolve, const float *const gap, float *const pull)
{
    double along = 0, square = 0;
    for (size_t i = 0; i < size; i++) {
        along += (double)gap[i] * (double)evolve[i];
        square += (double)evolve[i] * (double)evolve[i];
    }
    const double excess = along > 0 ? along / square : 0;
    for (size_t i = 0; i < size; i++) {
        pull[i] = gap[i] - (float)(excess * (double)evolve[i]);
    }
}

void latent_anchor_update(latent_anchor *const a, const size_t n_batch, const double *const sums)
{
    const size_t q = a->state, size = matrix_size(a);
    const double rows = (double)(n_batch * a->width);
    for (size_t i = 0; i < a->n_gap; i++) {
        const bool covariance = i / size % 2 == 1;
        const double target = covariance && i % size % (q + 1) == 0 ? 1 : 0;
        a->gap[i] += (float)((1 - ANCHOR_MEMORY) * (sums[i] / rows - target - a->gap[i]));
    }
    memcpy(a->pull, a->gap, a->n_gap * sizeof *a->gap);
    for (size_t g = 0; g < a->n_group; g++) {
        take_off_excess(size, a->evolve + g * size, a->gap + 2 * g * size, a->pull + 2 * g * size);
    }
}

/* d += scale x pull^T over rows of q states. */
static void add_pull(const latent_anchor *const a, const size_t rows, const double scale, const float *const pull,
                     const real *const x, real *const d)
{
    const size_t q = a->state, stride = row_stride(a);
    for (size_t i = 0; i < rows; i++) {
        for (size_t k = 0; k < q; k++) {
            real sum = 0;
            for (size_t l = 0; l < q; l++) {
                sum += pull[k * q + l] * x[i * stride + l];
            }
            d[i * stride + k] += (real)scale * sum;
        }
    }
}

void latent_anchor_gradient(const latent_anchor *const a, const size_t n, const size_t n_batch, const real *const first,
                            const real *const last, real *const d_last)
{
    const size_t size = matrix_size(a), rows = n * a->width;
    memset(d_last, 0, n * a->latent * sizeof *d_last);
    const double scale = 2 / (double)(n_batch * a->width);
    for (size_t g = 0; g < a->n_group; g++) {
        const size_t at = first_row(a, g);
        add_pull(a, rows, scale * a->residual_weight, a->pull + 2 * g * size, first + at, d_last + at);
        add_pull(a, rows, 2 * scale * a->covariance_weight, a->pull + (2 * g + 1) * size, last + at, d_last + at);
    }
}
