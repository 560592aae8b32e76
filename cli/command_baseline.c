/* SPDX-License-Identifier: BSD-3-Clause */
#include <mdgan/baseline.h>
#include <mdgan/plugin.h>
#include <mdgan/series.h>
#include <mdgan/version.h>
#include <string.h>

#include "arguments.h"
#include "command.h"

typedef struct arguments {
    const char *input, *output, *group;
    size_t window, n_frame, order, n_entity, seed;
} arguments;

static mdgan_status parse_words(arguments *a, char **word, mdgan_error *error)
{
    mdgan_config config = mdgan_config_defaults();
    if (strcmp(word[0], "burg")) {
        return mdgan_fail(error, MDGAN_INVALID, "unknown baseline '%s': there is burg", word[0]);
    }
    a->input = word[1];
    const mdgan_status status = mdgan_config_set_window(&config, word[2], error);
    a->window = config.window;
    return status != MDGAN_OK ? status : parse_size("FRAMES", word[3], 1, (size_t)1 << 40, &a->n_frame, error);
}

static mdgan_status parse(arguments *a, int argc, char **argv, mdgan_error *error)
{
    static const struct option names[] = {
        {"output", required_argument, NULL, 'o'},   {"order", required_argument, NULL, 'p'},
        {"entities", required_argument, NULL, 'e'}, {"seed", required_argument, NULL, 's'},
        {"group", required_argument, NULL, 'g'},    {0}};
    *a = (arguments){.seed = 1};
    mdgan_status status = MDGAN_OK;
    for (int letter; status == MDGAN_OK && (letter = option_next(argc, argv, ":o:", names, error)) != OPTION_END;) {
        if (letter == 'o') {
            a->output = optarg;
        } else if (letter == 'g') {
            a->group = optarg;
        } else if (letter == 'p') {
            status = parse_size("--order", optarg, 1, 1000000, &a->order, error);
        } else if (letter == 'e') {
            status = parse_size("--entities", optarg, 1, 100000000, &a->n_entity, error);
        } else if (letter == 's') {
            status = parse_size("--seed", optarg, 0, 4294967295u, &a->seed, error);
        } else {
            status = MDGAN_INVALID;
        }
    }
    if (status == MDGAN_OK) {
        status = expect_words(argc, 4, 0, "burg DATA.h5 M FRAMES", error);
    }
    if (status == MDGAN_OK) {
        status = parse_words(a, argv + optind, error);
    }
    if (status == MDGAN_OK && a->order >= 2 * a->window) {
        status =
            mdgan_fail(error, MDGAN_INVALID, "--order '%zu': give an order below 2 x M = %zu", a->order, 2 * a->window);
    }
    if (status == MDGAN_OK) {
        status = expect_output(a->output, "series", error);
    }
    return status != MDGAN_OK ? status : mdgan_expect_other_file(a->output, a->input, error);
}

/* What the library would refuse without knowing the file. */
static mdgan_status check_data(const arguments *a, const mdgan_dataset *data, mdgan_error *error)
{
    if (data->feature.kind == MDGAN_POSITION) {
        return mdgan_fail(
            error, MDGAN_DATA,
            "'%s' holds positions, which are not stationary: give a series of velocities, or compare with "
            "the linear start (`mdgan train` with iterations 0)",
            a->input);
    }
    if (data->n_frame < 2 * a->window) {
        return mdgan_fail(error, MDGAN_DATA, "'%s' has %zu frames, but 2 x M = %zu are needed: choose a smaller M",
                          a->input, data->n_frame, 2 * a->window);
    }
    return MDGAN_OK;
}

static mdgan_status run(int argc, char **argv, mdgan_error *error)
{
    arguments a;
    mdgan_dataset data = {0}, generated = {0};
    mdgan_status status = parse(&a, argc, argv, error);
    if (status == MDGAN_OK) {
        status = mdgan_series_read(&data, a.input, a.group, error);
    }
    if (status == MDGAN_OK) {
        status = check_data(&a, &data, error);
    }
    if (status == MDGAN_OK) {
        status = mdgan_baseline_burg(&data, a.window, a.order, a.seed, a.n_entity ? a.n_entity : data.n_entity,
                                     a.n_frame, &generated, error);
    }
    if (status == MDGAN_OK) {
        status = mdgan_series_write(&generated, a.output, "mdgan " MDGAN_VERSION_TEXT, error);
    }
    mdgan_dataset_clear(&generated);
    mdgan_dataset_clear(&data);
    return status;
}

const command command_baseline = {
    .name = "baseline",
    .synopsis = "burg DATA.h5 M FRAMES -o series.h5 [--order P] [--entities N] [--seed S]",
    .summary = "Generate a series without a network, to compare with",
    .details = "burg: autoregressive model fitted with the multi-segment Burg method to records of 2M frames.\n\n"
               "  -o, --output F      write the series there (H5MD)\n"
               "      --order P       order of the model, below 2M (default 15/16 of 2M)\n"
               "      --entities N    independent entities (default: as many as in the data)\n"
               "      --seed S        key of the random numbers (default 1)\n"
               "      --group NAME    group of the H5MD file, if there are several; or NAME/position, NAME/velocity\n",
    .run = run,
};
