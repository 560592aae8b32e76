/* SPDX-License-Identifier: BSD-3-Clause */
/** @file
 * Control-C, SIGTERM and SIGHUP that end a piece of work rather than the program; for programs that are their own host.
 */
#ifndef MDGAN_INTERRUPT_H
#define MDGAN_INTERRUPT_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/** From now on the first SIGINT, SIGTERM and SIGHUP is only remembered; the next one ends the program as usual. What is
 * ignored stays so (nohup), and SIGPIPE is: that nobody reads the progress any more is no reason to end. Not
 * to be called again before mdgan_interrupt_end(). */
void mdgan_interrupt_begin(void);

/** These signals do again what they did before. */
void mdgan_interrupt_end(void);

/** Whether one has come since mdgan_interrupt_begin(). */
bool mdgan_interrupted(void);

/** The same for mdgan_host::cancelled: why a training shall end, or NULL. @p context: not used. */
const char *mdgan_interrupt_reason(void *context);

#ifdef __cplusplus
}
#endif
#endif
