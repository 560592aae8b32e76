/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 * Control-C and SIGTERM during a training end the training, not the program: the best model so far is kept.
 */
#ifndef MDGAN_GMX_INTERRUPT_H
#define MDGAN_GMX_INTERRUPT_H

#include <csignal>

namespace mdgan
{
/** While it lives, the first of these signals is only remembered; the next one ends the program as usual. */
class InterruptGuard
{
  public:
    InterruptGuard();
    ~InterruptGuard();

    InterruptGuard(const InterruptGuard &) = delete;
    InterruptGuard &operator=(const InterruptGuard &) = delete;

    static bool interrupted();

  private:
    struct sigaction interrupt_, terminate_; ///< as they were before
};
} // namespace mdgan

#endif
