/* SPDX-License-Identifier: BSD-3-Clause */
#include <mdgan/plugin.h>
#include <string.h>

#include "arguments.h"
#include "command.h"
#include "comparison.h"
#include "text_output.h"

typedef struct arguments {
    const char *reference, *bands, *output;
    double above;
    size_t smooth;
    comparison_style style;
} arguments;

static mdgan_status take_option(arguments *a, int letter, mdgan_error *error)
{
    switch (letter) {
    case 'r':
        a->reference = optarg;
        return MDGAN_OK;
    case 'b':
        a->bands = optarg;
        return MDGAN_OK;
    case 'o':
        a->output = optarg;
        return MDGAN_OK;
    case 'a':
        return parse_real("--above", optarg, 0, 1e12, &a->above, error);
    case 's':
        return parse_size("--smooth", optarg, 0, 1000, &a->smooth, error);
    case 'm':
        a->style = COMPARISON_MARKDOWN;
        return MDGAN_OK;
    case 'j':
        a->style = COMPARISON_JSON;
        return MDGAN_OK;
    default:
        return MDGAN_INVALID; /* option_next() has written the reason */
    }
}

static mdgan_status parse(arguments *a, int argc, char **argv, mdgan_error *error)
{
    static const struct option names[] = {
        {"reference", required_argument, NULL, 'r'}, {"bands", required_argument, NULL, 'b'},
        {"above", required_argument, NULL, 'a'},     {"smooth", required_argument, NULL, 's'},
        {"markdown", no_argument, NULL, 'm'},        {"json", no_argument, NULL, 'j'},
        {"output", required_argument, NULL, 'o'},    {0}};
    *a = (arguments){.above = 5000, .smooth = 2};
    mdgan_status status = MDGAN_OK;
    for (int letter; status == MDGAN_OK && (letter = option_next(argc, argv, ":o:", names, error)) != OPTION_END;) {
        status = take_option(a, letter, error);
    }
    if (status == MDGAN_OK && !a->reference) {
        status = mdgan_fail(error, MDGAN_INVALID, "no reference: add --reference FILE.csv");
    }
    return status != MDGAN_OK ? status : expect_words(argc, 1, 1, "[LABEL=]SPECTRUM.csv...", error);
}

/* "label=path"; without a label the path is its own. */
static mdgan_status add_word(comparison *c, const char *word, const char *output, mdgan_error *error)
{
    char label[COMPARISON_LABEL_LENGTH];
    const char *const sign = strchr(word, '='), *const path = sign ? sign + 1 : word;
    snprintf(label, sizeof label, "%.*s", sign ? (int)(sign - word) : (int)strlen(word), word);
    spectrum_table table;
    mdgan_status status = mdgan_expect_other_file(output, path, error);
    if (status == MDGAN_OK) {
        status = spectrum_table_read(&table, path, error);
    }
    if (status != MDGAN_OK) {
        return status;
    }
    status = comparison_add(c, label, &table, error);
    spectrum_table_clear(&table);
    return status;
}

static mdgan_status run(int argc, char **argv, mdgan_error *error)
{
    arguments a;
    comparison c;
    text_output out;
    mdgan_status status = parse(&a, argc, argv, error);
    if (status == MDGAN_OK) {
        status = mdgan_expect_other_file(a.output, a.reference, error);
    }
    if (status == MDGAN_OK) {
        status = comparison_create(&c, a.reference, a.bands, a.above, a.smooth, error);
    }
    if (status != MDGAN_OK) {
        return status;
    }
    for (int i = optind; status == MDGAN_OK && i < argc; i++) {
        status = add_word(&c, argv[i], a.output, error);
    }
    if (status == MDGAN_OK) {
        status = text_output_open(&out, a.output, error);
    }
    if (status == MDGAN_OK) {
        comparison_print(&c, a.style, out.file);
        status = text_output_close(&out, error);
    }
    comparison_clear(&c);
    return status;
}

const command command_compare = {
    .name = "compare",
    .synopsis = "--reference ref.csv [LABEL=]SPECTRUM.csv... [--markdown | --json]",
    .summary = "Table of spectra beside a reference",
    .details =
        "      --reference F   spectrum to compare with: frequency,power[,standard error]\n"
        "      --bands B       LOW:HIGH,... where peaks are looked for (default: around the reference's own)\n"
        "      --smooth N      bins that the smoothing before a peak is read off reaches to each side (default 2)\n"
        "      --above F       frequency above which power is summed (default 5000)\n"
        "      --markdown      print a Markdown table\n"
        "      --json          print JSON\n"
        "  -o, --output F      write there instead of to standard output\n\n"
        "Columns: peak positions and their largest shift against the reference, relative L2 error, fraction of\n"
        "the power above a frequency. All frequencies are in the unit of the files.\n",
    .run = run,
};
