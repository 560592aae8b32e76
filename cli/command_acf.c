/* SPDX-License-Identifier: BSD-3-Clause */
#include "command.h"
#include "lag_table.h"

static mdgan_status run(int argc, char **argv, mdgan_error *error)
{
    static const lag_command acf = {mdgan_autocorrelation, MDGAN_VELOCITY, false, "acf"};
    return lag_table_run(&acf, argc, argv, error);
}

const command command_acf = {
    .name = "acf",
    .synopsis = "SERIES [-o out.csv] [--lags N]",
    .summary = "Autocorrelation function (of velocities: the VACF)",
    .details = INPUT_OPTION_HELP LAG_OPTION_HELP
    "\nColumns: time, <v(0).v(t)> per component over all time origins and entities, standard error over entities.\n"
    "Of scalars the mean of each component, over entities and frames, is taken off first.\n"
    "For positions see `mdgan help msd`.\n",
    .run = run,
};
