/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "staged_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup.h"
#include "gmx_error.h"

namespace mdgan
{
namespace
{
/** dir/name.ext -> dir/name.tmp-PID.ext: what writes the file goes by the extension. From the second @p trial on with
 * its number behind the PID. */
std::string temporaryName(const std::string &path, int trial)
{
    const size_t slash = path.find_last_of('/');
    const size_t dot = path.find_last_of('.');
    const size_t at = dot == std::string::npos || (slash != std::string::npos && dot < slash) ? path.size() : dot;
    const std::string number = trial > 1 ? "-" + std::to_string(trial) : "";
    return path.substr(0, at) + ".tmp-" + std::to_string(getpid()) + number + path.substr(at);
}

/** What stands there is replaced or renamed in the end, which is not for a directory or a device. */
void requireFile(const std::string &path)
{
    struct stat found = {};
    if (stat(path.c_str(), &found) == 0 && !S_ISREG(found.st_mode)) {
        failFile("Cannot write '" + path + "': it is " + (S_ISDIR(found.st_mode) ? "a directory" : "a device or pipe") +
                 ", not a regular file; choose another name");
    }
}
} // namespace

StagedFile::StagedFile(const std::string &path) : path_(path), committed_(false)
{
    requireFile(path);
    int descriptor = -1;
    // A process that was killed may have left such a file, and have had this PID: in a container all begin alike.
    for (int trial = 1; trial == 1 || (descriptor < 0 && errno == EEXIST && trial <= 100); trial++) {
        temporary_ = temporaryName(path, trial);
        descriptor = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0666);
    }
    if (descriptor < 0) {
        fail();
    }
    // It was only a test: what writes the file makes it again, and GROMACS would back up one that is there.
    close(descriptor);
    unlink(temporary_.c_str());
}

StagedFile::~StagedFile()
{
    if (!committed_) {
        unlink(temporary_.c_str());
    }
}

const std::string &StagedFile::temporary() const
{
    return temporary_;
}

const std::string &StagedFile::path() const
{
    return path_;
}

void StagedFile::commit()
{
    const int descriptor = open(temporary_.c_str(), O_RDONLY);
    const bool stored = descriptor >= 0 && fsync(descriptor) == 0;
    if (descriptor >= 0) {
        close(descriptor);
    }
    if (!stored) {
        fail();
    }
    backUp(path_);
    if (std::rename(temporary_.c_str(), path_.c_str()) != 0) {
        fail();
    }
    committed_ = true;
}

void StagedFile::fail() const
{
    failFile("Cannot write '" + path_ + "': " + std::strerror(errno) +
             "; free disk space, or name a file in a directory you may write to");
}
} // namespace mdgan
