/* SPDX-License-Identifier: BSD-3-Clause */
/* OpenBLAS chooses its kernels once, in its constructor, from a list of processor models. A processor younger than the
 * list gets the slowest ones: Debian 12's OpenBLAS 0.3.21 runs matrix products on a 2023 Xeon at a quarter of what its
 * own AVX-512 kernels reach there. The choice can be overridden by OPENBLAS_CORETYPE, so this library, which the linker
 * marks to be initialised first, names a kernel by what the processor can do. A value set by the user stays. */
#include <stdlib.h>

#if defined(__x86_64__) && defined(__GNUC__)
__attribute__((constructor)) static void name_kernel(void)
{
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl")) {
        setenv("OPENBLAS_CORETYPE", "SkylakeX", 0);
    } else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        setenv("OPENBLAS_CORETYPE", "Haswell", 0);
    }
}
#endif
