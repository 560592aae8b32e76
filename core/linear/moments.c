/* SPDX-License-Identifier: BSD-3-Clause */
#include "linear/moments.h"

#include <cblas.h>
#include <stdlib.h>

enum { RECORDS_AT_ONCE = 256 };

record_cut record_cut_of(const size_t n_frame, const size_t length)
{
    const size_t n = (n_frame + length / 2) / length;
    return (record_cut){.n = n, .stride = n > 1 ? (n_frame - length) / (n - 1) : length};
}

mdgan_status record_moments_create(record_moments *const m, const size_t length, mdgan_error *const error)
{
    *m = (record_moments){.length = length, .moment = calloc(length * length, sizeof(double))};
    return m->moment ? MDGAN_OK : mdgan_fail(error, MDGAN_MEMORY, "no memory for moments of %zu frames", length);
}

void record_moments_clear(record_moments *const m)
{
    free(m->moment);
    free(m->waiting);
    *m = (record_moments){0};
}

static void multiply_waiting(record_moments *const m)
{
    const int t_max = (int)m->length;
    cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, t_max, (int)m->n_waiting, 1, m->waiting, t_max, 1, m->moment,
                t_max);
    m->n_waiting = 0;
}

mdgan_status record_moments_add(record_moments *const m, const size_t n, const float *const value,
                                const size_t record_stride, const size_t frame_stride, mdgan_error *const error)
{
    const size_t t_max = m->length;
    if (!m->waiting) {
        m->waiting = malloc(RECORDS_AT_ONCE * t_max * sizeof *m->waiting);
    }
    if (!m->waiting) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for records of %zu frames", t_max);
    }
    for (size_t i = 0; i < n; i++) {
        double *const to = m->waiting + m->n_waiting * t_max;
        for (size_t t = 0; t < t_max; t++) {
            to[t] = value[i * record_stride + t * frame_stride];
        }
        if (++m->n_waiting == RECORDS_AT_ONCE) {
            multiply_waiting(m);
        }
    }
    m->n_record += n;
    return MDGAN_OK;
}

void record_moments_finish(record_moments *const m)
{
    const size_t t_max = m->length;
    double *const s = m->moment;
    if (m->n_waiting > 0) {
        multiply_waiting(m);
    }
    free(m->waiting);
    m->waiting = NULL;
    for (size_t i = 0; i < t_max; i++) {
        for (size_t j = 0; j < i; j++) {
            s[i * t_max + j] = s[j * t_max + i];
        }
    }
    /* Reversal swaps element (i, j) with (T-1-i, T-1-j): the two ends of the flattened matrix. */
    for (size_t i = 0, k = t_max * t_max - 1; i <= k; i++, k--) {
        const double mean = (s[i] + s[k]) / (2 * (double)m->n_record);
        s[i] = s[k] = mean;
        if (k == 0) {
            break;
        }
    }
}

mdgan_status record_moments_pool(record_moments *const all, const size_t n, const record_moments *const *const part,
                                 mdgan_error *const error)
{
    const mdgan_status status = record_moments_create(all, part[0]->length, error);
    if (status != MDGAN_OK) {
        return status;
    }
    for (size_t p = 0; p < n; p++) {
        all->n_record += part[p]->n_record;
        long_sums_pool(&all->sums, &part[p]->sums);
    }
    const int size = (int)(all->length * all->length);
    for (size_t p = 0; p < n; p++) {
        const double share = (double)part[p]->n_record / (double)all->n_record;
        cblas_daxpy(size, share, part[p]->moment, 1, all->moment, 1);
    }
    return MDGAN_OK;
}

double record_moments_variance(const record_moments *const m)
{
    return cblas_dasum((int)m->length, m->moment, (int)m->length + 1) / (double)m->length;
}

double *record_moments_tails(const record_moments *const m, const double floor)
{
    const size_t n = m->length;
    double *const tail = malloc(n * n * sizeof *tail);
    for (size_t i = n; tail && i-- > 0;) {
        for (size_t j = n; j-- > 0;) {
            const double rest = i + 1 < n && j + 1 < n ? tail[(i + 1) * n + j + 1] : 0;
            tail[i * n + j] = m->moment[i * n + j] + (i == j ? floor : 0) + rest;
        }
    }
    return tail;
}
