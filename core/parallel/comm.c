/* SPDX-License-Identifier: BSD-3-Clause */
/* The only caller of MPI. */
#include "comm.h"

#include <limits.h>
#include <mpi.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* MPI counts are ints: longer messages travel in pieces of at most this many bytes. */
static const size_t piece_limit = (size_t)1 << 30;

enum {
    TREE_TAG = 1,
    BLOCK = 4096 /* values that are added up at a time: they stay in the cache meanwhile */
};

struct mdgan_comm {
    bool parallel; /* false: one rank, MPI is never called */
    MPI_Comm mpi;
    int rank, size;
    int *count, *displacement; /* [size] scratch of gathers, here because failing to allocate there would be a hang */
};

static mdgan_status mpi_fail(const int code, const char *const what, mdgan_error *const error)
{
    char text[MPI_MAX_ERROR_STRING] = "";
    int length = 0;
    MPI_Error_string(code, text, &length);
    return mdgan_fail(error, MDGAN_PARALLEL, "%s failed between ranks: %s", what, text);
}

mdgan_status mdgan_comm_create_serial(mdgan_comm **const comm, mdgan_error *const error)
{
    *comm = calloc(1, sizeof **comm);
    if (!*comm) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for a communicator");
    }
    (*comm)->size = 1;
    return MDGAN_OK;
}

/* A communicator without its duplicate yet; NULL if out of memory. */
static mdgan_comm *comm_allocate(const MPI_Comm original)
{
    mdgan_comm *comm = calloc(1, sizeof *comm);
    if (!comm) {
        return NULL;
    }
    MPI_Comm_rank(original, &comm->rank);
    MPI_Comm_size(original, &comm->size);
    comm->mpi = MPI_COMM_NULL;
    comm->count = calloc((size_t)comm->size, sizeof(int));
    comm->displacement = calloc((size_t)comm->size, sizeof(int));
    if (comm->count && comm->displacement) {
        return comm;
    }
    mdgan_comm_destroy(comm);
    return NULL;
}

mdgan_status mdgan_comm_create_mpi(mdgan_comm **const comm, const void *const mpi_comm, mdgan_error *const error)
{
    *comm = NULL;
    int initialised = 0, finalised = 0;
    MPI_Initialized(&initialised);
    MPI_Finalized(&finalised);
    if (!initialised || finalised) {
        return mdgan_fail(error, MDGAN_PARALLEL,
                          "MPI is not running; call MPI_Init first or use a serial communicator");
    }
    if (!mpi_comm || *(const MPI_Comm *)mpi_comm == MPI_COMM_NULL) {
        return mdgan_fail(error, MDGAN_PARALLEL, "no MPI communicator was given");
    }

    const MPI_Comm original = *(const MPI_Comm *)mpi_comm;
    mdgan_comm *made = comm_allocate(original);
    int good = made != NULL;
    int code = MPI_Allreduce(MPI_IN_PLACE, &good, 1, MPI_INT, MPI_MIN, original);
    if (code == MPI_SUCCESS && good) {
        code = MPI_Comm_dup(original, &made->mpi);
    }
    if (code != MPI_SUCCESS || !good) {
        mdgan_comm_destroy(made);
        return good ? mpi_fail(code, "duplicating the communicator", error)
                    : mdgan_fail(error, MDGAN_MEMORY, "no memory for a communicator on at least one rank");
    }
    /* The host's handler may abort; here a failure becomes a status. */
    MPI_Comm_set_errhandler(made->mpi, MPI_ERRORS_RETURN);
    made->parallel = true;
    *comm = made;
    return MDGAN_OK;
}

void mdgan_comm_destroy(mdgan_comm *const comm)
{
    if (!comm) {
        return;
    }
    int finalised = 0;
    if (comm->parallel) {
        MPI_Finalized(&finalised);
    }
    if (comm->parallel && !finalised) {
        MPI_Comm_free(&comm->mpi);
    }
    free(comm->count);
    free(comm->displacement);
    free(comm);
}

size_t mdgan_comm_rank(const mdgan_comm *const comm)
{
    return (size_t)comm->rank;
}

size_t mdgan_comm_size(const mdgan_comm *const comm)
{
    return (size_t)comm->size;
}

static mdgan_status broadcast_from(const mdgan_comm *const comm, const int root, void *const bytes, size_t n_byte,
                                   mdgan_error *const error)
{
    char *at = bytes;
    while (n_byte) {
        const size_t piece = n_byte < piece_limit ? n_byte : piece_limit;
        const int code = MPI_Bcast(at, (int)piece, MPI_BYTE, root, comm->mpi);
        if (code != MPI_SUCCESS) {
            return mpi_fail(code, "a broadcast", error);
        }
        at += piece;
        n_byte -= piece;
    }
    return MDGAN_OK;
}

mdgan_status mdgan_comm_broadcast(const mdgan_comm *const comm, void *const bytes, const size_t n_byte,
                                  mdgan_error *const error)
{
    return comm->parallel ? broadcast_from(comm, 0, bytes, n_byte, error) : MDGAN_OK;
}

mdgan_status mdgan_comm_broadcast_from(const mdgan_comm *const comm, const size_t root, void *const bytes,
                                       const size_t n_byte, mdgan_error *const error)
{
    return comm->parallel ? broadcast_from(comm, (int)root, bytes, n_byte, error) : MDGAN_OK;
}

mdgan_status mdgan_comm_max(const mdgan_comm *const comm, double *const values, const size_t n,
                            mdgan_error *const error)
{
    if (!comm->parallel) {
        return MDGAN_OK;
    }
    const int code = MPI_Allreduce(MPI_IN_PLACE, values, (int)n, MPI_DOUBLE, MPI_MAX, comm->mpi);
    return code == MPI_SUCCESS ? MDGAN_OK : mpi_fail(code, "a reduction", error);
}

mdgan_status mdgan_comm_wait(const mdgan_comm *const comm, mdgan_error *const error)
{
    /* MPI_Barrier spins; a millisecond of delay is nothing where a training is waited for. */
    static const struct timespec nap = {.tv_nsec = 1000000};
    if (!comm->parallel) {
        return MDGAN_OK;
    }
    MPI_Request request = MPI_REQUEST_NULL;
    int done = 0;
    int code = MPI_Ibarrier(comm->mpi, &request);
    if (code == MPI_SUCCESS) {
        code = MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    }
    while (code == MPI_SUCCESS && !done) {
        nanosleep(&nap, NULL);
        code = MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    }
    return code == MPI_SUCCESS ? MDGAN_OK : mpi_fail(code, "a barrier", error);
}

mdgan_status mdgan_comm_gather_floats(const mdgan_comm *const comm, float *const values, const size_t *const offset,
                                      mdgan_error *const error)
{
    if (!comm->parallel) {
        return MDGAN_OK;
    }
    mdgan_status status = MDGAN_OK;
    if (offset[comm->size] > INT_MAX) {
        for (int rank = 0; rank < comm->size && status == MDGAN_OK; rank++) {
            status = broadcast_from(comm, rank, values + offset[rank],
                                    (offset[rank + 1] - offset[rank]) * sizeof(float), error);
        }
        return status;
    }
    for (int rank = 0; rank < comm->size; rank++) {
        comm->count[rank] = (int)(offset[rank + 1] - offset[rank]);
        comm->displacement[rank] = (int)offset[rank];
    }
    const int code = MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, values, comm->count, comm->displacement,
                                    MPI_FLOAT, comm->mpi);
    return code == MPI_SUCCESS ? MDGAN_OK : mpi_fail(code, "a gather", error);
}

mdgan_status mdgan_comm_agree(const mdgan_comm *const comm, const mdgan_status status, mdgan_error *const error)
{
    if (!comm->parallel) {
        return status;
    }
    int first = status != MDGAN_OK ? comm->rank : comm->size;
    int code = MPI_Allreduce(MPI_IN_PLACE, &first, 1, MPI_INT, MPI_MIN, comm->mpi);
    if (code != MPI_SUCCESS) {
        return mpi_fail(code, "agreeing on a status", error);
    }
    if (first == comm->size) {
        return MDGAN_OK;
    }

    struct {
        int status;
        mdgan_error error;
    } outcome = {.status = (int)status};
    if (comm->rank == first) {
        snprintf(outcome.error.text, sizeof outcome.error.text, "%s", error ? error->text : mdgan_status_text(status));
    }
    const mdgan_status sent = broadcast_from(comm, first, &outcome, sizeof outcome, error);
    if (sent != MDGAN_OK) {
        return sent;
    }
    return mdgan_fail(error, (mdgan_status)outcome.status, "%s", outcome.error.text);
}

/* Ranks that own shards: the first ones. */
static size_t working_ranks(const mdgan_comm *const comm, const size_t n_shard)
{
    return (size_t)comm->size < n_shard ? (size_t)comm->size : n_shard;
}

size_t comm_shard_owner(const mdgan_comm *const comm, const size_t shard, const size_t n_shard)
{
    return shard * working_ranks(comm, n_shard) / n_shard;
}

/* Moves @p n_byte bytes from rank @p source to rank @p target; the other ranks do nothing. */
static mdgan_status move(const mdgan_comm *const comm, const int source, const int target, char *bytes, size_t n_byte,
                         mdgan_error *const error)
{
    int code = MPI_SUCCESS;
    while (n_byte && code == MPI_SUCCESS) {
        const int piece = (int)(n_byte < piece_limit ? n_byte : piece_limit);
        if (comm->rank == source) {
            code = MPI_Send(bytes, piece, MPI_BYTE, target, TREE_TAG, comm->mpi);
        } else if (comm->rank == target) {
            code = MPI_Recv(bytes, piece, MPI_BYTE, source, TREE_TAG, comm->mpi, MPI_STATUS_IGNORE);
        }
        bytes += piece;
        n_byte -= (size_t)piece;
    }
    return code == MPI_SUCCESS ? MDGAN_OK : mpi_fail(code, "adding up over ranks", error);
}

/* Sends @p n_byte bytes at @p mine to a rank that does the same, and puts the other's at @p theirs. */
static mdgan_status swap(const mdgan_comm *const comm, const int partner, const char *mine, char *theirs, size_t n_byte,
                         mdgan_error *const error)
{
    int code = MPI_SUCCESS;
    while (n_byte && code == MPI_SUCCESS) {
        const int piece = (int)(n_byte < piece_limit ? n_byte : piece_limit);
        code = MPI_Sendrecv(mine, piece, MPI_BYTE, partner, TREE_TAG, theirs, piece, MPI_BYTE, partner, TREE_TAG,
                            comm->mpi, MPI_STATUS_IGNORE);
        mine += piece;
        theirs += piece;
        n_byte -= (size_t)piece;
    }
    return code == MPI_SUCCESS ? MDGAN_OK : mpi_fail(code, "adding up over ranks", error);
}

typedef void (*add_fn)(void *sum, const void *term, size_t n);

static void add_floats(void *const sum, const void *const term, const size_t n)
{
    float *const restrict s = sum;
    const float *const restrict t = term;
    for (size_t i = 0; i < n; i++) {
        s[i] += t[i];
    }
}

static void add_doubles(void *const sum, const void *const term, const size_t n)
{
    double *const restrict s = sum;
    const double *const restrict t = term;
    for (size_t i = 0; i < n; i++) {
        s[i] += t[i];
    }
}

/* Shards of n values each, and how two are added. */
typedef struct shard_sum {
    const mdgan_comm *comm;
    char *shards;
    size_t n_shard, n, width;
    add_fn add;
    size_t n_part; /* that the values are cut into for the threads */
} shard_sum;

/* Whether one rank owns all shards of the block that begins with `left` and is to be added up in two halves. */
static bool one_owner(const shard_sum *const s, const size_t left, const size_t half)
{
    const size_t end = left + 2 * half < s->n_shard ? left + 2 * half : s->n_shard;
    return comm_shard_owner(s->comm, left, s->n_shard) == comm_shard_owner(s->comm, end - 1, s->n_shard);
}

static void add_half(const shard_sum *const s, const size_t left, const size_t half, const size_t first, const size_t n)
{
    char *const at = s->shards + first * s->width;
    s->add(at + left * s->n * s->width, at + (left + half) * s->n * s->width, n);
}

/* n values from the first on, through all levels of the tree that need no other rank. */
static void add_block(const shard_sum *const s, const size_t first, const size_t n)
{
    for (size_t half = 1; half < s->n_shard; half *= 2) {
        for (size_t left = 0; left + half < s->n_shard; left += 2 * half) {
            if (one_owner(s, left, half) && comm_shard_owner(s->comm, left, s->n_shard) == (size_t)s->comm->rank) {
                add_half(s, left, half, first, n);
            }
        }
    }
}

static void add_part(void *const context, const size_t part, const size_t worker)
{
    (void)worker;
    const shard_sum *const s = context;
    const size_t end = s->n * (part + 1) / s->n_part;
    for (size_t first = s->n * part / s->n_part; first < end; first += BLOCK) {
        add_block(s, first, end - first < BLOCK ? end - first : BLOCK);
    }
}

/* Each level adds the sum of the right half of a block of shards, where it lies, to that of the left half: rank 0 knows
 * the whole. */
static mdgan_status add_between_ranks(const shard_sum *const s, mdgan_error *const error)
{
    mdgan_status status = MDGAN_OK;
    for (size_t half = 1; half < s->n_shard && status == MDGAN_OK; half *= 2) {
        for (size_t left = 0; left + half < s->n_shard && status == MDGAN_OK; left += 2 * half) {
            if (one_owner(s, left, half)) {
                continue;
            }
            const int target = (int)comm_shard_owner(s->comm, left, s->n_shard);
            const int source = (int)comm_shard_owner(s->comm, left + half, s->n_shard);
            if (source != target) {
                status =
                    move(s->comm, source, target, s->shards + (left + half) * s->n * s->width, s->n * s->width, error);
            }
            if (s->comm->rank == target && status == MDGAN_OK) {
                add_half(s, left, half, 0, s->n);
            }
        }
    }
    return status;
}

/* Whether every rank that works owns a block of the tree, all of one size; there are 2^k shards. */
static bool is_even(const shard_sum *const s)
{
    const size_t working = working_ranks(s->comm, s->n_shard);
    return (working & (working - 1)) == 0;
}

/* Two ranks whose sums are to be added swap them, and both know the result: half the time of adding it on one and
 * sending it back. */
static mdgan_status add_in_pairs(const shard_sum *const s, mdgan_error *const error)
{
    const size_t rank = (size_t)s->comm->rank, working = working_ranks(s->comm, s->n_shard);
    const size_t own = s->n_shard / working, size = s->n * s->width;
    mdgan_status status = MDGAN_OK;
    for (size_t half = own; half < s->n_shard && rank < working && status == MDGAN_OK; half *= 2) {
        const size_t left = rank * own / (2 * half) * (2 * half), right = left + half;
        const bool is_left = rank * own < right;
        status = swap(s->comm, (int)(rank ^ half / own), s->shards + (is_left ? left : right) * size,
                      s->shards + (is_left ? right : left) * size, size, error);
        if (status == MDGAN_OK) {
            add_half(s, left, half, 0, s->n);
        }
    }
    return status;
}

/* The sum becomes known to all ranks. */
static mdgan_status add_over_ranks(const shard_sum *const s, mdgan_error *const error)
{
    const bool even = is_even(s);
    const mdgan_status status = even ? add_in_pairs(s, error) : add_between_ranks(s, error);
    const bool known = even && (size_t)s->comm->size <= s->n_shard;
    return status != MDGAN_OK || known ? status : mdgan_comm_broadcast(s->comm, s->shards, s->n * s->width, error);
}

static mdgan_status tree_sum(shard_sum s, void *const shards, const size_t width, const add_fn add,
                             threads *const workers, mdgan_error *const error)
{
    s.shards = shards;
    s.width = width;
    s.add = add;
    s.n_part = threads_count(workers);
    threads_run(workers, s.n_part, add_part, &s);
    return add_over_ranks(&s, error);
}

mdgan_status comm_sum_shards(const mdgan_comm *const comm, threads *const workers, float *const shards,
                             const size_t n_shard, const size_t n, mdgan_error *const error)
{
    const shard_sum s = {.comm = comm, .n_shard = n_shard, .n = n};
    return tree_sum(s, shards, sizeof *shards, add_floats, workers, error);
}

mdgan_status comm_sum_doubles(const mdgan_comm *const comm, threads *const workers, double *const shards,
                              const size_t n_shard, const size_t n, mdgan_error *const error)
{
    const shard_sum s = {.comm = comm, .n_shard = n_shard, .n = n};
    return tree_sum(s, shards, sizeof *shards, add_doubles, workers, error);
}
