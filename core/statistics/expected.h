/* SPDX-License-Identifier: BSD-3-Clause */
/* What a spectrum estimate is on average. */
#ifndef MDGAN_STATISTICS_EXPECTED_H
#define MDGAN_STATISTICS_EXPECTED_H

#include <mdgan/status.h>
#include <stddef.h>

/* power[n/2 + 1]: mean periodogram |FT|^2 / n of records of n frames (even) of a stationary process, under a Hann taper
 * of unit mean square: sum_tt' h_t h_t' r(t - t') cos(w (t - t')) / n. autocovariance: r[n]. Errors: MDGAN_MEMORY. */
mdgan_status expected_periodogram(size_t n, const double *autocovariance, double *power, mdgan_error *error);

#endif
