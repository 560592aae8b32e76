/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * Features `mol-com` and `mol-parts`: paths of the centres of mass of molecules, or of N parts of each.
 *
 * Entities are the molecules that are selected whole, in the order of the topology. Parts are consecutive atoms, as
 * equal in number as they can be. Paths are not wrapped into the box.
 */
#ifndef MDGAN_GMX_FEATURE_MOLECULE_H
#define MDGAN_GMX_FEATURE_MOLECULE_H

#include "feature.h"

namespace mdgan
{
std::unique_ptr<Feature> createMoleculeCentre(const FeatureOptions &options);
std::unique_ptr<Feature> createMoleculeParts(const FeatureOptions &options);
} // namespace mdgan

#endif
