/* SPDX-License-Identifier: BSD-3-Clause */
/** @file
 * Honest baselines without adversarial training, generated in the same shape as a model's output.
 */
#ifndef MDGAN_BASELINE_H
#define MDGAN_BASELINE_H

#include <stddef.h>
#include <stdint.h>

#include <mdgan/dataset.h>
#include <mdgan/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Fits a multi-segment Burg autoregressive model to records of 2M frames of @p data (components pooled if isotropic)
 * and generates @p n_frame frames per entity into @p out (created here, same feature; nothing to free after an error),
 * stationary from the first one on.
 * @p order: 0 = 15/16 of 2M. Errors: MDGAN_INVALID, MDGAN_DATA, MDGAN_MEMORY. */
mdgan_status mdgan_baseline_burg(const mdgan_dataset *data, size_t window, size_t order, uint64_t seed, size_t n_entity,
                                 size_t n_frame, mdgan_dataset *out, mdgan_error *error);

/**
 * Relative error bars of the mean squared displacement that records of 2M frames leave to overdamped motion: the spread
 * of relaxation spectra that fit them, slow memories being taken for likely.
 * @p data: increments of positions, at least 2 x @p window frames; all components are taken for alike
 * @p lag: [n] frames; @p bar: [n] relative to the displacement
 * Errors: MDGAN_INVALID, MDGAN_DATA (positions), MDGAN_NUMERIC, MDGAN_MEMORY.
 */
mdgan_status mdgan_baseline_displacement_bars(const mdgan_dataset *data, size_t window, size_t n, const double *lag,
                                              double *bar, mdgan_error *error);

#ifdef __cplusplus
}
#endif
#endif
