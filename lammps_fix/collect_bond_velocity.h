/* SPDX-License-Identifier: GPL-2.0-only */
/** @file
 * Feature `bond/velocity TYPE`: relative velocity of the two atoms of every bond of a type.
 *
 * Entities are the bonds whose atoms are both in the group, ordered by (smaller atom ID, larger atom ID); the value is
 * v(larger ID) - v(smaller ID).
 */
#ifndef MDGAN_COLLECT_BOND_VELOCITY_H
#define MDGAN_COLLECT_BOND_VELOCITY_H

#include <utility>
#include <vector>

#include "collect_atoms.h"

namespace LAMMPS_NS
{
class CollectBondVelocity : public CollectAtoms
{
  public:
    CollectBondVelocity(LAMMPS *lammps, int groupbit, const CollectArgs &args, const HostError &complain, int &used);

    mdgan_feature describe() const override;
    void init() override;
    size_t n_entity() const override;
    void sample(double *row) override;

  private:
    using Bond = std::pair<tagint, tagint>; ///< (smaller, larger) atom ID
    struct Share {                          ///< what one atom adds to one row
        tagint tag;
        size_t bond;
        double sign;
    };

    std::vector<Bond> local_bonds() const;
    std::vector<Bond> all_bonds() const;
    std::vector<Bond> in_group(const std::vector<Bond> &bonds) const;
    void find_shares();
    /** Of atom i where its first image is: with fix deform remap v LAMMPS adds the box's velocity to that of an atom
     * which crosses a boundary, so that the two of a bond may differ by it. */
    void steady_velocity(int i, double *v) const;

    int type_;                  ///< bond type
    std::vector<Bond> bonds_;   ///< all bonds, the same on every rank
    std::vector<Share> share_;  ///< by ascending atom ID, of all atoms with such a bond
    std::vector<size_t> first_; ///< [atoms + 1], first share of each atom
};
} // namespace LAMMPS_NS

#endif
