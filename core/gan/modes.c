/* SPDX-License-Identifier: BSD-3-Clause */
#include "gan/modes.h"

#include <math.h>
#include <string.h>

#include <lapacke.h>

static size_t particles_of(const mdgan_feature *const f)
{
    return f->isotropic && f->n_component % 3 == 0 ? f->n_component / 3 : 1;
}

size_t modes_particles(const modes *const v)
{
    return (size_t)lround(sqrt((double)v->n_value));
}

bool modes_integrated(const modes *const v, const mdgan_kind kind, const size_t c)
{
    return kind == MDGAN_POSITION && (v->n_value == 1 || c < 3);
}

/* sum over frames of x_p . x_q; positions relative to their centre. */
static void add_frame(const float *const x, const size_t n, const bool centred, double *const c)
{
    for (size_t k = 0; k < 3; k++) {
        double value[PARTICLE_MAX], centre = 0;
        for (size_t p = 0; p < n; p++) {
            value[p] = x[3 * p + k];
            centre += value[p] / (double)n;
        }
        for (size_t p = 0; p < n; p++) {
            value[p] -= centred ? centre : 0;
        }
        for (size_t p = 0; p < n; p++) {
            for (size_t q = 0; q < n; q++) {
                c[p * n + q] += value[p] * value[q];
            }
        }
    }
}

/* Eigenvectors come in ascending order as columns; rows in descending order are wanted, each with a sign of its own
 * that does not depend on LAPACK: its largest element is positive. */
static void take_rows(const double *const column, const size_t n, double *const row)
{
    for (size_t m = 0; m < n; m++) {
        double largest = 0;
        for (size_t p = 0; p < n; p++) {
            row[m * n + p] = column[p * n + n - 1 - m];
            if (fabs(row[m * n + p]) > fabs(largest) * (1 + 1e-9)) {
                largest = row[m * n + p];
            }
        }
        for (size_t p = 0; p < n && largest < 0; p++) {
            row[m * n + p] = -row[m * n + p];
        }
    }
}

/* The centre's mode has the eigenvalue 0 and so comes last; it is wanted first, and exact. */
static void centre_first(const size_t n, double *const row)
{
    memmove(row + n, row, (n - 1) * n * sizeof *row);
    for (size_t p = 0; p < n; p++) {
        row[p] = 1 / sqrt((double)n);
    }
}

mdgan_status modes_create(modes *const v, const mdgan_dataset *const data, mdgan_error *const error)
{
    const size_t n = particles_of(&data->feature), n_frame = data->n_entity * data->n_frame;
    const bool centred = data->feature.kind == MDGAN_POSITION;
    *v = (modes){.n_value = n * n, .matrix = {1}};
    if (n == 1) {
        return MDGAN_OK;
    }
    double c[MODES_MAX] = {0}, eigenvalue[PARTICLE_MAX];
    for (size_t i = 0; i < n_frame; i++) {
        add_frame(data->value + i * 3 * n, n, centred, c);
    }
    double trace = 0;
    for (size_t p = 0; p < n; p++) {
        trace += c[p * n + p];
    }
    if (!isfinite(trace)) {
        return mdgan_fail(error, MDGAN_DATA, "the data hold values that are not finite");
    }
    if (LAPACKE_dsyev(LAPACK_ROW_MAJOR, 'V', 'U', (int)n, c, (int)n, eigenvalue) != 0) {
        return mdgan_fail(error, MDGAN_NUMERIC, "the particles of '%s' could not be split into modes",
                          data->feature.name);
    }
    take_rows(c, n, v->matrix);
    if (centred) {
        centre_first(n, v->matrix);
    }
    return MDGAN_OK;
}

/* out = A in over particles, A [P][P] or its transpose, for x, y and z. */
static void apply(const modes *const v, const bool transpose, const size_t d, const double *const in, double *const out)
{
    const size_t n = modes_particles(v);
    if (n == 1) {
        memcpy(out, in, d * sizeof *out);
        return;
    }
    for (size_t m = 0; m < n; m++) {
        for (size_t k = 0; k < 3; k++) {
            double sum = 0;
            for (size_t p = 0; p < n; p++) {
                sum += v->matrix[transpose ? p * n + m : m * n + p] * in[3 * p + k];
            }
            out[3 * m + k] = sum;
        }
    }
}

void modes_forward(const modes *const v, const size_t d, const float *const in, double *const out)
{
    double value[MDGAN_COMPONENT_MAX];
    for (size_t c = 0; c < d; c++) {
        value[c] = in[c];
    }
    apply(v, false, d, value, out);
}

void modes_backward(const modes *const v, const size_t d, const double *const in, double *const out)
{
    apply(v, true, d, in, out);
}
