/* SPDX-License-Identifier: BSD-3-Clause */
/* Kinds of processors for which some code is written apart, with instructions that compilers do not find by themselves.
 */
#ifndef MDGAN_NN_PROCESSOR_H
#define MDGAN_NN_PROCESSOR_H

#if defined(__x86_64__) && defined(__GNUC__)
#define HAVE_KINDS
#include <immintrin.h>
#include <stdbool.h>

#define TARGET_AVX2   __attribute__((target("avx2,fma")))
#define TARGET_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")))

/* Whether this processor runs what has these targets. */
static inline bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static inline bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#endif

#endif
