/* SPDX-License-Identifier: BSD-3-Clause */
/* Training while the simulation runs (keyword `overlap`), as the session sees it.
 *
 * When the windows are in, a stage begins: the frames so far are handed to trainings beside the run. With `yes` these
 * are independent ones in a thread of every rank, of which the best is taken; with `partition` it is a single one on
 * other ranks. A stage that ends short of `target` leaves a candidate, and the next one begins when there are twice as
 * many frames. All decisions are made by the main threads, together, in mdgan_session_offer() and
 * mdgan_session_run_ended(). */
#ifndef MDGAN_PLUGIN_OVERLAP_H
#define MDGAN_PLUGIN_OVERLAP_H

#include <mdgan/plugin.h>

#include "beside.h"

/* Time between frames, with and without a training beside the simulation. */
typedef struct pace {
    double left;     /* when the last frame was handed over, s; 0 = in no run */
    bool was_beside; /* a training was in flight then */
    double seconds[2];
    size_t n[2]; /* [0]: alone, [1]: beside */
} pace;

typedef struct overlap {
    beside *beside;         /* NULL without `overlap`, and with `partition` on all ranks but 0 */
    bool in_flight;         /* the same on all ranks, as is all below but the news */
    bool over;              /* no stage will begin any more */
    bool done_next;         /* the next frame that follows ends the run */
    bool done;              /* the run should be over */
    size_t n_frame;         /* of the last stage */
    mdgan_model *candidate; /* of the last stage, short of the target */
    mdgan_progress candidate_progress;
    beside_news news;
    const char *cancelled;    /* why the host has ended the stage, or NULL; rank 0 */
    bool told_start;          /* the log knows how the training starts */
    double next_line;         /* when progress is to be shown again, s */
    size_t shown;             /* iteration of the last progress line */
    mdgan_status data_status; /* of keyword `data`, told when the model is there */
    mdgan_error data_error;
    pace pace;
} overlap;

/* With `partition` on rank 0 the host's peer is needed. Not collective. */
mdgan_status overlap_create(mdgan_session *session, mdgan_error *error);
void overlap_clear(overlap *o);

/* Whether offers are collective: a training beside the run may begin, or has begun, and there is no model yet. */
bool overlap_watches(const mdgan_session *session);

/* After a frame, whose outcome on this rank is @p status: agrees on it, looks after the training in flight, takes its
 * model or begins a stage. *@p lost (the same on all ranks): it is the frame that has failed, on any rank. Collective.
 */
mdgan_status overlap_step(mdgan_session *session, mdgan_status status, bool *lost, mdgan_error *error);

/* Waits for the training in flight, if any, and takes the model, short of the target or not. Collective. */
mdgan_status overlap_end(mdgan_session *session, mdgan_error *error);

/* Whether overlap_end() has something to wait for or to take. */
static inline bool overlap_pending(const overlap *o)
{
    return o->in_flight || o->candidate != NULL;
}

/* Ends the training in flight and drops it, and the candidate. @p over: no further stage will begin. Not collective,
 * but to be called on all ranks. */
void overlap_give_up(overlap *o, bool over);

/* A frame arrives at @p now, s; @p follows: it is the next of the same run. */
void pace_arrive(pace *p, bool follows, double now);
/* It is dealt with, and the simulation goes on; @p busy: beside a training. */
void pace_leave(pace *p, bool busy, double now);
/* Seconds per frame; 0 if not measured. */
double pace_seconds(const pace *p, bool busy);

#endif
