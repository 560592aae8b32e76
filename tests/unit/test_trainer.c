/* SPDX-License-Identifier: BSD-3-Clause */
#include "trained.h"

#include <mdgan/generate.h>

#include "gan/trainer.h"
#include "nn/adam.h"

/* Both ways to start, and the variants that change what is computed. */
static mdgan_train_config variant(const size_t i, const size_t iterations)
{
    mdgan_train_config c = small_config(i % 2 ? MDGAN_INIT_RANDOM : MDGAN_INIT_LINEAR, iterations);
    c.critic = i < 2 ? c.critic : MDGAN_CRITIC_MLP;
    c.lipschitz = i == 3 ? MDGAN_LIPSCHITZ_CLIP : MDGAN_LIPSCHITZ_PENALTY;
    c.critic_steps = i < 2 ? c.critic_steps : 3;
    return c;
}
enum { N_VARIANT = 4 };

static void threads_change_nothing(void **const state)
{
    mdgan_dataset data;
    training_data(&data, MDGAN_VELOCITY, true);
    for (size_t i = 0; i < N_VARIANT; i++) {
        mdgan_train_config c = variant(i, 7);
        mdgan_model *const one = trained(&c, &data, *state), *const again = trained(&c, &data, *state);
        c.threads = 2;
        mdgan_model *const two = trained(&c, &data, *state);
        assert_models_equal(one, again);
        assert_models_equal(one, two);
        mdgan_model_destroy(one);
        mdgan_model_destroy(again);
        mdgan_model_destroy(two);
    }
    mdgan_dataset_clear(&data);
}

/* The critic steps of the first iteration one after the other, shard by shard: each looks at a draw of its own. */
static void plain_critic_steps(trainer *const t)
{
    const size_t n_critic = t->net.n_critic_parameter;
    for (size_t step = 0; step < t->config.critic_steps; step++) {
        for (size_t i = 0; i < N_SHARD; i++) {
            shard *const s = &t->shard[i];
            shard_generate(s, &t->net, trainer_generator_weights(t, 0), t->config.seed, step, t->pool, true);
            for (size_t j = 0; j < s->n; j++) {
                sample_data_draw(&t->data, t->config.seed, step, (uint32_t)(i * s->n + j), shard_actual(s, &t->net, j));
            }
            shard_critic_backward(s, &t->net, trainer_critic_weights(t, 0), t->config.seed, step,
                                  t->critic_gradient + i * n_critic);
        }
        assert_int_equal(comm_sum_shards(t->comm, t->threads, t->critic_gradient, N_SHARD, n_critic, NULL), MDGAN_OK);
        adam_step(n_critic, t->critic.theta, t->critic_gradient, t->critic.m, t->critic.v, t->config.rate_critic, 0,
                  0.9, step + 1);
        t->critic.changes++;
    }
}

static void windows_made_ahead_are_those_of_their_step(void **const state)
{
    mdgan_dataset data;
    mdgan_error error = {""};
    training_data(&data, MDGAN_VELOCITY, true);
    for (size_t i = 0; i < 8; i++) {
        mdgan_train_config c = variant(i % 2, 1);
        c.critic_steps = 1 + i / 2;
        c.threads = 3;
        mdgan_trainer *made = NULL, *plain = NULL;
        assert_ok(mdgan_trainer_create(&made, &c, &data, *state, &error), &error);
        assert_ok(mdgan_trainer_create(&plain, &c, &data, *state, &error), &error);
        assert_ok(mdgan_trainer_run(made, NULL, NULL, 0, &error), &error);
        plain_critic_steps(plain);
        assert_vectors_equal("critic", made->critic.theta, plain->critic.theta, plain->net.n_critic_parameter);
        mdgan_trainer_destroy(made);
        mdgan_trainer_destroy(plain);
    }
    mdgan_dataset_clear(&data);
}

/* A different seed is a different training: otherwise equality above would prove little. */
static void seeds_change_everything(void **const state)
{
    mdgan_dataset data;
    training_data(&data, MDGAN_VELOCITY, true);
    mdgan_train_config c = variant(0, 3);
    mdgan_model *const one = trained(&c, &data, *state);
    c.seed++;
    mdgan_model *const other = trained(&c, &data, *state);
    const checkpoint *const x = one->resume, *const y = other->resume;
    assert_memory_not_equal(x->generator, y->generator, x->n_generator * sizeof *x->generator);
    assert_memory_not_equal(x->critic, y->critic, x->n_critic * sizeof *x->critic);
    mdgan_model_destroy(one);
    mdgan_model_destroy(other);
    mdgan_dataset_clear(&data);
}

/* The anchor holds a linear start's spectrum; without such a start there is nothing to hold. */
static void anchors_pull_linear_starts_only(void **const state)
{
    mdgan_dataset data;
    training_data(&data, MDGAN_VELOCITY, true);
    for (size_t i = 0; i < 2; i++) {
        mdgan_train_config c = variant(i, 3);
        c.anchor = 0;
        mdgan_model *const without = trained(&c, &data, *state);
        c.anchor = 1000;
        mdgan_model *const with = trained(&c, &data, *state);
        const checkpoint *const x = without->resume, *const y = with->resume;
        const bool equal = memcmp(x->generator, y->generator, x->n_generator * sizeof(float)) == 0;
        assert_int_equal(equal, i == 1);
        /* Of chains of five windows a spectrum and complex products of its frequencies with those 1 .. 8 window rates
         * above (or to half a frame's), a mean for every place in a window, and two moments of the states. */
        const size_t n_state = with->arch.state, n_moment = 2 * n_state * n_state;
        const size_t n_frame = 5 * c.window, n_cycle = c.window < 16 ? c.window / 2 : 8;
        assert_int_equal(y->n_anchor, i == 1 ? 0
                                             : n_frame / 2 + 1 + c.window * data.feature.n_component +
                                                   2 * n_cycle * n_frame + n_moment);
        mdgan_model_destroy(without);
        mdgan_model_destroy(with);
    }
    mdgan_dataset_clear(&data);
}

typedef struct stopper {
    size_t calls, stop_at; /* iteration */
    mdgan_progress last;
} stopper;

static bool stop_there(void *const context, const mdgan_progress *const p)
{
    stopper *const s = context;
    assert_true(p->iteration > s->last.iteration && p->iteration <= p->iterations);
    s->calls++;
    s->last = *p;
    return p->iteration < s->stop_at;
}

/* Stops at an iteration, goes through the bytes of a file, and goes on to the end. */
static mdgan_model *interrupted(const mdgan_train_config *const config, const mdgan_dataset *const data,
                                const mdgan_comm *const comm, const size_t stop_at)
{
    stopper s = {.stop_at = stop_at};
    mdgan_trainer *t = NULL;
    mdgan_model *model = NULL, *read = NULL;
    mdgan_error error = {""};
    void *bytes = NULL;
    size_t n_byte;
    assert_ok(mdgan_trainer_create(&t, config, data, comm, &error), &error);
    assert_fails(mdgan_trainer_run(t, stop_there, &s, 0, &error), MDGAN_CANCELLED, &error, "stopped after ");
    assert_int_equal(mdgan_trainer_progress(t).iteration, stop_at);
    assert_ok(mdgan_trainer_model(t, true, &model, &error), &error);
    mdgan_trainer_destroy(t);
    assert_ok(mdgan_model_pack(model, &bytes, &n_byte, &error), &error);
    mdgan_model_destroy(model);
    assert_ok(mdgan_model_unpack(&read, bytes, n_byte, &error), &error);
    free(bytes);
    assert_ok(mdgan_trainer_resume(&t, read, NULL, data, comm, &error), &error);
    mdgan_model_destroy(read);
    assert_ok(mdgan_trainer_run(t, NULL, NULL, 1e9, &error), &error);
    assert_ok(mdgan_trainer_model(t, true, &model, &error), &error);
    mdgan_trainer_destroy(t);
    return model;
}

static void check_resume(const mdgan_comm *const comm, const size_t i)
{
    mdgan_dataset data;
    training_data(&data, MDGAN_VELOCITY, true);
    const mdgan_train_config c = variant(i, 8);
    mdgan_model *const whole = trained(&c, &data, comm);
    /* Between two scores, and at one. */
    static const size_t stops[] = {1, 4, 6};
    for (size_t k = 0; k < sizeof stops / sizeof *stops; k++) {
        mdgan_model *const parts = interrupted(&c, &data, comm, stops[k]);
        assert_models_equal(whole, parts);
        mdgan_model_destroy(parts);
    }
    mdgan_model_destroy(whole);
    mdgan_dataset_clear(&data);
}

static void resuming_a_linear_start_is_never_having_stopped(void **const state)
{
    check_resume(*state, 0);
    check_resume(*state, 2);
}

static void resuming_a_random_start_is_never_having_stopped(void **const state)
{
    check_resume(*state, 1);
    check_resume(*state, 3);
}

/* A training of four iterations and @p seconds goes on within limits (NULL: its own) that leave nothing to do. */
static void check_rest(const mdgan_comm *const comm, const double seconds, const mdgan_train_config *const limits)
{
    mdgan_dataset data;
    mdgan_trainer *t = NULL;
    mdgan_model *again = NULL;
    mdgan_error error = {""};
    training_data(&data, MDGAN_VELOCITY, true);
    const mdgan_train_config c = variant(0, 4);
    mdgan_model *const whole = trained(&c, &data, comm);
    whole->resume->seconds = seconds;
    assert_ok(mdgan_trainer_resume(&t, whole, limits, &data, comm, &error), &error);
    assert_ok(mdgan_trainer_run(t, NULL, NULL, 1e9, &error), &error);
    assert_ok(mdgan_trainer_model(t, true, &again, &error), &error);
    assert_models_equal(whole, again);
    mdgan_trainer_destroy(t);
    mdgan_model_destroy(whole);
    mdgan_model_destroy(again);
    mdgan_dataset_clear(&data);
}

static void a_finished_training_stays_as_it_is(void **const state)
{
    check_rest(*state, 1, NULL);
}

static void a_training_without_time_left_stays_as_it_is(void **const state)
{
    mdgan_train_config limits = variant(0, 4);
    limits.iterations = 8;
    limits.seconds = 10;
    check_rest(*state, 10, &limits);
}

static void no_iterations_keep_the_start(void **const state)
{
    mdgan_dataset data;
    mdgan_error error = {""};
    training_data(&data, MDGAN_VELOCITY, true);
    for (size_t i = 0; i < 2; i++) {
        const mdgan_train_config c = variant(i, 0);
        mdgan_trainer *t = NULL;
        mdgan_model *start = NULL, *run = NULL;
        assert_ok(mdgan_trainer_create(&t, &c, &data, *state, &error), &error);
        assert_ok(mdgan_trainer_model(t, false, &start, &error), &error);
        assert_ok(mdgan_trainer_run(t, NULL, NULL, 0, &error), &error);
        assert_ok(mdgan_trainer_model(t, false, &run, &error), &error);
        assert_models_equal(start, run);
        const mdgan_model_info info = mdgan_model_info_get(run);
        assert_int_equal(info.iterations, 0);
        assert_false(info.checkpoint);
        assert_true(isfinite(info.score) && info.score == info.start_score);
        assert_non_null(strstr(info.start, i == 0 ? "2 states" : "random"));
        mdgan_trainer_destroy(t);
        mdgan_model_destroy(start);
        mdgan_model_destroy(run);
    }
    mdgan_dataset_clear(&data);
}

static void check_finite(const float *const x, const uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        assert_true(isfinite(x[i]));
    }
}

/* For every kind of feature and variant: finite, scored, never worse than the start, and something was learnt. */
static void trainings_are_finite_and_never_worse(void **const state)
{
    for (size_t i = 0; i < N_VARIANT; i++) {
        for (int kind = MDGAN_VELOCITY; kind <= MDGAN_SCALAR; kind++) {
            mdgan_dataset data;
            training_data(&data, (mdgan_kind)kind, kind != MDGAN_SCALAR);
            const mdgan_train_config c = variant(i, 7);
            mdgan_model *const model = trained(&c, &data, *state);
            const checkpoint *const last = model->resume;
            assert_int_equal(last->iteration, 7);
            assert_true(model->score <= model->start_score && model->score > 0);
            assert_true(last->best_score == model->score);
            check_finite(model->weight, model->n_weight);
            check_finite(last->generator, last->n_generator);
            check_finite(last->critic, last->n_critic);
            check_finite(last->pool, last->n_pool);
            assert_memory_not_equal(last->generator, last->generator_mean, last->n_generator * sizeof(float));
            mdgan_model_destroy(model);
            mdgan_dataset_clear(&data);
        }
    }
}

static void clipping_keeps_critics_in_bounds(void **const state)
{
    mdgan_dataset data;
    training_data(&data, MDGAN_VELOCITY, true);
    mdgan_train_config c = variant(3, 5);
    mdgan_model *const clipped = trained(&c, &data, *state);
    c.lipschitz = MDGAN_LIPSCHITZ_PENALTY;
    mdgan_model *const penalised = trained(&c, &data, *state);
    float largest[2] = {0};
    for (size_t i = 0; i < clipped->resume->n_critic; i++) {
        largest[0] = fmaxf(largest[0], fabsf(clipped->resume->critic[i]));
        largest[1] = fmaxf(largest[1], fabsf(penalised->resume->critic[i]));
    }
    assert_true(largest[0] <= (float)c.clip);
    assert_true(largest[1] > 2 * (float)c.clip);
    mdgan_model_destroy(clipped);
    mdgan_model_destroy(penalised);
    mdgan_dataset_clear(&data);
}

static void progress_is_told_and_can_stop(void **const state)
{
    mdgan_dataset data;
    mdgan_trainer *t = NULL;
    mdgan_error error = {""};
    training_data(&data, MDGAN_VELOCITY, true);
    const mdgan_train_config c = variant(0, 20);
    assert_ok(mdgan_trainer_create(&t, &c, &data, *state, &error), &error);
    stopper s = {.stop_at = 5};
    assert_fails(mdgan_trainer_run(t, stop_there, &s, 0, &error), MDGAN_CANCELLED, &error, "5 of 20 iterations");
    assert_int_equal(s.calls, 5);
    assert_int_equal(s.last.iterations, 20);
    assert_true(isfinite(s.last.critic_loss) && isfinite(s.last.wasserstein_y) && isfinite(s.last.wasserstein_z));
    assert_true(s.last.seconds > 0 && s.last.seconds_left > 0);
    assert_true(s.last.best_score <= s.last.start_score);
    const mdgan_progress p = mdgan_trainer_progress(t);
    assert_int_equal(p.iteration, 5);
    /* The next run goes on. */
    s.stop_at = 9;
    assert_fails(mdgan_trainer_run(t, stop_there, &s, 0, &error), MDGAN_CANCELLED, &error, "9 of 20 iterations");
    assert_int_equal(s.last.iteration, 9);
    /* Rarely called if not wanted, but always at the end. */
    s.stop_at = 20; /* what it says then comes too late */
    s.calls = 0;
    assert_ok(mdgan_trainer_run(t, stop_there, &s, 1e9, &error), &error);
    assert_int_equal(s.calls, 1);
    assert_int_equal(s.last.iteration, 20);
    mdgan_trainer_destroy(t);
    mdgan_dataset_clear(&data);
}

static void seconds_end_a_training(void **const state)
{
    mdgan_dataset data;
    mdgan_trainer *t = NULL;
    mdgan_error error = {""};
    training_data(&data, MDGAN_VELOCITY, true);
    mdgan_train_config c = variant(0, 1000000000);
    c.seconds = 0.1;
    assert_ok(mdgan_trainer_create(&t, &c, &data, *state, &error), &error);
    assert_ok(mdgan_trainer_run(t, NULL, NULL, 1e9, &error), &error);
    const mdgan_progress p = mdgan_trainer_progress(t);
    assert_true(p.iteration >= 1 && p.iteration < 1000000);
    assert_true(p.seconds >= 0.1 && p.seconds < 20);
    assert_true(p.seconds_left == 0);
    mdgan_trainer_destroy(t);
    mdgan_dataset_clear(&data);
}

/* Absurd step sizes: a status that says so, and the start survives. */
static void a_training_that_diverges_says_so_and_keeps_the_start(void **const state)
{
    mdgan_dataset data;
    mdgan_trainer *t = NULL;
    mdgan_model *model = NULL;
    mdgan_error error = {""};
    training_data(&data, MDGAN_VELOCITY, true);
    mdgan_train_config c = variant(1, 30);
    c.rate_generator = c.rate_critic = 1e30;
    assert_ok(mdgan_trainer_create(&t, &c, &data, *state, &error), &error);
    assert_fails(mdgan_trainer_run(t, NULL, NULL, 1e9, &error), MDGAN_NUMERIC, &error, "diverged");
    assert_ok(mdgan_trainer_model(t, false, &model, &error), &error);
    check_finite(model->weight, model->n_weight);
    assert_true(model->iterations == 0 && isfinite(model->score));
    mdgan_model_destroy(model);
    mdgan_trainer_destroy(t);
    mdgan_dataset_clear(&data);
}

/* One entity held out, or none at all: there is still a score to judge by. */
/* Two particles held together (an Ornstein-Uhlenbeck bond) whose centre diffuses. */
static void dumbbells(mdgan_dataset *const data, const double step, const double memory)
{
    enum { ENTITIES = 100, FRAMES = 129 };
    const mdgan_feature f = synthetic_feature(MDGAN_POSITION, 6, true);
    mdgan_error error = {""};
    uint64_t state = 5;
    assert_ok(mdgan_dataset_create(data, &f, ENTITIES, FRAMES, &error), &error);
    for (size_t e = 0; e < ENTITIES; e++) {
        for (size_t k = 0; k < 3; k++) {
            double centre = 40 * synthetic_uniform(&state), half = synthetic_normal(&state);
            for (size_t t = 0; t < FRAMES; t++) {
                float *const x = data->value + (e * FRAMES + t) * 6 + k;
                x[0] = (float)(centre - half);
                x[3] = (float)(centre + half);
                centre += step * synthetic_normal(&state);
                half = memory * half + sqrt(1 - memory * memory) * synthetic_normal(&state);
            }
        }
    }
}

/* Long after the data's end the particles are as near to each other as ever, and their centre has gone on diffusing
 * from where it was. */
static void particles_stay_together(void **const state)
{
    enum { ENTITIES = 200, LENGTH = 4096, ROW = 6 * ENTITIES };
    const double step = 0.1;
    mdgan_dataset data;
    mdgan_error error = {""};
    dumbbells(&data, step, 0.8);
    mdgan_train_config c = small_config(MDGAN_INIT_LINEAR, 0);
    c.latent = 0;
    mdgan_model *const model = trained(&c, &data, *state);
    float origin[ROW];
    for (size_t i = 0; i < ROW; i++) {
        origin[i] = (float)(i % 6 < 3 ? -1 : 3);
    }
    mdgan_generator *g = NULL;
    assert_ok(mdgan_generator_create(&g, model, ENTITIES, 1, origin, 1, *state, &error), &error);
    double bond = 0, moved = 0, early[4] = {0};
    for (size_t t = 0; t < LENGTH; t++) {
        const float *row = NULL;
        assert_ok(mdgan_generator_next(g, &row, &error), &error);
        for (size_t i = 0; i < ROW; i += i % 6 == 2 ? 4 : 1) {
            early[t < 4 ? t : 3] += t < 4 ? (row[i + 3] - row[i]) / 2 / (3 * ENTITIES) : 0;
            if (t + 1 < LENGTH) {
                continue;
            }
            const double half = (row[i + 3] - row[i]) / 2, centre = (row[i + 3] + row[i]) / 2;
            bond += half * half / (3 * ENTITIES);
            moved += (centre - 1) * (centre - 1) / (3 * ENTITIES);
        }
    }
    /* Relative error of a variance out of n samples: sqrt(2/n) = 0.06 here, and that of the fit to 300 short records.
     */
    assert_near("bond", bond, 1, 0.3);
    assert_near("displacement", moved / (step * step * LENGTH), 1, 0.3);
    mdgan_generator_destroy(g);
    mdgan_model_destroy(model);
    mdgan_dataset_clear(&data);
}

static void few_entities_are_scored(void **const state)
{
    static const size_t counts[] = {1, 2, 9, 10, 11, 24};
    mdgan_dataset data;
    mdgan_error error = {""};
    training_data(&data, MDGAN_VELOCITY, true);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        mdgan_trainer *t = NULL;
        const mdgan_train_config c = variant(1, 0);
        data.n_entity = counts[i];
        assert_ok(mdgan_trainer_create(&t, &c, &data, *state, &error), &error);
        const double reached = mdgan_trainer_progress(t).score;
        if (!isfinite(reached)) {
            fail_msg("%zu entities: the score is %g", counts[i], reached);
        }
        mdgan_trainer_destroy(t);
    }
    mdgan_dataset_clear(&data);
}

static void refuse(void **const state, const mdgan_train_config *const c, const mdgan_status expected,
                   const char *const word)
{
    mdgan_dataset data;
    mdgan_trainer *t = NULL;
    mdgan_error error = {""};
    training_data(&data, MDGAN_VELOCITY, true);
    const mdgan_status status = mdgan_trainer_create(&t, c, &data, *state, &error);
    mdgan_dataset_clear(&data);
    if (status == MDGAN_OK) {
        mdgan_trainer_destroy(t);
        fail_msg("a nonsense '%s' was accepted", word);
    }
    assert_fails(status, expected, &error, word);
}

static void nonsense_in_the_configuration_is_named(void **const state)
{
    mdgan_train_config c = variant(0, 1);
    c.size = 1;
    refuse(state, &c, MDGAN_VERSION, "1 bytes");
    static const size_t windows[] = {0, 7, 11, 26};
    for (size_t i = 0; i < sizeof windows / sizeof *windows; i++) {
        c = variant(0, 1);
        c.window = windows[i];
        refuse(state, &c, MDGAN_INVALID, "window");
    }
    static const size_t batches[] = {0, 2, 63};
    for (size_t i = 0; i < sizeof batches / sizeof *batches; i++) {
        c = variant(0, 1);
        c.batch = batches[i];
        refuse(state, &c, MDGAN_INVALID, "batch");
    }
    c = variant(1, 1);
    c.latent = 0;
    refuse(state, &c, MDGAN_INVALID, "latent");
    c = variant(0, 1);
    size_t *const counts[] = {&c.channel, &c.hidden, &c.critic_steps, &c.evaluate, &c.threads};
    const char *const names[] = {"channel", "hidden", "critic_steps", "evaluate", "threads"};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        const size_t kept = *counts[i];
        *counts[i] = 0;
        refuse(state, &c, MDGAN_INVALID, names[i]);
        *counts[i] = kept;
    }
    c.window = 128;
    refuse(state, &c, MDGAN_DATA, "too few");
}

/* Entities may differ from each other, but not only that. */
static void frames_that_are_all_alike_are_refused(void **const state)
{
    mdgan_dataset data;
    mdgan_trainer *t = NULL;
    mdgan_error error = {""};
    const mdgan_train_config c = variant(0, 1);
    training_data(&data, MDGAN_VELOCITY, true);
    const size_t d = data.feature.n_component, n = data.n_frame * d;
    for (size_t i = 0; i < data.n_entity * n; i++) {
        data.value[i] = data.value[i / n * n + i % d];
    }
    assert_fails(mdgan_trainer_create(&t, &c, &data, *state, &error), MDGAN_DATA, &error, "is the same in all");
    data.value[5 * n - 1] += 1; /* one that moves is enough */
    assert_ok(mdgan_trainer_create(&t, &c, &data, *state, &error), &error);
    mdgan_trainer_destroy(t);
    mdgan_dataset_clear(&data);
}

/* What mdgan_latent_fits() says before there are data is what the start says of them. */
static void latent_fits_or_the_start_refuses_it(void **const state)
{
    mdgan_dataset data;
    size_t n_fit = 0;
    training_data(&data, MDGAN_VELOCITY, true);
    for (size_t latent = 0; latent < 27; latent++) {
        mdgan_trainer *t = NULL;
        mdgan_error error = {""};
        mdgan_train_config c = variant(0, 1);
        c.window = 8;
        c.latent = latent;
        const bool fits = mdgan_latent_fits(MDGAN_INIT_LINEAR, latent, c.window);
        const mdgan_status status = mdgan_trainer_create(&t, &c, &data, *state, &error);
        assert_int_equal(status, fits ? MDGAN_OK : MDGAN_NUMERIC);
        mdgan_trainer_destroy(t);
        n_fit += fits;
    }
    assert_int_equal(n_fit, 5); /* 0, 2, 4, 6 and 8 */
    assert_true(mdgan_latent_fits(MDGAN_INIT_RANDOM, 7, 8) && !mdgan_latent_fits(MDGAN_INIT_RANDOM, 0, 8));
    mdgan_dataset_clear(&data);
}

/* Real numbers that no training can work with; not-a-number is one of them. */
static void nonsense_in_real_numbers_is_named(void **const state)
{
    mdgan_train_config c = variant(0, 1);
    const struct {
        const char *name;
        double *value;
        double bad[3];
    } fields[] = {
        {"holdout", &c.holdout, {-0.1, 1, NAN}},
        {"carry", &c.carry, {-0.1, 1.1, NAN}},
        {"penalty", &c.penalty, {-1, INFINITY, NAN}},
        {"rate_generator", &c.rate_generator, {-1, INFINITY, NAN}},
        {"rate_critic", &c.rate_critic, {-1, INFINITY, NAN}},
        {"rate_linear", &c.rate_linear, {-1, INFINITY, NAN}},
        {"anchor", &c.anchor, {-1, INFINITY, NAN}},
        {"seconds", &c.seconds, {-1, -INFINITY, NAN}},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const double kept = *fields[i].value;
        for (size_t k = 0; k < 3; k++) {
            *fields[i].value = fields[i].bad[k];
            refuse(state, &c, MDGAN_INVALID, fields[i].name);
        }
        *fields[i].value = kept;
    }
    c.lipschitz = MDGAN_LIPSCHITZ_CLIP;
    c.clip = -1;
    refuse(state, &c, MDGAN_INVALID, "clip");
}

static void only_fitting_checkpoints_are_resumed(void **const state)
{
    mdgan_dataset data;
    mdgan_trainer *t = NULL;
    mdgan_error error = {""};
    training_data(&data, MDGAN_VELOCITY, true);
    const mdgan_train_config c = variant(0, 2);
    mdgan_model *const model = trained(&c, &data, *state);
    data.n_entity--;
    assert_fails(mdgan_trainer_resume(&t, model, NULL, &data, *state, &error), MDGAN_MISMATCH, &error, "24 entities");
    data.n_entity++;
    data.n_frame--;
    assert_fails(mdgan_trainer_resume(&t, model, NULL, &data, *state, &error), MDGAN_MISMATCH, &error,
                 "64 frames does not fit these 63 frames");
    data.n_frame++;
    data.feature.dt = 2;
    assert_fails(mdgan_trainer_resume(&t, model, NULL, &data, *state, &error), MDGAN_MISMATCH, &error,
                 "between frames");
    data.feature.dt = 1;
    checkpoint_destroy(model->resume);
    model->resume = NULL;
    assert_fails(mdgan_trainer_resume(&t, model, NULL, &data, *state, &error), MDGAN_STATE, &error, "no checkpoint");
    mdgan_model_destroy(model);
    mdgan_dataset_clear(&data);
    mdgan_trainer_destroy(NULL);
}

static void refuse_resume(const mdgan_model *const model, const mdgan_dataset *const data, const mdgan_comm *const comm,
                          const char *const word)
{
    mdgan_trainer *t = NULL;
    mdgan_error error = {""};
    assert_fails(mdgan_trainer_resume(&t, model, NULL, data, comm, &error), MDGAN_MISMATCH, &error, word);
    assert_null(t);
}

/* As many values, but others. */
static void other_values_are_not_resumed_on(void **const state)
{
    mdgan_dataset data, other;
    const mdgan_feature f = synthetic_feature(MDGAN_VELOCITY, 3, false);
    training_data(&data, MDGAN_VELOCITY, false);
    mdgan_train_config c = small_config(MDGAN_INIT_RANDOM, 2);
    mdgan_model *const model = trained(&c, &data, *state);
    synthetic_oscillators(&other, &f, 24, 64, (oscillator){0.9, 0.8}, 32);
    refuse_resume(model, &other, *state, "component 1 has a ");
    mdgan_dataset_clear(&other);
    model->resume->n_frame = 0; /* of an older file */
    data.value[4] *= 2;         /* a single value, of 4608 */
    refuse_resume(model, &data, *state, "component 2 has a ");
    data.value[4] /= 2;
    for (size_t i = 2; i < 3 * 64 * 24; i += 3) {
        data.value[i] += 0.01F;
    }
    refuse_resume(model, &data, *state, "component 3 has a mean of ");
    mdgan_model_destroy(model);
    mdgan_dataset_clear(&data);
}

/* Two particles whose names are exchanged: all means and deviations of the modes are the same. */
static void other_modes_are_not_resumed_on(void **const state)
{
    mdgan_dataset data;
    const mdgan_feature f = synthetic_feature(MDGAN_VELOCITY, 6, true);
    synthetic_oscillators(&data, &f, 24, 64, (oscillator){0.9, 0.8}, 31);
    const size_t n = 2 * 64 * 24;
    for (size_t i = 1; i < n; i += 2) {
        for (size_t k = 0; k < 3; k++) {
            data.value[3 * i + k] = 0.5F * data.value[3 * i + k] + data.value[3 * (i - 1) + k];
        }
    }
    const mdgan_train_config c = small_config(MDGAN_INIT_RANDOM, 2);
    mdgan_model *const model = trained(&c, &data, *state);
    for (size_t i = 1; i < n; i += 2) {
        for (size_t k = 0; k < 3; k++) {
            const float kept = data.value[3 * i + k];
            data.value[3 * i + k] = data.value[3 * (i - 1) + k];
            data.value[3 * (i - 1) + k] = kept;
        }
    }
    refuse_resume(model, &data, *state, "other normal modes");
    mdgan_model_destroy(model);
    mdgan_dataset_clear(&data);
}

/* As where a later version finds another start. */
static void other_shapes_are_not_resumed(void **const state)
{
    mdgan_dataset data;
    training_data(&data, MDGAN_VELOCITY, true);
    const mdgan_train_config c = variant(0, 2);
    mdgan_model *const model = trained(&c, &data, *state);
    model->resume->n_critic--;
    refuse_resume(model, &data, *state, "go on with the version of mdgan that wrote it");
    mdgan_model_destroy(model);
    mdgan_dataset_clear(&data);
}

/* One linear part per component, where components differ. */
static void components_of_their_own_are_trained(void **const state)
{
    const mdgan_feature f = synthetic_feature(MDGAN_SCALAR, 2, false);
    mdgan_dataset data;
    uint64_t seed = 4;
    mdgan_error error = {""};
    assert_ok(mdgan_dataset_create(&data, &f, 40, 64, &error), &error);
    for (size_t e = 0; e < 40; e++) {
        oscillator_series((oscillator){0.95, 0.4}, &seed, 64, 2, data.value + e * 128);
        oscillator_series((oscillator){0.9, 2}, &seed, 64, 2, data.value + e * 128 + 1);
    }
    mdgan_train_config c = variant(0, 3);
    c.latent = 4;
    mdgan_model *const model = trained(&c, &data, *state);
    assert_int_equal(model->arch.shared, 0);
    assert_int_equal(model->arch.state, 4);
    assert_int_equal(model->arch.latent, 8);
    /* Noiseless processes: a start that may be wrong by white noise of one percent surprises by as much. */
    assert_true(model->score <= model->start_score && model->start_score < 15);
    mdgan_model_destroy(model);
    mdgan_dataset_clear(&data);
}

/* Molecules that point anywhere get a frame, the orientation of which is part of z, and go on in it. */
static void molecules_get_a_frame(void **const state)
{
    const mdgan_feature f = synthetic_feature(MDGAN_VELOCITY, 3, true);
    const oscillator along[3] = {{0.95, 0.5}, {0.95, 1.3}, {0.95, 2.2}};
    mdgan_dataset data;
    synthetic_molecules(&data, &f, 60, 64, along, 8);
    mdgan_train_config c = variant(0, 4);
    c.window = 8;
    c.latent = 8; /* many states in short windows: the longest of an anchor's memories */
    mdgan_model *const model = trained(&c, &data, *state);
    assert_int_equal(model->arch.frame, 1);
    assert_int_equal(model->arch.shared, 0);
    assert_int_equal(model->arch.latent, 3 * 8 + 4);
    assert_non_null(strstr(model->start, "in the molecules' frames"));
    assert_true(model->score <= model->start_score);
    void *bytes;
    size_t n_byte;
    mdgan_model *unpacked = NULL;
    mdgan_error error = {""};
    assert_ok(mdgan_model_pack(model, &bytes, &n_byte, &error), &error);
    assert_ok(mdgan_model_unpack(&unpacked, bytes, n_byte, &error), &error);
    assert_models_equal(model, unpacked);
    mdgan_model_destroy(unpacked);
    free(bytes);
    /* Training goes on bit by bit where it was. */
    mdgan_train_config less = c;
    less.iterations = 2;
    mdgan_model *const first = trained(&less, &data, *state);
    mdgan_trainer *t = NULL;
    mdgan_model *second = NULL;
    assert_ok(mdgan_trainer_resume(&t, first, &c, &data, *state, &error), &error);
    assert_ok(mdgan_trainer_run(t, NULL, NULL, 1e9, &error), &error);
    assert_ok(mdgan_trainer_model(t, true, &second, &error), &error);
    mdgan_trainer_destroy(t);
    assert_true(second->resume->iteration == 4 && second->arch.frame == 1);
    mdgan_model_destroy(first);
    mdgan_model_destroy(second);
    mdgan_model_destroy(model);
    mdgan_dataset_clear(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(windows_made_ahead_are_those_of_their_step),
        cmocka_unit_test(seeds_change_everything),
        cmocka_unit_test(anchors_pull_linear_starts_only),
        cmocka_unit_test(resuming_a_linear_start_is_never_having_stopped),
        cmocka_unit_test(resuming_a_random_start_is_never_having_stopped),
        cmocka_unit_test(a_finished_training_stays_as_it_is),
        cmocka_unit_test(a_training_without_time_left_stays_as_it_is),
        cmocka_unit_test(no_iterations_keep_the_start),
        cmocka_unit_test(trainings_are_finite_and_never_worse),
        cmocka_unit_test(clipping_keeps_critics_in_bounds),
        cmocka_unit_test(progress_is_told_and_can_stop),
        cmocka_unit_test(seconds_end_a_training),
        cmocka_unit_test(a_training_that_diverges_says_so_and_keeps_the_start),
        cmocka_unit_test(particles_stay_together),
        cmocka_unit_test(few_entities_are_scored),
        cmocka_unit_test(molecules_get_a_frame),
        cmocka_unit_test(nonsense_in_the_configuration_is_named),
        cmocka_unit_test(nonsense_in_real_numbers_is_named),
        cmocka_unit_test(frames_that_are_all_alike_are_refused),
        cmocka_unit_test(latent_fits_or_the_start_refuses_it),
        cmocka_unit_test(only_fitting_checkpoints_are_resumed),
        cmocka_unit_test(other_values_are_not_resumed_on),
        cmocka_unit_test(other_modes_are_not_resumed_on),
        cmocka_unit_test(other_shapes_are_not_resumed),
        cmocka_unit_test(components_of_their_own_are_trained),
    };
    return cmocka_run_group_tests(tests, open_comm, close_comm);
}
