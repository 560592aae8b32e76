/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes the feature series that read_h5md.py reads back: write_series FILE {velocity|position|scalar}. */
#include <stdio.h>
#include <string.h>

#include <mdgan/series.h>

enum { N_ENTITY = 4, N_FRAME = 6 };

/* The value that read_h5md.py expects. */
static float value_at(size_t frame, size_t entity, size_t component)
{
    return (float)frame + 0.25f * (float)entity - 0.5f * (float)component;
}

static mdgan_feature feature_of(const char *kind)
{
    mdgan_feature f = {.name = "bond/velocity 1",
                       .kind = MDGAN_VELOCITY,
                       .n_component = 3,
                       .isotropic = true,
                       .reversible = true,
                       .value_unit = "Angstrom fs-1",
                       .length_unit = "Angstrom",
                       .time_unit = "fs",
                       .dt = 2,
                       .stride = 4};
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
    if (argc != 3)
        return 2;
    const mdgan_feature f = feature_of(argv[2]);
    mdgan_status status = mdgan_series_open(&writer, argv[1], "write_series", &f, N_ENTITY, 1000, 500, box, &error);
    for (size_t frame = 0; frame < N_FRAME && !status; frame++) {
        float row[N_ENTITY * 3];
        for (size_t i = 0; i < N_ENTITY * f.n_component; i++)
            row[i] = value_at(frame, i / f.n_component, i % f.n_component);
        status = mdgan_series_append(writer, row, &error);
    }
    if (!status)
        status = mdgan_series_close(writer, &error);
    if (status)
        fprintf(stderr, "%s\n", error.text);
    return status ? 1 : 0;
}
