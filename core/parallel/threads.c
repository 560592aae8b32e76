/* SPDX-License-Identifier: BSD-3-Clause */
#include "parallel/threads.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

typedef struct worker {
    struct threads *pool;
    size_t number; /* the caller of threads_run() is number 0 */
    pthread_t thread;
} worker;

struct threads {
    size_t n_worker;
    worker *worker;
    pthread_mutex_t lock;
    pthread_cond_t wake, done;
    unsigned long round; /* raised for every threads_run() */
    size_t busy;         /* workers that have not finished this round */
    bool stop;
    size_t n;
    atomic_size_t next; /* piece to be taken next */
    thread_piece piece;
    void *context;
};

static void take_pieces(threads *const t, const size_t number)
{
    for (size_t i = atomic_fetch_add(&t->next, 1); i < t->n; i = atomic_fetch_add(&t->next, 1)) {
        t->piece(t->context, i, number);
    }
}

static void *work(void *const argument)
{
    const worker *const self = argument;
    threads *const t = self->pool;
    unsigned long seen = 0;
    pthread_mutex_lock(&t->lock);
    while (true) {
        while (t->round == seen && !t->stop) {
            pthread_cond_wait(&t->wake, &t->lock);
        }
        if (t->stop) {
            break;
        }
        seen = t->round;
        pthread_mutex_unlock(&t->lock);
        take_pieces(t, self->number);
        pthread_mutex_lock(&t->lock);
        if (--t->busy == 0) {
            pthread_cond_signal(&t->done);
        }
    }
    pthread_mutex_unlock(&t->lock);
    return NULL;
}

mdgan_status threads_create(threads **const out, const size_t n_thread, mdgan_error *const error)
{
    threads *const t = calloc(1, sizeof *t);
    if (!t || !(t->worker = calloc(n_thread, sizeof *t->worker))) {
        free(t);
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu threads", n_thread);
    }
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->wake, NULL);
    pthread_cond_init(&t->done, NULL);
    for (size_t i = 0; i + 1 < n_thread; i++) {
        t->worker[i] = (worker){.pool = t, .number = i + 1};
        if (pthread_create(&t->worker[i].thread, NULL, work, &t->worker[i]) != 0) {
            threads_destroy(t);
            return mdgan_fail(error, MDGAN_MEMORY, "cannot start %zu threads: ask for fewer with 'threads'", n_thread);
        }
        t->n_worker++;
    }
    *out = t;
    return MDGAN_OK;
}

void threads_destroy(threads *const t)
{
    if (!t) {
        return;
    }
    pthread_mutex_lock(&t->lock);
    t->stop = true;
    pthread_cond_broadcast(&t->wake);
    pthread_mutex_unlock(&t->lock);
    for (size_t i = 0; i < t->n_worker; i++) {
        pthread_join(t->worker[i].thread, NULL);
    }
    pthread_cond_destroy(&t->wake);
    pthread_cond_destroy(&t->done);
    pthread_mutex_destroy(&t->lock);
    free(t->worker);
    free(t);
}

void threads_run(threads *const t, const size_t n, const thread_piece piece, void *const context)
{
    pthread_mutex_lock(&t->lock);
    t->n = n;
    t->piece = piece;
    t->context = context;
    atomic_store(&t->next, 0);
    t->busy = t->n_worker;
    t->round++;
    pthread_cond_broadcast(&t->wake);
    pthread_mutex_unlock(&t->lock);
    take_pieces(t, 0);
    pthread_mutex_lock(&t->lock);
    while (t->busy > 0) {
        pthread_cond_wait(&t->done, &t->lock);
    }
    pthread_mutex_unlock(&t->lock);
}

size_t threads_count(const threads *const t)
{
    return t->n_worker + 1;
}
