/* SPDX-License-Identifier: BSD-3-Clause */
/* A simulation of oscillators on some ranks, for tests of training beside it. Plain checks instead of cmocka, whose
 * jumps out of a test would leave the other ranks behind. */
#ifndef MDGAN_TESTS_SIMULATION_H
#define MDGAN_TESTS_SIMULATION_H

#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <mdgan/plugin.h>

#include "gan/model.h"

enum { ENTITY = 24, WINDOW = 16, FRAMES = 2 * WINDOW, STRIDE = 4, MANY = 20000 };

static int world_rank;
static char log_text[16384]; /* of this rank */

static inline void check(bool ok, int line, const char *what, const mdgan_error *error)
{
    if (ok) {
        return;
    }
    fprintf(stderr, "rank %d, line %d: %s: %s\n%s", world_rank, line, what, error->text, log_text);
    MPI_Abort(MPI_COMM_WORLD, 1);
}
#define CHECK(condition) check(condition, __LINE__, #condition, &error)

static inline void remember(void *context, const char *line)
{
    const size_t used = strlen(log_text);
    (void)context;
    snprintf(log_text + used, sizeof log_text - used, "%s\n", line);
}

static inline mdgan_host host_of(const mdgan_peer *trainer)
{
    return (mdgan_host){.size = sizeof(mdgan_host), .name = "stub", .log = remember, .trainer = trainer};
}

static inline mdgan_feature velocity(void)
{
    return (mdgan_feature){
        .name = "oscillator", .kind = MDGAN_VELOCITY, .n_component = 1, .reversible = true, .dt = 1, .stride = STRIDE};
}

static inline mdgan_config keywords(const char *overlap, const char *iterations)
{
    mdgan_config config = mdgan_config_defaults();
    const char *const pairs[][2] = {
        {"batch", "16"},      {"channels", "8"},          {"hidden", "8"},     {"minutes", "0"}, {"seed", "7"},
        {"progress", "0.05"}, {"iterations", iterations}, {"overlap", overlap}};
    config.window = WINDOW;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        mdgan_config_set(&config, pairs[i][0], pairs[i][1], NULL);
    }
    return config;
}

static inline void nap(void)
{
    static const struct timespec time = {.tv_nsec = 1000000};
    nanosleep(&time, NULL);
}

/* Frame @p f; only rank 0 of the simulation has one. */
static inline mdgan_status offer(mdgan_session *session, int f, bool root, bool *done, mdgan_error *error)
{
    float row[ENTITY];
    for (int e = 0; e < ENTITY; e++) {
        const double noise = fmod(sin(12.9898 * f + 78.233 * e) * 43758.5453, 1.0);
        row[e] = (float)(0.1 * sin(0.7 * f + 2.4 * e) + 0.01 * noise);
    }
    return mdgan_session_offer(session, (int64_t)f * STRIDE, f, NULL, root ? row : NULL, done, error);
}

/* From frame @p f on until the session says done; the frames then offered, or -1 after an error. */
static inline int run_until_done(mdgan_session *session, int f, bool root, mdgan_error *error)
{
    bool done = false;
    while (!done && f < MANY) {
        nap();
        if (offer(session, f++, root, &done, error) != MDGAN_OK) {
            return -1;
        }
    }
    return done ? f : -1;
}

/* The model of a plain training with seed @p seed on this rank alone. The caller destroys the session. */
static inline mdgan_session *plainly_trained(const mdgan_comm *serial, const mdgan_config *like, size_t seed)
{
    mdgan_error error = {""};
    mdgan_config config = *like;
    const mdgan_feature feature = velocity();
    const mdgan_host quiet = {.size = sizeof quiet, .name = "stub"};
    mdgan_session *session = NULL;
    bool done = false;
    config.seed = seed;
    CHECK(mdgan_config_set(&config, "overlap", "no", &error) == MDGAN_OK);
    CHECK(mdgan_session_create(&session, &config, &feature, ENTITY, &quiet, serial, &error) == MDGAN_OK);
    for (int f = 0; f < FRAMES; f++) {
        CHECK(offer(session, f, true, &done, &error) == MDGAN_OK);
    }
    CHECK(done && mdgan_session_train(session, &error) == MDGAN_OK);
    return session;
}

static inline bool same_model(const mdgan_session *a, const mdgan_session *b)
{
    const mdgan_model *const x = mdgan_session_model(a), *const y = mdgan_session_model(b);
    return x != NULL && y != NULL && x->n_weight == y->n_weight && x->score == y->score && x->resume != NULL &&
           y->resume != NULL && memcmp(x->weight, y->weight, x->n_weight * sizeof *x->weight) == 0 &&
           memcmp(x->resume->critic, y->resume->critic, x->resume->n_critic * sizeof *x->resume->critic) == 0;
}

#endif
