/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * Output files that appear whole or not at all: written under a temporary name beside the final one, then renamed.
 */
#ifndef MDGAN_GMX_STAGED_FILE_H
#define MDGAN_GMX_STAGED_FILE_H

#include <string>

namespace mdgan
{
class StagedFile
{
  public:
    /** Throws unless a file can be made beside @p path. Empty: stands for no file. */
    explicit StagedFile(const std::string &path);

    /** Removes the temporary file unless commit() was called. */
    ~StagedFile();

    StagedFile(const StagedFile &) = delete;
    StagedFile &operator=(const StagedFile &) = delete;

    /** The name to write to; it has the extension of the final one. */
    const std::string &temporary() const;

    const std::string &path() const;

    /** Makes sure that the data are on the disk and gives the file its name; a file of that name is backed up as
     * GROMACS does. */
    void commit();

    /** Throws that the file cannot be written; errno says why. */
    [[noreturn]] void fail() const;

  private:
    std::string path_, temporary_;
    bool committed_;
};
} // namespace mdgan

#endif
