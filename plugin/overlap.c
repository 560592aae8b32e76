/* SPDX-License-Identifier: BSD-3-Clause */
#include "overlap.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config.h"
#include "progress.h"
#include "session.h"

/* ---- pace ---------------------------------------------------------------------------------------------------- */

void pace_arrive(pace *p, bool follows, double now)
{
    if (follows && p->left > 0) {
        p->seconds[p->was_beside] += now - p->left;
        p->n[p->was_beside]++;
    }
}

void pace_leave(pace *p, bool busy, double now)
{
    p->left = now;
    p->was_beside = busy;
}

double pace_seconds(const pace *p, bool busy)
{
    return p->n[busy] > 0 ? p->seconds[busy] / (double)p->n[busy] : 0;
}

/* ---- start and end ------------------------------------------------------------------------------------------- */

mdgan_status overlap_create(mdgan_session *session, mdgan_error *error)
{
    overlap *const o = &session->overlap;
    const mdgan_host *const host = &session->host;
    if (session->config.overlap == MDGAN_OVERLAP_YES) {
        return beside_thread_create(&o->beside, error);
    }
    if (session->config.overlap != MDGAN_OVERLAP_PARTITION || !session_is_root(session)) {
        return MDGAN_OK;
    }
    if (host->trainer == NULL) {
        return mdgan_fail(error, MDGAN_INVALID,
                          "keyword 'overlap' got 'partition': there is no other partition here that could train; start "
                          "the program with several partitions, or use 'overlap yes'");
    }
    return beside_peer_create(&o->beside, host->trainer, session->config.progress, error);
}

void overlap_give_up(overlap *o, bool over)
{
    training_result lost = {NULL};
    if (o->in_flight && o->beside != NULL) {
        o->beside->stop(o->beside);
        o->beside->take(o->beside, &lost, NULL);
        mdgan_model_destroy(lost.model);
    }
    mdgan_model_destroy(o->candidate);
    o->candidate = NULL;
    o->in_flight = false;
    o->done_next = false;
    o->over = over;
}

void overlap_clear(overlap *o)
{
    overlap_give_up(o, true);
    beside_destroy(o->beside);
    o->beside = NULL;
}

/* ---- a stage begins ------------------------------------------------------------------------------------------ */

bool overlap_watches(const mdgan_session *session)
{
    return session->config.overlap != MDGAN_OVERLAP_NO && session->model == NULL && !session->overlap.over;
}

static bool stage_is_due(const mdgan_session *session)
{
    const overlap *const o = &session->overlap;
    const collection *const c = &session->collection;
    return !o->in_flight && collection_complete(c) && (o->candidate == NULL || c->n_frame / 2 >= o->n_frame);
}

/* The members of an ensemble differ by their seeds; rank 0's is what it would be without the others. */
static mdgan_train_config member_config(const mdgan_session *session)
{
    mdgan_train_config config = config_training(&session->config);
    config.seed += mdgan_comm_rank(session->retained_comm);
    return config;
}

/* The frames where they are needed. Collective. */
static mdgan_status gather_snapshot(const mdgan_session *session, mdgan_dataset *data, mdgan_error *error)
{
    *data = (mdgan_dataset){0};
    if (session->config.overlap == MDGAN_OVERLAP_YES) {
        return session_share_data(session, data, error);
    }
    const mdgan_status status = session_is_root(session) ? collection_dataset(&session->collection, &session->feature,
                                                                              session->n_entity, data, error)
                                                         : MDGAN_OK;
    return mdgan_comm_agree(session->retained_comm, status, error);
}

/* A training that fails beside the run is no reason to end the simulation: with the candidate, if there is one, the
 * session is served; else it trains when the run is over, which tells the user if it fails again. */
static void go_without(mdgan_session *session, const char *reason)
{
    overlap *const o = &session->overlap;
    mdgan_model *const candidate = o->candidate;
    o->candidate = NULL;
    overlap_give_up(o, true);
    o->candidate = candidate;
    session_log(session, "mdgan: the training beside the run failed: %s; %s", reason,
                candidate != NULL ? "the model before is taken" : "it is left for the end of the run");
}

static mdgan_status begin_stage(mdgan_session *session, mdgan_error *error)
{
    overlap *const o = &session->overlap;
    mdgan_error reason = {""};
    mdgan_dataset data;
    mdgan_status status = gather_snapshot(session, &data, error);
    if (status != MDGAN_OK) {
        return status;
    }
    /* Now, so that the windows are safe whatever happens; a failed file must not cost the training. */
    o->data_status = session_write_data(session, &data, &o->data_error);
    session_warn_of_data(session, &data);
    if (o->beside != NULL) {
        const mdgan_train_config config = member_config(session);
        status = o->beside->begin(o->beside, &config, &data, &reason);
    }
    o->in_flight = status == MDGAN_OK; /* for the moment, so that giving up ends those that have begun */
    status = mdgan_comm_agree(session->retained_comm, status, &reason);
    if (status != MDGAN_OK) {
        go_without(session, reason.text);
        return MDGAN_OK;
    }
    o->in_flight = true;
    o->n_frame = session->collection.n_frame;
    o->news = (beside_news){.finished = false};
    o->cancelled = NULL;
    o->told_start = false;
    o->shown = 0;
    o->next_line = session_clock() + session->config.progress;
    const size_t n_rank = mdgan_comm_size(session->retained_comm);
    session_log(session, "mdgan: %zu frames are in: training on them begins beside the run%s", o->n_frame,
                session->config.overlap == MDGAN_OVERLAP_PARTITION ? ", on another partition"
                : n_rank > 1                                       ? ", one model per rank"
                                                                   : "");
    return MDGAN_OK;
}

/* ---- a stage in flight --------------------------------------------------------------------------------------- */

/* What the ranks tell each other at every frame; of each the largest counts. */
enum { VOTE_FAILED, VOTE_RUNNING, VOTE_ENOUGH, VOTE_SHOW, VOTE_SCORE /* minus the best one */, N_VOTE };

/* Whether progress is to be shown: for rank 0 to say, whose clock counts. */
static bool line_is_due(const mdgan_session *session)
{
    const overlap *const o = &session->overlap;
    return session_is_root(session) && o->news.progress.iteration > o->shown && session_clock() >= o->next_line;
}

static void vote(mdgan_session *session, mdgan_status status, bool enough, double votes[N_VOTE])
{
    const overlap *const o = &session->overlap;
    const mdgan_progress *const p = &o->news.progress;
    const bool scored = o->in_flight && o->beside != NULL && o->news.start[0] != '\0';
    votes[VOTE_FAILED] = status != MDGAN_OK;
    votes[VOTE_RUNNING] = o->in_flight && o->beside != NULL && !o->news.finished;
    votes[VOTE_ENOUGH] = enough || (scored && session->config.target > 0 && p->best_score <= session->config.target);
    votes[VOTE_SHOW] = o->in_flight && line_is_due(session);
    votes[VOTE_SCORE] = scored ? -p->best_score : -DBL_MAX;
}

static void tell_start(mdgan_session *session)
{
    overlap *const o = &session->overlap;
    if (!o->told_start && o->news.start[0] != '\0') {
        session_log_start(session, o->n_frame, o->news.start);
        o->told_start = true;
    }
}

/* A progress line, and the same numbers for the reports of all ranks: those of rank 0's training, but for the best
 * score of all. Collective. */
static mdgan_status show(mdgan_session *session, double best, mdgan_error *error)
{
    overlap *const o = &session->overlap;
    char line[PROGRESS_LENGTH];
    mdgan_progress progress = o->news.progress;
    progress.best_score = fmin(progress.best_score, best);
    const mdgan_status status = mdgan_comm_broadcast(session->retained_comm, &progress, sizeof progress, error);
    if (status != MDGAN_OK) {
        return status;
    }
    progress_line(&progress, line);
    session_log(session, "%s", line);
    o->next_line = session_clock() + session->config.progress;
    o->shown = progress.iteration;
    session->training = progress;
    return MDGAN_OK;
}

/* ---- a stage ends -------------------------------------------------------------------------------------------- */

/* Rank of the best model, or the number of ranks if there is none. Collective. */
static mdgan_status find_winner(const mdgan_session *session, double score, size_t *winner, size_t *n_member,
                                mdgan_error *error)
{
    const mdgan_comm *const comm = session->retained_comm;
    const size_t n_rank = mdgan_comm_size(comm), rank = mdgan_comm_rank(comm);
    double *const scores = malloc(n_rank * sizeof *scores);
    mdgan_status status = scores != NULL ? MDGAN_OK : mdgan_fail(error, MDGAN_MEMORY, "out of memory for scores");
    status = mdgan_comm_agree(comm, status, error);
    for (size_t r = 0; scores != NULL && r < n_rank; r++) {
        scores[r] = r == rank ? -score : -INFINITY;
    }
    if (status == MDGAN_OK) {
        status = mdgan_comm_max(comm, scores, n_rank, error);
    }
    *winner = n_rank;
    *n_member = 0;
    for (size_t r = 0; scores != NULL && status == MDGAN_OK && r < n_rank; r++) {
        const bool there = isfinite(scores[r]);
        *n_member += there;
        if (there && (*winner == n_rank || scores[r] > scores[*winner])) {
            *winner = r;
        }
    }
    free(scores);
    return status;
}

/* Gives all ranks what the winner's training has left. Collective. */
static mdgan_status share_result(const mdgan_session *session, size_t winner, training_result *result,
                                 mdgan_error *error)
{
    const mdgan_comm *const comm = session->retained_comm;
    if (mdgan_comm_rank(comm) != winner) {
        mdgan_model_destroy(result->model);
        result->model = NULL;
    }
    mdgan_status status = session_share_model(session, winner, &result->model, error);
    if (status == MDGAN_OK) {
        status = mdgan_comm_broadcast_from(comm, winner, &result->progress, sizeof result->progress, error);
    }
    if (status == MDGAN_OK) {
        status = mdgan_comm_broadcast_from(comm, winner, &result->remark, sizeof result->remark, error);
    }
    return status;
}

/* The outcome of a stage, the same on all ranks. A member may fail; only if all do there is no model, and @p failure
 * says why. Collective. */
static mdgan_status take_result(mdgan_session *session, training_result *result, mdgan_error *failure,
                                mdgan_error *error)
{
    const mdgan_comm *const comm = session->retained_comm;
    overlap *const o = &session->overlap;
    size_t winner = 0, n_member = 0;
    mdgan_error reason = {""};
    mdgan_status own = MDGAN_OK;
    *result = (training_result){NULL};
    if (o->beside != NULL) {
        own = o->beside->take(o->beside, result, &reason);
    }
    o->in_flight = false;
    const double score = own == MDGAN_OK && result->model != NULL ? result->progress.best_score : INFINITY;
    mdgan_status status = find_winner(session, score, &winner, &n_member, error);
    if (status == MDGAN_OK && n_member == 0) {
        mdgan_comm_agree(comm, own, &reason);
        *failure = reason;
    } else if (status == MDGAN_OK) {
        status = share_result(session, winner, result, error);
    }
    if (status != MDGAN_OK) {
        mdgan_model_destroy(result->model);
        *result = (training_result){NULL};
        return status;
    }
    if (n_member > 1) {
        session_log(session, "mdgan: rank %zu has the best of %zu models", winner, n_member);
    }
    session_log_remark(session, result, o->cancelled);
    return MDGAN_OK;
}

static void log_pace(const mdgan_session *session)
{
    const overlap *const o = &session->overlap;
    const double alone = pace_seconds(&o->pace, false), busy = pace_seconds(&o->pace, true);
    if (alone > 0 && busy > 0) {
        session_log(session,
                    "mdgan: the simulation took %.3g s per frame beside the training, %.3g s alone: slower by a factor "
                    "of %.2f",
                    busy, alone, busy / alone);
    }
}

static void log_saving(const mdgan_session *session)
{
    const mdgan_host *const host = &session->host;
    const double per_frame = pace_seconds(&session->overlap.pace, false);
    const int64_t stride = session->collection.stride;
    if (!session_is_root(session) || host->steps_left == NULL) {
        return;
    }
    const int64_t left = host->steps_left(host->context) - stride; /* it ends with the next frame */
    if (left > 0) {
        session_log(session, "mdgan: the run ends %lld steps early, which saves about %.3g s of simulation",
                    (long long)left, per_frame * (double)left / (double)stride);
    }
}

/* The candidate becomes the session's model. Collective. */
static mdgan_status adopt_candidate(mdgan_session *session, bool in_run, mdgan_error *error)
{
    overlap *const o = &session->overlap;
    const mdgan_progress progress = o->candidate_progress;
    mdgan_model *const model = o->candidate;
    const double target = session->config.target;
    o->candidate = NULL;
    o->over = true;
    session_adopt(session, model, &progress);
    session_log_trained(session, " beside the run");
    if (target > 0 && progress.best_score > target) {
        session_log(session, "mdgan: that is short of 'target %g': a longer run or training may reach it", target);
    }
    log_pace(session);
    if (in_run && session->config.stop == MDGAN_STOP_YES) {
        o->done_next = true;
        log_saving(session);
    }
    return session_save_result(session, o->data_status, &o->data_error, error);
}

/* @p in_run: more frames may come. Collective. */
static mdgan_status end_stage(mdgan_session *session, bool in_run, mdgan_error *error)
{
    overlap *const o = &session->overlap;
    const double target = session->config.target;
    training_result result;
    mdgan_error failure = {""};
    const mdgan_status status = take_result(session, &result, &failure, error);
    if (status != MDGAN_OK) {
        return status;
    }
    if (result.model == NULL) {
        go_without(session, failure.text);
        return o->candidate != NULL ? adopt_candidate(session, in_run, error) : MDGAN_OK;
    }
    mdgan_model_destroy(o->candidate); /* the later one has seen more */
    o->candidate = result.model;
    o->candidate_progress = result.progress;
    if (!in_run || !(target > 0) || result.progress.best_score <= target) {
        return adopt_candidate(session, in_run, error);
    }
    session_log(
        session,
        "mdgan: held-out score %.3g after %zu iterations on %zu frames, short of 'target %g': the training goes "
        "on when there are %zu frames",
        result.progress.best_score, result.progress.iteration, o->n_frame, target, 2 * o->n_frame);
    return MDGAN_OK;
}

/* ---- at every frame, and at the end -------------------------------------------------------------------------- */

/* Asks all ranks. @p status: of the frame here. @p enough: the training shall end. Collective. */
static mdgan_status poll(mdgan_session *session, mdgan_status status, bool enough, double votes[N_VOTE],
                         mdgan_error *error)
{
    overlap *const o = &session->overlap;
    if (o->in_flight && o->beside != NULL) {
        o->beside->look(o->beside, &o->news);
    }
    vote(session, status, enough, votes);
    return mdgan_comm_max(session->retained_comm, votes, N_VOTE, error);
}

/* Does what the votes on the training in flight say. Collective. */
static mdgan_status follow(mdgan_session *session, const double votes[N_VOTE], bool in_run, mdgan_error *error)
{
    overlap *const o = &session->overlap;
    tell_start(session);
    const mdgan_status status = votes[VOTE_SHOW] > 0 ? show(session, -votes[VOTE_SCORE], error) : MDGAN_OK;
    if (status == MDGAN_OK && votes[VOTE_RUNNING] == 0) {
        return end_stage(session, in_run, error);
    }
    if (votes[VOTE_ENOUGH] > 0 && o->beside != NULL) {
        o->beside->stop(o->beside);
    }
    return status;
}

mdgan_status overlap_step(mdgan_session *session, mdgan_status status, bool *lost, mdgan_error *error)
{
    double votes[N_VOTE];
    const mdgan_status frame = status;
    status = poll(session, frame, false, votes, error);
    *lost = status == MDGAN_OK && votes[VOTE_FAILED] > 0;
    if (*lost) {
        return mdgan_comm_agree(session->retained_comm, frame, error);
    }
    if (status == MDGAN_OK && session->overlap.in_flight) {
        status = follow(session, votes, true, error);
    }
    if (status == MDGAN_OK && overlap_watches(session) && stage_is_due(session)) {
        status = begin_stage(session, error);
    }
    return status;
}

mdgan_status overlap_end(mdgan_session *session, mdgan_error *error)
{
    static const struct timespec nap = {.tv_nsec = 20000000};
    overlap *const o = &session->overlap;
    mdgan_status status = MDGAN_OK;
    double votes[N_VOTE];
    if (o->in_flight) {
        session_log(session, "mdgan: the run is over, waiting for the training beside it");
    }
    while (status == MDGAN_OK && o->in_flight) {
        if (o->cancelled == NULL) {
            o->cancelled = session_cancelled(session);
        }
        status = poll(session, MDGAN_OK, o->cancelled != NULL, votes, error);
        if (status == MDGAN_OK) {
            status = follow(session, votes, false, error);
        }
        if (status == MDGAN_OK && o->in_flight) {
            nanosleep(&nap, NULL);
            status = mdgan_comm_wait(session->retained_comm, error); /* a spinning reduction would take their cores */
        }
    }
    if (status == MDGAN_OK && o->candidate != NULL) {
        status = adopt_candidate(session, false, error);
    }
    return status;
}
