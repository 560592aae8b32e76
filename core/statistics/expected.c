/* SPDX-License-Identifier: BSD-3-Clause */
#include "statistics/expected.h"

#include <math.h>
#include <string.h>

#include "statistics/fft.h"
#include "statistics/taper.h"

/* fftw_complex is double[2] or a complex type, whatever headers came before. */
static double *parts(const fft_real *const fft)
{
    return (double *)fft->y;
}

/* fft->x = sum_t h_t h_{t + lag}, by transforms with as many zeros as frames. */
static void taper_overlaps(const size_t n, fft_real *const fft)
{
    double *const y = parts(fft);
    for (size_t t = 0; t < 2 * n; t++) {
        fft->x[t] = t < n ? hann_unit(t, n) : 0;
    }
    fftw_execute(fft->forward);
    for (size_t k = 0; k <= n; k++) {
        y[2 * k] = (y[2 * k] * y[2 * k] + y[2 * k + 1] * y[2 * k + 1]) / (double)(2 * n);
        y[2 * k + 1] = 0;
    }
    fftw_execute(fft->backward);
}

mdgan_status expected_periodogram(const size_t n, const double *const autocovariance, double *const power,
                                  mdgan_error *const error)
{
    fft_real padded, lags = {0};
    mdgan_status status = fft_real_create(&padded, 2 * n, true, error);
    if (status != MDGAN_OK) {
        return status;
    }
    status = fft_real_create(&lags, n, false, error);
    if (status == MDGAN_OK) {
        taper_overlaps(n, &padded);
        for (size_t lag = 0; lag < n; lag++) {
            lags.x[lag] = (lag == 0 ? 1 : 2) * padded.x[lag] * autocovariance[lag] / (double)n;
        }
        fftw_execute(lags.forward);
        for (size_t k = 0; k <= n / 2; k++) {
            power[k] = parts(&lags)[2 * k];
        }
        fft_real_clear(&lags);
    }
    fft_real_clear(&padded);
    return status;
}
