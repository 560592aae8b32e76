/* SPDX-License-Identifier: GPL-2.0-only */
/** @file
 * What the features that add up shares of single atoms have in common: atoms found by their ID, one sum over the ranks.
 */
#ifndef MDGAN_COLLECT_ATOMS_H
#define MDGAN_COLLECT_ATOMS_H

#include <algorithm>
#include <vector>

#include "atom.h"
#include "collect.h"

namespace LAMMPS_NS
{
/** Atom ID -> slot, the atom's place in a list of IDs. */
class AtomTable
{
  public:
    static constexpr int none = -1; ///< slot of an ID that is not in the list

    /** @p tags: different IDs. A plain array serves as long as no ID is above @p dense, a sorted list beyond. */
    void build(const std::vector<tagint> &tags, bigint dense);

    int find(tagint tag) const
    {
        if (list_.empty()) {
            return tag >= 0 && static_cast<size_t>(tag) < array_.size() ? array_[tag] : none;
        }
        return find_in_list(tag);
    }

  private:
    struct Item {
        tagint tag;
        int slot;
    };
    int find_in_list(tagint tag) const;

    std::vector<int> array_; ///< [largest ID + 1]
    std::vector<Item> list_; ///< by ascending ID, in place of the array
};

/** A feature whose row is a sum of shares of single atoms, its members. */
class CollectAtoms : public Collect
{
  public:
    CollectAtoms(LAMMPS *lammps, int groupbit, const HostError &complain, std::string name);

  protected:
    const std::string name_; ///< of the feature, for errors
    const size_t n_axis_;    ///< components of a vector: x, y and, in three dimensions, z

    /** A feature of @p n_vector vectors per entity, called @p name, in LAMMPS's unit of velocities or positions. */
    mdgan_feature describe_as(const std::string &name, mdgan_kind kind, size_t n_vector) const;

    /** Indices of the atoms of the group that this rank owns. */
    std::vector<int> owned() const;

    /** Everybody's part, one after the other, on every rank. Collective. */
    std::vector<tagint> gather(const std::vector<tagint> &part) const;
    std::vector<double> gather(const std::vector<double> &part) const;

    /** IDs of all atoms of the group, ascending, on every rank. Collective. */
    std::vector<tagint> group_tags() const;

    /** A table of @p tags. */
    AtomTable table(const std::vector<tagint> &tags) const;

    /** LAMMPS's error for members that are no longer those of before. */
    [[noreturn]] void refuse_other_members() const;

    /** From now on the atoms @p tags, different IDs, share in a row of @p n_value values. Others in as large a row end
     * in LAMMPS's error. */
    void set_members(const std::vector<tagint> &tags, size_t n_value);

    /** Sums up a row: @p add(slot, i, part) adds to part, [n_value], what owned atom i, member number slot, gives.
     * Ghost atoms are no use: at the end of a step their velocities are those of an earlier one. Collective. */
    template <class Add> void sum(double *row, Add add)
    {
        double *const part = n_rank_ == 1 ? row : part_.data();
        std::fill(part, part + n_value_, 0.0);
        size_t n_found = 0;
        for (int i = 0; i < atom->nlocal; i++) {
            const int slot = members_.find(atom->tag[i]);
            if (slot != AtomTable::none) {
                add(slot, i, part);
                n_found++;
            }
        }
        finish(row, n_found);
    }

  private:
    void refuse_dynamic_group() const;
    void finish(double *row, size_t n_found);
    template <class T> std::vector<T> gather_as(const std::vector<T> &part, MPI_Datatype type) const;

    AtomTable members_;
    std::vector<tagint> tags_; ///< the members'
    size_t n_member_;
    size_t n_value_;
    int n_rank_;
    std::vector<double> part_; ///< [n_value + 1], sum over the owned atoms and their number
};
} // namespace LAMMPS_NS

#endif
