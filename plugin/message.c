/* SPDX-License-Identifier: BSD-3-Clause */
#include "message.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MESSAGE_VERSION = 2 };

static const char magic[8] = "MDGANJOB"; /* all eight bytes, no end */

void message_head_fill(message_head *head, message_type type, uint64_t job, size_t n_byte)
{
    *head = (message_head){.version = MESSAGE_VERSION, .type = (uint64_t)type, .job = job, .n_byte = n_byte};
    memcpy(head->magic, magic, sizeof magic);
}

/* Fixed part of a message; 0 if there is no such type. @p more: whether something of any length may follow. */
static size_t fixed_length(uint64_t type, bool *more)
{
    *more = type == MESSAGE_TRAIN || type == MESSAGE_MODEL;
    switch (type) {
    case MESSAGE_TRAIN:
        return sizeof(message_train);
    case MESSAGE_HELLO:
    case MESSAGE_WELCOME:
    case MESSAGE_STOP:
    case MESSAGE_GOODBYE:
        return sizeof(message_head);
    case MESSAGE_PROGRESS:
        return sizeof(message_progress);
    case MESSAGE_MODEL:
        return sizeof(message_model);
    case MESSAGE_FAILED:
    case MESSAGE_CLOSED:
        return sizeof(message_failed);
    default:
        return 0;
    }
}

static mdgan_status check_head(const char *bytes, size_t n_byte, message_head *head, mdgan_error *error)
{
    bool more = false;
    if (n_byte < sizeof *head) {
        return mdgan_fail(error, MDGAN_FORMAT, "message of another partition is truncated: %zu bytes", n_byte);
    }
    memcpy(head, bytes, sizeof *head);
    if (memcmp(head->magic, magic, sizeof magic) != 0) {
        return mdgan_fail(error, MDGAN_FORMAT, "message of another partition was not written by mdgan");
    }
    if (head->version != MESSAGE_VERSION) {
        return mdgan_fail(error, MDGAN_VERSION,
                          "message of another partition has version %llu, this mdgan knows %d: use the same mdgan on "
                          "all partitions",
                          (unsigned long long)head->version, MESSAGE_VERSION);
    }
    const size_t fixed = fixed_length(head->type, &more);
    if (fixed == 0 || head->n_byte != n_byte || n_byte < fixed || (!more && n_byte != fixed)) {
        return mdgan_fail(error, MDGAN_FORMAT,
                          "message of another partition is damaged: type %llu, %zu bytes instead of %llu",
                          (unsigned long long)head->type, n_byte, (unsigned long long)head->n_byte);
    }
    return MDGAN_OK;
}

mdgan_status message_receive(const mdgan_peer *peer, message *m, mdgan_error *error)
{
    void *bytes = NULL;
    size_t n_byte = 0;
    message_head head;
    *m = (message){.bytes = NULL};
    mdgan_status status = mdgan_peer_receive(peer, &bytes, &n_byte, error);
    if (status != MDGAN_OK || bytes == NULL) {
        return status;
    }
    status = check_head(bytes, n_byte, &head, error);
    if (status != MDGAN_OK) {
        free(bytes);
        return status;
    }
    *m = (message){.type = (message_type)head.type, .job = head.job, .bytes = bytes, .n_byte = n_byte};
    return MDGAN_OK;
}

void message_clear(message *m)
{
    free((void *)(uintptr_t)m->bytes);
    *m = (message){.bytes = NULL};
}

mdgan_status message_read_train(const message *m, message_train *train, mdgan_dataset *data, mdgan_error *error)
{
    mdgan_feature feature;
    memcpy(train, m->bytes, sizeof *train);
    *data = (mdgan_dataset){0};
    if (train->config.size != sizeof train->config) {
        return mdgan_fail(error, MDGAN_VERSION,
                          "the other partition's training configuration has %zu bytes, here it has %zu: use the same "
                          "mdgan on all partitions",
                          train->config.size, sizeof train->config);
    }
    mdgan_status status = wire_feature_read(&train->feature, &feature, error);
    if (status != MDGAN_OK) {
        return status;
    }
    /* Division, since a product of damaged lengths may overflow. */
    const uint64_t n_value = (m->n_byte - sizeof *train) / sizeof(float);
    const uint64_t row = feature.n_component;
    if ((m->n_byte - sizeof *train) % sizeof(float) != 0 || train->n_entity == 0 || train->n_frame == 0 ||
        train->n_entity > n_value / row || train->n_frame != n_value / row / train->n_entity ||
        train->n_frame * train->n_entity * row != n_value || !(train->interval > 0)) {
        return mdgan_fail(error, MDGAN_FORMAT,
                          "frames of the other partition are damaged: their lengths contradict each other");
    }
    status = mdgan_dataset_create(data, &feature, (size_t)train->n_entity, (size_t)train->n_frame, error);
    if (status != MDGAN_OK) {
        return status;
    }
    memcpy(data->value, m->bytes + sizeof *train, (size_t)n_value * sizeof(float));
    data->first_step = train->first_step;
    data->first_time = train->first_time;
    memcpy(data->box, train->box, sizeof data->box);
    return MDGAN_OK;
}

void message_read_progress(const message *m, mdgan_progress *progress, char start[TRAINING_START_LENGTH])
{
    message_progress p;
    memcpy(&p, m->bytes, sizeof p);
    p.start[sizeof p.start - 1] = '\0';
    *progress = wire_progress_read(&p.progress);
    memcpy(start, p.start, sizeof p.start);
}

mdgan_status message_read_model(const message *m, training_result *result, mdgan_error *error)
{
    message_model fixed;
    memcpy(&fixed, m->bytes, sizeof fixed);
    fixed.remark[sizeof fixed.remark - 1] = '\0';
    *result = (training_result){.progress = wire_progress_read(&fixed.progress)};
    memcpy(result->remark.text, fixed.remark, sizeof fixed.remark);
    return mdgan_model_unpack(&result->model, m->bytes + sizeof fixed, m->n_byte - sizeof fixed, error);
}

mdgan_status message_read_failed(const message *m, mdgan_error *error)
{
    message_failed f;
    memcpy(&f, m->bytes, sizeof f);
    f.text[sizeof f.text - 1] = '\0';
    const mdgan_status status =
        f.status > MDGAN_OK && f.status <= MDGAN_CANCELLED ? (mdgan_status)f.status : MDGAN_PARALLEL;
    return mdgan_fail(error, status, "%s", f.text);
}
