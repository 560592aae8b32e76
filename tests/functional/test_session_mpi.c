/* SPDX-License-Identifier: BSD-3-Clause */
/* A session on several ranks: rank 0 alone has rows and files, all emit the same, and no failure of rank 0 leaves the
 * others waiting. Plain checks instead of cmocka, whose jumps out of a test would leave the other ranks behind. */
#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mdgan/plugin.h>

enum { ENTITY = 24, WINDOW = 16, FRAMES = 2 * WINDOW + 1, STRIDE = 4, N_EMIT = 40 };

static const mdgan_host quiet = {.size = sizeof quiet, .name = "stub"};
static int rank;

static void check(bool ok, int line, const char *what, const mdgan_error *error)
{
    if (ok) {
        return;
    }
    fprintf(stderr, "rank %d, line %d: %s: %s\n", rank, line, what, error->text);
    MPI_Abort(MPI_COMM_WORLD, 1);
}
#define CHECK(condition) check(condition, __LINE__, #condition, &error)

static mdgan_feature position(void)
{
    return (mdgan_feature){.name = "walk", .kind = MDGAN_POSITION, .n_component = 1, .dt = 1, .stride = STRIDE};
}

static mdgan_config keywords(void)
{
    mdgan_config config = mdgan_config_defaults();
    const char *const pairs[][2] = {{"iterations", "3"}, {"batch", "16"}, {"channels", "8"}, {"hidden", "8"}};
    config.window = WINDOW;
    for (size_t i = 0; i < 4; i++) {
        mdgan_config_set(&config, pairs[i][0], pairs[i][1], NULL);
    }
    return config;
}

static bool offer_all(mdgan_session *session, mdgan_error *error)
{
    bool done = false;
    for (int f = 0; f < FRAMES; f++) {
        float row[ENTITY];
        for (int e = 0; e < ENTITY; e++) {
            row[e] = (float)(sin(0.7 * f + 2.4 * e) + 0.1 * sin(3.1 * f * e));
        }
        if (mdgan_session_offer(session, f * STRIDE, f, NULL, rank == 0 ? row : NULL, &done, error) != MDGAN_OK) {
            return false;
        }
    }
    return done;
}

/* Every rank must get what rank 0 gets. */
static bool emit_same(mdgan_session *session, int n, double *sum, mdgan_error *error)
{
    for (int f = 0; f < n; f++) {
        const float *row = NULL;
        float root[ENTITY];
        if (mdgan_session_emit(session, &row, error) != MDGAN_OK) {
            return false;
        }
        memcpy(root, row, sizeof root);
        MPI_Bcast(root, ENTITY, MPI_FLOAT, 0, MPI_COMM_WORLD);
        if (memcmp(root, row, sizeof root) != 0) {
            return false;
        }
        for (int e = 0; e < ENTITY; e++) {
            *sum += row[e] * (1 + e + ENTITY * f);
        }
    }
    return true;
}

static void test_life_and_restart(const mdgan_comm *comm)
{
    const mdgan_feature feature = position();
    const mdgan_config config = keywords();
    mdgan_error error = {""};
    mdgan_session *session = NULL;
    mdgan_session *again = NULL;
    void *bytes = NULL;
    size_t n_byte = 0;
    double head = 0, tail = 0, tail_again = 0;
    CHECK(mdgan_session_create(&session, &config, &feature, ENTITY, &quiet, comm, &error) == MDGAN_OK);
    CHECK(offer_all(session, &error));
    CHECK(mdgan_session_train(session, &error) == MDGAN_OK);
    CHECK(emit_same(session, 7, &head, &error));
    CHECK(mdgan_session_pack(session, &bytes, &n_byte, &error) == MDGAN_OK);
    CHECK((bytes != NULL) == (rank == 0) && (n_byte > 0) == (rank == 0));
    CHECK(emit_same(session, N_EMIT, &tail, &error));

    CHECK(mdgan_session_create(&again, &config, &feature, ENTITY, &quiet, comm, &error) == MDGAN_OK);
    CHECK(mdgan_session_unpack(again, bytes, n_byte, &error) == MDGAN_OK);
    CHECK(mdgan_session_report(again).emitted == 7 && mdgan_session_report(again).frames == FRAMES);
    CHECK(emit_same(again, N_EMIT, &tail_again, &error));
    CHECK(tail == tail_again);

    if (rank == 0) {
        ((char *)bytes)[n_byte / 2] ^= 1;
    }
    CHECK(mdgan_session_unpack(again, bytes, n_byte, &error) == MDGAN_FORMAT);
    CHECK(strstr(error.text, "checksum") != NULL); /* on every rank */
    free(bytes);
    mdgan_session_destroy(session);
    mdgan_session_destroy(again);
}

/* Only rank 0 reads the file, and all must go on from the same weights. */
static void test_resume(const mdgan_comm *comm)
{
    const mdgan_feature feature = position();
    mdgan_config config = keywords();
    mdgan_error error = {""};
    mdgan_session *session = NULL;
    double sum = 0;
    int id = (int)getpid();
    MPI_Bcast(&id, 1, MPI_INT, 0, MPI_COMM_WORLD);
    snprintf(config.save, sizeof config.save, "/tmp/mdgan-test-%d.h5", id);
    CHECK(mdgan_session_create(&session, &config, &feature, ENTITY, &quiet, comm, &error) == MDGAN_OK);
    CHECK(offer_all(session, &error) && mdgan_session_train(session, &error) == MDGAN_OK);
    mdgan_session_destroy(session);
    strcpy(config.resume, config.save);
    config.iterations = 5;
    CHECK(mdgan_session_create(&session, &config, &feature, ENTITY, &quiet, comm, &error) == MDGAN_OK);
    CHECK(offer_all(session, &error) && mdgan_session_train(session, &error) == MDGAN_OK);
    CHECK(mdgan_session_report(session).training.iteration == 5);
    CHECK(emit_same(session, N_EMIT, &sum, &error));
    mdgan_session_destroy(session);
    strcpy(config.resume, "/no/such/model.h5");
    CHECK(mdgan_session_create(&session, &config, &feature, ENTITY, &quiet, comm, &error) == MDGAN_FILE);
    if (rank == 0) {
        CHECK(remove(config.save) == 0);
    }
}

static void test_failures_reach_all_ranks(const mdgan_comm *comm)
{
    const mdgan_feature feature = position();
    mdgan_config config = keywords();
    mdgan_error error = {""};
    mdgan_session *session = NULL;
    strcpy(config.load, "/no/such/model.h5");
    CHECK(mdgan_session_create(&session, &config, &feature, ENTITY, &quiet, comm, &error) == MDGAN_FILE);
    CHECK(session == NULL && strstr(error.text, "/no/such/model.h5") != NULL);

    config = keywords();
    CHECK(mdgan_session_create(&session, &config, &feature, ENTITY, &quiet, comm, &error) == MDGAN_OK);
    CHECK(mdgan_session_load(session, "/no/such/model.h5", &error) == MDGAN_FILE);
    CHECK(offer_all(session, &error));
    CHECK(mdgan_session_train(session, &error) == MDGAN_OK);
    CHECK(mdgan_session_save(session, "/no/such/model.h5", &error) == MDGAN_FILE);
    CHECK(mdgan_session_model(session) != NULL);
    mdgan_session_destroy(session);
}

/* rank 0 reads the file, the others get the model from it */
static void test_save_and_load(const mdgan_comm *comm)
{
    const mdgan_feature feature = position();
    mdgan_config config = keywords();
    mdgan_error error = {""};
    mdgan_session *session = NULL;
    double first = 0, second = 0;
    int id = (int)getpid();
    MPI_Bcast(&id, 1, MPI_INT, 0, MPI_COMM_WORLD);
    snprintf(config.save, sizeof config.save, "/tmp/mdgan-test-%d.h5", id);
    CHECK(mdgan_session_create(&session, &config, &feature, ENTITY, &quiet, comm, &error) == MDGAN_OK);
    CHECK(offer_all(session, &error));
    CHECK(mdgan_session_train(session, &error) == MDGAN_OK);
    CHECK(emit_same(session, N_EMIT, &first, &error));
    CHECK(mdgan_session_load(session, config.save, &error) == MDGAN_OK);
    CHECK(emit_same(session, N_EMIT, &second, &error));
    CHECK(first == second);
    mdgan_session_destroy(session);
    if (rank == 0) {
        CHECK(remove(config.save) == 0);
    }
}

int main(int argc, char **argv)
{
    mdgan_comm *comm = NULL;
    mdgan_error error = {""};
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    const MPI_Comm world = MPI_COMM_WORLD;
    CHECK(mdgan_comm_create_mpi(&comm, &world, &error) == MDGAN_OK);
    test_life_and_restart(comm);
    test_failures_reach_all_ranks(comm);
    test_save_and_load(comm);
    test_resume(comm);
    mdgan_comm_destroy(comm);
    MPI_Finalize();
    return 0;
}
