/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * Control-C and SIGTERM end a piece of work, not the program.
 */
#ifndef MDGAN_GMX_INTERRUPT_H
#define MDGAN_GMX_INTERRUPT_H

#include <mdgan/interrupt.h>

namespace mdgan
{
/** While it lives, the first of these signals is only remembered; the next one ends the program as usual. */
class InterruptGuard
{
  public:
    InterruptGuard()
    {
        mdgan_interrupt_begin();
    }

    ~InterruptGuard()
    {
        mdgan_interrupt_end();
    }

    InterruptGuard(const InterruptGuard &) = delete;
    InterruptGuard &operator=(const InterruptGuard &) = delete;

    static bool interrupted()
    {
        return mdgan_interrupted();
    }
};
} // namespace mdgan

#endif
