/* SPDX-License-Identifier: BSD-3-Clause */
#include <mdgan/interrupt.h>

#include <signal.h>
#include <stddef.h>

/* A signal handler can reach nothing but a static variable. */
static volatile sig_atomic_t signalled = 0;
static struct sigaction interrupt_before, terminate_before;

static void remember(int number)
{
    (void)number;
    signalled = 1;
}

void mdgan_interrupt_begin(void)
{
    struct sigaction action = {.sa_handler = remember};
    action.sa_flags = (int)(SA_RESETHAND | SA_RESTART);
    sigemptyset(&action.sa_mask);
    signalled = 0;
    sigaction(SIGINT, &action, &interrupt_before);
    sigaction(SIGTERM, &action, &terminate_before);
}

void mdgan_interrupt_end(void)
{
    sigaction(SIGINT, &interrupt_before, NULL);
    sigaction(SIGTERM, &terminate_before, NULL);
}

bool mdgan_interrupted(void)
{
    return signalled != 0;
}

const char *mdgan_interrupt_reason(void *context)
{
    (void)context;
    return mdgan_interrupted() ? "interrupted by a signal" : NULL;
}
