/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * Features of listed atoms from positions alone, which is all that mdrun hands over.
 *
 * Velocities are backward differences v(t) = (x(t) - x(t - dt)) / dt over one step. These are the velocities of the
 * leap-frog integrator, which belong to t - dt/2 and are what mdrun writes into the frame of t.
 */
#ifndef MDGAN_GMX_LISTED_FEATURE_H
#define MDGAN_GMX_LISTED_FEATURE_H

#include <memory>
#include <vector>

#include <mdgan/dataset.h>

#include "../atom_list.h"
#include "step_positions.h"

namespace mdgan
{
class ListedFeature
{
  public:
    virtual ~ListedFeature() = default;

    virtual mdgan_kind kind() const = 0;

    /** Values into @p row, [entity][component]. @p now and @p before: positions of the members of the list in this step
     * and, for velocities, the one before, @p dt ps earlier. Positions are followed across periodic boundaries from
     * call to call. */
    virtual void sample(const std::vector<Vector> &now, const std::vector<Vector> &before, double dt, const Cell &cell,
                        std::vector<float> &row) = 0;
};

/** The feature that @p list was made for. Throws if there is none of that name, or the list cannot be one of it. */
std::unique_ptr<ListedFeature> createListedFeature(const AtomList &list);
} // namespace mdgan

#endif
