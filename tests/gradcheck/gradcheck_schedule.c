/* SPDX-License-Identifier: BSD-3-Clause */
/* The whole generator side: unrolled G_z, G_Y with and without a linear part, crops, both critics and the spectral
 * anchor; and the critics' side of a shard. */
#include <string.h>

#include "gan/anchor.h"
#include "gan/latent_anchor.h"
#include "gan/schedule.h"
#include "gradcheck.h"

typedef struct schedule_case {
    networks net;
    shard shard, early;
    size_t n_theta, n_batch;
    real *theta, *turned, *critic, *turned_critic, *pool, *memory, *pull;
    size_t n_pull;
    size_t *picks;
} schedule_case;

static void layout(schedule_case *const c, arena *const a)
{
    shard_layout(&c->shard, &c->net, 1, c->n_batch, a);
    shard_layout_early(&c->early, &c->net, &c->shard, a);
}

static void schedule_case_create(schedule_case *const c, const architecture *const arch)
{
    *c = (schedule_case){.n_batch = 16};
    const mdgan_train_config config = {.window = arch->window,
                                       .hidden = 6,
                                       .critic = MDGAN_CRITIC_CONV,
                                       .lipschitz = MDGAN_LIPSCHITZ_PENALTY,
                                       .penalty = 10,
                                       .carry = 0.5};
    mdgan_error error;
    assert_int_equal(networks_layout(&c->net, &config, arch, &error), MDGAN_OK);
    c->n_theta = c->net.generator.n_parameter;
    arena a = {0};
    layout(c, &a);
    c->memory = new_zero(a.used);
    a = (arena){.base = c->memory};
    layout(c, &a);
    c->picks = calloc(4 * c->n_batch, sizeof *c->picks);
    c->shard.start = c->picks;
    c->shard.offset = c->picks + c->n_batch;
    c->early.start = c->picks + 2 * c->n_batch;
    c->early.offset = c->picks + 3 * c->n_batch;
    c->theta = new_normal(1, c->n_theta, 0.25);
    c->turned = new_zero(c->n_theta);
    c->critic = new_normal(2, c->net.n_critic_parameter, 0.3);
    c->turned_critic = new_zero(c->net.n_critic_parameter);
    c->pool = new_normal(3, c->n_batch * arch->latent, 1);
    c->n_pull = c->shard.n * c->net.schedule.n_window * arch->window * arch->component;
    c->pull = new_normal(5, c->n_pull, 0.01);
    for (size_t i = 0; i < c->shard.n; i++) {
        fill_normal(100 + i, 2 * arch->window * arch->component, 1, shard_actual(&c->shard, &c->net, i));
        fill_normal(100 + i, 2 * arch->window * arch->component, 1, shard_actual(&c->early, &c->net, i));
    }
}

static void schedule_case_free(schedule_case *const c)
{
    free(c->theta);
    free(c->turned);
    free(c->critic);
    free(c->turned_critic);
    free(c->pool);
    free(c->pull);
    free(c->memory);
    free(c->picks);
}

/* The weights as they are now. */
static weights generators(const schedule_case *const c)
{
    generator_turn(&c->net.generator, c->theta, c->turned);
    return (weights){.value = c->theta, .turned = c->turned};
}

static weights critics(const schedule_case *const c)
{
    networks_turn_critics(&c->net, c->critic, c->turned_critic);
    return (weights){.value = c->critic, .turned = c->turned_critic};
}

/* What the generators minimise, straight from its definition. */
static double generator_loss(void *const context)
{
    schedule_case *const c = context;
    const networks *const net = &c->net;
    shard *const s = &c->shard;
    shard_generate(s, net, generators(c), 7, 3, c->pool, true);
    const size_t w = net->generator.arch.latent;
    const double y = critic_sample_gradient(&net->window, critics(c), s->n, 0, s->n_batch, s->pairs, false, s->d_fake,
                                            &s->window_critic);
    real *const ignored = new_zero(s->n * w);
    double z = 0;
    for (size_t j = 0; j < net->n_latent; j++) {
        const size_t k = net->schedule.n_state - 1 - net->n_latent + j;
        z += critic_sample_gradient(&net->latent[j], critics(c), s->n, s->n, s->n_batch, s->state[k], false, ignored,
                                    &s->latent_critic);
        z += critic_sample_gradient(&net->latent[j], critics(c), s->n, 0, s->n_batch, s->state[k + 1], false, ignored,
                                    &s->latent_critic);
    }
    free(ignored);
    double pulled = 0;
    for (size_t i = 0; i < c->n_pull; i++) {
        pulled += c->pull[i] * s->windows[i];
    }
    return (z - y) / (double)s->n_batch + pulled;
}

static void check_generator(const char *const name, const architecture *const arch)
{
    schedule_case c;
    schedule_case_create(&c, arch);
    real *const gradient = new_zero(c.n_theta);
    shard_generate(&c.shard, &c.net, generators(&c), 7, 3, c.pool, true);
    memcpy(c.shard.d_window, c.pull, c.n_pull * sizeof *c.pull);
    shard_generator_backward(&c.shard, &c.net, c.theta, critics(&c), true, NULL, gradient);
    /* How fast an orientation turns is not learnt. */
    const size_t fixed = arch->frame ? c.net.generator.keep : 0, after = arch->frame ? fixed + 1 : 0;
    if (arch->frame) {
        assert_true(gradient[fixed] == 0);
        check_gradient(name, generator_loss, &c, c.theta, gradient, fixed, 300);
    }
    check_gradient(name, generator_loss, &c, c.theta + after, gradient + after, c.n_theta - after, 600);
    free(gradient);
    schedule_case_free(&c);
}

static void test_paper_form(void **const state)
{
    (void)state;
    const architecture arch = {.window = 8, .component = 2, .latent = 5, .channel = 4, .hidden = 6};
    check_generator("generators, paper's form", &arch);
}

static void test_shared_linear_part(void **const state)
{
    (void)state;
    const architecture arch = {
        .window = 8, .component = 3, .latent = 6, .state = 2, .shared = 1, .channel = 4, .hidden = 6};
    check_generator("generators, shared linear part", &arch);
}

static void test_separate_linear_parts(void **const state)
{
    (void)state;
    const architecture arch = {.window = 8, .component = 2, .latent = 6, .state = 3, .channel = 4, .hidden = 6};
    check_generator("generators, one linear part per component", &arch);
}

static void test_frame(void **const state)
{
    (void)state;
    const architecture arch = {
        .window = 8, .component = 3, .latent = 10, .state = 2, .frame = 1, .channel = 4, .hidden = 6};
    check_generator("generators, in a molecule's frame", &arch);
}

/* What the critics see, and their gradients, do not depend on whether the rest of the chains was generated, nor on what
 * is generated into the other set of shards meanwhile. */
static void test_windows_of_the_pairs(void **const state)
{
    (void)state;
    const architecture
        from_random = {.window = 8, .component = 2, .latent = 5, .channel = 4, .hidden = 6},
        beside_linear = {.window = 8, .component = 3, .latent = 6, .state = 2, .shared = 1, .channel = 4, .hidden = 6};
    const architecture *const all[] = {&from_random, &beside_linear};
    for (size_t i = 0; i < 2; i++) {
        schedule_case c;
        schedule_case_create(&c, all[i]);
        const size_t n = c.shard.n * critic_input(&c.net.window), n_critic = c.net.n_critic_parameter;
        real *const expected = new_zero(n_critic), *const gradient = new_zero(n_critic);
        for (uint64_t iteration = 0; iteration < 50; iteration++) {
            shard_generate(&c.shard, &c.net, generators(&c), 7, iteration, c.pool, true);
            shard_critic_backward(&c.shard, &c.net, critics(&c), 7, iteration, expected);
            shard_generate(&c.early, &c.net, generators(&c), 7, iteration, c.pool, false);
            assert_memory_equal(c.early.pairs, c.shard.pairs, n * sizeof *c.shard.pairs);
            shard_generate(&c.shard, &c.net, generators(&c), 7, iteration + 1, c.pool, true);
            shard_critic_backward(&c.early, &c.net, critics(&c), 7, iteration, gradient);
            assert_memory_equal(gradient, expected, n_critic * sizeof *gradient);
        }
        free(expected);
        free(gradient);
        schedule_case_free(&c);
    }
}

static double critic_loss(void *const context)
{
    schedule_case *const c = context;
    real *const ignored = new_zero(c->net.n_critic_parameter);
    const shard_sums s = shard_critic_backward(&c->shard, &c->net, critics(c), 7, 3, ignored);
    free(ignored);
    return (s.window.fake - s.window.real - s.latent + 10 * (s.window.penalty + s.latent_penalty)) / (double)c->n_batch;
}

static void test_critics(void **const state)
{
    (void)state;
    const architecture arch = {
        .window = 8, .component = 3, .latent = 6, .state = 2, .shared = 1, .channel = 4, .hidden = 6};
    schedule_case c;
    schedule_case_create(&c, &arch);
    real *const gradient = new_zero(c.net.n_critic_parameter);
    shard_generate(&c.shard, &c.net, generators(&c), 7, 3, c.pool, true);
    shard_critic_backward(&c.shard, &c.net, critics(&c), 7, 3, gradient);
    check_gradient("all critics", critic_loss, &c, c.critic, gradient, c.net.n_critic_parameter, 600);
    free(gradient);
    schedule_case_free(&c);
}

/* One update from a gap of zero makes the running means (1 - memory) times the gaps of this batch: the gradient must be
 * that of (1 - memory) times the loss. Prices of cycles are of the gaps before an update, so the one that counts is the
 * second, when the other gaps have both batches in them. */
typedef struct anchor_case {
    anchor anchor;
    size_t n;
    real *x, *work;
    double *sums;
} anchor_case;

/* sum_f,c |S_c(f)|^2 over the norms. */
static double cycle_loss(const anchor_case *const c, const double empty)
{
    const anchor *const a = &c->anchor;
    const size_t n = a->record, n_row = c->n * a->n_component;
    const double *const s = c->sums + a->n_bin + a->window * a->n_component;
    const size_t n_sample = a->n_component > ANCHOR_CYCLE_ROWS ? 1 : ANCHOR_CYCLE_ROWS / a->n_component;
    const size_t n_whole = (n_sample < c->n ? n_sample : c->n) * a->n_component;
    const double looked_at = fmin((double)n_row, (double)(n_whole + n_whole % 2)); /* in pairs */
    double loss = 0;
    for (size_t i = 0; i < a->n_cycle; i++) {
        for (size_t k = 0; k < n; k++) {
            const size_t other = (k + (i + 1) * (n / a->window)) % n;
            const double norm = (a->target[k < a->n_bin ? k : n - k] + empty) *
                                (a->target[other < a->n_bin ? other : n - other] + empty);
            const double re = s[2 * (i * n + k)] / looked_at, im = s[2 * (i * n + k) + 1] / looked_at;
            loss += (re * re + im * im) / norm / (double)(n * a->n_cycle);
        }
    }
    return loss;
}

static double anchor_loss(void *const context)
{
    anchor_case *const c = context;
    const anchor *const a = &c->anchor;
    double power = 0, mean = 0, highest = 0;
    anchor_measure(a, c->n, c->x, c->sums, c->work);
    for (size_t k = 0; k < a->n_bin; k++) {
        highest = fmax(highest, a->target[k]);
    }
    const double empty = ANCHOR_FLOOR * highest;
    for (size_t k = 0; k < a->n_bin; k++) {
        const double gap = c->sums[k] / (double)(c->n * a->n_component) - a->target[k];
        power += gap * gap / (a->target[k] * a->target[k] + empty * empty) / (double)a->n_bin;
    }
    const size_t place = a->window * a->n_component;
    for (size_t i = 0; i < place; i++) {
        const double y = c->sums[a->n_bin + i] / (double)(c->n * a->record / a->window);
        mean += y * y / (double)place;
    }
    return (1 - ANCHOR_MEMORY * ANCHOR_MEMORY) * (a->weight * power + a->mean_weight * mean) +
           (1 - ANCHOR_CYCLE_MEMORY) * ANCHOR_CYCLE_SHARE * a->mean_weight * cycle_loss(c, empty);
}

/* Samples of so many components, of which S_c is measured on all or on some; weights bring all parts of the loss to one
 * size. */
static void check_anchor(const size_t n_sample, const size_t n_component)
{
    double r[16];
    for (size_t t = 0; t < 16; t++) {
        r[t] = pow(0.8, (double)t) * cos(0.9 * (double)t);
    }
    anchor_case c = {.n = n_sample};
    mdgan_error error;
    assert_int_equal(anchor_create(&c.anchor, 8, 2, n_component, r, 3, &error), MDGAN_OK);
    c.anchor.weight = 0.02;
    c.anchor.mean_weight = 10;
    const size_t n = c.n * 16 * n_component;
    c.x = new_normal(1, n, 1);
    c.work = new_zero(anchor_work_size(&c.anchor, c.n));
    c.sums = calloc(c.anchor.n_gap, sizeof *c.sums);
    real *const d = new_zero(n);
    anchor_measure(&c.anchor, c.n, c.x, c.sums, c.work);
    anchor_update(&c.anchor, c.n, 1, c.sums);
    anchor_update(&c.anchor, c.n, 1, c.sums);
    anchor_gradient(&c.anchor, c.n, c.n, d, c.work);
    check_gradient("anchor", anchor_loss, &c, c.x, d, n, 200);
    free(d);
    free(c.x);
    free(c.work);
    free(c.sums);
    anchor_clear(&c.anchor);
}

static void test_anchor(void **const state)
{
    (void)state;
    check_anchor(4, 2);
    check_anchor(5, 1);
    check_anchor(7, 3);
    check_anchor(2, 18);
}

typedef struct latent_case {
    latent_anchor anchor;
    size_t n;
    real *first, *last, *work;
    double *sums;
} latent_case;

/* How far the residual G points along the closed form E: <G, E> / |E|, of group g. */
static double along(const latent_case *const c, const size_t g)
{
    const size_t size = c->anchor.state * c->anchor.state;
    double sum = 0, square = 0;
    for (size_t i = 0; i < size; i++) {
        const double e = (double)c->anchor.evolve[g * size + i];
        sum += c->sums[2 * g * size + i] / (double)(c->n * c->anchor.width) * e;
        square += e * e;
    }
    return sum / sqrt(square);
}

static double latent_loss(void *const context)
{
    latent_case *const c = context;
    const latent_anchor *const a = &c->anchor;
    const size_t q = a->state;
    double square = 0;
    latent_anchor_measure(a, c->n, c->first, c->last, c->sums, c->work);
    for (size_t i = 0; i < a->n_gap; i++) {
        const bool on_diagonal = i / (q * q) % 2 == 1 && i % (q * q) % (q + 1) == 0;
        const double gap = c->sums[i] / (double)(c->n * a->width) - (on_diagonal ? 1 : 0);
        square += (i / (q * q) % 2 == 1 ? a->covariance_weight : a->residual_weight) * gap * gap;
    }
    for (size_t g = 0; g < a->n_group; g++) {
        const double excess = fmax(0, along(c, g)); /* is free */
        square -= a->residual_weight * excess * excess;
    }
    return (1 - ANCHOR_MEMORY) * square;
}

/* Last states that remember the first ones better than the closed form has it (excess > 0), or worse. */
static void set_last(const latent_case *const c, const size_t n, const double excess)
{
    const latent_anchor *const a = &c->anchor;
    const size_t q = a->state, stride = a->n_group > 1 ? a->latent : q;
    real *const noise = new_normal(2, n, 0.01);
    memcpy(c->last, noise, n * sizeof *noise);
    free(noise);
    for (size_t g = 0; g < a->n_group; g++) {
        for (size_t i = 0; i < c->n * a->width * q; i++) {
            const size_t row = g * q + i / q * stride;
            for (size_t k = 0; k < q; k++) {
                c->last[row + i % q] += (real)(1 + excess) * a->evolve[(g * q + i % q) * q + k] * c->first[row + k];
            }
        }
    }
}

static void check_latent_anchor(const char *const name, const architecture *const arch)
{
    generator g;
    latent_case c = {.n = 5};
    mdgan_error error;
    assert_int_equal(generator_layout(&g, arch, &error), MDGAN_OK);
    assert_int_equal(latent_anchor_create(&c.anchor, &g, &error), MDGAN_OK);
    c.anchor.residual_weight = 3;
    c.anchor.covariance_weight = 2;
    const size_t n = c.n * arch->latent;
    real *const theta = new_normal(3, g.n_parameter, 0.5), *const d = new_zero(n);
    c.first = new_normal(1, n, 1);
    c.last = new_zero(n);
    c.work = new_zero(latent_anchor_work_size(&c.anchor, c.n));
    c.sums = calloc(c.anchor.n_gap, sizeof *c.sums);
    assert_int_equal(latent_anchor_aim(&c.anchor, &g, theta, 3, &error), MDGAN_OK);
    for (int excess = -3; excess <= 3; excess += 6) {
        set_last(&c, n, excess);
        memset(c.anchor.gap, 0, c.anchor.n_gap * sizeof *c.anchor.gap);
        latent_anchor_measure(&c.anchor, c.n, c.first, c.last, c.sums, c.work);
        for (size_t i = 0; i < c.anchor.n_group; i++) {
            assert_true((along(&c, i) > 0) == (excess > 0));
        }
        latent_anchor_update(&c.anchor, c.n, c.sums);
        latent_anchor_gradient(&c.anchor, c.n, c.n, c.first, c.last, d);
        check_gradient(name, latent_loss, &c, c.last, d, n, 200);
    }
    free(theta);
    free(d);
    free(c.first);
    free(c.last);
    free(c.work);
    free(c.sums);
    latent_anchor_clear(&c.anchor);
}

static void test_latent_anchor(void **const state)
{
    (void)state;
    const architecture shared = {
        .window = 8, .component = 3, .latent = 6, .state = 2, .shared = 1, .channel = 4, .hidden = 6};
    const architecture separate = {.window = 8, .component = 2, .latent = 6, .state = 3, .channel = 4, .hidden = 6};
    check_latent_anchor("latent anchor, shared", &shared);
    check_latent_anchor("latent anchor, one linear part per component", &separate);
    const architecture frame = {
        .window = 8, .component = 3, .latent = 10, .state = 2, .frame = 1, .channel = 4, .hidden = 6};
    check_latent_anchor("latent anchor, before an orientation", &frame);
}

/* States that follow the closed form exactly have no residual, whatever they start from. */
static void test_latent_anchor_at_rest(void **const state)
{
    (void)state;
    const architecture arch = {.window = 8, .component = 2, .latent = 6, .state = 3, .channel = 4, .hidden = 6};
    enum { N = 7, STEPS = 5 };
    generator g;
    latent_anchor a;
    mdgan_error error;
    assert_int_equal(generator_layout(&g, &arch, &error), MDGAN_OK);
    assert_int_equal(latent_anchor_create(&a, &g, &error), MDGAN_OK);
    real *const theta = new_normal(3, g.n_parameter, 0.4), *const z = new_normal(1, N * arch.latent, 1);
    real *const r = new_zero(N * arch.latent), *const work = new_zero(latent_anchor_work_size(&a, N));
    double *const sums = calloc(a.n_gap, sizeof *sums);
    generator_initialise(&g, 1, theta); /* the network beside the linear part is silent */
    assert_int_equal(latent_anchor_aim(&a, &g, theta, STEPS, &error), MDGAN_OK);
    real *const turned = new_zero(g.n_parameter);
    generator_turn(&g, theta, turned);
    evolve_tape tape;
    arena room = {0};
    evolve_tape_layout(&tape, &g, N, &room);
    real *const memory = new_zero(room.used);
    room = (arena){.base = memory};
    evolve_tape_layout(&tape, &g, N, &room);
    real now[N * 6], next[N * 6];
    memcpy(now, z, sizeof now);
    for (size_t step = 0; step < STEPS; step++) {
        evolve_forward(&g, (weights){theta, turned}, N, now, r, next, &tape);
        memcpy(now, next, sizeof now);
    }
    latent_anchor_measure(&a, N, z, now, sums, work);
    for (size_t i = 0; i < a.n_gap; i++) {
        const bool residual = i / 9 % 2 == 0;
        assert_true(!residual || fabs(sums[i]) < 1e-12);
    }
    free(theta);
    free(turned);
    free(z);
    free(r);
    free(work);
    free(sums);
    free(memory);
    latent_anchor_clear(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_paper_form),
                                       cmocka_unit_test(test_shared_linear_part),
                                       cmocka_unit_test(test_frame),
                                       cmocka_unit_test(test_separate_linear_parts),
                                       cmocka_unit_test(test_windows_of_the_pairs),
                                       cmocka_unit_test(test_critics),
                                       cmocka_unit_test(test_anchor),
                                       cmocka_unit_test(test_latent_anchor),
                                       cmocka_unit_test(test_latent_anchor_at_rest)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
