/* SPDX-License-Identifier: BSD-3-Clause */
/* The count of operations against the products that an iteration really makes: the linker puts counters before them. */
#include "synthetic.h"

#include "gan/flops.h"

typedef void gemm(size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b, size_t ldb, bool add,
                  float *c, size_t ldc, const gemm_finish *finish);

gemm __real_gemm_nn, __real_gemm_tn, __wrap_gemm_nn, __wrap_gemm_tn;

static double counted;

#define COUNTER(form)                                                                                                  \
    void __wrap_##form(size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b, size_t ldb, bool add, \
                       float *c, size_t ldc, const gemm_finish *finish)                                                \
    {                                                                                                                  \
        counted += 2.0 * (double)(m * n * k);                                                                          \
        __real_##form(m, n, k, a, lda, b, ldb, add, c, ldc, finish);                                                   \
    }

COUNTER(gemm_nn)
COUNTER(gemm_tn)

static void check(const architecture *const arch, const mdgan_critic kind, const mdgan_lipschitz lipschitz)
{
    enum { BATCH = 16, CRITIC_STEPS = 2 };
    const mdgan_train_config config = {.window = arch->window,
                                       .hidden = arch->hidden,
                                       .critic = kind,
                                       .lipschitz = lipschitz,
                                       .penalty = 10,
                                       .carry = 0.5};
    networks net;
    mdgan_error error;
    assert_ok(networks_layout(&net, &config, arch, &error), &error);
    arena a = {0};
    shard s;
    shard_layout(&s, &net, 0, BATCH, &a);
    float *const memory = calloc(a.used, sizeof *memory);
    a = (arena){.base = memory};
    shard_layout(&s, &net, 0, BATCH, &a);
    size_t picks[2 * BATCH];
    s.start = picks;
    s.offset = picks + BATCH;
    float *const numbers = calloc(net.generator.n_parameter + net.n_critic_parameter, sizeof *numbers),
                 *const gradient = calloc(net.generator.n_parameter + net.n_critic_parameter, sizeof *gradient),
                 *const pool = calloc((size_t)BATCH * arch->latent, sizeof *pool);
    assert_true(memory && numbers && gradient && pool);
    const weights generators = {numbers, numbers},
                  critics = {numbers + net.generator.n_parameter, numbers + net.generator.n_parameter};
    counted = 0;
    for (size_t i = 0; i < CRITIC_STEPS; i++) {
        shard_generate(&s, &net, generators, 1, i, pool, i + 1 == CRITIC_STEPS);
        shard_critic_backward(&s, &net, critics, 1, i, gradient);
    }
    shard_generator_backward(&s, &net, numbers, critics, false, NULL, gradient);
    const double expected = (double)s.n * networks_flops(&net, CRITIC_STEPS);
    assert_near("operations", counted, expected, 1e-9 * expected);
    free(memory);
    free(numbers);
    free(gradient);
    free(pool);
}

static void every_product_is_counted(void **const state)
{
    (void)state;
    const architecture
        paper = {.window = 24, .component = 2, .latent = 5, .channel = 4, .hidden = 6},
        shared = {.window = 16, .component = 3, .latent = 6, .state = 2, .shared = 1, .channel = 4, .hidden = 6},
        separate = {.window = 8, .component = 2, .latent = 6, .state = 3, .channel = 4, .hidden = 6};
    const architecture *const all[] = {&paper, &shared, &separate};
    for (size_t i = 0; i < 3; i++) {
        check(all[i], MDGAN_CRITIC_CONV, MDGAN_LIPSCHITZ_PENALTY);
        check(all[i], MDGAN_CRITIC_MLP, MDGAN_LIPSCHITZ_PENALTY);
        check(all[i], MDGAN_CRITIC_CONV, MDGAN_LIPSCHITZ_CLIP);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_product_is_counted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
