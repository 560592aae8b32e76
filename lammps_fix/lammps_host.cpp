/* SPDX-License-Identifier: GPL-2.0-only */
#include "lammps_host.h"

#include <cstdio>
#include <limits>
#include <utility>

#include "lammps.h"
#include "timer.h"
#include "update.h"
#include "utils.h"

namespace LAMMPS_NS
{
namespace
{
/** Seconds until the limit of `timer timeout`, infinite without one, negative once it has passed or been forced. */
template <class AnyTimer> auto seconds_left(AnyTimer &timer, int) -> decltype(timer.has_timeout(), 0.0)
{
    const double left = timer.get_timeout_remain();
    return !timer.has_timeout() ? std::numeric_limits<double>::infinity() : left > 0.0 ? left : -1.0;
}

/** Older versions report 0 without a limit. */
template <class AnyTimer> double seconds_left(AnyTimer &timer, long)
{
    const double left = timer.get_timeout_remain();
    return left == 0.0 ? std::numeric_limits<double>::infinity() : left;
}
} // namespace

LammpsHost::LammpsHost(LAMMPS *lmp, std::string speaker)
    : lmp_(lmp), name_(std::string("LAMMPS ") + lmp->version), speaker_(std::move(speaker)),
      deadline_(std::numeric_limits<double>::infinity())
{
}

mdgan_host LammpsHost::callbacks()
{
    mdgan_host host = {};
    host.size = sizeof host;
    host.name = name_.c_str();
    host.log = log_line;
    host.cancelled = out_of_time;
    host.steps_left = steps_left;
    host.context = this;
    return host;
}

void LammpsHost::log_line(void *context, const char *line) noexcept
{
    static const std::string prefix = "mdgan:"; // the session's, which does not know whose it is
    const LammpsHost &host = *static_cast<LammpsHost *>(context);
    const std::string text = line;
    const bool prefixed = text.compare(0, prefix.size(), prefix) == 0;
    utils::logmesg(host.lmp_, host.speaker_ + ":" + (prefixed ? text.substr(prefix.size()) : " " + text) + "\n");
    // A training takes minutes: whoever follows the log wants each line when it is written.
    if (host.lmp_->screen) {
        std::fflush(host.lmp_->screen);
    }
    if (host.lmp_->logfile) {
        std::fflush(host.lmp_->logfile);
    }
}

void LammpsHost::note_limit()
{
    const double left = seconds_left(*lmp_->timer, 0);
    if (left >= 0.0) { // else forced, or passed, which the one noted before tells
        deadline_ = MPI_Wtime() + left;
    }
}

void LammpsHost::enforce_limit()
{
    // LAMMPS itself would look at its clock after ten steps of the next run or emission.
    int up = out_of_time(this) != nullptr;
    MPI_Bcast(&up, 1, MPI_INT, 0, lmp_->world);
    if (up) {
        lmp_->timer->force_timeout();
    }
}

const char *LammpsHost::out_of_time(void *context) noexcept
{
    const bool up = MPI_Wtime() > static_cast<LammpsHost *>(context)->deadline_;
    return up ? "the limit of `timer timeout` has passed" : nullptr;
}

int64_t LammpsHost::steps_left(void *context) noexcept
{
    const Update *const update = static_cast<LammpsHost *>(context)->lmp_->update;
    // A rerun of all frames has no last step.
    return update->whichflag == 1 && update->laststep < MAXBIGINT ? update->laststep - update->ntimestep : 0;
}
} // namespace LAMMPS_NS
