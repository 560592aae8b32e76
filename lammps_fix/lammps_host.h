/* SPDX-License-Identifier: GPL-2.0-only */
/** @file
 * LAMMPS as a session sees it: its log, its time limit, its clock.
 */
#ifndef MDGAN_LAMMPS_HOST_H
#define MDGAN_LAMMPS_HOST_H

#include <string>

#include <mdgan/plugin.h>

namespace LAMMPS_NS
{
class LAMMPS;

class LammpsHost
{
  public:
    /** @p speaker begins every line in the log, e.g. "Fix mdgan gan". */
    LammpsHost(LAMMPS *lmp, std::string speaker);
    LammpsHost(const LammpsHost &) = delete;
    LammpsHost &operator=(const LammpsHost &) = delete;

    /** "LAMMPS 29 Sep 2021", for file headers. */
    const std::string &name() const
    {
        return name_;
    }

    /** For a session that this object must outlive. */
    mdgan_host callbacks();

    /** Takes down the limit of `timer timeout`: fixes that end a run force the timer, which then tells no limit any
     * more. */
    void note_limit();

    /** For the end of a training: if its limit has passed, LAMMPS knows it from now on and skips what follows. On all
     * ranks. */
    void enforce_limit();

  private:
    // Called from C, so no exception may leave them.
    static void log_line(void *context, const char *line) noexcept;
    static const char *out_of_time(void *context) noexcept;
    static int64_t steps_left(void *context) noexcept;

    LAMMPS *lmp_;
    const std::string name_;
    const std::string speaker_;
    double deadline_; ///< MPI_Wtime() of the limit, infinite without one
};
} // namespace LAMMPS_NS

#endif
