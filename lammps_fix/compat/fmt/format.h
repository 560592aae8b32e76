/* SPDX-License-Identifier: GPL-2.0-only */
/* LAMMPS headers name fmt in templates that the fix never instantiates, and Debian 12 does not ship LAMMPS's copy.
 * These declarations are all that the compiler asks for; the include path holds them only where LAMMPS has no own. */
#ifndef MDGAN_COMPAT_FMT_FORMAT_H
#define MDGAN_COMPAT_FMT_FORMAT_H

#include <string>

namespace fmt
{
class string_view;
class format_args;
template <typename... Args, typename S> format_args make_args_checked(const S &, const Args &...);
template <typename S, typename... Args> std::string format(const S &, Args &&...);
} // namespace fmt

#endif
