/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <csignal>
#include <cstddef>
#include <type_traits>

#include <memory>

#include <gromacs/trajectoryanalysis/cmdlinerunner.h>

#include <mdgan/kernel.h>

#include "analysis_module.h"
#include "backup.h"

int main(int argc, char *argv[])
{
    /* A file larger than `ulimit -f` is an error like a full disk, which is told of and cleaned up after. */
    std::signal(SIGXFSZ, SIG_IGN);
    mdgan_kernel_select(argv);
    mdgan::CommandLine line = mdgan::CommandLine::parse(argc, argv);
    if (!line.keepsBackups) {
        mdgan::disableBackups();
    }
    if (line.patience > 0 && !line.trajectory.empty()) {
        line.isOld = !mdgan::waitForFile(line.trajectory, line.patience, line.process);
    }
    return gmx::TrajectoryAnalysisCommandLineRunner::runAsMain(argc, argv, [line]() {
        return gmx::TrajectoryAnalysisModulePointer(std::make_unique<mdgan::AnalysisModule>(line));
    });
}
