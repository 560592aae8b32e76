/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * Feature `bond-velocity`: relative velocity of the two atoms of every bond, v(larger index) - v(smaller index).
 *
 * Entities are the bonds of the topology whose atoms are both selected, ordered by (smaller, larger) index.
 */
#ifndef MDGAN_GMX_FEATURE_BOND_VELOCITY_H
#define MDGAN_GMX_FEATURE_BOND_VELOCITY_H

#include "feature.h"

namespace mdgan
{
std::unique_ptr<Feature> createBondVelocity(const FeatureOptions &options);
} // namespace mdgan

#endif
