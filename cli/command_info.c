/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <mdgan/model.h>
#include <mdgan/series.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "input.h"

static void print_feature(const mdgan_feature *f)
{
    static const char *const kind[] = {"velocity", "position", "scalar"};
    printf("feature:     %s (%s, %zu component%s%s%s)\n", f->name, kind[f->kind], f->n_component,
           f->n_component == 1 ? "" : "s", f->isotropic ? ", isotropic" : "", f->reversible ? ", reversible" : "");
    printf("value unit:  %s\n", f->value_unit[0] ? f->value_unit : "none");
    printf("frame every: %.9g%s%s (%" PRId64 " step%s)\n", f->dt, f->time_unit[0] ? " " : "", f->time_unit, f->stride,
           f->stride == 1 ? "" : "s");
}

static void print_model(const mdgan_model *model)
{
    const mdgan_model_info info = mdgan_model_info_get(model);
    puts("mdgan model");
    print_feature(&info.feature);
    printf("window:      %zu frames, %.6g%s%s\n", info.window, (double)info.window * info.feature.dt,
           info.feature.time_unit[0] ? " " : "", info.feature.time_unit);
    printf("latent:      %zu\n", info.latent);
    printf("weights:     %zu\n", info.n_weight);
    printf("start:       %s\n", info.start);
    printf("iterations:  %zu in %.1f s\n", info.iterations, info.train_seconds);
    printf("score:       %.4g (start %.4g; about 1 if only chance separates model and data)\n", info.score,
           info.start_score);
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
    printf("mean:        %.6g\nvariance:    %.6g\n", m.mean, m.variance);
    if (m.variance > 0) { /* else there is no shape */
        printf("skewness:    %.4g\nkurtosis:    %.4g\n", m.skewness, m.kurtosis);
    }
}

/* Models name their schema in the first block of the file. A truncated one cannot be asked for it through HDF5. What
 * cannot be read at all may be one, too: its reader says why. */
static bool may_be_model(const char *path)
{
    static const char schema[] = "mdgan-model";
    char head[8192];
    struct stat found;
    FILE *const file = stat(path, &found) == 0 && S_ISREG(found.st_mode) ? fopen(path, "rb") : NULL;
    if (file == NULL) {
        return true;
    }
    const size_t n = fread(head, 1, sizeof head, file);
    fclose(file);
    for (size_t i = 0; i + sizeof schema - 1 <= n; i++) {
        if (memcmp(head + i, schema, sizeof schema - 1) == 0) {
            return true;
        }
    }
    return false;
}

static mdgan_status parse(input_options *input, int argc, char **argv, mdgan_error *error)
{
    static const struct option names[] = {INPUT_OPTION_ROWS, {0}};
    *input = (input_options){0};
    mdgan_status status = MDGAN_OK;
    for (int letter; status == MDGAN_OK && (letter = option_next(argc, argv, ":", names, error)) != OPTION_END;) {
        status = input_option(input, letter, optarg, error);
    }
    return status != MDGAN_OK ? status : expect_words(argc, 1, 0, "MODEL.h5 or SERIES", error);
}

static mdgan_status run(int argc, char **argv, mdgan_error *error)
{
    input_options input;
    mdgan_model *model = NULL;
    mdgan_dataset data = {0};
    mdgan_status status = parse(&input, argc, argv, error);
    if (status != MDGAN_OK) {
        return status;
    }
    /* Series are not tried as models: these are read into memory as a whole. */
    if (may_be_model(argv[optind])) {
        status = mdgan_model_load(&model, argv[optind], error);
        if (status == MDGAN_OK) {
            print_model(model);
        }
    } else {
        status = input_read(&data, argv[optind], &input, error);
        if (status == MDGAN_OK) {
            print_series(&data);
        }
    }
    mdgan_dataset_clear(&data);
    mdgan_model_destroy(model);
    return status;
}

const command command_info = {
    .name = "info",
    .synopsis = "MODEL.h5 | SERIES",
    .summary = "Describe a model or a series",
    .details = "MODEL.h5 is what `mdgan train` or a host has saved.\n" INPUT_OPTION_HELP,
    .run = run,
};
