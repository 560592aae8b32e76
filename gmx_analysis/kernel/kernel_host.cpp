/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What gmx_error.h promises, inside mdrun: there is no GROMACS to link to, so failures are exceptions of our own, which
 * plumed_entry.cpp catches. */
#include <stdexcept>

#include "../gmx_error.h"

namespace mdgan
{
void refuseOption(const std::string &text)
{
    throw std::runtime_error(text);
}

void refuseInput(const std::string &text)
{
    throw std::runtime_error(text);
}

void failFile(const std::string &text)
{
    throw std::runtime_error(text);
}

void check(mdgan_status status, const mdgan_error &error)
{
    if (status != MDGAN_OK) {
        throw std::runtime_error(error.text[0] != '\0' ? error.text : mdgan_status_text(status));
    }
}
} // namespace mdgan
