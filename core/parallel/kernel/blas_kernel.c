/* SPDX-License-Identifier: BSD-3-Clause */
/* OpenBLAS chooses its kernels once, in its constructor, from a list of processor models. A processor younger than the
 * list gets the slowest ones: Debian 12's OpenBLAS 0.3.21 runs matrix products on a 2023 Xeon at a quarter of what its
 * own AVX-512 kernels reach there. The choice can be overridden by OPENBLAS_CORETYPE, so this library, which the linker
 * marks to be initialised first, names a kernel by what the processor can do. A value set by the user stays.
 *
 * That serves plugins. In a program that is just starting the C library is not ready yet and takes its environment from
 * the kernel afterwards; programs start once more instead. */
#include <mdgan/kernel.h>
#include <stdlib.h>
#include <unistd.h>

#define VARIABLE "OPENBLAS_CORETYPE"

__attribute__((constructor)) static void name_kernel(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl")) {
        setenv(VARIABLE, "SkylakeX", 0);
    } else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        setenv(VARIABLE, "Haswell", 0);
    }
#endif
}

__attribute__((visibility("default"))) void mdgan_kernel_select(char **const argv)
{
    if (getenv(VARIABLE)) {
        return;
    }
    name_kernel();
    if (getenv(VARIABLE)) {
        execv("/proc/self/exe", argv);
    }
}
