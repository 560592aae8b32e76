/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * What descriptions of features from GROMACS have in common: names and units.
 */
#ifndef MDGAN_GMX_DESCRIPTION_H
#define MDGAN_GMX_DESCRIPTION_H

#include <string>

#include <mdgan/dataset.h>

namespace mdgan
{
/** A description with all that features have in common, but the time step. */
mdgan_feature describeFeature(const std::string &name, mdgan_kind kind, size_t componentCount);
} // namespace mdgan

#endif
