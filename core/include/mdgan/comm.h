/* SPDX-License-Identifier: BSD-3-Clause */
/** @file
 * The ranks that work together: an adapter over MPI, or over nothing at all.
 *
 * A communicator is passed in and duplicated; MPI_COMM_WORLD is never used and MPI is never initialised here.
 * Functions marked *collective* must be called by every rank of the communicator in the same order.
 */
#ifndef MDGAN_COMM_H
#define MDGAN_COMM_H

#include <stddef.h>

#include <mdgan/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mdgan_comm mdgan_comm;

/** A communicator of one rank; works without MPI_Init. *@p comm is NULL after an error. Errors: MDGAN_MEMORY. */
mdgan_status mdgan_comm_create_serial(mdgan_comm **comm, mdgan_error *error);

/** Duplicates the MPI communicator that @p mpi_comm points to (an `MPI_Comm *`, passed untyped so that this header
 * compiles without mpi.h). *@p comm is NULL after an error, on every rank. Collective.
 * Errors: MDGAN_PARALLEL (MPI not running, no communicator, MPI failed), MDGAN_MEMORY (on any rank). */
mdgan_status mdgan_comm_create_mpi(mdgan_comm **comm, const void *mpi_comm, mdgan_error *error);

/** Frees the duplicate. Collective for an MPI communicator; NULL is fine. */
void mdgan_comm_destroy(mdgan_comm *comm);

size_t mdgan_comm_rank(const mdgan_comm *comm);
size_t mdgan_comm_size(const mdgan_comm *comm);

/** Copies @p n_byte bytes from rank 0 to all ranks, any size. After an error @p bytes may be half overwritten.
 * Collective. Errors: MDGAN_PARALLEL. */
mdgan_status mdgan_comm_broadcast(const mdgan_comm *comm, void *bytes, size_t n_byte, mdgan_error *error);

/** The same from rank @p root. */
mdgan_status mdgan_comm_broadcast_from(const mdgan_comm *comm, size_t root, void *bytes, size_t n_byte,
                                       mdgan_error *error);

/** The largest of each of @p n values over all ranks, on every rank. Collective. Errors: MDGAN_PARALLEL. */
mdgan_status mdgan_comm_max(const mdgan_comm *comm, double *values, size_t n, mdgan_error *error);

/** Waits until every rank has called it, asleep most of the time: for waits so long that a core is worth freeing.
 * Collective. Errors: MDGAN_PARALLEL. */
mdgan_status mdgan_comm_wait(const mdgan_comm *comm, mdgan_error *error);

/** Every rank holds its own part of @p values at [offset[rank], offset[rank+1]); afterwards every rank holds all.
 * @p offset has size+1 entries, the same on every rank. After an error @p values may be half overwritten. Collective.
 * Errors: MDGAN_PARALLEL. */
mdgan_status mdgan_comm_gather_floats(const mdgan_comm *comm, float *values, const size_t *offset, mdgan_error *error);

/** Agrees on the outcome of a step that any rank may have failed: if one did, all ranks return the status and text of
 * the lowest rank that failed. To be called before the next collective. Collective.
 * Errors: what a rank brings in as @p status, MDGAN_PARALLEL. */
mdgan_status mdgan_comm_agree(const mdgan_comm *comm, mdgan_status status, mdgan_error *error);

#ifdef __cplusplus
}
#endif
#endif
