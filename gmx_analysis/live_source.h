/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * Following a trajectory that mdrun is still writing.
 *
 * The runner of GROMACS reads frame after frame and takes the end of the file for the end of the trajectory. The source
 * lets it go on only when the next frame is complete, or when no more will come.
 */
#ifndef MDGAN_GMX_LIVE_SOURCE_H
#define MDGAN_GMX_LIVE_SOURCE_H

#include <memory>
#include <string>
#include <sys/types.h>

#include "frame_index.h"

namespace mdgan
{
/** Waits until @p path exists, and is not of an earlier run, @p seconds at the most. The framework looks for it before
 * a module can. @p process: as for LiveSource. False if what is there is of an earlier run still. */
bool waitForFile(const std::string &path, double seconds, pid_t process);

class LiveSource
{
  public:
    /** @p patience: s without growth that end the trajectory. @p process: mdrun, or 0. Throws if there is no such
     * process, or if the file is @p old, as waitForFile() has seen. */
    LiveSource(const std::string &path, bool needsVelocity, double patience, pid_t process, bool old);

    /** Waits until @p count frames are complete; false if the file ends before: mdrun has ended, or patience has. */
    bool waitForFrames(int64_t count);

    /** Asks mdrun to end, once: it then writes its checkpoint. */
    void stopSimulation();

  private:
    bool hasEnded() const;
    /** @p last: mdrun has ended. */
    void tellEnd(bool last) const;

    FrameIndex index_;
    double patience_;
    pid_t process_;
    bool asked_; ///< to stop
    bool ended_; ///< the trajectory
};
} // namespace mdgan

#endif
