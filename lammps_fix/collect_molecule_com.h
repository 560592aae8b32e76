/* SPDX-License-Identifier: GPL-2.0-only */
/** @file
 * Feature `molecule/com [N]`: unwrapped centres of mass of molecules, or of N consecutive parts of each.
 *
 * Entities are the molecule IDs above 0 that have atoms in the group, ascending; only atoms of the group count. Of a
 * molecule's n atoms, ordered by atom ID, part k = 1..N holds numbers floor((k-1) n/N) + 1 to floor(k n/N), so the
 * sizes differ by one at most. 3N components: x, y, z of the parts one after the other. In two dimensions N is 1, and
 * the components are x and y: only isotropic triplets are learnt as modes, which keep the parts together.
 *
 * Atoms are unwrapped by their image flags, as in compute com/chunk: a molecule whose flags do not keep it together has
 * no meaningful centre. Masses are those at the start of the run. The sum over the atoms runs in the order in which the
 * ranks own them: runs on the same ranks agree bit by bit, others to rounding.
 */
#ifndef MDGAN_COLLECT_MOLECULE_COM_H
#define MDGAN_COLLECT_MOLECULE_COM_H

#include <vector>

#include "collect_atoms.h"

namespace LAMMPS_NS
{
class CollectMoleculeCom : public CollectAtoms
{
  public:
    CollectMoleculeCom(LAMMPS *lammps, int groupbit, const CollectArgs &args, const HostError &complain, int &used);

    mdgan_feature describe() const override;
    void init() override;
    size_t n_entity() const override;
    void sample(double *row) override;

  private:
    struct Member {
        tagint molecule;
        tagint tag;
        double mass;
    };

    struct Share {
        size_t part;   ///< counted over all molecules
        double weight; ///< fraction of the part's mass
    };

    void expect_molecules() const;
    void parse(const CollectArgs &args, int &used);
    std::vector<Member> find_members() const;
    void cut(const Member *member, size_t n);

    size_t n_part_;            ///< N
    size_t n_molecule_;        ///< entities
    std::vector<Share> share_; ///< by slot
};
} // namespace LAMMPS_NS

#endif
