/* SPDX-License-Identifier: BSD-3-Clause */
#include "recorded.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <mdgan/series.h>

enum { PATH_LENGTH = 4096 };

static mdgan_status find(const bench_request *const request, const char *const name, char path[PATH_LENGTH],
                         mdgan_error *const error)
{
    const int n = snprintf(path, PATH_LENGTH, "%s/%s", request->data, name);
    return n >= 0 && n < PATH_LENGTH
               ? MDGAN_OK
               : mdgan_fail(error, MDGAN_FILE, "the path of '%s' is too long: install mdgan elsewhere", name);
}

mdgan_status recorded_series(const bench_request *const request, const char *const name, mdgan_dataset *const data,
                             mdgan_error *const error)
{
    char path[PATH_LENGTH];
    *data = (mdgan_dataset){0};
    const mdgan_status status = find(request, name, path, error);
    return status == MDGAN_OK ? mdgan_series_read(data, path, NULL, error) : status;
}

mdgan_status recorded_part(const mdgan_dataset *const data, const size_t first, const size_t n,
                           mdgan_dataset *const part, mdgan_error *const error)
{
    const size_t d = data->feature.n_component;
    if (first + n > data->n_frame) {
        return mdgan_fail(error, MDGAN_INVALID, "'%s' has %zu frames, not %zu", data->feature.name, data->n_frame,
                          first + n);
    }
    const mdgan_status status = mdgan_dataset_create(part, &data->feature, data->n_entity, n, error);
    for (size_t e = 0; status == MDGAN_OK && e < data->n_entity; e++) {
        memcpy(part->value + e * n * d, mdgan_dataset_entity(data, e) + first * d, n * d * sizeof *part->value);
    }
    return status;
}

/* "number,number..."; false for other lines. */
static bool read_pair(const char *const line, double pair[2])
{
    char *end;
    pair[0] = strtod(line, &end);
    if (end == line || *end != ',') {
        return false;
    }
    const char *const second = end + 1;
    pair[1] = strtod(second, &end);
    return end != second;
}

mdgan_status recorded_spectrum(const bench_request *const request, const char *const name, const size_t n_bin,
                               double *const frequency, double *const power, mdgan_error *const error)
{
    char path[PATH_LENGTH], line[256];
    const mdgan_status status = find(request, name, path, error);
    if (status != MDGAN_OK) {
        return status;
    }
    FILE *const file = fopen(path, "r");
    if (!file) {
        return mdgan_fail(error, MDGAN_FILE, "cannot read '%s': %s", path, strerror(errno));
    }
    size_t n = 0;
    while (fgets(line, sizeof line, file)) {
        double pair[2];
        if (read_pair(line, pair)) {
            if (n < n_bin) {
                frequency[n] = pair[0];
                power[n] = pair[1];
            }
            n++;
        }
    }
    fclose(file);
    return n == n_bin ? MDGAN_OK
                      : mdgan_fail(error, MDGAN_FORMAT, "'%s' has %zu lines of numbers, not %zu", path, n, n_bin);
}
