/* SPDX-License-Identifier: GPL-2.0-only */
/** @file
 * LAMMPS's base class of commands, on installations that do not ship its header (Debian 12).
 */
#ifndef MDGAN_LAMMPS_COMMAND_H
#define MDGAN_LAMMPS_COMMAND_H

#include "pointers.h"

#if __has_include("command.h")
#include "command.h"
#else
namespace LAMMPS_NS
{
// The layout is LAMMPS's: input.cpp calls through the first virtual function after the destructor.
class Command : protected Pointers
{
  public:
    explicit Command(LAMMPS *lammps) : Pointers(lammps)
    {
    }
    virtual void command(int narg, char **arg) = 0;
};
} // namespace LAMMPS_NS
#endif

#endif
