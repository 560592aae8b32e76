/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "description.h"

#include <cstdio>

namespace mdgan
{
mdgan_feature describeFeature(const std::string &name, mdgan_kind kind, size_t componentCount)
{
    mdgan_feature feature = {};
    std::snprintf(feature.name, sizeof feature.name, "%s", name.c_str());
    feature.kind = kind;
    feature.n_component = componentCount;
    feature.isotropic = true;
    feature.reversible = true;
    std::snprintf(feature.value_unit, sizeof feature.value_unit, "%s", kind == MDGAN_POSITION ? "nm" : "nm ps-1");
    std::snprintf(feature.length_unit, sizeof feature.length_unit, "nm");
    std::snprintf(feature.time_unit, sizeof feature.time_unit, "ps");
    return feature;
}
} // namespace mdgan
