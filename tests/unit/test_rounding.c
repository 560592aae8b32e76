/* SPDX-License-Identifier: BSD-3-Clause */
#include "synthetic.h"

#include "features.h"

#include <mdgan/statistics.h>

enum { N_ENTITY = 20, N_FRAME = 60, N_VALUE = N_FRAME * 3 };

/* Random walks that begin at @p origin, in one direction or the other. */
static void expect(const double origin, const mdgan_kind kind, const double step, const bool told)
{
    mdgan_feature feature = bond_velocity(1);
    mdgan_dataset data;
    mdgan_error error = {""};
    char text[MDGAN_ROUNDING_REMARK_LENGTH];
    uint64_t seed = 5;
    feature.kind = kind;
    assert_ok(mdgan_dataset_create(&data, &feature, N_ENTITY, N_FRAME, &error), &error);
    for (size_t e = 0; e < N_ENTITY; e++) {
        double x[3] = {origin, -origin, origin};
        for (size_t i = 0; i < N_VALUE; i++) {
            x[i % 3] += step * synthetic_normal(&seed);
            data.value[e * N_VALUE + i] = (float)x[i % 3];
        }
    }
    mdgan_rounding_remark(&data, text);
    if (told != (strstr(text, "so far from the origin that single precision rounds") != NULL)) {
        fail_msg("at %g: '%s'", origin, text);
    }
    mdgan_dataset_clear(&data);
}

/* Between 2^k and 2^(k+1) numbers are 2^(k-23) apart: 6e-5 at 700, and 1e-3 at 10000. */
static void small_steps_far_from_the_origin_are_told(void **const state)
{
    (void)state;
    expect(10000, MDGAN_POSITION, 1e-3, true);
    expect(-10000, MDGAN_POSITION, 1e-3, true);
    expect(700, MDGAN_POSITION, 1e-4, true);
}

static void others_are_not(void **const state)
{
    (void)state;
    expect(0, MDGAN_POSITION, 1e-3, false);
    expect(0, MDGAN_POSITION, 1e-30, false);
    expect(700, MDGAN_POSITION, 1e-3, false);
    expect(10000, MDGAN_POSITION, 0.1, false);
    expect(10000, MDGAN_VELOCITY, 1e-3, false);
    expect(0, MDGAN_POSITION, 0, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_steps_far_from_the_origin_are_told),
        cmocka_unit_test(others_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
