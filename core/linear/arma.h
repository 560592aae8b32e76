/* SPDX-License-Identifier: BSD-3-Clause */
/* Maximum-likelihood ARMA(q, q) models: the innovations form of any scalar state-space model with q states. */
#ifndef MDGAN_LINEAR_ARMA_H
#define MDGAN_LINEAR_ARMA_H

#include "linear/gaussian.h"
#include "linear/statespace.h"

/* Refines an innovations-form model (one noise source) by maximising the exact likelihood of the records; result in
 * unit covariance. q even. Errors: MDGAN_NUMERIC, MDGAN_MEMORY. */
mdgan_status arma_refine(const statespace *start, const gaussian *records, statespace *s, mdgan_error *error);

#endif
