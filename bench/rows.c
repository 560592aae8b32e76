/* SPDX-License-Identifier: BSD-3-Clause */
#include "rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mdgan/baseline.h>
#include <mdgan/generate.h>
#include <mdgan/train.h>

#include "clock.h"
#include "increments.h"
#include "peer_series.h"
#include "windows.h"

const row_name row_names[] = {
    {"mdgan", ROW_ANY, false},
    {"mdgan-paper", ROW_ANY, false},
    {"linear", ROW_ANY, false},
    {"burg-ar", ROW_SINGLE, false},
    {"burg-ar-3/4", ROW_SINGLE, true},
    {"burg-ar-1/2", ROW_SINGLE, true},
    {"burg-ar-1/4", ROW_SINGLE, true},
    {"pair-gaussian", ROW_SINGLE, false},
    {"independent", ROW_SINGLE, false},
    {"naive", ROW_ANY, false},
    {"naive-published", ROW_ANY, true},
    {"c-rnn-gan", ROW_ANY, false},
    {"c-rnn-gan-tuned", ROW_ANY, true},
    {"c-rnn-gan-10x", ROW_ANY, true},
    {"known-form", ROW_REFERENCE, false},
    {"known-times", ROW_REFERENCE, false},
    {"floor", ROW_REFERENCE, false},
};
const size_t n_row_name = sizeof row_names / sizeof *row_names;

struct row {
    row_task task;
    const char *name;
    double seconds;
    size_t threads;
    mdgan_comm *comm;
    mdgan_model *model;   /* of a training; NULL: other rows */
    mdgan_dataset steps;  /* stationary form of the data */
    mdgan_dataset series; /* of a program to compare with */
};

/* The length of the word at @p rows, up to the comma. */
static size_t word_length(const char *const rows)
{
    return strcspn(rows, ",");
}

static bool is_listed(const char *rows, const char *const name)
{
    for (size_t n = word_length(rows);; rows += n + 1, n = word_length(rows)) {
        if (n == strlen(name) && !strncmp(rows, name, n)) {
            return true;
        }
        if (rows[n] == '\0') {
            return false;
        }
    }
}

static bool exists(const char *const word, const size_t n)
{
    for (size_t i = 0; i < n_row_name; i++) {
        if (strlen(row_names[i].name) == n && !strncmp(row_names[i].name, word, n)) {
            return true;
        }
    }
    return false;
}

mdgan_status bench_rows_check(const char *rows, mdgan_error *const error)
{
    for (size_t n = word_length(rows);; rows += n + 1, n = word_length(rows)) {
        if (!exists(rows, n)) {
            char known[256] = "";
            for (size_t i = 0; i < n_row_name; i++) {
                strncat(known, i > 0 ? ", " : "", sizeof known - strlen(known) - 1);
                strncat(known, row_names[i].name, sizeof known - strlen(known) - 1);
            }
            return mdgan_fail(error, MDGAN_INVALID, "--rows: unknown row '%.*s': there are %s", (int)n, rows, known);
        }
        if (rows[n] == '\0') {
            return MDGAN_OK;
        }
    }
}

bool row_wanted(const bench_request *const request, const row_name *const name)
{
    return request->rows ? is_listed(request->rows, name->name) : !name->asked;
}

/* Seconds that the training of a row may take: the same for all that are compared with mdgan. */
static double budget_of(const char *const name, const bench_request *const request)
{
    /* The paper's own training ends after so long; its iterations alone would take the longer, the larger the data. */
    const double paper_seconds = 300;
    const double own =
        strcmp(name, "mdgan-paper") != 0 ? mdgan_train_config_defaults(MDGAN_INIT_LINEAR).seconds : paper_seconds;
    const double seconds = request->minutes > 0 ? 60 * request->minutes : own;
    return !strcmp(name, "c-rnn-gan-10x") ? 10 * seconds : seconds;
}

static mdgan_train_config config_of(const row *const r)
{
    const bool paper = !strcmp(r->name, "mdgan-paper");
    mdgan_train_config c = mdgan_train_config_defaults(paper ? MDGAN_INIT_RANDOM : MDGAN_INIT_LINEAR);
    c.seed = r->task.seed;
    c.window = r->task.window;
    c.threads = r->threads;
    c.seconds = budget_of(r->name, r->task.request);
    c.iterations = strcmp(r->name, "linear") != 0 ? c.iterations : 0;
    return c;
}

static mdgan_status train(row *const r, mdgan_error *const error)
{
    const mdgan_train_config config = config_of(r);
    mdgan_trainer *trainer = NULL;
    mdgan_status status = mdgan_trainer_create(&trainer, &config, r->task.data, r->comm, error);
    if (status == MDGAN_OK && !mdgan_trainer_start_suffices(trainer)) {
        status = mdgan_trainer_run(trainer, NULL, NULL, 0, error);
    }
    if (status == MDGAN_OK) {
        status = mdgan_trainer_model(trainer, false, &r->model, error);
    }
    mdgan_trainer_destroy(trainer);
    return status;
}

static bool is_trained(const char *const name)
{
    return !strcmp(name, "mdgan") || !strcmp(name, "mdgan-paper") || !strcmp(name, "linear");
}

static bool is_peer(const char *const name)
{
    return !strncmp(name, "naive", strlen("naive")) || !strncmp(name, "c-rnn-gan", strlen("c-rnn-gan"));
}

/* A program that cannot be run leaves out its row, not the others. */
static mdgan_status ask(row *const r, bool *const left_out, mdgan_error *const error)
{
    mdgan_error reason = {""};
    const bool slow = strncmp(r->name, "naive", strlen("naive")) != 0;
    const peer_task task = {.request = r->task.request,
                            .data = r->task.data,
                            .window = r->task.window,
                            .n_entity = slow ? r->task.n_entity_slow : r->task.n_entity,
                            .n_frame = slow ? r->task.n_frame_slow : r->task.n_frame,
                            .seed = r->task.seed,
                            .seconds = budget_of(r->name, r->task.request),
                            .threads = r->threads};
    const mdgan_status status = peer_series_make(r->name, &task, &r->series, &r->seconds, &reason);
    *left_out = status != MDGAN_OK;
    if (*left_out && status == MDGAN_MEMORY) {
        return mdgan_fail(error, status, "%s", reason.text);
    }
    if (*left_out) {
        fprintf(r->task.request->log, "mdgan bench: row %s is left out: %s\n", r->name, reason.text);
    }
    return MDGAN_OK;
}

static mdgan_status learn(row *const r, bool *const left_out, mdgan_error *const error)
{
    if (is_trained(r->name)) {
        const double begin = clock_now();
        const mdgan_status status = train(r, error);
        r->seconds = clock_now() - begin;
        return status;
    }
    return is_peer(r->name) ? ask(r, left_out, error) : increments_of(r->task.data, &r->steps, error);
}

mdgan_status row_create(row **const out, const char *const name, const row_task *const task, mdgan_error *const error)
{
    bool left_out = false;
    row *r = calloc(1, sizeof *r);
    *out = NULL;
    if (!r) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for row %s", name);
    }
    *r = (row){.task = *task, .name = name, .threads = task->request->threads};
    if (r->threads == 0) {
        r->threads = sysconf(_SC_NPROCESSORS_ONLN) > 1 ? 2 : 1;
    }
    mdgan_status status = mdgan_comm_create_serial(&r->comm, error);
    if (status == MDGAN_OK) {
        status = learn(r, &left_out, error);
    }
    if (status != MDGAN_OK || left_out) {
        row_destroy(r);
        r = NULL;
    }
    *out = r;
    return status;
}

void row_destroy(row *const r)
{
    if (r) {
        mdgan_dataset_clear(&r->series);
        mdgan_dataset_clear(&r->steps);
        mdgan_model_destroy(r->model);
        mdgan_comm_destroy(r->comm);
        free(r);
    }
}

const char *row_name_of(const row *const r)
{
    return r->name;
}

const row_task *row_task_of(const row *const r)
{
    return &r->task;
}

double row_seconds(const row *const r)
{
    return r->seconds;
}

size_t row_batches(const row *const r, const size_t wanted)
{
    return is_peer(r->name) ? 1 : wanted;
}

static mdgan_status emit_model(const row *const r, const uint64_t seed, mdgan_dataset *const out,
                               mdgan_error *const error)
{
    const size_t n = r->task.n_entity, n_frame = r->task.n_frame, d = r->task.data->feature.n_component;
    mdgan_generator *generator = NULL;
    mdgan_status status = mdgan_dataset_create(out, &r->task.data->feature, n, n_frame, error);
    if (status != MDGAN_OK) {
        return status;
    }
    status = mdgan_generator_create(&generator, r->model, n, seed, NULL, r->threads, r->comm, error);
    for (size_t t = 0; status == MDGAN_OK && t < n_frame; t++) {
        const float *frame = NULL;
        status = mdgan_generator_next(generator, &frame, error);
        for (size_t e = 0; status == MDGAN_OK && e < n; e++) {
            memcpy(out->value + (e * n_frame + t) * d, frame + e * d, d * sizeof *frame);
        }
    }
    mdgan_generator_destroy(generator);
    if (status != MDGAN_OK) {
        mdgan_dataset_clear(out);
    }
    return status;
}

/* "burg-ar-3/4": three quarters of 2M. 0, the default order, without a share. */
static size_t burg_order(const char *const name, const size_t window)
{
    const char *const share = name + strlen("burg-ar");
    return *share ? 2 * window * (size_t)(share[1] - '0') / (size_t)(share[3] - '0') : 0;
}

static mdgan_status emit_steps(const row *const r, const uint64_t seed, mdgan_dataset *const out,
                               mdgan_error *const error)
{
    const size_t m = r->task.window, n = r->task.n_entity, n_frame = r->task.n_frame;
    if (!strncmp(r->name, "burg-ar", strlen("burg-ar"))) {
        return mdgan_baseline_burg(&r->steps, m, burg_order(r->name, m), seed, n, n_frame, out, error);
    }
    if (!strcmp(r->name, "pair-gaussian")) {
        return windows_gaussian(&r->steps, m, seed, n, n_frame, out, error);
    }
    return windows_independent(&r->steps, m, seed, n, n_frame, out, error);
}

static mdgan_status copy_series(const mdgan_dataset *const made, mdgan_dataset *const out, mdgan_error *const error)
{
    const mdgan_status status = mdgan_dataset_create(out, &made->feature, made->n_entity, made->n_frame, error);
    if (status == MDGAN_OK) {
        memcpy(out->value, made->value,
               made->n_entity * made->n_frame * made->feature.n_component * sizeof *out->value);
    }
    return status;
}

mdgan_status row_emit(const row *const r, const size_t batch, mdgan_dataset *const series, mdgan_error *const error)
{
    /* Far apart, so that no series of one seed is that of another. */
    const uint64_t seed = 1000 * r->task.seed + batch;
    if (r->model) {
        return emit_model(r, seed, series, error);
    }
    if (r->series.value) {
        return copy_series(&r->series, series, error);
    }
    const mdgan_status status = emit_steps(r, seed, series, error);
    if (status == MDGAN_OK) {
        increments_sum(series, &r->task.data->feature);
    }
    return status;
}
