/* SPDX-License-Identifier: BSD-3-Clause */
#include <mdgan/interrupt.h>

#include <signal.h>
#include <stddef.h>

/* A signal handler can reach nothing but a static variable. */
static volatile sig_atomic_t signalled = 0;

/* The last one is what a reader of the progress leaves behind: no reason to lose a training. */
static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
enum { N_NUMBER = sizeof numbers / sizeof *numbers };
static struct sigaction before[N_NUMBER];

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
    for (size_t i = 0; i < N_NUMBER; i++) {
        sigaction(numbers[i], NULL, &before[i]);
        const struct sigaction ignore = {.sa_handler = SIG_IGN};
        if (before[i].sa_handler != SIG_IGN) { /* nohup, or a background job of a script */
            sigaction(numbers[i], numbers[i] == SIGPIPE ? &ignore : &action, NULL);
        }
    }
}

void mdgan_interrupt_end(void)
{
    for (size_t i = 0; i < N_NUMBER; i++) {
        sigaction(numbers[i], &before[i], NULL);
    }
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
