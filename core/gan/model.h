/* SPDX-License-Identifier: BSD-3-Clause */
/* The inside of a model and of a training checkpoint: plain data, shared by gan/ (which makes and uses it) and io/
 * (which stores it). */
#ifndef MDGAN_GAN_MODEL_H
#define MDGAN_GAN_MODEL_H

#include <mdgan/model.h>
#include <mdgan/train.h>

#include "gan/modes.h"

/* Shapes of G_Y and G_z; all else follows from it (gan/generator.h). */
typedef struct architecture {
    uint64_t window;    /* M */
    uint64_t component; /* D */
    uint64_t latent;    /* W, width of z */
    uint64_t state;     /* q, states per component of the linear part; 0 = no linear part, the paper's form */
    uint64_t shared;    /* 1: all components share one linear part */
    uint64_t frame;     /* 1: components are axes of a molecule's frame, and z ends with its orientation */
    uint64_t channel;   /* channels of the first U-net level */
    uint64_t hidden;    /* width of G_z's hidden layers */
} architecture;

/* Everything beyond the weights that a training needs to go on exactly where it stopped. */
typedef struct checkpoint {
    mdgan_train_config config;
    uint64_t iteration;
    uint64_t n_entity, n_frame;     /* of the data trained on; resume refuses others. 0 frames: a file did not say */
    uint64_t n_generator, n_critic; /* lengths of the vectors below */
    uint64_t n_pool;                /* values in pool: chains x W */
    uint64_t n_anchor;              /* values in anchor; 0 without a linear start */
    double seconds;                 /* wall-clock time spent, s */
    double start_score, best_score; /* held-out */
    double best_iteration;
    float *generator, *generator_mean, *generator_m, *generator_v; /* [n_generator] weights, EMA, Adam moments */
    float *critic, *critic_m, *critic_v;                           /* [n_critic] */
    float *pool;                                                   /* [n_pool] latent chains */
    float *anchor; /* [n_anchor] running gaps of anchor.h, then of latent_anchor.h */
} checkpoint;

struct mdgan_model {
    mdgan_feature feature;
    architecture arch;
    modes modes;                       /* of the particles of an entity */
    double mean[MDGAN_COMPONENT_MAX];  /* [D] modes: network output = (increment or value - mean) / scale */
    double scale[MDGAN_COMPONENT_MAX]; /* [D] */
    uint64_t n_weight;
    float *weight;       /* [n_weight] EMA weights of G_Y and G_z of the best held-out score */
    uint64_t iterations; /* behind these weights */
    double score, start_score, train_seconds;
    char start[128];    /* how the start was found */
    checkpoint *resume; /* NULL: emission only */
};

/* Zeroed model, or NULL. */
mdgan_model *model_new(void);
/* Allocates the vectors of a checkpoint whose counts are set; false if out of memory. */
bool checkpoint_allocate(checkpoint *c);
void checkpoint_destroy(checkpoint *c);
/* Deep copy, without the checkpoint; NULL if out of memory. */
mdgan_model *model_copy(const mdgan_model *model);
/* Range checks of a training's configuration, whoever gives it: what passes here can be saved and loaded again.
 * Errors: MDGAN_INVALID, naming the member; MDGAN_VERSION. */
mdgan_status train_config_check(const mdgan_train_config *config, mdgan_error *error);
/* Range checks on everything read from outside; MDGAN_FORMAT naming the field. */
mdgan_status model_check(const mdgan_model *model, mdgan_error *error);

#endif
