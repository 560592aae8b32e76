/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <cstddef>
#include <type_traits>

#include "gmx_error.h"

#include <gromacs/utility/exceptions.h>

namespace mdgan
{
void refuseOption(const std::string &text)
{
    GMX_THROW(gmx::InvalidInputError(text));
}

void refuseInput(const std::string &text)
{
    GMX_THROW(gmx::InconsistentInputError(text));
}

void failFile(const std::string &text)
{
    GMX_THROW(gmx::FileIOError(text));
}

void check(mdgan_status status, const mdgan_error &error)
{
    const std::string text = error.text[0] != '\0' ? error.text : mdgan_status_text(status);
    switch (status) {
    case MDGAN_OK:
        return;
    case MDGAN_INVALID:
        refuseOption(text);
    case MDGAN_FILE:
    case MDGAN_FORMAT:
    case MDGAN_VERSION:
        failFile(text);
    case MDGAN_MEMORY:
        throw std::bad_alloc();
    case MDGAN_NUMERIC:
        GMX_THROW(gmx::ToleranceError(text));
    default:
        refuseInput(text);
    }
}
} // namespace mdgan
