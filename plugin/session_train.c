/* SPDX-License-Identifier: BSD-3-Clause */
/* From collected frames to a model, on all ranks. */
#include "session.h"

#include <stdio.h>
#include <string.h>

#include <mdgan/series.h>
#include <mdgan/statistics.h>

#include "config.h"
#include "progress.h"
#include "training.h"

/* What the other ranks do not know of a dataset. */
typedef struct data_header {
    int64_t first_step;
    double first_time;
    double box[9];
} data_header;

static mdgan_status broadcast_data(const mdgan_comm *comm, mdgan_dataset *data, mdgan_error *error)
{
    data_header header = {.first_step = data->first_step, .first_time = data->first_time};
    memcpy(header.box, data->box, sizeof header.box);
    mdgan_status status = mdgan_comm_broadcast(comm, &header, sizeof header, error);
    if (status != MDGAN_OK) {
        return status;
    }
    data->first_step = header.first_step;
    data->first_time = header.first_time;
    memcpy(data->box, header.box, sizeof data->box);
    const size_t n_value = data->n_entity * data->n_frame * data->feature.n_component;
    return mdgan_comm_broadcast(comm, data->value, n_value * sizeof *data->value, error);
}

mdgan_status session_share_data(const mdgan_session *session, mdgan_dataset *data, mdgan_error *error)
{
    const mdgan_comm *const comm = session->retained_comm;
    const collection *const c = &session->collection;
    mdgan_status status = c->stores
                              ? collection_dataset(c, &session->feature, session->n_entity, data, error)
                              : mdgan_dataset_create(data, &session->feature, session->n_entity, c->n_frame, error);
    status = mdgan_comm_agree(comm, status, error);
    if (status == MDGAN_OK) {
        status = broadcast_data(comm, data, error);
    }
    if (status != MDGAN_OK) {
        mdgan_dataset_clear(data);
    }
    return status;
}

static mdgan_status write_windows(const mdgan_session *session, const mdgan_dataset *data, const char *path,
                                  mdgan_error *error)
{
    mdgan_status status = MDGAN_OK;
    if (session_is_root(session)) {
        status = mdgan_series_write(data, path, session->host.name != NULL ? session->host.name : "mdgan", error);
    }
    status = mdgan_comm_agree(session->retained_comm, status, error);
    if (status == MDGAN_OK) {
        session_log(session, "mdgan: windows written to '%s'", path);
    }
    return status;
}

mdgan_status session_write_data(const mdgan_session *session, const mdgan_dataset *data, mdgan_error *error)
{
    const char *const path = session->config.data;
    return path[0] != '\0' ? write_windows(session, data, path, error) : MDGAN_OK;
}

mdgan_status session_rescue_data(const mdgan_session *session, const mdgan_dataset *data, bool written,
                                 mdgan_status failure, const mdgan_error *reason, mdgan_error *error)
{
    const char *const path = written ? session->config.data : session->host.rescue;
    mdgan_error file_error = {""};
    if (path == NULL) {
        return mdgan_fail(error, failure, "%s", reason->text);
    }
    if (!written && write_windows(session, data, path, &file_error) != MDGAN_OK) {
        return mdgan_fail(error, failure, "%.500s; nor could the windows be kept: %.400s", reason->text,
                          file_error.text);
    }
    return mdgan_fail(error, failure, "%.700s; the windows are in '%.200s', for `mdgan train`", reason->text, path);
}

const char *session_cancelled(const mdgan_session *session)
{
    const mdgan_host *const host = &session->host;
    return session_is_root(session) && host->cancelled != NULL ? host->cancelled(host->context) : NULL;
}

void session_log_remark(const mdgan_session *session, const training_result *result, const char *cancelled)
{
    if (result->remark.text[0] != '\0') {
        session_log(session, "mdgan: %s%s%s", result->remark.text, cancelled != NULL ? ": " : "",
                    cancelled != NULL ? cancelled : "");
    }
}

typedef struct listener {
    const mdgan_session *session;
    const char *cancelled; /* why the host has ended the training, or NULL */
    double told;           /* seconds of training at the last line */
} listener;

static void tell(listener *l, const mdgan_progress *progress)
{
    char line[PROGRESS_LENGTH];
    progress_line(progress, line);
    session_log(l->session, "%s", line);
    l->told = progress->seconds;
}

/* Rank 0 speaks and asks; the trainer tells the others what it answered. */
static bool on_progress(void *context, const mdgan_progress *progress)
{
    listener *const l = context;
    if (progress->seconds - l->told >= l->session->config.progress) {
        tell(l, progress);
    }
    l->cancelled = session_cancelled(l->session);
    return l->cancelled == NULL;
}

/* Of several trainings on one collection, the first tells. */
static void warn_once(const mdgan_session *session, bool *told, const char *remark)
{
    if (remark[0] != '\0' && !*told) {
        session_log(session, "mdgan: WARNING: %s", remark);
        *told = true;
    }
}

void session_warn_of_data(mdgan_session *session, const mdgan_dataset *data)
{
    char wrapping[MDGAN_WRAPPING_REMARK_LENGTH], rounding[MDGAN_ROUNDING_REMARK_LENGTH];
    char isotropy[MDGAN_ISOTROPY_REMARK_LENGTH];
    mdgan_error ignored;
    if (!session_is_root(session)) {
        return;
    }
    mdgan_wrapping_remark(data, wrapping);
    mdgan_rounding_remark(data, rounding);
    warn_once(session, &session->told_of_wrapping, wrapping);
    warn_once(session, &session->told_of_rounding, rounding);
    if (config_isotropy_is_default(&session->config) && mdgan_isotropy_remark(data, isotropy, &ignored) == MDGAN_OK) {
        warn_once(session, &session->told_of_isotropy, isotropy);
    }
}

void session_log_start(const mdgan_session *session, size_t n_frame, const char *start)
{
    const mdgan_feature *const feature = &session->feature;
    const double span = feature->dt * (double)session->config.window;
    session_log(session, "mdgan: training on %zu %s x %zu frames of '%s', window M = %zu (%g%s%s), start: %s",
                session->n_entity, session->n_entity == 1 ? "entity" : "entities", n_frame, feature->name,
                session->config.window, span, feature->time_unit[0] != '\0' ? " " : "", feature->time_unit, start);
}

void session_warn_of_score(const mdgan_session *session)
{
    char remark[MDGAN_SCORE_REMARK_LENGTH];
    mdgan_score_remark(session->training.best_score, remark);
    if (remark[0] != '\0') {
        session_log(session, "mdgan: WARNING: %s", remark);
    }
}

void session_log_trained(const mdgan_session *session, const char *where)
{
    const mdgan_progress *const p = &session->training;
    session_log(session, "mdgan: trained %zu iterations in %.1f s%s: held-out score %.3g, start %.3g", p->iteration,
                p->seconds, where, p->best_score, p->start_score);
    if (p->iteration > 0 && mdgan_model_info_get(session->model).iterations == 0) {
        session_log(session, "mdgan: training did not improve on the start, which is kept");
    }
    session_warn_of_score(session);
}

/* What the keywords allow the training of @p model in all; the defaults are those of how it began. */
static mdgan_train_config limits_of(const mdgan_session *session, const mdgan_model *model)
{
    mdgan_config config = session->config;
    config.init = mdgan_model_info_get(model).linear ? MDGAN_INIT_LINEAR : MDGAN_INIT_RANDOM;
    return config_training(&config);
}

/* A training that has had all it may have goes on with nothing, which should not be a riddle. */
static void log_resumed(const mdgan_session *session, const mdgan_progress *p, const mdgan_train_config *limits)
{
    const char *const path = session->config.resume;
    if (p->iteration >= limits->iterations) {
        session_log(session,
                    "mdgan: the training of '%s' has had %zu iterations, of %zu in all (keyword 'iterations'): nothing "
                    "is left to train; allow more",
                    path, p->iteration, limits->iterations);
    } else if (limits->seconds > 0 && p->seconds >= limits->seconds) {
        session_log(session,
                    "mdgan: the training of '%s' has had %.3g minutes, of %.3g in all (keyword 'minutes'): nothing is "
                    "left to train; allow more, or 0 for no limit",
                    path, p->seconds / 60, limits->seconds / 60);
    } else if (limits->target > 0 && p->best_score <= limits->target) {
        session_log(session,
                    "mdgan: the training of '%s' has a held-out score of %.3g, of %.3g wanted (keyword 'target'): "
                    "nothing is left to train; ask for less",
                    path, p->best_score, limits->target);
    } else {
        session_log(session, "mdgan: the training of '%s' goes on", path);
    }
}

/* The training of keyword `resume`, as far as it got. */
static mdgan_status resume_trainer(const mdgan_session *session, const mdgan_dataset *data, mdgan_trainer **trainer,
                                   mdgan_error *error)
{
    const mdgan_comm *const comm = session->retained_comm;
    const char *const path = session->config.resume;
    mdgan_model *model = NULL;
    mdgan_error reason = {""};
    mdgan_status status = MDGAN_OK;
    if (session_is_root(session)) {
        status = session_read_checkpoint(session, &model, error);
    }
    status = mdgan_comm_agree(comm, status, error);
    if (status == MDGAN_OK) {
        status = session_share_model(session, 0, &model, error);
    }
    if (status == MDGAN_OK) {
        const mdgan_train_config limits = limits_of(session, model);
        status = mdgan_comm_agree(comm, mdgan_trainer_resume(trainer, model, &limits, data, comm, &reason), &reason);
        if (status == MDGAN_OK) {
            const mdgan_progress progress = mdgan_trainer_progress(*trainer);
            log_resumed(session, &progress, &limits);
        } else {
            status = mdgan_fail(error, status, "keyword 'resume' got '%.300s': %.600s", path, reason.text);
        }
    }
    mdgan_model_destroy(model);
    return status;
}

static mdgan_status create_trainer(const mdgan_session *session, const mdgan_dataset *data, mdgan_trainer **trainer,
                                   mdgan_error *error)
{
    const mdgan_comm *const comm = session->retained_comm;
    if (session->config.resume[0] != '\0') {
        return resume_trainer(session, data, trainer, error);
    }
    const mdgan_train_config config = config_training(&session->config);
    return mdgan_comm_agree(comm, mdgan_trainer_create(trainer, &config, data, comm, error), error);
}

mdgan_status session_run_training(mdgan_session *session, const mdgan_dataset *data, mdgan_error *error)
{
    mdgan_trainer *trainer = NULL;
    training_result result = {NULL};
    listener on = {.session = session};
    mdgan_status status = create_trainer(session, data, &trainer, error);
    if (status == MDGAN_OK) {
        char start[TRAINING_START_LENGTH];
        session_warn_of_data(session, data);
        training_start_text(trainer, start);
        session_log_start(session, data->n_frame, start);
        on.told = mdgan_trainer_progress(trainer).seconds;
        status = training_run(trainer, session->retained_comm, on_progress, &on, &result, error);
    }
    if (status == MDGAN_OK && result.progress.seconds > on.told) {
        tell(&on, &result.progress); /* how it ended */
    }
    mdgan_trainer_destroy(trainer);
    if (status != MDGAN_OK) {
        return status;
    }
    session_log_remark(session, &result, on.cancelled);
    session->config.resume[0] = '\0'; /* has been done: the next training is a new one */
    session_adopt(session, result.model, &result.progress);
    session_log_trained(session, "");
    return MDGAN_OK;
}
