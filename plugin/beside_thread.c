/* SPDX-License-Identifier: BSD-3-Clause */
/* Training in a thread. No call of MPI (hosts initialise it for one thread) and none of HDF5 (which may not be built
 * for threads) is made there: the communicator is a serial one, and files are the owner's. Transforms are planned in
 * the thread, in mdgan's own copy of FFTW: hosts plan in the middle of runs too. */
#include "beside.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef struct thread_beside {
    beside face;
    bool exists; /* the thread is to be joined */
    pthread_t thread;
    /* The thread's own from its beginning until it is joined. */
    mdgan_train_config config;
    mdgan_dataset data;
    mdgan_comm *comm;
    training_result result;
    mdgan_status status;
    mdgan_error error;
    /* Of both, under the lock. */
    pthread_mutex_t lock;
    beside_news news;
    bool stop;
} thread_beside;

/* Of the thread: posts what there is and asks whether to go on. */
static bool on_progress(void *context, const mdgan_progress *progress)
{
    thread_beside *const t = context;
    pthread_mutex_lock(&t->lock);
    t->news.progress = *progress;
    const bool go_on = !t->stop;
    pthread_mutex_unlock(&t->lock);
    return go_on;
}

static void post_start(thread_beside *t, const mdgan_trainer *trainer)
{
    char start[TRAINING_START_LENGTH];
    training_start_text(trainer, start);
    pthread_mutex_lock(&t->lock);
    memcpy(t->news.start, start, sizeof start);
    t->news.progress = mdgan_trainer_progress(trainer);
    pthread_mutex_unlock(&t->lock);
}

static void *train(void *context)
{
    thread_beside *const t = context;
    mdgan_trainer *trainer = NULL;
    t->status = mdgan_trainer_create(&trainer, &t->config, &t->data, t->comm, &t->error);
    mdgan_dataset_clear(&t->data); /* the trainer has a copy */
    if (t->status == MDGAN_OK) {
        post_start(t, trainer);
        t->status = training_run(trainer, t->comm, on_progress, t, &t->result, &t->error);
    }
    mdgan_trainer_destroy(trainer);
    pthread_mutex_lock(&t->lock);
    t->news.finished = true;
    if (t->status == MDGAN_OK) {
        t->news.progress = t->result.progress;
    }
    pthread_mutex_unlock(&t->lock);
    return NULL;
}

static mdgan_status thread_begin(beside *b, const mdgan_train_config *config, mdgan_dataset *data, mdgan_error *error)
{
    thread_beside *const t = (thread_beside *)b;
    t->config = *config;
    t->data = *data;
    *data = (mdgan_dataset){0};
    t->status = MDGAN_OK;
    t->news = (beside_news){.finished = false};
    t->stop = false;
    if (pthread_create(&t->thread, NULL, train, t) != 0) {
        mdgan_dataset_clear(&t->data);
        return mdgan_fail(error, MDGAN_MEMORY,
                          "cannot start a thread to train in beside the run; raise the limit of threads, or use "
                          "'overlap no'");
    }
    t->exists = true;
    return MDGAN_OK;
}

static void thread_look(beside *b, beside_news *news)
{
    thread_beside *const t = (thread_beside *)b;
    pthread_mutex_lock(&t->lock);
    *news = t->news;
    pthread_mutex_unlock(&t->lock);
}

static void thread_stop(beside *b)
{
    thread_beside *const t = (thread_beside *)b;
    pthread_mutex_lock(&t->lock);
    t->stop = true;
    pthread_mutex_unlock(&t->lock);
}

static mdgan_status thread_take(beside *b, training_result *result, mdgan_error *error)
{
    thread_beside *const t = (thread_beside *)b;
    if (t->exists) {
        pthread_join(t->thread, NULL);
    }
    t->exists = false;
    *result = t->result;
    t->result = (training_result){0};
    return t->status == MDGAN_OK ? t->status : mdgan_fail(error, t->status, "%s", t->error.text);
}

static void thread_destroy(beside *b)
{
    thread_beside *const t = (thread_beside *)b;
    training_result lost;
    thread_stop(b);
    thread_take(b, &lost, NULL);
    mdgan_model_destroy(lost.model);
    pthread_mutex_destroy(&t->lock);
    mdgan_comm_destroy(t->comm);
    free(t);
}

mdgan_status beside_thread_create(beside **b, mdgan_error *error)
{
    thread_beside *const t = calloc(1, sizeof *t);
    if (t == NULL) {
        return mdgan_fail(error, MDGAN_MEMORY, "out of memory for a training beside the run");
    }
    const mdgan_status status = mdgan_comm_create_serial(&t->comm, error);
    if (status != MDGAN_OK) {
        free(t);
        return status;
    }
    pthread_mutex_init(&t->lock, NULL);
    t->face = (beside){thread_begin, thread_look, thread_stop, thread_take, thread_destroy};
    *b = &t->face;
    return MDGAN_OK;
}
