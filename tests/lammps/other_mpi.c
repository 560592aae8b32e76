/* SPDX-License-Identifier: BSD-3-Clause */
/** @file
 * Preloaded in tests: the answers of an MPI library, or a LAMMPS, that the plugin was not built for.
 */
#include <stdio.h>
#include <stdlib.h>

#ifdef SERIAL_LAMMPS
int lammps_config_has_mpi_support(void);

int lammps_config_has_mpi_support(void)
{
    return 0;
}
#else
int MPI_Get_library_version(char *version, int *length);

int MPI_Get_library_version(char *version, int *length)
{
    *length = sprintf(version, "MPICH Version: 4.0.2\nMPICH Release date: today");
    return 0;
}
#endif
