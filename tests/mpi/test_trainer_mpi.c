/* SPDX-License-Identifier: BSD-3-Clause */
/* A training is the same on any number of ranks, bit by bit, and so is what its model generates. */
#include "../unit/trained.h"

#include <mpi.h>

#include <mdgan/generate.h>

enum { ENTITIES = 200, FRAMES = 20 };

static const mdgan_comm *world(void **const state)
{
    return *state;
}

/* What every rank made must be what rank 0 made, bytes aside that count threads or seconds. */
static void assert_equal_to_serial(const mdgan_train_config *const config, const mdgan_dataset *const data,
                                   const mdgan_comm *const comm)
{
    mdgan_comm *alone = NULL;
    mdgan_error error = {""};
    assert_ok(mdgan_comm_create_serial(&alone, &error), &error);
    mdgan_model *const together = trained(config, data, comm);
    /* Every rank compares; were it rank 0 alone, the others' models would go unseen. */
    mdgan_model *const serial = trained(config, data, alone);
    assert_models_equal(serial, together);
    mdgan_model_destroy(together);
    mdgan_model_destroy(serial);
    mdgan_comm_destroy(alone);
}

static void check_trainings(const mdgan_comm *const comm, const mdgan_init init)
{
    mdgan_dataset data;
    training_data(&data, MDGAN_VELOCITY, true);
    mdgan_train_config c = small_config(init, 5);
    assert_equal_to_serial(&c, &data, comm);
    c.threads = 2;
    c.critic_steps = 3;
    assert_equal_to_serial(&c, &data, comm);
    mdgan_dataset_clear(&data);
}

static void linear_start_is_trained_alike(void **const state)
{
    check_trainings(world(state), MDGAN_INIT_LINEAR);
}

static void random_start_is_trained_alike(void **const state)
{
    check_trainings(world(state), MDGAN_INIT_RANDOM);
}

typedef struct wish {
    bool stops;
    size_t calls;
} wish;

/* Only rank 0's wish counts. */
static bool stop_at_three(void *const context, const mdgan_progress *const p)
{
    wish *const w = context;
    w->calls++;
    return !(w->stops && p->iteration == 3);
}

static void rank_zero_stops_all_and_all_resume(void **const state)
{
    const mdgan_comm *const comm = world(state);
    mdgan_dataset data;
    mdgan_trainer *t = NULL;
    mdgan_model *half = NULL, *parts = NULL;
    mdgan_error error = {""};
    training_data(&data, MDGAN_VELOCITY, true);
    const mdgan_train_config c = small_config(MDGAN_INIT_LINEAR, 6);
    mdgan_model *const whole = trained(&c, &data, comm);
    wish w = {.stops = mdgan_comm_rank(comm) == 0};
    assert_ok(mdgan_trainer_create(&t, &c, &data, comm, &error), &error);
    assert_fails(mdgan_trainer_run(t, stop_at_three, &w, 0, &error), MDGAN_CANCELLED, &error, "3 of 6 iterations");
    assert_int_equal(w.calls, 3);
    assert_ok(mdgan_trainer_model(t, true, &half, &error), &error);
    assert_int_equal(half->resume->iteration, 3);
    mdgan_trainer_destroy(t);
    assert_ok(mdgan_trainer_resume(&t, half, NULL, &data, comm, &error), &error);
    assert_ok(mdgan_trainer_run(t, NULL, NULL, 1e9, &error), &error);
    assert_ok(mdgan_trainer_model(t, true, &parts, &error), &error);
    assert_models_equal(whole, parts);
    mdgan_trainer_destroy(t);
    mdgan_model_destroy(half);
    mdgan_model_destroy(parts);
    mdgan_model_destroy(whole);
    mdgan_dataset_clear(&data);
}

static float *series(const mdgan_model *const model, const mdgan_comm *const comm, const int64_t skipped)
{
    mdgan_generator *g = NULL;
    mdgan_error error = {""};
    const size_t row_size = ENTITIES * model->feature.n_component;
    float *const out = malloc(FRAMES * row_size * sizeof *out);
    assert_ok(mdgan_generator_create(&g, model, ENTITIES, 9, NULL, 1, comm, &error), &error);
    assert_ok(mdgan_generator_skip(g, skipped, &error), &error);
    for (size_t t = 0; t < FRAMES; t++) {
        const float *row;
        assert_ok(mdgan_generator_next(g, &row, &error), &error);
        memcpy(out + t * row_size, row, row_size * sizeof *out);
    }
    mdgan_generator_destroy(g);
    return out;
}

static void series_are_generated_alike(void **const state)
{
    mdgan_comm *alone = NULL;
    mdgan_error error = {""};
    assert_ok(mdgan_comm_create_serial(&alone, &error), &error);
    for (int kind = MDGAN_VELOCITY; kind <= MDGAN_SCALAR; kind++) {
        mdgan_dataset data;
        training_data(&data, (mdgan_kind)kind, true);
        const mdgan_train_config c = small_config(MDGAN_INIT_LINEAR, 2);
        mdgan_model *const model = trained(&c, &data, alone);
        for (int64_t skipped = 0; skipped < 40; skipped += 13) {
            float *const together = series(model, world(state), skipped), *const serial = series(model, alone, skipped);
            assert_vectors_equal("series", together, serial, FRAMES * ENTITIES * 3);
            free(together);
            free(serial);
        }
        mdgan_model_destroy(model);
        mdgan_dataset_clear(&data);
    }
    mdgan_comm_destroy(alone);
}

/* A rank whose data is of no use must not leave the others waiting. */
static void one_rank_in_trouble_stops_all(void **const state)
{
    const mdgan_comm *const comm = world(state);
    mdgan_dataset data;
    mdgan_trainer *t = NULL;
    mdgan_error error = {""};
    training_data(&data, MDGAN_VELOCITY, true);
    const mdgan_train_config c = small_config(MDGAN_INIT_LINEAR, 2);
    if (mdgan_comm_rank(comm) + 1 == mdgan_comm_size(comm)) {
        data.value[5] = NAN;
    }
    assert_fails(mdgan_trainer_create(&t, &c, &data, comm, &error), MDGAN_DATA, &error, "not finite");
    mdgan_dataset_clear(&data);
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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linear_start_is_trained_alike), cmocka_unit_test(random_start_is_trained_alike),
        cmocka_unit_test(rank_zero_stops_all_and_all_resume), cmocka_unit_test(series_are_generated_alike),
        cmocka_unit_test(one_rank_in_trouble_stops_all)};
    MPI_Init(&argc, &argv);
    const int failed = cmocka_run_group_tests(tests, world_open, world_close);
    /* A failed rank has left a collective: waiting for the others would hang. */
    if (failed) {
        MPI_Abort(MPI_COMM_WORLD, failed);
    }
    MPI_Finalize();
    return failed;
}
