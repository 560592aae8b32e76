/* SPDX-License-Identifier: BSD-3-Clause */
#include "study.h"

#include <math.h>
#include <string.h>

/* A row that is learnt. *made is false if it was left out. */
static mdgan_status measure_row(const study *const s, const char *const name, const row_task *const task,
                                figures *const f, double *const seconds, bool *const made, mdgan_error *const error)
{
    row *r = NULL;
    mdgan_status status = row_create(&r, name, task, error);
    *made = r != NULL;
    if (status == MDGAN_OK && r) {
        *seconds = row_seconds(r);
        status = s->measure(s->context, r, f, error);
    }
    row_destroy(r);
    return status;
}

static mdgan_status measure_reference(const study *const s, const char *const name, const row_task *const task,
                                      figures *const f, bool *const made, mdgan_error *const error)
{
    if (!strcmp(name, "floor")) {
        return s->floor(s->context, task->seed, f, error);
    }
    *made = s->known != NULL;
    return *made ? s->known(s->context, name, task->data, f, error) : MDGAN_OK;
}

static mdgan_status run_row(const study *const s, const row_name *const name, const row_task *const task,
                            report *const out, mdgan_error *const error)
{
    figures f = {.n = 0};
    double seconds = 0;
    bool made = true;
    const mdgan_status status = name->kind == ROW_REFERENCE
                                    ? measure_reference(s, name->name, task, &f, &made, error)
                                    : measure_row(s, name->name, task, &f, &seconds, &made, error);
    return status == MDGAN_OK && made ? report_add(out, s->name, name->name, task->seed, seconds, &f, error) : status;
}

static mdgan_status run_seed(const study *const s, const bench_request *const request, const uint64_t seed,
                             report *const out, mdgan_error *const error)
{
    mdgan_dataset data = {0};
    mdgan_status status = s->prepare(s->context, seed, &data, error);
    const row_task task = {.request = request,
                           .data = &data,
                           .window = s->window,
                           .n_entity = s->n_entity,
                           .n_frame = s->n_frame,
                           .n_entity_slow = s->n_entity_slow,
                           .n_frame_slow = s->n_frame_slow,
                           .seed = seed};
    for (size_t i = 0; status == MDGAN_OK && i < n_row_name; i++) {
        if (row_wanted(request, &row_names[i]) && !(s->particles && row_names[i].kind == ROW_SINGLE)) {
            status = run_row(s, &row_names[i], &task, out, error);
        }
    }
    mdgan_dataset_clear(&data);
    return status;
}

mdgan_status study_run(const study *const s, const bench_request *const request, report *const out,
                       mdgan_error *const error)
{
    mdgan_status status = MDGAN_OK;
    for (size_t i = 0; status == MDGAN_OK && i < request->n_seed; i++) {
        status = run_seed(s, request, request->first_seed + i, out, error);
    }
    report_system(out);
    return status;
}
