/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <mdgan/statistics.h>

mdgan_moments mdgan_moments_of(const mdgan_series *const series)
{
    const size_t n = series->n_entity * series->n_frame * series->n_component;
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += (double)series->value[i];
    }
    const double mean = sum / (double)n;
    /* Second pass around the mean: power sums around 0 cancel where the mean is large. */
    double m2 = 0, m3 = 0, m4 = 0;
    for (size_t i = 0; i < n; i++) {
        const double x = (double)series->value[i] - mean;
        m2 += x * x;
        m3 += x * x * x;
        m4 += x * x * x * x;
    }
    m2 /= (double)n;
    m3 /= (double)n;
    m4 /= (double)n;
    return (mdgan_moments){.mean = mean, .variance = m2, .skewness = m3 / (m2 * sqrt(m2)), .kurtosis = m4 / (m2 * m2)};
}

/* power[i] averaged with triangular weights that reach half_width bins to both sides, as far as there are bins. */
static double smoothed(const double *const power, const size_t n_bin, const size_t i, const size_t half_width)
{
    const size_t first = i > half_width ? i - half_width : 0;
    const size_t last = i + half_width < n_bin ? i + half_width : n_bin - 1;
    double sum = 0, weights = 0;
    for (size_t j = first; j <= last; j++) {
        const double weight = (double)(half_width + 1 - (j > i ? j - i : i - j));
        sum += weight * power[j];
        weights += weight;
    }
    return sum / weights;
}

double mdgan_peak(const double *const power, const size_t n_bin, const size_t first, const size_t last,
                  const size_t half_width)
{
    double highest = 0, position = -1;
    for (size_t i = first > 1 ? first : 1; i <= last && i + 1 < n_bin; i++) {
        const double below = smoothed(power, n_bin, i - 1, half_width);
        const double here = smoothed(power, n_bin, i, half_width);
        const double above = smoothed(power, n_bin, i + 1, half_width);
        if (here <= below || here < above || (position >= 0 && here <= highest)) {
            continue;
        }
        highest = here;
        position = (double)i + 0.5 * (above - below) / (2 * here - above - below);
    }
    return position;
}

double mdgan_relative_l2(const double *const a, const double *const b, const size_t n)
{
    double difference = 0, norm = 0;
    for (size_t i = 0; i < n; i++) {
        difference += (a[i] - b[i]) * (a[i] - b[i]);
        norm += b[i] * b[i];
    }
    return sqrt(difference / norm);
}
