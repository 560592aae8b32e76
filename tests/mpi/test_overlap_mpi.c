/* SPDX-License-Identifier: BSD-3-Clause */
/* Training in a thread of every rank: independent members, of which all ranks get the best. */
#include "simulation.h"

static int n_rank;

static mdgan_session *begin(const mdgan_comm *comm, const mdgan_config *config)
{
    mdgan_error error = {""};
    mdgan_session *session = NULL;
    const mdgan_feature feature = velocity();
    const mdgan_host host = host_of(NULL);
    log_text[0] = '\0';
    CHECK(mdgan_session_create(&session, config, &feature, ENTITY, &host, comm, &error) == MDGAN_OK);
    return session;
}

static void test_best_member_wins(const mdgan_comm *comm, const mdgan_comm *serial)
{
    mdgan_error error = {""};
    const mdgan_config config = keywords("yes", "200");
    mdgan_session *const session = begin(comm, &config);
    CHECK(run_until_done(session, 0, world_rank == 0, &error) > FRAMES);
    /* What each member must be on its own; every rank works out all of them. */
    mdgan_session *best = plainly_trained(serial, &config, config.seed);
    bool different = false;
    for (int r = 1; r < n_rank; r++) {
        mdgan_session *const other = plainly_trained(serial, &config, config.seed + (size_t)r);
        const double a = mdgan_session_report(best).training.best_score;
        const double b = mdgan_session_report(other).training.best_score;
        different = different || a != b;
        mdgan_session_destroy(b < a ? best : other);
        best = b < a ? other : best;
    }
    CHECK(different);
    CHECK(same_model(session, best));
    CHECK(mdgan_session_report(session).training.best_score == mdgan_session_report(best).training.best_score);
    CHECK(world_rank != 0 || strstr(log_text, ", one model per rank\n") != NULL);
    CHECK(world_rank != 0 || strstr(log_text, "has the best of 2 models\n") != NULL);
    CHECK(world_rank == 0 || log_text[0] == '\0');
    mdgan_session_destroy(best);
    mdgan_session_destroy(session);
}

/* Good enough on any rank is good enough. */
static void test_target_ends_all(const mdgan_comm *comm)
{
    mdgan_error error = {""};
    mdgan_config config = keywords("yes", "100000000");
    CHECK(mdgan_config_set(&config, "target", "1000000", &error) == MDGAN_OK);
    mdgan_session *const session = begin(comm, &config);
    CHECK(run_until_done(session, 0, world_rank == 0, &error) > FRAMES);
    CHECK(mdgan_session_report(session).training.iteration < 100000000);
    mdgan_session_destroy(session);
}

static const char *has_cancelled(void *context)
{
    (void)context;
    return "enough of it";
}

/* The run ends first: all ranks wait, until rank 0's host has had enough. */
static void test_wait_and_cancel(const mdgan_comm *comm)
{
    mdgan_error error = {""};
    bool done = false;
    const mdgan_config config = keywords("yes", "100000000");
    const mdgan_feature feature = velocity();
    mdgan_session *session = NULL;
    mdgan_host host = host_of(NULL);
    host.cancelled = has_cancelled;
    CHECK(mdgan_session_create(&session, &config, &feature, ENTITY, &host, comm, &error) == MDGAN_OK);
    for (int f = 0; f < FRAMES + 5; f++) {
        CHECK(offer(session, f, world_rank == 0, &done, &error) == MDGAN_OK && !done);
    }
    CHECK(mdgan_session_report(session).overlapping);
    CHECK(mdgan_session_run_ended(session, &error) == MDGAN_OK);
    CHECK(mdgan_session_model(session) != NULL && !mdgan_session_report(session).overlapping);
    mdgan_session_destroy(session);
}

/* What only rank 0 knows of reaches all, and the frame counts on none. */
static void test_bad_frame_reaches_all(const mdgan_comm *comm)
{
    mdgan_error error = {""};
    bool done = false;
    const mdgan_config config = keywords("yes", "3");
    mdgan_session *const session = begin(comm, &config);
    float row[ENTITY] = {NAN};
    CHECK(offer(session, 0, world_rank == 0, &done, &error) == MDGAN_OK);
    CHECK(mdgan_session_offer(session, STRIDE, 1, NULL, row, &done, &error) == MDGAN_DATA);
    CHECK(strstr(error.text, "not a finite number") != NULL);
    CHECK(mdgan_session_report(session).frames == 1);
    mdgan_session_destroy(session);
}

int main(int argc, char **argv)
{
    mdgan_comm *comm = NULL, *serial = NULL;
    mdgan_error error = {""};
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &world_rank);
    MPI_Comm_size(MPI_COMM_WORLD, &n_rank);
    const MPI_Comm world = MPI_COMM_WORLD;
    CHECK(mdgan_comm_create_mpi(&comm, &world, &error) == MDGAN_OK);
    CHECK(mdgan_comm_create_serial(&serial, &error) == MDGAN_OK);
    test_best_member_wins(comm, serial);
    test_target_ends_all(comm);
    test_wait_and_cancel(comm);
    test_bad_frame_reaches_all(comm);
    mdgan_comm_destroy(serial);
    mdgan_comm_destroy(comm);
    MPI_Finalize();
    return 0;
}
