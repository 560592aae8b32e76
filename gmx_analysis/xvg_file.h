/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * .xvg files with the headers that GROMACS writes. The framework's own plot module does not notice a full disk, and
 * puts date and command into the file, so that equal runs give different files; this one does neither.
 */
#ifndef MDGAN_GMX_XVG_FILE_H
#define MDGAN_GMX_XVG_FILE_H

#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

#include "staged_file.h"

enum class XvgFormat : int;

namespace mdgan
{
/** Everything above the numbers. */
struct XvgHead {
    std::string title, xLabel, yLabel;
    std::string type; ///< of the sets: xy, xydy
    std::vector<std::string> legend;
};

class XvgFile
{
  public:
    XvgFile(const std::string &path, XvgFormat format, const XvgHead &head);
    ~XvgFile();

    XvgFile(const XvgFile &) = delete;
    XvgFile &operator=(const XvgFile &) = delete;

    /** One line: @p x with @p decimals digits behind the point, then @p count values. */
    void row(double x, int decimals, const double *value, size_t count);

    /** Ends a set; another one follows. */
    void endSet();

    /** To be called once, after the last row; throws if anything could not be written. */
    void close();
    void commit();

  private:
    void writeHead(XvgFormat format, const XvgHead &head);

    StagedFile staged_;
    std::FILE *file_;
};
} // namespace mdgan

#endif
