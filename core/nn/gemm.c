/* SPDX-License-Identifier: BSD-3-Clause */
#include "nn/gemm.h"

#include <string.h>

enum { BLOCK_K = 256 }; /* products summed in registers at a time: a panel of b stays in the L1 cache */

/* Of a and of k: element (i, p) of a is a[i * a_row + p * a_step]. */
typedef struct block {
    size_t m, k;
    const real *a;
    size_t a_row, a_step;
} block;

/* Element (p, j) is value[p * ld + j], or value[j * ld + p] if transposed. */
typedef struct matrix_b {
    const real *value;
    size_t ld;
    bool transposed;
} matrix_b;

/* Where a result goes, and what happens to it before. */
typedef struct place {
    real *c;
    size_t ldc;
    bool add, leaky;
    const real *bias, *side;
} place;

/* Four numbers in a register: what is copied, and transposed, at a time. */
typedef real quad __attribute__((vector_size(4 * sizeof(real)), aligned(sizeof(real)), may_alias));

static inline void copy_rows(const size_t rows, const size_t columns, const real *const from, const size_t ld_from,
                             real *const to, const size_t ld_to)
{
    const size_t columns4 = columns / 4 * 4;
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < columns4; j += 4) {
            *(quad *)(to + i * ld_to + j) = *(const quad *)(from + i * ld_from + j);
        }
        for (size_t j = columns4; j < columns; j++) {
            to[i * ld_to + j] = from[i * ld_from + j];
        }
    }
}

static inline void transpose_quad(const real *const from, const size_t ld_from, real *const to, const size_t ld_to)
{
    const quad a = *(const quad *)from, b = *(const quad *)(from + ld_from), c = *(const quad *)(from + 2 * ld_from),
               d = *(const quad *)(from + 3 * ld_from);
    const quad ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5), ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
    const quad cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5), cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    *(quad *)to = __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5);
    *(quad *)(to + ld_to) = __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7);
    *(quad *)(to + 2 * ld_to) = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
    *(quad *)(to + 3 * ld_to) = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
}

/* to[p][j] = b[j][p]: k rows, `width` apart. */
static void pack_transposed(const size_t k, const size_t columns, const size_t width, const real *const b,
                            const size_t ldb, real *const to)
{
    const size_t k4 = k / 4 * 4, columns4 = columns / 4 * 4;
    for (size_t j = 0; j < columns4; j += 4) {
        for (size_t p = 0; p < k4; p += 4) {
            transpose_quad(b + j * ldb + p, ldb, to + p * width + j, width);
        }
    }
    for (size_t j = 0; j < columns; j++) {
        for (size_t p = j < columns4 ? k4 : 0; p < k; p++) {
            to[p * width + j] = b[j * ldb + p];
        }
    }
}

#define KIND  plain
#define BYTES 16
#define ROWS  4
#define TARGET
#include "nn/gemm_kernel.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define HAVE_KINDS
#define KIND   avx2
#define BYTES  32
#define ROWS   6
#define TARGET __attribute__((target("avx2,fma")))
#include "nn/gemm_kernel.h"

#define KIND   avx512
#define BYTES  64
#define ROWS   8
#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")))
#include "nn/gemm_kernel.h"
#endif

#ifdef HAVE_KINDS
static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#endif

typedef void multiply_kind(const block *t, matrix_b b, size_t n, place to);

static multiply_kind *best_kind(void)
{
#ifdef HAVE_KINDS
    if (has_avx512()) {
        return multiply_avx512;
    }
    if (has_avx2()) {
        return multiply_avx2;
    }
#endif
    return multiply_plain;
}

/* Block after block of k, each added to the one before; the last one finishes. */
static void multiply_blocks(multiply_kind *const multiply, const block t, const matrix_b b, const size_t n,
                            const size_t k, place to, const gemm_finish *const finish)
{
    const size_t n_block = (k + BLOCK_K - 1) / BLOCK_K;
    for (size_t i = 0; i < n_block; i++) {
        const size_t first = k * i / n_block;
        block part = t;
        matrix_b rows = b;
        part.k = k * (i + 1) / n_block - first;
        part.a += first * t.a_step;
        rows.value += b.transposed ? first : first * b.ld;
        if (finish && i + 1 == n_block) {
            to.bias = finish->bias;
            to.leaky = finish->leaky;
            to.side = finish->side;
        }
        multiply(&part, rows, n, to);
        to.add = true;
    }
}

void gemm_nt(const size_t m, const size_t n, const size_t k, const real *const a, const size_t lda, const real *const b,
             const size_t ldb, const bool add, real *const c, const size_t ldc, const gemm_finish *const finish)
{
    multiply_blocks(best_kind(), (block){.m = m, .a = a, .a_row = lda, .a_step = 1},
                    (matrix_b){.value = b, .ld = ldb, .transposed = true}, n, k,
                    (place){.c = c, .ldc = ldc, .add = add}, finish);
}

void gemm_nn(const size_t m, const size_t n, const size_t k, const real *const a, const size_t lda, const real *const b,
             const size_t ldb, const bool add, real *const c, const size_t ldc, const gemm_finish *const finish)
{
    multiply_blocks(best_kind(), (block){.m = m, .a = a, .a_row = lda, .a_step = 1}, (matrix_b){.value = b, .ld = ldb},
                    n, k, (place){.c = c, .ldc = ldc, .add = add}, finish);
}

void gemm_tn(const size_t m, const size_t n, const size_t k, const real *const a, const size_t lda, const real *const b,
             const size_t ldb, const bool add, real *const c, const size_t ldc, const gemm_finish *const finish)
{
    multiply_blocks(best_kind(), (block){.m = m, .a = a, .a_row = 1, .a_step = lda}, (matrix_b){.value = b, .ld = ldb},
                    n, k, (place){.c = c, .ldc = ldc, .add = add}, finish);
}
