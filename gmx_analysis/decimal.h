/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * Decimal numbers that went through a float.
 */
#ifndef MDGAN_GMX_DECIMAL_H
#define MDGAN_GMX_DECIMAL_H

namespace mdgan
{
/** The number with the fewest digits within @p tolerance of @p value: 0.002 for the float 0.00200000009. */
double simplestDecimal(double value, double tolerance);

/** How far a @p time of GROMACS can be from the true one: it went through a float, and mdrun rounds once more. */
double resolution(double time);
} // namespace mdgan

#endif
