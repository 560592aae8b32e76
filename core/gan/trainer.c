/* SPDX-License-Identifier: BSD-3-Clause */
#include "gan/trainer.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gan/flops.h"
#include "nn/adam.h"
#include "parallel/blas.h"

mdgan_train_config mdgan_train_config_defaults(const mdgan_init init)
{
    mdgan_train_config c = {.size = sizeof c,
                            .seed = 1,
                            .window = 64,
                            .init = init,
                            .channel = 32,
                            .hidden = 64,
                            .critic = MDGAN_CRITIC_CONV,
                            .lipschitz = MDGAN_LIPSCHITZ_PENALTY,
                            .penalty = 10,
                            .clip = 0.05,
                            .batch = 64,
                            .critic_steps = 1,
                            .iterations = 20000,
                            .rate_generator = 5e-4,
                            .rate_critic = 1e-3,
                            .holdout = 0.1,
                            .evaluate = 100,
                            .threads = 1};
    if (init == MDGAN_INIT_RANDOM) {
        /* The best of many settings tried on an oscillator; a pool that always carries on collapses from random
         * weights. */
        c.latent = 16;
        c.carry = 0.5;
        return c;
    }
    /* A start is stationary: chains may go on for long, and fewer channels suffice for what it misses. Chains that
     * begin anew are on their way to where the others are: with a tenth of them (0.9), the anchor of the mean spectrum
     * made the others' line 4 % too strong to make up for them (noisy line). */
    c.latent = 0;
    c.channel = 16;
    c.carry = 0.99;
    c.rate_generator = 2e-3;
    c.rate_critic = 4e-3;
    c.rate_linear = 0.01;
    c.anchor = 2000;
    c.critic_steps = 2;
    c.seconds = 150;
    return c;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* From random weights: down in a straight line in the middle of the training. At the full rate the running mean blurs
 * the windows' noise (30 % too weak on an oscillator); at a twentieth it does not, while models still wander, by 0.005
 * rad per window in an oscillator's frequency, so that the held-out score has good ones to choose from. */
static double factor_from_random(const double done)
{
    const double full = 0.4, down = 0.7, last = 0.05;
    return fmin(1, fmax(last, (down - done) / (down - full)));
}

/* Beside a linear start, what is missing is learnt soon, and what the noise of a high rate spoils afterwards must not
 * be much: down by a cosine, nearly from the beginning. The end of the running mean decides the model. */
static double factor_beside_linear(const double done)
{
    const double full = 0.1, last = 0.01;
    const double fallen = fmin(1, fmax(0, (done - full) / (1 - full)));
    return last + (1 - last) * 0.5 * (1 + cos(M_PI * fallen));
}

static double rate_factor(const trainer *const t)
{
    const double by_iteration = (double)t->iteration / (double)t->config.iterations;
    const double by_time = t->config.seconds > 0 ? t->seconds_at_iteration / t->config.seconds : 0;
    const double done = fmax(by_iteration, by_time);
    return t->net.generator.arch.state == 0 ? factor_from_random(done) : factor_beside_linear(done);
}

/* The generators go on from the windows of the last critic step: only these concern the anchor. */
static bool is_last(const trainer *const t, const size_t critic_step)
{
    return critic_step + 1 == t->config.critic_steps;
}

static bool anchored(const trainer *const t, const size_t critic_step)
{
    return t->anchor.weight > 0 && is_last(t, critic_step);
}

/* Number of the draw: critic steps within an iteration see different samples. */
static uint64_t draw_number(const trainer *const t, const size_t step)
{
    return t->iteration * t->config.critic_steps + step;
}

static shard *shard_of(trainer *const t, const size_t step, const size_t i)
{
    return is_last(t, step) ? &t->shard[i] : &t->early[i];
}

weights trainer_generator_weights(trainer *const t, const size_t worker)
{
    turned_weights *const mine = &t->generator.turned[worker];
    if (mine->of != t->generator.changes) {
        generator_turn(&t->net.generator, t->generator.theta, mine->value);
        mine->of = t->generator.changes;
    }
    return (weights){.value = t->generator.theta, .turned = mine->value};
}

weights trainer_critic_weights(trainer *const t, const size_t worker)
{
    turned_weights *const mine = &t->critic.turned[worker];
    if (mine->of != t->critic.changes) {
        networks_turn_critics(&t->net, t->critic.theta, mine->value);
        mine->of = t->critic.changes;
    }
    return (weights){.value = t->critic.theta, .turned = mine->value};
}

static void measure(trainer *const t, const size_t i)
{
    const shard *const s = &t->shard[i];
    double *const sums = t->anchor_sums + i * trainer_anchor_size(t);
    real *const work = t->anchor_work + i * t->anchor_work_size;
    latent_anchor_measure(&t->latent_anchor, s->n, s->settled, shard_last_state(s, &t->net), sums + t->anchor.n_gap,
                          work);
    anchor_measure(&t->anchor, s->n, s->windows, sums, work);
}

/* Makes what the critics look at in shard i of a step. Of the generators it needs their weights alone. */
static void generate(trainer *const t, const size_t step, const size_t i, const size_t worker)
{
    shard *const s = shard_of(t, step, i);
    const uint64_t seed = t->config.seed, number = draw_number(t, step);
    shard_generate(s, &t->net, trainer_generator_weights(t, worker), seed, number, t->pool, is_last(t, step));
    for (size_t j = 0; j < s->n; j++) {
        sample_data_draw(&t->data, seed, number, (uint32_t)(i * s->n + j), shard_actual(s, &t->net, j));
    }
    if (anchored(t, step)) {
        measure(t, i);
    }
}

static void look(trainer *const t, const size_t i, const size_t worker)
{
    const size_t step = t->critic_step;
    real *const gradient = t->critic_gradient + i * t->net.n_critic_parameter;
    t->sums[i] = shard_critic_backward(shard_of(t, step, i), &t->net, trainer_critic_weights(t, worker), t->config.seed,
                                       draw_number(t, step), gradient);
}

/* The step before the last has a second piece for each shard: to generate what the last step looks at, so that a thread
 * that is done early does not wait for the others. It depends on none of the first pieces. */
static bool generates_ahead(const trainer *const t)
{
    return is_last(t, t->critic_step + 1);
}

static void critic_piece(void *const context, const size_t piece, const size_t worker)
{
    trainer *const t = context;
    const size_t i = piece % N_SHARD, step = t->critic_step;
    if (!trainer_owns(t, i)) {
        return;
    }
    if (piece >= N_SHARD) {
        generate(t, step + 1, i, worker);
        return;
    }
    if (step == 0 || !is_last(t, step)) {
        generate(t, step, i, worker);
    }
    look(t, i, worker);
}

static void generator_piece(void *const context, const size_t i, const size_t worker)
{
    trainer *const t = context;
    if (!trainer_owns(t, i)) {
        return;
    }
    shard *const s = &t->shard[i];
    real *const gradient = t->generator_gradient + i * t->net.generator.n_parameter;
    const bool pulled = t->anchor.weight > 0;
    real *last_pull = NULL;
    const size_t w = t->net.generator.arch.latent;
    if (pulled) {
        anchor_gradient(&t->anchor, s->n, s->n_batch, s->d_window, t->anchor_work + i * t->anchor_work_size);
        last_pull = t->latent_pull + i * s->n * w;
        latent_anchor_gradient(&t->latent_anchor, s->n, s->n_batch, s->settled, shard_last_state(s, &t->net),
                               last_pull);
    }
    shard_generator_backward(s, &t->net, t->generator.theta, trainer_critic_weights(t, worker), pulled, last_pull,
                             gradient);
    memcpy(t->pool + i * s->n * w, shard_last_state(s, &t->net), s->n * w * sizeof *t->pool);
}

static void sum_losses(trainer *const t, const double *const sums)
{
    const double n = (double)t->config.batch;
    t->progress.wasserstein_y = (sums[1] - sums[0]) / n;
    t->progress.wasserstein_z = sums[3] / n;
    t->progress.critic_loss =
        -t->progress.wasserstein_y - t->progress.wasserstein_z + t->net.window.penalty * (sums[2] + sums[4]) / n;
}

/* Adds up losses and what the anchor measures over all shards. */
static mdgan_status reduce_sums(trainer *const t, mdgan_error *const error)
{
    for (size_t i = 0; i < N_SHARD; i++) {
        const shard_sums *const s = &t->sums[i];
        const double row[N_LOSS] = {s->window.fake, s->window.real, s->window.penalty, s->latent, s->latent_penalty};
        memcpy(t->loss_rows + i * N_LOSS, row, sizeof row);
    }
    mdgan_status status = comm_sum_doubles(t->comm, t->threads, t->loss_rows, N_SHARD, N_LOSS, error);
    if (status == MDGAN_OK && anchored(t, t->critic_step)) {
        status = comm_sum_doubles(t->comm, t->threads, t->anchor_sums, N_SHARD, trainer_anchor_size(t), error);
    }
    if (status == MDGAN_OK) {
        sum_losses(t, t->loss_rows);
    }
    return status;
}

/* Every thread takes a part of the n weights, mostly the same one. */
static size_t part_begin(const trainer *const t, const size_t part, const size_t n)
{
    return n * part / threads_count(t->threads);
}

/* Adam on the weights [first, last). */
static void descend(const optimised *const o, const real *const gradient, const size_t first, const size_t last,
                    const double rate, const size_t number)
{
    adam_step(last - first, o->theta + first, gradient + first, o->m + first, o->v + first, rate, 0, 0.9, number);
}

static void critic_step(void *const context, const size_t part, const size_t worker)
{
    (void)worker;
    trainer *const t = context;
    const size_t n = t->net.n_critic_parameter, first = part_begin(t, part, n), last = part_begin(t, part + 1, n);
    descend(&t->critic, t->critic_gradient, first, last, t->config.rate_critic * rate_factor(t),
            draw_number(t, t->critic_step) + 1);
    if (t->config.lipschitz == MDGAN_LIPSCHITZ_CLIP) {
        clip_weights(last - first, t->critic.theta + first, t->config.clip);
    }
}

static mdgan_status critic_update(trainer *const t, mdgan_error *const error)
{
    const size_t n = t->net.n_critic_parameter;
    threads_run(t->threads, generates_ahead(t) ? 2 * N_SHARD : N_SHARD, critic_piece, t);
    mdgan_status status = comm_sum_shards(t->comm, t->threads, t->critic_gradient, N_SHARD, n, error);
    if (status == MDGAN_OK) {
        status = reduce_sums(t, error);
    }
    if (status == MDGAN_OK) {
        threads_run(t->threads, threads_count(t->threads), critic_step, t);
        t->critic.changes++;
    }
    return status;
}

/* The linear part comes first and learns at a rate of its own. */
static void generator_step(void *const context, const size_t part, const size_t worker)
{
    (void)worker;
    trainer *const t = context;
    const size_t n = t->net.generator.n_parameter, n_linear = t->net.generator.n_linear;
    const size_t first = part_begin(t, part, n), last = part_begin(t, part + 1, n);
    const size_t border = n_linear < first ? first : n_linear < last ? n_linear : last;
    const double rate = t->config.rate_generator * rate_factor(t);
    descend(&t->generator, t->generator_gradient, first, border, rate * t->config.rate_linear, t->iteration + 1);
    descend(&t->generator, t->generator_gradient, border, last, rate, t->iteration + 1);
    /* The mean forgets the start quickly at first. */
    const double decay = fmin(0.995, ((double)t->iteration + 1) / ((double)t->iteration + 11));
    running_mean(last - first, t->generator_mean + first, t->generator.theta + first, decay);
}

static mdgan_status generator_update(trainer *const t, mdgan_error *const error)
{
    const size_t n = t->net.generator.n_parameter;
    if (t->anchor.weight > 0) {
        anchor_update(&t->anchor, t->config.batch, N_SHARD, t->anchor_sums);
        latent_anchor_update(&t->latent_anchor, t->config.batch, t->anchor_sums + t->anchor.n_gap);
    }
    threads_run(t->threads, N_SHARD, generator_piece, t);
    const mdgan_status status = comm_sum_shards(t->comm, t->threads, t->generator_gradient, N_SHARD, n, error);
    if (status == MDGAN_OK) {
        threads_run(t->threads, threads_count(t->threads), generator_step, t);
        t->generator.changes++;
    }
    return status;
}

static bool all_finite(const size_t n, const real *const x)
{
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(x[i])) {
            return false;
        }
    }
    return true;
}

/* An anchored model must also keep the start's spectrum, at a finer resolution than records of 2M frames have: they
 * don't see what happens between the lines that they resolve. Where held-out records contradict the start, it may go a
 * little farther. Errors of the finite number of series add up in squares. */
static bool keeps_spectrum(trainer *const t, const double contradiction)
{
    const double tolerance = 0.05 + 0.001 * contradiction;
    const double error = score_spectrum_error(&t->score, &t->net.generator, t->generator_mean);
    if (t->iteration == 0) {
        t->start_spectrum_error = error;
    }
    return error <= hypot(t->start_spectrum_error, tolerance);
}

/* And its positions must get as far as the start's: how far is decided by power at frequencies that no record of 2M
 * frames holds, so that no score sees critics spoil it (60 polymer chains: 10 to 15 % less diffusion at a better
 * score), while the start's comes from the likelihood of all data. */
static bool keeps_displacement(trainer *const t, const double contradiction)
{
    const double tolerance = 0.02 + 0.001 * contradiction;
    double displacement[SCORE_FAR];
    bool keeps = true;
    score_displacement(&t->score, &t->net.generator, t->generator_mean, displacement);
    for (size_t i = 0; i < SCORE_FAR; i++) {
        if (t->iteration == 0) {
            t->start_displacement[i] = displacement[i];
        }
        keeps = keeps && fabs(displacement[i] - t->start_displacement[i]) <= tolerance * t->start_displacement[i];
    }
    return keeps;
}

static bool keeps_start(trainer *const t)
{
    if (!(t->config.anchor > 0) || t->net.generator.arch.state == 0) {
        return true;
    }
    const double contradiction = fmax(0, t->progress.start_score - 10);
    const bool spectrum = keeps_spectrum(t, contradiction);
    return keeps_displacement(t, contradiction) && spectrum;
}

/* Rank 0's judgement of the running mean. */
typedef struct judgement {
    double score;
    int keeps;
} judgement;

static mdgan_status judge(trainer *const t, judgement *const j, mdgan_error *const error)
{
    if (!all_finite(t->net.generator.n_parameter, t->generator.theta)) {
        return mdgan_fail(error, MDGAN_NUMERIC,
                          "training diverged at iteration %zu (weights not finite); lower 'rate' and 'rate/critic'",
                          (size_t)t->iteration);
    }
    j->keeps = keeps_start(t);
    const mdgan_status status = score_weights(&t->score, &t->net.generator, t->generator_mean, &j->score, error);
    if (!isfinite(j->score)) { /* chains of random weights may explode: any other model is better */
        j->score = DBL_MAX;
    }
    return status;
}

/* Ranks do the same arithmetic on the same sums; on unlike processors it may differ by rounding. */
static mdgan_status align_ranks(trainer *const t, judgement *const j, mdgan_error *const error)
{
    const size_t n_generator = t->net.generator.n_parameter * sizeof(real);
    const size_t n_critic = t->net.n_critic_parameter * sizeof(real);
    mdgan_status status = mdgan_comm_broadcast(t->comm, j, sizeof *j, error);
    if (status == MDGAN_OK) {
        status = mdgan_comm_broadcast(t->comm, t->generator.theta, n_generator, error);
    }
    if (status == MDGAN_OK) {
        status = mdgan_comm_broadcast(t->comm, t->generator_mean, n_generator, error);
    }
    if (status == MDGAN_OK) {
        status = mdgan_comm_broadcast(t->comm, t->critic.theta, n_critic, error);
    }
    t->generator.changes++;
    t->critic.changes++;
    return status;
}

bool mdgan_trainer_start_suffices(const mdgan_trainer *const t)
{
    return t->net.generator.arch.state > 0 && t->progress.start_score <= 1;
}

/* Where only chance separates models from the data, it would also choose among them: a linear start that is as good
 * stays, and else the latest model, of the lowest rate, is taken; but never one that scores worse than the start. */
static bool is_better(const trainer *const t, const double reached)
{
    /* The score of a perfect model scatters by about 0.3. Beside a linear start, where the rate falls to the end, the
     * least of many scores would be an early model's: its amplitude was off by 4 % where the last one's was by 1 %
     * (noisy line). */
    const double of_perfect = t->net.generator.arch.state > 0 ? 1.5 : 1;
    const double chance = fmin(of_perfect, t->progress.start_score);
    return !mdgan_trainer_start_suffices(t) &&
           (reached < t->progress.best_score || (t->best_iteration > 0 && reached < chance));
}

mdgan_status trainer_evaluate(trainer *const t, mdgan_error *const error)
{
    judgement j = {0};
    mdgan_status status = mdgan_comm_rank(t->comm) == 0 ? judge(t, &j, error) : MDGAN_OK;
    status = mdgan_comm_agree(t->comm, status, error);
    if (status == MDGAN_OK) {
        status = align_ranks(t, &j, error);
    }
    if (status != MDGAN_OK) {
        return status;
    }
    t->progress.score = j.score;
    if (t->iteration == 0) {
        t->progress.start_score = j.score;
    }
    if (t->iteration == 0 || (j.keeps && is_better(t, j.score))) {
        t->progress.best_score = j.score;
        t->best_iteration = t->iteration;
        memcpy(t->best, t->generator_mean, t->net.generator.n_parameter * sizeof *t->best);
    }
    return MDGAN_OK;
}

static mdgan_status iterate(trainer *const t, mdgan_error *const error)
{
    mdgan_status status = MDGAN_OK;
    for (t->critic_step = 0; status == MDGAN_OK && t->critic_step < t->config.critic_steps; t->critic_step++) {
        status = critic_update(t, error);
    }
    t->critic_step = t->config.critic_steps - 1;
    if (status == MDGAN_OK) {
        status = generator_update(t, error);
    }
    if (status != MDGAN_OK) {
        return status;
    }
    t->iteration++;
    if (t->iteration % t->config.evaluate == 0 || t->iteration == t->config.iterations) {
        return trainer_evaluate(t, error);
    }
    return MDGAN_OK;
}

/* What the ranks agree on after every iteration: rank 0's clock and wishes. */
typedef struct verdict {
    double seconds;
    int stop;
} verdict;

static void estimate_time(trainer *const t)
{
    mdgan_progress *const p = &t->progress;
    p->iteration = t->iteration;
    p->seconds = t->seconds_at_iteration;
    const double done = (double)(t->iteration - t->first_iteration);
    const double rate = done > 0 ? (p->seconds - t->first_seconds) / done : 0;
    p->seconds_left = rate * (double)(t->config.iterations - t->iteration);
    if (t->config.seconds > 0) {
        p->seconds_left = fmin(p->seconds_left, t->config.seconds - p->seconds);
    }
    p->seconds_left = fmax(p->seconds_left, 0);
}

/* Shows progress if it is time to; the host of rank 0 decides whether to go on. */
static bool show_progress(trainer *const t, const mdgan_progress_fn progress, void *const context)
{
    estimate_time(t);
    return !progress || progress(context, &t->progress);
}

/* Scores are the same on all ranks, so they need not agree on this. */
static bool good_enough(const trainer *const t)
{
    return t->config.target > 0 && t->progress.best_score <= t->config.target;
}

/* A training that goes on may have had all its time before. */
static bool used_up(const trainer *const t)
{
    return t->iteration >= t->config.iterations || good_enough(t) ||
           (t->config.seconds > 0 && t->seconds_at_iteration >= t->config.seconds);
}

static mdgan_status run_loop(trainer *const t, const mdgan_progress_fn progress, void *const context,
                             const double interval, mdgan_error *const error)
{
    const double begin = now() - t->seconds_at_iteration;
    double shown = t->seconds_at_iteration;
    mdgan_status status = MDGAN_OK;
    bool stop = used_up(t);
    while (status == MDGAN_OK && !stop) {
        status = iterate(t, error);
        t->seconds_at_iteration = now() - begin;
        verdict v = {t->seconds_at_iteration, used_up(t)};
        if (status == MDGAN_OK) {
            status = mdgan_comm_broadcast(t->comm, &v, sizeof v, error);
        }
        t->seconds_at_iteration = v.seconds;
        stop = v.stop;
        if (status == MDGAN_OK && (stop || v.seconds - shown >= interval)) {
            shown = v.seconds;
            if (stop && t->iteration % t->config.evaluate != 0 && t->iteration != t->config.iterations) {
                status = trainer_evaluate(t, error);
            }
            int go_on = show_progress(t, progress, context);
            if (status == MDGAN_OK) {
                status = mdgan_comm_broadcast(t->comm, &go_on, sizeof go_on, error);
            }
            if (status == MDGAN_OK && !stop && !go_on) {
                status = mdgan_fail(error, MDGAN_CANCELLED, "stopped after %zu of %zu iterations", t->iteration,
                                    t->config.iterations);
            }
        }
    }
    return status;
}

mdgan_status mdgan_trainer_run(mdgan_trainer *const t, const mdgan_progress_fn progress, void *const context,
                               const double interval, mdgan_error *const error)
{
    blas_threads_single();
    t->first_iteration = t->iteration;
    t->first_seconds = t->seconds_at_iteration;
    mdgan_status status = run_loop(t, progress, context, interval, error);
    if (status == MDGAN_OK || status == MDGAN_CANCELLED) {
        /* Every rank needs the whole pool for a checkpoint, but each has only kept up its own shards. */
        const mdgan_status gathered = mdgan_comm_gather_floats(t->comm, t->pool, t->pool_offset, error);
        status = gathered == MDGAN_OK ? status : gathered;
    }
    estimate_time(t);
    blas_threads_restore();
    return status;
}

mdgan_progress mdgan_trainer_progress(const mdgan_trainer *const t)
{
    return t->progress;
}

double mdgan_trainer_flops(const mdgan_trainer *const t)
{
    return (double)t->config.batch * networks_flops(&t->net, t->config.critic_steps);
}
