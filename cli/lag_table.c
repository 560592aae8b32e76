/* SPDX-License-Identifier: BSD-3-Clause */
#include "lag_table.h"

#include <math.h>
#include <mdgan/plugin.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "text_output.h"

typedef struct arguments {
    input_options input;
    size_t n_lag;
    const char *output;
    const char *fit; /* --fit as given, NULL: none */
    double fit_from, fit_to;
} arguments;

/* "FROM:TO", times. */
static mdgan_status parse_fit(arguments *a, const char *text, mdgan_error *error)
{
    char *colon = NULL, *end = NULL;
    a->fit_from = strtod(text, &colon);
    const bool two = colon != text && *colon == ':';
    a->fit_to = two ? strtod(colon + 1, &end) : 0;
    if (!two || end == colon + 1 || *end != '\0' || !(a->fit_from >= 0) || !(a->fit_to > a->fit_from) ||
        !isfinite(a->fit_to)) {
        return mdgan_fail(error, MDGAN_INVALID, "--fit got '%s': must be FROM:TO, two times with FROM below TO", text);
    }
    a->fit = text;
    return MDGAN_OK;
}

static mdgan_status parse(arguments *a, mdgan_kind dump_kind, bool positions_only, int argc, char **argv,
                          mdgan_error *error)
{
    const struct option names[] = {INPUT_OPTION_ROWS,
                                   {"lags", required_argument, NULL, 'l'},
                                   {"output", required_argument, NULL, 'o'},
                                   {positions_only ? "fit" : NULL, required_argument, NULL, 'f'},
                                   {0}};
    *a = (arguments){.input = {.dump_kind = dump_kind}};
    mdgan_status status = MDGAN_OK;
    for (int letter; status == MDGAN_OK && (letter = option_next(argc, argv, ":o:", names, error)) != OPTION_END;) {
        if (letter == 'l') {
            status = parse_size("--lags", optarg, 1, SIZE_MAX / 64, &a->n_lag, error);
        } else if (letter == 'o') {
            a->output = optarg;
        } else if (letter == 'f') {
            status = parse_fit(a, optarg, error);
        } else {
            status = input_option(&a->input, letter, optarg, error);
        }
    }
    if (status == MDGAN_OK) {
        status = expect_words(argc, 1, 0, "SERIES", error);
    }
    return status != MDGAN_OK ? status : mdgan_expect_other_file(a->output, argv[optind], error);
}

/* Square of a length's unit, in front of which comes `before`; nothing for a unit that is unknown or composed. */
static void square_of(const mdgan_feature *feature, const char *before, char text[MDGAN_UNIT_LENGTH + 4])
{
    const char *const unit = feature->kind == MDGAN_POSITION ? feature->value_unit : "";
    const bool plain = unit[0] != '\0' && !strpbrk(unit, " ,+-^0123456789");
    snprintf(text, MDGAN_UNIT_LENGTH + 4, plain ? "%s%s^2" : "", before, unit);
}

/* The diffusion coefficient as a comment of the table. */
static mdgan_status find_diffusion(const mdgan_dataset *data, const arguments *a, char *line, size_t n_line,
                                   mdgan_error *error)
{
    const mdgan_series series = input_series(data);
    const mdgan_feature *const f = &data->feature;
    const double from = round(a->fit_from / f->dt), to = round(a->fit_to / f->dt);
    if (to <= from) {
        return mdgan_fail(error, MDGAN_INVALID, "--fit got '%s': both are nearest to the same frame, %g%s%s apart",
                          a->fit, f->dt, f->time_unit[0] ? " " : "", f->time_unit);
    }
    if (to >= (double)data->n_frame) {
        return mdgan_fail(
            error, MDGAN_INVALID, "--fit got '%s': the series has %zu frames, %g%s%s apart; give times below %g",
            a->fit, data->n_frame, f->dt, f->time_unit[0] ? " " : "", f->time_unit, (double)data->n_frame * f->dt);
    }
    double diffusion = 0, deviation = 0;
    const mdgan_status status =
        mdgan_diffusion(&series, (size_t)from, (size_t)to, f->dt, &diffusion, &deviation, error);
    char unit[MDGAN_UNIT_LENGTH + 4];
    square_of(f, " ", unit);
    const bool known = unit[0] != '\0' && f->time_unit[0] != '\0';
    snprintf(line, n_line, "# diffusion coefficient %.6g%s%s%s, standard error %.2g, fitted from %g to %g%s%s\n",
             diffusion, known ? unit : "", known ? "/" : "", known ? f->time_unit : "", deviation, from * f->dt,
             to * f->dt, f->time_unit[0] ? " " : "", f->time_unit);
    return status;
}

static mdgan_status write_rows(const char *column, const mdgan_feature *feature, size_t n_lag, const double *value,
                               const double *deviation, const char *comment, const char *path, mdgan_error *error)
{
    text_output out;
    const mdgan_status status = text_output_open(&out, path, error);
    if (status != MDGAN_OK) {
        return status;
    }
    fputs(comment, out.file);
    char unit[MDGAN_UNIT_LENGTH + 4];
    square_of(feature, "_", unit);
    fprintf(out.file, "# time%s%s,%s%s,standard_error\n", feature->time_unit[0] ? "_" : "", feature->time_unit, column,
            unit);
    for (size_t i = 0; i < n_lag; i++) {
        fprintf(out.file, "%.8g,%.8g,%.6g\n", (double)i * feature->dt, value[i], deviation[i]);
    }
    return text_output_close(&out, error);
}

static mdgan_status compute(const lag_command *command, const mdgan_dataset *data, const arguments *a,
                            mdgan_error *error)
{
    const size_t n_lag = a->n_lag ? a->n_lag : (data->n_frame + 3) / 4;
    /* More lags than frames are refused below; the room is small until then. */
    const size_t room = n_lag <= data->n_frame ? n_lag : 1;
    double *const value = calloc(2 * room, sizeof *value);
    if (!value) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu lags", n_lag);
    }
    const mdgan_series series = input_series(data);
    char comment[256] = "";
    mdgan_status status = command->compute(&series, n_lag, value, value + room, error);
    if (status == MDGAN_OK && a->fit) {
        status = find_diffusion(data, a, comment, sizeof comment, error);
    }
    if (status == MDGAN_OK) {
        status = write_rows(command->column, &data->feature, n_lag, value, value + room, comment, a->output, error);
    }
    free(value);
    return status;
}

static mdgan_status check_kind(const lag_command *command, const mdgan_dataset *data, const char *path,
                               mdgan_error *error)
{
    if (!command->positions_only) {
        return input_stationary(data, path, "autocorrelation", error);
    }
    if (data->feature.kind == MDGAN_POSITION) {
        return MDGAN_OK;
    }
    return mdgan_fail(error, MDGAN_DATA,
                      "'%s' holds no positions, or velocities besides: choose positions with --group NAME/position, or "
                      "use `mdgan acf` or `mdgan spectrum`",
                      path);
}

/* The result is as meant only if the positions are. */
static void warn_of_positions(const lag_command *command, const mdgan_dataset *data)
{
    char wrapping[MDGAN_WRAPPING_REMARK_LENGTH], rounding[MDGAN_ROUNDING_REMARK_LENGTH];
    mdgan_wrapping_remark(data, wrapping);
    mdgan_rounding_remark(data, rounding);
    if (wrapping[0] != '\0') {
        fprintf(stderr, "mdgan %s: WARNING: %s\n", command->column, wrapping);
    }
    if (rounding[0] != '\0') {
        fprintf(stderr, "mdgan %s: WARNING: %s\n", command->column, rounding);
    }
}

mdgan_status lag_table_run(const lag_command *command, int argc, char **argv, mdgan_error *error)
{
    arguments a;
    mdgan_dataset data = {0};
    mdgan_status status = parse(&a, command->dump_kind, command->positions_only, argc, argv, error);
    if (status == MDGAN_OK) {
        status = input_read(&data, argv[optind], &a.input, error);
    }
    if (status == MDGAN_OK) {
        status = check_kind(command, &data, argv[optind], error);
    }
    if (status == MDGAN_OK) {
        warn_of_positions(command, &data);
        input_centre(&data);
        status = compute(command, &data, &a, error);
    }
    mdgan_dataset_clear(&data);
    return status;
}
