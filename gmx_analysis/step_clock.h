/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * Time in trajectories: files hold single-precision times, which do not resolve a femtosecond after some nanoseconds,
 * but exact step numbers. The clock counts in steps, and finds out where they are not even.
 */
#ifndef MDGAN_GMX_STEP_CLOCK_H
#define MDGAN_GMX_STEP_CLOCK_H

#include <cstdint>

namespace mdgan
{
/** What a run input file says of time. */
struct TimeStep {
    bool known;
    double step; ///< of the integrator, ps
};

/** Time step of run input file @p path. */
TimeStep readTimeStep(const char *path);

class StepClock
{
  public:
    explicit StepClock(const TimeStep &timeStep);

    /** The step that a frame behind those before has, of which the file holds 32 bits. */
    int64_t unfolded(int64_t step) const;

    /** One frame, its step unfolded. False if it repeats the one before, which is to be left out. Throws where the
     * distance of two frames changes, or steps and times contradict each other. */
    bool add(int64_t step, double time);

    /** Whether two frames are in, so that the distance is known. */
    bool ready() const;

    int64_t stride() const;            ///< steps between two frames
    double interval() const;           ///< ps between two frames
    double timeOf(int64_t step) const; ///< ps

  private:
    void learnInterval(int64_t step, double time);
    void requireSameTime(double time) const; ///< of two frames with the same step

    TimeStep timeStep_;
    int64_t count_ = 0;
    int64_t firstStep_ = 0, lastStep_ = 0, stride_ = 0;
    double firstTime_ = 0, lastTime_ = 0; ///< ps, as read
};
} // namespace mdgan

#endif
