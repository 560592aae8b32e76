/* SPDX-License-Identifier: BSD-3-Clause */
/* All rows of a system, seed by seed. */
#ifndef MDGAN_BENCH_STUDY_H
#define MDGAN_BENCH_STUDY_H

#include "report.h"
#include "rows.h"

/* What a system says of itself. Calls get @p context and fail with the statuses of what they call. */
typedef struct study {
    const char *name;
    size_t window;
    size_t n_entity, n_frame;           /* of the series that rows make */
    size_t n_entity_slow, n_frame_slow; /* as in row_task */
    bool particles;                     /* several particles per entity: rows that do not know of them are left out */
    void *context;
    /* The data of a seed, which the study clears. */
    mdgan_status (*prepare)(void *context, uint64_t seed, mdgan_dataset *data, mdgan_error *error);
    /* Adds what is to be said of a row. */
    mdgan_status (*measure)(void *context, const row *r, figures *f, mdgan_error *error);
    /* The same of the reference against itself. */
    mdgan_status (*floor)(void *context, uint64_t seed, figures *f, mdgan_error *error);
    /* The same of the best fit of a row that knows what the data are; NULL if nobody does. */
    mdgan_status (*known)(void *context, const char *name, const mdgan_dataset *data, figures *f, mdgan_error *error);
} study;

/* Errors: those of the study's calls and of the rows'. */
mdgan_status study_run(const study *s, const bench_request *request, report *out, mdgan_error *error);

#endif
