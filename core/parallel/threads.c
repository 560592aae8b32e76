/* SPDX-License-Identifier: BSD-3-Clause */
#include "parallel/threads.h"

#include <pthread.h>
#include <sched.h>
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
    atomic_ulong round; /* raised for every threads_run(); written with the lock held, as all below */
    atomic_size_t busy; /* workers that have not finished this round */
    atomic_bool stop;
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

/* A sleeping thread takes long to wake, on virtual machines as long as a small piece of work, and pieces follow one
 * another: so whoever waits looks around for a while first, up to a millisecond or so, and only then sleeps. Every few
 * microseconds it makes way for whoever else wants its core. */
enum { LOOKS = 20000, LOOKS_PER_TURN = 100 };

static inline void look_again(const int i)
{
    if (i % LOOKS_PER_TURN == 0) {
        sched_yield();
    }
#if defined(__x86_64__) && defined(__GNUC__)
    __builtin_ia32_pause();
#endif
}

static void look_for_round(threads *const t, const unsigned long seen)
{
    for (int i = 1;
         i < LOOKS && atomic_load_explicit(&t->round, memory_order_relaxed) == seen && !atomic_load(&t->stop); i++) {
        look_again(i);
    }
}

static void look_for_end(threads *const t)
{
    for (int i = 1; i < LOOKS && atomic_load_explicit(&t->busy, memory_order_relaxed) > 0; i++) {
        look_again(i);
    }
}

static void *work(void *const argument)
{
    const worker *const self = argument;
    threads *const t = self->pool;
    unsigned long seen = 0;
    while (true) {
        look_for_round(t, seen);
        pthread_mutex_lock(&t->lock);
        while (t->round == seen && !t->stop) {
            pthread_cond_wait(&t->wake, &t->lock);
        }
        seen = t->round;
        const bool stop = t->stop;
        pthread_mutex_unlock(&t->lock);
        if (stop) {
            return NULL;
        }
        take_pieces(t, self->number);
        pthread_mutex_lock(&t->lock);
        if (--t->busy == 0) {
            pthread_cond_signal(&t->done);
        }
        pthread_mutex_unlock(&t->lock);
    }
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
    look_for_end(t);
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
