/* SPDX-License-Identifier: GPL-2.0-only */
#include "lammps_host.h"

#include <cstdio>
#include <utility>

#include "lammps.h"
#include "timer.h"
#include "update.h"
#include "utils.h"

namespace LAMMPS_NS
{
namespace
{
/** Whether the limit of `timer timeout` has passed. Newer versions of LAMMPS never report less than 0 seconds left,
 * which they also do without a limit, but can be asked whether there is one. */
template <class AnyTimer> auto time_is_up(AnyTimer &timer, int) -> decltype(timer.has_timeout())
{
    return timer.has_timeout() && timer.get_timeout_remain() <= 0.0;
}

/** Older versions report less than 0 seconds left. */
template <class AnyTimer> bool time_is_up(AnyTimer &timer, long)
{
    return timer.get_timeout_remain() < 0.0;
}
} // namespace

LammpsHost::LammpsHost(LAMMPS *lmp, std::string speaker)
    : lmp_(lmp), name_(std::string("LAMMPS ") + lmp->version), speaker_(std::move(speaker))
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

const char *LammpsHost::out_of_time(void *context) noexcept
{
    const bool up = time_is_up(*static_cast<LammpsHost *>(context)->lmp_->timer, 0);
    return up ? "the limit of `timer timeout` has passed" : nullptr;
}

int64_t LammpsHost::steps_left(void *context) noexcept
{
    const Update *const update = static_cast<LammpsHost *>(context)->lmp_->update;
    return update->whichflag == 1 ? update->laststep - update->ntimestep : 0;
}
} // namespace LAMMPS_NS
