/* SPDX-License-Identifier: BSD-3-Clause */
#include "nn/gemm.h"

#include <string.h>

#include "nn/processor.h"

enum { BLOCK_K = 256 }; /* products summed in registers at a time: a panel of b stays in the L1 cache */

/* Of a and of k: element (i, p) of a is a[i * a_row + p * a_step]. */
typedef struct block {
    size_t m, k;
    const real *a;
    size_t a_row, a_step;
} block;

/* Element (p, j) is value[p * ld + j]. */
typedef struct matrix_b {
    const real *value;
    size_t ld;
} matrix_b;

/* Where a result goes, and what happens to it before. */
typedef struct place {
    real *c;
    size_t ldc;
    bool add, leaky;
    const real *bias, *side;
} place;

/* All rows of `columns` columns, of b and of the result, for one kind of processor. */
typedef void panel_kind(const block *t, const real *b, size_t ldb, size_t columns, place to);

/* Four numbers in a register: what is transposed at a time. */
typedef real quad __attribute__((vector_size(4 * sizeof(real)), aligned(sizeof(real)), may_alias));

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

enum { LINE = 64 / sizeof(real) }; /* numbers that fill a line of the cache: those of `to` are written once */

void gemm_transpose(const size_t rows, const size_t columns, const real *const from, const size_t ld_from,
                    real *const to, const size_t ld_to)
{
    const size_t rows4 = rows / 4 * 4, columns4 = columns / 4 * 4;
    for (size_t stripe = 0; stripe < columns4; stripe += LINE) {
        const size_t end = stripe + LINE < columns4 ? stripe + LINE : columns4;
        for (size_t p = 0; p < rows4; p += 4) {
            for (size_t j = stripe; j < end; j += 4) {
                transpose_quad(from + j * ld_from + p, ld_from, to + p * ld_to + j, ld_to);
            }
        }
    }
    for (size_t j = 0; j < columns; j++) {
        for (size_t p = j < columns4 ? rows4 : 0; p < rows; p++) {
            to[p * ld_to + j] = from[j * ld_from + p];
        }
    }
}

/* What the kinds of processors do in their own ways: parts of a vector, and choices between numbers. */
static inline quad load_some(const real *const x, const size_t n)
{
    quad y = {0};
    memcpy(&y, x, n * sizeof *x);
    return y;
}

static inline void store_some(real *const x, const quad y, const size_t n)
{
    memcpy(x, &y, n * sizeof *x);
}

typedef __typeof__((quad){0} > (quad){0}) quad_mask;

static inline quad choose(const quad_mask which, const quad yes, const quad no)
{
    return (quad)((which & (quad_mask)yes) | (~which & (quad_mask)no));
}

#define KIND  plain
#define BYTES (4 * sizeof(real))
#define ROWS  4
#define TARGET
#define LOAD_SOME(x, n)            ((vector)load_some(x, n))
#define STORE_SOME(x, y, n)        store_some(x, (quad)(y), n)
#define GREATER(x, y)              ((vector)choose((quad)(x) > (quad)(y), (quad)(x), (quad)(y)))
#define WHERE_POSITIVE(x, yes, no) ((vector)choose((quad)(x) > 0, (quad)(yes), (quad)(no)))
#include "nn/gemm_kernel.h"

#ifdef HAVE_KINDS
#ifdef MDGAN_REAL_DOUBLE
#define WIDE(name)          name##_pd
#define MASK_AVX2(n)        _mm256_cmpgt_epi64(_mm256_set1_epi64x((long long)(n)), _mm256_setr_epi64x(0, 1, 2, 3))
#define MASK_WIDEST         __mmask8
#define VECTOR(bits)        __m##bits##d
#define POSITIVE(prefix, x) prefix##_cmp_pd_mask(x, prefix##_setzero_pd(), _CMP_GT_OQ)
#else
#define WIDE(name)          name##_ps
#define MASK_AVX2(n)        _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(n)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))
#define MASK_WIDEST         __mmask16
#define VECTOR(bits)        __m##bits
#define POSITIVE(prefix, x) prefix##_cmp_ps_mask(x, prefix##_setzero_ps(), _CMP_GT_OQ)
#endif
#define FIRST(n) ((1U << (n)) - 1)

/* WHERE_POSITIVE of the kinds that have masks. */
#define BLEND_POSITIVE(prefix, bits, x, yes, no)                                                                       \
    ((vector)WIDE(prefix##_mask_blend)(POSITIVE(prefix, (VECTOR(bits))(x)), (VECTOR(bits))(no), (VECTOR(bits))(yes)))

/* A masked store takes AMD's processors several times as long as one without: half a vector needs none. */
static inline TARGET_AVX2 void store_some_avx2(real *x, const VECTOR(256) y, size_t n)
{
    enum { HALF = 16 / sizeof(real) };
    VECTOR(128) half = WIDE(_mm256_extractf128)(y, 0);
    if (n >= HALF) {
        WIDE(_mm_storeu)(x, half);
        half = WIDE(_mm256_extractf128)(y, 1);
        x += HALF;
        n -= HALF;
    }
    if (n > 0) {
        WIDE(_mm_maskstore)(x, _mm256_castsi256_si128(MASK_AVX2(n)), half);
    }
}

#define KIND                avx2
#define BYTES               32
#define ROWS                6
#define TARGET              TARGET_AVX2
#define LOAD_SOME(x, n)     ((vector)WIDE(_mm256_maskload)(x, MASK_AVX2(n)))
#define STORE_SOME(x, y, n) store_some_avx2(x, (VECTOR(256))(y), n)
#define GREATER(x, y)       ((vector)WIDE(_mm256_max)((VECTOR(256))(x), (VECTOR(256))(y)))
#define WHERE_POSITIVE(x, yes, no)                                                                                     \
    ((vector)WIDE(_mm256_blendv)((VECTOR(256))(no), (VECTOR(256))(yes), (VECTOR(256))((x) > 0)))
#include "nn/gemm_kernel.h"

#define KIND                       avx512
#define BYTES                      64
#define ROWS                       8
#define TARGET                     TARGET_AVX512
#define LOAD_SOME(x, n)            ((vector)WIDE(_mm512_maskz_loadu)((MASK_WIDEST)FIRST(n), x))
#define STORE_SOME(x, y, n)        WIDE(_mm512_mask_storeu)(x, (MASK_WIDEST)FIRST(n), (VECTOR(512))(y))
#define GREATER(x, y)              ((vector)WIDE(_mm512_max)((VECTOR(512))(x), (VECTOR(512))(y)))
#define WHERE_POSITIVE(x, yes, no) BLEND_POSITIVE(_mm512, 512, x, yes, no)
#include "nn/gemm_kernel.h"

/* For few columns: where a vector of 64 bytes is multiplied, two of 32 or 16 are at the same time. */
#define KIND                       half
#define BYTES                      32
#define ROWS                       8
#define TARGET                     TARGET_AVX512
#define LOAD_SOME(x, n)            ((vector)WIDE(_mm256_maskz_loadu)((__mmask8)FIRST(n), x))
#define STORE_SOME(x, y, n)        WIDE(_mm256_mask_storeu)(x, (__mmask8)FIRST(n), (VECTOR(256))(y))
#define GREATER(x, y)              ((vector)WIDE(_mm256_max)((VECTOR(256))(x), (VECTOR(256))(y)))
#define WHERE_POSITIVE(x, yes, no) BLEND_POSITIVE(_mm256, 256, x, yes, no)
#include "nn/gemm_kernel.h"

#define KIND                       quarter
#define BYTES                      16
#define ROWS                       8
#define TARGET                     TARGET_AVX512
#define LOAD_SOME(x, n)            ((vector)WIDE(_mm_maskz_loadu)((__mmask8)FIRST(n), x))
#define STORE_SOME(x, y, n)        WIDE(_mm_mask_storeu)(x, (__mmask8)FIRST(n), (VECTOR(128))(y))
#define GREATER(x, y)              ((vector)WIDE(_mm_max)((VECTOR(128))(x), (VECTOR(128))(y)))
#define WHERE_POSITIVE(x, yes, no) BLEND_POSITIVE(_mm, 128, x, yes, no)
#include "nn/gemm_kernel.h"
#endif

/* What a processor multiplies with: the widest vectors it has, and narrower ones for results of few columns. */
typedef struct kernel {
    size_t lanes; /* numbers in a vector; 0: none narrower */
    panel_kind *panel;
} kernel;

enum { N_KERNEL = 4, WIDEST = 64 / sizeof(real) };

static const kernel plain_kernels[N_KERNEL] = {{4, panel_plain}};
#ifdef HAVE_KINDS
static const kernel avx2_kernels[N_KERNEL] = {{32 / sizeof(real), panel_avx2}};
static const kernel avx512_kernels[N_KERNEL] = {
    {64 / sizeof(real), panel_avx512}, {32 / sizeof(real), panel_half}, {16 / sizeof(real), panel_quarter}};
#endif

static const kernel *best_kernels(void)
{
#ifdef HAVE_KINDS
    if (has_avx512()) {
        return avx512_kernels;
    }
    if (has_avx2()) {
        return avx2_kernels;
    }
#endif
    return plain_kernels;
}

/* Columns to take out of `rest`: two vectors at most, and no second one where a narrower kernel can do what is left. */
static size_t panel_columns(const kernel *const k, const size_t rest)
{
    const size_t lanes = k->lanes;
    if (rest > 2 * lanes) {
        return 2 * lanes;
    }
    return rest > lanes && rest - lanes <= k[1].lanes ? lanes : rest;
}

/* One block of k: panel after panel of the result's columns. */
static void multiply_panels(const kernel *k, const block *const t, const matrix_b b, const size_t n, const place to)
{
    size_t columns = 0;
    for (size_t j = 0; j < n; j += columns) {
        while (n - j <= k[1].lanes) {
            k++;
        }
        columns = panel_columns(k, n - j);
        place here = to;
        here.c += j;
        here.bias = to.bias ? to.bias + j : NULL;
        here.side = to.side ? to.side + j : NULL;
        k->panel(t, b.value + j, b.ld, columns, here);
    }
}

/* Block after block of k, each added to the one before; the last one finishes. */
static void multiply_blocks(const kernel *const kernels, const block t, const matrix_b b, const size_t n,
                            const size_t k, place to, const gemm_finish *const finish)
{
    const size_t n_block = (k + BLOCK_K - 1) / BLOCK_K;
    for (size_t i = 0; i < n_block; i++) {
        const size_t first = k * i / n_block;
        block part = t;
        matrix_b rows = b;
        part.k = k * (i + 1) / n_block - first;
        part.a += first * t.a_step;
        rows.value += first * b.ld;
        if (finish && i + 1 == n_block) {
            to.bias = finish->bias;
            to.leaky = finish->leaky;
            to.side = finish->side;
        }
        multiply_panels(kernels, &part, rows, n, to);
        to.add = true;
    }
}

void gemm_nn(const size_t m, const size_t n, const size_t k, const real *const a, const size_t lda, const real *const b,
             const size_t ldb, const bool add, real *const c, const size_t ldc, const gemm_finish *const finish)
{
    multiply_blocks(best_kernels(), (block){.m = m, .a = a, .a_row = lda, .a_step = 1},
                    (matrix_b){.value = b, .ld = ldb}, n, k, (place){.c = c, .ldc = ldc, .add = add}, finish);
}

/* What a product costs: a vector costs the same if it is not full, and one alone as much as two, as rows are read for
 * each pair. */
static size_t cost_of(const size_t rows, const size_t columns)
{
    return rows * ((columns + 2 * WIDEST - 1) / (2 * WIDEST));
}

enum { NARROW = 32 }; /* columns of a result that may be computed as its transpose */

/* c = (b^T a)^T, two vectors of columns of b^T a at a time. */
static void multiply_swapped(const kernel *const kernels, const size_t m, const size_t n, const size_t k,
                             const matrix_b a, const block b, const place to)
{
    _Alignas(64) real part[NARROW * 2 * WIDEST];
    const place here = {.c = part, .ldc = 2 * WIDEST, .add = to.add};
    size_t rows;
    for (size_t i = 0; i < m; i += rows) {
        const matrix_b some = {.value = a.value + i, .ld = a.ld};
        real *const c = to.c + i * to.ldc;
        rows = m - i < 2 * WIDEST ? m - i : 2 * WIDEST;
        if (to.add) {
            gemm_transpose(n, rows, c, to.ldc, part, 2 * WIDEST);
        }
        multiply_blocks(kernels, b, some, rows, k, here, NULL);
        gemm_transpose(rows, n, part, 2 * WIDEST, c, to.ldc);
    }
}

static void multiply_tn(const kernel *const kernels, const size_t m, const size_t n, const size_t k,
                        const real *const a, const size_t lda, const real *const b, const size_t ldb, const place to,
                        const gemm_finish *const finish)
{
    if (!finish && n <= NARROW && cost_of(n, m) < cost_of(m, n)) {
        multiply_swapped(kernels, m, n, k, (matrix_b){.value = a, .ld = lda},
                         (block){.m = n, .a = b, .a_row = 1, .a_step = ldb}, to);
    } else {
        multiply_blocks(kernels, (block){.m = m, .a = a, .a_row = 1, .a_step = lda}, (matrix_b){.value = b, .ld = ldb},
                        n, k, to, finish);
    }
}

void gemm_tn(const size_t m, const size_t n, const size_t k, const real *const a, const size_t lda, const real *const b,
             const size_t ldb, const bool add, real *const c, const size_t ldc, const gemm_finish *const finish)
{
    multiply_tn(best_kernels(), m, n, k, a, lda, b, ldb, (place){.c = c, .ldc = ldc, .add = add}, finish);
}
