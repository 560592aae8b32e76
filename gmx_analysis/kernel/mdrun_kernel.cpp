/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mdrun_kernel.h"

#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <utility>

#include <mdgan/version.h>
#include <pthread.h>

#include "../decimal.h"
#include "../description.h"
#include "../gmx_error.h"
#include "../interrupt.h"

namespace mdgan
{
namespace
{
void logLine(void * /*context*/, const char *line)
{
    const bool isOwn = std::strncmp(line, "mdgan", 5) == 0;
    std::fprintf(stderr, "%s%s\n", isOwn ? "" : "mdgan: ", line);
}

double secondsNow()
{
    struct timespec now = {};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

AtomList readAtoms(const KernelInput &input, int systemSize)
{
    AtomList list = readAtomList(input.atoms);
    if (!input.feature.empty() && input.feature != list.feature) {
        refuseInput("keyword 'feature' got '" + input.feature + "', but '" + input.atoms + "' is of feature " +
                    list.feature + ": write it again with gmx_mdgan -feature " + input.feature + " -oa");
    }
    if (list.systemSize != systemSize) {
        refuseInput("'" + input.atoms + "' was made for " + std::to_string(list.systemSize) +
                    " atoms, but this simulation has " + std::to_string(systemSize) +
                    ": write it again with gmx_mdgan -oa from this run input file");
    }
    return list;
}

std::vector<int> atomsOf(const AtomList &list)
{
    std::vector<int> atoms;
    for (const Member &member : list.members) {
        atoms.push_back(member.atom);
    }
    return atoms;
}

/** Lets this thread, and those that it starts meanwhile, run on all processors of the process. mdrun pins its own
 * threads, and what they start inherits that: a training would share one processor with the simulation, and its threads
 * with each other. */
class Unpinned
{
  public:
    Unpinned(bool wanted, const cpu_set_t &processors) : wanted_(wanted), pinned_()
    {
        if (wanted_) {
            wanted_ = pthread_getaffinity_np(pthread_self(), sizeof pinned_, &pinned_) == 0;
            pthread_setaffinity_np(pthread_self(), sizeof processors, &processors);
        }
    }

    ~Unpinned()
    {
        if (wanted_) {
            pthread_setaffinity_np(pthread_self(), sizeof pinned_, &pinned_);
        }
    }

    Unpinned(const Unpinned &) = delete;
    Unpinned &operator=(const Unpinned &) = delete;

  private:
    bool wanted_;
    cpu_set_t pinned_;
};
} // namespace

MdrunKernel::MdrunKernel(const MdrunSetup &setup)
    : setup_(setup), input_(readKernelInput(setup.inputPath)), list_(readAtoms(input_, setup.systemSize)),
      listed_(createListedFeature(list_)), positions_(atomsOf(list_), setup.systemSize), beforeStep_(-2), lastStep_(-2),
      lastSampled_(-1), lastCell_(), asked_(false), processors_(), firstSecond_(0), lastSecond_(0), insideSeconds_(0)
{
    sched_getaffinity(0, sizeof processors_, &processors_);
    feature_ = describeFeature(list_.name, listed_->kind(), 3 * static_cast<size_t>(list_.partCount));
    // Through mdrun's float: 0.0005 rather than 0.000500000024.
    setup_.timeStep = simplestDecimal(setup.timeStep, resolution(setup.timeStep));
    feature_.dt = setup_.timeStep * static_cast<double>(input_.stride);
    feature_.stride = input_.stride;
    createSession();
    std::fprintf(stderr, "mdgan: '%s': %s of %zu %s, every %lld step%s\n", setup_.inputPath.c_str(),
                 list_.feature.c_str(), list_.entityCount(), list_.entityCount() == 1 ? "entity" : "entities",
                 static_cast<long long>(input_.stride), input_.stride == 1 ? "" : "s");
    if (setup_.isRestart) {
        std::fprintf(stderr, "mdgan: the simulation goes on from a checkpoint; the collection begins anew\n");
    }
}

void MdrunKernel::createSession()
{
    mdgan_error error = {};
    mdgan_comm *comm = nullptr;
    mdgan_status status = mdgan_comm_create_serial(&comm, &error);
    comm_.reset(comm);
    check(status, error);
    mdgan_host host = {};
    host.size = sizeof host;
    host.name = "gmx mdrun"; // its version is not handed over
    host.log = logLine;
    host.cancelled = mdgan_interrupt_reason;
    host.stride_option = "stride";
    host.rescue = "mdgan-windows.h5";
    mdgan_session *session = nullptr;
    status = mdgan_session_create(&session, &input_.config, &feature_, list_.entityCount(), &host, comm_.get(), &error);
    session_.reset(session);
    check(status, error);
}

void MdrunKernel::step(int64_t step, const StepArrays &arrays, const Cell &cell)
{
    const double start = secondsNow();
    if (firstSecond_ == 0) {
        firstSecond_ = start;
    }
    // mdrun may ask for the forces of a step more than once.
    if (step != lastStep_) {
        collect(step, arrays, cell);
    }
    lastSecond_ = secondsNow();
    insideSeconds_ += lastSecond_ - start;
}

void MdrunKernel::collect(int64_t step, const StepArrays &arrays, const Cell &cell)
{
    lastStep_ = step;
    const bool isVelocity = listed_->kind() == MDGAN_VELOCITY;
    const bool isSample = step % input_.stride == 0;
    const bool isBefore = isVelocity && (step + 1) % input_.stride == 0;
    if (!isSample && !isBefore) {
        return;
    }
    positions_.gather(arrays, now_);
    if (isSample && (!isVelocity || beforeStep_ == step - 1)) {
        listed_->sample(now_, before_, setup_.timeStep, cell, row_);
        offer(step, cell);
    }
    if (isBefore) {
        std::swap(now_, before_);
        beforeStep_ = step;
    }
}

/** Whether the next frame may start a training beside the simulation: the first one, or, as one ends short of the
 * target, that on more frames. */
bool MdrunKernel::mayStartTraining() const
{
    const mdgan_report report = mdgan_session_report(session_.get());
    return input_.config.overlap == MDGAN_OVERLAP_YES && mdgan_session_model(session_.get()) == nullptr &&
           report.frames + 1 >= report.frames_wanted;
}

void MdrunKernel::offer(int64_t step, const Cell &cell)
{
    lastSampled_ = step;
    lastCell_ = cell;
    bool done = false;
    mdgan_error error = {};
    const double time = static_cast<double>(step) * setup_.timeStep;
    const Unpinned unpinned(mayStartTraining(), processors_);
    check(mdgan_session_offer(session_.get(), step, time, &cell.edge[0][0], row_.data(), &done, &error), error);
    if (done && !asked_ && input_.config.load[0] == '\0') {
        stopSimulation();
    }
}

/* GROMACS looks at no flag of ours, but a signal makes mdrun write its checkpoint and end within a few steps. */
void MdrunKernel::stopSimulation()
{
    asked_ = true;
    struct sigaction action = {};
    if (sigaction(SIGTERM, nullptr, &action) != 0 || action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN) {
        std::fprintf(stderr, "mdgan: the frames are in, but mdrun does not listen to SIGTERM (GMX_NO_TERM is set?): it "
                             "goes on to its last step\n");
        return;
    }
    std::fprintf(stderr, "\nmdgan: the frames are in, mdrun is asked to stop (SIGTERM)\n");
    std::raise(SIGTERM);
}

void MdrunKernel::finish()
{
    reportCost();
    const Unpinned unpinned(true, processors_);
    if (train() && input_.output.any()) {
        generateAll();
    }
}

/* How much of mdrun's time went into its calls of the kernel; the training behind the run is no part of it. */
void MdrunKernel::reportCost() const
{
    const double run = lastSecond_ - firstSecond_;
    if (run > 0) {
        std::fprintf(stderr, "\nmdgan: collecting took %.3g s of %.4g s of simulation, %.2f %%\n", insideSeconds_, run,
                     100 * insideSeconds_ / run);
    }
}

/** Whether there is a model in the end. */
bool MdrunKernel::train()
{
    const mdgan_report report = mdgan_session_report(session_.get());
    if (mdgan_session_model(session_.get()) != nullptr) {
        return lastSampled_ >= 0 || feature_.kind != MDGAN_POSITION;
    }
    if (!report.overlapping && report.frames < report.frames_wanted) {
        std::fprintf(stderr,
                     "mdgan: the simulation is over, but only %zu of %zu frames are in: nothing is trained or written; "
                     "simulate longer, or choose a smaller stride or M, or fewer windows\n",
                     report.frames, report.frames_wanted);
        return false;
    }
    const InterruptGuard guard;
    mdgan_error error = {};
    check(report.overlapping ? mdgan_session_run_ended(session_.get(), &error)
                             : mdgan_session_train(session_.get(), &error),
          error);
    return mdgan_session_model(session_.get()) != nullptr;
}

void MdrunKernel::generateAll()
{
    using Create = OutputPointer (*)(const std::string &path, const SeriesInfo &info);
    SeriesInfo info = {};
    info.feature = feature_;
    info.entityCount = list_.entityCount();
    info.frameCount =
        input_.emitCount > 0 ? input_.emitCount : static_cast<int64_t>(mdgan_session_report(session_.get()).frames);
    info.firstStep = lastSampled_ < 0 ? 0 : lastSampled_ + input_.stride;
    info.firstTime = static_cast<double>(info.firstStep) * setup_.timeStep;
    std::memcpy(info.box, lastCell_.edge, sizeof info.box);
    info.masses = list_.feature == "bond-velocity" ? std::vector<double>(info.particleCount(), 1.0) : list_.masses();
    info.origin = feature_.kind == MDGAN_POSITION ? row_ : std::vector<float>();
    info.timeUnit = "ps";
    info.timeScale = 1.0;
    info.creator = std::string("mdgan ") + MDGAN_VERSION_TEXT + " in gmx mdrun";
    const OutputNames &names = input_.output;
    const struct {
        const std::string &path;
        Create create;
    } kinds[] = {
        {names.h5md, createH5mdOutput},         {names.trajectory, createTrrOutput},
        {names.index, createIndexOutput},       {names.configuration, createConfigurationOutput},
        {names.topology, createTopologyOutput}, {names.parameters, createParameterOutput},
    };
    const auto open = [&kinds, &info]() {
        std::vector<OutputPointer> outputs;
        for (const auto &kind : kinds) {
            if (!kind.path.empty()) {
                outputs.push_back(kind.create(kind.path, info));
            }
        }
        return outputs;
    };
    generate(info, open, [this]() {
        const float *row = nullptr;
        mdgan_error error = {};
        check(mdgan_session_emit(session_.get(), &row, &error), error);
        return row;
    });
}
} // namespace mdgan
