/* SPDX-License-Identifier: BSD-3-Clause */
/* The product of gemm.c for one kind of processor; included once per kind, with
 *   KIND   suffix of the names
 *   BYTES  of a vector register
 *   ROWS   of a tile: ROWS x 2 sums, the vectors of b and one of a have to fit into the registers
 *   TARGET attribute that lets the compiler use them. */

#define PASTE(name, kind)  name##_##kind
#define EXPAND(name, kind) PASTE(name, kind)
#define NAMED(name)        EXPAND(name, KIND)
#define INLINE             TARGET static inline __attribute__((always_inline))
#define vector             NAMED(vector)
#define LANES              (BYTES / sizeof(real))

/* A register of numbers, wherever they lie. */
typedef real vector __attribute__((vector_size(BYTES), aligned(sizeof(real)), may_alias));
typedef __typeof__((vector){0} > (vector){0}) NAMED(mask);

INLINE vector NAMED(load)(const real *const x)
{
    return *(const vector *)x;
}

INLINE vector NAMED(choose)(const NAMED(mask) which, const vector yes, const vector no)
{
    return (vector)((which & (NAMED(mask))yes) | (~which & (NAMED(mask))no));
}

/* The last step of one vector of the result: what was there, bias, LeakyReLU or its slope. */
INLINE vector NAMED(finish)(vector y, const bool add, const real *const c, const real *const bias, const bool leaky,
                            const real *const side)
{
    if (add) {
        y += NAMED(load)(c);
    }
    if (bias) {
        y += NAMED(load)(bias);
    }
    if (leaky) {
        y = NAMED(choose)(y > 0, y, LEAKY_SLOPE * y);
    }
    if (side) {
        y = NAMED(choose)(NAMED(load)(side) > 0, y, LEAKY_SLOPE * y);
    }
    return y;
}

/* `rows` rows and `n_vector` vectors of the result; both are constants where this is inlined. All k products are summed
 * in registers, in order. */
INLINE void NAMED(tile)(const size_t rows, const size_t n_vector, const block *const t, const real *const a,
                        const real *const b, const size_t ldb, const place to)
{
    vector sum[ROWS][2];
    for (size_t i = 0; i < rows; i++) {
        for (size_t v = 0; v < n_vector; v++) {
            sum[i][v] = (vector){0};
        }
    }
    for (size_t p = 0; p < t->k; p++) {
        vector row[2];
#pragma GCC unroll 2
        for (size_t v = 0; v < n_vector; v++) {
            row[v] = NAMED(load)(b + p * ldb + v * LANES);
        }
#pragma GCC unroll 16
        for (size_t i = 0; i < rows; i++) {
            const real factor = a[i * t->a_row + p * t->a_step];
#pragma GCC unroll 2
            for (size_t v = 0; v < n_vector; v++) {
                sum[i][v] += factor * row[v];
            }
        }
    }
#pragma GCC unroll 16
    for (size_t i = 0; i < rows; i++) {
#pragma GCC unroll 2
        for (size_t v = 0; v < n_vector; v++) {
            const size_t at = i * to.ldc + v * LANES;
            *(vector *)(to.c + at) = NAMED(finish)(sum[i][v], to.add, to.c + at, to.bias ? to.bias + v * LANES : NULL,
                                                   to.leaky, to.side ? to.side + at : NULL);
        }
    }
}

INLINE void NAMED(some_rows)(const size_t rows, const bool wide, const block *const t, const real *const a,
                             const real *const b, const size_t ldb, const place to)
{
    switch (rows) {
#define CASE(n)                                                                                                        \
    case n:                                                                                                            \
        if (wide) {                                                                                                    \
            NAMED(tile)(n, 2, t, a, b, ldb, to);                                                                       \
        } else {                                                                                                       \
            NAMED(tile)(n, 1, t, a, b, ldb, to);                                                                       \
        }                                                                                                              \
        break;
        CASE(1)
        CASE(2)
        CASE(3)
        CASE(4)
#if ROWS >= 6
        CASE(5)
        CASE(6)
#endif
#if ROWS >= 8
        CASE(7)
        CASE(8)
#endif
#undef CASE
    default: /* there are no more rows in a tile */
        break;
    }
}

/* A tile that the result does not fill: through a full one. */
INLINE void NAMED(partial)(const size_t rows, const size_t columns, const block *const t, const real *const a,
                           const real *const b, const place to)
{
    real c[ROWS * 2 * LANES], bias[2 * LANES], side[ROWS * 2 * LANES];
    const bool wide = columns > LANES;
    const size_t width = wide ? 2 * LANES : LANES;
    place full = {.c = c, .ldc = width, .add = to.add, .leaky = to.leaky};
    if (to.add) {
        copy_rows(rows, columns, to.c, to.ldc, c, width);
    }
    if (to.bias) {
        copy_rows(1, columns, to.bias, 0, bias, width);
        full.bias = bias;
    }
    if (to.side) {
        copy_rows(rows, columns, to.side, to.ldc, side, width);
        full.side = side;
    }
    NAMED(some_rows)(rows, wide, t, a, b, width, full);
    copy_rows(rows, columns, c, width, to.c, to.ldc);
}

/* All rows of up to two vectors of columns. */
TARGET static void NAMED(panel)(const block *const t, const real *const b, const size_t ldb, const size_t columns,
                                const place to)
{
    for (size_t i = 0; i < t->m; i += ROWS) {
        const size_t rows = t->m - i < ROWS ? t->m - i : ROWS;
        place here = to;
        here.c += i * to.ldc;
        here.side = to.side ? to.side + i * to.ldc : NULL;
        const real *const a = t->a + i * t->a_row;
        if (columns == 2 * LANES && rows == ROWS) {
            NAMED(tile)(ROWS, 2, t, a, b, ldb, here);
        } else if (columns == 2 * LANES || columns == LANES) {
            NAMED(some_rows)(rows, columns > LANES, t, a, b, ldb, here);
        } else {
            NAMED(partial)(rows, columns, t, a, b, here);
        }
    }
}

/* One block of k: panel after panel of the result's columns. b is used where it lies if its rows are vectors. */
TARGET static void NAMED(multiply)(const block *const t, const matrix_b b, const size_t n, const place to)
{
    _Alignas(64) real packed[BLOCK_K * 2 * LANES];
    for (size_t j = 0; j < n; j += 2 * LANES) {
        const size_t columns = n - j < 2 * LANES ? n - j : 2 * LANES;
        const size_t width = columns > LANES ? 2 * LANES : LANES;
        place here = to;
        here.c += j;
        here.bias = to.bias ? to.bias + j : NULL;
        here.side = to.side ? to.side + j : NULL;
        if (b.transposed) {
            pack_transposed(t->k, columns, width, b.value + j * b.ld, b.ld, packed);
            NAMED(panel)(t, packed, width, columns, here);
        } else if (columns < width) {
            copy_rows(t->k, columns, b.value + j, b.ld, packed, width);
            NAMED(panel)(t, packed, width, columns, here);
        } else {
            NAMED(panel)(t, b.value + j, b.ld, columns, here);
        }
    }
}

#undef PASTE
#undef EXPAND
#undef NAMED
#undef INLINE
#undef vector
#undef LANES
#undef KIND
#undef BYTES
#undef ROWS
#undef TARGET
