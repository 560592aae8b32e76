/* SPDX-License-Identifier: BSD-3-Clause */
/* A session's model: in from files and other ranks, out to files. */
#include "session.h"

#include <stdlib.h>
#include <string.h>

#include "config.h"

mdgan_progress session_progress_of(const mdgan_model *model)
{
    const mdgan_model_info info = mdgan_model_info_get(model);
    return (mdgan_progress){.iteration = info.iterations,
                            .iterations = info.iterations,
                            .score = info.score,
                            .best_score = info.score,
                            .start_score = info.start_score,
                            .seconds = info.train_seconds};
}

static bool only_interval_differs(const mdgan_feature *model, const mdgan_feature *data)
{
    mdgan_feature adapted = *model;
    adapted.stride = data->stride;
    adapted.dt = data->dt;
    return model->stride != data->stride && mdgan_feature_match(&adapted, data, NULL) == MDGAN_OK;
}

mdgan_status session_match_feature(const mdgan_session *session, const mdgan_feature *model, mdgan_error *error)
{
    const mdgan_host *const host = &session->host;
    const int64_t unit = host->stride_unit > 0 ? host->stride_unit : 1;
    mdgan_error reason;
    const mdgan_status status = mdgan_feature_match(model, &session->feature, &reason);
    if (status == MDGAN_OK) {
        return MDGAN_OK;
    }
    if (host->stride_option == NULL || model->stride % unit != 0 || !only_interval_differs(model, &session->feature)) {
        return mdgan_fail(error, status, "%s", reason.text);
    }
    return mdgan_fail(error, status, "%.900s: %s %lld", reason.text, host->stride_option,
                      (long long)(model->stride / unit));
}

mdgan_status session_check_model(const mdgan_session *session, const mdgan_model *model, const char *source,
                                 mdgan_error *error)
{
    const mdgan_model_info info = mdgan_model_info_get(model);
    mdgan_error reason;
    const mdgan_status status = session_match_feature(session, &info.feature, &reason);
    if (status != MDGAN_OK) {
        return mdgan_fail(error, status, "model '%.300s': %.600s", source, reason.text);
    }
    if (info.window != session->config.window) {
        return mdgan_fail(
            error, MDGAN_MISMATCH,
            "model '%.300s' has windows of M = %zu frames, asked for is M = %zu: give M = %zu, or train a "
            "new model",
            source, info.window, session->config.window, info.window);
    }
    return MDGAN_OK;
}

/* @p bytes: the packed model on rank @p root; received and unpacked on the others. */
static mdgan_status receive_model(const mdgan_session *session, size_t root, void **bytes, uint64_t n_byte,
                                  mdgan_model **model, mdgan_error *error)
{
    const mdgan_comm *const comm = session->retained_comm;
    mdgan_status status = MDGAN_OK;
    if (*bytes == NULL && (*bytes = malloc((size_t)n_byte)) == NULL) {
        status = mdgan_fail(error, MDGAN_MEMORY, "out of memory for a model of %llu bytes", (unsigned long long)n_byte);
    }
    status = mdgan_comm_agree(comm, status, error);
    if (status == MDGAN_OK) {
        status = mdgan_comm_broadcast_from(comm, root, *bytes, (size_t)n_byte, error);
    }
    if (status == MDGAN_OK && *model == NULL) {
        status = mdgan_model_unpack(model, *bytes, (size_t)n_byte, error);
    }
    return mdgan_comm_agree(comm, status, error);
}

mdgan_status session_read_checkpoint(const mdgan_session *session, mdgan_model **model, mdgan_error *error)
{
    const char *const path = session->config.resume;
    mdgan_status status = mdgan_model_load(model, path, error);
    if (status == MDGAN_OK) {
        status = session_check_model(session, *model, path, error);
    }
    if (status != MDGAN_OK) {
        return status;
    }
    const mdgan_model_info info = mdgan_model_info_get(*model);
    if (!info.checkpoint) {
        return mdgan_fail(error, MDGAN_STATE,
                          "keyword 'resume' got '%.300s': this model holds no checkpoint, as after a training that "
                          "diverged; leave 'resume' out to train anew",
                          path);
    }
    if (info.entities != session->n_entity) {
        return mdgan_fail(error, MDGAN_MISMATCH,
                          "keyword 'resume' got '%.300s': its training was on %zu entities, but here are %zu; give the "
                          "data it was trained on, or leave 'resume' out to train anew",
                          path, info.entities, session->n_entity);
    }
    return MDGAN_OK;
}

mdgan_status session_check_resume(const mdgan_session *session, mdgan_error *error)
{
    mdgan_model *model = NULL;
    mdgan_status status = MDGAN_OK;
    if (session_is_root(session)) {
        status = session_read_checkpoint(session, &model, error);
    }
    mdgan_model_destroy(model);
    return mdgan_comm_agree(session->retained_comm, status, error);
}

mdgan_status session_share_model(const mdgan_session *session, size_t root, mdgan_model **model, mdgan_error *error)
{
    const mdgan_comm *const comm = session->retained_comm;
    const bool mine = mdgan_comm_rank(comm) == root;
    if (mdgan_comm_size(comm) == 1) {
        return MDGAN_OK;
    }
    void *bytes = NULL;
    size_t n_packed = 0;
    mdgan_status status = MDGAN_OK;
    if (mine) {
        status = mdgan_model_pack(*model, &bytes, &n_packed, error);
    }
    uint64_t n_byte = n_packed;
    status = mdgan_comm_agree(comm, status, error);
    if (status == MDGAN_OK) {
        status = mdgan_comm_broadcast_from(comm, root, &n_byte, sizeof n_byte, error);
    }
    if (status == MDGAN_OK) {
        status = receive_model(session, root, &bytes, n_byte, model, error);
    }
    free(bytes);
    if (status != MDGAN_OK && !mine) {
        mdgan_model_destroy(*model);
        *model = NULL;
    }
    return status;
}

mdgan_status mdgan_session_load(mdgan_session *session, const char *path, mdgan_error *error)
{
    mdgan_model *model = NULL;
    mdgan_status status = MDGAN_OK;
    if (session_is_root(session)) {
        status = mdgan_model_load(&model, path, error);
        if (status == MDGAN_OK) {
            status = session_check_model(session, model, path, error);
        }
    }
    status = mdgan_comm_agree(session->retained_comm, status, error);
    if (status == MDGAN_OK) {
        status = session_share_model(session, 0, &model, error);
    }
    if (status != MDGAN_OK) {
        mdgan_model_destroy(model);
        return status;
    }
    const mdgan_progress training = session_progress_of(model);
    overlap_give_up(&session->overlap, true);
    session_adopt(session, model, &training);
    session_log(session, "mdgan: model read from '%s': %zu iterations, score %.3g (start %.3g)", path,
                training.iteration, training.best_score, training.start_score);
    session_warn_of_score(session);
    return MDGAN_OK;
}

mdgan_status mdgan_session_save(mdgan_session *session, const char *path, mdgan_error *error)
{
    if (session->model == NULL) {
        return mdgan_fail(error, MDGAN_STATE, "cannot save to '%.300s': there is no model yet; collect and train first",
                          path);
    }
    mdgan_status status = MDGAN_OK;
    if (session_is_root(session)) {
        status = config_expect_other(&session->config, CONFIG_WINDOWS, path, error);
        status = status == MDGAN_OK ? mdgan_model_save(session->model, path, error) : status;
    }
    return mdgan_comm_agree(session->retained_comm, status, error);
}

mdgan_status mdgan_session_check_series(const mdgan_session *session, const char *path, mdgan_error *error)
{
    return config_expect_other(&session->config, CONFIG_MODEL | CONFIG_WINDOWS, path, error);
}
