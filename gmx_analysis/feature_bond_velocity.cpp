/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <cstddef>
#include <type_traits>

#include "feature_bond_velocity.h"

#include <algorithm>
#include <cstdio>
#include <fnmatch.h>
#include <map>

#include <gromacs/selection/selection.h>
#include <gromacs/topology/topology.h>
#include <gromacs/trajectoryanalysis/topologyinformation.h>
#include <gromacs/utility/arrayref.h>

#include "description.h"
#include "gmx_error.h"
#include "selected_atoms.h"
#include "topology.h"

namespace mdgan
{
namespace
{
bool fits(const std::string &pattern, const Atom &atom)
{
    return fnmatch(pattern.c_str(), atom.name.c_str(), 0) == 0 || fnmatch(pattern.c_str(), atom.type.c_str(), 0) == 0;
}

class BondVelocity final : public Feature
{
  public:
    explicit BondVelocity(const FeatureOptions &options) : pattern_(options.bondPattern)
    {
    }

    mdgan_kind kind() const override
    {
        return MDGAN_VELOCITY;
    }

    bool needsRunInput() const override
    {
        return true;
    }

    bool needsWholeMolecules() const override
    {
        return false;
    }

    void init(const gmx::TopologyInformation &topology, const gmx::Selection &selection) override
    {
        const std::vector<int> position = selectedAtoms(selection, topology, "bond-velocity");
        const std::vector<Atom> atoms = atomsOf(*topology.mtop());
        std::map<std::string, size_t> kinds;
        for (const Bond &bond : bondsOf(*topology.mtop())) {
            const Atom &a = atoms[bond.first];
            const Atom &b = atoms[bond.second];
            if (position[bond.first] >= 0 && position[bond.second] >= 0 && wanted(a, b)) {
                bonds_.push_back({position[bond.first], position[bond.second]});
                kinds[std::min(a.type, b.type) + " " + std::max(a.type, b.type)]++;
            }
        }
        if (bonds_.empty()) {
            refuseNoBonds(selection);
        }
        name_ = "bond/velocity " + (kinds.size() == 1 ? kinds.begin()->first : std::string("mixed"));
        report(kinds);
    }

    mdgan_feature describe() const override
    {
        return describeFeature(name_, kind(), 3);
    }

    size_t entityCount() const override
    {
        return bonds_.size();
    }

    std::vector<double> masses() const override
    {
        return std::vector<double>(bonds_.size(), 1.0);
    }

    AtomList atoms(const gmx::TopologyInformation &topology, const gmx::Selection &selection) const override
    {
        const std::vector<Atom> all = atomsOf(*topology.mtop());
        AtomList list = {"bond-velocity", name_, static_cast<int>(all.size()), 1, {}};
        for (size_t i = 0; i < bonds_.size(); i++) {
            for (const int position : {bonds_[i].first, bonds_[i].second}) {
                const int atom = selection.atomIndices()[position];
                list.members.push_back({i, 0, atom, all[atom].mass, -1});
            }
        }
        return list;
    }

    void sample(const gmx::Selection &selection, const t_pbc * /*pbc*/, std::vector<float> &row) override
    {
        row.resize(3 * bonds_.size());
        for (size_t i = 0; i < bonds_.size(); i++) {
            const rvec &a = selection.position(bonds_[i].first).v();
            const rvec &b = selection.position(bonds_[i].second).v();
            for (int d = 0; d < 3; d++) {
                row[3 * i + d] = static_cast<float>(b[d] - a[d]);
            }
        }
    }

  private:
    bool wanted(const Atom &a, const Atom &b) const
    {
        return pattern_.empty() || (fits(pattern_[0], a) && fits(pattern_[1], b)) ||
               (fits(pattern_[0], b) && fits(pattern_[1], a));
    }

    [[noreturn]] void refuseNoBonds(const gmx::Selection &selection) const
    {
        const std::string chosen = pattern_.empty() ? "" : " of kind '" + pattern_[0] + " " + pattern_[1] + "' (-bond)";
        refuseInput(std::string("Selection '") + selection.selectionText() + "' holds no bond" + chosen +
                    ": both atoms of a bond have to be selected, and the topology has to list it as a bond, "
                    "constraint or SETTLE; look with gmx dump -s");
    }

    void report(const std::map<std::string, size_t> &kinds) const
    {
        std::fprintf(stderr, "bond-velocity: %zu bonds\n", bonds_.size());
        for (const auto &kind : kinds) {
            std::fprintf(stderr, "  %6zu %s\n", kind.second, kind.first.c_str());
        }
        if (kinds.size() > 1) {
            std::fprintf(stderr, "NOTE: bonds of %zu kinds are learned as one; choose one with -select or -bond\n",
                         kinds.size());
        }
    }

    std::vector<std::string> pattern_;
    std::vector<Bond> bonds_; ///< by position in the selection
    std::string name_;
};
} // namespace

std::unique_ptr<Feature> createBondVelocity(const FeatureOptions &options)
{
    return std::make_unique<BondVelocity>(options);
}
} // namespace mdgan
