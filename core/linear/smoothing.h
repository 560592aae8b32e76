/* SPDX-License-Identifier: BSD-3-Clause */
/* Spectra of short records, as smooth as the records allow. */
#ifndef MDGAN_LINEAR_SMOOTHING_H
#define MDGAN_LINEAR_SMOOTHING_H

#include "linear/burg.h"

/* Takes out of a spectrum what may be chance. Burg's has a detail for each reflection coefficient, and records of
 * @p length frames hold coefficient j to a standard error of 1 / sqrt(n_record (length - j)) only: a broad band comes
 * with two or three peaks for one. So at every frequency the logarithm of the spectrum is averaged over the broadest
 * band that contradicts no narrower one (Lepski 1991, Theory Probab. Appl. 36, 645). Lines, which stand out from
 * chance, stay as they are. An autoregression whose smoothed spectrum has none of that order is left alone.
 * Errors: MDGAN_MEMORY. */
mdgan_status autoregression_smooth(autoregression *ar, size_t n_record, size_t length, mdgan_error *error);

#endif
