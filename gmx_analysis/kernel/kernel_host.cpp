/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What gmx_error.h promises, inside mdrun: there is no GROMACS to link to, so failures are exceptions of our own, which
 * plumed_entry.cpp catches, and backups are made here. */
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>
#include <unistd.h>

#include "../gmx_error.h"

namespace mdgan
{
namespace
{
/** As many backups as GROMACS keeps unless GMX_MAXBACKUP says otherwise; -1: none are made. */
int backupMax()
{
    const char *const text = std::getenv("GMX_MAXBACKUP");
    return text != nullptr ? std::atoi(text) : 99;
}
} // namespace

void refuseOption(const std::string &text)
{
    throw std::runtime_error(text);
}

void refuseInput(const std::string &text)
{
    throw std::runtime_error(text);
}

void failFile(const std::string &text)
{
    throw std::runtime_error(text);
}

void check(mdgan_status status, const mdgan_error &error)
{
    if (status != MDGAN_OK) {
        throw std::runtime_error(error.text[0] != '\0' ? error.text : mdgan_status_text(status));
    }
}

void backUp(const std::string &path)
{
    if (access(path.c_str(), F_OK) != 0 || backupMax() < 0) {
        return;
    }
    const size_t name = path.find_last_of('/') + 1; // 0 without a directory
    for (int i = 1; i <= backupMax(); i++) {
        const std::string backup = path.substr(0, name) + "#" + path.substr(name) + "." + std::to_string(i) + "#";
        if (access(backup.c_str(), F_OK) == 0) {
            continue;
        }
        if (std::rename(path.c_str(), backup.c_str()) != 0) {
            failFile("Cannot keep '" + path + "' as '" + backup + "': " + std::strerror(errno));
        }
        std::fprintf(stderr, "mdgan: backed up '%s' as '%s'\n", path.c_str(), backup.c_str());
        return;
    }
    failFile("'" + path + "' is there, and " + std::to_string(backupMax()) +
             " backups of it too (GMX_MAXBACKUP): remove some");
}
} // namespace mdgan
