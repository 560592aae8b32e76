/* SPDX-License-Identifier: BSD-3-Clause */
#include "training.h"

#include <stdio.h>
#include <string.h>

void training_start_text(const mdgan_trainer *trainer, char text[TRAINING_START_LENGTH])
{
    mdgan_model *start = NULL;
    text[0] = '\0';
    if (mdgan_trainer_model(trainer, false, &start, NULL) == MDGAN_OK) {
        const mdgan_model_info info = mdgan_model_info_get(start);
        memcpy(text, info.start, TRAINING_START_LENGTH);
        mdgan_model_destroy(start);
    }
}

/* A training that was stopped or blew up leaves its best model so far, which is never worse than the start. */
static bool leaves_model(mdgan_status status)
{
    return status == MDGAN_OK || status == MDGAN_NUMERIC || status == MDGAN_CANCELLED;
}

/* Seconds between two questions whether to go on. */
static const double look_interval = 0.05;

/* Minutes of training that no one would keep are left out. */
static mdgan_status run_if_needed(mdgan_trainer *trainer, mdgan_progress_fn progress, void *context,
                                  mdgan_error *remark)
{
    if (!mdgan_trainer_start_suffices(trainer)) {
        return mdgan_trainer_run(trainer, progress, context, look_interval, remark);
    }
    snprintf(remark->text, sizeof remark->text,
             "nothing to train: held-out entities cannot tell the linear start from the data (score %.2f, 1 is chance)",
             mdgan_trainer_progress(trainer).start_score);
    return MDGAN_OK;
}

mdgan_status training_run(mdgan_trainer *trainer, const mdgan_comm *comm, mdgan_progress_fn progress, void *context,
                          training_result *result, mdgan_error *error)
{
    mdgan_error reason = {""};
    *result = (training_result){0};
    mdgan_status status = run_if_needed(trainer, progress, context, &reason);
    status = mdgan_comm_agree(comm, status, &reason);
    if (!leaves_model(status)) {
        return mdgan_fail(error, status, "%s", reason.text);
    }
    if (status == MDGAN_OK) {
        result->remark = reason;
    } else {
        mdgan_fail(&result->remark, status, "training ended early, its best model so far is kept: %.900s", reason.text);
    }
    /* A checkpoint holds the weights as they are now: once they are not finite, no one can go on from them. */
    const bool checkpoint = status != MDGAN_NUMERIC;
    status = mdgan_comm_agree(comm, mdgan_trainer_model(trainer, checkpoint, &result->model, error), error);
    if (status != MDGAN_OK) {
        mdgan_model_destroy(result->model);
        *result = (training_result){0};
        return status;
    }
    result->progress = mdgan_trainer_progress(trainer);
    return MDGAN_OK;
}
