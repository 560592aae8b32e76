/* SPDX-License-Identifier: BSD-3-Clause */
#include "gan/schedule.h"

#include <string.h>

schedule schedule_for(const architecture *const arch, const double carry)
{
    /* From random weights the first states are far from stationary: eight states, pairs from the fifth on (paper).
     * A linear start is stationary from the first step, and its anchor wants chains as long as can be had. */
    return arch->state > 0
               ? (schedule){.n_state = 6,
                            .first = 0,
                            .n_window = 5,
                            .n_pair = 3,
                            .n_start = 1,
                            .crop = true,
                            .carry = carry}
               : (schedule){
                     .n_state = 8, .first = 4, .n_window = 2, .n_pair = 2, .n_start = 3, .crop = false, .carry = carry};
}

mdgan_status networks_layout(networks *const net, const mdgan_train_config *const config,
                             const architecture *const arch, mdgan_error *const error)
{
    *net = (networks){.schedule = schedule_for(arch, config->carry)};
    const mdgan_status status = generator_layout(&net->generator, arch, error);
    if (status != MDGAN_OK) {
        return status;
    }
    const double penalty = config->lipschitz == MDGAN_LIPSCHITZ_PENALTY ? config->penalty : 0;
    if (config->critic == MDGAN_CRITIC_CONV) {
        critic_layout_conv(&net->window, arch->window, arch->component, &net->n_critic_parameter);
    } else {
        critic_layout_mlp(&net->window, 2 * arch->window * arch->component, 2 * config->hidden,
                          &net->n_critic_parameter);
    }
    net->window.penalty = penalty;
    net->n_latent = LATENT_CRITIC_MAX;
    for (size_t i = 0; i < net->n_latent; i++) {
        critic_layout_mlp(&net->latent[i], arch->latent, config->hidden, &net->n_critic_parameter);
        net->latent[i].penalty = penalty;
    }
    return MDGAN_OK;
}

void networks_turn_critics(const networks *const net, const real *const theta, real *const turned)
{
    chain_turn(&net->window.net, theta, turned);
    for (size_t i = 0; i < net->n_latent; i++) {
        chain_turn(&net->latent[i].net, theta, turned);
    }
}

/* n places of `size` numbers without gaps. */
static void take_row(arena *const a, const size_t n, const size_t size, real **const place)
{
    real *const first = arena_take(a, n * size);
    for (size_t k = 0; k < n; k++) {
        place[k] = first ? first + k * size : NULL;
    }
}

/* What shard_generate() fills, n_shown windows of every chain. */
static void layout_generated(shard *const s, const networks *const net, const size_t n_shown, const bool with_gradient,
                             arena *const a)
{
    const schedule *const plan = &net->schedule;
    const size_t n = s->n, w = net->generator.arch.latent;
    take_row(a, plan->n_state, n * w, s->state);
    take_row(a, plan->n_state, n * w, s->kick);
    s->settled = arena_take(a, n * w);
    evolve_tape_layout(&s->evolve, &net->generator, (plan->n_state - 1) * n, a);
    s->from = arena_take(a, n * n_shown * w);
    s->to = arena_take(a, n * n_shown * w);
    s->pairs = arena_take(a, 2 * n * critic_input(&net->window));
    window_tape_layout(&s->window, &net->generator, n * n_shown, with_gradient, a);
}

void shard_layout(shard *const s, const networks *const net, const size_t index, const size_t n_batch, arena *const a)
{
    const architecture *const arch = &net->generator.arch;
    const schedule *const plan = &net->schedule;
    const size_t n = n_batch / N_SHARD, w = arch->latent, values = arch->window * arch->component;
    s->index = index;
    s->n = n;
    s->n_batch = n_batch;
    layout_generated(s, net, plan->n_window, true, a);
    take_row(a, plan->n_state, n * w, s->d_state);
    s->d_from = arena_take(a, n * plan->n_window * w);
    s->d_to = arena_take(a, n * plan->n_window * w);
    s->d_fake = arena_take(a, n * critic_input(&net->window));
    s->d_window = arena_take(a, n * plan->n_window * values);
    s->mix = arena_take(a, n);
    critic_tape_layout(&s->window_critic, &net->window, n, a);
    critic_tape_layout(&s->latent_critic, &net->latent[0], n, a);
}

void shard_layout_early(shard *const s, const networks *const net, const shard *const last, arena *const a)
{
    s->index = last->index;
    s->n = last->n;
    s->n_batch = last->n_batch;
    layout_generated(s, net, net->schedule.n_pair, false, a);
    s->mix = last->mix;
    s->window_critic = last->window_critic;
    s->latent_critic = last->latent_critic;
}

real *shard_fake(const shard *const s, const networks *const net, const size_t i)
{
    return s->pairs + i * critic_input(&net->window) + net->window.padding;
}

real *shard_actual(const shard *const s, const networks *const net, const size_t i)
{
    return shard_fake(s, net, s->n + i);
}

static random_key key_of(const uint64_t seed, const random_purpose purpose)
{
    return (random_key){seed, (uint32_t)purpose};
}

/* Number of sample i of this shard in the batch: what its random numbers hang on. */
static uint32_t sample_of(const shard *const s, const size_t i)
{
    return (uint32_t)(s->index * s->n + i);
}

static void first_states(shard *const s, const networks *const net, const uint64_t seed, const uint64_t iteration,
                         const real *const pool)
{
    const size_t w = net->generator.arch.latent;
    for (size_t i = 0; i < s->n; i++) {
        real choice;
        random_uniform(key_of(seed, RANDOM_PICK), iteration, sample_of(s, i) * 2, 1, &choice);
        if (choice < (real)net->schedule.carry) {
            memcpy(s->state[0] + i * w, pool + sample_of(s, i) * w, w * sizeof *pool);
            memcpy(s->settled + i * w, pool + sample_of(s, i) * w, w * sizeof *pool);
        } else {
            latent_draw(&net->generator, key_of(seed, RANDOM_LATENT), iteration, sample_of(s, i), s->state[0] + i * w);
            memset(s->settled + i * w, 0, w * sizeof *s->settled);
        }
    }
}

static void unroll(shard *const s, const networks *const net, const weights weight, const uint64_t seed,
                   const uint64_t iteration)
{
    const size_t w = net->generator.arch.latent, n_step = net->schedule.n_state - 1;
    for (size_t k = 0; k < n_step; k++) {
        for (size_t i = 0; i < s->n; i++) {
            latent_draw(&net->generator, key_of(seed, RANDOM_EVOLVE), iteration,
                        sample_of(s, i) * UNROLL_MAX + (uint32_t)k, s->kick[k] + i * w);
        }
        evolve_tape tape = evolve_tape_from(&s->evolve, &net->generator, k * s->n);
        evolve_forward(&net->generator, weight, s->n, s->state[k], s->kick[k], s->state[k + 1], &tape);
    }
}

/* The window after state k is bounded by states k and k + 1. In the paper's form it only depends on state k, and the
 * last window may start at the last state. */
static size_t next_state(const schedule *const plan, const size_t k)
{
    return k + 1 < plan->n_state ? k + 1 : k;
}

/* Picks the pairs; then boundaries and noise of the `n_shown` windows of each chain that are generated. The numbers of
 * a window do not depend on which others are. */
static void pick_windows(shard *const s, const networks *const net, const uint64_t seed, const uint64_t iteration,
                         const size_t n_shown)
{
    const schedule *const plan = &net->schedule;
    const size_t w = net->generator.arch.latent, m = net->generator.arch.window;
    const size_t n_offset = (plan->n_window - 2) * m + 1, skip_most = plan->n_window - n_shown;
    for (size_t i = 0; i < s->n; i++) {
        uint32_t words[2];
        random_words(key_of(seed, RANDOM_PICK), iteration, sample_of(s, i) * 2 + 1, 2, words);
        const size_t offset = plan->crop ? words[1] % n_offset : 0;
        const size_t skip = offset / m < skip_most ? offset / m : skip_most;
        s->start[i] = plan->first + words[0] % plan->n_start;
        s->offset[i] = offset - skip * m;
        for (size_t j = 0; j < n_shown; j++) {
            const size_t row = i * n_shown + j, k = s->start[i] + skip + j;
            memcpy(s->from + row * w, s->state[k] + i * w, w * sizeof *s->from);
            memcpy(s->to + row * w, s->state[next_state(plan, k)] + i * w, w * sizeof *s->to);
        }
        window_draw(&net->generator, key_of(seed, RANDOM_NOISE), iteration,
                    (uint32_t)((s->index * s->n + i) * plan->n_window + skip), i * n_shown, n_shown, &s->window);
    }
}

void shard_generate(shard *const s, const networks *const net, const weights weight, const uint64_t seed,
                    const uint64_t iteration, const real *const pool, const bool all)
{
    const architecture *const arch = &net->generator.arch;
    const size_t n_shown = all ? net->schedule.n_window : net->schedule.n_pair;
    const size_t d = arch->component, pair = 2 * arch->window * d;
    first_states(s, net, seed, iteration, pool);
    unroll(s, net, weight, seed, iteration);
    pick_windows(s, net, seed, iteration, n_shown);
    s->windows = window_forward(&net->generator, weight, s->n * n_shown, s->from, s->to, &s->window);
    for (size_t i = 0; i < s->n; i++) {
        memcpy(shard_fake(s, net, i), s->windows + i * n_shown * pair / 2 + s->offset[i] * d, pair * sizeof(real));
    }
}

/* Late pairs of states for D_z number j: the last ones of the chain. */
static size_t latent_pair(const networks *const net, const size_t j)
{
    return net->schedule.n_state - 1 - net->n_latent + j;
}

shard_sums shard_critic_backward(shard *const s, const networks *const net, const weights critics, const uint64_t seed,
                                 const uint64_t iteration, real *const gradient)
{
    shard_sums sums = {0};
    random_uniform(key_of(seed, RANDOM_PENALTY), iteration, (uint32_t)s->index * 16, s->n, s->mix);
    sums.window =
        critic_loss_backward(&net->window, critics, s->n, s->n_batch, s->pairs, s->mix, gradient, &s->window_critic);
    for (size_t j = 0; j < net->n_latent; j++) {
        const size_t k = latent_pair(net, j);
        random_uniform(key_of(seed, RANDOM_PENALTY), iteration, (uint32_t)(s->index * 16 + 1 + j), s->n, s->mix);
        const critic_sums z = critic_loss_backward(&net->latent[j], critics, s->n, s->n_batch, s->state[k], s->mix,
                                                   gradient, &s->latent_critic);
        sums.latent += z.real - z.fake;
        sums.latent_penalty += z.penalty;
    }
    return sums;
}

/* The critic D_z calls the earlier state fake: its loss is D(z_k) - D(z_{k+1}), and G_z minimises the distance
 * D(z_{k+1}) - D(z_k). */
static void latent_backward(shard *const s, const networks *const net, const weights critics)
{
    for (size_t j = 0; j < net->n_latent; j++) {
        const size_t k = latent_pair(net, j);
        critic_sample_gradient(&net->latent[j], critics, 2 * s->n, s->n, s->n_batch, s->state[k], true, s->d_state[k],
                               &s->latent_critic);
    }
}

static void window_gradient(shard *const s, const networks *const net, const real *const theta, const bool pulled,
                            real *const gradient)
{
    const architecture *const arch = &net->generator.arch;
    const schedule *const plan = &net->schedule;
    const size_t d = arch->component, m = arch->window, pair = 2 * m * d, w = arch->latent;
    if (!pulled) {
        memset(s->d_window, 0, s->n * plan->n_window * m * d * sizeof *s->d_window);
    }
    for (size_t i = 0; i < s->n; i++) {
        add_to(pair, s->d_fake + i * critic_input(&net->window) + net->window.padding,
               s->d_window + i * plan->n_window * m * d + s->offset[i] * d);
    }
    window_backward(&net->generator, theta, s->n * plan->n_window, s->from, s->to, s->d_window, s->d_from, s->d_to,
                    gradient, &s->window);
    for (size_t i = 0; i < s->n; i++) {
        for (size_t j = 0; j < plan->n_window; j++) {
            const size_t row = i * plan->n_window + j, k = s->start[i] + j;
            add_to(w, s->d_from + row * w, s->d_state[k] + i * w);
            if (arch->state > 0) {
                add_to(w, s->d_to + row * w, s->d_state[k + 1] + i * w);
            }
        }
    }
}

void shard_generator_backward(shard *const s, const networks *const net, const real *const theta, const weights critics,
                              const bool pulled, const real *const last_pull, real *const gradient)
{
    const architecture *const arch = &net->generator.arch;
    const generator *const g = &net->generator;
    const size_t n_step = net->schedule.n_state - 1;
    memset(s->d_state[0], 0, (n_step + 1) * s->n * arch->latent * sizeof(real));
    critic_sample_gradient(&net->window, critics, s->n, s->n, s->n_batch, s->pairs, false, s->d_fake,
                           &s->window_critic);
    latent_backward(s, net, critics);
    if (last_pull) {
        add_to(s->n * arch->latent, last_pull, s->d_state[n_step]);
    }
    window_gradient(s, net, theta, pulled, gradient);
    for (size_t k = n_step; k-- > 0;) {
        evolve_tape tape = evolve_tape_from(&s->evolve, g, k * s->n);
        evolve_backward(g, theta, s->n, s->d_state[k + 1], s->d_state[k], &tape);
    }
    evolve_backward_weight(g, n_step * s->n, s->state[0], s->kick[0], s->d_state[1], gradient, &s->evolve);
}
