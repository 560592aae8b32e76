/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * Backups of older files, named and numbered as GROMACS does. Its own make_backup() ends the process where no name is
 * left, with some outputs in place and others not; here that is an exception, and can be asked for in advance.
 */
#ifndef MDGAN_GMX_BACKUP_H
#define MDGAN_GMX_BACKUP_H

#include <string>

namespace mdgan
{
/** Has no backups made in this process (-nobackup): older files are replaced. */
void disableBackups();

/** Throws if @p path is there and no name is left for a backup of it. */
void requireBackupName(const std::string &path);

/** Makes room for a new file @p path: one that is there is kept as #path.1# or so. */
void backUp(const std::string &path);
} // namespace mdgan

#endif
