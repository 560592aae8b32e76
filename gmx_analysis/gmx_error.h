/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * Failures, as the program does them that the code runs in. In gmx_mdgan (gmx_error.cpp) failures are
 * exceptions of GROMACS, which its runner shows in its own error box; in mdrun (kernel/kernel_host.cpp) there is no
 * GROMACS to link to.
 */
#ifndef MDGAN_GMX_ERROR_H
#define MDGAN_GMX_ERROR_H

#include <string>

#include <mdgan/status.h>

namespace mdgan
{
/** An option has a value that cannot be right. */
[[noreturn]] void refuseOption(const std::string &text);

/** Options and files do not go together. */
[[noreturn]] void refuseInput(const std::string &text);

/** A file cannot be read or written. */
[[noreturn]] void failFile(const std::string &text);

/** Throws what @p status stands for unless it is MDGAN_OK. */
void check(mdgan_status status, const mdgan_error &error);
} // namespace mdgan

#endif
