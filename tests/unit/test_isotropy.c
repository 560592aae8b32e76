/* SPDX-License-Identifier: BSD-3-Clause */
#include "synthetic.h"

#include "features.h"

#include <mdgan/statistics.h>

enum { N_ENTITY = 200, N_FRAME = 64, D = 3 };

/* Noise of these deviations and means for each component; positions are its sums. */
static void make(mdgan_dataset *const data, const mdgan_kind kind, const double deviation[D], const double mean[D])
{
    mdgan_feature feature = bond_velocity(1);
    feature.kind = kind;
    mdgan_error error = {""};
    uint64_t seed = 5;
    assert_ok(mdgan_dataset_create(data, &feature, N_ENTITY, N_FRAME, &error), &error);
    for (size_t e = 0; e < N_ENTITY; e++) {
        float *const x = data->value + e * N_FRAME * D;
        for (size_t i = 0; i < N_FRAME * D; i++) {
            const double v = mean[i % D] + deviation[i % D] * synthetic_normal(&seed);
            x[i] = (float)(v + (kind == MDGAN_POSITION && i >= D ? x[i - D] : 0));
        }
    }
}

static void expect(mdgan_dataset *const data, const char *const word)
{
    char text[MDGAN_ISOTROPY_REMARK_LENGTH];
    mdgan_error error = {""};
    assert_ok(mdgan_isotropy_remark(data, text, &error), &error);
    if (word ? !strstr(text, word) : text[0] != '\0') {
        fail_msg("'%s' instead of '%s'", text, word ? word : "");
    }
    mdgan_dataset_clear(data);
}

static const double still[D] = {0};

static void what_is_isotropic_passes(void **const state)
{
    (void)state;
    static const mdgan_kind kinds[] = {MDGAN_VELOCITY, MDGAN_POSITION};
    for (size_t i = 0; i < 2; i++) {
        mdgan_dataset data;
        make(&data, kinds[i], (double[D]){2, 2, 2}, still);
        expect(&data, NULL);
        make(&data, kinds[i], (double[D]){2, 2.05, 2}, still); /* 5 % of the mean square */
        expect(&data, NULL);
    }
}

static void a_direction_of_its_own_is_told(void **const state)
{
    (void)state;
    mdgan_dataset data;
    make(&data, MDGAN_VELOCITY, (double[D]){2, 2, 1}, still);
    expect(&data, "x, y and z differ (mean square 4.01, 4.07, 0.994)");
    make(&data, MDGAN_POSITION, (double[D]){2, 3, 2}, still);
    expect(&data, "mean square displacement");
}

/* Alike from frame to frame, but z comes back. */
static void bound_positions_are_told(void **const state)
{
    (void)state;
    mdgan_dataset data;
    make(&data, MDGAN_POSITION, (double[D]){1, 1, 1}, still);
    for (size_t e = 0; e < N_ENTITY; e++) {
        float *const z = data.value + e * N_FRAME * D + 2;
        for (size_t f = 0; f < N_FRAME; f++) {
            z[f * D] = f % 2 ? 1.0F : 0.0F;
        }
        z[(N_FRAME - 1) * D] = 0;
    }
    expect(&data, "displacement over the frames");
}

static void a_mean_is_told(void **const state)
{
    (void)state;
    mdgan_dataset data;
    make(&data, MDGAN_VELOCITY, (double[D]){1, 1, 1}, (double[D]){0, 0.2, 0});
    expect(&data, "have a mean (y: 0.2");
    make(&data, MDGAN_POSITION, (double[D]){1, 1, 1}, (double[D]){0, 0, 0.05});
    expect(&data, "mean displacement over the frames (z: 3");
}

static void others_are_not_looked_at(void **const state)
{
    (void)state;
    mdgan_dataset data;
    make(&data, MDGAN_VELOCITY, (double[D]){2, 2, 1}, still);
    data.feature.isotropic = false;
    expect(&data, NULL);
    make(&data, MDGAN_VELOCITY, (double[D]){2, 2, 1}, still);
    data.n_entity = 9;
    expect(&data, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_isotropic_passes), cmocka_unit_test(a_direction_of_its_own_is_told),
        cmocka_unit_test(bound_positions_are_told), cmocka_unit_test(a_mean_is_told),
        cmocka_unit_test(others_are_not_looked_at),
    };
    return cmocka_run_group_tests_name("isotropy", tests, NULL, NULL);
}
