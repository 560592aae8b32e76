/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <cstddef>
#include <type_traits>

#include "feature_selected.h"

#include <cstdio>

#include <gromacs/selection/selection.h>
#include <gromacs/topology/topology.h>
#include <gromacs/trajectoryanalysis/topologyinformation.h>
#include <gromacs/utility/arrayref.h>

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
class Selected final : public Feature
{
  public:
    explicit Selected(mdgan_kind kind) : kind_(kind), hasCentres_(false)
    {
    }

    mdgan_kind kind() const override
    {
        return kind_;
    }

    bool needsRunInput() const override
    {
        return false;
    }

    bool needsWholeMolecules() const override
    {
        return kind_ == MDGAN_POSITION && hasCentres_; // where velocities belong does not matter
    }

    void init(const gmx::TopologyInformation &topology, const gmx::Selection &selection) override
    {
        if (selection.posCount() == 0) {
            refuseInput(std::string("Selection '") + selection.selectionText() + "' is empty");
        }
        if (kind_ == MDGAN_POSITION) {
            checkCentres(topology, selection);
        }
        for (int i = 0; i < selection.posCount(); i++) {
            hasCentres_ = hasCentres_ || selection.position(i).atomCount() > 1;
            const double mass = selection.position(i).mass();
            masses_.push_back(mass > 0 ? mass : 1.0);
        }
        std::fprintf(stderr, "%s: %zu positions\n", name(), masses_.size());
    }

    mdgan_feature describe() const override
    {
        return describeFeature(name(), kind_, 3);
    }

    size_t entityCount() const override
    {
        return masses_.size();
    }

    std::vector<double> masses() const override
    {
        return masses_;
    }

    AtomList atoms(const gmx::TopologyInformation &topology, const gmx::Selection &selection) const override
    {
        const int systemSize = topology.mtop()->natoms;
        selectedAtoms(selection, topology, name()); // refuses centres
        AtomList list = {name(), name(), systemSize, 1, {}};
        for (size_t i = 0; i < masses_.size(); i++) {
            list.members.push_back({i, 0, selection.atomIndices()[i], masses_[i], -1});
        }
        return list;
    }

    void sample(const gmx::Selection &selection, const t_pbc *pbc, std::vector<float> &row) override
    {
        const bool moves = kind_ == MDGAN_VELOCITY;
        if (moves && !knowsVelocities(selection)) {
            refuseInput(std::string("Selection '") + selection.selectionText() +
                        "' has no velocities: GROMACS computes none for 'com of' and 'cog of'; use e.g. mol_com of, "
                        "res_com of or part_mol_com of, and select no frozen molecules");
        }
        point_.resize(masses_.size());
        for (size_t i = 0; i < point_.size(); i++) {
            const gmx::SelectionPosition position = selection.position(static_cast<int>(i));
            const rvec &value = moves ? position.v() : position.x();
            point_[i] = {value[0], value[1], value[2]};
        }
        if (!moves) {
            followPeriodic(unwrapper_, point_, pbc, row);
            return;
        }
        row.resize(3 * point_.size());
        for (size_t i = 0; i < row.size(); i++) {
            row[i] = static_cast<float>(point_[i / 3][i % 3]);
        }
    }

  private:
    const char *name() const
    {
        return kind_ == MDGAN_VELOCITY ? "velocity" : "position";
    }

    /** Pieces jump at the boundaries one by one, so that a centre of several would jump by a part of the box. */
    void checkCentres(const gmx::TopologyInformation &topology, const gmx::Selection &selection) const
    {
        const std::vector<int> pieces = piecesOf(*topology.mtop());
        for (int i = 0; i < selection.posCount(); i++) {
            const gmx::SelectionPosition position = selection.position(i);
            const gmx::ArrayRef<const int> atoms = position.atomIndices();
            for (const int atom : atoms) {
                if (pieces[atom] != pieces[atoms[0]]) {
                    refuseCentre(topology.hasFullTopology(), selection, atoms[0], atom);
                }
            }
        }
    }

    [[noreturn]] void refuseCentre(bool isRunInput, const gmx::Selection &selection, int one, int other) const
    {
        const std::string centres = std::string("Feature position: selection '") + selection.selectionText() +
                                    "' has centres of atoms that have to be made whole, ";
        if (!isRunInput) {
            refuseInput(centres + "but the file of -s holds no bonds: give a run input file (.tpr) as -s");
        }
        refuseInput(centres + "but atoms " + std::to_string(one + 1) + " and " + std::to_string(other + 1) +
                    " are not joined by bonds or other interactions: select centres within molecules, e.g. mol_com of, "
                    "or learn -feature velocity of mol_com of");
    }

    /** In place of velocities that it does not compute, GROMACS has none at all, or zeros beside other positions. */
    static bool knowsVelocities(const gmx::Selection &selection)
    {
        bool anyMoves = false, anyCentreRests = false;
        for (int i = 0; selection.hasVelocities() && i < selection.posCount(); i++) {
            const gmx::SelectionPosition position = selection.position(i);
            const rvec &v = position.v();
            const bool moves = v[0] != 0 || v[1] != 0 || v[2] != 0;
            anyMoves = anyMoves || moves;
            anyCentreRests = anyCentreRests || (!moves && position.atomCount() > 1);
        }
        return selection.hasVelocities() && !(anyMoves && anyCentreRests);
    }

    mdgan_kind kind_;
    bool hasCentres_; ///< of several atoms
    std::vector<double> masses_;
    Unwrapper unwrapper_;
    std::vector<Vector> point_;
};
} // namespace

std::unique_ptr<Feature> createSelectedVelocity(const FeatureOptions & /*options*/)
{
    return std::make_unique<Selected>(MDGAN_VELOCITY);
}

std::unique_ptr<Feature> createSelectedPosition(const FeatureOptions & /*options*/)
{
    return std::make_unique<Selected>(MDGAN_POSITION);
}
} // namespace mdgan
