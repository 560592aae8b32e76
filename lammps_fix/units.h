/* SPDX-License-Identifier: GPL-2.0-only */
/** @file
 * Names of LAMMPS's units as the H5MD units module writes them.
 */
#ifndef MDGAN_UNITS_H
#define MDGAN_UNITS_H

namespace LAMMPS_NS
{
struct UnitNames {
    const char *style;    ///< argument of the units command
    const char *length;   ///< empty: dimensionless
    const char *time;     ///< unit of the timestep
    const char *velocity; ///< unit of atom velocities
};

/** The names for a unit style, or nullptr if the style's velocities have no such name (units electron). */
const UnitNames *unit_names(const char *style);
} // namespace LAMMPS_NS

#endif
