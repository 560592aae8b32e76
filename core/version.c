/* SPDX-License-Identifier: BSD-3-Clause */
#include <mdgan/version.h>

const char *mdgan_version(void)
{
    return MDGAN_VERSION_TEXT;
}
