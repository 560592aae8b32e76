/* SPDX-License-Identifier: BSD-3-Clause */
#include "report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

/* Curves are for looking at, and many. */
enum { METRIC_DIGITS = 6, CURVE_DIGITS = 4 };

typedef struct result {
    char system[REPORT_NAME_LENGTH], row[REPORT_NAME_LENGTH];
    figures f; /* the training's time is the first */
} result;

struct report {
    const bench_request *request;
    bool first;    /* nothing is written yet */
    size_t n;      /* results of the system at hand */
    result *at;    /* [n] */
    double *value; /* [n] work space */
};

void figures_add_three(figures *const f, const char *const name, const double value[FIGURE_WIDTH])
{
    if (f->n < FIGURE_MAX) {
        f->at[f->n] = (figure){.name = name, .n = FIGURE_WIDTH};
        memcpy(f->at[f->n++].value, value, sizeof f->at->value);
    }
}

void figures_add(figures *const f, const char *const name, const double value)
{
    figures_add_three(f, name, (const double[FIGURE_WIDTH]){value});
    f->at[f->n - 1].n = 1;
}

static curve *find_curve(figures *const f, const char *const name)
{
    for (size_t i = 0; i < f->n_curve; i++) {
        if (!strcmp(f->curve[i].name, name)) {
            return &f->curve[i];
        }
    }
    if (f->n_curve == CURVE_MAX) {
        return NULL;
    }
    f->curve[f->n_curve] = (curve){.name = name};
    return &f->curve[f->n_curve++];
}

void figures_add_point(figures *const f, const char *const name, const double x, const double y)
{
    curve *const c = find_curve(f, name);
    if (c && c->n < CURVE_LENGTH) {
        c->point[c->n][0] = x;
        c->point[c->n++][1] = y;
    }
}

mdgan_status report_create(report **const r, const bench_request *const request, mdgan_error *const error)
{
    *r = calloc(1, sizeof **r);
    if (!*r) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for a report");
    }
    **r = (report){.request = request, .first = true};
    if (request->json) {
        fputc('[', request->out);
    }
    return MDGAN_OK;
}

static void print_value(FILE *const out, const double value, const int digits)
{
    if (isfinite(value)) {
        fprintf(out, "%.*g", digits, value);
    } else {
        fputs("null", out);
    }
}

static void print_figure(FILE *const out, const figure *const g)
{
    fputs(g->n > 1 ? "[" : "", out);
    for (size_t i = 0; i < g->n; i++) {
        fputs(i > 0 ? ", " : "", out);
        print_value(out, g->value[i], METRIC_DIGITS);
    }
    fputs(g->n > 1 ? "]" : "", out);
}

static void print_curves(FILE *const out, const figures *const f)
{
    fputs(", \"curves\": {", out);
    for (size_t i = 0; i < f->n_curve; i++) {
        const curve *const c = &f->curve[i];
        fprintf(out, "%s\"%s\": [", i > 0 ? ", " : "", c->name);
        for (size_t k = 0; k < c->n; k++) {
            fputs(k > 0 ? ", [" : "[", out);
            print_value(out, c->point[k][0], CURVE_DIGITS);
            fputs(", ", out);
            print_value(out, c->point[k][1], CURVE_DIGITS);
            fputc(']', out);
        }
        fputc(']', out);
    }
    fputc('}', out);
}

/* @p all: also the curves, which are not kept. */
static void print_object(report *const r, const result *const x, const uint64_t seed, const figures *const all)
{
    FILE *const out = r->request->out;
    fprintf(out, "%s\n  {\"system\": \"%s\", \"row\": \"%s\", \"seed\": %llu, \"train_seconds\": ", r->first ? "" : ",",
            x->system, x->row, (unsigned long long)seed);
    print_value(out, x->f.at[0].value[0], METRIC_DIGITS);
    fputs(", \"metrics\": {", out);
    for (size_t i = 1; i < x->f.n; i++) {
        fprintf(out, "%s\"%s\": ", i > 1 ? ", " : "", x->f.at[i].name);
        print_figure(out, &x->f.at[i]);
    }
    fputc('}', out);
    if (r->request->curves) {
        print_curves(out, all);
    }
    fputc('}', out);
    fflush(out);
    r->first = false;
}

static void log_result(const report *const r, const result *const x, const uint64_t seed)
{
    FILE *const log = r->request->log;
    fprintf(log, "mdgan bench: %s, %s, seed %llu:", x->system, x->row, (unsigned long long)seed);
    for (size_t i = 0; i < x->f.n; i++) {
        fprintf(log, "%s %s ", i > 0 ? "," : "", x->f.at[i].name);
        print_figure(log, &x->f.at[i]);
    }
    fputc('\n', log);
    fflush(log);
}

mdgan_status report_add(report *const r, const char *const system, const char *const row, const uint64_t seed,
                        const double train_seconds, const figures *const f, mdgan_error *const error)
{
    result *const more = realloc(r->at, (r->n + 1) * sizeof *more);
    if (more) {
        r->at = more;
    }
    double *const value = realloc(r->value, (r->n + 1) * sizeof *value);
    if (value) {
        r->value = value;
    }
    if (!more || !value) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu results", r->n + 1);
    }
    result *const x = &r->at[r->n++];
    *x = (result){.f.n = 0};
    snprintf(x->system, sizeof x->system, "%s", system);
    snprintf(x->row, sizeof x->row, "%s", row);
    figures_add(&x->f, "train_seconds", train_seconds);
    for (size_t i = 0; i < f->n && x->f.n < FIGURE_MAX; i++) {
        x->f.at[x->f.n++] = f->at[i];
    }
    log_result(r, x, seed);
    if (r->request->json) {
        print_object(r, x, seed, f);
    }
    return MDGAN_OK;
}

static const figure *find_figure(const figures *const f, const char *const name)
{
    for (size_t i = 0; i < f->n; i++) {
        if (!strcmp(f->at[i].name, name)) {
            return &f->at[i];
        }
    }
    return NULL;
}

/* Whether no result before number i has this row, or, with a name, no row before it this figure. */
static bool is_new(const report *const r, const size_t i, const char *const name)
{
    for (size_t k = 0; k < i; k++) {
        if (name ? find_figure(&r->at[k].f, name) != NULL : !strcmp(r->at[k].row, r->at[i].row)) {
            return false;
        }
    }
    return true;
}

/* Part k of a figure of row @p row, over its seeds. */
static void print_line(const report *const r, const figure *const like, const size_t k, const char *const row)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++) {
        const figure *const g = strcmp(r->at[i].row, row) != 0 ? NULL : find_figure(&r->at[i].f, like->name);
        if (g) {
            r->value[n++] = g->value[k];
        }
    }
    if (n == 0) {
        return;
    }
    char label[2 * REPORT_NAME_LENGTH];
    snprintf(label, sizeof label, like->n > 1 ? "%s %zu" : "%s", like->name, k + 1);
    const double median = clock_median(n, r->value);
    FILE *const out = r->request->out;
    fprintf(out, "%-20s %-26s %-13s", r->at[0].system, label, row);
    if (isnan(median)) {
        fprintf(out, " %11s\n", "-");
    } else if (n == 1) {
        fprintf(out, " %11.4g\n", median);
    } else {
        fprintf(out, " %11.4g %11.4g %11.4g\n", median, r->value[0], r->value[n - 1]);
    }
}

static void print_block(const report *const r, const figure *const g)
{
    for (size_t k = 0; k < g->n; k++) {
        for (size_t i = 0; i < r->n; i++) {
            if (is_new(r, i, NULL)) {
                print_line(r, g, k, r->at[i].row);
            }
        }
    }
}

void report_system(report *const r)
{
    FILE *const out = r->request->out;
    if (!r->request->json && r->n > 0) {
        fprintf(out, "%-20s %-26s %-13s %11s %11s %11s\n", "system", "metric", "row", "median", "least", "greatest");
        for (size_t i = 0; i < r->n; i++) {
            for (size_t k = 0; k < r->at[i].f.n; k++) {
                if (is_new(r, i, r->at[i].f.at[k].name)) {
                    print_block(r, &r->at[i].f.at[k]);
                }
            }
        }
        fputc('\n', out);
        fflush(out);
    }
    r->n = 0;
}

void report_close(report *const r)
{
    if (!r) {
        return;
    }
    if (r->request->json) {
        fputs("\n]\n", r->request->out);
    }
    free(r->at);
    free(r->value);
    free(r);
}
