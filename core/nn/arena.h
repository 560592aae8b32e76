/* SPDX-License-Identifier: BSD-3-Clause */
/* One block for all activations. A layout function takes its pieces twice: first from an arena without memory, which
 * only counts, then from one of exactly that size. Nothing is allocated inside the training loop. */
#ifndef MDGAN_NN_ARENA_H
#define MDGAN_NN_ARENA_H

#include <stddef.h>
#include <stdint.h>

#include "nn/real.h"

typedef struct arena {
    real *base; /* NULL while counting */
    size_t used;
} arena;

/* n reals on a cache-line boundary; NULL while counting. */
static inline real *arena_take(arena *a, size_t n)
{
    real *const piece = a->base ? a->base + a->used : NULL;
    a->used += (n + 15) / 16 * 16;
    return piece;
}

/* n zeros to begin an arena with, for free(); NULL if there is no room. In large pages where the system has them:
 * walking through small ones costs a training 2 to 3 % of its time. */
real *arena_memory(size_t n);

#endif
