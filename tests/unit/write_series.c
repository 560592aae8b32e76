/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes the feature series that read_h5md.py reads back: write_series FILE {velocity|position|scalar}. */
#include <stdio.h>
#include <string.h>

#include <mdgan/series.h>

#include "features.h"

enum { N_ENTITY = 4, N_FRAME = 6 };

/* The value that read_h5md.py expects. */
static float value_at(const size_t frame, const size_t entity, const size_t component)
{
    return (float)frame + 0.25f * (float)entity - 0.5f * (float)component;
}

static mdgan_feature feature_of(const char *const kind)
{
    mdgan_feature f = bond_velocity(2);
    if (strcmp(kind, "position") == 0) {
        f.kind = MDGAN_POSITION;
        strcpy(f.value_unit, "nm");
        strcpy(f.length_unit, "nm");
        strcpy(f.time_unit, "ps");
    } else if (strcmp(kind, "scalar") == 0) {
        f.kind = MDGAN_SCALAR;
        f.n_component = 2;
        f.isotropic = false;
    }
    return f;
}

int main(int argc, char **argv)
{
    static const double box[9] = {10, 0, 0, 0, 20, 0, 0, 0, 30};
    mdgan_series_writer *writer;
    mdgan_error error;
    if (argc != 3) {
        return 2;
    }
    const mdgan_feature f = feature_of(argv[2]);
    mdgan_status status = mdgan_series_open(&writer, argv[1], "write_series", &f, N_ENTITY, 1000, 500, box, &error);
    for (size_t frame = 0; frame < N_FRAME && status == MDGAN_OK; frame++) {
        float row[N_ENTITY * 3];
        for (size_t i = 0; i < N_ENTITY * f.n_component; i++) {
            row[i] = value_at(frame, i / f.n_component, i % f.n_component);
        }
        status = mdgan_series_append(writer, row, &error);
    }
    if (status == MDGAN_OK) {
        status = mdgan_series_close(writer, &error);
    }
    if (status != MDGAN_OK) {
        fprintf(stderr, "%s\n", error.text);
    }
    return status == MDGAN_OK ? 0 : 1;
}
