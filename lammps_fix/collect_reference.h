/* SPDX-License-Identifier: GPL-2.0-only */
/** @file
 * Feature of global values of the input script: one or several references `c_ID`, `f_ID`, `v_name`, then, if wanted,
 * `kind position|velocity|scalar` (default scalar).
 *
 * What a reference x stands for, c_ and f_ alike:
 *
 *   x        the global scalar (1 entity); if there is none, the global vector (its elements are entities); if there is
 *            none either, all columns of the global array. So c_temp is the temperature, as everywhere in LAMMPS.
 *   x[I]     column I of the global array (rows are entities); if there is no array, element I of the vector (1 entity)
 *   x[*]     all columns of the array as components, or all elements of the vector as components of one entity;
 *            x[m*n], x[m*] and x[*n] those from m to n
 *   v_name   the value of an equal-style variable (1 entity), or the elements of a vector-style one (entities), of
 * which v_name[I] and v_name[m*n] take some as components of one entity
 *
 * Several references are components side by side and must have equally many entities. The number of entities is fixed
 * when the fix is defined. Where LAMMPS only knows it after it has been set up (computes per chunk, vector-style
 * variables), a run, `run 0` at least, must have come before. Fixes whose values have a variable length are refused, as
 * by LAMMPS's own fixes.
 *
 * The values are evaluated as fix ave/time does; rank 0's are everybody's. LAMMPS does not say what they are, so they
 * have no unit, and the feature is neither isotropic nor reversible unless the keywords say so.
 */
#ifndef MDGAN_COLLECT_REFERENCE_H
#define MDGAN_COLLECT_REFERENCE_H

#include <vector>

#include "collect.h"
#include "collect_global.h"

namespace LAMMPS_NS
{
/** Whether @p word is a reference rather than the name of a feature. */
bool is_reference(const char *word);

class CollectReference : public Collect
{
  public:
    CollectReference(LAMMPS *lammps, int groupbit, const CollectArgs &args, const HostError &complain, int &used);

    mdgan_feature describe() const override;
    void init() override;
    size_t n_entity() const override;
    void sample(double *row) override;

  private:
    void parse_kind(const CollectArgs &args, int &used);

    const int nevery_;
    mdgan_kind kind_;
    std::vector<GlobalValue> values_; ///< one per reference
    size_t n_component_;              ///< of all references together
};
} // namespace LAMMPS_NS

#endif
