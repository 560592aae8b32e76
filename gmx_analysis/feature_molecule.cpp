/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <cstddef>
#include <type_traits>

#include "feature_molecule.h"

#include <cstdio>
#include <set>

#include <gromacs/selection/selection.h>
#include <gromacs/trajectoryanalysis/topologyinformation.h>

#include "centres.h"
#include "description.h"
#include "gmx_error.h"
#include "periodic_path.h"
#include "selected_atoms.h"
#include "topology.h"

namespace mdgan
{
namespace
{
constexpr int partMax = MDGAN_COMPONENT_MAX / 3;

class MoleculePath final : public Feature
{
  public:
    MoleculePath(const char *option, const char *name, int partCount)
        : option_(option), name_(name), partCount_(partCount)
    {
    }

    mdgan_kind kind() const override
    {
        return MDGAN_POSITION;
    }

    bool needsRunInput() const override
    {
        return true;
    }

    bool needsWholeMolecules() const override
    {
        return true;
    }

    void init(const gmx::TopologyInformation &topology, const gmx::Selection &selection) override
    {
        const std::vector<int> position = selectedAtoms(selection, topology, option_);
        const std::vector<Atom> atoms = atomsOf(*topology.mtop());
        const std::vector<int> pieces = piecesOf(*topology.mtop());
        std::set<std::string> kinds;
        for (const Molecule &molecule : moleculesOf(*topology.mtop())) {
            if (selectedWhole(molecule, position, selection)) {
                checkJoined(molecule, atoms, pieces);
                addMolecule(molecule, atoms, position);
                kinds.insert(molecule.name);
            }
        }
        name_ += " " + (kinds.size() == 1 ? *kinds.begin() : std::string("mixed"));
        std::fprintf(stderr, "%s: %zu molecules\n", option_.c_str(), molecules_.size());
        if (kinds.size() > 1) {
            std::fprintf(stderr, "NOTE: molecules of %zu kinds are learned as one; choose one with -select\n",
                         kinds.size());
        }
    }

    mdgan_feature describe() const override
    {
        return describeFeature(name_, kind(), 3 * static_cast<size_t>(partCount_));
    }

    size_t entityCount() const override
    {
        return molecules_.size();
    }

    std::vector<double> masses() const override
    {
        std::vector<double> masses;
        for (size_t g = 0; g < centres_.count(); g++) {
            masses.push_back(centres_.weight(g));
        }
        return masses;
    }

    AtomList atoms(const gmx::TopologyInformation &topology, const gmx::Selection & /*selection*/) const override
    {
        const std::vector<Atom> all = atomsOf(*topology.mtop());
        const std::vector<Neighbours> neighbours = neighboursOf(*topology.mtop());
        AtomList list = {option_, name_, static_cast<int>(all.size()), partCount_, {}};
        for (size_t e = 0; e < molecules_.size(); e++) {
            listMolecule(e, all, neighbours, list);
        }
        return list;
    }

    void sample(const gmx::Selection &selection, const t_pbc *pbc, std::vector<float> &row) override
    {
        centres_.compute([&selection](int i) -> const rvec & { return selection.position(i).x(); }, point_);
        followPeriodic(unwrapper_, point_, pbc, row);
    }

  private:
    /** Whether all of @p molecule is selected; a part of one is refused rather than left out or completed. */
    bool selectedWhole(const Molecule &molecule, const std::vector<int> &position,
                       const gmx::Selection &selection) const
    {
        int n = 0;
        for (int i = 0; i < molecule.atomCount; i++) {
            n += position[molecule.firstAtom + i] >= 0 ? 1 : 0;
        }
        if (n > 0 && n < molecule.atomCount) {
            refuseInput(std::string("Selection '") + selection.selectionText() + "' holds " + std::to_string(n) +
                        " of " + std::to_string(molecule.atomCount) + " atoms of a molecule '" + molecule.name +
                        "': select whole molecules, e.g. 'same molecule as (" + selection.selectionText() + ")'");
        }
        return n > 0;
    }

    /** Pieces jump at the boundaries one by one, so that a centre of several would jump by a part of the box. */
    void checkJoined(const Molecule &molecule, const std::vector<Atom> &atoms, const std::vector<int> &pieces) const
    {
        int first = -1;
        for (int i = molecule.firstAtom; i < molecule.firstAtom + molecule.atomCount; i++) {
            if (atoms[i].mass <= 0) {
                continue;
            }
            first = first < 0 ? i : first;
            if (pieces[i] != pieces[first]) {
                refuseInput("Feature " + option_ + ": atoms " + std::to_string(first - molecule.firstAtom + 1) +
                            " and " + std::to_string(i - molecule.firstAtom + 1) + " of molecule type '" +
                            molecule.name +
                            "' are not joined by bonds or other interactions, so it cannot be made whole: give each "
                            "of its pieces a [ moleculetype ] of its own with gmx grompp (gmx convert-tpr -n makes one "
                            "of all atoms), or learn -feature velocity of its centre (mol_com of)");
            }
        }
    }

    void addMolecule(const Molecule &molecule, const std::vector<Atom> &atoms, const std::vector<int> &position)
    {
        if (molecule.atomCount < partCount_) {
            refuseInput("Option -parts got " + std::to_string(partCount_) + ", but molecule '" + molecule.name +
                        "' has only " + std::to_string(molecule.atomCount) + " atoms: ask for fewer parts");
        }
        for (const Part &part : partsOf(molecule.atomCount, partCount_)) {
            std::vector<int> index;
            std::vector<double> weight;
            double sum = 0;
            for (int i = part.first; i < part.first + part.count; i++) {
                index.push_back(position[molecule.firstAtom + i]);
                weight.push_back(atoms[molecule.firstAtom + i].mass);
                sum += weight.back();
            }
            if (sum <= 0) {
                refuseInput("A part of molecule '" + molecule.name +
                            "' has no mass: select molecules with mass, or ask for fewer parts");
            }
            centres_.addGroup(index, weight);
        }
        molecules_.push_back(molecule);
    }

    /** Adds the atoms of entity @p e, each behind the one it is bonded to, so that the molecule can be made whole. */
    void listMolecule(size_t e, const std::vector<Atom> &all, const std::vector<Neighbours> &neighbours,
                      AtomList &list) const
    {
        const Molecule &molecule = molecules_[e];
        std::vector<int> part;
        for (const Part &p : partsOf(molecule.atomCount, partCount_)) {
            part.insert(part.end(), static_cast<size_t>(p.count), static_cast<int>(part.empty() ? 0 : part.back() + 1));
        }
        std::vector<bool> known(part.size(), false);
        const auto add = [&](int atom, int anchor) {
            const size_t i = static_cast<size_t>(atom - molecule.firstAtom);
            if (!known[i]) {
                known[i] = true;
                list.members.push_back({e, part[i], atom, all[static_cast<size_t>(atom)].mass, anchor});
            }
        };
        size_t next = list.members.size(); // the first whose neighbours have not been looked at
        for (int i = 0; i < molecule.atomCount; i++) {
            // Atoms without a bond to those before, such as virtual sites, lie near the one before in the molecule.
            add(molecule.firstAtom + i, i > 0 ? molecule.firstAtom + i - 1 : -1);
            for (; next < list.members.size(); next++) {
                const int atom = list.members[next].atom;
                for (const int neighbour : neighbours[static_cast<size_t>(atom)]) {
                    add(neighbour, atom);
                }
            }
        }
    }

    std::string option_, name_;
    int partCount_;
    std::vector<Molecule> molecules_; ///< [entity]
    Centres centres_;                 ///< [entity][part], of positions of the selection
    Unwrapper unwrapper_;
    std::vector<Vector> point_;
};
} // namespace

std::unique_ptr<Feature> createMoleculeCentre(const FeatureOptions & /*options*/)
{
    return std::make_unique<MoleculePath>("mol-com", "molecule/com", 1);
}

std::unique_ptr<Feature> createMoleculeParts(const FeatureOptions &options)
{
    if (options.partCount < 1 || options.partCount > partMax) {
        refuseOption("Option -parts got " + std::to_string(options.partCount) + ": must be from 1 to " +
                     std::to_string(partMax));
    }
    return std::make_unique<MoleculePath>("mol-parts", "molecule/parts", options.partCount);
}
} // namespace mdgan
