/* SPDX-License-Identifier: BSD-3-Clause */
/* The flow: collect -> train -> emit. */
#include "session.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config.h"

/* ---- start and end ------------------------------------------------------------------------------------------- */

static mdgan_status check_arguments(const mdgan_config *config, const mdgan_feature *feature, const mdgan_host *host,
                                    bool root, mdgan_error *error)
{
    if (config == NULL || config->size != sizeof *config || feature == NULL || host == NULL ||
        host->size != sizeof *host) {
        return mdgan_fail(error, MDGAN_INVALID,
                          "mdgan_session_create: config, feature or host is NULL or of another size; fill in their "
                          "'size' and build host and library from one version");
    }
    return root ? mdgan_config_check(config, error) : MDGAN_OK; /* it looks at files */
}

static mdgan_status set_up(mdgan_session *session, mdgan_error *error)
{
    const mdgan_config *const config = &session->config;
    mdgan_status status = config_feature(config, &session->feature, error);
    if (status != MDGAN_OK) {
        return status;
    }
    /* Positions are trained on increments, of which n + 1 frames make n. */
    const size_t n_extra = session->feature.kind == MDGAN_POSITION ? 1 : 0;
    const size_t n_wanted = 2 * config->window * config->windows + n_extra;
    status = collection_create(&session->collection, &session->feature, session->n_entity, n_wanted,
                               session_is_root(session), error);
    /* Beside a training the simulation goes on, and what it gives may serve a further one. */
    session->collection.grows = config->stop == MDGAN_STOP_NO || config->overlap != MDGAN_OVERLAP_NO;
    return status == MDGAN_OK ? overlap_create(session, error) : status;
}

mdgan_status mdgan_session_create(mdgan_session **session, const mdgan_config *config, const mdgan_feature *feature,
                                  size_t n_entity, const mdgan_host *host, const mdgan_comm *comm, mdgan_error *error)
{
    *session = NULL;
    if (comm == NULL) {
        return mdgan_fail(error, MDGAN_INVALID,
                          "mdgan_session_create: comm is NULL; mdgan_comm_create_serial() makes "
                          "one without MPI");
    }
    mdgan_status status = check_arguments(config, feature, host, mdgan_comm_rank(comm) == 0, error);
    status = mdgan_comm_agree(comm, status, error);
    if (status != MDGAN_OK) {
        return status;
    }

    mdgan_session *const s = calloc(1, sizeof *s);
    if (s == NULL) {
        status = mdgan_fail(error, MDGAN_MEMORY, "out of memory for a session");
    } else {
        s->config = *config;
        s->feature = *feature;
        s->n_entity = n_entity;
        s->host = *host;
        s->retained_comm = comm;
        status = set_up(s, error);
    }
    status = mdgan_comm_agree(comm, status, error);
    if (status == MDGAN_OK && config->resume[0] != '\0') { /* found out now rather than after the collection */
        status = session_check_resume(s, error);
    }
    if (status == MDGAN_OK && config->load[0] != '\0') {
        status = mdgan_session_load(s, config->load, error);
    }
    if (status != MDGAN_OK) {
        mdgan_session_destroy(s);
        return status;
    }
    *session = s;
    return MDGAN_OK;
}

void mdgan_session_destroy(mdgan_session *session)
{
    if (session == NULL) {
        return;
    }
    overlap_clear(&session->overlap);
    session_end_emission(session);
    mdgan_model_destroy(session->model);
    collection_clear(&session->collection);
    free(session);
}

/* ---- collect ------------------------------------------------------------------------------------------------- */

static void log_anew(const mdgan_session *session, const char *reason, size_t n_dropped)
{
    session_log(session, "mdgan: %s: the collection starts anew, the %zu frame%s so far %s dropped, %zu are wanted",
                reason, n_dropped, n_dropped == 1 ? "" : "s", n_dropped == 1 ? "is" : "are",
                session->collection.n_wanted);
}

/* A host whose frames never come at the interval that is wanted hears of it twice. */
static void log_gap(const mdgan_session *session, int64_t previous, size_t n_dropped)
{
    const collection *const c = &session->collection;
    const char *const s = c->stride == 1 ? "" : "s";
    if (session->n_gap == 1) {
        char reason[96];
        snprintf(reason, sizeof reason, "step %lld does not follow step %lld by %lld step%s", (long long)c->last_step,
                 (long long)previous, (long long)c->stride, s);
        log_anew(session, reason, n_dropped);
    } else if (session->n_gap == 2) {
        session_log(session,
                    "mdgan: nor does step %lld: a frame is wanted every %lld step%s, but these are %lld apart; choose "
                    "one interval for both (no more is said of it until frames follow each other)",
                    (long long)c->last_step, (long long)c->stride, s, (long long)(c->last_step - previous));
    }
}

static void log_break(const mdgan_session *session, int64_t previous, size_t n_dropped)
{
    char reason[96];
    snprintf(reason, sizeof reason, "the simulation has not run from step %lld to step %lld", (long long)previous,
             (long long)session->collection.last_step);
    log_anew(session, reason, n_dropped);
}

/* Takes the frame, or says in the log what is wrong with it. */
static mdgan_status collect(mdgan_session *session, int64_t step, double time, const double *box, const float *row,
                            mdgan_error *error)
{
    collection *const c = &session->collection;
    const int64_t previous = c->last_step;
    const bool broken = c->broken;
    collected outcome = COLLECTED_NOTHING;
    size_t n_dropped = 0;
    const bool frozen = session->model != NULL && !session_keeps_frames(session);
    const mdgan_status status = collection_offer(c, step, time, box, row, frozen, &outcome, &n_dropped, error);
    if (outcome == COLLECTED_ANEW && broken) {
        log_break(session, previous, n_dropped);
    } else if (outcome == COLLECTED_ANEW) {
        session->n_gap++;
        log_gap(session, previous, n_dropped);
    } else if (outcome == COLLECTED_FRAME) {
        session->n_gap = 0;
    }
    return status;
}

void mdgan_session_break(mdgan_session *session)
{
    session->collection.broken = true;
}

/* Whether the host's run has served its purpose. @p follows: this frame is the one behind the notice. */
static bool is_done(mdgan_session *session, bool follows)
{
    overlap *const o = &session->overlap;
    const bool trainable = session->model == NULL && collection_complete(&session->collection);
    if (session->config.stop == MDGAN_STOP_NO || overlap_watches(session)) {
        return false;
    }
    if (session->config.overlap == MDGAN_OVERLAP_NO) {
        return trainable; /* hosts could see it coming */
    }
    /* Nobody could know when a training beside the run would end, or fail, so that a frame's notice is given. */
    o->done = o->done || follows;
    o->done_next = !o->done && (o->done_next || trainable);
    return o->done;
}

mdgan_status mdgan_session_offer(mdgan_session *session, int64_t step, double time, const double *box, const float *row,
                                 bool *done, mdgan_error *error)
{
    const double start = session_clock();
    const collection before = session->collection;
    overlap *const o = &session->overlap;
    const bool fresh = !before.any || step != before.last_step;
    const bool announced = o->done_next; /* with an earlier frame */
    *done = false;
    pace_arrive(&o->pace, before.any && step == before.last_step + before.stride, start);
    mdgan_status status = collect(session, step, time, box, row, error);
    if (overlap_watches(session)) {
        bool lost = false;
        status = overlap_step(session, status, &lost, error);
        if (lost && !before.stores) { /* these ranks hold counters only */
            session->collection = before;
        }
    }
    if (status == MDGAN_OK) {
        *done = is_done(session, fresh && announced);
    }
    const double end = session_clock();
    session->collect_seconds += end - start;
    pace_leave(&o->pace, o->in_flight, end);
    return status;
}

/* ---- train --------------------------------------------------------------------------------------------------- */

static mdgan_status check_ready(const mdgan_session *session, mdgan_error *error)
{
    const collection *const c = &session->collection;
    if ((session->model == NULL || session_keeps_frames(session)) && collection_complete(c)) {
        return MDGAN_OK;
    }
    if (session->model != NULL && !session_loads(session) && !session_keeps_frames(session)) {
        return mdgan_fail(
            error, MDGAN_STATE,
            "cannot train again: a model is there, and the frames collected for it are freed; start anew with "
            "'stop no', which keeps them, or write them with keyword 'data' and give them to `mdgan train`");
    }
    if (session_loads(session)) {
        return mdgan_fail(error, MDGAN_STATE,
                          "nothing to train on: with keyword 'load' nothing is collected; leave it out to train");
    }
    return mdgan_fail(error, MDGAN_STATE,
                      "cannot train yet: %zu of %zu frames are collected; let the simulation run %zu steps more, or "
                      "lower 'windows' or M",
                      c->n_frame, c->n_wanted, (c->n_wanted - c->n_frame) * (size_t)c->stride);
}

enum { SPARE_LENGTH = 320 };

/* A name that no file has yet, in the working directory or, at the second try, where temporary files go. */
static bool name_spare(int attempt, char path[SPARE_LENGTH])
{
    enum { NAMES = 100 };
    const char *const temporary = getenv("TMPDIR");
    const char *const directory = attempt == 0 ? "." : temporary != NULL ? temporary : "/tmp";
    for (int i = 1; i <= NAMES; i++) {
        const int length = snprintf(path, SPARE_LENGTH, "%s/mdgan-unsaved-model-%d.h5", directory, i);
        if (length > 0 && length < SPARE_LENGTH && access(path, F_OK) != 0) {
            return true;
        }
    }
    return false;
}

/* Most hosts end after an error, and would take the model with them: rank 0 puts it where there is room, and says
 * where. */
static void save_somewhere(mdgan_session *session, char where[SPARE_LENGTH + 32])
{
    char path[SPARE_LENGTH] = "";
    mdgan_status status = MDGAN_FILE;
    for (int attempt = 0; session_is_root(session) && status != MDGAN_OK && attempt < 2; attempt++) {
        status = name_spare(attempt, path) ? mdgan_model_save(session->model, path, NULL) : MDGAN_FILE;
    }
    if (status == MDGAN_OK) {
        snprintf(where, SPARE_LENGTH + 32, "the model is in '%s'", path);
    } else {
        snprintf(where, SPARE_LENGTH + 32, "no other place for the model was found");
    }
}

/* A failed file must not cost the training: both are tried, the model stays, and the first failure is told. */
mdgan_status session_save_result(mdgan_session *session, mdgan_status data_status, const mdgan_error *data_error,
                                 mdgan_error *error)
{
    const char *const path = session->config.save;
    char where[SPARE_LENGTH + 32] = "";
    mdgan_error save_error = {""};
    const mdgan_status save_status = path[0] != '\0' ? mdgan_session_save(session, path, &save_error) : MDGAN_OK;
    if (path[0] != '\0' && save_status == MDGAN_OK) {
        session_log(session, "mdgan: model saved to '%s'", path);
        snprintf(where, sizeof where, "the model is saved");
    } else if (save_status != MDGAN_OK || data_status != MDGAN_OK) {
        save_somewhere(session, where);
    }
    if (save_status != MDGAN_OK) {
        return mdgan_fail(error, save_status, "the model is trained, but could not be saved: %.600s; %s",
                          save_error.text, where);
    }
    if (data_status != MDGAN_OK) {
        return mdgan_fail(error, data_status, "the windows (keyword 'data') could not be written: %.600s; %s",
                          data_error->text, where);
    }
    return MDGAN_OK;
}

mdgan_status mdgan_session_train(mdgan_session *session, mdgan_error *error)
{
    mdgan_dataset data = {0};
    mdgan_error data_error = {""}, reason = {""};
    mdgan_status status = check_ready(session, error);
    if (status == MDGAN_OK) {
        status = session_share_data(session, &data, error);
    }
    if (status != MDGAN_OK) {
        return status;
    }
    overlap_give_up(&session->overlap, true); /* of fewer frames */
    /* Before the training, so that the windows are safe whatever happens to it. */
    const mdgan_status data_status = session_write_data(session, &data, &data_error);
    status = session_run_training(session, &data, &reason);
    if (status != MDGAN_OK) {
        const bool written = session->config.data[0] != '\0' && data_status == MDGAN_OK;
        status = session_rescue_data(session, &data, written, status, &reason, error);
    }
    mdgan_dataset_clear(&data);
    return status == MDGAN_OK ? session_save_result(session, data_status, &data_error, error) : status;
}

mdgan_status mdgan_session_run_ended(mdgan_session *session, mdgan_error *error)
{
    const collection *const c = &session->collection;
    overlap *const o = &session->overlap;
    o->done = o->done_next = false;
    o->pace.left = 0;
    if (overlap_pending(o)) {
        const mdgan_status status = overlap_end(session, error);
        if (status != MDGAN_OK) {
            return status;
        }
    }
    if (session->model != NULL) { /* else a training beside the run has failed, and is made up for */
        return MDGAN_OK;
    }
    if (!collection_complete(c)) {
        session_log(session, "mdgan: %zu of %zu frames collected, go on with run", c->n_frame, c->n_wanted);
        return MDGAN_OK;
    }
    if (session->config.stop == MDGAN_STOP_YES) {
        return mdgan_session_train(session, error);
    }
    const size_t n_pair = mdgan_session_report(session).windows;
    session_log(
        session,
        "mdgan: %zu frames collected, enough for %zu window pair%s of each entity: ask for the training, or go on "
        "with run for more",
        c->n_frame, n_pair, n_pair == 1 ? "" : "s");
    return MDGAN_OK;
}

void session_adopt(mdgan_session *session, mdgan_model *model, const mdgan_progress *training)
{
    session_end_emission(session); /* the generator retains the old model */
    mdgan_model_destroy(session->model);
    session->model = model;
    session->training = *training;
    if (!session_keeps_frames(session)) {
        collection_release(&session->collection);
    }
}

/* ---- emit ---------------------------------------------------------------------------------------------------- */

/* A position feature goes on from where the simulation was last seen; only rank 0 has seen it. */
static mdgan_status find_origin(mdgan_session *session, mdgan_error *error)
{
    const collection *const c = &session->collection;
    /* After a restart an emission goes on from where it began, be that the origin or nothing. */
    if (session->emitted > 0 || session->origin != NULL || session->feature.kind != MDGAN_POSITION || !c->any) {
        return MDGAN_OK;
    }
    const mdgan_comm *const comm = session->retained_comm;
    float *const origin = malloc(c->n_row * sizeof *origin);
    mdgan_status status = MDGAN_OK;
    if (origin == NULL) {
        status = mdgan_fail(error, MDGAN_MEMORY, "out of memory for one frame of %zu values", c->n_row);
    } else if (c->stores) {
        memcpy(origin, c->last, c->n_row * sizeof *origin);
    }
    status = mdgan_comm_agree(comm, status, error);
    if (status == MDGAN_OK) {
        status = mdgan_comm_broadcast(comm, origin, c->n_row * sizeof *origin, error);
    }
    if (status == MDGAN_OK) {
        session->origin = origin;
    } else {
        free(origin);
    }
    return status;
}

static mdgan_status start_generator(mdgan_session *session, mdgan_error *error)
{
    const mdgan_comm *const comm = session->retained_comm;
    mdgan_generator *generator = NULL;
    mdgan_status status = find_origin(session, error);
    if (session->emitted == 0) { /* after a restart it goes on as it began */
        session->emission_seed = session->config.seed;
    }
    if (status != MDGAN_OK) {
        return status;
    }
    /* The seed as it is: the generator keeps its numbers apart from the training's, and other tools repeat the series.
     */
    status = mdgan_generator_create(&generator, session->model, session->n_entity, session->emission_seed,
                                    session->origin, session->config.threads, comm, error);
    status = mdgan_comm_agree(comm, status, error);
    if (status == MDGAN_OK && session->emitted > 0) { /* a restart: go to where it was */
        status = mdgan_generator_skip(generator, session->emitted, error);
    }
    if (status == MDGAN_OK) {
        session->generator = generator;
    } else {
        mdgan_generator_destroy(generator);
    }
    return status;
}

mdgan_status mdgan_session_emit(mdgan_session *session, const float **row, mdgan_error *error)
{
    const double start = session_clock();
    mdgan_status status = MDGAN_OK;
    if (session->model == NULL) {
        return mdgan_fail(error, MDGAN_STATE,
                          "nothing to emit from: there is no model yet (%zu of %zu frames are collected); let the "
                          "simulation run until it has been trained, or give keyword 'load'",
                          session->collection.n_frame, session->collection.n_wanted);
    }
    if (session->generator == NULL) {
        status = start_generator(session, error);
    }
    if (status == MDGAN_OK) {
        status = mdgan_generator_next(session->generator, row, error);
    }
    if (status == MDGAN_OK) {
        session->emitted++;
    }
    session->emit_seconds += session_clock() - start;
    return status;
}

void session_end_emission(mdgan_session *session)
{
    mdgan_generator_destroy(session->generator);
    free(session->origin);
    session->generator = NULL;
    session->origin = NULL;
    session->emitted = 0;
    session->emit_seconds = 0;
}

/* ---- report -------------------------------------------------------------------------------------------------- */

static mdgan_phase phase_of(const mdgan_session *session)
{
    if (session->model != NULL) {
        return session->emitted > 0 ? MDGAN_PHASE_EMIT : MDGAN_PHASE_TRAINED;
    }
    return collection_complete(&session->collection) ? MDGAN_PHASE_READY : MDGAN_PHASE_COLLECT;
}

mdgan_report mdgan_session_report(const mdgan_session *session)
{
    const collection *const c = &session->collection;
    const overlap *const o = &session->overlap;
    const size_t n_extra = session->feature.kind == MDGAN_POSITION ? 1 : 0;
    const bool waits_for_frames =
        session->model == NULL && session->config.stop == MDGAN_STOP_YES && session->config.overlap == MDGAN_OVERLAP_NO;
    return (mdgan_report){.phase = phase_of(session),
                          .training = session->training,
                          .frames = c->n_frame,
                          .frames_wanted = c->n_wanted,
                          .windows = c->n_frame > n_extra ? (c->n_frame - n_extra) / (2 * session->config.window) : 0,
                          .overlapping = o->in_flight,
                          .done_next = o->done_next || (waits_for_frames && c->n_frame + 1 == c->n_wanted),
                          .emitted = session->emitted,
                          .collect_seconds = session->collect_seconds,
                          .emit_seconds = session->emit_seconds,
                          .alone_seconds = pace_seconds(&o->pace, false),
                          .beside_seconds = pace_seconds(&o->pace, true)};
}

const mdgan_model *mdgan_session_model(const mdgan_session *session)
{
    return session->model;
}

double session_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void session_log(const mdgan_session *session, const char *format, ...)
{
    if (!session_is_root(session) || session->host.log == NULL) {
        return;
    }
    char line[1280]; /* a whole mdgan_error and some words around it */
    va_list list;
    va_start(list, format);
    vsnprintf(line, sizeof line, format, list);
    va_end(list);
    session->host.log(session->host.context, line);
}
