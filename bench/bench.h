/* SPDX-License-Identifier: BSD-3-Clause */
/* Measurements of mdgan itself, run by `mdgan bench NAME`: one case per name (cases.def), one table or one JSON array
 * per case, every row of it measured in the same run. */
#ifndef MDGAN_BENCH_H
#define MDGAN_BENCH_H

#include <stdbool.h>
#include <stdio.h>

#include <mdgan/status.h>

/* What is asked for. */
typedef struct bench_request {
    size_t first_seed; /* seeds first_seed .. first_seed + n_seed - 1 */
    size_t n_seed;
    size_t threads;     /* of each training and emission; 0: one, or two if there are two processors */
    bool json;          /* an array of objects instead of a table */
    bool curves;        /* in these objects also curves */
    const char *rows;   /* names of the rows wanted, "a,b,c"; NULL: all but those that take hours */
    double minutes;     /* limit of each training; 0: mdgan's own for all rows but mdgan-paper */
    const char *peers;  /* folder of the programs to compare with */
    const char *python; /* interpreter that runs them */
    const char *data;   /* folder of recorded simulations */
    FILE *out;          /* the result, written when it is complete or row by row */
    FILE *log;          /* what is being done */
} bench_request;

typedef struct bench_case {
    const char *name;
    const char *summary; /* one line */
    mdgan_status (*run)(const bench_request *request, mdgan_error *error);
} bench_case;

/* Whether @p rows is a list of names that exist. Errors: MDGAN_INVALID. */
mdgan_status bench_rows_check(const char *rows, mdgan_error *error);

#define BENCH_CASE(name) extern const bench_case bench_##name;
#include "cases.def"
#undef BENCH_CASE

#endif
