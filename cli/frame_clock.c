/* SPDX-License-Identifier: BSD-3-Clause */
#include "frame_clock.h"

#include <stdio.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

frame_clock frame_clock_start(const char *command)
{
    const double start = now();
    return (frame_clock){.command = command, .start = start, .last = start};
}

double frame_clock_seconds(const frame_clock *clock)
{
    return now() - clock->start;
}

void frame_clock_report(frame_clock *clock, size_t done, size_t wanted)
{
    const double interval = 2, t = now();
    if (t - clock->last < interval || done == 0) {
        return;
    }
    clock->last = t;
    const double left = (t - clock->start) * (double)(wanted - done) / (double)done;
    fprintf(stderr, "mdgan %s: %zu of %zu frames, %.0f s left\n", clock->command, done, wanted, left);
}
