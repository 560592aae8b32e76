/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <mpi.h>

#include "parallel/comm.h"

enum { N_SHARD = 4, N_VALUE = 10001 }; /* values: in parts, and in blocks of these */

static mdgan_comm *world(void **const state)
{
    return *state;
}

/* Values whose float sum depends on the order. */
static float shard_value(const size_t shard, const size_t i)
{
    return (float)(shard + 1) / 3.0f * (i % 7 == 0 ? 1e7f : 1e-3f) * (shard % 2 ? -1.0f : 1.7f);
}

static void tree_of_shards(float *const sum)
{
    for (size_t i = 0; i < N_VALUE; i++) {
        const volatile float left = shard_value(0, i) + shard_value(1, i);
        const volatile float right = shard_value(2, i) + shard_value(3, i);
        sum[i] = left + right;
    }
}

static void check_sum(const mdgan_comm *const comm, const size_t n_thread)
{
    float *const shards = malloc(sizeof(float) * N_SHARD * N_VALUE);
    float expected[N_VALUE];
    threads *workers = NULL;
    assert_int_equal(threads_create(&workers, n_thread, NULL), MDGAN_OK);
    for (size_t shard = 0; shard < N_SHARD; shard++) {
        const bool mine = comm_shard_owner(comm, shard, N_SHARD) == mdgan_comm_rank(comm);
        for (size_t i = 0; i < N_VALUE; i++) {
            shards[shard * N_VALUE + i] = mine ? shard_value(shard, i) : -77.0f;
        }
    }
    assert_int_equal(comm_sum_shards(comm, workers, shards, N_SHARD, N_VALUE, NULL), MDGAN_OK);
    tree_of_shards(expected);
    assert_memory_equal(shards, expected, sizeof expected);
    threads_destroy(workers);
    free(shards);
}

static void sums_are_bit_identical(void **const state)
{
    for (size_t n_thread = 1; n_thread <= 3; n_thread++) {
        check_sum(world(state), n_thread);
    }
}

static void doubles_are_summed(void **const state)
{
    const mdgan_comm *const comm = world(state);
    double shards[N_SHARD][2];
    threads *workers = NULL;
    assert_int_equal(threads_create(&workers, 1, NULL), MDGAN_OK);
    for (size_t shard = 0; shard < N_SHARD; shard++) {
        const bool mine = comm_shard_owner(comm, shard, N_SHARD) == mdgan_comm_rank(comm);
        shards[shard][0] = mine ? 0.1 * (double)(shard + 1) : 9;
        shards[shard][1] = mine ? -1e-9 : 9;
    }
    assert_int_equal(comm_sum_doubles(comm, workers, *shards, N_SHARD, 2, NULL), MDGAN_OK);
    assert_true(shards[0][0] == (0.1 * 1 + 0.1 * 2) + (0.1 * 3 + 0.1 * 4));
    assert_true(shards[0][1] == -4e-9);
    threads_destroy(workers);
}

static void shards_are_spread(void **const state)
{
    const mdgan_comm *const comm = world(state);
    size_t last = 0;
    for (size_t shard = 0; shard < N_SHARD; shard++) {
        const size_t owner = comm_shard_owner(comm, shard, N_SHARD);
        assert_true(owner < mdgan_comm_size(comm) && owner >= last && owner - last <= 1);
        last = owner;
    }
    assert_int_equal(comm_shard_owner(comm, 0, N_SHARD), 0);
    const size_t working = mdgan_comm_size(comm) < N_SHARD ? mdgan_comm_size(comm) : N_SHARD;
    assert_int_equal(last, working - 1);
}

static void broadcast_reaches_all(void **const state)
{
    const mdgan_comm *const comm = world(state);
    char text[100] = "old";
    if (mdgan_comm_rank(comm) == 0) {
        strcpy(text, "from rank 0");
    }
    assert_int_equal(mdgan_comm_broadcast(comm, text, sizeof text, NULL), MDGAN_OK);
    assert_string_equal(text, "from rank 0");
    assert_int_equal(mdgan_comm_broadcast(comm, NULL, 0, NULL), MDGAN_OK);
}

static void gather_joins_uneven_parts(void **const state)
{
    const mdgan_comm *const comm = world(state);
    const size_t rank = mdgan_comm_rank(comm), size = mdgan_comm_size(comm);
    /* Rank r has r values: none on rank 0. */
    size_t offset[65] = {0};
    float values[64 * 65 / 2];
    assert_true(size <= 64);
    for (size_t r = 0; r < size; r++) {
        offset[r + 1] = offset[r] + (size == 1 ? 5 : r);
    }
    for (size_t i = 0; i < offset[size]; i++) {
        values[i] = i >= offset[rank] && i < offset[rank + 1] ? (float)i : -1;
    }
    assert_int_equal(mdgan_comm_gather_floats(comm, values, offset, NULL), MDGAN_OK);
    for (size_t i = 0; i < offset[size]; i++) {
        assert_true(values[i] == (float)i);
    }
}

static void agree_is_ok_if_all_are(void **const state)
{
    mdgan_error error = {"untouched"};
    assert_int_equal(mdgan_comm_agree(world(state), MDGAN_OK, &error), MDGAN_OK);
    assert_string_equal(error.text, "untouched");
}

static void agree_takes_the_lowest_failing_rank(void **const state)
{
    const mdgan_comm *const comm = world(state);
    const size_t rank = mdgan_comm_rank(comm), lowest = mdgan_comm_size(comm) > 1 ? 1 : 0;
    mdgan_error error = {""};
    mdgan_status status = MDGAN_OK;
    if (rank >= lowest) {
        status = mdgan_fail(&error, rank == lowest ? MDGAN_DATA : MDGAN_FILE, "rank %zu failed", rank);
    }
    char expected[64];
    snprintf(expected, sizeof expected, "rank %zu failed", lowest);
    assert_int_equal(mdgan_comm_agree(comm, status, &error), MDGAN_DATA);
    assert_string_equal(error.text, expected);
    /* Without a text the status speaks. */
    assert_int_equal(mdgan_comm_agree(comm, rank == lowest ? MDGAN_DATA : MDGAN_OK, NULL), MDGAN_DATA);
}

static void serial_needs_no_mpi(void **const state)
{
    (void)state;
    mdgan_comm *comm;
    mdgan_error error = {"mine"};
    const size_t offset[2] = {0, 1};
    float value = 3;
    assert_int_equal(mdgan_comm_create_serial(&comm, NULL), MDGAN_OK);
    assert_int_equal(mdgan_comm_rank(comm), 0);
    assert_int_equal(mdgan_comm_size(comm), 1);
    assert_int_equal(mdgan_comm_broadcast(comm, &value, sizeof value, NULL), MDGAN_OK);
    assert_int_equal(mdgan_comm_gather_floats(comm, &value, offset, NULL), MDGAN_OK);
    assert_true(value == 3);
    assert_int_equal(mdgan_comm_agree(comm, MDGAN_DATA, &error), MDGAN_DATA);
    assert_string_equal(error.text, "mine");
    check_sum(comm, 1);
    mdgan_comm_destroy(comm);
    mdgan_comm_destroy(NULL);
}

static void mpi_needs_mpi(void **const state)
{
    (void)state;
    mdgan_comm *comm;
    mdgan_error error = {""};
    const MPI_Comm none = MPI_COMM_NULL;
    assert_int_equal(mdgan_comm_create_mpi(&comm, &none, &error), MDGAN_PARALLEL);
    assert_null(comm);
    assert_true(error.text[0]);
}

static int world_open(void **const state)
{
    const MPI_Comm all = MPI_COMM_WORLD;
    mdgan_comm *comm = NULL;
    const int failed = mdgan_comm_create_mpi(&comm, &all, NULL);
    *state = comm;
    return failed;
}

static int world_close(void **const state)
{
    mdgan_comm_destroy(*state);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest before[] = {cmocka_unit_test(serial_needs_no_mpi), cmocka_unit_test(mpi_needs_mpi)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_bit_identical),
        cmocka_unit_test(doubles_are_summed),
        cmocka_unit_test(shards_are_spread),
        cmocka_unit_test(broadcast_reaches_all),
        cmocka_unit_test(gather_joins_uneven_parts),
        cmocka_unit_test(agree_is_ok_if_all_are),
        cmocka_unit_test(agree_takes_the_lowest_failing_rank),
        cmocka_unit_test(mpi_needs_mpi),
        cmocka_unit_test(serial_needs_no_mpi),
    };
    const int failed_before = cmocka_run_group_tests_name("before MPI_Init", before, NULL, NULL);
    MPI_Init(&argc, &argv);
    const int failed = cmocka_run_group_tests_name("with MPI", tests, world_open, world_close);
    MPI_Finalize();
    return failed_before + failed;
}
