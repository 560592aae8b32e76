/* SPDX-License-Identifier: GPL-2.0-only */
#include "collect_atom.h"

#include "domain.h"

namespace LAMMPS_NS
{
CollectAtom::CollectAtom(LAMMPS *lammps, int groupbit, const HostError &complain, const char *name, int &used)
    : CollectAtoms(lammps, groupbit, complain, name), n_atom_(0)
{
    used = 1;
}

void CollectAtom::init()
{
    const std::vector<tagint> tags = group_tags();
    if (tags.empty()) {
        complain_.fail("feature " + name_ + ": the group has no atoms; choose another group");
    }
    n_atom_ = tags.size();
    set_members(tags, n_axis_ * n_atom_);
}

size_t CollectAtom::n_entity() const
{
    return n_atom_;
}

CollectAtomVelocity::CollectAtomVelocity(LAMMPS *lammps, int groupbit, const CollectArgs &, const HostError &complain,
                                         int &used)
    : CollectAtom(lammps, groupbit, complain, "atom/velocity", used)
{
}

mdgan_feature CollectAtomVelocity::describe() const
{
    return describe_as(name_, MDGAN_VELOCITY, 1);
}

void CollectAtomVelocity::sample(double *row)
{
    sum(row, [this](int slot, int i, double *part) {
        std::copy(atom->v[i], atom->v[i] + n_axis_, part + n_axis_ * static_cast<size_t>(slot));
    });
}

CollectAtomPosition::CollectAtomPosition(LAMMPS *lammps, int groupbit, const CollectArgs &, const HostError &complain,
                                         int &used)
    : CollectAtom(lammps, groupbit, complain, "atom/position", used)
{
}

mdgan_feature CollectAtomPosition::describe() const
{
    return describe_as(name_, MDGAN_POSITION, 1);
}

void CollectAtomPosition::sample(double *row)
{
    sum(row, [this](int slot, int i, double *part) {
        double x[3];
        domain->unmap(atom->x[i], atom->image[i], x);
        std::copy(x, x + n_axis_, part + n_axis_ * static_cast<size_t>(slot));
    });
}
} // namespace LAMMPS_NS
