/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <mdgan/status.h>

/* Values are part of the interface: hosts and files may keep them. */
static void values_are_never_renumbered(void **const state)
{
    (void)state;
    assert_int_equal(MDGAN_OK, 0);
    assert_int_equal(MDGAN_INVALID, 1);
    assert_int_equal(MDGAN_MEMORY, 2);
    assert_int_equal(MDGAN_FILE, 3);
    assert_int_equal(MDGAN_FORMAT, 4);
    assert_int_equal(MDGAN_VERSION, 5);
    assert_int_equal(MDGAN_MISMATCH, 6);
    assert_int_equal(MDGAN_DATA, 7);
    assert_int_equal(MDGAN_NUMERIC, 8);
    assert_int_equal(MDGAN_PARALLEL, 9);
    assert_int_equal(MDGAN_STATE, 10);
    assert_int_equal(MDGAN_CANCELLED, 11);
}

static void every_status_has_a_text(void **const state)
{
    (void)state;
    assert_string_equal(mdgan_status_text(MDGAN_OK), "success");
    assert_string_equal(mdgan_status_text(MDGAN_CANCELLED), "stopped by the host");
    assert_string_equal(mdgan_status_text((mdgan_status)4711), "unknown status");
}

static void fail_formats_and_returns(void **const state)
{
    (void)state;
    mdgan_error error;
    assert_int_equal(mdgan_fail(&error, MDGAN_DATA, "frame %d of %s", 7, "x"), MDGAN_DATA);
    assert_string_equal(error.text, "frame 7 of x");
    assert_int_equal(mdgan_fail(NULL, MDGAN_FILE, "nobody listens %d", 1), MDGAN_FILE);
}

static void fail_adds_context_to_its_own_text(void **const state)
{
    (void)state;
    mdgan_error error;
    mdgan_fail(&error, MDGAN_DATA, "inner");
    mdgan_fail(&error, MDGAN_DATA, "outer: %s", error.text);
    assert_string_equal(error.text, "outer: inner");
}

static void long_texts_are_cut(void **const state)
{
    (void)state;
    mdgan_error error;
    char text[2 * sizeof error.text];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    mdgan_fail(&error, MDGAN_DATA, "%s", text);
    assert_int_equal(strlen(error.text), sizeof error.text - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_never_renumbered), cmocka_unit_test(every_status_has_a_text),
        cmocka_unit_test(fail_formats_and_returns),    cmocka_unit_test(fail_adds_context_to_its_own_text),
        cmocka_unit_test(long_texts_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
