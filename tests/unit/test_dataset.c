/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "features.h"
#include "synthetic.h"

static void assert_invalid(const mdgan_feature *const feature, const char *const word)
{
    mdgan_error error = {""};
    assert_fails(mdgan_feature_check(feature, &error), MDGAN_INVALID, &error, word);
}

static void check_names_what_is_wrong(void **const state)
{
    (void)state;
    mdgan_feature f = bond_velocity(2);
    assert_int_equal(mdgan_feature_check(&f, NULL), MDGAN_OK);
    f.name[0] = '\0';
    assert_invalid(&f, "no name");
    f = bond_velocity(2);
    memset(f.name, 'x', sizeof f.name);
    assert_invalid(&f, "name");
    f = bond_velocity(2);
    memset(f.value_unit, 'x', sizeof f.value_unit);
    assert_invalid(&f, "value unit");
    f = bond_velocity(2);
    strcpy(f.time_unit, "ps\n1,2");
    assert_invalid(&f, "time unit has a control character in it, number 10");
    f = bond_velocity(2);
    strcpy(f.name, "\x1b[31mred");
    assert_invalid(&f, "name has a control character in it, number 27");
    f = bond_velocity(2);
    f.kind = (mdgan_kind)3;
    assert_invalid(&f, "kind 3");
    f = bond_velocity(2);
    f.n_component = 0;
    assert_invalid(&f, "components");
    f.n_component = MDGAN_COMPONENT_MAX + 1;
    assert_invalid(&f, "65 components");
    f = bond_velocity(2);
    f.n_component = 4;
    assert_invalid(&f, "triplets");
    f.isotropic = false;
    assert_int_equal(mdgan_feature_check(&f, NULL), MDGAN_OK);
    f = bond_velocity(2);
    f.dt = 0;
    assert_invalid(&f, "time 0");
    f.dt = NAN;
    assert_invalid(&f, "time");
    f.dt = INFINITY;
    assert_invalid(&f, "time inf");
    f = bond_velocity(2);
    f.stride = 0;
    assert_invalid(&f, "stride 0");
}

static void assert_mismatch(const mdgan_feature *const data, const char *const word)
{
    const mdgan_feature model = bond_velocity(2);
    mdgan_error error = {""};
    assert_fails(mdgan_feature_match(&model, data, &error), MDGAN_MISMATCH, &error, word);
}

static void match_names_what_differs(void **const state)
{
    (void)state;
    const mdgan_feature model = bond_velocity(2);
    mdgan_feature f = bond_velocity(2);
    f.dt *= 1 + 5e-7;
    assert_int_equal(mdgan_feature_match(&model, &f, NULL), MDGAN_OK);
    f.dt = 2 * (1 + 3e-6);
    assert_mismatch(&f, "2.000006");
    f = bond_velocity(2);
    strcpy(f.name, "bond/velocity 2");
    assert_mismatch(&f, "'bond/velocity 2'");
    f = bond_velocity(2);
    f.kind = MDGAN_SCALAR;
    assert_mismatch(&f, "'scalar'");
    f = bond_velocity(2);
    f.n_component = 6;
    assert_mismatch(&f, "has 3 components");
    f = bond_velocity(2);
    f.stride = 8;
    assert_mismatch(&f, "every 8");
    f = bond_velocity(2);
    strcpy(f.value_unit, "nm ps-1");
    assert_mismatch(&f, "'nm ps-1'");
    f = bond_velocity(2);
    strcpy(f.length_unit, "nm");
    assert_mismatch(&f, "length unit");
    f = bond_velocity(2);
    strcpy(f.time_unit, "ps");
    assert_mismatch(&f, "time unit");
    mdgan_feature without_unit = bond_velocity(2);
    mdgan_error error = {""};
    without_unit.time_unit[0] = '\0';
    f = without_unit;
    f.dt = 3;
    assert_fails(mdgan_feature_match(&without_unit, &f, &error), MDGAN_MISMATCH, &error, "has 2 between frames");
}

static void create_zeroes_and_clear_frees(void **const state)
{
    (void)state;
    const mdgan_feature f = bond_velocity(2);
    mdgan_dataset data;
    assert_int_equal(mdgan_dataset_create(&data, &f, 5, 7, NULL), MDGAN_OK);
    assert_int_equal(data.n_entity, 5);
    assert_int_equal(data.n_frame, 7);
    for (size_t i = 0; i < 5 * 7 * 3; i++) {
        assert_true(data.value[i] == 0);
    }
    assert_ptr_equal(mdgan_dataset_entity(&data, 2), data.value + 2 * 7 * 3);
    mdgan_dataset_clear(&data);
    assert_null(data.value);
    mdgan_dataset_clear(&data);
    mdgan_dataset_clear(NULL);
}

static void create_refuses_empty_and_endless(void **const state)
{
    (void)state;
    mdgan_feature f = bond_velocity(2);
    mdgan_dataset data;
    assert_int_equal(mdgan_dataset_create(&data, &f, 0, 7, NULL), MDGAN_INVALID);
    assert_int_equal(mdgan_dataset_create(&data, &f, 5, 0, NULL), MDGAN_INVALID);
    /* The product wraps around to a small number. */
    assert_int_equal(mdgan_dataset_create(&data, &f, SIZE_MAX / 6 + 2, 2, NULL), MDGAN_MEMORY);
    assert_null(data.value);
    f.stride = -1;
    assert_int_equal(mdgan_dataset_create(&data, &f, 5, 7, NULL), MDGAN_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_names_what_is_wrong),
        cmocka_unit_test(match_names_what_differs),
        cmocka_unit_test(create_zeroes_and_clear_frees),
        cmocka_unit_test(create_refuses_empty_and_endless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
