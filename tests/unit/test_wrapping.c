/* SPDX-License-Identifier: BSD-3-Clause */
#include "synthetic.h"

#include "features.h"

#include <mdgan/statistics.h>

enum { N_ENTITY = 50, N_FRAME = 40 };

static const double boxes[][9] = {{5, 0, 0, 0, 6, 0, 0, 0, 7}, {5, 0, 0, 2, 6, 0, -1, 1.5, 7}};

/* Random walks of short steps in @p d components, folded into the box by their first axes if @p wrapped. */
static void make(mdgan_dataset *const data, const mdgan_kind kind, const size_t d, const double box[9],
                 const bool wrapped)
{
    mdgan_feature feature = bond_velocity(1);
    feature.kind = kind;
    feature.n_component = d;
    feature.isotropic = d % 3 == 0;
    mdgan_error error = {""};
    uint64_t seed = 3;
    assert_ok(mdgan_dataset_create(data, &feature, N_ENTITY, N_FRAME, &error), &error);
    memcpy(data->box, box, sizeof data->box);
    for (size_t e = 0; e < N_ENTITY; e++) {
        float *const x = data->value + e * N_FRAME * d;
        for (size_t i = 0; i < N_FRAME * d; i++) {
            x[i] = (float)(0.3 * synthetic_normal(&seed) + (i >= d ? (double)x[i - d] : 2.5));
        }
        for (size_t i = 0; wrapped && i < N_FRAME * d; i += d) {
            const float turns = floorf(x[i] / (float)box[0]); /* along the first edge, which lies on x */
            x[i] -= turns * (float)box[0];
        }
    }
}

static void expect(mdgan_dataset *const data, const bool told)
{
    char text[MDGAN_WRAPPING_REMARK_LENGTH];
    mdgan_wrapping_remark(data, text);
    if (told != (strstr(text, "longer than half the box") != NULL)) {
        fail_msg("'%s'", text);
    }
    mdgan_dataset_clear(data);
}

static void wrapped_positions_are_told(void **const state)
{
    (void)state;
    mdgan_dataset data;
    for (size_t i = 0; i < 2; i++) {
        for (size_t d = 2; d <= 9; d += d == 2 ? 1 : 3) {
            make(&data, MDGAN_POSITION, d, boxes[i], true);
            expect(&data, true);
            make(&data, MDGAN_POSITION, d, boxes[i], false);
            expect(&data, false);
        }
    }
}

/* The way along an edge counts, not that along an axis. */
static void ways_are_measured_along_the_edges(void **const state)
{
    (void)state;
    static const double box[9] = {5, 0, 0, 4, 6, 0, 0, 0, 7};
    mdgan_dataset data;
    for (int along = 0; along < 2; along++) {
        make(&data, MDGAN_POSITION, 3, box, false);
        float *const x = data.value;
        memset(x, 0, N_FRAME * 3 * sizeof *x);
        /* 0.6 of the first edge; or 0.4 of the first and of the second, together 0.72 of the first one's length along x
         */
        x[3] = along ? 3 : 3.6f;
        x[4] = along ? 0 : 2.4f;
        for (size_t i = 6; i < N_FRAME * 3; i++) {
            x[i] = x[i - 3];
        }
        expect(&data, along);
    }
}

static void others_are_not_judged(void **const state)
{
    (void)state;
    static const double no_box[9] = {0};
    mdgan_dataset data;
    make(&data, MDGAN_VELOCITY, 3, (double[9]){0.01, 0, 0, 0, 0.01, 0, 0, 0, 0.01}, false);
    expect(&data, false);
    make(&data, MDGAN_POSITION, 3, no_box, false);
    expect(&data, false);
    make(&data, MDGAN_POSITION, 1, (double[9]){0.01, 0, 0, 0, 0.01, 0, 0, 0, 0.01}, false);
    expect(&data, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrapped_positions_are_told),
        cmocka_unit_test(ways_are_measured_along_the_edges),
        cmocka_unit_test(others_are_not_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
