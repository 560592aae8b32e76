/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * Unwrapping with the periodic boundaries of GROMACS.
 */
#ifndef MDGAN_GMX_PERIODIC_PATH_H
#define MDGAN_GMX_PERIODIC_PATH_H

#include <vector>

#include "centres.h"

struct t_pbc;

namespace mdgan
{
/** Unwraps @p point in place and writes it to @p row, [point][3]. @p pbc: NULL without boundaries. */
void followPeriodic(Unwrapper &unwrapper, std::vector<Vector> &point, const t_pbc *pbc, std::vector<float> &row);
} // namespace mdgan

#endif
