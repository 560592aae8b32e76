/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * From global atom indices to positions of a selection, so that -fgroup and any order of atoms are taken care of.
 */
#ifndef MDGAN_GMX_SELECTED_ATOMS_H
#define MDGAN_GMX_SELECTED_ATOMS_H

#include <string>
#include <vector>

namespace gmx
{
class Selection;
class TopologyInformation;
} // namespace gmx

namespace mdgan
{
/** Position in @p selection of every atom of the topology, -1 if it is not selected. Throws if positions are not
 * single atoms, in the name of @p feature. */
std::vector<int> selectedAtoms(const gmx::Selection &selection, const gmx::TopologyInformation &topology,
                               const std::string &feature);
} // namespace mdgan

#endif
