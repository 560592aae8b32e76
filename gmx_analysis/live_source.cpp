/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "live_source.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <thread>
#include <unistd.h>

#include "gmx_error.h"

namespace mdgan
{
namespace
{
using Clock = std::chrono::steady_clock;

/** Between two looks at the file: short against any frame worth waiting for, and next to no work. */
void rest()
{
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

bool passed(Clock::time_point since, double seconds)
{
    return std::chrono::duration<double>(Clock::now() - since).count() > seconds;
}
} // namespace

void waitForFile(const std::string &path, double seconds)
{
    for (const Clock::time_point start = Clock::now(); access(path.c_str(), R_OK) != 0 && !passed(start, seconds);) {
        rest();
    }
}

LiveSource::LiveSource(const std::string &path, bool needsVelocity, double patience, pid_t process)
    : index_(path, needsVelocity), patience_(patience), process_(process), ended_(false)
{
    if (process_ != 0 && kill(process_, 0) != 0) {
        refuseInput("Option -stoppid got " + std::to_string(process_) + ": " + std::strerror(errno) +
                    "; give the process number of the mdrun that writes '" + path + "'");
    }
}

bool LiveSource::waitForFrames(int64_t count)
{
    index_.update();
    int64_t size = index_.size();
    Clock::time_point grown = Clock::now();
    while (!ended_ && index_.complete() < count) {
        if (passed(grown, patience_)) {
            ended_ = true;
            std::fprintf(stderr, "\n'%s' has not grown for %g s: %lld frames%s\n", index_.path().c_str(), patience_,
                         static_cast<long long>(index_.complete()),
                         index_.torn() ? ", and the beginning of another one, which is left out" : "");
            break;
        }
        rest();
        index_.update();
        if (index_.size() != size) {
            size = index_.size();
            grown = Clock::now();
        }
    }
    return index_.complete() >= count;
}

void LiveSource::stopSimulation()
{
    if (process_ == 0) {
        return;
    }
    if (kill(process_, SIGTERM) == 0) {
        std::fprintf(stderr, "\nThe frames are in: process %d is asked to stop\n", static_cast<int>(process_));
    } else {
        std::fprintf(stderr, "\nNOTE: process %d cannot be asked to stop: %s\n", static_cast<int>(process_),
                     std::strerror(errno));
    }
    process_ = 0;
}
} // namespace mdgan
