/* SPDX-License-Identifier: BSD-3-Clause */
/* A host without a simulation: oscillators whose frames it offers, and a log it remembers. */
#ifndef MDGAN_TESTS_STUB_HOST_H
#define MDGAN_TESTS_STUB_HOST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <mdgan/plugin.h>

enum { STUB_ENTITY = 24, STUB_STRIDE = 4, STUB_WINDOW = 16, STUB_FRAMES = 2 * STUB_WINDOW };

typedef struct stub_host {
    mdgan_host host;
    mdgan_comm *comm;
    mdgan_config config;
    mdgan_feature feature;
    mdgan_error error;
    char log[1 << 18];  /* all lines */
    char directory[64]; /* a fresh one for files */
    size_t asked;       /* calls of cancelled() */
    bool cancel;        /* whether it says "enough of it" */
    float shift;        /* added to all values */
    float flat;         /* 1: all values are the same */
    int64_t steps_left; /* of the present run */
} stub_host;

/* cmocka set-up and tear-down; *state is the stub_host. */
int stub_set_up(void **state);
int stub_tear_down(void **state);

/* Full name of a file in the stub's directory; static storage, a few at a time. */
const char *stub_path(const stub_host *stub, const char *name);

void stub_keyword(stub_host *stub, const char *keyword, const char *value);

/* Frames that a session of the stub's feature wants with one window pair. */
size_t stub_frames(const stub_host *stub);

/* A session of the stub's config and feature; fails the test if there is none. */
mdgan_session *stub_session(stub_host *stub);

/* Frame @p f at step f * STUB_STRIDE. Returns the status; *done as the session says. */
mdgan_status stub_offer(stub_host *stub, mdgan_session *session, size_t f, bool *done);
/* Frames [first, last). */
void stub_offer_range(stub_host *stub, mdgan_session *session, size_t first, size_t last);

/* A session that has trained on one window pair. */
mdgan_session *stub_trained(stub_host *stub);

/* Emits @p n_frame rows into @p rows [n_frame][STUB_ENTITY]. */
void stub_emit(stub_host *stub, mdgan_session *session, float *rows, size_t n_frame);

/* Fails unless a log line contains @p part, or, the other one, if one does. */
void stub_check_log(const stub_host *stub, const char *part);
void stub_check_silence(const stub_host *stub, const char *part);
void stub_forget_log(stub_host *stub);

/* Fails the test with the error's text unless @p status is success. */
void stub_check(const stub_host *stub, mdgan_status status);
/* Fails unless @p status is @p expected and the error's text contains @p part. */
void stub_check_error(const stub_host *stub, mdgan_status status, mdgan_status expected, const char *part);

#endif
