/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <cstddef>
#include <type_traits>

#include "selected_atoms.h"

#include <gromacs/selection/selection.h>
#include <gromacs/topology/topology.h>
#include <gromacs/trajectoryanalysis/topologyinformation.h>
#include <gromacs/utility/arrayref.h>

#include "gmx_error.h"

namespace mdgan
{
std::vector<int> selectedAtoms(const gmx::Selection &selection, const gmx::TopologyInformation &topology,
                               const std::string &feature)
{
    if (!selection.hasOnlyAtoms()) {
        refuseInput("Feature " + feature + " needs a selection of atoms, but '" + selection.selectionText() +
                    "' selects centres: leave out mol_com of, -selrpos and -seltype");
    }
    std::vector<int> position(topology.mtop()->natoms, -1);
    const gmx::ArrayRef<const int> atoms = selection.atomIndices();
    for (size_t i = 0; i < atoms.size(); i++) {
        position[atoms[i]] = static_cast<int>(i);
    }
    return position;
}
} // namespace mdgan
