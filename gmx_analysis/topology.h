/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * Bonds and molecules of a GROMACS topology, by global atom index. Knows nothing of trajectories or options.
 */
#ifndef MDGAN_GMX_TOPOLOGY_H
#define MDGAN_GMX_TOPOLOGY_H

#include <string>
#include <vector>

struct gmx_mtop_t;

namespace mdgan
{
/** Two bonded atoms, first < second. */
struct Bond {
    int first, second;
};

/** What features want to know of an atom. */
struct Atom {
    std::string name;
    std::string type; ///< of the force field
    double mass;      ///< u
    int molecule;     ///< global index
};

/** One molecule: consecutive atoms. */
struct Molecule {
    int firstAtom, atomCount;
    std::string name; ///< of the molecule type
};

/** All chemical bonds (flexible, constrained, and the two O-H bonds of SETTLE), ordered, each once. */
std::vector<Bond> bondsOf(const gmx_mtop_t &topology);

/** Atoms that one atom is whole with: bonded ones, and those of other interactions that join what bonds do not. */
using Neighbours = std::vector<int>;

/** Neighbours of all atoms, in global order. */
std::vector<Neighbours> neighboursOf(const gmx_mtop_t &topology);

/** The first atom that every atom is joined to through neighbours. Atoms of different pieces cross periodic boundaries
 * on their own: no interaction says where they belong. */
std::vector<int> piecesOf(const gmx_mtop_t &topology);

/** All atoms, in global order. */
std::vector<Atom> atomsOf(const gmx_mtop_t &topology);

/** All molecules, in global order. */
std::vector<Molecule> moleculesOf(const gmx_mtop_t &topology);
} // namespace mdgan

#endif
