/* SPDX-License-Identifier: BSD-3-Clause */
#include "linear/moments.h"

#include <cblas.h>
#include <stdlib.h>

enum { RECORDS_AT_ONCE = 256 };

mdgan_status record_moments_create(record_moments *const m, const size_t length, mdgan_error *const error)
{
    *m = (record_moments){.length = length, .moment = calloc(length * length, sizeof(double))};
    return m->moment ? MDGAN_OK : mdgan_fail(error, MDGAN_MEMORY, "no memory for moments of %zu frames", length);
}

void record_moments_clear(record_moments *const m)
{
    free(m->moment);
    *m = (record_moments){0};
}

mdgan_status record_moments_add(record_moments *const m, const size_t n, const float *const value,
                                const size_t record_stride, const size_t frame_stride, mdgan_error *const error)
{
    const size_t t_max = m->length;
    double *const chunk = malloc(RECORDS_AT_ONCE * t_max * sizeof *chunk);
    if (!chunk) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for records of %zu frames", t_max);
    }
    for (size_t done = 0; done < n; done += RECORDS_AT_ONCE) {
        const size_t now = n - done < RECORDS_AT_ONCE ? n - done : RECORDS_AT_ONCE;
        for (size_t i = 0; i < now; i++) {
            for (size_t t = 0; t < t_max; t++) {
                chunk[i * t_max + t] = value[(done + i) * record_stride + t * frame_stride];
            }
        }
        cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, (int)t_max, (int)now, 1, chunk, (int)t_max, 1, m->moment,
                    (int)t_max);
    }
    m->n_record += n;
    free(chunk);
    return MDGAN_OK;
}

void record_moments_finish(record_moments *const m)
{
    const size_t t_max = m->length;
    double *const s = m->moment;
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
