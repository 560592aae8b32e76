/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <cstddef>
#include <type_traits>

#include "step_clock.h"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>

#include <gromacs/fileio/tpxio.h>
#include <gromacs/mdtypes/inputrec.h>

#include "decimal.h"
#include "gmx_error.h"

namespace mdgan
{
namespace
{
/** A time of a file as text. */
std::string number(double time)
{
    const double value = simplestDecimal(time, resolution(time));
    char text[32];
    std::snprintf(text, sizeof text, "%.9g", value);
    return text;
}

/** Steps count, whatever the times are: gmx trjcat and gmx trjconv change times alone. */
[[noreturn]] void refuseSteps(const std::string &what)
{
    refuseInput("The steps in the trajectory are not those of one run: " + what +
                "; choose the part of one run with -b and -e, or frames that are evenly spaced with -dt");
}
} // namespace

TimeStep readTimeStep(const char *path)
{
    if (!readTpxHeader(path, true).bIr) {
        return {false, 0};
    }
    t_inputrec input;
    matrix box;
    int atomCount = 0;
    read_tpx(path, &input, box, &atomCount, nullptr, nullptr, nullptr);
    // In mixed precision delta_t is a double made from the text of the .mdp file, but older files went through a float.
    const double step = simplestDecimal(input.delta_t, resolution(input.delta_t));
    return {step > 0, step};
}

int64_t StepClock::unfolded(int64_t step) const
{
    // Files hold 32 bits of a step, so -2^31 follows 2^31 - 1.
    const int64_t range = INT64_C(1) << 32;
    if (count_ == 0 || lastStep_ - step <= range / 2) {
        return step;
    }
    return step + (lastStep_ - step + range / 2) / range * range;
}

StepClock::StepClock(const TimeStep &timeStep) : timeStep_(timeStep)
{
}

bool StepClock::add(int64_t step, double time)
{
    if (count_ == 0) {
        firstStep_ = step;
        firstTime_ = time;
    } else if (step == lastStep_) {
        requireSameTime(time);
        return false;
    } else if (count_ == 1) {
        learnInterval(step, time);
    } else if (step - lastStep_ != stride_) {
        refuseSteps("step " + std::to_string(step) + " (t = " + number(time) + " ps) follows step " +
                    std::to_string(lastStep_) + ", but the frames before are " + std::to_string(stride_) +
                    " steps apart");
    }
    const double expected = timeOf(step);
    const double tolerance = 2 * resolution(time) + 2 * resolution(firstTime_);
    if (count_ > 0 && std::fabs(time - expected) > tolerance + 1e-3 * interval()) {
        refuseInput("Steps and times in the trajectory contradict each other: step " + std::to_string(step) +
                    " is at t = " + number(time) + " ps, but " + number(expected) + " ps are expected from a step of " +
                    number(timeStep_.step) +
                    " ps; give the run input file of this trajectory as -s (a .gro if its steps are numbers of "
                    "frames), or choose the part of one run with -b and -e");
    }
    lastStep_ = step;
    lastTime_ = time;
    count_++;
    return true;
}

void StepClock::requireSameTime(double time) const
{
    if (std::fabs(time - lastTime_) > 2 * resolution(time) + 2 * resolution(lastTime_)) {
        refuseInput("The frames at t = " + number(lastTime_) + " and " + number(time) + " ps both have step " +
                    std::to_string(lastStep_) +
                    ", so the trajectory has lost its steps: give the one that mdrun wrote (of a .gro or .pdb that gmx "
                    "trjconv has converted, give that itself)");
    }
}

void StepClock::learnInterval(int64_t step, double time)
{
    stride_ = step - firstStep_;
    if (stride_ <= 0) {
        refuseSteps("step " + std::to_string(step) + " (t = " + number(time) + " ps) follows step " +
                    std::to_string(firstStep_));
    }
    if (timeStep_.known) {
        return;
    }
    const double difference = time - firstTime_;
    const double tolerance = resolution(time) + resolution(firstTime_);
    if (!(difference > 0) || tolerance > 0.05 * difference) {
        refuseInput("The times " + number(firstTime_) + " and " + number(time) +
                    " ps in the trajectory are too coarse to tell the time step: give the run input file (.tpr) as -s");
    }
    timeStep_.step = simplestDecimal(difference, tolerance) / static_cast<double>(stride_);
}

bool StepClock::ready() const
{
    return count_ > 1;
}

int64_t StepClock::stride() const
{
    return stride_;
}

double StepClock::interval() const
{
    return timeStep_.step * static_cast<double>(stride_);
}

double StepClock::timeOf(int64_t step) const
{
    const double first = simplestDecimal(firstTime_, resolution(firstTime_));
    return first + static_cast<double>(step - firstStep_) * timeStep_.step;
}
} // namespace mdgan
