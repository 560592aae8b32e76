/* SPDX-License-Identifier: BSD-3-Clause */
/** @file
 * Training: from a dataset to a model.
 *
 * Method: Endo, Tomobe, Yasuoka, "Multi-step time series generator for molecular dynamics", AAAI 2018;
 * Wasserstein critics with gradient penalty: Gulrajani et al., NeurIPS 2017.
 */
#ifndef MDGAN_TRAIN_H
#define MDGAN_TRAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mdgan/comm.h>
#include <mdgan/dataset.h>
#include <mdgan/model.h>
#include <mdgan/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum mdgan_init {
    MDGAN_INIT_LINEAR = 0, /**< closed-form linear state-space start, then adversarial training */
    MDGAN_INIT_RANDOM = 1  /**< the paper: random weights, z of width `latent` */
} mdgan_init;

typedef enum mdgan_critic {
    MDGAN_CRITIC_CONV = 0, /**< strided convolutions whose patches straddle the join */
    MDGAN_CRITIC_MLP = 1   /**< affine layers on the whole window pair */
} mdgan_critic;

typedef enum mdgan_lipschitz {
    MDGAN_LIPSCHITZ_PENALTY = 0, /**< gradient penalty */
    MDGAN_LIPSCHITZ_CLIP = 1     /**< weight clipping of the original WGAN */
} mdgan_lipschitz;

/** Everything that decides the outcome of a training, apart from the data. */
typedef struct mdgan_train_config {
    size_t size;               /**< sizeof(mdgan_train_config), set by the defaults */
    uint64_t seed;             /**< key of all random numbers */
    size_t window;             /**< M, frames per window; see mdgan_window_fits() */
    mdgan_init init;           /**< where the weights start */
    size_t latent;             /**< width W of z (random init); states per component, 0 = chosen by the data (linear) */
    size_t channel;            /**< channels of the U-net's first level; deeper levels have twice as many */
    size_t hidden;             /**< width of hidden affine layers */
    mdgan_critic critic;       /**< architecture of D_Y */
    mdgan_lipschitz lipschitz; /**< how the critics are kept 1-Lipschitz */
    double penalty;            /**< weight of the gradient penalty */
    double clip;               /**< bound of the critics' weights (clipping) */
    size_t batch;              /**< window pairs per iteration, a multiple of 4 */
    size_t critic_steps;       /**< critic updates per generator update */
    size_t iterations;         /**< generator updates at the most; 0 = the start alone */
    double seconds;            /**< wall-clock limit of the training, s; 0 = none */
    double target;             /**< held-out score at which the training is good enough and ends; 0 = none */
    double rate_generator;     /**< Adam step size of G_Y and G_z */
    double rate_critic;        /**< Adam step size of D_Y and D_z */
    double rate_linear;        /**< factor on rate_generator for the linear start's own weights */
    double anchor;             /**< pull of mean spectrum (divided by the start's score if that is above 1) and pace of
                                    the states towards the linear start's, of what shows where windows begin towards
                                    zero; 0 = none */
    double carry;              /**< probability that a chain of z goes on from the pool instead of a fresh z */
    double holdout;            /**< fraction of the entities kept out of training to score it, at least two; of less
                                  than ten none are, and the score is that of the training data */
    size_t evaluate;           /**< iterations between two held-out scores */
    size_t threads;            /**< worker threads per rank; does not change the result */
} mdgan_train_config;

enum { MDGAN_WINDOW_MIN = 8, MDGAN_WINDOW_MAX = 4096 };

/** Whether M frames can be trained on: a product of 2, 3, 5 and 7 from MDGAN_WINDOW_MIN to MDGAN_WINDOW_MAX. */
bool mdgan_window_fits(size_t window);

/** Whether a training that starts like this can have this `latent`. From random weights: any width from 1. Of a linear
 * start: 0, or a number of states per component that windows of this length can hold. */
bool mdgan_latent_fits(mdgan_init init, size_t latent, size_t window);

/** Defaults for a way to start; they differ in latent, channel, rates, critic_steps, seconds, anchor and carry. */
mdgan_train_config mdgan_train_config_defaults(mdgan_init init);

/** Where a training stands. */
typedef struct mdgan_progress {
    size_t iteration;     /**< generator updates done */
    size_t iterations;    /**< planned */
    double critic_loss;   /**< of all critics: minus the estimated Wasserstein distances, plus gradient penalties */
    double wasserstein_y; /**< estimated distance of generated and real window pairs */
    double wasserstein_z; /**< sum over the D_z of the estimated distances of successive z */
    double score;         /**< held-out score of the last evaluation: mean squared z-score of statistics of generated
                               records; about 1 if only chance separates them from held-out records */
    double best_score;    /**< of the model that will be kept */
    double start_score;   /**< of the start (iteration 0). A linear start was fitted again to all entities, held-out
                               ones too, after it was chosen, so this is slightly in its favour */
    double seconds;       /**< elapsed, s */
    double seconds_left;  /**< estimated, s */
} mdgan_progress;

/** Called by every rank now and then, with the same values; return false to stop (agreed across ranks by rank 0). */
typedef bool (*mdgan_progress_fn)(void *context, const mdgan_progress *progress);

typedef struct mdgan_trainer mdgan_trainer;

/** Prepares a training: linear start or random weights, hold-out, pools. @p data is the same on every rank, copied.
 * Retains @p comm, which must outlive the trainer. *@p trainer is unchanged after an error. Collective.
 * Errors: MDGAN_INVALID (config), MDGAN_VERSION (config of another size: recompile), MDGAN_DATA (too short, not finite,
 * constant), MDGAN_MEMORY, MDGAN_NUMERIC, MDGAN_PARALLEL. */
mdgan_status mdgan_trainer_create(mdgan_trainer **trainer, const mdgan_train_config *config, const mdgan_dataset *data,
                                  const mdgan_comm *comm, mdgan_error *error);

/** Goes on with the training of a checkpoint, on the data it was trained on: with the same limits the same run as if it
 * had never been interrupted. @p model: the same on every rank. @p limits: its iterations (in all), seconds (in
 * all), target and threads replace the checkpoint's; NULL = as they were. Collective.
 * Errors: as above, and MDGAN_STATE if @p model carries no checkpoint, MDGAN_MISMATCH if it is of other data:
 * another extent, or means, standard deviations or normal modes that differ. */
mdgan_status mdgan_trainer_resume(mdgan_trainer **trainer, const mdgan_model *model, const mdgan_train_config *limits,
                                  const mdgan_dataset *data, const mdgan_comm *comm, mdgan_error *error);

/** NULL is fine. */
void mdgan_trainer_destroy(mdgan_trainer *trainer);

/** Trains until iterations or seconds are used up, the best score has come down to the target or @p progress says stop.
 * Collective. The best model so far is kept whatever happens. @p interval: seconds between two progress calls. Errors:
 * MDGAN_CANCELLED (@p progress said stop: the training may be run on, or resumed), MDGAN_NUMERIC (weights not finite),
 * MDGAN_MEMORY, MDGAN_PARALLEL. After the others mdgan_trainer_model() still gives the best model so far, but training
 * cannot go on. */
mdgan_status mdgan_trainer_run(mdgan_trainer *trainer, mdgan_progress_fn progress, void *context, double interval,
                               mdgan_error *error);

mdgan_progress mdgan_trainer_progress(const mdgan_trainer *trainer);

/** Whether held-out entities cannot tell a linear start from the data (start_score <= 1). It is then the best model
 * whatever is trained, and a host may leave the training out. False from random weights. */
bool mdgan_trainer_start_suffices(const mdgan_trainer *trainer);

/** Floating-point operations of one iteration: those of its matrix products, over the whole batch. */
double mdgan_trainer_flops(const mdgan_trainer *trainer);

/** A copy of the best model by held-out score; never worse than the start. With @p checkpoint it also carries all that
 * mdgan_trainer_resume() needs. The caller destroys it. *@p model is unchanged after an error. Errors: MDGAN_MEMORY. */
mdgan_status mdgan_trainer_model(const mdgan_trainer *trainer, bool checkpoint, mdgan_model **model,
                                 mdgan_error *error);

#ifdef __cplusplus
}
#endif
#endif
