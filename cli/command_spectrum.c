/* SPDX-License-Identifier: BSD-3-Clause */
#include <mdgan/plugin.h>
#include <string.h>

#include "command.h"
#include "comparison.h"
#include "input.h"
#include "spectrum_table.h"
#include "text_output.h"

typedef struct arguments {
    input_options input;
    size_t segment;
    const char *output, *reference;
} arguments;

static mdgan_status parse(arguments *a, int argc, char **argv, mdgan_error *error)
{
    static const struct option names[] = {INPUT_OPTION_ROWS,
                                          {"segment", required_argument, NULL, 's'},
                                          {"output", required_argument, NULL, 'o'},
                                          {"reference", required_argument, NULL, 'r'},
                                          {0}};
    *a = (arguments){.segment = 2048};
    mdgan_status status = MDGAN_OK;
    for (int letter; status == MDGAN_OK && (letter = option_next(argc, argv, ":o:", names, error)) != OPTION_END;) {
        if (letter == 's') {
            status = parse_size("--segment", optarg, 4, 1u << 30, &a->segment, error);
        } else if (letter == 'o') {
            a->output = optarg;
        } else if (letter == 'r') {
            a->reference = optarg;
        } else {
            status = input_option(&a->input, letter, optarg, error);
        }
    }
    if (status == MDGAN_OK) {
        status = expect_words(argc, 1, 1, "SERIES...", error);
    }
    for (int i = optind; status == MDGAN_OK && i < argc; i++) {
        status = mdgan_expect_other_file(a->output, argv[i], error);
    }
    return status != MDGAN_OK ? status : mdgan_expect_other_file(a->output, a->reference, error);
}

/* Of what is fewer no spectrum can be drawn. */
enum { LEAST_FRAMES = 4 };

/* Whether a file can be part of the spectrum; the first one is what the others are measured by. */
static mdgan_status check_file(const mdgan_dataset *first, const char *first_path, const mdgan_dataset *data,
                               const char *path, const input_options *input, mdgan_error *error)
{
    mdgan_status status = input_same_values(first, first_path, data, path, error);
    if (status == MDGAN_OK) {
        status = input_stationary(data, path, "spectrum", error);
    }
    if (status == MDGAN_OK) {
        status = input_same_clock(first, data, path, error);
    }
    if (status == MDGAN_OK && data->n_frame < LEAST_FRAMES) {
        status = mdgan_fail(error, MDGAN_DATA, "'%s' has %zu frame%s%s, but a spectrum needs at least %d: %s", path,
                            data->n_frame, data->n_frame == 1 ? "" : "s", input->skip ? " after --skip" : "",
                            LEAST_FRAMES, input->skip ? "skip fewer" : "give a longer series");
    }
    return status;
}

/* Adds all files; *first keeps the feature of the first and becomes as long as the shortest. */
static mdgan_status add_files(mdgan_spectrum_pool *pool, const input_options *input, char **path, size_t n_path,
                              mdgan_dataset *first, mdgan_error *error)
{
    mdgan_status status = MDGAN_OK;
    for (size_t p = 0; status == MDGAN_OK && p < n_path; p++) {
        mdgan_dataset data = {0};
        status = input_read(&data, path[p], input, error);
        if (p == 0) {
            first->feature = data.feature;
            first->n_frame = data.n_frame;
        }
        if (status == MDGAN_OK) {
            status = check_file(first, path[0], &data, path[p], input, error);
        }
        if (status == MDGAN_OK) {
            input_centre(&data);
            const mdgan_series series = input_series(&data);
            status = mdgan_spectrum_pool_add(pool, &series, error);
        }
        first->n_frame = data.n_frame < first->n_frame ? data.n_frame : first->n_frame;
        mdgan_dataset_clear(&data);
    }
    return status;
}

/* Spectrum of all files together. */
static mdgan_status pool_files(spectrum_table *table, const input_options *input, char **path, size_t n_path,
                               mdgan_dataset *first, mdgan_error *error)
{
    mdgan_spectrum_pool *pool = NULL;
    mdgan_status status = mdgan_spectrum_pool_create(&pool, 2 * (table->n_bin - 1), error);
    if (status == MDGAN_OK) {
        status = add_files(pool, input, path, n_path, first, error);
    }
    if (status == MDGAN_OK) {
        status = mdgan_spectrum_pool_result(pool, table->power, table->error, error);
    }
    mdgan_spectrum_pool_destroy(pool);
    return status;
}

static void note_padding(size_t n_frame, size_t segment)
{
    if (n_frame < segment) {
        fprintf(stderr, "mdgan spectrum: a series of %zu frames is padded with zeros to the %zu of --segment\n",
                n_frame, segment);
    }
}

/* Fills in the frequencies; returns the word for their unit in the column's name. */
static const char *set_frequencies(spectrum_table *pool, const mdgan_feature *feature, char word[64])
{
    const double wavenumber = wavenumber_of(feature->time_unit);
    const double scale = wavenumber > 0 ? wavenumber : 1;
    for (size_t i = 0; i < pool->n_bin; i++) {
        pool->frequency[i] = scale * (double)i / (2.0 * (double)(pool->n_bin - 1) * feature->dt);
    }
    if (wavenumber > 0) {
        return "cm-1";
    }
    snprintf(word, 64, "per_%s", feature->time_unit[0] ? feature->time_unit : "time");
    return word;
}

static mdgan_status write_table(const spectrum_table *pool, const char *unit, const arguments *a, mdgan_error *error)
{
    text_output out;
    const mdgan_status status = text_output_open(&out, a->output, error);
    if (status != MDGAN_OK) {
        return status;
    }
    spectrum_table_write(pool, unit, out.file);
    return text_output_close(&out, error);
}

static mdgan_status report_against(const char *reference, const spectrum_table *pool, mdgan_error *error)
{
    comparison c;
    mdgan_status status = comparison_create(&c, reference, NULL, 5000, 2, error);
    if (status != MDGAN_OK) {
        return status;
    }
    status = comparison_add(&c, "series", pool, error);
    if (status == MDGAN_OK) {
        comparison_print(&c, COMPARISON_TEXT, stderr);
    }
    comparison_clear(&c);
    return status;
}

static mdgan_status run(int argc, char **argv, mdgan_error *error)
{
    arguments a;
    spectrum_table pool;
    mdgan_dataset first = {0};
    char word[64];
    mdgan_status status = parse(&a, argc, argv, error);
    if (status == MDGAN_OK && a.segment % 2) {
        status = mdgan_fail(error, MDGAN_INVALID, "--segment '%zu': give an even number", a.segment);
    }
    if (status == MDGAN_OK) {
        status = spectrum_table_create(&pool, a.segment / 2 + 1, error);
    }
    if (status != MDGAN_OK) {
        return status;
    }
    status = pool_files(&pool, &a.input, argv + optind, (size_t)(argc - optind), &first, error);
    if (status == MDGAN_OK) {
        const char *const unit = set_frequencies(&pool, &first.feature, word);
        status = write_table(&pool, unit, &a, error);
        if (status == MDGAN_OK && a.reference) {
            status = report_against(a.reference, &pool, error);
        }
        if (status == MDGAN_OK) {
            note_padding(first.n_frame, a.segment);
        }
    }
    spectrum_table_clear(&pool);
    return status;
}

const command command_spectrum = {
    .name = "spectrum",
    .synopsis = "SERIES... [-o out.csv] [--segment N] [--reference ref.csv]",
    .summary = "Power spectrum (of velocities: the vibrational density of states)",
    .details = INPUT_OPTION_HELP
    "      --segment N     frames per Hann segment, even (default 2048); segments overlap by half\n"
    "      --reference F   also print a comparison with this spectrum to standard error\n"
    "  -o, --output F      write there instead of to standard output\n\n"
    "Of scalars the mean of each component, over a file's entities and frames, is taken off first. Several series (of\n"
    "equal dt, kind, unit and components) are averaged, each entity alike. One shorter than a segment\n"
    "is padded with zeros: its bins are finer than what it resolves. Columns: frequency in cm^-1 (in cycles per time\n"
    "unit if that is not fs, ps, ns, us or s), power normalised to unit sum, standard error over the entities.\n"
    "Positions have no spectrum that does not depend on their origin and length: see `mdgan help msd`.\n",
    .run = run,
};
