/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * The tool as a trajectory analysis module of GROMACS: read, learn, generate.
 */
#ifndef MDGAN_GMX_ANALYSIS_MODULE_H
#define MDGAN_GMX_ANALYSIS_MODULE_H

#include <memory>
#include <vector>

#include <gromacs/trajectoryanalysis/analysismodule.h>

#include "feature.h"
#include "learner.h"
#include "live_source.h"
#include "output.h"
#include "settings.h"

namespace mdgan
{
class AnalysisModule final : public gmx::TrajectoryAnalysisModule
{
  public:
    explicit AnalysisModule(const CommandLine &commandLine);

    void initOptions(gmx::IOptionsContainer *options, gmx::TrajectoryAnalysisSettings *settings) override;
    void optionsFinished(gmx::TrajectoryAnalysisSettings *settings) override;
    void initAnalysis(const gmx::TrajectoryAnalysisSettings &settings,
                      const gmx::TopologyInformation &topology) override;
    void initAfterFirstFrame(const gmx::TrajectoryAnalysisSettings &settings, const t_trxframe &frame) override;
    void analyzeFrame(int number, const t_trxframe &frame, t_pbc *pbc,
                      gmx::TrajectoryAnalysisModuleData *data) override;
    void finishAnalysis(int frameCount) override;
    void writeOutput() override;

  private:
    void openLive();
    void checkWhole() const;
    void makeWhole() const;
    void requireBox(const t_trxframe &frame) const;
    void describeSeries();
    std::vector<OutputPointer> openOutputs() const;

    Settings settings_;
    gmx::TrajectoryAnalysisSettings *runnerSettings_; ///< borrowed
    std::unique_ptr<Feature> feature_;
    AtomList atoms_; ///< for -oa
    std::unique_ptr<LiveSource> live_;
    std::unique_ptr<Learner> learner_;
    bool readsVelocity_;
    bool isPeriodic_; ///< positions jump at the box
    SeriesInfo info_;
};
} // namespace mdgan

#endif
