/* SPDX-License-Identifier: GPL-2.0-only */
#include "collect_atoms.h"

#include <cstdio>
#include <limits>
#include <utility>

#include "domain.h"
#include "group.h"
#include "units.h"
#include "update.h"

namespace LAMMPS_NS
{
void AtomTable::build(const std::vector<tagint> &tags, bigint dense)
{
    array_.clear();
    list_.clear();
    const tagint largest = tags.empty() ? 0 : *std::max_element(tags.begin(), tags.end());
    const int n = static_cast<int>(tags.size());
    if (largest <= dense) {
        array_.assign(static_cast<size_t>(largest) + 1, none);
        for (int slot = 0; slot < n; slot++) {
            array_[tags[slot]] = slot;
        }
        return;
    }
    for (int slot = 0; slot < n; slot++) {
        list_.push_back({tags[slot], slot});
    }
    std::sort(list_.begin(), list_.end(), [](const Item &a, const Item &b) { return a.tag < b.tag; });
}

int AtomTable::find_in_list(tagint tag) const
{
    const auto item =
        std::lower_bound(list_.begin(), list_.end(), tag, [](const Item &a, tagint b) { return a.tag < b; });
    return item != list_.end() && item->tag == tag ? item->slot : none;
}

CollectAtoms::CollectAtoms(LAMMPS *lammps, int groupbit, const HostError &complain, std::string name)
    : Collect(lammps, groupbit, complain), name_(std::move(name)), n_axis_(static_cast<size_t>(domain->dimension)),
      n_member_(0), n_value_(0), n_rank_(1)
{
    if (!atom->tag_enable) {
        complain.fail("feature " + name_ + " needs atom IDs, but this system has none; remove atom_modify id no");
    }
    refuse_dynamic_group();
    MPI_Comm_size(world, &n_rank_);
}

void CollectAtoms::refuse_dynamic_group() const
{
    int i = 0;
    while (group->bitmask[i] != groupbit_) {
        i++;
    }
    if (group->dynamic[i]) {
        complain_.fail("feature " + name_ + ": the atoms of group " + group->names[i] +
                       " change from step to step, but those of a feature must not; make it static (group " +
                       group->names[i] + " static), or choose another");
    }
}

mdgan_feature CollectAtoms::describe_as(const std::string &name, mdgan_kind kind, size_t n_vector) const
{
    const UnitNames *const names = unit_names(update->unit_style);
    const char *const unit = !names ? "" : kind == MDGAN_VELOCITY ? names->velocity : names->length;
    mdgan_feature feature = {};
    std::snprintf(feature.name, sizeof feature.name, "%s", name.c_str());
    feature.kind = kind;
    feature.n_component = n_axis_ * n_vector;
    feature.isotropic = n_axis_ == 3;
    feature.reversible = true;
    std::snprintf(feature.value_unit, sizeof feature.value_unit, "%s", unit);
    return feature;
}

std::vector<int> CollectAtoms::owned() const
{
    std::vector<int> indices;
    for (int i = 0; i < atom->nlocal; i++) {
        if (atom->mask[i] & groupbit_) {
            indices.push_back(i);
        }
    }
    return indices;
}

template <class T> std::vector<T> CollectAtoms::gather_as(const std::vector<T> &part, MPI_Datatype type) const
{
    const bigint n_part = static_cast<bigint>(part.size());
    bigint n_all = 0;
    MPI_Allreduce(&n_part, &n_all, 1, MPI_LMP_BIGINT, MPI_SUM, world);
    if (n_all > std::numeric_limits<int>::max()) {
        complain_.fail("feature " + name_ + ": " + std::to_string(n_all) +
                       " values are more than one MPI call can gather; choose a smaller group");
    }
    const int n = static_cast<int>(n_part);
    std::vector<int> count(n_rank_), offset(n_rank_ + 1, 0);
    MPI_Allgather(&n, 1, MPI_INT, count.data(), 1, MPI_INT, world);
    for (int rank = 0; rank < n_rank_; rank++) {
        offset[rank + 1] = offset[rank] + count[rank];
    }
    std::vector<T> all(n_all);
    MPI_Allgatherv(part.data(), n, type, all.data(), count.data(), offset.data(), type, world);
    return all;
}

std::vector<tagint> CollectAtoms::gather(const std::vector<tagint> &part) const
{
    return gather_as(part, MPI_LMP_TAGINT);
}

std::vector<double> CollectAtoms::gather(const std::vector<double> &part) const
{
    return gather_as(part, MPI_DOUBLE);
}

std::vector<tagint> CollectAtoms::group_tags() const
{
    std::vector<tagint> part;
    for (const int i : owned()) {
        part.push_back(atom->tag[i]);
    }
    std::vector<tagint> tags = gather(part);
    std::sort(tags.begin(), tags.end());
    return tags;
}

AtomTable CollectAtoms::table(const std::vector<tagint> &tags) const
{
    // LAMMPS's own IDs run from 1 to about the number of atoms; its atom map assumes the same.
    const bigint atoms_per_id = 4;
    AtomTable result;
    result.build(tags, atoms_per_id * atom->natoms);
    return result;
}

void CollectAtoms::refuse_other_members() const
{
    complain_.fail("feature " + name_ +
                   ": its atoms, bonds or molecules are not those of before (group, delete_atoms, reset_atom_ids, "
                   "bond/swap or set has changed them); unfix the fix and define it again");
}

void CollectAtoms::set_members(const std::vector<tagint> &tags, size_t n_value)
{
    if (n_value >= static_cast<size_t>(std::numeric_limits<int>::max())) {
        complain_.fail("feature " + name_ + ": " + std::to_string(n_value) +
                       " values per frame are more than one MPI call can sum; choose a smaller group");
    }
    // Others in their place would go on with their series; the number of entities is for the fix to compare.
    if (!tags_.empty() && n_value_ == n_value && tags_ != tags) {
        refuse_other_members();
    }
    tags_ = tags;
    members_ = table(tags);
    n_member_ = tags.size();
    n_value_ = n_value;
    part_.assign(n_rank_ == 1 ? 0 : n_value + 1, 0.0);
}

void CollectAtoms::finish(double *row, size_t n_found)
{
    double n_all = static_cast<double>(n_found);
    if (n_rank_ > 1) {
        part_[n_value_] = n_all;
        MPI_Allreduce(MPI_IN_PLACE, part_.data(), static_cast<int>(n_value_ + 1), MPI_DOUBLE, MPI_SUM, world);
        n_all = part_[n_value_];
        std::copy(part_.begin(), part_.end() - 1, row);
    }
    if (n_all != static_cast<double>(n_member_)) {
        complain_.fail("feature " + name_ + ": " + std::to_string(n_member_) + " atoms make it up, but only " +
                       std::to_string(static_cast<bigint>(n_all)) +
                       " are left; atoms must not leave the simulation (thermo_modify lost, fix evaporate)");
    }
}
} // namespace LAMMPS_NS
