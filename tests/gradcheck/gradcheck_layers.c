/* SPDX-License-Identifier: BSD-3-Clause */
/* Layers, chain, U-net and Adam on their own. */
#include <string.h>

#include "gradcheck.h"
#include "nn/adam.h"
#include "nn/chain.h"
#include "nn/unet.h"

static double dot(const size_t n, const real *const a, const real *const b)
{
    double s = 0;
    for (size_t i = 0; i < n; i++) {
        s += a[i] * b[i];
    }
    return s;
}

/* loss = <probe, network output> */
typedef struct chain_case {
    chain net;
    size_t n, n_theta;
    real *theta, *turned, *x, *probe;
    chain_tape tape;
    real *memory;
} chain_case;

static double chain_loss(void *const context)
{
    chain_case *const c = context;
    const weights w = {.value = c->theta, .turned = c->turned};
    chain_turn(&c->net, c->theta, c->turned);
    return dot(c->n * chain_output_size(&c->net), c->probe, chain_forward(&c->net, w, c->n, c->x, &c->tape));
}

static void chain_case_create(chain_case *const c)
{
    /* A strided convolution over 12 frames of 2 channels, then two affine layers. */
    *c = (chain_case){.n = 5};
    chain_append(&c->net, 3, 8, 5, &c->n_theta);
    chain_append(&c->net, 1, 15, 7, &c->n_theta);
    chain_append(&c->net, 1, 7, 2, &c->n_theta);
    arena a = {0};
    chain_tape_layout(&c->tape, &c->net, c->n, true, &a);
    c->memory = new_zero(a.used);
    a = (arena){.base = c->memory};
    chain_tape_layout(&c->tape, &c->net, c->n, true, &a);
    c->theta = new_normal(1, c->n_theta, 0.5);
    c->turned = new_zero(c->n_theta);
    c->x = new_normal(2, c->n * chain_input_size(&c->net), 1);
    c->probe = new_normal(3, c->n * chain_output_size(&c->net), 1);
}

/* Passes over parts of the batch leave the same in the tape, and `add` adds. */
static void check_parts(chain_case *const c, const real *const gradient, const real *const dx)
{
    enum { FIRST = 2 };
    const size_t n_in = chain_input_size(&c->net), n_out = chain_output_size(&c->net);
    chain_tape rest = chain_tape_from(&c->tape, &c->net, FIRST);
    real *const again = new_zero(c->n_theta), *const twice = new_zero(c->n * n_in);
    chain_loss(c); /* finite differences left the tape of a neighbour */
    chain_backward(&c->net, c->theta, FIRST, c->probe, &c->tape, false, NULL);
    chain_backward(&c->net, c->theta, c->n - FIRST, c->probe + FIRST * n_out, &rest, false, NULL);
    chain_backward_weight(&c->net, c->n, c->x, &c->tape, again);
    for (size_t i = 0; i < c->n_theta; i++) {
        assert_true(fabs(again[i] - gradient[i]) < 1e-12);
    }
    for (size_t round = 0; round < 2; round++) {
        chain_backward(&c->net, c->theta, c->n, c->probe, &c->tape, true, twice);
    }
    for (size_t i = 0; i < c->n * n_in; i++) {
        assert_true(fabs(twice[i] - 2 * dx[i]) < 1e-12);
    }
    free(again);
    free(twice);
}

static void test_chain(void **const state)
{
    (void)state;
    chain_case c;
    chain_case_create(&c);
    const size_t n_x = c.n * chain_input_size(&c.net);
    real *const gradient = new_zero(c.n_theta), *const dx = new_zero(n_x);
    chain_loss(&c);
    chain_backward(&c.net, c.theta, c.n, c.probe, &c.tape, false, dx);
    chain_backward_weight(&c.net, c.n, c.x, &c.tape, gradient);
    check_gradient("chain weights", chain_loss, &c, c.theta, gradient, c.n_theta, 300);
    check_gradient("chain input", chain_loss, &c, c.x, dx, n_x, 300);
    check_parts(&c, gradient, dx);
    free(gradient);
    free(dx);
    free(c.memory);
    free(c.theta);
    free(c.turned);
    free(c.x);
    free(c.probe);
}

typedef struct unet_case {
    unet net;
    size_t n, n_theta;
    real *theta, *turned, *x, *condition, *probe, *memory;
    unet_tape tape;
} unet_case;

static double unet_loss(void *const context)
{
    unet_case *const c = context;
    const weights w = {.value = c->theta, .turned = c->turned};
    unet_turn(&c->net, c->theta, c->turned);
    return dot(c->n * c->net.frames * c->net.n_channel, c->probe,
               unet_forward(&c->net, w, c->n, c->x, c->condition, &c->tape));
}

static void check_unet(const size_t frames)
{
    unet_case c = {.n = 3};
    unet_layout(&c.net, frames, 2, 4, 5, &c.n_theta);
    arena a = {0};
    unet_tape_layout(&c.tape, &c.net, c.n, true, &a);
    c.memory = new_zero(a.used);
    a = (arena){.base = c.memory};
    unet_tape_layout(&c.tape, &c.net, c.n, true, &a);
    c.theta = new_normal(1, c.n_theta, 0.4);
    c.turned = new_zero(c.n_theta);
    c.x = new_normal(2, c.n * frames * 2, 1);
    c.condition = new_normal(3, c.n * 5, 1);
    c.probe = new_normal(4, c.n * frames * 2, 1);
    real *const gradient = new_zero(c.n_theta), *const d_condition = new_zero(c.n * 5);
    unet_loss(&c);
    unet_backward(&c.net, c.theta, c.n, c.x, c.condition, c.probe, &c.tape, gradient, d_condition);
    check_gradient("U-net weights", unet_loss, &c, c.theta, gradient, c.n_theta, 400);
    check_gradient("U-net condition", unet_loss, &c, c.condition, d_condition, c.n * 5, 100);
    free(gradient);
    free(d_condition);
    free(c.memory);
    free(c.theta);
    free(c.turned);
    free(c.x);
    free(c.condition);
    free(c.probe);
}

static void test_unet(void **const state)
{
    (void)state;
    check_unet(16); /* 4 x 4 */
    check_unet(24); /* 4 x 2 x 3 */
    check_unet(35); /* 5 x 7 */
}

static void test_unet_fits(void **const state)
{
    (void)state;
    const size_t fits[] = {8, 9, 10, 16, 21, 64, 100, 128, 210, 256, 1000}, fails[] = {0, 1, 7, 11, 22, 61, 67, 97};
    for (size_t i = 0; i < sizeof fits / sizeof *fits; i++) {
        assert_true(unet_fits(fits[i]));
    }
    for (size_t i = 0; i < sizeof fails / sizeof *fails; i++) {
        assert_false(unet_fits(fails[i]));
    }
}

/* Two steps of Adam written out by hand for one parameter. */
static void test_adam(void **const state)
{
    (void)state;
    real theta = 1, m = 0, v = 0;
    const real g1 = 0.5, g2 = -0.25;
    adam_step(1, &theta, &g1, &m, &v, 0.1, 0.9, 0.99, 1);
    assert_float_equal(theta, 1 - 0.1 * 0.5 / (0.5 + 1e-8), 1e-12);
    adam_step(1, &theta, &g2, &m, &v, 0.1, 0.9, 0.99, 2);
    const double m2 = (0.9 * 0.1 * 0.5 - 0.1 * 0.25) / (1 - 0.81);
    const double v2 = (0.99 * 0.01 * 0.25 + 0.01 * 0.0625) / (1 - 0.9801);
    assert_float_equal(theta, 0.9 - 0.1 * m2 / sqrt(v2), 1e-8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_chain), cmocka_unit_test(test_unet),
                                       cmocka_unit_test(test_unet_fits), cmocka_unit_test(test_adam)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
