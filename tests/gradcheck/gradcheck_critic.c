/* SPDX-License-Identifier: BSD-3-Clause */
/* Critic losses, gradient penalty included, and the gradient with respect to samples. */
#include <string.h>

#include "gan/critic.h"
#include "gradcheck.h"

typedef struct critic_case {
    critic net;
    size_t n, n_theta;
    real *theta, *turned, *pairs, *mix, *memory;
    critic_tape tape;
    size_t n_negative;
} critic_case;

/* What a sample holds between its padding. */
static real *sample_at(const critic_case *const c, const size_t i)
{
    return c->pairs + i * critic_input(&c->net) + c->net.padding;
}

static void critic_case_create(critic_case *const c, const bool conv, const double penalty)
{
    *c = (critic_case){.n = 6};
    if (conv) {
        critic_layout_conv(&c->net, 8, 2, &c->n_theta);
    } else {
        critic_layout_mlp(&c->net, 12, 9, &c->n_theta);
    }
    c->net.penalty = penalty;
    arena a = {0};
    critic_tape_layout(&c->tape, &c->net, c->n, &a);
    c->memory = new_zero(a.used);
    a = (arena){.base = c->memory};
    critic_tape_layout(&c->tape, &c->net, c->n, &a);
    c->theta = new_normal(1, c->n_theta, 0.3);
    c->turned = new_zero(c->n_theta);
    c->pairs = new_zero(2 * c->n * critic_input(&c->net));
    for (size_t i = 0; i < 2 * c->n; i++) {
        fill_normal(2 + i, c->net.sample, i < c->n ? 1 : 1.5, sample_at(c, i));
    }
    c->mix = new_zero(c->n);
    random_uniform((random_key){5, 5}, 0, 0, c->n, c->mix);
}

static void critic_case_free(critic_case *const c)
{
    free(c->theta);
    free(c->turned);
    free(c->pairs);
    free(c->mix);
    free(c->memory);
}

/* The weights as they are now. */
static weights current(const critic_case *const c)
{
    chain_turn(&c->net.net, c->theta, c->turned);
    return (weights){.value = c->theta, .turned = c->turned};
}

/* The whole loss, its value independent of how the gradient is found. */
static double critic_loss(void *const context)
{
    critic_case *const c = context;
    real *const ignored = new_zero(c->n_theta);
    const critic_sums s =
        critic_loss_backward(&c->net, current(c), c->n, 2 * c->n, c->pairs, c->mix, ignored, &c->tape);
    free(ignored);
    return (s.fake - s.real + c->net.penalty * s.penalty) / (double)(2 * c->n);
}

static void check_critic(const bool conv, const double penalty)
{
    critic_case c;
    critic_case_create(&c, conv, penalty);
    real *const gradient = new_zero(c.n_theta);
    critic_loss_backward(&c.net, current(&c), c.n, 2 * c.n, c.pairs, c.mix, gradient, &c.tape);
    check_gradient(conv ? "convolutional critic" : "affine critic", critic_loss, &c, c.theta, gradient, c.n_theta, 500);
    free(gradient);
    critic_case_free(&c);
}

static void test_plain(void **const state)
{
    (void)state;
    check_critic(true, 0);
    check_critic(false, 0);
}

static void test_penalty(void **const state)
{
    (void)state;
    check_critic(true, 10);
    check_critic(false, 10);
}

/* The penalty itself against its definition: the norm of a numerical input gradient at the interpolation points. */
static void test_penalty_value(void **const state)
{
    (void)state;
    critic_case c;
    critic_case_create(&c, true, 10);
    const size_t size = critic_input(&c.net);
    real *const ignored = new_zero(c.n_theta), *const point = new_zero(size), *const slope = new_zero(size);
    const critic_sums s = critic_loss_backward(&c.net, current(&c), c.n, c.n, c.pairs, c.mix, ignored, &c.tape);
    double expected = 0;
    for (size_t i = 0; i < c.n; i++) {
        double square = 0;
        for (size_t j = 0; j < size; j++) {
            point[j] = c.mix[i] * c.pairs[(c.n + i) * size + j] + (1 - c.mix[i]) * c.pairs[i * size + j];
        }
        for (size_t j = c.net.padding; j < c.net.padding + c.net.sample; j++) {
            const real kept = point[j];
            point[j] = kept + 1e-6;
            const double up = critic_sample_gradient(&c.net, current(&c), 1, 0, 1, point, false, slope, &c.tape);
            point[j] = kept - 1e-6;
            const double down = critic_sample_gradient(&c.net, current(&c), 1, 0, 1, point, false, slope, &c.tape);
            point[j] = kept;
            square += (up - down) * (up - down) / 4e-12;
        }
        expected += (sqrt(square) - 1) * (sqrt(square) - 1);
    }
    assert_true(fabs(s.penalty - expected) < 1e-6 * expected);
    free(ignored);
    free(point);
    free(slope);
    critic_case_free(&c);
}

/* Both halves of the pairs, so that there are samples of either sign. */
static double sample_loss(void *const context)
{
    critic_case *const c = context;
    real *const ignored = new_zero(2 * c->n * critic_input(&c->net));
    const double sum =
        critic_sample_gradient(&c->net, current(c), 2 * c->n, c->n_negative, c->n, c->pairs, false, ignored, &c->tape);
    free(ignored);
    return sum / (double)c->n;
}

static void test_sample_gradient(void **const state)
{
    (void)state;
    critic_case c;
    critic_case_create(&c, true, 10);
    c.n_negative = c.n + 1;
    const size_t n = 2 * c.n * critic_input(&c.net);
    real *const d = new_zero(n);
    critic_sample_gradient(&c.net, current(&c), 2 * c.n, c.n_negative, c.n, c.pairs, false, d, &c.tape);
    check_gradient("samples", sample_loss, &c, c.pairs, d, n, 300);
    free(d);
    critic_case_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_plain), cmocka_unit_test(test_penalty),
                                       cmocka_unit_test(test_penalty_value), cmocka_unit_test(test_sample_gradient)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
