/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <cstddef>
#include <type_traits>

#include "settings.h"

#include <cmath>
#include <memory>

#include <gromacs/fileio/filetypes.h>
#include <gromacs/options/basicoptions.h>
#include <gromacs/options/filenameoption.h>
#include <gromacs/options/ioptionscontainer.h>
#include <gromacs/options/optionfiletype.h>
#include <gromacs/selection/selectionoption.h>
#include <gromacs/trajectoryanalysis/analysissettings.h>
#include <gromacs/utility/arrayref.h>
#include <mdgan/plugin.h>

#include "backup.h"
#include "frame_index.h"
#include "gmx_error.h"
#include "named_file.h"
#include "staged_file.h"

namespace mdgan
{
namespace
{
const char *const help[] = {
    "[THISMODULE] learns how a feature of a simulation moves from a short trajectory, and generates time series of it "
    "of any",
    "length without computing a force. The method is MD-GAN (Endo, Tomobe, Yasuoka, AAAI 2018).[PAR]",
    "The feature ([TT]-feature[tt]) of the selection ([TT]-select[tt]) is read from all frames of [TT]-f[tt]; what "
    "moves",
    "alike is learned together, so select one kind of bond or molecule. A window has [TT]-M[tt] frames; training needs "
    "at",
    "least 2M frames of constant distance. Then [TT]-emit[tt] frames are generated, at the same distance, beginning "
    "after",
    "the last frame read. Positions go on from there and are never wrapped into the box.[PAR]",
    "Features: [TT]bond-velocity[tt] is v(larger index) - v(smaller index) of every bond within the selection;",
    "[TT]mol-com[tt] the path of the centre of mass of every selected molecule; [TT]mol-parts[tt] the paths of the "
    "centres of",
    "[TT]-parts[tt] parts of each; [TT]velocity[tt] and [TT]position[tt] those of the selected positions. The first "
    "three",
    "need a run input file (.tpr) as [TT]-s[tt].[PAR]",
    "[TT]-o[tt] holds the generated values. [TT]-ot[tt] is a trajectory with one particle per entity (and part), which",
    "[TT]gmx msd[tt], [TT]gmx velacc[tt], [TT]gmx traj[tt] and all others read, with [TT]-oc[tt], [TT]-on[tt], "
    "[TT]-op[tt] and [TT]-om[tt] as",
    "configuration, index groups, topology and run parameters of these particles. Positions there are sums of "
    "velocities",
    "where the feature is a velocity, and velocities are differences of positions where it is a position.",
    "[TT]-spec[tt], [TT]-msd[tt] and [TT]-acf[tt] compare the frames read with the generated ones, with standard "
    "errors over",
    "the entities.[PAR]",
    "A model kept with [TT]-save[tt] generates again with [TT]-load[tt]; then [TT]-f[tt] is not needed.[PAR]",
    "With [TT]-live[tt] the trajectory may still be written by [TT]gmx mdrun[tt]: the tool waits for frames, trains "
    "when",
    "[TT]-windows[tt] window pairs are in, and ends when the file has not grown for so many seconds. With",
    "[TT]-stoppid[tt] it asks that process to stop when the frames are in.[PAR]",
    "[TT]-oa[tt] lists the atoms of the entities for mdgan inside [TT]gmx mdrun -plumed[tt]; this needs [TT]-s[tt] "
    "alone.[PAR]",
    "All frames read are learned from, unless [TT]-windows[tt] says how many window pairs are enough.",
};

gmx::FileNameOption outputFile(const char *name, const char *base, std::string *store, const char *description)
{
    return gmx::FileNameOption(name).outputFile().defaultBasename(base).store(store).description(description);
}

bool endsWith(const std::string &text, const std::string &end)
{
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}
} // namespace

Settings::Settings(const CommandLine &line)
    : commandLine(line), feature{"bond-velocity", {}, 2}, statistics{2048, -1.0}, config(), emitCount(0), stride(1),
      entityCount(0), process(0), patience(0), selectionInfo_(nullptr), window_("64"), choosesWindow_(false)
{
}

void Settings::addTo(gmx::IOptionsContainer *options, gmx::TrajectoryAnalysisSettings *settings)
{
    settings->setHelpText(help);
    // Whether molecules are whole, and boundaries, follow from the feature.
    settings->setFlags(gmx::TrajectoryAnalysisSettings::efRequireTop | gmx::TrajectoryAnalysisSettings::efNoUserPBC |
                       gmx::TrajectoryAnalysisSettings::efNoUserRmPBC);
    addInput(options);
    addOutput(options);
    keywords_.addTo(options,
                    {{"windows", "default: all frames read; with -live 1"}, {"stop", "default: no; with -live yes"}});
}

void Settings::addInput(gmx::IOptionsContainer *options)
{
    gmx::SelectionOption chosen("select");
    chosen.store(&selection).onlyStatic().description("Atoms or positions whose feature is learned");
    // With a default, the framework would leave no selection to -sf.
    selectionInfo_ =
        options->addOption(commandLine.selections.empty() ? chosen.defaultSelectionText("all") : chosen.required());
    options->addOption(gmx::StringOption("feature")
                           .enumValueFromNullTerminatedArray(featureNames())
                           .store(&feature.name)
                           .description("What is learned"));
    options->addOption(gmx::StringOption("bond")
                           .valueCount(2)
                           .storeVector(&feature.bondPattern)
                           .description("bond-velocity: only bonds between atoms of these two names or types; * and ? "
                                        "stand for any characters"));
    options->addOption(
        gmx::IntegerOption("parts").store(&feature.partCount).description("mol-parts: parts per molecule"));
    options->addOption(
        gmx::StringOption("M")
            .store(&window_)
            .storeIsSet(&choosesWindow_)
            .description("Frames per window: a product of 2, 3, 5 and 7 from 8 to 4096; with -load that of the model"));
    options->addOption(
        gmx::IntegerOption("stride").store(&stride).description("Use every so many frames of those read"));
    options->addOption(
        gmx::Int64Option("emit").store(&emitCount).description("Frames to generate; 0 = as many as were used"));
    options->addOption(gmx::IntegerOption("entities")
                           .store(&entityCount)
                           .description("-load without -f: generate so many entities, whatever is selected"));
    options->addOption(gmx::DoubleOption("live").store(&patience).description(
        "Follow a trajectory that is still written, until it has not grown for so many seconds; 0 = off"));
    options->addOption(gmx::IntegerOption("stoppid").store(&process).description(
        "-live: process number of mdrun, which is asked to stop when the frames are in; 0 = none"));
    options->addOption(gmx::IntegerOption("segment")
                           .store(&statistics.segment)
                           .description("-spec: frames per segment, even; they overlap by half"));
    options->addOption(gmx::DoubleOption("maxtau")
                           .timeValue()
                           .store(&statistics.maxTau)
                           .description("-msd, -acf: longest time (%t); negative: a quarter of the series"));
}

void Settings::addOutput(gmx::IOptionsContainer *options)
{
    const gmx::OptionFileType plot = gmx::OptionFileType::Plot;
    options->addOption(outputFile("o", "gan", &output.series, "Generated values").filetype(plot));
    options->addOption(outputFile("ot", "gan", &output.trajectory, "Generated trajectory of particles: .trr or .xtc")
                           .legacyType(efTRO)
                           .defaultType(efTRR));
    options->addOption(
        outputFile("oc", "gan", &output.configuration, "First generated configuration").legacyType(efGRO));
    options->addOption(outputFile("on", "gan", &output.index, "Index groups of the particles").legacyType(efNDX));
    options->addOption(outputFile("op", "gan", &output.topology, "Topology of the particles").legacyType(efTOP));
    options->addOption(outputFile("om", "gan", &output.parameters, "Parameters for grompp").legacyType(efMDP));
    options->addOption(outputFile("oa", "atoms", &atoms, "Atoms of the entities, for mdgan inside mdrun -plumed")
                           .filetype(gmx::OptionFileType::GenericData));
    options->addOption(outputFile("spec", "spectrum", &output.spectrum, "Power spectra").filetype(plot));
    options->addOption(outputFile("msd", "msd", &output.displacement, "Mean squared displacements").filetype(plot));
    options->addOption(outputFile("acf", "acf", &output.autocorrelation, "Velocity autocorrelations").filetype(plot));
    options->addOption(gmx::StringOption("oh").store(&output.h5md).description("H5MD file of the generated values"));
}

bool Settings::hasTrajectory() const
{
    return !commandLine.trajectory.empty();
}

bool Settings::isLive() const
{
    return patience > 0;
}

void Settings::evaluateVelocities()
{
    selectionInfo_->setEvaluateVelocities(true);
}

bool Settings::loads() const
{
    return config.load[0] != '\0';
}

bool Settings::onlyListsAtoms() const
{
    return !atoms.empty() && !hasTrajectory() && !loads();
}

void Settings::finish()
{
    config = keywords_.config(window_);
    mdgan_error error = {};
    // A file has an end, so all of it is learned from; a simulation may go on for ever.
    if (!isLive() && !keywords_.isSet("windows") && !keywords_.isSet("stop")) {
        check(mdgan_config_set(&config, "stop", "no", &error), error);
    }
    check(mdgan_config_check(&config, &error), error);
    if (loads() && !choosesWindow_) {
        takeWindow();
    }
    checkNumbers();
    checkInput();
    checkLive();
    checkOutput();
}

void Settings::takeWindow()
{
    mdgan_error error = {};
    mdgan_model *model = nullptr;
    check(mdgan_model_load(&model, config.load, &error), error);
    config.window = mdgan_model_info_get(model).window;
    mdgan_model_destroy(model);
}

void Settings::checkNumbers() const
{
    if (stride < 1) {
        refuseOption("Option -stride got " + std::to_string(stride) + ": must be at least 1");
    }
    if (emitCount < 0) {
        refuseOption("Option -emit got " + std::to_string(emitCount) + ": must be a number of frames, or 0");
    }
    if (patience < 0 || !std::isfinite(patience)) {
        refuseOption("Option -live got " + std::to_string(patience) + ": must be a number of seconds");
    }
    if (statistics.segment < 4 || statistics.segment % 2 != 0) {
        refuseOption("Option -segment got " + std::to_string(statistics.segment) + ": must be an even number from 4");
    }
    if (config.overlap == MDGAN_OVERLAP_PARTITION) {
        refuseOption("Option -overlap got partition, which is for fix mdgan in LAMMPS: must be yes or no");
    }
    if (entityCount < 0 || (entityCount > 0 && (!loads() || hasTrajectory()))) {
        refuseOption("Option -entities got " + std::to_string(entityCount) +
                     ": it is for a model that is loaded, without -f; select atoms instead");
    }
}

void Settings::checkInput() const
{
    const std::unique_ptr<Feature> wanted = createFeature(feature);
    const bool isRunInput = endsWith(commandLine.structure, ".tpr");
    if (!hasTrajectory() && !loads() && !onlyListsAtoms()) {
        refuseInput("There is nothing to learn from: give a trajectory with -f, or a model with -load");
    }
    if (loads() && !hasTrajectory() && emitCount == 0) {
        refuseInput("Without -f, option -emit has to say how many frames to generate");
    }
    if (commandLine.structure.empty()) {
        refuseInput("Option -s is missing: give the run input file (.tpr) of the simulation");
    }
    if (!isRunInput && entityCount == 0 && (wanted->needsRunInput() || commandLine.selectsMolecules)) {
        refuseInput((wanted->needsRunInput() ? "Feature " + feature.name : "The selection") + " needs " +
                    (feature.name == "bond-velocity" ? "bonds" : "molecules") + ", which '" + commandLine.structure +
                    "' does not hold: give a run input file (.tpr) as -s");
    }
    if (endsWith(commandLine.trajectory, ".xtc") && wanted->kind() == MDGAN_VELOCITY) {
        refuseInput("Feature " + feature.name + " needs velocities, which '" + commandLine.trajectory +
                    "' does not hold: give a .trr, written with nstvout and nstxout equal");
    }
}

void Settings::checkLive() const
{
    if (!isLive()) {
        if (process != 0) {
            refuseInput("Option -stoppid is for -live alone");
        }
        return;
    }
    if (!hasTrajectory()) {
        refuseInput("Option -live needs the trajectory to follow: give it with -f");
    }
    if (!FrameIndex::knows(commandLine.trajectory)) {
        refuseInput("Option -live follows .trr and .xtc files, not '" + commandLine.trajectory + "'");
    }
    if (commandLine.choosesTimes) {
        refuseInput("Options -b and -dt do not go with -live: use -stride to leave out frames");
    }
    if (process != 0 && loads()) {
        refuseInput("Option -stoppid got " + std::to_string(process) +
                    ", but a model of -load waits for no frames, so when to stop is not known: leave it out");
    }
    if (process != 0 && config.stop == MDGAN_STOP_NO) {
        refuseInput("Option -stoppid got " + std::to_string(process) +
                    ", but with -stop no the frames are never enough: leave out one of the two");
    }
    if (process == 1 || process < 0) {
        refuseOption("Option -stoppid got " + std::to_string(process) + ": must be the process number of mdrun");
    }
}

/** A name that cannot be written to, or is that of another file, is found out now rather than after the training. */
void Settings::checkNames() const
{
    const Spelling spelling = {"option -", ""};
    output.requireRoom();
    if (!atoms.empty()) {
        const StagedFile trial(atoms);
        requireBackupName(atoms);
    }
    std::vector<NamedFile> outputs = output.all(spelling);
    outputs.push_back({spelling("oa"), atoms});
    // An input may still be written by another program, so even a backup of it would do harm.
    refuseSharedFiles(spelling, config,
                      {{spelling("f"), commandLine.trajectory},
                       {spelling("s"), commandLine.structure},
                       {spelling("n"), commandLine.index},
                       {spelling("sf"), commandLine.selections}},
                      outputs);
}

void Settings::refuseXtc(const std::string &velocity) const
{
    if (endsWith(output.trajectory, ".xtc")) {
        refuseInput("Option -ot: an .xtc holds no velocities, but " + velocity + " is one; name a .trr");
    }
}

void Settings::checkOutput() const
{
    if (onlyListsAtoms() && (output.any() || config.save[0] != '\0' || config.data[0] != '\0')) {
        refuseInput("Option -oa alone needs no trajectory, but the other outputs do: give it with -f");
    }
    if (!atoms.empty() && entityCount > 0) {
        refuseInput("Option -oa lists the atoms of the selection, so it does not go with -entities");
    }
    if (!onlyListsAtoms() && !output.any() && config.save[0] == '\0' && config.data[0] == '\0') {
        const std::string alone = atoms.empty() ? "" : " but the atoms, for which leave out -f and -load";
        refuseInput("Nothing would be kept" + alone +
                    ": give -save for the model, or an output such as -o, -ot or -spec");
    }
    checkNames();
    const std::string &path = output.trajectory;
    if (path.empty()) {
        return;
    }
    if (entityCount == 0 && createFeature(feature)->kind() == MDGAN_VELOCITY) {
        refuseXtc(feature.name);
    }
    if (!FrameIndex::knows(path)) {
        refuseOption("Option -ot got '" + path + "': must be a .trr or .xtc");
    }
}
} // namespace mdgan
