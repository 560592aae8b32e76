/* SPDX-License-Identifier: BSD-3-Clause */
/* The inside of a training: trainer_create.c sets it up, trainer_start.c finds its first weights, trainer.c runs it,
 * trainer_checkpoint.c takes models out of it and goes on from them. */
#ifndef MDGAN_GAN_TRAINER_H
#define MDGAN_GAN_TRAINER_H

#include <mdgan/train.h>

#include "gan/anchor.h"
#include "gan/batch.h"
#include "gan/latent_anchor.h"
#include "gan/schedule.h"
#include "gan/score.h"
#include "linear/start.h"
#include "parallel/comm.h"
#include "parallel/threads.h"

/* A turned vector (nn/linear.h) of one thread's own: each turns the weights for itself, because what one core writes
 * another waits for, longer than turning takes. */
typedef struct turned_weights {
    real *value;
    uint64_t of; /* the change that it was made after */
} turned_weights;

enum { N_LOSS = 5 }; /* sums over the batch that the losses are made of */

/* Weights and Adam moments. */
typedef struct optimised {
    real *theta, *m, *v;
    uint64_t changes;               /* of theta: whoever makes one counts it */
    turned_weights turned[N_SHARD]; /* one for each thread */
} optimised;

typedef struct mdgan_trainer {
    mdgan_train_config config;
    mdgan_feature feature;
    size_t n_frame;         /* of the data, before positions became increments */
    const mdgan_comm *comm; /* retained */
    threads *threads;
    sample_data data;
    networks net;
    optimised generator, critic;
    real *generator_mean;     /* [n_generator] running mean of the weights: what is scored and kept */
    real *best;               /* [n_generator] */
    real *generator_gradient; /* [N_SHARD][n_generator] */
    real *critic_gradient;    /* [N_SHARD][n_critic] */
    real *pool;               /* [batch][W] where chains last ended */
    shard shard[N_SHARD];     /* of the last critic step of an iteration and of the generators' */
    shard early[N_SHARD];     /* of the critic steps before it, if there are any */
    shard_sums sums[N_SHARD];
    double *loss_rows; /* [N_SHARD][N_LOSS] */
    anchor anchor;     /* weight 0: none */
    latent_anchor latent_anchor;
    double *anchor_sums; /* [N_SHARD][anchor_size()] of the spectrum, then of the states */
    real *latent_pull;   /* [batch][W] */
    real *anchor_work;   /* [N_SHARD][anchor_work_size] */
    size_t anchor_work_size;
    score score;
    size_t *pool_offset;                  /* [ranks + 1] values of the pool that each rank keeps up */
    size_t *picks;                        /* [4][batch] of the shards */
    real *memory;                         /* of all activations */
    double start_spectrum_error;          /* rank 0 */
    double start_displacement[SCORE_FAR]; /* rank 0 */
    uint64_t iteration, best_iteration;
    size_t critic_step;
    double seconds_at_iteration; /* wall-clock time trained, agreed among the ranks */
    uint64_t first_iteration;    /* where this run began */
    double first_seconds;
    mdgan_progress progress;
    char start[128];
} trainer;

/* Whether this rank works on shard number @p index; only of these it has memory. */
static inline bool trainer_owns(const trainer *const t, const size_t index)
{
    return comm_shard_owner(t->comm, index, N_SHARD) == mdgan_comm_rank(t->comm);
}

/* Weights of the generators and of the critics for the thread that is worker number @p worker. */
weights trainer_generator_weights(trainer *t, size_t worker);
weights trainer_critic_weights(trainer *t, size_t worker);

/* Scores the running mean (rank 0 does) and keeps it if it is the best so far. Collective. */
mdgan_status trainer_evaluate(trainer *t, mdgan_error *error);

/* Running means that the anchors keep: of the spectrum, then of the states. */
static inline size_t trainer_anchor_size(const trainer *const t)
{
    return t->anchor.n_gap + t->latent_anchor.n_gap;
}

/* Components share a linear model only if they are one isotropic triplet (or a single one). */
bool trainer_components_shared(const sample_data *s);

/* Rank 0 finds the linear start, all ranks get it. Collective. The caller clears it. */
mdgan_status trainer_find_start(const trainer *t, linear_start *start, mdgan_error *error);
/* Makes it the linear part of the generators' weights. */
mdgan_status trainer_place_start(trainer *t, const linear_start *start, mdgan_error *error);
/* Makes its spectrum the anchor's target. */
mdgan_status trainer_place_anchor(trainer *t, const linear_start *start, mdgan_error *error);
/* Makes its spectrum that which scored models are compared with, and its states those that they are held to; once the
 * start is in its place. */
mdgan_status trainer_expect_start(trainer *t, const linear_start *start, mdgan_error *error);

#endif
