/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <cstddef>
#include <type_traits>

#include "keyword_options.h"

#include <algorithm>
#include <cstring>

#include <gromacs/options/basicoptions.h>
#include <gromacs/options/ioptionscontainer.h>

#include "gmx_error.h"

namespace mdgan
{
namespace
{
/** A default that depends on the keyword `init`, e.g. "linear 2.5, random 0". */
std::string automaticDefault(size_t k)
{
    char linear[64], random[64];
    mdgan_keyword_default(k, MDGAN_INIT_LINEAR, linear, sizeof linear);
    mdgan_keyword_default(k, MDGAN_INIT_RANDOM, random, sizeof random);
    return std::string(linear) == random ? std::string(linear) : std::string("linear ") + linear + ", random " + random;
}

/** Help of one option: meaning, range, unit. */
std::string describe(const mdgan_keyword &keyword, size_t k)
{
    std::string text = keyword.help;
    if (std::strcmp(keyword.type, "file") == 0) {
        return text;
    }
    text += std::string(" (") + keyword.range + (keyword.unit[0] != '\0' ? " " : "") + keyword.unit;
    if (std::strcmp(keyword.type, "word") != 0 && std::strcmp(keyword.value, "auto") == 0) {
        text += "; auto: " + automaticDefault(k);
    }
    return text + ")";
}
} // namespace

KeywordOptions::KeywordOptions()
{
    size_t n = 0;
    const mdgan_keyword *const keywords = mdgan_keyword_list(&n);
    for (size_t k = 0; k < n; k++) {
        std::string option = keywords[k].name;
        std::replace(option.begin(), option.end(), '/', '-');
        entries_.push_back({&keywords[k], option, keywords[k].value, false});
    }
}

void KeywordOptions::addTo(gmx::IOptionsContainer *options, const HostDefaults &hostDefaults)
{
    for (size_t k = 0; k < entries_.size(); k++) {
        Entry &entry = entries_[k];
        std::string help = describe(*entry.keyword, k);
        const auto hostDefault = hostDefaults.find(entry.keyword->name);
        if (hostDefault != hostDefaults.end()) {
            help += "; " + hostDefault->second;
            entry.value.clear();
        }
        options->addOption(gmx::StringOption(entry.option.c_str())
                               .store(&entry.value)
                               .storeIsSet(&entry.isSet)
                               .description(help.c_str()));
    }
}

mdgan_config KeywordOptions::config(const std::string &window) const
{
    mdgan_config config = mdgan_config_defaults();
    mdgan_error error = {};
    check(mdgan_config_set_window(&config, window.c_str(), &error), error);
    for (const Entry &entry : entries_) {
        if (entry.isSet) {
            check(mdgan_config_set(&config, entry.keyword->name, entry.value.c_str(), &error), error);
        }
    }
    return config;
}

bool KeywordOptions::isSet(const char *name) const
{
    return std::any_of(entries_.begin(), entries_.end(), [name](const Entry &entry) {
        return entry.isSet && std::strcmp(entry.keyword->name, name) == 0;
    });
}
} // namespace mdgan
