/* SPDX-License-Identifier: BSD-3-Clause */
#include "synthetic.h"

#include <sched.h>
#include <stdatomic.h>

#include "parallel/threads.h"

enum { PIECES_MAX = 1000, WORKERS_MAX = 4 };

typedef struct tally {
    atomic_int done[PIECES_MAX];
    atomic_int at_work[WORKERS_MAX]; /* pieces that each worker has in hand */
    size_t n_worker;
    atomic_int wrong;
} tally;

/* cmocka's assertions jump, which only the main thread may do: count what is wrong instead. */
static void count_piece(void *const context, const size_t i, const size_t worker)
{
    tally *const t = context;
    if (worker >= t->n_worker || i >= PIECES_MAX) {
        atomic_fetch_add(&t->wrong, 1);
        return;
    }
    if (atomic_fetch_add(&t->at_work[worker], 1) != 0) {
        atomic_fetch_add(&t->wrong, 1); /* two pieces share one worker's work space */
    }
    atomic_fetch_add(&t->done[i], 1);
    atomic_fetch_sub(&t->at_work[worker], 1);
}

static void check_round(threads *const pool, const size_t n_thread, const size_t n)
{
    tally *const t = calloc(1, sizeof *t);
    t->n_worker = n_thread;
    threads_run(pool, n, count_piece, t);
    assert_int_equal(atomic_load(&t->wrong), 0);
    for (size_t i = 0; i < PIECES_MAX; i++) {
        assert_int_equal(atomic_load(&t->done[i]), i < n ? 1 : 0);
    }
    free(t);
}

static void every_piece_is_done_once(void **const state)
{
    (void)state;
    static const size_t counts[] = {0, 1, 2, 3, 4, 5, 64, PIECES_MAX};
    for (size_t n_thread = 1; n_thread <= WORKERS_MAX; n_thread++) {
        threads *pool = NULL;
        mdgan_error error = {""};
        assert_ok(threads_create(&pool, n_thread, &error), &error);
        assert_int_equal(threads_count(pool), n_thread);
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
            check_round(pool, n_thread, counts[i]);
        }
        threads_destroy(pool);
    }
    threads_destroy(NULL);
}

/* One piece per thread, each of which waits until all have begun: every thread must take one. */
typedef struct meeting {
    atomic_int come;
    atomic_int by_worker[WORKERS_MAX];
    int expected;
} meeting;

static void meet(void *const context, const size_t i, const size_t worker)
{
    (void)i;
    meeting *const m = context;
    atomic_fetch_add(&m->by_worker[worker % WORKERS_MAX], 1);
    atomic_fetch_add(&m->come, 1);
    while (atomic_load(&m->come) < m->expected) {
        sched_yield();
    }
}

static void threads_work_at_once_under_their_own_numbers(void **const state)
{
    (void)state;
    for (size_t n_thread = 1; n_thread <= WORKERS_MAX; n_thread++) {
        meeting m = {.expected = (int)n_thread};
        threads *pool = NULL;
        mdgan_error error = {""};
        assert_ok(threads_create(&pool, n_thread, &error), &error);
        threads_run(pool, n_thread, meet, &m);
        for (size_t i = 0; i < WORKERS_MAX; i++) {
            assert_int_equal(atomic_load(&m.by_worker[i]), i < n_thread ? 1 : 0);
        }
        threads_destroy(pool);
    }
}

static void a_pool_serves_many_rounds(void **const state)
{
    (void)state;
    threads *pool = NULL;
    mdgan_error error = {""};
    assert_ok(threads_create(&pool, 3, &error), &error);
    for (size_t round = 0; round < 300; round++) {
        check_round(pool, 3, round % 7);
    }
    threads_destroy(pool);
}

typedef struct addends {
    const double *value;
    double *square;
} addends;

static void square_piece(void *const context, const size_t i, const size_t worker)
{
    (void)worker;
    const addends *const a = context;
    a->square[i] = a->value[i] * a->value[i];
}

/* What the pieces wrote is there when threads_run() returns. */
static void results_are_visible_afterwards(void **const state)
{
    (void)state;
    double value[PIECES_MAX], square[PIECES_MAX];
    threads *pool = NULL;
    mdgan_error error = {""};
    assert_ok(threads_create(&pool, 4, &error), &error);
    for (size_t round = 1; round <= 20; round++) {
        for (size_t i = 0; i < PIECES_MAX; i++) {
            value[i] = (double)(round * i);
        }
        threads_run(pool, PIECES_MAX, square_piece, &(addends){value, square});
        for (size_t i = 0; i < PIECES_MAX; i++) {
            assert_true(square[i] == value[i] * value[i]);
        }
    }
    threads_destroy(pool);
}

static void an_idle_pool_ends(void **const state)
{
    (void)state;
    for (size_t i = 0; i < 50; i++) {
        threads *pool = NULL;
        mdgan_error error = {""};
        assert_ok(threads_create(&pool, 4, &error), &error);
        threads_destroy(pool);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_piece_is_done_once),  cmocka_unit_test(threads_work_at_once_under_their_own_numbers),
        cmocka_unit_test(a_pool_serves_many_rounds), cmocka_unit_test(results_are_visible_afterwards),
        cmocka_unit_test(an_idle_pool_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
