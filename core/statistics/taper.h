/* SPDX-License-Identifier: BSD-3-Clause */
/* The taper of all spectra. */
#ifndef MDGAN_STATISTICS_TAPER_H
#define MDGAN_STATISTICS_TAPER_H

#include <math.h>
#include <stddef.h>

/* Hann taper at frame t of n, between 0 and 1: periodic, with its zero half a frame outside, so that no frame of a
 * short record is thrown away. Its mean square is 3/8. */
static inline double hann(const size_t t, const size_t n)
{
    return 0.5 * (1 - cos(2 * M_PI * ((double)t + 0.5) / (double)n));
}

/* The same of unit mean square. */
static inline double hann_unit(const size_t t, const size_t n)
{
    return sqrt(8.0 / 3) * hann(t, n);
}

#endif
