/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "backup.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

#include "gmx_error.h"

namespace mdgan
{
namespace
{
const char maximum[] = "GMX_MAXBACKUP"; // as for all programs of GROMACS

/** As many backups as GROMACS keeps unless the environment says otherwise; below 1: none are made. */
int backupMax()
{
    const char *const text = std::getenv(maximum);
    return text != nullptr ? std::atoi(text) : 99;
}

/** The name that @p path is kept by; empty if no backup is to be made. Throws if all names are taken. */
std::string backupName(const std::string &path)
{
    if (access(path.c_str(), F_OK) != 0 || backupMax() < 1) {
        return "";
    }
    const size_t name = path.find_last_of('/') + 1; // 0 without a directory
    for (int i = 1; i <= backupMax(); i++) {
        const std::string backup = path.substr(0, name) + "#" + path.substr(name) + "." + std::to_string(i) + "#";
        if (access(backup.c_str(), F_OK) != 0) {
            return backup;
        }
    }
    failFile("'" + path + "' is there, and " + std::to_string(backupMax()) + " backups of it too (" + maximum +
             "): remove some, or name another file");
}
} // namespace

void disableBackups()
{
    setenv(maximum, "-1", 1);
}

void requireBackupName(const std::string &path)
{
    backupName(path);
}

void backUp(const std::string &path)
{
    const std::string backup = backupName(path);
    if (backup.empty()) {
        return;
    }
    if (std::rename(path.c_str(), backup.c_str()) != 0) {
        failFile("Cannot keep '" + path + "' as '" + backup + "': " + std::strerror(errno) +
                 "; name a file in a directory you may write to");
    }
    std::fprintf(stderr, "mdgan: backed up '%s' as '%s'\n", path.c_str(), backup.c_str());
}
} // namespace mdgan
