/* SPDX-License-Identifier: BSD-3-Clause */
/* Matrix products of every kind of processor that this one can act as, against triple loops. The kinds are private to
 * gemm.c, hence the source itself. */
#include "nn/gemm.c"

#include "synthetic.h"

/* Narrow (of TN also as their transposes) and wide results, full and partial tiles, one and several rows; k below and
 * above a block of BLOCK_K. */
static const size_t sizes[][3] = {{1, 1, 1},    {3, 5, 2},     {8, 32, 64},   {16, 64, 64}, {17, 65, 33}, {6, 16, 12},
                                  {9, 12, 100}, {13, 31, 20},  {10, 6, 70},   {11, 18, 64}, {40, 48, 16}, {7, 322, 320},
                                  {12, 4, 300}, {5, 33, 1000}, {32, 12, 300}, {67, 21, 40}, {64, 8, 20}};

/* Rows of all matrices are farther apart than they are long; what lies between stays as it was. */
enum { GAP = 3, SEED_A = 1, SEED_B, SEED_C, SEED_BIAS, SEED_SIDE };

typedef enum form { NN, TN } form;

typedef struct product_case {
    form form;
    size_t m, n, k;
    bool add;
    gemm_finish finish;
    const float *a, *b;
} product_case;

static double expected(const product_case *const p, const size_t i, const size_t j, const double before)
{
    const size_t lda = (p->form == TN ? p->m : p->k) + GAP, ldb = p->n + GAP;
    double sum = p->add ? before : 0;
    for (size_t q = 0; q < p->k; q++) {
        const double a = p->form == TN ? p->a[q * lda + i] : p->a[i * lda + q];
        sum += a * p->b[q * ldb + j];
    }
    sum += p->finish.bias ? p->finish.bias[j] : 0;
    sum *= p->finish.leaky && sum <= 0 ? 0.2 : 1;
    return sum * (p->finish.side && p->finish.side[i * (p->n + GAP) + j] <= 0 ? 0.2 : 1);
}

/* As gemm_nn() and gemm_tn() do, but with the given kind. */
static void run(const kernel *const kernels, const product_case *const p, float *const c)
{
    const size_t ldc = p->n + GAP;
    const block t = {
        .m = p->m, .a = p->a, .a_row = p->form == TN ? 1 : p->k + GAP, .a_step = p->form == TN ? p->m + GAP : 1};
    const matrix_b b = {.value = p->b, .ld = p->n + GAP};
    const place to = {.c = c, .ldc = ldc, .add = p->add};
    const bool finished = p->finish.bias || p->finish.leaky || p->finish.side;
    if (p->form == TN) {
        multiply_tn(kernels, p->m, p->n, p->k, p->a, p->m + GAP, p->b, b.ld, to, finished ? &p->finish : NULL);
    } else {
        multiply_blocks(kernels, t, b, p->n, p->k, to, &p->finish);
    }
}

static void check(const kernel *const kernels, const product_case *const p)
{
    const size_t ldc = p->n + GAP;
    float *const c = new_normals(p->m * ldc, SEED_C), *const before = new_normals(p->m * ldc, SEED_C);
    run(kernels, p, c);
    for (size_t i = 0; i < p->m; i++) {
        for (size_t j = 0; j < ldc; j++) {
            const size_t at = i * ldc + j;
            if (j < p->n) {
                assert_near("product", c[at], expected(p, i, j, before[at]), 3e-6 * sqrt((double)p->k) + 2e-6);
            } else {
                assert_true(c[at] == before[at]);
            }
        }
    }
    free(c);
    free(before);
}

static void check_kind(const kernel *const kernels)
{
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        const size_t m = sizes[s][0], n = sizes[s][1], k = sizes[s][2];
        for (size_t variant = 0; variant < 2 * 16; variant++) {
            const form f = (form)(variant % 2);
            float *const a = new_normals((f == TN ? k * (m + GAP) : m * (k + GAP)), SEED_A),
                         *const b = new_normals(k * (n + GAP), SEED_B), *const bias = new_normals(n, SEED_BIAS),
                         *const side = new_normals(m * (n + GAP), SEED_SIDE);
            const product_case p = {.form = f,
                                    .m = m,
                                    .n = n,
                                    .k = k,
                                    .add = variant / 2 & 1,
                                    .finish = {.bias = variant / 2 & 2 ? bias : NULL,
                                               .leaky = variant / 2 & 4,
                                               .side = variant / 2 & 8 ? side : NULL},
                                    .a = a,
                                    .b = b};
            check(kernels, &p);
            free(a);
            free(b);
            free(bias);
            free(side);
        }
    }
}

static void every_kind_equals_triple_loops(void **const state)
{
    (void)state;
    check_kind(plain_kernels);
#ifdef HAVE_KINDS
    if (has_avx2()) {
        check_kind(avx2_kernels);
    }
    if (has_avx512()) {
        check_kind(avx512_kernels);
    }
#endif
}

#ifdef HAVE_KINDS
static void check_bits(const size_t n)
{
    enum { M = 37, K = 300 };
    float *const a = new_normals(M * (K + GAP), SEED_A), *const b = new_normals(K * (n + GAP), SEED_B),
                 *const one = new_normals(M * (n + GAP), SEED_C), *const other = new_normals(M * (n + GAP), SEED_C);
    const product_case p = {.form = NN, .m = M, .n = n, .k = K, .add = true, .finish = {.leaky = true}, .a = a, .b = b};
    run(avx2_kernels, &p, one);
    run(avx512_kernels, &p, other);
    assert_memory_equal(one, other, M * (n + GAP) * sizeof *one);
    free(a);
    free(b);
    free(one);
    free(other);
}
#endif

/* Sums run over k in order, whatever the width of the vectors. */
static void kinds_with_fused_multiply_add_give_the_same_bits(void **const state)
{
    (void)state;
#ifdef HAVE_KINDS
    if (has_avx2() && has_avx512()) {
        check_bits(3);
        check_bits(6);
        check_bits(18);
        check_bits(75);
        return;
    }
#endif
    skip();
}

static void transpose_equals_loops(void **const state)
{
    (void)state;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        const size_t rows = sizes[s][0], columns = sizes[s][1], ld_from = rows + GAP, ld_to = columns + GAP;
        float *const from = new_normals(columns * ld_from, SEED_A), *const to = new_normals(rows * ld_to, SEED_C),
                     *const before = new_normals(rows * ld_to, SEED_C);
        gemm_transpose(rows, columns, from, ld_from, to, ld_to);
        for (size_t i = 0; i < rows * ld_to; i++) {
            const size_t p = i / ld_to, j = i % ld_to;
            assert_true(to[i] == (j < columns ? from[j * ld_from + p] : before[i]));
        }
        free(from);
        free(to);
        free(before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_kind_equals_triple_loops),
                                       cmocka_unit_test(transpose_equals_loops),
                                       cmocka_unit_test(kinds_with_fused_multiply_add_give_the_same_bits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
