/* SPDX-License-Identifier: GPL-2.0-only */
/** @file
 * The one place where an mdgan failure becomes LAMMPS's own error.
 */
#ifndef MDGAN_HOST_ERROR_H
#define MDGAN_HOST_ERROR_H

#include <string>

#include <mdgan/status.h>

namespace LAMMPS_NS
{
class LAMMPS;

/** Who speaks in an error message, and how LAMMPS is told. All functions must be reached by every rank together. */
class HostError
{
  public:
    /** @p command: what was typed, e.g. "fix mdgan"; @p speaker: who failed, e.g. "Fix mdgan gan". */
    HostError(LAMMPS *lmp, std::string command, std::string speaker);

    /** "Illegal COMMAND command: TEXT": the input script is wrong. */
    [[noreturn]] void illegal(const std::string &text) const;

    /** "SPEAKER: TEXT": the input script is right, but it cannot be done. */
    [[noreturn]] void fail(const std::string &text) const;

    /** Returns if @p status is MDGAN_OK; an invalid argument is the script's fault, all else is a failure. */
    void check(mdgan_status status, const mdgan_error &error) const;

  private:
    LAMMPS *lmp_;
    std::string command_;
    std::string speaker_;
};
} // namespace LAMMPS_NS

#endif
