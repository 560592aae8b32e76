/* SPDX-License-Identifier: BSD-3-Clause */
/* A training that goes on while its owner does something else: in a thread of this rank (beside_thread.c), or on the
 * ranks of another partition (beside_peer.c). It has its own copy of all it works on. The owner never waits for it here
 * but for the end of a thread that has been told to stop. */
#ifndef MDGAN_PLUGIN_BESIDE_H
#define MDGAN_PLUGIN_BESIDE_H

#include <mdgan/peer.h>
#include <mdgan/train.h>

#include "training.h"

/* What is known of a training so far. */
typedef struct beside_news {
    bool finished;
    mdgan_progress progress;           /* the latest; zeroed before the first */
    char start[TRAINING_START_LENGTH]; /* "" until the start has been found */
} beside_news;

typedef struct beside beside;
struct beside {
    /* Begins a training; one at a time. @p data is taken over, also after an error. */
    mdgan_status (*begin)(beside *b, const mdgan_train_config *config, mdgan_dataset *data, mdgan_error *error);
    /* A training that has failed is finished, too: take() tells. */
    void (*look)(beside *b, beside_news *news);
    /* Asks it to end; it will leave its best model so far. */
    void (*stop)(beside *b);
    /* What a finished training has left; after that another one may begin. Errors: those of the training. */
    mdgan_status (*take)(beside *b, training_result *result, mdgan_error *error);
    /* Ends a training in flight, whose result is lost. */
    void (*destroy)(beside *b);
};

mdgan_status beside_thread_create(beside **b, mdgan_error *error);
/* @p peer: retained. @p interval: seconds between two progress messages. MDGAN_PARALLEL if the peer does not answer. */
mdgan_status beside_peer_create(beside **b, const mdgan_peer *peer, double interval, mdgan_error *error);

static inline void beside_destroy(beside *b)
{
    if (b != NULL) {
        b->destroy(b);
    }
}

#endif
