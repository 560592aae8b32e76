/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "live_source.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>

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
double inSeconds(const timespec &time)
{
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/** Time of day, s, when @p process began; 0 if the system does not tell, or it is over. */
double beginOf(pid_t process)
{
    std::ifstream stream("/proc/" + std::to_string(process) + "/stat");
    std::string line;
    std::getline(stream, line);
    std::istringstream fields(line.substr(line.rfind(')') + 1)); // behind the name, which may hold anything
    std::string field;
    for (int i = 3; i <= 22; i++) { // proc(5): the 22nd is the start, in ticks since the machine was booted
        fields >> field;
    }
    timespec now = {}, running = {};
    if (!fields || clock_gettime(CLOCK_REALTIME, &now) != 0 || clock_gettime(CLOCK_BOOTTIME, &running) != 0) {
        return 0.0;
    }
    return inSeconds(now) - inSeconds(running) + std::atof(field.c_str()) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

/** A file that was last written to before @p process began, and not since it was seen first: mdrun has not yet put its
 * own in the place. Clocks of file servers may be behind, so any change counts. */
class EarlierRun
{
  public:
    EarlierRun(std::string path, pid_t process) : path_(std::move(path)), begin_(process == 0 ? 0.0 : beginOf(process))
    {
        exists_ = stat(path_.c_str(), &first_) == 0;
    }

    bool isThere() const
    {
        const double tick = 0.02; // how exact both times are
        struct stat now = {};
        return exists_ && stat(path_.c_str(), &now) == 0 && now.st_ino == first_.st_ino &&
               now.st_dev == first_.st_dev && now.st_size == first_.st_size &&
               inSeconds(now.st_mtim) <= inSeconds(first_.st_mtim) && inSeconds(now.st_mtim) < begin_ - tick;
    }

  private:
    std::string path_;
    double begin_; ///< of the process
    bool exists_;
    struct stat first_ = {};
};
} // namespace

bool waitForFile(const std::string &path, double seconds, pid_t process)
{
    const Clock::time_point start = Clock::now();
    const EarlierRun earlier(path, process);
    while ((access(path.c_str(), R_OK) != 0 || earlier.isThere()) && !passed(start, seconds)) {
        rest();
    }
    return !earlier.isThere();
}

LiveSource::LiveSource(const std::string &path, bool needsVelocity, double patience, pid_t process, bool old)
    : index_(path, needsVelocity), patience_(patience), process_(process), asked_(false), ended_(false)
{
    if (process_ != 0 && kill(process_, 0) != 0) {
        refuseInput("Option -stoppid got " + std::to_string(process_) + ": " + std::strerror(errno) +
                    "; give the process number of the mdrun that writes '" + path + "'");
    }
    if (old) {
        refuseInput("'" + path + "' is of an earlier run: process " + std::to_string(process_) +
                    " has not written to it within " + std::to_string(patience_) +
                    " s; is it the mdrun that will, and is -live longer than the time to its first frame?");
    }
}

bool LiveSource::hasEnded() const
{
    return process_ != 0 && kill(process_, 0) != 0 && errno == ESRCH;
}

bool LiveSource::waitForFrames(int64_t count)
{
    if (!ended_) { // what becomes of the file then is nobody's business
        index_.update();
    }
    int64_t size = index_.size();
    Clock::time_point grown = Clock::now();
    while (!ended_ && index_.complete() < count) {
        const bool last = hasEnded(); // asked before the look at what it wrote until then
        rest();
        index_.update();
        if (index_.size() != size) {
            size = index_.size();
            grown = Clock::now();
        } else if (last || passed(grown, patience_)) {
            ended_ = true;
            tellEnd(last);
        }
    }
    return index_.complete() >= count;
}

void LiveSource::tellEnd(bool last) const
{
    char reason[64];
    if (last) {
        std::snprintf(reason, sizeof reason, "is complete, as process %d has ended", static_cast<int>(process_));
    } else {
        std::snprintf(reason, sizeof reason, "has not grown for %g s", patience_);
    }
    std::fprintf(stderr, "\n'%s' %s: %lld frames%s\n", index_.path().c_str(), reason,
                 static_cast<long long>(index_.complete()),
                 index_.torn() ? ", and the beginning of another one, which is left out" : "");
}

void LiveSource::stopSimulation()
{
    if (process_ == 0 || asked_) {
        return;
    }
    asked_ = true;
    if (kill(process_, SIGTERM) == 0) {
        std::fprintf(stderr, "\nThe frames are in: process %d is asked to stop\n", static_cast<int>(process_));
    } else {
        std::fprintf(stderr, "\nNOTE: process %d cannot be asked to stop: %s\n", static_cast<int>(process_),
                     std::strerror(errno));
    }
}
} // namespace mdgan
