/* SPDX-License-Identifier: BSD-3-Clause */
#include "dump_local.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The file being read: values grow frame by frame, in the order of the file, [frame][entity][component]. */
typedef struct reader {
    const char *path;
    FILE *file;
    char *line;
    size_t line_size;
    size_t line_number;
    size_t n_entity, n_component, n_frame, capacity; /* capacity in frames */
    int64_t first_step, stride, last_step;
    double first_time, last_time; /* NaN without ITEM: TIME */
    const char *time_unit;        /* NULL without ITEM: UNITS */
    bool by_time;                 /* the time between two frames is not given, but follows from these */
    double interval;              /* between the first two */
    bool inside;                  /* of a frame: something came after the last entries */
    bool *seen;                   /* [n_entity] of the frame being read */
    int failure;                  /* error number of the reading, 0: none */
    float *value;
} reader;

static mdgan_status bad_line(const reader *r, const char *what, mdgan_error *error)
{
    return mdgan_fail(error, MDGAN_FORMAT,
                      "'%s' line %zu: %s; a file of `dump ID group local N FILE index ...` is expected", r->path,
                      r->line_number, what);
}

/* False at the end of the file, or if it cannot be read on, for which there is an error number. The line comes without
 * its newline; one that has none was cut off. */
static bool next_line(reader *r)
{
    const ssize_t length = getline(&r->line, &r->line_size, r->file);
    if (length < 0 && !feof(r->file)) {
        r->failure = errno;
    }
    r->inside |= length > 0;
    if (length <= 0 || r->line[length - 1] != '\n') {
        return false;
    }
    r->line_number++;
    r->line[strcspn(r->line, "\r\n")] = '\0';
    return true;
}

static bool starts_with(const char *text, const char *start)
{
    return !strncmp(text, start, strlen(start));
}

static mdgan_status read_integer(reader *r, int64_t *value, mdgan_error *error)
{
    char *end = NULL;
    errno = 0;
    if (!next_line(r)) {
        return bad_line(r, "file ends inside a frame", error);
    }
    *value = strtoll(r->line, &end, 10);
    return end == r->line || errno ? bad_line(r, "a whole number is missing", error) : MDGAN_OK;
}

static mdgan_status check_time(const reader *r, mdgan_error *error)
{
    const double expected = r->first_time + (double)r->n_frame * r->interval;
    if (!r->by_time || !(fabs(r->last_time - expected) > 1e-3 * fabs(r->interval))) {
        return MDGAN_OK; /* as for times that are not there */
    }
    return mdgan_fail(
        error, MDGAN_FORMAT,
        "'%s' line %zu: time %.9g, but after the frames before it %.9g is expected: give the time between "
        "two frames with --dt, or analyse what has one timestep separately",
        r->path, r->line_number, r->last_time, expected);
}

static mdgan_status read_time(reader *r, mdgan_error *error)
{
    char *end = NULL;
    if (!next_line(r)) {
        return bad_line(r, "file ends inside a frame", error);
    }
    r->last_time = strtod(r->line, &end);
    if (end == r->line) {
        return bad_line(r, "the time is not a number", error);
    }
    if (r->n_frame == 0) {
        r->first_time = r->last_time;
    } else if (r->n_frame == 1) {
        r->interval = r->last_time - r->first_time;
    }
    return check_time(r, error);
}

/* What LAMMPS counts time in: the style of its command `units`. */
static mdgan_status read_units(reader *r, mdgan_error *error)
{
    static const struct {
        const char *style, *time;
    } known[] = {{"real", "fs"}, {"metal", "ps"}, {"nano", "ns"}, {"micro", "us"},
                 {"si", "s"},    {"cgs", "s"},    {"lj", ""},     {"electron", "fs"}};
    if (!next_line(r)) {
        return bad_line(r, "file ends inside a frame", error);
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (!strcmp(r->line, known[i].style)) {
            r->time_unit = known[i].time;
        }
    }
    return MDGAN_OK;
}

static mdgan_status read_count(reader *r, mdgan_error *error)
{
    int64_t count = 0;
    const mdgan_status status = read_integer(r, &count, error);
    if (status != MDGAN_OK) {
        return status;
    }
    if (count < 1 || count > INT32_MAX) {
        return bad_line(r, "a frame without entries", error);
    }
    if (r->n_frame > 0 && (size_t)count != r->n_entity) {
        return bad_line(r, "the number of entries differs from the first frame's", error);
    }
    if (r->n_frame == 0 && !r->seen) {
        r->n_entity = (size_t)count;
        r->seen = calloc(r->n_entity, sizeof *r->seen);
        if (!r->seen) {
            return mdgan_fail(error, MDGAN_MEMORY, "no memory for the %zu entries of '%s'", r->n_entity, r->path);
        }
    }
    return MDGAN_OK;
}

/* "ITEM: ENTRIES index a b c": the components are the columns behind the index. */
static mdgan_status read_columns(reader *r, mdgan_error *error)
{
    if (!r->seen) {
        return bad_line(r, "the number of entries is missing", error);
    }
    const char *const index = strstr(r->line, " index");
    if (!index) {
        return bad_line(r, "no column 'index'", error);
    }
    for (const char *c = r->line; c < index; c++) {
        if (islower((unsigned char)*c)) { /* labels of LAMMPS are upper case */
            return bad_line(r, "'index' is not the first column", error);
        }
    }
    size_t n = 0;
    for (const char *c = index + strlen(" index"); *c; c++) {
        n += *c != ' ' && c[-1] == ' ';
    }
    if (n < 1 || n > MDGAN_COMPONENT_MAX) {
        return bad_line(r, "between 1 and 64 columns have to follow 'index'", error);
    }
    if (r->n_frame > 0 && n != r->n_component) {
        return bad_line(r, "the number of columns differs from the first frame's", error);
    }
    r->n_component = n;
    return MDGAN_OK;
}

static mdgan_status read_entry(reader *r, float *frame, mdgan_error *error)
{
    if (!next_line(r)) {
        return bad_line(r, "file ends inside a frame (truncated?)", error);
    }
    char *end, *c = r->line;
    const long index = strtol(c, &end, 10);
    if (end == c || index < 1 || (size_t)index > r->n_entity || r->seen[index - 1]) {
        return bad_line(r, "the index is out of range or there twice", error);
    }
    r->seen[index - 1] = true;
    float *const row = frame + (size_t)(index - 1) * r->n_component;
    for (size_t k = 0; k < r->n_component; k++) {
        c = end;
        row[k] = strtof(c, &end);
        if (end == c || !isfinite(row[k])) {
            return bad_line(r, "a value is missing or not finite", error);
        }
    }
    return MDGAN_OK;
}

static mdgan_status read_entries(reader *r, mdgan_error *error)
{
    const size_t n = r->n_entity * r->n_component;
    if (r->n_frame == r->capacity) {
        const size_t capacity = r->capacity ? 2 * r->capacity : 64;
        float *const value = realloc(r->value, capacity * n * sizeof *value);
        if (!value) {
            return mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu frames of '%s'", capacity, r->path);
        }
        r->value = value;
        r->capacity = capacity;
    }
    memset(r->seen, 0, r->n_entity * sizeof *r->seen);
    for (size_t e = 0; e < r->n_entity; e++) {
        const mdgan_status status = read_entry(r, r->value + r->n_frame * n, error);
        if (status != MDGAN_OK) {
            return status;
        }
    }
    r->n_frame++;
    r->inside = false;
    return MDGAN_OK;
}

static mdgan_status read_step(reader *r, mdgan_error *error)
{
    int64_t step = 0, difference = 0;
    const mdgan_status status = read_integer(r, &step, error);
    if (status != MDGAN_OK) {
        return status;
    }
    /* Steps of a damaged file may be too far apart for a difference. */
    const bool far = r->n_frame > 0 && __builtin_sub_overflow(step, r->last_step, &difference);
    if (r->n_frame == 0) {
        r->first_step = step;
    } else if (r->n_frame == 1) {
        r->stride = difference;
    }
    if (r->n_frame > 0 && (far || r->stride <= 0 || difference != r->stride)) {
        return bad_line(r, "the steps are not evenly spaced", error);
    }
    r->last_step = step;
    return MDGAN_OK;
}

/* One "ITEM:" with all that belongs to it. */
static mdgan_status read_item(reader *r, mdgan_error *error)
{
    if (starts_with(r->line, "ITEM: TIMESTEP")) {
        return read_step(r, error);
    }
    if (starts_with(r->line, "ITEM: TIME")) {
        return read_time(r, error);
    }
    if (starts_with(r->line, "ITEM: UNITS")) {
        return read_units(r, error);
    }
    if (starts_with(r->line, "ITEM: NUMBER OF")) {
        return read_count(r, error);
    }
    if (starts_with(r->line, "ITEM: BOX BOUNDS")) {
        for (int i = 0; i < 3; i++) {
            if (!next_line(r)) {
                return bad_line(r, "file ends inside a frame", error);
            }
        }
        return MDGAN_OK;
    }
    if (!starts_with(r->line, "ITEM: ")) {
        return bad_line(r, "'ITEM:' is missing", error);
    }
    const mdgan_status status = read_columns(r, error);
    return status != MDGAN_OK ? status : read_entries(r, error);
}

/* Fills in what was not given, from the file. */
static mdgan_status find_clock(const reader *r, double *dt, const char **time_unit, mdgan_error *error)
{
    const bool given = *dt > 0;
    if (!given) {
        *dt = (r->last_time - r->first_time) / (double)(r->n_frame - 1);
    }
    if (!(*dt > 0)) {
        return mdgan_fail(error, MDGAN_INVALID,
                          "'%s' does not say the time between two frames: add --dt (and --time-unit)", r->path);
    }
    if (!*time_unit) {
        *time_unit = given && !r->time_unit ? "fs" : r->time_unit;
    }
    if (!*time_unit) {
        return mdgan_fail(error, MDGAN_INVALID,
                          "'%s' does not say the unit of its times: add --time-unit (fs for LAMMPS's units real, ps "
                          "for metal), or write it with `dump_modify ID units yes`",
                          r->path);
    }
    return MDGAN_OK;
}

static mdgan_status reader_to_dataset(const reader *r, mdgan_kind kind, double dt, const char *time_unit,
                                      mdgan_dataset *data, mdgan_error *error)
{
    if (r->n_frame < 2) {
        return mdgan_fail(error, MDGAN_FORMAT, "'%s' holds %zu frame%s: at least two are needed", r->path, r->n_frame,
                          r->n_frame == 1 ? "" : "s");
    }
    mdgan_status status = find_clock(r, &dt, &time_unit, error);
    if (status != MDGAN_OK) {
        return status;
    }
    mdgan_feature feature = {.name = "dump local",
                             .kind = kind,
                             .n_component = r->n_component,
                             .dt = dt,
                             .stride = r->stride,
                             .isotropic = r->n_component % 3 == 0,
                             .reversible = true};
    snprintf(feature.time_unit, sizeof feature.time_unit, "%s", time_unit);
    status = mdgan_dataset_create(data, &feature, r->n_entity, r->n_frame, error);
    if (status != MDGAN_OK) {
        return status;
    }
    data->first_step = r->first_step;
    data->first_time = isfinite(r->first_time) ? r->first_time : 0;
    const size_t d = r->n_component;
    for (size_t f = 0; f < r->n_frame; f++) {
        for (size_t e = 0; e < r->n_entity; e++) {
            memcpy(data->value + (e * r->n_frame + f) * d, r->value + (f * r->n_entity + e) * d, d * sizeof(float));
        }
    }
    return MDGAN_OK;
}

mdgan_status dump_local_read(mdgan_dataset *data, const char *path, mdgan_kind kind, double dt, const char *time_unit,
                             mdgan_error *error)
{
    reader r = {.path = path,
                .file = fopen(path, "r"),
                .first_time = NAN,
                .last_time = NAN,
                .by_time = dt <= 0,
                .interval = NAN};
    if (!r.file) {
        return mdgan_fail(error, MDGAN_FILE, "cannot read '%s': %s", path, strerror(errno));
    }
    mdgan_status status = MDGAN_OK;
    while (status == MDGAN_OK && next_line(&r)) {
        status = read_item(&r, error);
    }
    if (r.failure) {
        /* Whatever it was taken for. */
        status = mdgan_fail(error, MDGAN_FILE, "cannot read '%s' behind line %zu: %s", path, r.line_number,
                            strerror(r.failure));
    }
    if (status == MDGAN_OK && r.inside) {
        status = bad_line(&r, "file ends inside a frame (truncated?)", error);
    }
    if (status == MDGAN_OK) {
        status = reader_to_dataset(&r, kind, dt, time_unit, data, error);
    }
    fclose(r.file);
    free(r.line);
    free(r.seen);
    free(r.value);
    return status;
}
