/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * All options of gmx_mdgan, their help, and what can be checked of them before a file is read.
 */
#ifndef MDGAN_GMX_SETTINGS_H
#define MDGAN_GMX_SETTINGS_H

#include <cstdint>
#include <string>

#include <gromacs/selection/selection.h>

#include "command_line.h"
#include "feature.h"
#include "keyword_options.h"
#include "output.h"
#include "statistics_output.h"

namespace gmx
{
class IOptionsContainer;
class SelectionOptionInfo;
class TrajectoryAnalysisSettings;
} // namespace gmx

namespace mdgan
{
class Settings
{
  public:
    explicit Settings(const CommandLine &commandLine);

    void addTo(gmx::IOptionsContainer *options, gmx::TrajectoryAnalysisSettings *settings);

    /** To be called when all options are set. Throws for values that do not go together. */
    void finish();

    /** Has velocities evaluated for the selection; possible until the selection is parsed. */
    void evaluateVelocities();

    bool hasTrajectory() const;
    bool isLive() const;
    bool loads() const;
    /** Ends in an error if -ot names an .xtc, as the generated feature @p velocity is one. */
    void refuseXtc(const std::string &velocity) const;
    /** Nothing but -oa is wanted, for which only the topology is looked at. */
    bool onlyListsAtoms() const;

    CommandLine commandLine;
    FeatureOptions feature;
    OutputNames output;
    std::string atoms; ///< -oa
    StatisticsOptions statistics;
    gmx::Selection selection;
    mdgan_config config; ///< valid after finish()
    int64_t emitCount;   ///< 0: as many frames as were read
    int stride;          ///< -stride, frames
    int entityCount;     ///< -entities; 0: those of the selection
    int process;         ///< -stoppid
    double patience;     ///< -live, s; 0: not live

  private:
    void addInput(gmx::IOptionsContainer *options);
    void addOutput(gmx::IOptionsContainer *options);
    void takeWindow(); ///< that of the model
    void checkNumbers() const;
    void checkInput() const;
    void checkLive() const;
    void checkOutput() const;
    void checkNames() const;

    gmx::SelectionOptionInfo *selectionInfo_; ///< of -select, borrowed
    KeywordOptions keywords_;
    std::string window_;
    bool choosesWindow_; ///< -M is given
};
} // namespace mdgan

#endif
