/* SPDX-License-Identifier: BSD-3-Clause */
/* A small pool of worker threads for independent pieces of work. Which thread does a piece never changes its result. */
#ifndef MDGAN_PARALLEL_THREADS_H
#define MDGAN_PARALLEL_THREADS_H

#include <stddef.h>

#include <mdgan/status.h>

typedef struct threads threads;

/* n_thread - 1 workers; the caller is the last one. n_thread 1 starts none. */
mdgan_status threads_create(threads **t, size_t n_thread, mdgan_error *error);
void threads_destroy(threads *t);

/* Calls piece(context, i, worker) for i in [0, n), spread over the threads; returns when all are done. worker: number
 * of the thread, below threads_count(), for work space of its own. */
typedef void (*thread_piece)(void *context, size_t i, size_t worker);
void threads_run(threads *t, size_t n, thread_piece piece, void *context);

size_t threads_count(const threads *t);

#endif
