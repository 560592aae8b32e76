/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command_line.h"

#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <unistd.h>

namespace mdgan
{
namespace
{
/** What follows option @p argv[i], or NULL. */
const char *valueOf(int argc, char *argv[], int i)
{
    return i + 1 < argc && argv[i + 1][0] != '-' ? argv[i + 1] : nullptr;
}

/** GROMACS completes names without an extension; the first that exists is it. */
std::string complete(const char *name, const char *base, std::initializer_list<const char *> extensions)
{
    const std::string stem = name != nullptr ? name : base;
    if (access(stem.c_str(), F_OK) == 0) {
        return stem;
    }
    for (const char *extension : extensions) {
        if (access((stem + extension).c_str(), F_OK) == 0) {
            return stem + extension;
        }
    }
    return stem;
}

bool namesMolecules(const char *word)
{
    for (const char *part : {"mol_com", "mol_cog", "molecule", "molindex", "molecule"}) {
        if (std::strstr(word, part) != nullptr) {
            return true;
        }
    }
    return false;
}
} // namespace

CommandLine CommandLine::parse(int argc, char *argv[])
{
    CommandLine line = {"", "", "", "", false, false, 0};
    for (int i = 1; i < argc; i++) {
        const char *const value = valueOf(argc, argv, i);
        if (std::strcmp(argv[i], "-f") == 0) {
            line.trajectory = complete(value, "traj", {".xtc", ".trr", ".cpt", ".gro", ".g96", ".pdb", ".tng"});
        } else if (std::strcmp(argv[i], "-s") == 0) {
            line.structure = complete(value, "topol", {".tpr", ".gro", ".g96", ".pdb", ".brk", ".ent"});
        } else if (std::strcmp(argv[i], "-n") == 0) {
            line.index = complete(value, "index", {".ndx"});
        } else if (std::strcmp(argv[i], "-sf") == 0) {
            line.selections = complete(value, "selection", {".dat"});
        } else if (std::strcmp(argv[i], "-b") == 0 || std::strcmp(argv[i], "-dt") == 0) {
            line.choosesTimes = true;
        } else if (std::strcmp(argv[i], "-live") == 0 && value != nullptr) {
            line.patience = std::atof(value);
        }
        line.selectsMolecules = line.selectsMolecules || namesMolecules(argv[i]);
    }
    return line;
}
} // namespace mdgan
