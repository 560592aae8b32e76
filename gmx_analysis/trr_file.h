/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * Writing .trr files, in single precision. GROMACS's own writer ends the process when the disk is full, and leaves a
 * torn file behind.
 */
#ifndef MDGAN_GMX_TRR_FILE_H
#define MDGAN_GMX_TRR_FILE_H

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace mdgan
{
class TrrFile
{
  public:
    /** Makes @p path anew. good() tells whether that worked. */
    TrrFile(const std::string &path, size_t atomCount);
    ~TrrFile();

    TrrFile(const TrrFile &) = delete;
    TrrFile &operator=(const TrrFile &) = delete;

    bool good() const;

    /** One frame; @p time in ps, @p box: [9], @p x, @p v: [atom][3], in nm and nm/ps. False: errno says why. */
    bool write(int64_t step, double time, const double *box, const double *x, const double *v);

    /** False if what was written did not reach the file. */
    bool close();

  private:
    void put(uint32_t bits);
    void put(const double *value, size_t count);

    size_t atomCount_;
    std::FILE *file_;
    std::vector<unsigned char> bytes_; ///< of the frame at hand
};
} // namespace mdgan

#endif
