/* SPDX-License-Identifier: GPL-2.0-only */
#include "collect_bond_velocity.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "atom.h"
#include "domain.h"

namespace LAMMPS_NS
{
CollectBondVelocity::CollectBondVelocity(LAMMPS *lammps, int groupbit, const CollectArgs &args,
                                         const HostError &complain, int &used)
    : CollectAtoms(lammps, groupbit, complain, "bond/velocity"), type_(0)
{
    if (atom->molecular == Atom::TEMPLATE) {
        complain.fail("feature bond/velocity does not know the bonds of molecule templates (atom_style template); "
                      "use an atom style with bonds of its own, e.g. full");
    }
    if (atom->molecular == Atom::ATOMIC || atom->nbonds == 0) {
        complain.fail("feature bond/velocity needs bonds, but this system has none; "
                      "use an atom style with bonds, e.g. full, and a data file with a Bonds section");
    }
    const char *const text = args.arg[1];
    char *end = nullptr;
    const long type = std::strtol(text, &end, 10);
    if (*end != '\0' || end == text || type < 1 || type > atom->nbondtypes) {
        complain.illegal(std::string("feature bond/velocity: no such bond type '") + text +
                         "'; this system has types 1 to " + std::to_string(atom->nbondtypes));
    }
    type_ = static_cast<int>(type);
    used = 2;
}

mdgan_feature CollectBondVelocity::describe() const
{
    return describe_as("bond/velocity " + std::to_string(type_), MDGAN_VELOCITY, 1);
}

std::vector<CollectBondVelocity::Bond> CollectBondVelocity::local_bonds() const
{
    std::vector<Bond> bonds;
    for (int i = 0; i < atom->nlocal; i++) {
        for (int j = 0; j < atom->num_bond[i]; j++) {
            if (std::abs(atom->bond_type[i][j]) == type_) { // fix shake negates the types of its bonds
                bonds.push_back(std::minmax(atom->tag[i], atom->bond_atom[i][j]));
            }
        }
    }
    return bonds;
}

std::vector<CollectBondVelocity::Bond> CollectBondVelocity::all_bonds() const
{
    std::vector<tagint> part;
    for (const Bond &bond : local_bonds()) {
        part.push_back(bond.first);
        part.push_back(bond.second);
    }
    const std::vector<tagint> tags = gather(part);
    std::vector<Bond> bonds;
    for (size_t i = 0; i + 1 < tags.size(); i += 2) {
        bonds.emplace_back(tags[i], tags[i + 1]);
    }
    // With newton off both atoms store the bond; sorted, the rows do not depend on where the atoms live.
    std::sort(bonds.begin(), bonds.end());
    bonds.erase(std::unique(bonds.begin(), bonds.end()), bonds.end());
    return bonds;
}

std::vector<CollectBondVelocity::Bond> CollectBondVelocity::in_group(const std::vector<Bond> &bonds) const
{
    const AtomTable member = table(group_tags());
    std::vector<Bond> kept;
    for (const Bond &bond : bonds) {
        if (member.find(bond.first) != AtomTable::none && member.find(bond.second) != AtomTable::none) {
            kept.push_back(bond);
        }
    }
    return kept;
}

void CollectBondVelocity::init()
{
    const std::vector<Bond> before = std::move(bonds_);
    bonds_ = all_bonds();
    if (groupbit_ != 1) { // bit 1 is the group all
        bonds_ = in_group(bonds_);
    }
    if (before.size() == bonds_.size() && before != bonds_) {
        refuse_other_members();
    }
    if (bonds_.empty()) {
        complain_.fail("feature bond/velocity: no bond of type " + std::to_string(type_) +
                       " has both atoms in the group; choose another bond type or group");
    }
    find_shares();
}

void CollectBondVelocity::find_shares()
{
    share_.clear();
    for (size_t row = 0; row < bonds_.size(); row++) {
        share_.push_back({bonds_[row].first, row, -1.0});
        share_.push_back({bonds_[row].second, row, 1.0});
    }
    std::stable_sort(share_.begin(), share_.end(), [](const Share &a, const Share &b) { return a.tag < b.tag; });
    std::vector<tagint> tags;
    first_.clear();
    for (size_t i = 0; i < share_.size(); i++) {
        if (tags.empty() || tags.back() != share_[i].tag) {
            tags.push_back(share_[i].tag);
            first_.push_back(i);
        }
    }
    first_.push_back(share_.size());
    set_members(tags, n_axis_ * bonds_.size());
}

size_t CollectBondVelocity::n_entity() const
{
    return bonds_.size();
}

void CollectBondVelocity::steady_velocity(int i, double *v) const
{
    std::copy_n(atom->v[i], 3, v);
    if (!domain->deform_vremap || !(atom->mask[i] & domain->deform_groupbit)) {
        return;
    }
    const imageint image = atom->image[i];
    const double x = (image & IMGMASK) - IMGMAX, y = (image >> IMGBITS & IMGMASK) - IMGMAX,
                 z = (image >> IMG2BITS) - IMGMAX;
    const double *const h = domain->h_rate;
    v[0] += h[0] * x + h[5] * y + h[4] * z;
    v[1] += h[1] * y + h[3] * z;
    v[2] += h[2] * z;
}

void CollectBondVelocity::sample(double *row)
{
    // Each value has at most two contributions that are not zero, so the sum is exact in any order.
    sum(row, [this](int slot, int i, double *part) {
        double v[3];
        steady_velocity(i, v);
        for (size_t s = first_[slot]; s < first_[slot + 1]; s++) {
            for (size_t k = 0; k < n_axis_; k++) {
                part[n_axis_ * share_[s].bond + k] += share_[s].sign * v[k];
            }
        }
    });
}
} // namespace LAMMPS_NS
