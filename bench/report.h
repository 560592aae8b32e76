/* SPDX-License-Identifier: BSD-3-Clause */
/* What is said of a row, and how it is printed. */
#ifndef MDGAN_BENCH_REPORT_H
#define MDGAN_BENCH_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "bench.h"

enum { FIGURE_MAX = 32, FIGURE_WIDTH = 3, REPORT_NAME_LENGTH = 32, CURVE_MAX = 4, CURVE_LENGTH = 520 };

/* A number, or three of a kind; NAN where there is none. */
typedef struct figure {
    const char *name; /* lives as long as the program */
    size_t n;
    double value[FIGURE_WIDTH];
} figure;

/* For pictures. */
typedef struct curve {
    const char *name; /* lives as long as the program */
    size_t n;
    double point[CURVE_LENGTH][2];
} curve;

/* Zeroed: nothing is said. */
typedef struct figures {
    size_t n, n_curve;
    figure at[FIGURE_MAX];
    curve curve[CURVE_MAX];
} figures;

void figures_add(figures *f, const char *name, double value);
void figures_add_three(figures *f, const char *name, const double value[FIGURE_WIDTH]);

/* The next point of a curve, which the first one begins. What is beyond CURVE_MAX and CURVE_LENGTH is left out. */
void figures_add_point(figures *f, const char *curve, double x, double y);

typedef struct report report;

/* Begins an output to request->out; @p request is retained. *@p r is NULL after an error. Errors: MDGAN_MEMORY. */
mdgan_status report_create(report **r, const bench_request *request, mdgan_error *error);

/* One row of one system with one seed. JSON is written at once, and a line to the log. Errors: MDGAN_MEMORY. */
mdgan_status report_add(report *r, const char *system, const char *row, uint64_t seed, double train_seconds,
                        const figures *f, mdgan_error *error);

/* The system's table: median, least and greatest over the seeds. What was added before is forgotten. */
void report_system(report *r);

/* Ends the output and frees the report; NULL is fine. */
void report_close(report *r);

#endif
