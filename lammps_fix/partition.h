/* SPDX-License-Identifier: GPL-2.0-only */
/** @file
 * The other partition of a LAMMPS that was started with -partition: where a simulation has its training done, or whom a
 * partition trains for.
 */
#ifndef MDGAN_PARTITION_H
#define MDGAN_PARTITION_H

#include <mdgan/owned.h>

#include "host_error.h"

namespace LAMMPS_NS
{
class LAMMPS;

/** Address of partition @p number (from 0), on rank 0 of this one; nothing on the others. Collective over @p ranks,
 * those of this partition. */
mdgan::Owned<mdgan_peer> find_partition(LAMMPS *lmp, int number, const mdgan_comm *ranks, const HostError &complain);
} // namespace LAMMPS_NS

#endif
