/* SPDX-License-Identifier: BSD-3-Clause */
/* What `mdgan acf` and `mdgan msd` share: functions of the lag, from one series. */
#ifndef MDGAN_CLI_LAG_TABLE_H
#define MDGAN_CLI_LAG_TABLE_H

#include <stdbool.h>

#include "input.h"

typedef mdgan_status (*lag_function)(const mdgan_series *series, size_t n_lag, double *value, double *standard_error,
                                     mdgan_error *error);

typedef struct lag_command {
    lag_function compute;
    mdgan_kind dump_kind;
    bool positions_only; /* else anything but positions */
    const char *column;  /* name of the value's column */
} lag_command;

#define LAG_OPTION_HELP                                                                                                \
    "      --lags N        number of lags, the first is 0 (default: a quarter of the series)\n"                        \
    "  -o, --output F      write there instead of to standard output\n"

mdgan_status lag_table_run(const lag_command *command, int argc, char **argv, mdgan_error *error);

#endif
