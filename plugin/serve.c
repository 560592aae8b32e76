/* SPDX-License-Identifier: BSD-3-Clause */
/* The partition that trains for a session elsewhere (beside_peer.c is the other end). Rank 0 has the connection, all
 * ranks train. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "message.h"
#include "session.h"

/* Seconds that messages may take to leave at the end. */
static const double patience = 10;

typedef struct server {
    const mdgan_peer *retained_client; /* rank 0 */
    const mdgan_comm *retained_comm;
    mdgan_host host;
    message pending;         /* received while training, to be dealt with after it */
    mdgan_sending *progress; /* on their way */
    mdgan_sending *result;
    bool greeted; /* there is a session */
    uint64_t job; /* being worked on */
    double line_interval, next_line;
    char start[TRAINING_START_LENGTH];
} server;

/* What all ranks do next. */
typedef struct order {
    uint64_t goodbye; /* leave; else train */
    uint64_t n_entity, n_frame;
    int64_t first_step;
    double first_time, box[9];
    wire_feature feature;
    mdgan_train_config config;
} order;

static bool is_root(const server *s)
{
    return mdgan_comm_rank(s->retained_comm) == 0;
}

static void log_line(const server *s, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

static void log_line(const server *s, const char *format, ...)
{
    char line[1280];
    va_list list;
    if (!is_root(s) || s->host.log == NULL) {
        return;
    }
    va_start(list, format);
    vsnprintf(line, sizeof line, format, list);
    va_end(list);
    s->host.log(s->host.context, line);
}

/* ---- messages, on rank 0 ------------------------------------------------------------------------------------- */

/* Replaces @p slot, whose message has had its time to leave. */
static mdgan_status send(server *s, mdgan_sending **slot, const void *head, size_t n_head, const void *body,
                         size_t n_body)
{
    mdgan_error error = {""};
    mdgan_sending_destroy(*slot, patience);
    const mdgan_status status = mdgan_peer_send(s->retained_client, head, n_head, body, n_body, slot, &error);
    if (status != MDGAN_OK) {
        log_line(s, "mdgan: %s", error.text);
    }
    return status;
}

static void send_failure(server *s, message_type type, mdgan_status status, const char *text)
{
    message_failed m = {.status = (uint64_t)status};
    message_head_fill(&m.head, type, s->job, sizeof m);
    snprintf(m.text, sizeof m.text, "%s", text);
    send(s, &s->result, &m, sizeof m, NULL, 0);
}

static void send_progress(server *s, const mdgan_progress *progress)
{
    message_progress m = {.progress = wire_progress_of(progress)};
    message_head_fill(&m.head, MESSAGE_PROGRESS, s->job, sizeof m);
    memcpy(m.start, s->start, sizeof m.start);
    send(s, &s->progress, &m, sizeof m, NULL, 0);
}

static void send_result(server *s, const training_result *result)
{
    message_model m = {.progress = wire_progress_of(&result->progress)};
    void *bytes = NULL;
    size_t n_byte = 0;
    mdgan_error error = {""};
    const mdgan_status status = mdgan_model_pack(result->model, &bytes, &n_byte, &error);
    if (status != MDGAN_OK) {
        send_failure(s, MESSAGE_FAILED, status, error.text);
        return;
    }
    message_head_fill(&m.head, MESSAGE_MODEL, s->job, sizeof m + n_byte);
    memcpy(m.remark, result->remark.text, sizeof m.remark);
    const mdgan_status sent = send(s, &s->result, &m, sizeof m, bytes, n_byte);
    free(bytes);
    if (sent == MDGAN_MEMORY) { /* somebody waits for an answer */
        send_failure(s, MESSAGE_FAILED, sent, "no memory to send the model from the other partition");
    }
}

/* ---- waiting ------------------------------------------------------------------------------------------------- */

/* Why the host of this partition wants to end, or NULL. */
static const char *cancelled(const server *s)
{
    return s->host.cancelled != NULL ? s->host.cancelled(s->host.context) : NULL;
}

/* Rank 0: sleeps until there is something to do. */
static mdgan_status await_message(server *s, message *m, mdgan_error *error)
{
    static const struct timespec nap = {.tv_nsec = 5000000};
    mdgan_status status = MDGAN_OK;
    *m = s->pending;
    s->pending = (message){.bytes = NULL};
    while (status == MDGAN_OK && m->bytes == NULL) {
        const char *const reason = cancelled(s);
        status = reason != NULL
                     ? mdgan_fail(error, MDGAN_CANCELLED, "the host of the training partition has ended: %s", reason)
                     : message_receive(s->retained_client, m, error);
        if (status == MDGAN_OK && m->bytes == NULL) {
            mdgan_sending_done(s->result); /* drives it */
            nanosleep(&nap, NULL);
        } else if (status == MDGAN_OK && m->type == MESSAGE_STOP) {
            message_clear(m); /* it came too late: that training has ended */
        }
    }
    return status;
}

/* Rank 0: waits for a session to begin. Whatever comes before is left of one that has ended. */
static mdgan_status await_session(server *s, mdgan_error *error)
{
    mdgan_status status = MDGAN_OK;
    while (status == MDGAN_OK && !s->greeted) {
        message m = {.bytes = NULL};
        message_head welcome;
        status = await_message(s, &m, error);
        if (status == MDGAN_OK && m.type == MESSAGE_HELLO) {
            s->greeted = true;
            s->job = m.job;
            message_head_fill(&welcome, MESSAGE_WELCOME, s->job, sizeof welcome);
            send(s, &s->result, &welcome, sizeof welcome, NULL, 0);
            log_line(s, "mdgan: the other partition collects, waiting for its frames");
        }
        message_clear(&m);
    }
    return status;
}

/* Rank 0: turns the next message into an order. */
static mdgan_status await_order(server *s, order *next, mdgan_dataset *data, mdgan_error *error)
{
    message m = {.bytes = NULL};
    message_train train;
    mdgan_status status = await_session(s, error);
    if (status == MDGAN_OK) {
        status = await_message(s, &m, error);
    }
    if (status == MDGAN_OK && m.type == MESSAGE_TRAIN) {
        status = message_read_train(&m, &train, data, error);
        if (status == MDGAN_OK) {
            s->job = m.job;
            s->line_interval = train.interval;
            *next = (order){.n_entity = train.n_entity,
                            .n_frame = train.n_frame,
                            .first_step = train.first_step,
                            .first_time = train.first_time,
                            .feature = train.feature,
                            .config = train.config};
            memcpy(next->box, train.box, sizeof next->box);
        }
    } else if (status == MDGAN_OK && m.type == MESSAGE_GOODBYE) {
        next->goodbye = 1;
    } else if (status == MDGAN_OK) {
        status = mdgan_fail(error, MDGAN_FORMAT, "the other partition sent a message that only a training sends");
    }
    message_clear(&m);
    return status;
}

/* The order, and its frames, on all ranks. Collective. */
static mdgan_status next_order(server *s, order *next, mdgan_dataset *data, mdgan_error *error)
{
    const mdgan_comm *const comm = s->retained_comm;
    *next = (order){.goodbye = 0};
    *data = (mdgan_dataset){0};
    mdgan_status status = is_root(s) ? await_order(s, next, data, error) : MDGAN_OK;
    const mdgan_status waited = mdgan_comm_wait(comm, status == MDGAN_OK ? error : NULL);
    status = mdgan_comm_agree(comm, status != MDGAN_OK ? status : waited, error);
    if (status == MDGAN_OK) {
        status = mdgan_comm_broadcast(comm, next, sizeof *next, error);
    }
    if (status != MDGAN_OK || next->goodbye) {
        return status;
    }
    mdgan_feature feature;
    if (!is_root(s)) {
        status = wire_feature_read(&next->feature, &feature, error);
        if (status == MDGAN_OK) {
            status = mdgan_dataset_create(data, &feature, (size_t)next->n_entity, (size_t)next->n_frame, error);
        }
        data->first_step = next->first_step;
        data->first_time = next->first_time;
        memcpy(data->box, next->box, sizeof data->box);
    }
    status = mdgan_comm_agree(comm, status, error);
    if (status == MDGAN_OK) {
        const size_t n_value = data->n_entity * data->n_frame * data->feature.n_component;
        status = mdgan_comm_broadcast(comm, data->value, n_value * sizeof *data->value, error);
    }
    return status;
}

/* ---- training ------------------------------------------------------------------------------------------------ */

/* Rank 0: whether the client wants the training to go on. Anything but STOP is left for later, and also ends it. */
static bool goes_on(server *s)
{
    mdgan_error error = {""};
    message m = {.bytes = NULL};
    if (s->pending.bytes != NULL) {
        return false;
    }
    const mdgan_status status = message_receive(s->retained_client, &m, &error);
    if (status != MDGAN_OK) {
        log_line(s, "mdgan: %s", error.text);
        return false;
    }
    if (m.bytes == NULL) {
        return true;
    }
    const bool stale = m.type == MESSAGE_STOP && m.job != s->job;
    if (m.type == MESSAGE_STOP) {
        message_clear(&m);
    } else {
        s->pending = m;
    }
    return stale;
}

static bool on_progress(void *context, const mdgan_progress *progress)
{
    server *const s = context;
    if (!is_root(s)) {
        return true;
    }
    const double now = session_clock();
    if (now >= s->next_line && mdgan_sending_done(s->progress)) {
        send_progress(s, progress);
        s->next_line = now + s->line_interval;
    }
    return goes_on(s) && cancelled(s) == NULL;
}

static mdgan_status train(server *s, const order *job, const mdgan_dataset *data, training_result *result,
                          mdgan_error *error)
{
    mdgan_trainer *trainer = NULL;
    const mdgan_comm *const comm = s->retained_comm;
    *result = (training_result){NULL};
    mdgan_status status =
        mdgan_comm_agree(comm, mdgan_trainer_create(&trainer, &job->config, data, comm, error), error);
    if (status == MDGAN_OK) {
        training_start_text(trainer, s->start);
        log_line(s, "mdgan: training for the other partition on %zu %s x %zu frames of '%s', start: %s", data->n_entity,
                 data->n_entity == 1 ? "entity" : "entities", data->n_frame, data->feature.name, s->start);
        const mdgan_progress progress = mdgan_trainer_progress(trainer);
        if (is_root(s)) {
            send_progress(s, &progress);
        }
        s->next_line = session_clock() + s->line_interval;
        status = training_run(trainer, comm, on_progress, s, result, error);
    }
    mdgan_trainer_destroy(trainer);
    return status;
}

/* A training that fails is for the client to know, and no reason to stop serving. */
static void train_for_client(server *s, const order *job, const mdgan_dataset *data)
{
    training_result result;
    mdgan_error error = {""};
    const mdgan_status status = train(s, job, data, &result, &error);
    if (status != MDGAN_OK) {
        log_line(s, "mdgan: training failed: %s", error.text);
    } else {
        log_line(s, "mdgan: trained %zu iterations in %.1f s: held-out score %.3g, start %.3g",
                 result.progress.iteration, result.progress.seconds, result.progress.best_score,
                 result.progress.start_score);
    }
    /* A client that has said goodbye would not take it. */
    const bool wanted = s->pending.bytes == NULL;
    if (is_root(s) && wanted && status != MDGAN_OK) {
        send_failure(s, MESSAGE_FAILED, status, error.text);
    } else if (is_root(s) && wanted) {
        send_result(s, &result);
    }
    mdgan_model_destroy(result.model);
}

/* Rank 0: the last message, after which the client sends none. */
static void leave(server *s, mdgan_status status, const mdgan_error *error)
{
    if (s->greeted) { /* the session waits for this, so that nothing is left on the way */
        const bool failed = status != MDGAN_OK;
        send_failure(s, MESSAGE_CLOSED, failed ? status : MDGAN_CANCELLED,
                     failed ? error->text : "the session has ended");
    }
    mdgan_sending_destroy(s->progress, patience);
    mdgan_sending_destroy(s->result, patience);
    message_clear(&s->pending);
}

mdgan_status mdgan_serve(const mdgan_peer *client, const mdgan_comm *comm, const mdgan_host *host, mdgan_error *error)
{
    mdgan_error reason = {""};
    mdgan_status status = MDGAN_OK;
    if (comm == NULL || host == NULL || host->size != sizeof *host || (client == NULL && mdgan_comm_rank(comm) == 0)) {
        status = mdgan_fail(&reason, MDGAN_INVALID,
                            "mdgan_serve: client, comm or host is NULL, or host of another size; fill in its 'size' "
                            "and build host and library from one version");
    }
    status = comm == NULL ? status : mdgan_comm_agree(comm, status, &reason);
    if (status != MDGAN_OK || comm == NULL || host == NULL) {
        return mdgan_fail(error, status, "%s", reason.text);
    }
    server s = {.retained_client = client, .retained_comm = comm, .host = *host};
    order next = {.goodbye = 0};
    log_line(&s, "mdgan: waiting for the other partition to begin with 'overlap partition'");
    while (status == MDGAN_OK && !next.goodbye) {
        mdgan_dataset data;
        status = next_order(&s, &next, &data, &reason);
        if (status == MDGAN_OK && !next.goodbye) {
            train_for_client(&s, &next, &data);
        }
        mdgan_dataset_clear(&data);
    }
    if (is_root(&s)) {
        leave(&s, status, &reason);
    }
    log_line(&s, "mdgan: no more trainings for the other partition%s%s", status != MDGAN_OK ? ": " : "", reason.text);
    return status == MDGAN_OK ? status : mdgan_fail(error, status, "%s", reason.text);
}
