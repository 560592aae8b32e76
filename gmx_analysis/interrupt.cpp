/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "interrupt.h"

namespace mdgan
{
namespace
{
/* A signal handler can reach nothing but a static variable. */
volatile std::sig_atomic_t signalled = 0;

void remember(int)
{
    signalled = 1;
}
} // namespace

InterruptGuard::InterruptGuard() : interrupt_(), terminate_()
{
    signalled = 0;
    struct sigaction action = {};
    action.sa_handler = remember;
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, &interrupt_);
    sigaction(SIGTERM, &action, &terminate_);
}

InterruptGuard::~InterruptGuard()
{
    sigaction(SIGINT, &interrupt_, nullptr);
    sigaction(SIGTERM, &terminate_, nullptr);
}

bool InterruptGuard::interrupted()
{
    return signalled != 0;
}
} // namespace mdgan
