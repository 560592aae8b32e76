/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages between a session and the ranks of another partition that train for it:
 *
 *   session -> partition   HELLO, TRAIN (config, frames), STOP (leave the best model so far), GOODBYE
 *   partition -> session   WELCOME, PROGRESS, MODEL, FAILED (that training), CLOSED (there will be no more)
 *
 * HELLO is the first message of a session, and WELCOME the answer to it; what arrives before is left of another one.
 * Both ends run on machines of one MPI job; lengths, version and contents are checked all the same. */
#ifndef MDGAN_PLUGIN_MESSAGE_H
#define MDGAN_PLUGIN_MESSAGE_H

#include <mdgan/peer.h>
#include <mdgan/train.h>

#include "training.h"
#include "wire.h"

typedef enum message_type {
    MESSAGE_HELLO = 1,
    MESSAGE_WELCOME,
    MESSAGE_TRAIN,
    MESSAGE_STOP,
    MESSAGE_GOODBYE,
    MESSAGE_PROGRESS,
    MESSAGE_MODEL,
    MESSAGE_FAILED,
    MESSAGE_CLOSED
} message_type;

typedef struct message_head {
    char magic[8];
    uint64_t version, type;
    uint64_t job;    /* number of the training, or of the session before the first one */
    uint64_t n_byte; /* of the whole message */
} message_head;

typedef struct message_train {
    message_head head;
    mdgan_train_config config; /* numbers only; its size tells versions apart, the trainer checks the rest */
    wire_feature feature;
    uint64_t n_entity, n_frame;
    int64_t first_step;
    double first_time, box[9];
    double interval; /* s between two PROGRESS */
    /* float value[n_entity][n_frame][n_component] */
} message_train;

typedef struct message_progress {
    message_head head;
    wire_progress progress;
    char start[TRAINING_START_LENGTH];
} message_progress;

typedef struct message_model {
    message_head head;
    wire_progress progress;
    char remark[sizeof(mdgan_error)];
    /* the packed model */
} message_model;

typedef struct message_failed { /* also CLOSED */
    message_head head;
    uint64_t status;
    char text[sizeof(mdgan_error)];
} message_failed;

/* A received message; @c bytes owns all, NULL if there is none. */
typedef struct message {
    message_type type;
    uint64_t job;
    const char *bytes;
    size_t n_byte;
} message;

void message_head_fill(message_head *head, message_type type, uint64_t job, size_t n_byte);

/* The next message, if there is one, with its length checked against its type.
 * Errors: MDGAN_FORMAT, MDGAN_VERSION, those of mdgan_peer_receive(). */
mdgan_status message_receive(const mdgan_peer *peer, message *m, mdgan_error *error);
void message_clear(message *m);

/* Contents of messages of the type in question. Each checks what message_receive() has not. */
mdgan_status message_read_train(const message *m, message_train *train, mdgan_dataset *data, mdgan_error *error);
void message_read_progress(const message *m, mdgan_progress *progress, char start[TRAINING_START_LENGTH]);
mdgan_status message_read_model(const message *m, training_result *result, mdgan_error *error);
/* The failure as a status, never MDGAN_OK. */
mdgan_status message_read_failed(const message *m, mdgan_error *error);

#endif
