/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "atom_list.h"

#include <cmath>
#include <cstdio>
#include <fstream>
#include <set>
#include <sstream>

#include <mdgan/dataset.h>

#include "gmx_error.h"
#include "staged_file.h"

namespace mdgan
{
namespace
{
/** Reads an atom list line by line. */
class Parser
{
  public:
    explicit Parser(const std::string &path)
        : path_(path), stream_(path), list_(), memberCount_(0), lineNumber_(0), inAtoms_(false)
    {
        if (!stream_) {
            failFile("Cannot read '" + path + "': make it with gmx_mdgan -s topol.tpr -oa " + path);
        }
    }

    AtomList read()
    {
        std::string line;
        while (std::getline(stream_, line)) {
            lineNumber_++;
            line = line.substr(0, line.find(';'));
            if (line.find_first_not_of(" \t\r") != std::string::npos) {
                inAtoms_ ? readMember(line) : readHead(line);
            }
        }
        if (stream_.bad()) {
            failFile("Cannot read '" + path_ + "' to its end");
        }
        checkWhole();
        return list_;
    }

  private:
    [[noreturn]] void refuse(const std::string &what) const
    {
        failFile("'" + path_ + "' line " + std::to_string(lineNumber_) + ": " + what +
                 "; write the file again with gmx_mdgan -oa");
    }

    void readHead(const std::string &line)
    {
        std::istringstream words(line);
        std::string key;
        words >> key;
        if (key == "[") {
            inAtoms_ = true;
        } else if (key == "feature") {
            words >> list_.feature;
        } else if (key == "name") {
            std::getline(words >> std::ws, list_.name);
            list_.name.erase(list_.name.find_last_not_of(" \t\r") + 1);
        } else if (key == "system") {
            words >> list_.systemSize;
        } else if (key == "parts") {
            words >> list_.partCount;
        } else if (key == "members") {
            words >> memberCount_;
        } else {
            refuse("'" + key + "' begins no line of a file of gmx_mdgan -oa");
        }
        if (words.fail()) {
            refuse("'" + key + "' has no value");
        }
    }

    void readMember(const std::string &line)
    {
        std::istringstream words(line);
        long long entity = 0, part = 0, atom = 0, anchor = 0;
        double mass = 0;
        std::string rest;
        if (!(words >> entity >> part >> atom >> mass >> anchor) || words >> rest) {
            refuse("expected five numbers: entity part atom mass anchor");
        }
        const long long last = static_cast<long long>(list_.entityCount());
        if (entity != last && entity != last + 1) {
            refuse("entity " + std::to_string(entity) + " follows entity " + std::to_string(last));
        }
        if (entity != last) {
            known_.clear();
        }
        if (list_.partCount > MDGAN_COMPONENT_MAX / 3 || part < 1 || part > list_.partCount || atom < 1 ||
            atom > list_.systemSize || !(mass >= 0) || !std::isfinite(mass)) {
            refuse("part, atom or mass is out of range (" + std::to_string(list_.partCount) + " parts, " +
                   std::to_string(list_.systemSize) + " atoms)");
        }
        if (anchor != 0 && known_.count(anchor) == 0) {
            refuse("anchor " + std::to_string(anchor) + " is no earlier atom of the entity");
        }
        known_.insert(atom);
        list_.members.push_back({static_cast<size_t>(entity - 1), static_cast<int>(part - 1),
                                 static_cast<int>(atom - 1), mass, static_cast<int>(anchor - 1)});
    }

    /** What shows only at the end. */
    void checkWhole() const
    {
        if (list_.members.empty() || list_.members.size() != memberCount_) {
            refuse("the file ends after " + std::to_string(list_.members.size()) + " of " +
                   std::to_string(memberCount_) + " members");
        }
        if (list_.feature.empty() || list_.name.empty()) {
            refuse("the file ends, but feature or name is missing");
        }
        if (list_.name.size() >= MDGAN_NAME_LENGTH) {
            refuse("the name is longer than " + std::to_string(MDGAN_NAME_LENGTH - 1) + " letters");
        }
        for (const double mass : list_.masses()) {
            if (!(mass > 0)) {
                refuse("the file ends, but an entity or part has no atom with mass");
            }
        }
    }

    std::string path_;
    std::ifstream stream_;
    AtomList list_;
    size_t memberCount_;
    int lineNumber_;
    bool inAtoms_;
    std::set<long long> known_; ///< atoms of the entity so far
};
} // namespace

std::vector<double> AtomList::masses() const
{
    std::vector<double> masses(entityCount() * static_cast<size_t>(partCount));
    for (const Member &member : members) {
        masses[member.entity * static_cast<size_t>(partCount) + static_cast<size_t>(member.part)] += member.mass;
    }
    return masses;
}

void writeAtomList(const std::string &path, const AtomList &list, const std::string &creator)
{
    StagedFile staged(path);
    std::FILE *const file = std::fopen(staged.temporary().c_str(), "w");
    if (file == nullptr) {
        staged.fail();
    }
    std::fprintf(file, "; Atoms behind the entities of a feature, for mdrun -plumed; by %s\n", creator.c_str());
    // No more of the name than a model has room for, as in describeFeature(): readers refuse a longer one.
    std::fprintf(file,
                 "feature %s\nname %.*s\nsystem %d\nparts %d\nmembers %zu\n[ atoms ]\n; entity part atom mass anchor\n",
                 list.feature.c_str(), MDGAN_NAME_LENGTH - 1, list.name.c_str(), list.systemSize, list.partCount,
                 list.members.size());
    for (const Member &member : list.members) {
        std::fprintf(file, "%zu %d %d %.9g %d\n", member.entity + 1, member.part + 1, member.atom + 1, member.mass,
                     member.anchor + 1);
    }
    const bool written = std::ferror(file) == 0;
    const bool closed = std::fclose(file) == 0;
    if (!written || !closed) {
        staged.fail();
    }
    staged.commit();
}

AtomList readAtomList(const std::string &path)
{
    return Parser(path).read();
}
} // namespace mdgan
