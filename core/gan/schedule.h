/* SPDX-License-Identifier: BSD-3-Clause */
/* One shard of a training batch: the paper's schedule (unrolled z, late pairs only, one pair picked at random) and its
 * passes. A batch is always cut into the same shards, so that results don't depend on threads or ranks. */
#ifndef MDGAN_GAN_SCHEDULE_H
#define MDGAN_GAN_SCHEDULE_H

#include "gan/critic.h"
#include "gan/generator.h"

enum {
    N_SHARD = 4,    /* per batch */
    UNROLL_MAX = 8, /* latent states per chain */
    LATENT_CRITIC_MAX = 3
};

/* Latent states z_0 .. z_{n_state-1}; windows start at states first .. and each D_z looks at
 * one of the last pairs. */
typedef struct schedule {
    size_t n_state;  /* states per chain, the fresh or carried one included */
    size_t first;    /* earliest state a window may start from (those before are not stationary) */
    size_t n_window; /* windows per chain */
    size_t n_pair;   /* of these, windows that a pair can touch */
    size_t n_start;  /* possible starts: first .. first + n_start - 1 */
    bool crop;       /* show D_Y 2M frames at a random offset of the windows (shift consistency) */
    double carry;    /* probability that a chain goes on from where it last ended */
} schedule;

/* Paper: pairs; with a linear part: all windows of a chain, cropped. */
schedule schedule_for(const architecture *arch, double carry);

/* Networks and their parameter counts, without numbers. */
typedef struct networks {
    generator generator;
    critic window;                    /* D_Y */
    critic latent[LATENT_CRITIC_MAX]; /* D_z, one per late pair */
    size_t n_latent;
    size_t n_critic_parameter;
    schedule schedule;
} networks;

/* Renews the turned vector of all critics (nn/linear.h). */
void networks_turn_critics(const networks *net, const real *theta, real *turned);

mdgan_status networks_layout(networks *net, const mdgan_train_config *config, const architecture *arch,
                             mdgan_error *error);

/* Work space of one shard. n = samples per shard. */
typedef struct shard {
    size_t index; /* in the batch */
    size_t n;
    size_t n_batch;
    real *state[UNROLL_MAX];   /* [n][W], each right after the one before: any two are a pair for D_z */
    real *settled;             /* [n][W] first states of the chains that were carried on, 0 of the others */
    real *kick[UNROLL_MAX];    /* [n][W]; r that made state k + 1; likewise */
    real *d_state[UNROLL_MAX]; /* [n][W]; likewise */
    size_t *start;             /* [n] state that the first window starts from */
    size_t *offset;            /* [n] frames cut off the generated windows before the pair */
    real *from, *to;           /* [n * n_window][W] */
    real *d_from, *d_to;
    const real *windows; /* [n][n_window or n_pair][M][D] generated, in the tape */
    real *pairs;         /* [2 n][input of D_Y]: n generated pairs, n real ones (augmented) */
    real *d_fake;        /* [n][input of D_Y] */
    real *d_window;      /* [n][n_window][M][D], what pulls at the windows from elsewhere at first */
    real *mix;           /* [n] */
    evolve_tape evolve;  /* of all steps, one after the other */
    window_tape window;
    critic_tape window_critic, latent_critic;
} shard;

/* Memory has to be zero at first (padding stays so); start and offset need room of their own: [n] each, given by the
 * caller. */
void shard_layout(shard *s, const networks *net, size_t index, size_t n_batch, arena *a);

/* The same shard of another draw, whose windows the generators do not go on from: good for shard_generate() without
 * `all`, n_pair windows of each chain, and for shard_critic_backward(); what only shard_generator_backward() needs is
 * NULL. The critics look at one of both at a time, as their work space (mix and the critics' tapes) is the same.
 * shard_generate() leaves that alone, so that one can be filled while they look at the other. */
void shard_layout_early(shard *s, const networks *net, const shard *last, arena *a);

/* Where the 2M frames of generated and of real pair i lie: [2M][D]. */
real *shard_fake(const shard *s, const networks *net, size_t i);
real *shard_actual(const shard *s, const networks *net, size_t i);

/* What a shard saw, as sums over its samples. */
typedef struct shard_sums {
    critic_sums window;
    double latent; /* over the D_z: D(z_k) - D(z_{k+1}) */
    double latent_penalty;
} shard_sums;

/* Generates the fake pairs of this shard: chains from the carried states (pool[n_batch][W], updated by the caller from
 * state[n_state - 1]) or fresh ones, windows, crops. all: every window of the chains, for the anchor and for
 * shard_generator_backward(); else only those that the pairs touch. */
void shard_generate(shard *s, const networks *net, weights weight, uint64_t seed, uint64_t iteration, const real *pool,
                    bool all);

/* gradient (critics') = of all critic losses; the real pairs must be filled. */
shard_sums shard_critic_backward(shard *s, const networks *net, weights critics, uint64_t seed, uint64_t iteration,
                                 real *gradient);

/* Where its chains end: [n][W]. */
static inline real *shard_last_state(const shard *const s, const networks *const net)
{
    return s->state[net->schedule.n_state - 1];
}

/* gradient (generators') = of  -mean D_Y(fake) + sum over D_z of (mean D_z(z_{k+1}) - mean D_z(z_k)), i.e. of all
 * estimated Wasserstein distances. pulled: d_window holds what is to be added to d(loss)/d(windows); last_pull: [n][W]
 * added to d(loss)/d(last states), or NULL. */
void shard_generator_backward(shard *s, const networks *net, const real *theta, weights critics, bool pulled,
                              const real *last_pull, real *gradient);

#endif
