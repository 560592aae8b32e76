/* SPDX-License-Identifier: GPL-2.0-only */
#include "host_error.h"

#include <utility>

#include "error.h"

namespace LAMMPS_NS
{
HostError::HostError(LAMMPS *lmp, std::string command, std::string speaker)
    : lmp_(lmp), command_(std::move(command)), speaker_(std::move(speaker))
{
}

void HostError::illegal(const std::string &text) const
{
    lmp_->error->all(FLERR, std::string("Illegal " + command_ + " command: " + text));
}

void HostError::fail(const std::string &text) const
{
    lmp_->error->all(FLERR, std::string(speaker_ + ": " + text));
}

void HostError::check(mdgan_status status, const mdgan_error &error) const
{
    if (status == MDGAN_OK) {
        return;
    }
    if (status == MDGAN_INVALID) {
        illegal(error.text);
    }
    fail(error.text);
}
} // namespace LAMMPS_NS
