/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "named_file.h"

#include "gmx_error.h"

namespace mdgan
{
namespace
{
bool isSameFile(const NamedFile &a, const NamedFile &b)
{
    return mdgan_file_is_same(a.path.c_str(), b.path.c_str());
}

/** Both would be written under one temporary name, and the later one would take the place of the other. */
void refuseWrittenTwice(const std::vector<NamedFile> &outputs)
{
    for (size_t i = 0; i < outputs.size(); i++) {
        for (size_t j = 0; j < i; j++) {
            if (isSameFile(outputs[i], outputs[j])) {
                refuseInput("'" + outputs[i].path + "' is written by both " + outputs[j].name + " and " +
                            outputs[i].name + ": name another file for one of them");
            }
        }
    }
}
} // namespace

std::string Spelling::operator()(const std::string &name) const
{
    return before + name + after;
}

void refuseSharedFiles(const Spelling &spelling, const mdgan_config &config, std::vector<NamedFile> inputs,
                       std::vector<NamedFile> outputs)
{
    const NamedFile save = {spelling("save"), config.save}, resume = {spelling("resume"), config.resume};
    outputs.insert(outputs.begin(), {save, {spelling("data"), config.data}});
    refuseWrittenTwice(outputs);
    inputs.insert(inputs.end(), {{spelling("load"), config.load}, resume});
    for (const NamedFile &output : outputs) {
        for (const NamedFile &input : inputs) {
            // A later state of the same training may take the place of the one that it goes on from.
            const bool isLaterState = output.name == save.name && input.name == resume.name;
            if (isSameFile(output, input) && !isLaterState) {
                refuseInput("'" + output.path + "' is both read (" + input.name + ") and written (" + output.name +
                            "): name another output");
            }
        }
    }
}
} // namespace mdgan
