/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * Features `velocity` and `position` of the positions of the selection, atoms or centres.
 *
 * Entities are the positions in the order of the selection. Paths of positions are not wrapped into the box.
 */
#ifndef MDGAN_GMX_FEATURE_SELECTED_H
#define MDGAN_GMX_FEATURE_SELECTED_H

#include "feature.h"

namespace mdgan
{
std::unique_ptr<Feature> createSelectedVelocity(const FeatureOptions &options);
std::unique_ptr<Feature> createSelectedPosition(const FeatureOptions &options);
} // namespace mdgan

#endif
