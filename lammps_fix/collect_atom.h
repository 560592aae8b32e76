/* SPDX-License-Identifier: GPL-2.0-only */
/** @file
 * Features `atom/velocity` and `atom/position`: velocity and unwrapped position of every atom of the group.
 *
 * Entities are ordered by atom ID, x, y, z each, in two dimensions x, y. Positions are unwrapped by the image flags, as
 * xu, yu, zu of a dump.
 */
#ifndef MDGAN_COLLECT_ATOM_H
#define MDGAN_COLLECT_ATOM_H

#include "collect_atoms.h"

namespace LAMMPS_NS
{
/** What both have in common: the atoms of the group, one vector each. */
class CollectAtom : public CollectAtoms
{
  public:
    void init() override;
    size_t n_entity() const override;

  protected:
    CollectAtom(LAMMPS *lammps, int groupbit, const HostError &complain, const char *name, int &used);

  private:
    size_t n_atom_;
};

class CollectAtomVelocity : public CollectAtom
{
  public:
    CollectAtomVelocity(LAMMPS *lammps, int groupbit, const CollectArgs &args, const HostError &complain, int &used);
    mdgan_feature describe() const override;
    void sample(double *row) override;
};

class CollectAtomPosition : public CollectAtom
{
  public:
    CollectAtomPosition(LAMMPS *lammps, int groupbit, const CollectArgs &args, const HostError &complain, int &used);
    mdgan_feature describe() const override;
    void sample(double *row) override;
};
} // namespace LAMMPS_NS

#endif
