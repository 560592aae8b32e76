/* SPDX-License-Identifier: BSD-3-Clause */
#include "linear/long_sums.h"

#include <math.h>

size_t long_sums_frames(const size_t length, const size_t scale)
{
    return length << (scale + 1);
}

void long_sums_add(long_sums *const s, const size_t length, const size_t n_scale, const size_t n_frame,
                   const float *const value, const size_t frame_stride)
{
    for (size_t scale = 0; scale < n_scale; scale++) {
        const size_t n = long_sums_frames(length, scale);
        for (size_t first = 0; first + n <= n_frame; first += n) {
            double sum = 0;
            for (size_t t = first; t < first + n; t++) {
                sum += value[t * frame_stride];
            }
            s->n[scale]++;
            s->square[scale] += sum * sum;
        }
    }
}

void long_sums_pool(long_sums *const all, const long_sums *const part)
{
    for (size_t scale = 0; scale < LONG_SCALES; scale++) {
        all->n[scale] += part->n[scale];
        all->square[scale] += part->square[scale];
    }
}

size_t long_sums_scales(const long_sums *const s)
{
    size_t n = 0;
    while (n < LONG_SCALES && s->n[n] > 0) {
        n++;
    }
    return n;
}

/* What every stretch counts. */
static double share_of(const long_sums *const s)
{
    size_t n = 0;
    for (size_t scale = 0; scale < LONG_SCALES; scale++) {
        n += s->n[scale];
    }
    return n > 0 ? (double)s->n[0] / (double)n : 0;
}

double long_sums_cost(const long_sums *const s, const size_t length, const double floor, const double *const variance,
                      double *const gradient)
{
    const double share = share_of(s);
    double cost = 0;
    for (size_t scale = 0; scale < LONG_SCALES; scale++) {
        const double n = (double)s->n[scale], noise = floor * (double)long_sums_frames(length, scale);
        const double v = variance[scale] + noise, square = s->square[scale] + n * noise;
        if (n > 0 && !(v > 0)) {
            return INFINITY;
        }
        cost += n > 0 ? share * (n * log(v) + square / v) / 2 : 0;
        if (gradient) {
            gradient[scale] = n > 0 ? share * (n - square / v) / (2 * v) : 0;
        }
    }
    return cost;
}

void long_sums_information(const long_sums *const s, const size_t length, const double floor,
                           const double *const variance, double *const information)
{
    const double share = share_of(s);
    for (size_t scale = 0; scale < LONG_SCALES; scale++) {
        const double v = variance[scale] + floor * (double)long_sums_frames(length, scale);
        information[scale] = s->n[scale] > 0 ? share * (double)s->n[scale] / (2 * v * v) : 0;
    }
}

double long_sums_variance(const size_t n, const double *const r)
{
    double sum = (double)n * r[0];
    for (size_t t = 1; t < n; t++) {
        sum += 2 * (double)(n - t) * r[t];
    }
    return sum;
}
