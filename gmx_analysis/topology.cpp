/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <cstddef>
#include <type_traits>

#include "topology.h"

#include <algorithm>

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
#else
const int bondFunctions[] = {F_BONDS,     F_G96BONDS,  F_MORSE,    F_CUBICBONDS,
                             F_CONNBONDS, F_FENEBONDS, F_TABBONDS, F_CONSTR};
const int settleFunction = F_SETTLE;
#endif

Bond ordered(int a, int b)
{
    return {std::min(a, b), std::max(a, b)};
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
    const auto less = [](const Bond &a, const Bond &b) {
        return a.first != b.first ? a.first < b.first : a.second < b.second;
    };
    const auto equal = [](const Bond &a, const Bond &b) { return a.first == b.first && a.second == b.second; };
    std::sort(bonds.begin(), bonds.end(), less);
    bonds.erase(std::unique(bonds.begin(), bonds.end(), equal), bonds.end());
    return bonds;
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
} // namespace

std::vector<Bond> bondsOf(const gmx_mtop_t &topology)
{
    std::vector<Bond> bonds;
    const gmx_moltype_t *known = nullptr;
    std::vector<Bond> local; // of the type known: molecules of one type follow each other
    forEachMolecule(topology, [&](const gmx_moltype_t &type, int firstAtom) {
        if (&type != known) {
            known = &type;
            local = bondsOfType(type);
        }
        for (const Bond &bond : local) {
            bonds.push_back({bond.first + firstAtom, bond.second + firstAtom});
        }
    });
    return bonds;
}

std::vector<Neighbours> neighboursOf(const gmx_mtop_t &topology)
{
    std::vector<Neighbours> neighbours(static_cast<size_t>(topology.natoms));
    for (const Bond &bond : bondsOf(topology)) {
        neighbours[bond.first].push_back(bond.second);
        neighbours[bond.second].push_back(bond.first);
    }
    return neighbours;
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
