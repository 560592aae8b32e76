/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * Features that gmx_mdgan can read from frames of GROMACS, and their registry.
 *
 * A new feature is one file with a class derived from Feature and one line in feature.cpp.
 */
#ifndef MDGAN_GMX_FEATURE_H
#define MDGAN_GMX_FEATURE_H

#include <memory>
#include <string>
#include <vector>

#include <mdgan/dataset.h>

#include "atom_list.h"

struct t_pbc;

namespace gmx
{
class Selection;
class TopologyInformation;
} // namespace gmx

namespace mdgan
{
/** Options that only features look at. */
struct FeatureOptions {
    std::string name;                     ///< -feature
    std::vector<std::string> bondPattern; ///< -bond: none, or two patterns of names
    int partCount;                        ///< -parts
};

/** Entities of one kind and their values in a frame. Lengths in nm, times in ps. */
class Feature
{
  public:
    virtual ~Feature() = default;

    virtual mdgan_kind kind() const = 0;

    /** Whether bonds or molecules are looked up, which only a run input file has. */
    virtual bool needsRunInput() const = 0;

    /** Whether molecules have to be made whole before they are sampled; valid after init(). */
    virtual bool needsWholeMolecules() const = 0;

    /** Finds the entities. Called once; @p selection is that of the user. */
    virtual void init(const gmx::TopologyInformation &topology, const gmx::Selection &selection) = 0;

    /** Name, kind, components, symmetry and units; valid after init(). The time step is not the feature's business. */
    virtual mdgan_feature describe() const = 0;

    virtual size_t entityCount() const = 0;

    /** Masses of the particles that stand for the entities in trajectories, [entity][component / 3], u. */
    virtual std::vector<double> masses() const = 0;

    /** The atoms behind the entities, for the kernel in mdrun. Valid after init(), with the same arguments. */
    virtual AtomList atoms(const gmx::TopologyInformation &topology, const gmx::Selection &selection) const = 0;

    /** Values of the current frame of @p selection into @p row, [entity][component]. To be called for every frame,
     * since positions are followed across periodic boundaries. */
    virtual void sample(const gmx::Selection &selection, const t_pbc *pbc, std::vector<float> &row) = 0;
};

/** The names of all features, for the option; ends with a null pointer. */
const char *const *featureNames();

/** Throws if there is no feature of that name. */
std::unique_ptr<Feature> createFeature(const FeatureOptions &options);
} // namespace mdgan

#endif
