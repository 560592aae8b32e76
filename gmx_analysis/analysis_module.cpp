/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <cstddef>
#include <type_traits>

#include "analysis_module.h"

#include <algorithm>

#include <gromacs/analysisdata/modules/plot.h>
#include <gromacs/fileio/trxio.h>
#include <gromacs/mdtypes/md_enums.h>
#include <gromacs/options/timeunitmanager.h>
#include <gromacs/trajectory/trajectoryframe.h>
#include <gromacs/trajectoryanalysis/analysissettings.h>
#include <gromacs/trajectoryanalysis/topologyinformation.h>
#include <gromacs/utility/baseversion.h>

#include "gmx_error.h"

namespace mdgan
{
namespace
{
Box boxOf(const t_trxframe &frame)
{
    Box box = {};
    for (int i = 0; i < 9 && frame.bBox; i++) {
        box[i] = frame.box[i / 3][i % 3];
    }
    return box;
}
} // namespace

AnalysisModule::AnalysisModule(const CommandLine &commandLine)
    : settings_(commandLine), runnerSettings_(nullptr), atoms_(), readsVelocity_(false), isPeriodic_(false), info_()
{
}

void AnalysisModule::initOptions(gmx::IOptionsContainer *options, gmx::TrajectoryAnalysisSettings *settings)
{
    settings_.addTo(options, settings);
}

void AnalysisModule::optionsFinished(gmx::TrajectoryAnalysisSettings *settings)
{
    settings_.finish();
    feature_ = createFeature(settings_.feature);
    readsVelocity_ = feature_->kind() == MDGAN_VELOCITY && settings_.hasTrajectory();
    if (readsVelocity_) {
        settings_.evaluateVelocities();
    }
    settings->setFrameFlags(readsVelocity_ ? TRX_NEED_X | TRX_NEED_V : TRX_NEED_X);
    settings->setRmPBC(false);
    settings->setPBC(true);
    runnerSettings_ = settings;
    if (settings_.isLive()) {
        openLive();
    } else if (settings_.hasTrajectory()) {
        checkWhole();
    }
}

void AnalysisModule::openLive()
{
    live_ = std::make_unique<LiveSource>(settings_.commandLine.trajectory, readsVelocity_, settings_.patience,
                                         settings_.process, settings_.commandLine.isOld);
    if (!live_->waitForFrames(1)) {
        failFile("No complete frame appeared in '" + settings_.commandLine.trajectory + "' within " +
                 std::to_string(settings_.patience) + " s; is mdrun running, and does it write " +
                 (readsVelocity_ ? "positions and velocities (nstxout, nstvout)?" : "positions?"));
    }
}

/* GROMACS reads a torn file up to its last complete frame with a mere warning. */
void AnalysisModule::checkWhole() const
{
    const std::string &path = settings_.commandLine.trajectory;
    if (!FrameIndex::knows(path)) {
        return;
    }
    FrameIndex index(path, readsVelocity_);
    index.update();
    if (index.torn()) {
        failFile("'" + path + "' ends in the middle of frame " + std::to_string(index.complete() + 1) +
                 ": it is truncated, or still written (follow it with -live); gmx trjconv writes its complete frames");
    }
    if (index.complete() == 0) {
        failFile("'" + path + "' holds no frame with positions" +
                 (readsVelocity_ ? " and velocities: write both with nstxout and nstvout" : ""));
    }
}

void AnalysisModule::initAnalysis(const gmx::TrajectoryAnalysisSettings &settings,
                                  const gmx::TopologyInformation &topology)
{
    const bool anyEntities = settings_.entityCount > 0;
    const bool isRunInput = topology.hasFullTopology();
    isPeriodic_ = isRunInput && topology.pbcType() != PbcType::No;
    LearnerOptions options = {settings_.config,
                              settings_.stride,
                              settings_.isLive(),
                              settings_.output.statistics(),
                              settings_.commandLine.trajectory,
                              std::string("GROMACS ") + gmx_version()};
    learner_ = std::make_unique<Learner>(
        options, isRunInput ? readTimeStep(settings_.commandLine.structure.c_str()) : TimeStep{false, 0}, [this]() {
            if (live_) {
                live_->stopSimulation();
            }
        });
    if (anyEntities) {
        learner_->begin(mdgan_feature(), static_cast<size_t>(settings_.entityCount), true);
    } else {
        feature_->init(topology, settings_.selection);
        makeWhole();
        learner_->begin(feature_->describe(), feature_->entityCount(), false);
        if (!settings_.atoms.empty()) {
            atoms_ = feature_->atoms(topology, settings_.selection);
        }
    }
    const gmx::TimeUnitManager unit(settings.timeUnit());
    info_.timeUnit = unit.timeUnitAsString();
    info_.timeScale = unit.inverseTimeScaleFactor();
    info_.xvgFormat = settings.plotSettings().plotFormat();
    info_.creator = options.hostName;
}

/* Selections are known only now; the runner looks at its settings when it opens the trajectory, which is later. It
 * takes the bonds of the first atoms in -s, whatever -fgroup says. */
void AnalysisModule::makeWhole() const
{
    if (feature_->needsWholeMolecules() && settings_.commandLine.choosesAtoms) {
        refuseInput("Option -fgroup does not go with -feature " + settings_.feature.name +
                    (settings_.feature.name == "position" ? " of centres" : "") +
                    ", for which GROMACS makes molecules whole by the bonds of the first atoms in '" +
                    settings_.commandLine.structure +
                    "': make a run input file of the molecules in the trajectory with gmx grompp, from a topology of "
                    "these alone, and give it as -s, without -fgroup (gmx convert-tpr forgets where molecules end)");
    }
    runnerSettings_->setRmPBC(feature_->needsWholeMolecules());
}

void AnalysisModule::initAfterFirstFrame(const gmx::TrajectoryAnalysisSettings & /*settings*/, const t_trxframe &frame)
{
    // The framework asks for velocities, but goes on without them and then fails on an assertion.
    if (readsVelocity_ && !frame.bV) {
        refuseInput("Feature " + settings_.feature.name + " needs velocities, which '" +
                    settings_.commandLine.trajectory + "' does not hold: write a .trr with nstvout and nstxout equal");
    }
    requireBox(frame); // before molecules are made whole with it
}

void AnalysisModule::requireBox(const t_trxframe &frame) const
{
    if (isPeriodic_ && feature_->kind() == MDGAN_POSITION && !(boxOf(frame)[0] > 0)) {
        refuseInput("The frame at t = " + std::to_string(frame.bTime ? frame.time : 0.0) + " ps of '" +
                    settings_.commandLine.trajectory +
                    "' has no box, without which positions that cross its faces jump: give a trajectory with the box");
    }
}

void AnalysisModule::analyzeFrame(int number, const t_trxframe &frame, t_pbc *pbc,
                                  gmx::TrajectoryAnalysisModuleData *data)
{
    Row row = {};
    row.step = frame.bStep ? frame.step : number;
    row.time = frame.bTime ? frame.time : 0.0;
    row.box = boxOf(frame);
    requireBox(frame);
    if (settings_.entityCount == 0 && (readsVelocity_ || feature_->kind() == MDGAN_POSITION)) {
        feature_->sample(data->parallelSelection(settings_.selection), frame.bBox ? pbc : nullptr, row.value);
    }
    learner_->add(std::move(row));
    if (live_) {
        live_->waitForFrames(static_cast<int64_t>(number) + 2);
    }
}

void AnalysisModule::finishAnalysis(int /*frameCount*/)
{
    if (!settings_.onlyListsAtoms()) {
        learner_->finish();
    }
}

void AnalysisModule::writeOutput()
{
    if (settings_.output.any()) {
        describeSeries();
        generate(
            info_, [this]() { return openOutputs(); }, [this]() { return learner_->emit(); });
    }
    // Last, since whatever fails before leaves no file.
    if (!settings_.atoms.empty()) {
        writeAtomList(settings_.atoms, atoms_, "gmx_mdgan with " + info_.creator);
    }
}

void AnalysisModule::describeSeries()
{
    const bool isNew = !settings_.hasTrajectory();
    const mdgan_feature &feature = learner_->feature();
    const Row &last = learner_->last();
    info_.feature = feature;
    info_.entityCount =
        settings_.entityCount > 0 ? static_cast<size_t>(settings_.entityCount) : feature_->entityCount();
    info_.frameCount = settings_.emitCount > 0 ? settings_.emitCount : learner_->usedCount();
    info_.firstStep = isNew ? 0 : last.step + feature.stride;
    info_.firstTime = isNew ? 0.0 : learner_->lastTime() + feature.dt;
    std::copy(last.box.begin(), last.box.end(), info_.box);
    info_.masses = settings_.entityCount > 0 ? std::vector<double>(info_.particleCount(), 1.0) : feature_->masses();
    info_.origin = feature.kind == MDGAN_POSITION ? last.value : std::vector<float>();
}

std::vector<OutputPointer> AnalysisModule::openOutputs() const
{
    using Create = OutputPointer (*)(const std::string &path, const SeriesInfo &info);
    const OutputNames &names = settings_.output;
    const struct {
        const std::string &path;
        Create create;
    } kinds[] = {
        {names.series, createSeriesOutput},         {names.h5md, createH5mdOutput},
        {names.trajectory, createTrajectoryOutput}, {names.configuration, createConfigurationOutput},
        {names.index, createIndexOutput},           {names.topology, createTopologyOutput},
        {names.parameters, createParameterOutput},
    };
    if (info_.feature.kind == MDGAN_VELOCITY) { // that of a model, with -entities
        settings_.refuseXtc(info_.feature.name);
    }
    std::vector<OutputPointer> outputs;
    for (const auto &kind : kinds) {
        if (!kind.path.empty()) {
            outputs.push_back(kind.create(kind.path, info_));
        }
    }
    if (names.statistics()) {
        outputs.push_back(createStatisticsOutput(names, settings_.statistics, info_, learner_->rows()));
    }
    return outputs;
}

} // namespace mdgan
