/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * The input file of the kernel, which mdrun gets with -plumed: one keyword and its value per line.
 */
#ifndef MDGAN_GMX_KERNEL_INPUT_H
#define MDGAN_GMX_KERNEL_INPUT_H

#include <cstdint>
#include <string>

#include <mdgan/plugin.h>

#include "../output.h"

namespace mdgan
{
struct KernelInput {
    mdgan_config config;
    std::string atoms;   ///< file of gmx_mdgan -oa
    std::string feature; ///< what that file must be of; empty: whatever it is of
    int64_t stride;      ///< steps between two frames
    int64_t emitCount;   ///< frames to generate; 0: as many as were collected
    OutputNames output;
};

/** Reads @p path and checks all that can be checked of it. Throws, naming the file and the line. */
KernelInput readKernelInput(const std::string &path);
} // namespace mdgan

#endif
