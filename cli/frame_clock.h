/* SPDX-License-Identifier: BSD-3-Clause */
/* Lines on standard error that say how far a long command has come. */
#ifndef MDGAN_CLI_FRAME_CLOCK_H
#define MDGAN_CLI_FRAME_CLOCK_H

#include <stddef.h>

typedef struct frame_clock {
    const char *command;
    double start, last; /* monotonic clock, s */
} frame_clock;

frame_clock frame_clock_start(const char *command);
double frame_clock_seconds(const frame_clock *clock);
/* At most one line every two seconds. */
void frame_clock_report(frame_clock *clock, size_t done, size_t wanted);

#endif
