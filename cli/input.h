/* SPDX-License-Identifier: BSD-3-Clause */
/* Series from files of either kind, told apart by their first bytes, and the options that go with them. */
#ifndef MDGAN_CLI_INPUT_H
#define MDGAN_CLI_INPUT_H

#include "arguments.h"

#include <mdgan/dataset.h>
#include <mdgan/statistics.h>

typedef struct input_options {
    mdgan_kind dump_kind;  /* what a dump holds; files of H5MD say so themselves */
    double dt;             /* 0: as the file says */
    const char *time_unit; /* of a dump's times; NULL: as the file says */
    const char *group;     /* H5MD group; NULL: the only one */
    size_t skip;           /* frames left out at the start */
} input_options;

/* For the option tables of the commands: letters above any character's. */
enum { INPUT_DT = 256, INPUT_TIME_UNIT, INPUT_GROUP, INPUT_SKIP, INPUT_LAST };
#define INPUT_OPTION_ROWS                                                                                              \
    {"dt", required_argument, NULL, INPUT_DT}, {"time-unit", required_argument, NULL, INPUT_TIME_UNIT},                \
        {"group", required_argument, NULL, INPUT_GROUP},                                                               \
    {                                                                                                                  \
        "skip", required_argument, NULL, INPUT_SKIP                                                                    \
    }
#define INPUT_OPTION_HELP                                                                                              \
    "SERIES is an H5MD file, or a LAMMPS `dump local` text file with the columns index and one per component.\n"       \
    "      --dt DT         time between two frames of a dump (not needed with `dump_modify time yes`)\n"               \
    "      --time-unit U   unit of a dump's times: fs, ps, ns, us, s or any other word (default: that of its units\n"  \
    "                      with `dump_modify units yes`, else fs for --dt)\n"                                          \
    "      --group NAME    group of the H5MD file, if there are several; or NAME/position, NAME/velocity\n"            \
    "      --skip N        leave out the first N frames\n"

/* Takes one of the options above; any other letter is an error. */
mdgan_status input_option(input_options *options, int letter, const char *text, mdgan_error *error);

/* Data is overwritten on success only. */
mdgan_status input_read(mdgan_dataset *data, const char *path, const input_options *options, mdgan_error *error);

mdgan_series input_series(const mdgan_dataset *data);

/* Takes the mean of each component off scalars: beside it, what they do would not be seen. Others are left alone. */
void input_centre(mdgan_dataset *data);

/* Velocities or scalars: fails for positions, whose mean and spread depend on origin and length. what: is looked for.
 */
mdgan_status input_stationary(const mdgan_dataset *data, const char *path, const char *what, mdgan_error *error);

/* Fails unless both have the same time step and unit (1e-6 relative). */
mdgan_status input_same_clock(const mdgan_dataset *a, const mdgan_dataset *b, const char *path_b, mdgan_error *error);

/* Fails unless both hold as many values of the same kind and, where both say it, unit. */
mdgan_status input_same_values(const mdgan_dataset *a, const char *path_a, const mdgan_dataset *b, const char *path_b,
                               mdgan_error *error);

#endif
