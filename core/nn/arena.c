/* SPDX-License-Identifier: BSD-3-Clause */
#include "nn/arena.h"

#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

enum { PAGE = 1 << 21 }; /* a large one of x86 and of most others */

real *arena_memory(const size_t n)
{
    const size_t bytes = (n * sizeof(real) + PAGE - 1) / PAGE * PAGE;
    real *const memory = aligned_alloc(PAGE, bytes);
    if (memory) {
#ifdef MADV_HUGEPAGE
        (void)madvise(memory, bytes, MADV_HUGEPAGE); /* without them it is only slower */
#endif
        memset(memory, 0, bytes);
    }
    return memory;
}
