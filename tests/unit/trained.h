/* SPDX-License-Identifier: BSD-3-Clause */
/* Small, short trainings. */
#ifndef MDGAN_TEST_TRAINED_H
#define MDGAN_TEST_TRAINED_H

#include "synthetic.h"

#include <mdgan/train.h>

#include "gan/model.h"

/* cmocka group set-up and tear-down: *state is a communicator. */
static inline int open_comm(void **const state)
{
    mdgan_comm *comm = NULL;
    const int failed = mdgan_comm_create_serial(&comm, NULL);
    *state = comm;
    return failed;
}

static inline int close_comm(void **const state)
{
    mdgan_comm_destroy(*state);
    return 0;
}

/* 24 entities of 64 frames: oscillators in three components. */
static inline void training_data(mdgan_dataset *const data, const mdgan_kind kind, const bool isotropic)
{
    const mdgan_feature f = synthetic_feature(kind, 3, isotropic);
    synthetic_oscillators(data, &f, 24, 64, (oscillator){0.9, 0.8}, 31);
}

/* No limit in seconds: a wall clock that steers the rates would make every run another one. */
static inline mdgan_train_config small_config(const mdgan_init init, const size_t iterations)
{
    mdgan_train_config c = mdgan_train_config_defaults(init);
    c.window = 8;
    c.batch = 8;
    c.channel = 4;
    c.hidden = 8;
    c.latent = init == MDGAN_INIT_RANDOM ? 4 : 2;
    c.iterations = iterations;
    c.evaluate = 3;
    c.seconds = 0;
    c.threads = 1;
    return c;
}

static inline void assert_vectors_equal(const char *const what, const float *const a, const float *const b,
                                        const uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        if (memcmp(&a[i], &b[i], sizeof a[i]) != 0) {
            fail_msg("%s[%llu] of %llu: %.9g and %.9g", what, (unsigned long long)i, (unsigned long long)n,
                     (double)a[i], (double)b[i]);
        }
    }
}

/* All that a training leaves behind, bit by bit; threads and clocks aside. */
static inline void assert_models_equal(const mdgan_model *const a, const mdgan_model *const b)
{
    assert_int_equal(a->n_weight, b->n_weight);
    assert_vectors_equal("weight", a->weight, b->weight, a->n_weight);
    assert_int_equal(a->iterations, b->iterations);
    assert_true(a->score == b->score && a->start_score == b->start_score);
    assert_string_equal(a->start, b->start);
    const checkpoint *const x = a->resume, *const y = b->resume;
    assert_int_equal(!x, !y);
    if (!x) {
        return;
    }
    assert_int_equal(x->iteration, y->iteration);
    assert_vectors_equal("generator", x->generator, y->generator, x->n_generator);
    assert_vectors_equal("generator_mean", x->generator_mean, y->generator_mean, x->n_generator);
    assert_vectors_equal("generator_m", x->generator_m, y->generator_m, x->n_generator);
    assert_vectors_equal("generator_v", x->generator_v, y->generator_v, x->n_generator);
    assert_vectors_equal("critic", x->critic, y->critic, x->n_critic);
    assert_vectors_equal("critic_m", x->critic_m, y->critic_m, x->n_critic);
    assert_vectors_equal("critic_v", x->critic_v, y->critic_v, x->n_critic);
    assert_vectors_equal("pool", x->pool, y->pool, x->n_pool);
    assert_int_equal(x->n_anchor, y->n_anchor);
    assert_vectors_equal("anchor", x->anchor, y->anchor, x->n_anchor);
    assert_true(x->best_score == y->best_score && x->best_iteration == y->best_iteration);
}

/* The checkpoint of a whole training. */
static inline mdgan_model *trained(const mdgan_train_config *const config, const mdgan_dataset *const data,
                                   const mdgan_comm *const comm)
{
    mdgan_trainer *t = NULL;
    mdgan_model *model = NULL;
    mdgan_error error = {""};
    assert_ok(mdgan_trainer_create(&t, config, data, comm, &error), &error);
    assert_ok(mdgan_trainer_run(t, NULL, NULL, 1e9, &error), &error);
    assert_ok(mdgan_trainer_model(t, true, &model, &error), &error);
    mdgan_trainer_destroy(t);
    return model;
}

#endif
