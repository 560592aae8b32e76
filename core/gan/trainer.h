/* SPDX-License-Identifier: BSD-3-Clause */
/* The inside of a training: trainer.c runs it, trainer_create.c sets it up and takes models out of it. */
#ifndef MDGAN_GAN_TRAINER_H
#define MDGAN_GAN_TRAINER_H

#include <mdgan/train.h>

#include "gan/anchor.h"
#include "gan/batch.h"
#include "gan/schedule.h"
#include "gan/score.h"
#include "parallel/threads.h"

/* Weights and their Adam moments. */
typedef struct optimised {
    real *theta, *m, *v;
} optimised;

typedef struct mdgan_trainer {
    mdgan_train_config config;
    mdgan_feature feature;
    const mdgan_comm *comm; /* retained */
    threads *threads;
    sample_data data;
    networks net;
    size_t pair_size;  /* 2 M D */
    size_t chain_size; /* values of all windows of a chain */
    optimised generator, critic;
    real *generator_mean;     /* [n_generator] running mean of the weights: what is scored and kept */
    real *best;               /* [n_generator] */
    real *generator_gradient; /* [N_SHARD][n_generator] */
    real *critic_gradient;    /* [N_SHARD][n_critic] */
    real *pool;               /* [batch][W] where chains last ended */
    shard shard[N_SHARD];
    shard_sums sums[N_SHARD];
    double *loss_rows;   /* [N_SHARD][losses] */
    anchor anchor;       /* weight 0: none */
    double *anchor_sums; /* [N_SHARD][n_gap] */
    real *anchor_pull;   /* [batch][2M][D] */
    real *anchor_work;   /* [N_SHARD][anchor_work_size] */
    size_t anchor_work_size;
    score score;
    size_t *pool_offset; /* [ranks + 1] values of the pool that each rank keeps up */
    size_t *picks;       /* [2][batch] of the shards */
    real *memory;        /* of all activations */
    uint64_t iteration, best_iteration;
    size_t critic_step;
    double seconds_at_iteration; /* wall-clock time trained, agreed among the ranks */
    uint64_t first_iteration;    /* where this run began */
    double first_seconds;
    mdgan_progress progress;
    char start[128];
} trainer;

/* Scores the running mean and keeps it if it is the best so far. */
mdgan_status trainer_evaluate(trainer *t, mdgan_error *error);

#endif
