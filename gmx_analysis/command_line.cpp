/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command_line.h"

#include <cctype>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <regex>
#include <sys/stat.h>

namespace mdgan
{
namespace
{
/** The option that @p word is, without its dashes; empty if it is a value. */
std::string optionOf(const char *word)
{
    const char *const name = word[0] == '-' ? word + (word[1] == '-' ? 2 : 1) : "";
    return std::isalpha(static_cast<unsigned char>(name[0])) != 0 ? name : "";
}

/** What follows option @p argv[i], or NULL. */
const char *valueOf(int argc, char *argv[], int i)
{
    return i + 1 < argc && optionOf(argv[i + 1]).empty() ? argv[i + 1] : nullptr;
}

bool isFile(const std::string &path)
{
    struct stat found = {};
    return stat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode);
}

/** GROMACS completes names without an extension; the first that exists is it, folders aside. */
std::string complete(const char *name, const char *base, std::initializer_list<const char *> extensions)
{
    const std::string stem = name != nullptr ? name : base;
    if (isFile(stem)) {
        return stem;
    }
    for (const char *extension : extensions) {
        if (isFile(stem + extension)) {
            return stem + extension;
        }
    }
    return stem;
}

/** All of file @p path; empty if it cannot be read, which the framework will say. */
std::string contents(const std::string &path)
{
    std::ifstream stream(path);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/** Whether @p option has to do with which atoms or positions are selected. */
bool isSelecting(const std::string &option)
{
    return option == "select" || option == "selrpos" || option == "seltype";
}

/** Whether the selection @p text has words that need molecules, other than in comments and names, which stand in
 * quotation marks. */
bool namesMolecules(const std::string &text)
{
    static const std::regex silent(R"("[^"]*"|#[^\n]*)");
    static const std::regex word(R"(\b(mol|molecule|molindex|(whole_|part_|dyn_)?mol_co[mg])\b)");
    return std::regex_search(std::regex_replace(text, silent, " "), word);
}
} // namespace

CommandLine CommandLine::parse(int argc, char *argv[])
{
    CommandLine line = {"", "", "", "", false, false, false, true, 0, 0, false};
    for (int i = 1; i < argc; i++) {
        const std::string option = optionOf(argv[i]);
        const char *const value = valueOf(argc, argv, i);
        if (option == "f") {
            line.trajectory = complete(value, "traj", {".xtc", ".trr", ".cpt", ".gro", ".g96", ".pdb", ".tng"});
        } else if (option == "s") {
            line.structure = complete(value, "topol", {".tpr", ".gro", ".g96", ".pdb", ".brk", ".ent"});
        } else if (option == "n") {
            line.index = complete(value, "index", {".ndx"});
        } else if (option == "sf") {
            line.selections = complete(value, "selection", {".dat"});
            line.selectsMolecules = line.selectsMolecules || namesMolecules(contents(line.selections));
        } else if (option == "b" || option == "dt") {
            line.choosesTimes = true;
        } else if (option == "fgroup") {
            line.choosesAtoms = true;
        } else if (option == "backup" || option == "nobackup") {
            line.keepsBackups = option == "backup" && (value == nullptr || std::strncmp(value, "no", 2) != 0);
        } else if (option == "live" && value != nullptr) {
            line.patience = std::atof(value);
        } else if (option == "stoppid" && value != nullptr) {
            line.process = std::atoi(value);
        } else if (isSelecting(option) && value != nullptr) {
            line.selectsMolecules = line.selectsMolecules || namesMolecules(value);
        }
    }
    return line;
}
} // namespace mdgan
