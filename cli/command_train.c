/* SPDX-License-Identifier: BSD-3-Clause */
/* A file as the host: its frames are offered to a session as a running simulation would offer them. */
#include <mdgan/interrupt.h>
#include <mdgan/plugin.h>
#include <mdgan/series.h>
#include <mdgan/version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "command.h"

typedef struct arguments {
    const char *input, *group;
    mdgan_config config;
    bool windows_given;
} arguments;

/* `keyword value ...` behind the other words. */
static mdgan_status set_keywords(arguments *a, int n_word, char **words, mdgan_error *error)
{
    const mdgan_status status = mdgan_config_set_words(&a->config, (size_t)n_word, (const char *const *)words, error);
    for (int i = 0; i < n_word; i += 2) {
        a->windows_given |= !strcmp(words[i], "windows");
    }
    if (status == MDGAN_OK && a->config.load[0]) {
        return mdgan_fail(error, MDGAN_INVALID,
                          "keyword 'load': there is nothing to train with a loaded model: "
                          "use `mdgan emit` instead");
    }
    return status;
}

/* @p path: of option -o, or NULL. */
static mdgan_status set_output(mdgan_config *config, const char *path, mdgan_error *error)
{
    if (path && config->save[0]) {
        return mdgan_fail(error, MDGAN_INVALID,
                          "option -o got '%.300s' and keyword 'save' got '%.300s': both name the file of the model, so "
                          "leave one of them out",
                          path, config->save);
    }
    const mdgan_status status = path ? mdgan_config_set(config, "save", path, error) : MDGAN_OK;
    return status != MDGAN_OK ? status : expect_output(config->save[0] ? config->save : NULL, "model", error);
}

/* Says so where an unknown option is a keyword with dashes. */
static mdgan_status fail_option(const char *option, mdgan_error *error)
{
    const char *const name = option + strspn(option, "-");
    size_t n;
    const mdgan_keyword *const keyword = mdgan_keyword_list(&n);
    for (size_t i = 0; i < n; i++) {
        if (!strncmp(name, keyword[i].name, strcspn(name, "=")) && !keyword[i].name[strcspn(name, "=")]) {
            mdgan_fail(error, MDGAN_INVALID, "unknown option '%s': %s is a keyword: write it without dashes", option,
                       keyword[i].name);
        }
    }
    return MDGAN_INVALID;
}

static mdgan_status parse(arguments *a, int argc, char **argv, mdgan_error *error)
{
    static const struct option names[] = {
        {"output", required_argument, NULL, 'o'}, {"group", required_argument, NULL, 'g'}, {0}};
    *a = (arguments){.config = mdgan_config_defaults()};
    const char *output = NULL;
    mdgan_status status = MDGAN_OK;
    for (int letter; status == MDGAN_OK && (letter = option_next(argc, argv, ":o:", names, error)) != OPTION_END;) {
        if (letter == 'o') {
            output = optarg;
        } else if (letter == 'g') {
            a->group = optarg;
        } else {
            status = fail_option(argv[optind], error);
        }
    }
    if (status == MDGAN_OK) {
        status = expect_words(argc, 2, 1, "DATA.h5 M [keyword value ...]", error);
    }
    if (status != MDGAN_OK) {
        return status;
    }
    a->input = argv[optind];
    status = mdgan_config_set_window(&a->config, argv[optind + 1], error);
    if (status == MDGAN_OK) {
        status = set_keywords(a, argc - optind - 2, argv + optind + 2, error);
    }
    if (status == MDGAN_OK) {
        status = set_output(&a->config, output, error);
    }
    if (status == MDGAN_OK) {
        status = mdgan_expect_other_file(a->config.save, a->input, error);
    }
    if (status == MDGAN_OK) {
        status = mdgan_expect_other_file(a->config.data, a->input, error);
    }
    if (status == MDGAN_OK && a->config.overlap != MDGAN_OVERLAP_NO) {
        status =
            mdgan_fail(error, MDGAN_INVALID, "keyword 'overlap' is for running simulations; a file is there already");
    }
    return status != MDGAN_OK ? status : mdgan_config_check(&a->config, error);
}

static void log_line(void *context, const char *line)
{
    static const char prefix[] = "mdgan: "; /* of the session, for hosts that print lines of others too */
    (void)context;
    fprintf(stderr, "mdgan train: %s\n", strncmp(line, prefix, strlen(prefix)) ? line : line + strlen(prefix));
}

/* All of the file unless `windows` says less; a file that is too short is told so before anything starts. */
static mdgan_status choose_windows(arguments *a, const mdgan_dataset *data, mdgan_error *error)
{
    const size_t pair = 2 * a->config.window;
    /* Positions are trained on increments, of which n + 1 frames make n. */
    const size_t extra = data->feature.kind == MDGAN_POSITION ? 1 : 0;
    if (!a->windows_given && data->n_frame >= pair + extra) {
        a->config.windows = (data->n_frame - extra) / pair;
    }
    if (data->n_frame < pair * a->config.windows + extra) {
        return mdgan_fail(
            error, MDGAN_DATA,
            "'%s' has %zu frames, but 2 x M x windows%s = %zu are needed: choose a smaller M or fewer windows",
            a->input, data->n_frame, extra > 0 ? " + 1 (positions)" : "", pair * a->config.windows + extra);
    }
    return MDGAN_OK;
}

static mdgan_status offer_all(mdgan_session *session, const mdgan_dataset *data, mdgan_error *error)
{
    const size_t d = data->feature.n_component;
    float *const row = malloc(data->n_entity * d * sizeof *row); /* [n_entity][n_component] */
    if (!row) {
        return mdgan_fail(error, MDGAN_MEMORY, "out of memory");
    }
    mdgan_status status = MDGAN_OK;
    bool complete = false;
    for (size_t f = 0; status == MDGAN_OK && !complete && f < data->n_frame; f++) {
        for (size_t e = 0; e < data->n_entity; e++) {
            memcpy(row + e * d, mdgan_dataset_entity(data, e) + f * d, d * sizeof *row);
        }
        status = mdgan_session_offer(session, data->first_step + (int64_t)f * data->feature.stride,
                                     data->first_time + (double)f * data->feature.dt, data->box, row, &complete, error);
    }
    free(row);
    return status;
}

/* Clears the data as soon as the session has them: a large file shall not be in memory more often than needed. */
static mdgan_status train(const arguments *a, mdgan_dataset *data, mdgan_error *error)
{
    const mdgan_host host = {
        .size = sizeof host, .name = "mdgan " MDGAN_VERSION_TEXT, .log = log_line, .cancelled = mdgan_interrupt_reason};
    mdgan_comm *comm = NULL;
    mdgan_session *session = NULL;
    mdgan_status status = mdgan_comm_create_serial(&comm, error);
    if (status == MDGAN_OK) {
        status = mdgan_session_create(&session, &a->config, &data->feature, data->n_entity, &host, comm, error);
    }
    if (status == MDGAN_OK) {
        status = offer_all(session, data, error);
    }
    mdgan_dataset_clear(data);
    if (status == MDGAN_OK) {
        mdgan_interrupt_begin();
        status = mdgan_session_train(session, error);
        mdgan_interrupt_end();
    }
    mdgan_session_destroy(session);
    mdgan_comm_destroy(comm);
    return status;
}

static mdgan_status run(int argc, char **argv, mdgan_error *error)
{
    arguments a;
    mdgan_dataset data = {0};
    mdgan_status status = parse(&a, argc, argv, error);
    if (status == MDGAN_OK) {
        status = mdgan_series_read(&data, a.input, a.group, error);
    }
    if (status == MDGAN_OK) {
        status = choose_windows(&a, &data, error);
    }
    if (status == MDGAN_OK) {
        status = train(&a, &data, error);
    }
    mdgan_dataset_clear(&data);
    return status;
}

const command command_train = {
    .name = "train",
    .synopsis = "DATA.h5 M -o model.h5 [keyword value ...]",
    .summary = "Train a model on a series",
    .details =
        "DATA.h5 is an H5MD file; M is the number of frames per window. The keywords are those of the LAMMPS fix\n"
        "(`mdgan keywords` lists them); windows is by default as many as the file holds. iterations 0 keeps the\n"
        "linear start as the model. Control-C (or SIGTERM) ends the training, not the program: the best model so far "
        "is\n"
        "written. A second one ends the program. What the progress lines say: docs/fix_mdgan.md.\n\n"
        "`resume model.h5 minutes 10` goes on with a training on the same data until it has had 10 minutes in all.\n"
        "minutes, iterations, target and threads are as given (or their defaults); seed, init, batch, rates and all "
        "else\n"
        "of the training stay those of model.h5, whatever the keywords say.\n\n"
        "  -o, --output F      write the model there (the keyword save)\n"
        "      --group NAME    group of the H5MD file, if there are several; or NAME/position, NAME/velocity\n",
    .run = run,
};
