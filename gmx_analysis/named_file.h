/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * Files as the user names them, so that no option takes the file of another.
 */
#ifndef MDGAN_GMX_NAMED_FILE_H
#define MDGAN_GMX_NAMED_FILE_H

#include <string>
#include <vector>

#include <mdgan/plugin.h>

namespace mdgan
{
/** How the user of a host writes a name, e.g. "option -oh" or "keyword 'oh'". */
struct Spelling {
    std::string before, after;

    std::string operator()(const std::string &name) const;
};

/** A file, and what names it, as the user writes that. An empty path: none is wanted. */
struct NamedFile {
    std::string name, path;
};

/** Throws where an output, one of @p outputs or the model or windows of @p config, is the file of another one or of an
 * input: @p inputs, and the models that @p config reads. No file need be there yet. */
void refuseSharedFiles(const Spelling &spelling, const mdgan_config &config, std::vector<NamedFile> inputs,
                       std::vector<NamedFile> outputs);
} // namespace mdgan

#endif
