/* SPDX-License-Identifier: BSD-3-Clause */
/* The inside of a session, shared by the files that make up its flow. */
#ifndef MDGAN_PLUGIN_SESSION_H
#define MDGAN_PLUGIN_SESSION_H

#include <mdgan/generate.h>
#include <mdgan/plugin.h>

#include "config.h"
#include "overlap.h"
#include "window.h"

struct mdgan_session {
    mdgan_config config;
    mdgan_feature feature; /* as the keywords want it */
    size_t n_entity;
    mdgan_host host;
    const mdgan_comm *retained_comm;
    collection collection;
    size_t n_gap;               /* frames in a row that did not follow the one before */
    mdgan_model *model;         /* NULL before training or loading; the same on every rank */
    mdgan_generator *generator; /* NULL before the first emission and after a restart */
    float *origin;              /* [n_entity][n_component], where the emission set out; NULL if it needs none */
    int64_t emitted;            /* frames */
    size_t emission_seed;       /* of the emission on its way: keyword `seed` may have changed since */
    overlap overlap;
    mdgan_progress training;
    double collect_seconds, emit_seconds; /* s */
    /* What data of a training gave reason to warn of. */
    bool told_of_wrapping, told_of_rounding, told_of_isotropy;
};

static inline bool session_is_root(const mdgan_session *session)
{
    return mdgan_comm_rank(session->retained_comm) == 0;
}

/* Whether the user has chosen the model, with keyword `load`: nothing is collected, and a model is always held. */
static inline bool session_loads(const mdgan_session *session)
{
    return session->config.load[0] != '\0';
}

/* Whether frames are kept, and collected on, while a model is held. */
static inline bool session_keeps_frames(const mdgan_session *session)
{
    return session->config.stop == MDGAN_STOP_NO && !session_loads(session);
}

/* Wall clock, s, from an arbitrary zero. */
double session_clock(void);

/* One line to the host, on rank 0. */
void session_log(const mdgan_session *session, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

/* Why the host wants a training to end, or NULL; rank 0 asks it. */
const char *session_cancelled(const mdgan_session *session);

/* Says why a training ended early or was left out, if so; @p cancelled: as the host has it, or NULL. */
void session_log_remark(const mdgan_session *session, const training_result *result, const char *cancelled);

/* Takes over @p model and @p training. An emission from the model before ends, and the collected frames are freed: only
 * a training needs them, and with `stop yes` it is over. */
void session_adopt(mdgan_session *session, mdgan_model *model, const mdgan_progress *training);
/* Forgets generator, origin and frames emitted. */
void session_end_emission(mdgan_session *session);

/* MDGAN_MISMATCH unless @p model is the session's feature; says how this host's user sets the interval of frames if
 * nothing else differs. */
mdgan_status session_match_feature(const mdgan_session *session, const mdgan_feature *model, mdgan_error *error);
/* MDGAN_MISMATCH unless @p model fits feature and window; @p source: where it came from, for the message. */
mdgan_status session_check_model(const mdgan_session *session, const mdgan_model *model, const char *source,
                                 mdgan_error *error);
/* Reads the model of keyword `resume`: MDGAN_MISMATCH unless it fits, MDGAN_STATE if it has no checkpoint. Rank 0. */
mdgan_status session_read_checkpoint(const mdgan_session *session, mdgan_model **model, mdgan_error *error);
/* Whether that works; the model is not kept. Collective. */
mdgan_status session_check_resume(const mdgan_session *session, mdgan_error *error);
/* Gives the model of rank @p root to the ranks where @p *model is NULL. Collective. After an error only root's is left.
 */
mdgan_status session_share_model(const mdgan_session *session, size_t root, mdgan_model **model, mdgan_error *error);
/* Progress as it stood when @p model was trained. */
mdgan_progress session_progress_of(const mdgan_model *model);

/* The collected frames, on every rank. Collective. */
mdgan_status session_share_data(const mdgan_session *session, mdgan_dataset *data, mdgan_error *error);
/* Writes keyword `data`, if given. Collective. */
mdgan_status session_write_data(const mdgan_session *session, const mdgan_dataset *data, mdgan_error *error);
/* A training on @p data has failed for some @p reason: writes them where the host wants them, unless keyword `data` has
 * @p written them, and tells where they are. Returns @p failure. Collective. */
mdgan_status session_rescue_data(const mdgan_session *session, const mdgan_dataset *data, bool written,
                                 mdgan_status failure, const mdgan_error *reason, mdgan_error *error);
/* Says so, once, if @p data are hardly what the feature is taken for, unless the user has said so; rank 0 looks. */
void session_warn_of_data(mdgan_session *session, const mdgan_dataset *data);
/* Says on what a training begins, and how. */
void session_log_start(const mdgan_session *session, size_t n_frame, const char *start);
/* Says what has come of it, and what to think of the model held. @p where: "" or " beside the run". */
void session_log_trained(const mdgan_session *session, const char *where);
/* Says so if the model held is hardly of use. */
void session_warn_of_score(const mdgan_session *session);
/* Saves the model if keyword `save` wants it, and tells the first failure of that and of @p data_status. Collective. */
mdgan_status session_save_result(mdgan_session *session, mdgan_status data_status, const mdgan_error *data_error,
                                 mdgan_error *error);
/* Trains and adopts the model. Collective. */
mdgan_status session_run_training(mdgan_session *session, const mdgan_dataset *data, mdgan_error *error);

#endif
