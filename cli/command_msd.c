/* SPDX-License-Identifier: BSD-3-Clause */
#include "command.h"
#include "lag_table.h"

static mdgan_status run(int argc, char **argv, mdgan_error *error)
{
    static const lag_command msd = {mdgan_displacement, MDGAN_POSITION, true, "msd"};
    return lag_table_run(&msd, argc, argv, error);
}

const command command_msd = {
    .name = "msd",
    .synopsis = "SERIES [-o out.csv] [--lags N] [--fit FROM:TO]",
    .summary = "Mean squared displacement of positions",
    .details = INPUT_OPTION_HELP LAG_OPTION_HELP
    "      --fit FROM:TO   also the diffusion coefficient, from the slope between these two times, as first line\n"
    "\nColumns: time, <|r(t) - r(0)|^2> summed over components, over all time origins and entities, standard error\n"
    "over entities; with their units, where the file says them. The diffusion coefficient is slope / (2 d) with d the\n"
    "number of components: 3 for points in space, 3 N for N parts per entity, of which it is the mean. Positions have\n"
    "to be unwrapped.\n",
    .run = run,
};
