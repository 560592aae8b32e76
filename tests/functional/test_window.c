/* SPDX-License-Identifier: BSD-3-Clause */
/* Collecting: repeats, gaps, completion, excess frames, the transposition. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "window.h"

enum { ENTITY = 3, COMPONENT = 2, ROW = ENTITY * COMPONENT, WANTED = 40, STRIDE = 5 };

static const mdgan_feature feature = {.name = "test", .n_component = COMPONENT, .dt = 0.5, .stride = STRIDE};

typedef struct fixture {
    collection c;
    mdgan_error error;
    collected outcome;
    size_t n_dropped;
} fixture;

static fixture create(bool stores)
{
    fixture f = {.outcome = COLLECTED_NOTHING};
    assert_int_equal(collection_create(&f.c, &feature, ENTITY, WANTED, stores, &f.error), MDGAN_OK);
    return f;
}

/* Value i of the frame at @p step is step + i / 10. */
static mdgan_status offer(fixture *f, int64_t step, bool frozen)
{
    float row[ROW];
    for (size_t i = 0; i < ROW; i++) {
        row[i] = (float)step + 0.1F * (float)i;
    }
    return collection_offer(&f->c, step, 0.1 * (double)step, NULL, f->c.stores ? row : NULL, frozen, &f->outcome,
                            &f->n_dropped, &f->error);
}

static void fill(fixture *f, int64_t first, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(offer(f, first + (int64_t)i * STRIDE, false), MDGAN_OK);
        assert_int_equal(f->outcome, COLLECTED_FRAME);
    }
}

static void test_complete_with_last_frame(void **state)
{
    (void)state;
    fixture f = create(true);
    fill(&f, 100, WANTED - 1);
    assert_false(collection_complete(&f.c));
    fill(&f, 100 + (WANTED - 1) * STRIDE, 1);
    assert_true(collection_complete(&f.c));
    assert_int_equal(f.c.first_step, 100);
    assert_true(f.c.first_time == 10.0);
    collection_clear(&f.c);
}

static void test_room_is_not_more_than_wanted(void **state)
{
    (void)state;
    fixture f = create(true);
    assert_int_equal(f.c.n_room, 0);
    fill(&f, 0, 17);
    assert_int_equal(f.c.n_room, 32);
    fill(&f, 17 * STRIDE, WANTED - 17);
    assert_int_equal(f.c.n_room, WANTED);
    collection_clear(&f.c);
}

static void test_repeat_is_ignored(void **state)
{
    (void)state;
    fixture f = create(true);
    fill(&f, 0, 3);
    assert_int_equal(offer(&f, 2 * STRIDE, false), MDGAN_OK);
    assert_int_equal(f.outcome, COLLECTED_NOTHING);
    assert_int_equal(f.c.n_frame, 3);
    fill(&f, 3 * STRIDE, 1); /* and the collection goes on */
    assert_int_equal(f.c.n_frame, 4);
    collection_clear(&f.c);
}

static void test_gap_starts_anew(void **state)
{
    (void)state;
    const int64_t gaps[] = {3 * STRIDE + 1, 4 * STRIDE, 0, STRIDE};
    for (size_t i = 0; i < sizeof gaps / sizeof gaps[0]; i++) {
        fixture f = create(true);
        fill(&f, 0, 3);
        assert_int_equal(offer(&f, gaps[i], false), MDGAN_OK);
        assert_int_equal(f.outcome, COLLECTED_ANEW);
        assert_int_equal(f.n_dropped, 3);
        assert_int_equal(f.c.n_frame, 1);
        assert_int_equal(f.c.first_step, gaps[i]);
        assert_true(f.c.value[0] == (float)gaps[i]);
        collection_clear(&f.c);
    }
}

static void test_excess_frames_only_move_the_last(void **state)
{
    (void)state;
    fixture f = create(true);
    fill(&f, 0, WANTED);
    const float first = f.c.value[0];
    assert_int_equal(offer(&f, 7777, false), MDGAN_OK); /* not even a gap matters any more */
    assert_int_equal(f.outcome, COLLECTED_NOTHING);
    assert_true(collection_complete(&f.c));
    assert_true(f.c.value[0] == first);
    assert_true(f.c.last[0] == 7777.0F);
    collection_clear(&f.c);
}

static void test_frozen_collects_nothing(void **state)
{
    (void)state;
    fixture f = create(true);
    fill(&f, 0, 2);
    assert_int_equal(offer(&f, 2 * STRIDE, true), MDGAN_OK);
    assert_int_equal(f.c.n_frame, 2);
    assert_true(f.c.last[0] == 2.0F * STRIDE);
    collection_clear(&f.c);
}

static void test_not_finite_changes_nothing(void **state)
{
    (void)state;
    const float bad[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < 3; i++) {
        fixture f = create(true);
        float row[ROW] = {0};
        fill(&f, 0, 2);
        row[4] = bad[i];
        assert_int_equal(collection_offer(&f.c, 2 * STRIDE, 0, NULL, row, false, &f.outcome, &f.n_dropped, &f.error),
                         MDGAN_DATA);
        assert_non_null(strstr(f.error.text, "step 10: value 5 of 6 is"));
        assert_int_equal(f.c.n_frame, 2);
        assert_int_equal(f.c.last_step, STRIDE);
        fill(&f, 2 * STRIDE, 1);
        collection_clear(&f.c);
    }
}

static void test_counts_without_storing(void **state)
{
    (void)state;
    fixture f = create(false);
    fill(&f, 0, WANTED);
    assert_true(collection_complete(&f.c));
    assert_null(f.c.value);
    assert_null(f.c.last);
    collection_clear(&f.c);
}

static void test_dataset_is_transposed(void **state)
{
    (void)state;
    const double box[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    fixture f = create(true);
    mdgan_dataset data;
    fill(&f, 100, WANTED - 1);
    const float row[ROW] = {295.0F, 295.1F, 295.2F, 295.3F, 295.4F, 295.5F};
    const int64_t last = 100 + (WANTED - 1) * STRIDE;
    assert_int_equal(collection_offer(&f.c, last, 0, box, row, false, &f.outcome, &f.n_dropped, &f.error), MDGAN_OK);
    assert_int_equal(collection_dataset(&f.c, &feature, ENTITY, &data, &f.error), MDGAN_OK);
    assert_int_equal(data.n_entity, ENTITY);
    assert_int_equal(data.n_frame, WANTED);
    assert_int_equal(data.first_step, 100);
    assert_memory_equal(data.box, box, sizeof box);
    for (size_t e = 0; e < ENTITY; e++) {
        for (size_t t = 0; t < WANTED; t++) {
            for (size_t k = 0; k < COMPONENT; k++) {
                const double expected = 100.0 + (double)(t * STRIDE) + 0.1 * (double)(e * COMPONENT + k);
                const double value = mdgan_dataset_entity(&data, e)[t * COMPONENT + k];
                assert_true(fabs(value - expected) < 1e-4);
            }
        }
    }
    mdgan_dataset_clear(&data);
    collection_clear(&f.c);
}

static void test_no_entities(void **state)
{
    (void)state;
    collection c;
    mdgan_error error;
    assert_int_equal(collection_create(&c, &feature, 0, WANTED, true, &error), MDGAN_INVALID);
    assert_non_null(strstr(error.text, "no entities"));
    assert_int_equal(collection_create(&c, &feature, SIZE_MAX / 8, WANTED, true, &error), MDGAN_MEMORY);
    assert_non_null(strstr(error.text, "'windows'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_complete_with_last_frame),
        cmocka_unit_test(test_room_is_not_more_than_wanted),
        cmocka_unit_test(test_repeat_is_ignored),
        cmocka_unit_test(test_gap_starts_anew),
        cmocka_unit_test(test_excess_frames_only_move_the_last),
        cmocka_unit_test(test_frozen_collects_nothing),
        cmocka_unit_test(test_not_finite_changes_nothing),
        cmocka_unit_test(test_counts_without_storing),
        cmocka_unit_test(test_dataset_is_transposed),
        cmocka_unit_test(test_no_entities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
