/* SPDX-License-Identifier: BSD-3-Clause */
#include "input.h"

#include <errno.h>
#include <math.h>
#include <mdgan/series.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "dump_local.h"

mdgan_status input_option(input_options *options, int letter, const char *text, mdgan_error *error)
{
    switch (letter) {
    case INPUT_DT:
        return parse_real("--dt", text, 1e-12, 1e12, &options->dt, error);
    case INPUT_TIME_UNIT:
        if (strlen(text) >= MDGAN_UNIT_LENGTH) {
            return mdgan_fail(error, MDGAN_INVALID, "--time-unit '%s': give at most %d characters", text,
                              MDGAN_UNIT_LENGTH - 1);
        }
        options->time_unit = text;
        return MDGAN_OK;
    case INPUT_GROUP:
        options->group = text;
        return MDGAN_OK;
    case INPUT_SKIP:
        return parse_size("--skip", text, 0, SIZE_MAX / 2, &options->skip, error);
    default:
        return MDGAN_INVALID; /* option_next() has written the reason */
    }
}

static mdgan_status skip_frames(mdgan_dataset *data, size_t skip, const char *path, mdgan_error *error)
{
    if (skip == 0) {
        return MDGAN_OK;
    }
    if (skip >= data->n_frame) {
        return mdgan_fail(error, MDGAN_INVALID, "--skip %zu: '%s' has %zu frames only", skip, path, data->n_frame);
    }
    const size_t kept = data->n_frame - skip, d = data->feature.n_component;
    for (size_t e = 0; e < data->n_entity; e++) {
        memmove(data->value + e * kept * d, data->value + (e * data->n_frame + skip) * d, kept * d * sizeof(float));
    }
    data->n_frame = kept;
    data->first_step += (int64_t)skip * data->feature.stride;
    data->first_time += (double)skip * data->feature.dt;
    return MDGAN_OK;
}

/* Options that say what the file says itself would be ignored. */
static mdgan_status check_options(const input_options *options, bool is_dump, const char *path, mdgan_error *error)
{
    if (is_dump && options->group) {
        return mdgan_fail(error, MDGAN_INVALID, "--group '%s': '%s' is a dump, which has no groups: leave it out",
                          options->group, path);
    }
    if (!is_dump && (options->dt > 0 || options->time_unit)) {
        return mdgan_fail(error, MDGAN_INVALID,
                          "%s: '%s' is an H5MD file, which holds its own times: leave it out, it is for dumps",
                          options->dt > 0 ? "--dt" : "--time-unit", path);
    }
    return MDGAN_OK;
}

mdgan_status input_read(mdgan_dataset *data, const char *path, const input_options *options, mdgan_error *error)
{
    static const char dump_start[] = "ITEM: ";
    char start[sizeof dump_start] = {0};
    struct stat found;
    if (stat(path, &found) == 0 && !S_ISREG(found.st_mode) && !S_ISDIR(found.st_mode)) {
        return mdgan_fail(error, MDGAN_FILE, "cannot read '%s': it is a device or pipe; give a regular file", path);
    }
    FILE *const file = fopen(path, "rb");
    if (!file) {
        return mdgan_fail(error, MDGAN_FILE, "cannot read '%s': %s", path, strerror(errno));
    }
    const size_t n_read = fread(start, 1, sizeof start - 1, file);
    const int failure = ferror(file) ? errno : 0;
    fclose(file);
    if (failure) {
        return mdgan_fail(error, MDGAN_FILE, "cannot read '%s': %s", path, strerror(failure));
    }

    mdgan_dataset read = {0};
    const bool is_dump = n_read == sizeof start - 1 && !strcmp(start, dump_start);
    mdgan_status status = is_dump
                              ? dump_local_read(&read, path, options->dump_kind, options->dt, options->time_unit, error)
                              : mdgan_series_read(&read, path, options->group, error);
    if (status == MDGAN_OK) {
        status = check_options(options, is_dump, path, error);
    }
    if (status == MDGAN_OK) {
        status = skip_frames(&read, options->skip, path, error);
    }
    if (status != MDGAN_OK) {
        mdgan_dataset_clear(&read);
    } else {
        *data = read;
    }
    return status;
}

mdgan_series input_series(const mdgan_dataset *data)
{
    return (mdgan_series){data->value, data->n_entity, data->n_frame, data->feature.n_component};
}

void input_centre(mdgan_dataset *data)
{
    double mean[MDGAN_COMPONENT_MAX];
    if (data->feature.kind == MDGAN_SCALAR) {
        mdgan_dataset_centre(data, mean);
    }
}

mdgan_status input_stationary(const mdgan_dataset *data, const char *path, const char *what, mdgan_error *error)
{
    if (data->feature.kind == MDGAN_POSITION) {
        return mdgan_fail(error, MDGAN_DATA,
                          "'%s' holds positions, whose %s depends on the origin: use `mdgan msd`, or a series of "
                          "velocities",
                          path, what);
    }
    return MDGAN_OK;
}

mdgan_status input_same_clock(const mdgan_dataset *a, const mdgan_dataset *b, const char *path_b, mdgan_error *error)
{
    if (fabs(a->feature.dt - b->feature.dt) > 1e-6 * a->feature.dt ||
        strcmp(a->feature.time_unit, b->feature.time_unit)) {
        return mdgan_fail(error, MDGAN_MISMATCH,
                          "'%s' has a frame every %.9g%s%s, the first series every %.9g%s%s: analyse them separately",
                          path_b, b->feature.dt, b->feature.time_unit[0] ? " " : "", b->feature.time_unit,
                          a->feature.dt, a->feature.time_unit[0] ? " " : "", a->feature.time_unit);
    }
    return MDGAN_OK;
}

/* Kind and unit as a message names them, e.g. "velocities in nm ps-1". */
static void describe_values(const mdgan_feature *feature, char text[MDGAN_UNIT_LENGTH + 16])
{
    static const char *const kind[] = {"velocities", "positions", "scalars"};
    snprintf(text, MDGAN_UNIT_LENGTH + 16, "%s%s%s", kind[feature->kind], feature->value_unit[0] ? " in " : "",
             feature->value_unit);
}

mdgan_status input_same_values(const mdgan_dataset *a, const char *path_a, const mdgan_dataset *b, const char *path_b,
                               mdgan_error *error)
{
    const mdgan_feature *const f = &a->feature, *const g = &b->feature;
    const bool known = f->value_unit[0] && g->value_unit[0];
    if (f->n_component != g->n_component) {
        return mdgan_fail(error, MDGAN_MISMATCH, "'%s' holds %zu values per entity, '%s' %zu: analyse them separately",
                          path_a, f->n_component, path_b, g->n_component);
    }
    if (f->kind == g->kind && (!known || !strcmp(f->value_unit, g->value_unit))) {
        return MDGAN_OK;
    }
    char text_a[MDGAN_UNIT_LENGTH + 16], text_b[MDGAN_UNIT_LENGTH + 16];
    describe_values(f, text_a);
    describe_values(g, text_b);
    return mdgan_fail(error, MDGAN_MISMATCH, "'%s' holds %s, '%s' %s: analyse them separately", path_a, text_a, path_b,
                      text_b);
}
