/* SPDX-License-Identifier: BSD-3-Clause */
/** @file
 * One rank on the other side: messages between two groups of ranks that otherwise work for themselves.
 *
 * A peer is an address. Messages are whole byte strings of any length, and arrive in the order they were sent.
 */
#ifndef MDGAN_PEER_H
#define MDGAN_PEER_H

#include <stdbool.h>
#include <stddef.h>

#include <mdgan/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mdgan_peer mdgan_peer;

/** The rank @p rank of the MPI communicator that @p mpi_comm points to (an `MPI_Comm *`, untyped so that this header
 * compiles without mpi.h), and the @p tag of all messages to and from it, 0..32767. The communicator is retained, not
 * duplicated, since not all of its ranks call this; it must outlive the peer, and nobody else may use the tag on it.
 * *@p peer is NULL after an error. Not collective. Errors: MDGAN_PARALLEL (MPI not running, no communicator),
 * MDGAN_INVALID (no such rank or tag), MDGAN_MEMORY. */
mdgan_status mdgan_peer_create(mdgan_peer **peer, const void *mpi_comm, size_t rank, int tag, mdgan_error *error);

/** NULL is fine. */
void mdgan_peer_destroy(mdgan_peer *peer);

/** A message on its way. */
typedef struct mdgan_sending mdgan_sending;

/** Begins to send a copy of @p head, [n_head] bytes, followed by @p body, [n_body] bytes (NULL if none). Does not wait.
 * The caller destroys *@p sending, also after an error. Errors: MDGAN_MEMORY, MDGAN_PARALLEL. */
mdgan_status mdgan_peer_send(const mdgan_peer *peer, const void *head, size_t n_head, const void *body, size_t n_body,
                             mdgan_sending **sending, mdgan_error *error);

/** Whether the message has left; to be called again and again until then, since this is what drives it. NULL: true. */
bool mdgan_sending_done(mdgan_sending *sending);

/** Frees it. Waits up to @p seconds for a message that has not left; one that still has not is left to MPI, with its
 * memory. NULL is fine. */
void mdgan_sending_destroy(mdgan_sending *sending, double seconds);

/** The next message of the peer, if one has begun to arrive: *@p bytes is NULL if none. Waits only for the rest of a
 * message that has begun. The caller frees @p bytes with free(). Errors: MDGAN_FORMAT (not sent by mdgan_peer_send()),
 * MDGAN_MEMORY (the message is lost, and what comes after it cannot be told from its rest: the peer is of no more use),
 * MDGAN_PARALLEL. */
mdgan_status mdgan_peer_receive(const mdgan_peer *peer, void **bytes, size_t *n_byte, mdgan_error *error);

#ifdef __cplusplus
}
#endif
#endif
