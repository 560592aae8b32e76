/* SPDX-License-Identifier: BSD-3-Clause */
/* Training on another partition, where mdgan_serve() waits for it. This is the session's end, on its rank 0. */
#include "beside.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "message.h"
#include "session.h"

/* How long the beginning of a session waits for the other side, and its end for messages that this does not take. */
static const double welcome_patience = 20, patience = 10; /* s */

static const struct timespec nap = {.tv_nsec = 1000000};

typedef struct peer_beside {
    beside face;
    const mdgan_peer *retained_peer;
    double interval;
    uint64_t job; /* of the present training; no session uses a number again, so that late messages are told apart */
    bool in_flight;
    bool stopped;           /* it has been asked to end */
    bool left;              /* the other side has said goodbye */
    bool closed;            /* so it has, or what it says makes no sense */
    mdgan_sending *sending; /* of the frames */
    beside_news news;
    training_result result;
    mdgan_status status; /* of the training */
    mdgan_error error;
} peer_beside;

/* A message that is nothing but its head leaves at once, or with the next one. */
static void send_head(const peer_beside *p, message_type type)
{
    message_head head;
    mdgan_sending *sending = NULL;
    message_head_fill(&head, type, p->job, sizeof head);
    mdgan_peer_send(p->retained_peer, &head, sizeof head, NULL, 0, &sending, NULL);
    mdgan_sending_destroy(sending, patience);
}

/* Ends the present training with a failure. */
static void fail(peer_beside *p, const message *m)
{
    p->status = message_read_failed(m, &p->error);
    p->news.finished = true;
}

static void take_message(peer_beside *p, const message *m)
{
    if (m->type == MESSAGE_CLOSED) {
        p->left = p->closed = true;
        fail(p, m);
    } else if (m->job != p->job || !p->in_flight || p->news.finished) {
        return; /* of a training that was given up */
    } else if (m->type == MESSAGE_PROGRESS) {
        message_read_progress(m, &p->news.progress, p->news.start);
    } else if (m->type == MESSAGE_MODEL) {
        p->status = message_read_model(m, &p->result, &p->error);
        p->news.progress = p->result.progress;
        p->news.finished = true;
    } else if (m->type == MESSAGE_FAILED) {
        fail(p, m);
    }
}

static void peer_look(beside *b, beside_news *news)
{
    peer_beside *const p = (peer_beside *)b;
    message m = {.bytes = NULL};
    if (mdgan_sending_done(p->sending)) {
        mdgan_sending_destroy(p->sending, 0);
        p->sending = NULL;
    }
    mdgan_status status = message_receive(p->retained_peer, &m, &p->error);
    while (status == MDGAN_OK && m.bytes != NULL) {
        take_message(p, &m);
        message_clear(&m);
        status = p->closed ? MDGAN_OK : message_receive(p->retained_peer, &m, &p->error);
    }
    if (status != MDGAN_OK) { /* after a message that makes no sense none can be trusted */
        p->status = status;
        p->closed = p->news.finished = true;
    }
    *news = p->news;
}

static mdgan_status peer_begin(beside *b, const mdgan_train_config *config, mdgan_dataset *data, mdgan_error *error)
{
    peer_beside *const p = (peer_beside *)b;
    const size_t n_body = data->n_entity * data->n_frame * data->feature.n_component * sizeof(float);
    message_train m = {.config = *config,
                       .feature = wire_feature_of(&data->feature),
                       .n_entity = data->n_entity,
                       .n_frame = data->n_frame,
                       .first_step = data->first_step,
                       .first_time = data->first_time,
                       .interval = p->interval};
    memcpy(m.box, data->box, sizeof m.box);
    p->job++;
    message_head_fill(&m.head, MESSAGE_TRAIN, p->job, sizeof m + n_body);
    mdgan_sending_destroy(p->sending, patience);
    p->sending = NULL;
    p->status = MDGAN_OK;
    p->stopped = false;
    peer_look(b, &(beside_news){.finished = false}); /* perhaps it has left already */
    p->news = (beside_news){.finished = false};
    const mdgan_status status =
        p->closed
            ? mdgan_fail(error, MDGAN_PARALLEL, "nobody trains on the other partition any more: %.800s", p->error.text)
            : mdgan_peer_send(p->retained_peer, &m, sizeof m, data->value, n_body, &p->sending, error);
    p->in_flight = status == MDGAN_OK;
    mdgan_dataset_clear(data);
    return status;
}

static void peer_stop(beside *b)
{
    peer_beside *const p = (peer_beside *)b;
    if (p->in_flight && !p->news.finished && !p->stopped) {
        send_head(p, MESSAGE_STOP);
        p->stopped = true;
    }
}

static mdgan_status peer_take(beside *b, training_result *result, mdgan_error *error)
{
    peer_beside *const p = (peer_beside *)b;
    *result = p->result;
    p->result = (training_result){0};
    p->in_flight = false;
    return p->status == MDGAN_OK ? p->status : mdgan_fail(error, p->status, "%s", p->error.text);
}

/* Takes what is still on its way, so that nothing is left behind between the partitions when MPI ends. */
static void drain(peer_beside *p)
{
    beside_news news;
    for (int ms = 0; !p->closed && ms < 1000 * patience; ms++) {
        peer_look(&p->face, &news);
        nanosleep(&nap, NULL);
    }
}

static void peer_destroy(beside *b)
{
    peer_beside *const p = (peer_beside *)b;
    if (!p->left) {
        send_head(p, MESSAGE_GOODBYE); /* also ends a training in flight */
        drain(p);
    }
    mdgan_sending_destroy(p->sending, patience);
    mdgan_model_destroy(p->result.model);
    free(p);
}

/* Makes sure that there is somebody: data sent to nobody would be waited for, for ever. */
static mdgan_status greet(const peer_beside *p, mdgan_error *error)
{
    const double end = session_clock() + welcome_patience;
    mdgan_status status = MDGAN_OK;
    bool welcome = false;
    send_head(p, MESSAGE_HELLO);
    while (status == MDGAN_OK && !welcome && session_clock() < end) {
        message m = {.bytes = NULL};
        nanosleep(&nap, NULL);
        status = message_receive(p->retained_peer, &m, error);
        welcome = m.bytes != NULL && m.type == MESSAGE_WELCOME && m.job == p->job;
        message_clear(&m);
    }
    if (!welcome) {
        send_head(p, MESSAGE_GOODBYE); /* for whoever comes too late */
    }
    if (status == MDGAN_OK && !welcome) {
        status = mdgan_fail(error, MDGAN_PARALLEL,
                            "keyword 'overlap' got 'partition': the other partition does not answer within %g s; run "
                            "`mdgan serve` there, once for each such fix",
                            welcome_patience);
    }
    return status;
}

mdgan_status beside_peer_create(beside **b, const mdgan_peer *peer, double interval, mdgan_error *error)
{
    peer_beside *const p = calloc(1, sizeof *p);
    if (p == NULL) {
        return mdgan_fail(error, MDGAN_MEMORY, "out of memory for a training on another partition");
    }
    p->face = (beside){peer_begin, peer_look, peer_stop, peer_take, peer_destroy};
    p->retained_peer = peer;
    p->interval = interval;
    p->job = (uint64_t)(1e6 * session_clock());
    const mdgan_status status = greet(p, error);
    if (status != MDGAN_OK) {
        free(p);
        return status;
    }
    *b = &p->face;
    return MDGAN_OK;
}
