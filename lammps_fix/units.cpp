/* SPDX-License-Identifier: GPL-2.0-only */
#include "units.h"

#include <cstring>

namespace LAMMPS_NS
{
// units electron is left out: its velocities are in Bohr per atomic time unit while its timestep is in fs.
static const UnitNames styles[] = {
    {"lj", "", "", ""},
    {"real", "Angstrom", "fs", "Angstrom fs-1"},
    {"metal", "Angstrom", "ps", "Angstrom ps-1"},
    {"si", "m", "s", "m s-1"},
    {"cgs", "cm", "s", "cm s-1"},
    {"micro", "um", "us", "um us-1"},
    {"nano", "nm", "ns", "nm ns-1"},
};

const UnitNames *unit_names(const char *style)
{
    for (const UnitNames &names : styles) {
        if (std::strcmp(names.style, style) == 0) {
            return &names;
        }
    }
    return nullptr;
}
} // namespace LAMMPS_NS
