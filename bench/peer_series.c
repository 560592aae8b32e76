/* SPDX-License-Identifier: BSD-3-Clause */
#include "peer_series.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mdgan/series.h>

#include "peer.h"

enum { NUMBER_LENGTH = 32 };

typedef struct workplace {
    char folder[64], data[80], series[80];
} workplace;

static bool is_naive(const char *const name)
{
    return !strncmp(name, "naive", strlen("naive"));
}

static mdgan_status find_program(const char *const name, const bench_request *const request, const size_t size,
                                 char *const path, mdgan_error *const error)
{
    const char *const program = is_naive(name) ? "naive.py" : "crnn_gan.py";
    const int n = snprintf(path, size, "%s/%s", request->peers, program);
    if (n < 0 || (size_t)n >= size || access(path, R_OK) != 0) {
        return mdgan_fail(error, MDGAN_FILE, "there is no program '%s'", path);
    }
    return MDGAN_OK;
}

static mdgan_status execute(const char *const name, const peer_task *const task, const workplace *const place,
                            double *const train_seconds, mdgan_error *const error)
{
    char script[4096], number[6][NUMBER_LENGTH];
    const mdgan_status status = find_program(name, task->request, sizeof script, script, error);
    if (status != MDGAN_OK) {
        return status;
    }
    snprintf(number[0], NUMBER_LENGTH, "%zu", task->window);
    snprintf(number[1], NUMBER_LENGTH, "%zu", task->n_frame);
    snprintf(number[2], NUMBER_LENGTH, "%zu", task->n_entity);
    snprintf(number[3], NUMBER_LENGTH, "%llu", (unsigned long long)task->seed);
    snprintf(number[4], NUMBER_LENGTH, "%.3f", task->seconds);
    snprintf(number[5], NUMBER_LENGTH, "%zu", task->threads);
    const bool published = strcmp(name, "naive") != 0 && strcmp(name, "c-rnn-gan-tuned") != 0;
    const char *const words[] = {task->request->python,
                                 script,
                                 place->data,
                                 place->series,
                                 "--window",
                                 number[0],
                                 "--frames",
                                 number[1],
                                 "--entities",
                                 number[2],
                                 "--seed",
                                 number[3],
                                 "--seconds",
                                 number[4],
                                 "--threads",
                                 number[5],
                                 "--settings",
                                 published ? "published" : "tuned",
                                 NULL};
    return peer_number(words, "train_seconds", train_seconds, error);
}

static mdgan_status check_shape(const peer_task *const task, mdgan_dataset *const series, mdgan_error *const error)
{
    if (series->n_entity == task->n_entity && series->n_frame == task->n_frame &&
        series->feature.n_component == task->data->feature.n_component) {
        return MDGAN_OK;
    }
    const mdgan_status status =
        mdgan_fail(error, MDGAN_MISMATCH, "%zu entities x %zu frames x %zu components were made, not %zu x %zu x %zu",
                   series->n_entity, series->n_frame, series->feature.n_component, task->n_entity, task->n_frame,
                   task->data->feature.n_component);
    mdgan_dataset_clear(series);
    return status;
}

mdgan_status peer_series_make(const char *const name, const peer_task *const task, mdgan_dataset *const series,
                              double *const train_seconds, mdgan_error *const error)
{
    workplace place = {.folder = "/tmp/mdgan-bench-XXXXXX"};
    *series = (mdgan_dataset){0};
    if (!mkdtemp(place.folder)) {
        return mdgan_fail(error, MDGAN_FILE, "cannot make a folder under /tmp for the files of the comparison");
    }
    snprintf(place.data, sizeof place.data, "%s/data.h5", place.folder);
    snprintf(place.series, sizeof place.series, "%s/series.h5", place.folder);
    mdgan_status status = mdgan_series_write(task->data, place.data, "mdgan bench", error);
    if (status == MDGAN_OK) {
        status = execute(name, task, &place, train_seconds, error);
    }
    if (status == MDGAN_OK) {
        status = mdgan_series_read(series, place.series, NULL, error);
    }
    if (status == MDGAN_OK) {
        status = check_shape(task, series, error);
    }
    unlink(place.data);
    unlink(place.series);
    rmdir(place.folder);
    return status;
}
