/* SPDX-License-Identifier: BSD-3-Clause */
/* The feature that most tests are about. */
#ifndef MDGAN_TEST_FEATURES_H
#define MDGAN_TEST_FEATURES_H

#include <mdgan/dataset.h>

/* O-H bonds of water in LAMMPS's `real` units, with @p dt fs between frames. */
static inline mdgan_feature bond_velocity(const double dt)
{
    return (mdgan_feature){.name = "bond/velocity 1",
                           .kind = MDGAN_VELOCITY,
                           .n_component = 3,
                           .isotropic = true,
                           .reversible = true,
                           .value_unit = "Angstrom fs-1",
                           .length_unit = "Angstrom",
                           .time_unit = "fs",
                           .dt = dt,
                           .stride = 4};
}

#endif
