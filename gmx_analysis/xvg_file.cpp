/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <cstddef>
#include <type_traits>

#include "xvg_file.h"

#include <gromacs/fileio/oenv.h>
#include <gromacs/utility/baseversion.h>

#include <mdgan/version.h>

namespace mdgan
{
XvgFile::XvgFile(const std::string &path, XvgFormat format, const XvgHead &head)
    : staged_(path), file_(std::fopen(staged_.temporary().c_str(), "w"))
{
    if (file_ == nullptr) {
        staged_.fail();
    }
    writeHead(format, head);
}

XvgFile::~XvgFile()
{
    if (file_ != nullptr) {
        std::fclose(file_);
    }
}

void XvgFile::writeHead(XvgFormat format, const XvgHead &head)
{
    if (format == XvgFormat::None) {
        return;
    }
    std::fprintf(file_, "# Made by gmx_mdgan %s with GROMACS %s\n", MDGAN_VERSION_TEXT, gmx_version());
    std::fprintf(file_, "@    title \"%s\"\n@    xaxis  label \"%s\"\n@    yaxis  label \"%s\"\n@TYPE %s\n",
                 head.title.c_str(), head.xLabel.c_str(), head.yLabel.c_str(), head.type.c_str());
    if (!head.legend.empty()) {
        std::fprintf(file_, "@ view 0.15, 0.15, 0.75, 0.85\n@ legend on\n@ legend box on\n@ legend loctype view\n"
                            "@ legend 0.78, 0.8\n@ legend length 2\n");
    }
    for (size_t i = 0; i < head.legend.size(); i++) {
        std::fprintf(file_, format == XvgFormat::Xmgr ? "@ legend string %zu \"%s\"\n" : "@ s%zu legend \"%s\"\n", i,
                     head.legend[i].c_str());
    }
}

void XvgFile::row(double x, int decimals, const double *value, size_t count)
{
    std::fprintf(file_, "%.*f", decimals, x);
    for (size_t i = 0; i < count; i++) {
        std::fprintf(file_, " %.9g", value[i]);
    }
    std::fputc('\n', file_);
    if (std::ferror(file_)) {
        staged_.fail();
    }
}

void XvgFile::endSet()
{
    std::fputs("&\n", file_);
}

void XvgFile::close()
{
    const bool written = std::ferror(file_) == 0;
    const bool closed = std::fclose(file_) == 0;
    file_ = nullptr;
    if (!written || !closed) {
        staged_.fail();
    }
}

void XvgFile::commit()
{
    staged_.commit();
}
} // namespace mdgan
