/* SPDX-License-Identifier: BSD-3-Clause */
/* Messages between two groups of ranks, point to point. A message is a short header with its length, then its bytes in
 * pieces that MPI's int counts can carry. All its sends begin at once, so that whoever has seen a header may wait for
 * the rest. */
#include <mdgan/peer.h>
#include <mpi.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const size_t piece_limit = (size_t)1 << 30;

enum { TAG_MAX = 32767 /* MPI guarantees no more */ };

struct mdgan_peer {
    MPI_Comm retained;
    int rank, tag;
};

typedef struct envelope {
    char magic[8];
    uint64_t n_byte;
} envelope;

static const char magic[8] = "MDGANMSG"; /* all eight bytes, no end */

struct mdgan_sending {
    envelope envelope;
    size_t n_request;
    MPI_Request *request; /* header first, then the pieces */
    char *bytes;
};

static mdgan_status peer_fail(const int code, const char *const what, mdgan_error *const error)
{
    char text[MPI_MAX_ERROR_STRING] = "";
    int length = 0;
    MPI_Error_string(code, text, &length);
    return mdgan_fail(error, MDGAN_PARALLEL, "%s the other partition failed: %s", what, text);
}

mdgan_status mdgan_peer_create(mdgan_peer **const peer, const void *const mpi_comm, const size_t rank, const int tag,
                               mdgan_error *const error)
{
    int initialised = 0, finalised = 0, size = 0;
    *peer = NULL;
    MPI_Initialized(&initialised);
    MPI_Finalized(&finalised);
    if (!initialised || finalised || !mpi_comm || *(const MPI_Comm *)mpi_comm == MPI_COMM_NULL) {
        return mdgan_fail(error, MDGAN_PARALLEL, "no MPI communicator was given, or MPI is not running");
    }
    const MPI_Comm comm = *(const MPI_Comm *)mpi_comm;
    MPI_Comm_size(comm, &size);
    if (rank >= (size_t)size || tag < 0 || tag > TAG_MAX) {
        return mdgan_fail(error, MDGAN_INVALID, "peer of rank %zu and tag %d: ranks are below %d, tags from 0 to %d",
                          rank, tag, size, TAG_MAX);
    }
    mdgan_peer *const made = malloc(sizeof *made);
    if (!made) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for a peer");
    }
    *made = (mdgan_peer){.retained = comm, .rank = (int)rank, .tag = tag};
    *peer = made;
    return MDGAN_OK;
}

void mdgan_peer_destroy(mdgan_peer *const peer)
{
    free(peer);
}

static void sending_free(mdgan_sending *const s)
{
    free(s->request);
    free(s->bytes);
    free(s);
}

/* Room for everything that MPI will need to find in place; NULL if there is none. */
static mdgan_sending *sending_create(const size_t n_byte)
{
    mdgan_sending *const s = calloc(1, sizeof *s);
    if (!s) {
        return NULL;
    }
    s->n_request = 1 + (n_byte + piece_limit - 1) / piece_limit;
    s->request = calloc(s->n_request, sizeof(MPI_Request));
    s->bytes = malloc(n_byte + 1);
    if (!s->request || !s->bytes) {
        sending_free(s);
        return NULL;
    }
    for (size_t i = 0; i < s->n_request; i++) {
        s->request[i] = MPI_REQUEST_NULL;
    }
    memcpy(s->envelope.magic, magic, sizeof magic);
    s->envelope.n_byte = n_byte;
    return s;
}

static int begin_sends(const mdgan_peer *const peer, mdgan_sending *const s)
{
    size_t left = (size_t)s->envelope.n_byte;
    int code = MPI_Isend(&s->envelope, (int)sizeof s->envelope, MPI_BYTE, peer->rank, peer->tag, peer->retained,
                         &s->request[0]);
    for (size_t i = 1; i < s->n_request && code == MPI_SUCCESS; i++) {
        const size_t piece = left < piece_limit ? left : piece_limit;
        code = MPI_Isend(s->bytes + (i - 1) * piece_limit, (int)piece, MPI_BYTE, peer->rank, peer->tag, peer->retained,
                         &s->request[i]);
        left -= piece;
    }
    return code;
}

mdgan_status mdgan_peer_send(const mdgan_peer *const peer, const void *const head, const size_t n_head,
                             const void *const body, const size_t n_body, mdgan_sending **const sending,
                             mdgan_error *const error)
{
    *sending = NULL;
    mdgan_sending *const s = sending_create(n_head + n_body);
    if (!s) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for a message of %zu bytes to the other partition",
                          n_head + n_body);
    }
    memcpy(s->bytes, head, n_head);
    if (n_body > 0) {
        memcpy(s->bytes + n_head, body, n_body);
    }
    *sending = s; /* also after an error: some of it may be on its way */
    const int code = begin_sends(peer, s);
    return code == MPI_SUCCESS ? MDGAN_OK : peer_fail(code, "sending to", error);
}

bool mdgan_sending_done(mdgan_sending *const s)
{
    int done = 1;
    /* After MPI_Finalize nothing can be on its way. */
    int finalised = 0;
    MPI_Finalized(&finalised);
    if (s && !finalised) {
        MPI_Testall((int)s->n_request, s->request, &done, MPI_STATUSES_IGNORE);
    }
    return done;
}

static double clock_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void mdgan_sending_destroy(mdgan_sending *const s, const double seconds)
{
    static const struct timespec nap = {.tv_nsec = 1000000};
    if (!s) {
        return;
    }
    const double end = clock_seconds() + seconds;
    bool done = mdgan_sending_done(s);
    while (!done && clock_seconds() < end) {
        nanosleep(&nap, NULL);
        done = mdgan_sending_done(s);
    }
    if (done) {
        sending_free(s);
        return;
    }
    /* MPI reads from the buffer until the message has left, perhaps never: it must stay. */
    for (size_t i = 0; i < s->n_request; i++) {
        if (s->request[i] != MPI_REQUEST_NULL) {
            MPI_Request_free(&s->request[i]);
        }
    }
}

static int receive_pieces(const mdgan_peer *const peer, char *bytes, size_t n_byte)
{
    int code = MPI_SUCCESS;
    while (n_byte > 0 && code == MPI_SUCCESS) {
        const size_t piece = n_byte < piece_limit ? n_byte : piece_limit;
        code = MPI_Recv(bytes, (int)piece, MPI_BYTE, peer->rank, peer->tag, peer->retained, MPI_STATUS_IGNORE);
        bytes += piece;
        n_byte -= piece;
    }
    return code;
}

/* Reads the header of the message that a probe has seen. */
static mdgan_status receive_envelope(const mdgan_peer *const peer, const MPI_Status *const seen, envelope *const e,
                                     mdgan_error *const error)
{
    int n = 0;
    MPI_Get_count(seen, MPI_BYTE, &n);
    if (n != (int)sizeof *e) {
        return mdgan_fail(error, MDGAN_FORMAT,
                          "the other partition sent %d bytes that are no message of mdgan: nobody else may use tag %d",
                          n, peer->tag);
    }
    const int code = MPI_Recv(e, (int)sizeof *e, MPI_BYTE, peer->rank, peer->tag, peer->retained, MPI_STATUS_IGNORE);
    if (code != MPI_SUCCESS) {
        return peer_fail(code, "receiving from", error);
    }
    if (memcmp(e->magic, magic, sizeof magic) != 0) {
        return mdgan_fail(error, MDGAN_FORMAT,
                          "the other partition sent what is no message of mdgan: is it of the "
                          "same version, and nobody else using tag %d?",
                          peer->tag);
    }
    return MDGAN_OK;
}

mdgan_status mdgan_peer_receive(const mdgan_peer *const peer, void **const bytes, size_t *const n_byte,
                                mdgan_error *const error)
{
    int there = 0;
    MPI_Status seen;
    envelope e;
    *bytes = NULL;
    *n_byte = 0;
    int code = MPI_Iprobe(peer->rank, peer->tag, peer->retained, &there, &seen);
    if (code != MPI_SUCCESS) {
        return peer_fail(code, "asking", error);
    }
    if (!there) {
        return MDGAN_OK;
    }
    const mdgan_status status = receive_envelope(peer, &seen, &e, error);
    if (status != MDGAN_OK) {
        return status;
    }
    char *const made = e.n_byte < SIZE_MAX ? malloc((size_t)e.n_byte + 1) : NULL;
    if (!made) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for a message of %llu bytes from the other partition",
                          (unsigned long long)e.n_byte);
    }
    code = receive_pieces(peer, made, (size_t)e.n_byte);
    if (code != MPI_SUCCESS) {
        free(made);
        return peer_fail(code, "receiving from", error);
    }
    *bytes = made;
    *n_byte = (size_t)e.n_byte;
    return MDGAN_OK;
}
