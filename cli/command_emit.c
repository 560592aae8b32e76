/* SPDX-License-Identifier: BSD-3-Clause */
#include <mdgan/generate.h>
#include <mdgan/interrupt.h>
#include <mdgan/plugin.h>
#include <mdgan/series.h>
#include <mdgan/version.h>
#include <stdio.h>

#include "arguments.h"
#include "command.h"
#include "frame_clock.h"

typedef struct arguments {
    const char *model, *output;
    size_t n_frame, n_entity, seed, threads;
} arguments;

static mdgan_status parse(arguments *a, int argc, char **argv, mdgan_error *error)
{
    static const struct option names[] = {{"output", required_argument, NULL, 'o'},
                                          {"entities", required_argument, NULL, 'e'},
                                          {"seed", required_argument, NULL, 's'},
                                          {"threads", required_argument, NULL, 't'},
                                          {0}};
    *a = (arguments){.n_entity = 1, .seed = 1, .threads = 1};
    mdgan_status status = MDGAN_OK;
    for (int letter; status == MDGAN_OK && (letter = option_next(argc, argv, ":o:", names, error)) != OPTION_END;) {
        if (letter == 'o') {
            a->output = optarg;
        } else if (letter == 'e') {
            status = parse_size("--entities", optarg, 1, 100000000, &a->n_entity, error);
        } else if (letter == 's') {
            status = parse_size("--seed", optarg, 0, 4294967295u, &a->seed, error);
        } else if (letter == 't') {
            status = parse_size("--threads", optarg, 1, 1024, &a->threads, error);
        } else {
            status = MDGAN_INVALID;
        }
    }
    if (status == MDGAN_OK) {
        status = expect_words(argc, 2, 0, "MODEL.h5 FRAMES", error);
    }
    if (status != MDGAN_OK) {
        return status;
    }
    a->model = argv[optind];
    status = parse_size("FRAMES", argv[optind + 1], 1, (size_t)1 << 40, &a->n_frame, error);
    if (status == MDGAN_OK) {
        status = expect_output(a->output, "series", error);
    }
    return status != MDGAN_OK ? status : mdgan_expect_other_file(a->output, a->model, error);
}

static mdgan_status append_frames(const arguments *a, mdgan_generator *generator, mdgan_series_writer *writer,
                                  frame_clock *clock, mdgan_error *error)
{
    mdgan_status status = MDGAN_OK;
    for (size_t f = 0; status == MDGAN_OK && f < a->n_frame; f++) {
        const float *row = NULL;
        if (mdgan_interrupted()) {
            return mdgan_fail(error, MDGAN_CANCELLED, "interrupted after %zu of %zu frames: '%s' is not written", f,
                              a->n_frame, a->output);
        }
        status = mdgan_generator_next(generator, &row, error);
        if (status == MDGAN_OK) {
            status = mdgan_series_append(writer, row, error);
        }
        frame_clock_report(clock, f, a->n_frame);
    }
    return status;
}

static mdgan_status write_frames(const arguments *a, mdgan_generator *generator, const mdgan_feature *feature,
                                 mdgan_error *error)
{
    static const double no_box[9] = {0};
    mdgan_series_writer *writer = NULL;
    frame_clock clock = frame_clock_start("emit");
    mdgan_status status =
        mdgan_series_open(&writer, a->output, "mdgan " MDGAN_VERSION_TEXT, feature, a->n_entity, 0, 0, no_box, error);
    if (status != MDGAN_OK) {
        return status;
    }
    status = append_frames(a, generator, writer, &clock, error);
    if (status != MDGAN_OK) {
        mdgan_series_abandon(writer);
        return status;
    }
    status = mdgan_series_close(writer, error);
    if (status == MDGAN_OK) {
        const double seconds = frame_clock_seconds(&clock);
        fprintf(stderr, "mdgan emit: %zu frame%s of %zu %s in %.2f s, %.0f frames/s\n", a->n_frame,
                a->n_frame == 1 ? "" : "s", a->n_entity, a->n_entity == 1 ? "entity" : "entities", seconds,
                (double)a->n_frame / seconds);
    }
    return status;
}

static void warn_of_score(const mdgan_model_info *info)
{
    char remark[MDGAN_SCORE_REMARK_LENGTH];
    mdgan_score_remark(info->score, remark);
    if (remark[0] != '\0') {
        fprintf(stderr, "mdgan emit: WARNING: %s\n", remark);
    }
}

static mdgan_status run(int argc, char **argv, mdgan_error *error)
{
    arguments a;
    mdgan_comm *comm = NULL;
    mdgan_model *model = NULL;
    mdgan_generator *generator = NULL;
    mdgan_status status = parse(&a, argc, argv, error);
    if (status == MDGAN_OK) {
        status = mdgan_model_load(&model, a.model, error);
    }
    if (status == MDGAN_OK) {
        status = mdgan_comm_create_serial(&comm, error);
    }
    if (status == MDGAN_OK) {
        status = mdgan_generator_create(&generator, model, a.n_entity, a.seed, NULL, a.threads, comm, error);
    }
    if (status == MDGAN_OK) {
        const mdgan_model_info info = mdgan_model_info_get(model);
        warn_of_score(&info);
        mdgan_interrupt_begin(); /* so that no half-written file is left */
        status = write_frames(&a, generator, &info.feature, error);
        mdgan_interrupt_end();
    }
    mdgan_generator_destroy(generator);
    mdgan_comm_destroy(comm);
    mdgan_model_destroy(model);
    return status;
}

const command command_emit = {
    .name = "emit",
    .synopsis = "MODEL.h5 FRAMES -o series.h5 [--entities N] [--seed S] [--threads T]",
    .summary = "Generate a series of any length from a model",
    .details =
        "  -o, --output F      write the series there (H5MD), in constant memory\n"
        "      --entities N    independent entities (default 1)\n"
        "      --seed S        key of the random numbers (default 1); the series repeats exactly\n"
        "      --threads T     threads (default 1); they do not change the series\n\n"
        "Frames follow each other at the model's own dt. Positions start from 0. Control-C (or SIGTERM) ends the\n"
        "emission and leaves no file.\n",
    .run = run,
};
