/* SPDX-License-Identifier: BSD-3-Clause */
/* The product of gemm.c for one kind of processor; included once per kind, with
 *   KIND   suffix of the names
 *   BYTES  of a vector register
 *   ROWS   of a tile: ROWS x 2 sums, the vectors of b and one of a have to fit into the registers
 *   TARGET attribute that lets the compiler use them
 *   LOAD_SOME(x, n), STORE_SOME(x, y, n): the first n numbers of a vector; nothing behind them is touched
 *   GREATER(x, y): of each pair of numbers
 *   WHERE_POSITIVE(x, yes, no): `yes` where x > 0 */

#define PASTE(name, kind)  name##_##kind
#define EXPAND(name, kind) PASTE(name, kind)
#define NAMED(name)        EXPAND(name, KIND)
#define INLINE             TARGET static inline __attribute__((always_inline))
#define vector             NAMED(vector)
#define LANES              (BYTES / sizeof(real))
/* Nothing in memory is touched earlier or later than it stands here: GCC loads far ahead, runs out of registers, and
 * moves sums to the stack and back. */
#define IN_ORDER __asm__ volatile("" ::: "memory")

/* A register of numbers, wherever they lie. */
typedef real vector __attribute__((vector_size(BYTES), aligned(sizeof(real)), may_alias));

INLINE vector NAMED(load)(const real *const x)
{
    return *(const vector *)x;
}

/* The last vector of a row may be cut off: all of it, or `n` numbers. */
INLINE vector NAMED(load_upto)(const bool all, const real *const x, const size_t n)
{
    return all ? NAMED(load)(x) : LOAD_SOME(x, n);
}

INLINE void NAMED(store_upto)(const bool all, real *const x, const vector y, const size_t n)
{
    if (all) {
        *(vector *)x = y;
    } else {
        STORE_SOME(x, y, n);
    }
}

/* `rows` rows and `n_vector` vectors of the result, the last of them full or of n_last numbers; rows, n_vector and full
 * are constants where this is inlined. All k products are summed in registers, in order. */
INLINE void NAMED(tile)(const size_t rows, const size_t n_vector, const bool full, const size_t n_last,
                        const block *const t, const real *const a, const real *b, const size_t ldb,
                        const place *const to)
{
    vector sum[ROWS][2];
#pragma GCC unroll 16
    for (size_t i = 0; i < rows; i++) {
#pragma GCC unroll 2
        for (size_t v = 0; v < n_vector; v++) {
            sum[i][v] = (vector){0};
            /* The result of a large batch has left the nearest cache since it was last there. */
            __builtin_prefetch(to->c + i * to->ldc + v * LANES, 1);
        }
    }
    const size_t a_row = t->a_row, a_step = t->a_step;
    const real *column = a;
#pragma GCC unroll 2
    for (size_t left = t->k; left > 0; left--, column += a_step, b += ldb) {
        vector row[2];
#pragma GCC unroll 2
        for (size_t v = 0; v < n_vector; v++) {
            row[v] = NAMED(load_upto)(full || v + 1 < n_vector, b + v * LANES, n_last);
        }
#pragma GCC unroll 16
        for (size_t i = 0; i < rows; i++) {
            const real factor = column[i * a_row];
#pragma GCC unroll 2
            for (size_t v = 0; v < n_vector; v++) {
                sum[i][v] += factor * row[v];
            }
            IN_ORDER;
        }
    }
    /* What was there, bias, LeakyReLU (its slope is below 1) or its derivative: one question per tile each. */
#define EVERY_SUM                                                                                                      \
    _Pragma("GCC unroll 16") for (size_t i = 0; i < rows; i++)                                                         \
        _Pragma("GCC unroll 2") for (size_t v = 0; v < n_vector; v++)
    if (to->add) {
        EVERY_SUM
        {
            sum[i][v] += NAMED(load_upto)(full || v + 1 < n_vector, to->c + i * to->ldc + v * LANES, n_last);
            IN_ORDER;
        }
    }
    if (to->bias) {
        EVERY_SUM
        {
            sum[i][v] += NAMED(load_upto)(full || v + 1 < n_vector, to->bias + v * LANES, n_last);
            IN_ORDER;
        }
    }
    if (to->leaky) {
        EVERY_SUM
        {
            sum[i][v] = GREATER(sum[i][v], LEAKY_SLOPE * sum[i][v]);
            IN_ORDER;
        }
    }
    if (to->side) {
        EVERY_SUM
        {
            const vector side = NAMED(load_upto)(full || v + 1 < n_vector, to->side + i * to->ldc + v * LANES, n_last);
            sum[i][v] = WHERE_POSITIVE(side, sum[i][v], LEAKY_SLOPE * sum[i][v]);
            IN_ORDER;
        }
    }
    /* Only now: where rows are shorter than a vector, a load from the next one would wait for the store to this one. */
    EVERY_SUM
    {
        NAMED(store_upto)(full || v + 1 < n_vector, to->c + i * to->ldc + v * LANES, sum[i][v], n_last);
    }
#undef EVERY_SUM
}

INLINE void NAMED(some_rows)(const size_t rows, const size_t n_vector, const bool full, const size_t n_last,
                             const block *const t, const real *const a, const real *const b, const size_t ldb,
                             const place *const to)
{
    switch (rows) {
#define CASE(n)                                                                                                        \
    case n:                                                                                                            \
        NAMED(tile)(n, n_vector, full, n_last, t, a, b, ldb, to);                                                      \
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

/* The product moves on by so many rows. */
INLINE void NAMED(advance)(const size_t rows, const block *const t, const real **const a, place *const to)
{
    *a += rows * t->a_row;
    to->c += rows * to->ldc;
    to->side = to->side ? to->side + rows * to->ldc : NULL;
}

/* The last rows, fewer than two tiles: two nearly equal parts if they are more than one, as few sums wait for each
 * other. */
INLINE void NAMED(last_rows)(const size_t n_vector, const bool full, const size_t n_last, const block *const t,
                             const real *a, size_t left, const real *const b, const size_t ldb, place to)
{
    while (left > 0) {
        const size_t rows = left > ROWS ? (left + 1) / 2 : left;
        NAMED(some_rows)(rows, n_vector, full, n_last, t, a, b, ldb, &to);
        NAMED(advance)(rows, t, &a, &to);
        left -= rows;
    }
}

/* All rows of up to two vectors of columns. Functions of their own: in one for all, GCC keeps sums on the stack. */
#define APART TARGET static __attribute__((noinline))
#define PANEL(name, n_vector, full)                                                                                    \
    APART void NAMED(name##_end)(const block *const t, const real *const a, const size_t left, const real *const b,    \
                                 const size_t ldb, const size_t columns, const place to)                               \
    {                                                                                                                  \
        NAMED(last_rows)(n_vector, full, columns - (n_vector - 1) * LANES, t, a, left, b, ldb, to);                    \
    }                                                                                                                  \
    APART void NAMED(name)(const block *const t, const real *const b, const size_t ldb, const size_t columns,          \
                           place to)                                                                                   \
    {                                                                                                                  \
        const real *a = t->a;                                                                                          \
        size_t left = t->m;                                                                                            \
        for (; left >= 2 * ROWS; left -= ROWS) {                                                                       \
            NAMED(tile)(ROWS, n_vector, full, columns - (n_vector - 1) * LANES, t, a, b, ldb, &to);                    \
            NAMED(advance)(ROWS, t, &a, &to);                                                                          \
        }                                                                                                              \
        NAMED(name##_end)(t, a, left, b, ldb, columns, to);                                                            \
    }
PANEL(panel_of_two, 2, true)
PANEL(panel_up_to_two, 2, false)
PANEL(panel_of_one, 1, true)
PANEL(panel_up_to_one, 1, false)

TARGET static void NAMED(panel)(const block *const t, const real *const b, const size_t ldb, const size_t columns,
                                const place to)
{
    if (columns == 2 * LANES) {
        NAMED(panel_of_two)(t, b, ldb, columns, to);
    } else if (columns > LANES) {
        NAMED(panel_up_to_two)(t, b, ldb, columns, to);
    } else if (columns == LANES) {
        NAMED(panel_of_one)(t, b, ldb, columns, to);
    } else {
        NAMED(panel_up_to_one)(t, b, ldb, columns, to);
    }
}

#undef PASTE
#undef EXPAND
#undef NAMED
#undef INLINE
#undef vector
#undef LANES
#undef IN_ORDER
#undef APART
#undef PANEL
#undef KIND
#undef BYTES
#undef ROWS
#undef TARGET
#undef LOAD_SOME
#undef STORE_SOME
#undef GREATER
#undef WHERE_POSITIVE
