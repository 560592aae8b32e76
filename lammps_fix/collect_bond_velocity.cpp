/* SPDX-License-Identifier: GPL-2.0-only */
#include "collect_bond_velocity.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <unordered_set>

#include "atom.h"
#include "domain.h"
#include "units.h"
#include "update.h"

namespace LAMMPS_NS
{
namespace
{
/** Everybody's part, one after the other, on every rank. Collective. */
std::vector<tagint> gather(const std::vector<tagint> &part, MPI_Comm world)
{
    int size = 0;
    MPI_Comm_size(world, &size);
    const int n = static_cast<int>(part.size());
    std::vector<int> count(size), offset(size + 1, 0);
    MPI_Allgather(&n, 1, MPI_INT, count.data(), 1, MPI_INT, world);
    for (int rank = 0; rank < size; rank++) {
        offset[rank + 1] = offset[rank] + count[rank];
    }
    std::vector<tagint> all(offset[size]);
    MPI_Allgatherv(part.data(), n, MPI_LMP_TAGINT, all.data(), count.data(), offset.data(), MPI_LMP_TAGINT, world);
    return all;
}
} // namespace

CollectBondVelocity::CollectBondVelocity(LAMMPS *lammps, int groupbit, char **arg, const HostError &complain)
    : Collect(lammps, groupbit, complain), type_(0)
{
    if (atom->molecular == Atom::TEMPLATE) {
        complain.fail("feature bond/velocity does not know the bonds of molecule templates (atom_style template); "
                      "use an atom style with bonds of its own, e.g. full");
    }
    if (atom->molecular == Atom::ATOMIC || atom->nbonds == 0) {
        complain.fail("feature bond/velocity needs bonds, but this system has none; "
                      "use an atom style with bonds, e.g. full, and a data file with a Bonds section");
    }
    char *end = nullptr;
    const long type = std::strtol(arg[0], &end, 10);
    if (*end != '\0' || end == arg[0] || type < 1 || type > atom->nbondtypes) {
        complain.illegal(std::string("feature bond/velocity: no such bond type '") + arg[0] +
                         "'; this system has types 1 to " + std::to_string(atom->nbondtypes));
    }
    type_ = static_cast<int>(type);
}

mdgan_feature CollectBondVelocity::describe() const
{
    mdgan_feature feature = {};
    std::snprintf(feature.name, sizeof feature.name, "bond/velocity %d", type_);
    feature.kind = MDGAN_VELOCITY;
    feature.n_component = 3;
    feature.isotropic = domain->dimension == 3;
    feature.reversible = true;
    const UnitNames *const names = unit_names(update->unit_style);
    std::snprintf(feature.value_unit, sizeof feature.value_unit, "%s", names ? names->velocity : "");
    return feature;
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
    const std::vector<tagint> tags = gather(part, world);
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
    std::vector<tagint> part;
    for (int i = 0; i < atom->nlocal; i++) {
        if (atom->mask[i] & groupbit_) {
            part.push_back(atom->tag[i]);
        }
    }
    const std::vector<tagint> tags = gather(part, world);
    const std::unordered_set<tagint> member(tags.begin(), tags.end());
    std::vector<Bond> kept;
    for (const Bond &bond : bonds) {
        if (member.count(bond.first) && member.count(bond.second)) {
            kept.push_back(bond);
        }
    }
    return kept;
}

void CollectBondVelocity::init()
{
    bonds_ = all_bonds();
    if (groupbit_ != 1) { // bit 1 is the group all
        bonds_ = in_group(bonds_);
    }
    if (bonds_.empty()) {
        complain_.fail("feature bond/velocity: no bond of type " + std::to_string(type_) +
                       " has both atoms in the group; choose another bond type or group");
    }
    share_.clear();
    for (size_t row = 0; row < bonds_.size(); row++) {
        share_[bonds_[row].first].push_back({row, -1.0});
        share_[bonds_[row].second].push_back({row, 1.0});
    }
    part_.resize(3 * bonds_.size());
}

size_t CollectBondVelocity::n_entity() const
{
    return bonds_.size();
}

void CollectBondVelocity::sample(double *row)
{
    // Owned atoms only: at the end of a step the velocities of ghost atoms are those of an earlier step.
    std::fill(part_.begin(), part_.end(), 0.0);
    for (int i = 0; i < atom->nlocal; i++) {
        const auto found = share_.find(atom->tag[i]);
        if (found == share_.end()) {
            continue;
        }
        for (const Share &share : found->second) {
            for (size_t k = 0; k < 3; k++) {
                part_[3 * share.bond + k] += share.sign * atom->v[i][k];
            }
        }
    }
    // Each value has at most two contributions that are not zero, so the sum is exact in any order.
    MPI_Allreduce(part_.data(), row, static_cast<int>(part_.size()), MPI_DOUBLE, MPI_SUM, world);
}
} // namespace LAMMPS_NS
