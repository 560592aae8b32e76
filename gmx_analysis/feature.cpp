/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <cstddef>
#include <type_traits>

#include "feature.h"

#include "feature_bond_velocity.h"
#include "feature_molecule.h"
#include "feature_selected.h"
#include "gmx_error.h"

namespace mdgan
{
namespace
{
struct Entry {
    const char *name;
    std::unique_ptr<Feature> (*create)(const FeatureOptions &options);
};

const Entry entries[] = {
    {"bond-velocity", createBondVelocity}, {"mol-com", createMoleculeCentre},    {"mol-parts", createMoleculeParts},
    {"velocity", createSelectedVelocity},  {"position", createSelectedPosition},
};

constexpr size_t entryCount = sizeof entries / sizeof entries[0];
} // namespace

const char *const *featureNames()
{
    static const char *const names[] = {entries[0].name, entries[1].name, entries[2].name,
                                        entries[3].name, entries[4].name, nullptr};
    static_assert(sizeof names / sizeof names[0] == entryCount + 1, "one name per feature, and the end");
    return names;
}

std::unique_ptr<Feature> createFeature(const FeatureOptions &options)
{
    for (const Entry &entry : entries) {
        if (options.name == entry.name) {
            return entry.create(options);
        }
    }
    refuseOption("Option -feature got '" + options.name + "', which is no feature");
}
} // namespace mdgan
