/* SPDX-License-Identifier: BSD-3-Clause */
#include <mdgan/statistics.h>

#include <math.h>
#include <stdlib.h>

/* Slope per lag of the least-squares line through lags first .. last. */
static double slope(const double *const msd, const size_t first, const size_t last)
{
    const double middle = ((double)first + (double)last) / 2;
    double product = 0, square = 0;
    for (size_t i = first; i <= last; i++) {
        product += ((double)i - middle) * msd[i];
        square += ((double)i - middle) * ((double)i - middle);
    }
    return product / square;
}

static mdgan_status check(const mdgan_series *const position, const size_t first, const size_t last, const double dt,
                          mdgan_error *const error)
{
    if (first >= last || last >= position->n_frame || !(dt > 0)) {
        return mdgan_fail(
            error, MDGAN_INVALID,
            "a line through the lags %zu to %zu needs two lags, shorter than the series of %zu frames, and "
            "a time between frames above 0",
            first, last, position->n_frame);
    }
    return MDGAN_OK;
}

mdgan_status mdgan_diffusion(const mdgan_series *const position, const size_t first, const size_t last, const double dt,
                             double *const diffusion, double *const standard_error, mdgan_error *const error)
{
    mdgan_status status = check(position, first, last, dt, error);
    if (status != MDGAN_OK) {
        return status;
    }
    double *const msd = malloc((last + 1) * sizeof *msd);
    if (!msd) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu lags", last + 1);
    }
    const size_t n = position->n_entity, size = position->n_frame * position->n_component;
    double sum = 0, square = 0;
    for (size_t e = 0; status == MDGAN_OK && e < n; e++) {
        const mdgan_series one = {position->value + e * size, 1, position->n_frame, position->n_component};
        status = mdgan_displacement(&one, last + 1, msd, NULL, error);
        const double d = status == MDGAN_OK ? slope(msd, first, last) / (2 * (double)position->n_component * dt) : 0;
        /* Welford: the spread may be small beside the mean. */
        const double deviation = d - sum / (e > 0 ? (double)e : 1);
        sum += d;
        square += e > 0 ? deviation * (d - sum / (double)(e + 1)) : 0;
    }
    free(msd);
    *diffusion = sum / (double)n;
    *standard_error = n > 1 ? sqrt(square / (double)(n - 1) / (double)n) : NAN;
    return status;
}
