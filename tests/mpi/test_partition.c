/* SPDX-License-Identifier: BSD-3-Clause */
/* Training on the ranks of another partition: ranks 0 and 1 simulate, rank 2 (and any further one) trains. */
#include "simulation.h"

#include "message.h"

enum { N_SIMULATION = 2, TAG = 77 };

static mdgan_session *begin(const mdgan_comm *comm, const mdgan_config *config, const mdgan_peer *peer)
{
    mdgan_error error = {""};
    mdgan_session *session = NULL;
    const mdgan_feature feature = velocity();
    const mdgan_host host = host_of(world_rank == 0 ? peer : NULL);
    log_text[0] = '\0';
    CHECK(mdgan_session_create(&session, config, &feature, ENTITY, &host, comm, &error) == MDGAN_OK);
    return session;
}

/* The same model as that of a plain training, since one partition is one member. */
static void test_equals_the_plain_training(const mdgan_comm *comm, const mdgan_comm *serial, const mdgan_peer *peer)
{
    mdgan_error error = {""};
    const mdgan_config config = keywords("partition", "200");
    mdgan_session *const session = begin(comm, &config, peer);
    CHECK(run_until_done(session, 0, world_rank == 0, &error) > FRAMES);
    mdgan_session *const plain = plainly_trained(serial, &config, config.seed);
    CHECK(same_model(session, plain));
    CHECK(mdgan_session_report(session).training.iteration == 200);
    CHECK(world_rank != 0 || strstr(log_text, " beside the run, on another partition\n") != NULL);
    CHECK(world_rank != 0 || strstr(log_text, "mdgan: training on 24 entities x 32 frames") != NULL);
    mdgan_session_destroy(plain);
    mdgan_session_destroy(session);
}

/* The run ends before the training: both ranks wait for it. */
static void test_wait_at_the_end(const mdgan_comm *comm, const mdgan_peer *peer)
{
    mdgan_error error = {""};
    bool done = false;
    const mdgan_config config = keywords("partition", "400");
    mdgan_session *const session = begin(comm, &config, peer);
    for (int f = 0; f < FRAMES + 3; f++) {
        CHECK(offer(session, f, world_rank == 0, &done, &error) == MDGAN_OK && !done);
    }
    CHECK(mdgan_session_run_ended(session, &error) == MDGAN_OK);
    CHECK(mdgan_session_report(session).training.iteration == 400);
    mdgan_session_destroy(session);
}

/* Destroyed, and given up for another training, in the middle: the other side gets to know. */
static void test_giving_up(const mdgan_comm *comm, const mdgan_peer *peer)
{
    mdgan_error error = {""};
    bool done = false;
    const mdgan_config config = keywords("partition", "100000000");
    mdgan_session *session = begin(comm, &config, peer);
    for (int f = 0; f < FRAMES; f++) {
        CHECK(offer(session, f, world_rank == 0, &done, &error) == MDGAN_OK && !done);
    }
    const char *const words[] = {"iterations", "3"};
    CHECK(mdgan_session_set(session, 2, words, &error) == MDGAN_OK);
    CHECK(mdgan_session_train(session, &error) == MDGAN_OK);
    CHECK(mdgan_session_report(session).training.iteration == 3);
    mdgan_session_destroy(session);

    session = begin(comm, &config, peer);
    for (int f = 0; f < FRAMES + 100; f++) {
        nap();
        CHECK(offer(session, f, world_rank == 0, &done, &error) == MDGAN_OK && !done);
    }
    CHECK(mdgan_session_report(session).overlapping);
    mdgan_session_destroy(session);
}

/* A session that never trains says goodbye as well. */
static void test_goodbye(const mdgan_comm *comm, const mdgan_peer *peer)
{
    const mdgan_config config = keywords("partition", "3");
    mdgan_session_destroy(begin(comm, &config, peer));
}

/* A training that fails there is told here, and the other side serves on. */
static void test_failure_is_told(const mdgan_comm *comm, const mdgan_peer *peer)
{
    mdgan_error error = {""};
    bool done = false;
    const mdgan_config config = keywords("partition", "3");
    mdgan_session *const session = begin(comm, &config, peer);
    const float row[ENTITY] = {0}; /* all the same: nothing to learn */
    for (int f = 0; f < MANY && !done; f++) {
        nap();
        CHECK(mdgan_session_offer(session, (int64_t)f * STRIDE, f, NULL, row, &done, &error) == MDGAN_OK);
    }
    CHECK(done && mdgan_session_model(session) == NULL);
    CHECK(world_rank != 0 || strstr(log_text, "mdgan: the training beside the run failed: ") != NULL);
    mdgan_session_destroy(session);
}

/* The other side has been stopped by its own host: the session does without. */
static void test_server_leaves(const mdgan_comm *comm, const mdgan_peer *peer)
{
    mdgan_error error = {""};
    const mdgan_config config = keywords("partition", "3");
    mdgan_session *const session = begin(comm, &config, peer);
    CHECK(run_until_done(session, 0, world_rank == 0, &error) == FRAMES + 1);
    CHECK(world_rank != 0 ||
          strstr(log_text, "the host of the training partition has ended: enough of it; it is left for "
                           "the end of the run\n") != NULL);
    CHECK(mdgan_session_run_ended(session, &error) == MDGAN_OK); /* and trains here */
    CHECK(mdgan_session_model(session) != NULL);
    mdgan_session_destroy(session);
}

static void send_head(const mdgan_peer *peer, message_type type)
{
    mdgan_error error = {""};
    message_head head;
    mdgan_sending *sending = NULL;
    message_head_fill(&head, type, 1, sizeof head);
    CHECK(mdgan_peer_send(peer, &head, sizeof head, NULL, 0, &sending, &error) == MDGAN_OK);
    mdgan_sending_destroy(sending, 10);
}

/* Nobody serves: an error soon, and whoever comes too late leaves at once. */
static void test_nobody_serves(const mdgan_comm *comm, const mdgan_peer *peer)
{
    mdgan_error error = {""};
    mdgan_session *session = NULL;
    const mdgan_config config = keywords("partition", "3");
    const mdgan_feature feature = velocity();
    const mdgan_host host = host_of(world_rank == 0 ? peer : NULL);
    CHECK(mdgan_session_create(&session, &config, &feature, ENTITY, &host, comm, &error) == MDGAN_PARALLEL);
    CHECK(session == NULL && strstr(error.text, "run `mdgan serve` there, once for each such fix") != NULL);
}

/* Bytes that make no sense end the service with an error, and do not crash it. */
static void send_nonsense(const mdgan_peer *peer, int kind)
{
    mdgan_error error = {""};
    mdgan_sending *sending = NULL;
    send_head(peer, MESSAGE_HELLO);
    message_train m = {.n_entity = UINT64_MAX / 2, .n_frame = 3, .interval = 1};
    mdgan_feature feature = velocity();
    m.feature = wire_feature_of(&feature);
    m.config = mdgan_train_config_defaults(MDGAN_INIT_LINEAR);
    message_head_fill(&m.head, MESSAGE_TRAIN, 1, sizeof m);
    if (kind == 0) {
        m.head.magic[0] = 'X';
    } else if (kind == 1) {
        m.head.n_byte++;
    } else if (kind == 2) {
        m.head.type = 99;
    } else if (kind == 3) {
        m.head.version++;
    } else if (kind == 4) {
        m.config.size--;
    } else if (kind == 5) {
        m.feature.n_component = 0;
    } /* 6: the lengths as they are */
    CHECK(mdgan_peer_send(peer, &m, kind == 7 ? 9 : sizeof m, NULL, 0, &sending, &error) == MDGAN_OK);
    mdgan_sending_destroy(sending, 10);
    /* It says why it leaves. */
    message answer = {.bytes = NULL};
    while (answer.type != MESSAGE_CLOSED) {
        nap();
        message_clear(&answer);
        CHECK(message_receive(peer, &answer, &error) == MDGAN_OK);
    }
    CHECK(message_read_failed(&answer, &error) != MDGAN_OK);
    message_clear(&answer);
}

enum { N_NONSENSE = 8 };

/* A long message travels whole, and in order with short ones. */
static void test_messages(const mdgan_peer *peer, bool sends)
{
    enum { LONG = 5000000 };
    mdgan_error error = {""};
    mdgan_sending *first = NULL, *second = NULL;
    char *const bytes = malloc(LONG);
    for (size_t i = 0; i < LONG; i++) {
        bytes[i] = (char)(i * 31 % 251);
    }
    if (sends) {
        CHECK(mdgan_peer_send(peer, "head", 4, bytes, LONG, &first, &error) == MDGAN_OK);
        CHECK(mdgan_peer_send(peer, "", 0, NULL, 0, &second, &error) == MDGAN_OK);
        mdgan_sending_destroy(first, 60);
        mdgan_sending_destroy(second, 60);
    } else {
        void *got[2] = {NULL, NULL};
        size_t n[2] = {0, 0};
        for (int i = 0; i < 2; i++) {
            while (got[i] == NULL) {
                nap();
                CHECK(mdgan_peer_receive(peer, &got[i], &n[i], &error) == MDGAN_OK);
            }
        }
        CHECK(n[0] == LONG + 4 && n[1] == 0);
        CHECK(memcmp(got[0], "head", 4) == 0 && memcmp((char *)got[0] + 4, bytes, LONG) == 0);
        free(got[0]);
        free(got[1]);
    }
    free(bytes);
}

static void test_bad_peers(void)
{
    mdgan_error error = {""};
    mdgan_peer *peer = NULL;
    const MPI_Comm world = MPI_COMM_WORLD, none = MPI_COMM_NULL;
    CHECK(mdgan_peer_create(&peer, &world, 1000, TAG, &error) == MDGAN_INVALID && peer == NULL);
    CHECK(mdgan_peer_create(&peer, &world, 0, -1, &error) == MDGAN_INVALID);
    CHECK(mdgan_peer_create(&peer, &none, 0, TAG, &error) == MDGAN_PARALLEL);
    CHECK(mdgan_peer_create(&peer, NULL, 0, TAG, &error) == MDGAN_PARALLEL);
    mdgan_peer_destroy(NULL);
    mdgan_sending_destroy(NULL, 1);
    CHECK(mdgan_sending_done(NULL));
}

static void simulate(const mdgan_comm *comm, const mdgan_comm *serial, const mdgan_peer *peer)
{
    test_equals_the_plain_training(comm, serial, peer);
    test_wait_at_the_end(comm, peer);
    test_giving_up(comm, peer);
    test_goodbye(comm, peer);
    test_failure_is_told(comm, peer);
    if (world_rank == 0) { /* left behind: by no means of the next session */
        send_head(peer, MESSAGE_STOP);
        send_head(peer, MESSAGE_GOODBYE);
    }
    test_server_leaves(comm, peer);
    test_nobody_serves(comm, peer);
    MPI_Barrier(MPI_COMM_WORLD);
    for (int i = 0; world_rank == 0 && i < N_NONSENSE; i++) {
        send_nonsense(peer, i);
    }
    if (world_rank == 0) {
        test_messages(peer, true);
    }
}

/* As soon as there is a session. */
static const char *has_cancelled(void *context)
{
    (void)context;
    return strstr(log_text, "the other partition collects") != NULL ? "enough of it" : NULL;
}

/* As many sessions as simulate() has. */
static void serve(const mdgan_comm *comm, const mdgan_peer *peer)
{
    enum { N_SESSION = 6 };
    mdgan_error error = {""};
    mdgan_host host = host_of(NULL);
    for (int i = 0; i < N_SESSION; i++) {
        CHECK(mdgan_serve(peer, comm, &host, &error) == MDGAN_OK);
        CHECK(strstr(log_text, "mdgan: no more trainings for the other partition\n") != NULL);
        log_text[0] = '\0';
    }
    host.cancelled = has_cancelled;
    CHECK(mdgan_serve(peer, comm, &host, &error) == MDGAN_CANCELLED);
    host.cancelled = NULL;
    MPI_Barrier(MPI_COMM_WORLD);
    CHECK(mdgan_serve(peer, comm, &host, &error) == MDGAN_OK); /* too late */
    for (int i = 0; i < N_NONSENSE; i++) {
        const mdgan_status expected = i == 3 || i == 4 ? MDGAN_VERSION : i == 5 ? MDGAN_INVALID : MDGAN_FORMAT;
        CHECK(mdgan_serve(peer, comm, &host, &error) == expected);
    }
    CHECK(mdgan_serve(NULL, comm, &host, &error) == MDGAN_INVALID);
    test_messages(peer, false);
}

int main(int argc, char **argv)
{
    mdgan_comm *comm = NULL, *serial = NULL;
    mdgan_peer *peer = NULL;
    mdgan_error error = {""};
    MPI_Comm part = MPI_COMM_NULL;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &world_rank);
    const MPI_Comm world = MPI_COMM_WORLD;
    const bool simulates = world_rank < N_SIMULATION;
    MPI_Comm_split(MPI_COMM_WORLD, simulates, world_rank, &part);
    CHECK(mdgan_comm_create_mpi(&comm, &part, &error) == MDGAN_OK);
    CHECK(mdgan_comm_create_serial(&serial, &error) == MDGAN_OK);
    CHECK(mdgan_peer_create(&peer, &world, simulates ? N_SIMULATION : 0, TAG, &error) == MDGAN_OK);
    test_bad_peers();
    if (simulates) {
        simulate(comm, serial, peer);
    } else {
        serve(comm, peer);
    }
    mdgan_peer_destroy(peer);
    mdgan_comm_destroy(serial);
    mdgan_comm_destroy(comm);
    MPI_Comm_free(&part);
    MPI_Finalize();
    return 0;
}
