/* SPDX-License-Identifier: BSD-3-Clause */
/* LAMMPS `dump local` text files with the columns index and one per component. */
#ifndef MDGAN_CLI_DUMP_LOCAL_H
#define MDGAN_CLI_DUMP_LOCAL_H

#include <mdgan/dataset.h>
#include <mdgan/status.h>

/* Reads all frames, one line at a time. dt > 0: time between two frames; 0: taken from the file, which then needs
 * `dump_modify ID time yes`. time_unit: of either; NULL: that of LAMMPS's units, which `dump_modify ID units yes` puts
 * into the file, or else fs for dt. Data is overwritten on success only. */
mdgan_status dump_local_read(mdgan_dataset *data, const char *path, mdgan_kind kind, double dt, const char *time_unit,
                             mdgan_error *error);

#endif
