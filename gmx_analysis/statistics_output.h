/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * Spectrum, mean squared displacement and autocorrelation of real and generated frames in one file each.
 *
 * They are those of the particles that stand for the entities in trajectories, so that stock tools give the same.
 */
#ifndef MDGAN_GMX_STATISTICS_OUTPUT_H
#define MDGAN_GMX_STATISTICS_OUTPUT_H

#include "output.h"

namespace mdgan
{
struct StatisticsOptions {
    int segment;   ///< -segment, frames
    double maxTau; ///< -maxtau, ps; negative: a quarter of each series
};

/** @p real: [frame][entity][component], or empty; borrowed until commit(). Holds all generated frames in memory. */
OutputPointer createStatisticsOutput(const OutputNames &names, const StatisticsOptions &options, const SeriesInfo &info,
                                     const std::vector<float> &real);
} // namespace mdgan

#endif
