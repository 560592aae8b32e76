/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * Every keyword of mdgan as an option of GROMACS, made from the keyword table: `critic/steps` is `-critic-steps`.
 */
#ifndef MDGAN_KEYWORD_OPTIONS_H
#define MDGAN_KEYWORD_OPTIONS_H

#include <map>
#include <string>
#include <vector>

#include <mdgan/plugin.h>

namespace gmx
{
class IOptionsContainer;
}

namespace mdgan
{
class KeywordOptions
{
  public:
    KeywordOptions();

    /** Keywords whose default is the host's, and what to say of it. */
    using HostDefaults = std::map<std::string, std::string>;

    /** Adds one option for every keyword; the object must outlive @p options. */
    void addTo(gmx::IOptionsContainer *options, const HostDefaults &hostDefaults);

    /** The options as given, with M from @p window. Throws with the texts of the keyword table. */
    mdgan_config config(const std::string &window) const;

    /** Whether the user gave keyword @p name. */
    bool isSet(const char *name) const;

  private:
    struct Entry {
        const mdgan_keyword *keyword;
        std::string option; ///< name of the option, without the dash
        std::string value;  ///< as given; the default where nothing was
        bool isSet;
    };
    std::vector<Entry> entries_; ///< in table order; never grows once options point into it
};
} // namespace mdgan

#endif
