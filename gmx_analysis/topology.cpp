/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <cstddef>
#include <type_traits>

#include "topology.h"

#include <algorithm>
#include <numeric>

#include <gromacs/topology/idef.h>
#include <gromacs/topology/ifunc.h>
#include <gromacs/topology/topology.h>
#include <gromacs/version.h>

namespace mdgan
{
namespace
{
/* Interactions between two chemically bonded atoms, and SETTLE. Harmonic potentials (bond type 6) are restraints and
 * elastic networks between atoms that no bond joins. The names of the enumerators change in GROMACS 2026. */
#if GMX_API_VERSION >= 20260000
using Function = InteractionFunction;
const Function bondFunctions[] = {Function::Bonds,          Function::GROMOS96Bonds, Function::MorsePotential,
                                  Function::CubicBonds,     Function::ConnectBonds,  Function::FENEBonds,
                                  Function::TabulatedBonds, Function::Constraints};
const Function settleFunction = Function::SETTLE;
constexpr int functionCount = static_cast<int>(Function::Count);
#else
using Function = int;
const int bondFunctions[] = {F_BONDS,     F_G96BONDS,  F_MORSE,    F_CUBICBONDS,
                             F_CONNBONDS, F_FENEBONDS, F_TABBONDS, F_CONSTR};
const int settleFunction = F_SETTLE;
constexpr int functionCount = F_NRE;
#endif

Bond ordered(int a, int b)
{
    return {std::min(a, b), std::max(a, b)};
}

void sortUnique(std::vector<Bond> &bonds)
{
    const auto less = [](const Bond &a, const Bond &b) {
        return a.first != b.first ? a.first < b.first : a.second < b.second;
    };
    const auto equal = [](const Bond &a, const Bond &b) { return a.first == b.first && a.second == b.second; };
    std::sort(bonds.begin(), bonds.end(), less);
    bonds.erase(std::unique(bonds.begin(), bonds.end(), equal), bonds.end());
}

/** Bonds within one molecule, by index in the molecule. */
std::vector<Bond> bondsOfType(const gmx_moltype_t &type)
{
    std::vector<Bond> bonds;
    for (const auto function : bondFunctions) {
        const std::vector<int> &list = type.ilist[function].iatoms; // parameters, atom, atom
        for (size_t i = 0; i + 2 < list.size(); i += 3) {
            bonds.push_back(ordered(list[i + 1], list[i + 2]));
        }
    }
    const std::vector<int> &settle = type.ilist[settleFunction].iatoms; // parameters, O, H, H
    for (size_t i = 0; i + 3 < settle.size(); i += 4) {
        bonds.push_back(ordered(settle[i + 1], settle[i + 2]));
        bonds.push_back(ordered(settle[i + 1], settle[i + 3]));
    }
    sortUnique(bonds);
    return bonds;
}

/** Atoms 0, 1, ... that have been joined, directly or through others. */
class Pieces
{
  public:
    explicit Pieces(int atomCount) : towards_(static_cast<size_t>(atomCount))
    {
        std::iota(towards_.begin(), towards_.end(), 0);
    }

    /** The first atom of the piece that @p atom is in. */
    int of(int atom) const
    {
        while (towards_[atom] != atom) {
            atom = towards_[atom];
        }
        return atom;
    }

    void join(const Bond &pair)
    {
        const int a = of(pair.first), b = of(pair.second);
        towards_[std::max(a, b)] = std::min(a, b);
        towards_[pair.first] = towards_[pair.second] = std::min(a, b);
    }

  private:
    std::vector<int> towards_; ///< [atom] an atom of its piece that is not behind it
};

/** Bonds, and where these leave pieces, neighbours in the atoms of other interactions, as GROMACS has them. */
std::vector<Bond> linksOfType(const gmx_moltype_t &type)
{
    std::vector<Bond> links = bondsOfType(type);
    Pieces bonded(type.atoms.nr);
    for (const Bond &bond : links) {
        bonded.join(bond);
    }
    for (int i = 0; i < functionCount; i++) {
        const auto function = static_cast<Function>(i);
        const std::vector<int> &list = type.ilist[function].iatoms; // parameters, atom, atom, ...
        const int atomCount = interaction_function[function].nratoms;
        for (size_t k = 0; atomCount > 1 && k < list.size(); k += static_cast<size_t>(atomCount) + 1) {
            for (size_t j = k + 1; j < k + static_cast<size_t>(atomCount); j++) {
                if (bonded.of(list[j]) != bonded.of(list[j + 1])) {
                    links.push_back(ordered(list[j], list[j + 1]));
                }
            }
        }
    }
    sortUnique(links);
    return links;
}

/** Calls @p visit(type, index of the first atom) for every molecule in global order. */
template <class Visit> void forEachMolecule(const gmx_mtop_t &topology, Visit visit)
{
    int firstAtom = 0;
    for (const gmx_molblock_t &block : topology.molblock) {
        const gmx_moltype_t &type = topology.moltype[block.type];
        for (int i = 0; i < block.nmol; i++) {
            visit(type, firstAtom);
            firstAtom += type.atoms.nr;
        }
    }
}

/** What @p ofType finds in every molecule, by global index. */
std::vector<Bond> everywhere(const gmx_mtop_t &topology, std::vector<Bond> (*ofType)(const gmx_moltype_t &type))
{
    std::vector<Bond> bonds;
    const gmx_moltype_t *known = nullptr;
    std::vector<Bond> local; // of the type known: molecules of one type follow each other
    forEachMolecule(topology, [&](const gmx_moltype_t &type, int firstAtom) {
        if (&type != known) {
            known = &type;
            local = ofType(type);
        }
        for (const Bond &bond : local) {
            bonds.push_back({bond.first + firstAtom, bond.second + firstAtom});
        }
    });
    return bonds;
}
} // namespace

std::vector<Bond> bondsOf(const gmx_mtop_t &topology)
{
    return everywhere(topology, bondsOfType);
}

std::vector<Neighbours> neighboursOf(const gmx_mtop_t &topology)
{
    std::vector<Neighbours> neighbours(static_cast<size_t>(topology.natoms));
    for (const Bond &link : everywhere(topology, linksOfType)) {
        neighbours[link.first].push_back(link.second);
        neighbours[link.second].push_back(link.first);
    }
    return neighbours;
}

std::vector<int> piecesOf(const gmx_mtop_t &topology)
{
    Pieces pieces(topology.natoms);
    for (const Bond &link : everywhere(topology, linksOfType)) {
        pieces.join(link);
    }
    std::vector<int> first(static_cast<size_t>(topology.natoms));
    for (int i = 0; i < topology.natoms; i++) {
        first[i] = pieces.of(i);
    }
    return first;
}

std::vector<Atom> atomsOf(const gmx_mtop_t &topology)
{
    std::vector<Atom> atoms;
    int molecule = 0;
    forEachMolecule(topology, [&](const gmx_moltype_t &type, int) {
        for (int i = 0; i < type.atoms.nr; i++) {
            const bool hasType = type.atoms.haveType && type.atoms.atomtype != nullptr;
            atoms.push_back(
                {*type.atoms.atomname[i], hasType ? *type.atoms.atomtype[i] : "", type.atoms.atom[i].m, molecule});
        }
        molecule++;
    });
    return atoms;
}

std::vector<Molecule> moleculesOf(const gmx_mtop_t &topology)
{
    std::vector<Molecule> molecules;
    forEachMolecule(topology, [&](const gmx_moltype_t &type, int firstAtom) {
        molecules.push_back({firstAtom, type.atoms.nr, *type.name});
    });
    return molecules;
}
} // namespace mdgan
