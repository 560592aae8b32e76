/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * What has to be known of the command line before GROMACS's framework looks at it: the framework keeps the names of -f
 * and -s to itself.
 */
#ifndef MDGAN_GMX_COMMAND_LINE_H
#define MDGAN_GMX_COMMAND_LINE_H

#include <string>

namespace mdgan
{
struct CommandLine {
    std::string trajectory; ///< -f; empty if not given
    std::string structure;  ///< -s; the framework's default if given without a name
    std::string index;      ///< -n; likewise
    std::string selections; ///< -sf; likewise
    bool selectsMolecules;  ///< a selection or its options ask for centres of molecules
    bool choosesTimes;      ///< -b or -dt is given
    bool choosesAtoms;      ///< -fgroup is given
    bool keepsBackups;      ///< unless -nobackup is given
    double patience;        ///< -live, s; 0 if not given
    int process;            ///< -stoppid; 0 if not given
    bool isOld;             ///< -live: the trajectory that is there is of an earlier run

    static CommandLine parse(int argc, char *argv[]);
};
} // namespace mdgan

#endif
