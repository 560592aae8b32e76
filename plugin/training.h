/* SPDX-License-Identifier: BSD-3-Clause */
/* A training from a trainer to a model, wherever it runs: in the session, in a thread beside it or on a partition. */
#ifndef MDGAN_PLUGIN_TRAINING_H
#define MDGAN_PLUGIN_TRAINING_H

#include <mdgan/model.h>
#include <mdgan/train.h>

enum { TRAINING_START_LENGTH = sizeof(((mdgan_model_info *)0)->start) };

/* What a training leaves. */
typedef struct training_result {
    mdgan_model *model; /* the owner destroys it */
    mdgan_progress progress;
    mdgan_error remark; /* that it ended early or was left out, and why, or "" */
} training_result;

/* How the start was found; "" if it cannot be told. */
void training_start_text(const mdgan_trainer *trainer, char text[TRAINING_START_LENGTH]);

/* Runs @p trainer to its end; @p progress is called every few hundredths of a second, so that whoever has to end it
 * need not wait, and may itself be seen more seldom. One that was stopped or blew up, or whose start suffices, leaves
 * its best model so far: a success with a remark. Collective over @p comm. @p result is zeroed after an error. */
mdgan_status training_run(mdgan_trainer *trainer, const mdgan_comm *comm, mdgan_progress_fn progress, void *context,
                          training_result *result, mdgan_error *error);

#endif
