/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <mdgan/model.h>
#include <mdgan/series.h>
#include <stdio.h>

#include "command.h"
#include "input.h"

static void print_feature(const mdgan_feature *f)
{
    static const char *const kind[] = {"velocity", "position", "scalar"};
    printf("feature:     %s (%s, %zu component%s%s%s)\n", f->name, kind[f->kind], f->n_component,
           f->n_component == 1 ? "" : "s", f->isotropic ? ", isotropic" : "", f->reversible ? ", reversible" : "");
    printf("value unit:  %s\n", f->value_unit[0] ? f->value_unit : "none");
    printf("frame every: %.9g %s (%" PRId64 " steps)\n", f->dt, f->time_unit, f->stride);
}

static void print_model(const mdgan_model *model)
{
    const mdgan_model_info info = mdgan_model_info_get(model);
    puts("mdgan model");
    print_feature(&info.feature);
    printf("window:      %zu frames, %.6g %s\n", info.window, (double)info.window * info.feature.dt,
           info.feature.time_unit);
    printf("latent:      %zu\n", info.latent);
    printf("weights:     %zu\n", info.n_weight);
    printf("start:       %s\n", info.start);
    printf("iterations:  %zu in %.1f s\n", info.iterations, info.train_seconds);
    printf("score:       %.4g (start %.4g; 1 is perfect)\n", info.score, info.start_score);
    printf("scale:       %.6g\n", info.scale);
    printf("checkpoint:  %s\n", info.checkpoint ? "yes" : "no");
}

static void print_series(const mdgan_dataset *data)
{
    const mdgan_series series = input_series(data);
    const mdgan_moments m = mdgan_moments_of(&series);
    puts("series");
    print_feature(&data->feature);
    printf("entities:    %zu\n", data->n_entity);
    printf("frames:      %zu, from step %" PRId64 ", time %.9g\n", data->n_frame, data->first_step, data->first_time);
    printf("mean:        %.6g\nvariance:    %.6g\nskewness:    %.4g\nkurtosis:    %.4g\n", m.mean, m.variance,
           m.skewness, m.kurtosis);
}

static mdgan_status parse(input_options *input, int argc, char **argv, mdgan_error *error)
{
    static const struct option names[] = {INPUT_OPTION_ROWS, {0}};
    *input = (input_options){0};
    mdgan_status status = MDGAN_OK;
    for (int letter; !status && (letter = option_next(argc, argv, ":", names, error)) != OPTION_END;)
        status = input_option(input, letter, optarg, error);
    return status ? status : expect_words(argc, 1, 0, "FILE", error);
}

static mdgan_status run(int argc, char **argv, mdgan_error *error)
{
    input_options input;
    mdgan_model *model = NULL;
    mdgan_dataset data = {0};
    mdgan_status status = parse(&input, argc, argv, error);
    if (status)
        return status;
    status = mdgan_model_load(&model, argv[optind], error);
    if (!status) {
        print_model(model);
    } else if (status == MDGAN_FORMAT) {
        /* No model: whether it is a series, and if not why, the reader of series says. */
        status = input_read(&data, argv[optind], &input, error);
        if (!status)
            print_series(&data);
    }
    mdgan_dataset_clear(&data);
    mdgan_model_destroy(model);
    return status;
}

const command command_info = {
    .name = "info",
    .synopsis = "FILE",
    .summary = "Describe a model or a series",
    .details = INPUT_OPTION_HELP,
    .run = run,
};
