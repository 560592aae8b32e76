/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * The atoms behind the entities of a feature, as a text file: gmx_mdgan makes it from a topology and a selection, for
 * the kernel in mdrun, which gets to know neither.
 */
#ifndef MDGAN_GMX_ATOM_LIST_H
#define MDGAN_GMX_ATOM_LIST_H

#include <string>
#include <vector>

namespace mdgan
{
/** One atom of an entity. */
struct Member {
    size_t entity; ///< from 0; members of an entity follow each other
    int part;      ///< from 0
    int atom;      ///< global index, from 0
    double mass;   ///< u
    int anchor; ///< global index of an earlier member of the entity, bonded to this one where there is a bond; -1: none
};

struct AtomList {
    std::string feature; ///< e.g. "bond-velocity"
    std::string name;    ///< of the description, e.g. "bond/velocity HW OW"
    int systemSize;      ///< atoms of the simulation
    int partCount;
    std::vector<Member> members;

    size_t entityCount() const
    {
        return members.empty() ? 0 : members.back().entity + 1;
    }

    /** Masses of the particles that stand for the entities, [entity][part], u. */
    std::vector<double> masses() const;
};

/** Writes @p list; @p creator: program and version, for the first line. The file appears whole or not at all. Throws.
 */
void writeAtomList(const std::string &path, const AtomList &list, const std::string &creator);

/** Reads what writeAtomList() wrote. Throws, naming the file and the line. */
AtomList readAtomList(const std::string &path);
} // namespace mdgan

#endif
