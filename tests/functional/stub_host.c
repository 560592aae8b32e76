/* SPDX-License-Identifier: BSD-3-Clause */
#include "stub_host.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void remember(void *context, const char *line)
{
    stub_host *const stub = context;
    const size_t used = strlen(stub->log);
    snprintf(stub->log + used, sizeof stub->log - used, "%s\n", line);
}

static const char *cancelled(void *context)
{
    stub_host *const stub = context;
    stub->asked++;
    return stub->cancel ? "enough of it" : NULL;
}

static int64_t steps_left(void *context)
{
    const stub_host *const stub = context;
    return stub->steps_left;
}

int stub_set_up(void **state)
{
    stub_host *const stub = calloc(1, sizeof *stub);
    if (stub == NULL || mdgan_comm_create_serial(&stub->comm, &stub->error) != MDGAN_OK) {
        return -1;
    }
    stub->host = (mdgan_host){.size = sizeof stub->host,
                              .name = "stub 1.0",
                              .log = remember,
                              .cancelled = cancelled,
                              .steps_left = steps_left,
                              .context = stub};
    stub->feature = (mdgan_feature){.name = "oscillator",
                                    .kind = MDGAN_VELOCITY,
                                    .n_component = 1,
                                    .reversible = true,
                                    .value_unit = "Angstrom fs-1",
                                    .length_unit = "Angstrom",
                                    .time_unit = "fs",
                                    .dt = 2.0,
                                    .stride = STUB_STRIDE};
    stub->config = mdgan_config_defaults();
    stub->config.window = STUB_WINDOW;
    stub_keyword(stub, "seed", "7");
    stub_keyword(stub, "iterations", "3");
    stub_keyword(stub, "batch", "16");
    stub_keyword(stub, "channels", "8");
    stub_keyword(stub, "hidden", "8");
    stub_keyword(stub, "minutes", "0");
    stub_keyword(stub, "progress", "0.05");
    strcpy(stub->directory, "/tmp/mdgan-test-XXXXXX");
    *state = stub;
    return mkdtemp(stub->directory) == NULL ? -1 : 0;
}

int stub_tear_down(void **state)
{
    stub_host *const stub = *state;
    const char *const files[] = {"model.h5", "other.h5", "data.h5"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        remove(stub_path(stub, files[i]));
    }
    const int left = rmdir(stub->directory); /* a file left half-written fails the test */
    mdgan_comm_destroy(stub->comm);
    free(stub);
    return left;
}

const char *stub_path(const stub_host *stub, const char *name)
{
    static char paths[4][128];
    static size_t next = 0;
    char *const path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", stub->directory, name);
    return path;
}

void stub_keyword(stub_host *stub, const char *keyword, const char *value)
{
    stub_check(stub, mdgan_config_set(&stub->config, keyword, value, &stub->error));
}

size_t stub_frames(const stub_host *stub)
{
    return stub->feature.kind == MDGAN_POSITION ? STUB_FRAMES + 1 : STUB_FRAMES;
}

mdgan_session *stub_session(stub_host *stub)
{
    mdgan_session *session = NULL;
    stub_check(stub, mdgan_session_create(&session, &stub->config, &stub->feature, STUB_ENTITY, &stub->host, stub->comm,
                                          &stub->error));
    assert_non_null(session);
    return session;
}

/* Oscillators of random phase and a little noise, so that no two entities are alike and none is constant. */
static float value_of(size_t frame, size_t entity)
{
    const double phase = 2.4 * (double)entity;
    const double noise = fmod(sin(12.9898 * (double)frame + 78.233 * (double)entity) * 43758.5453, 1.0);
    return (float)(0.1 * sin(0.7 * (double)frame + phase) + 0.01 * noise);
}

mdgan_status stub_offer(stub_host *stub, mdgan_session *session, size_t f, bool *done)
{
    const double box[9] = {10, 0, 0, 0, 11, 0, 0, 0, 12};
    float row[STUB_ENTITY];
    for (size_t e = 0; e < STUB_ENTITY; e++) {
        row[e] = (1 - stub->flat) * value_of(f, e) + stub->shift;
    }
    return mdgan_session_offer(session, (int64_t)(f * STUB_STRIDE), 2.0 * (double)f, box, row, done, &stub->error);
}

void stub_offer_range(stub_host *stub, mdgan_session *session, size_t first, size_t last)
{
    bool done = false;
    for (size_t f = first; f < last; f++) {
        stub_check(stub, stub_offer(stub, session, f, &done));
    }
}

mdgan_session *stub_trained(stub_host *stub)
{
    mdgan_session *const session = stub_session(stub);
    stub_offer_range(stub, session, 0, STUB_FRAMES);
    stub_check(stub, mdgan_session_train(session, &stub->error));
    return session;
}

void stub_emit(stub_host *stub, mdgan_session *session, float *rows, size_t n_frame)
{
    for (size_t f = 0; f < n_frame; f++) {
        const float *row = NULL;
        stub_check(stub, mdgan_session_emit(session, &row, &stub->error));
        memcpy(rows + f * STUB_ENTITY, row, STUB_ENTITY * sizeof *row);
    }
}

void stub_check_log(const stub_host *stub, const char *part)
{
    if (strstr(stub->log, part) == NULL) {
        fail_msg("'%s' is missing in the log:\n%s", part, stub->log);
    }
}

void stub_check_silence(const stub_host *stub, const char *part)
{
    if (strstr(stub->log, part) != NULL) {
        fail_msg("'%s' should not be in the log:\n%s", part, stub->log);
    }
}

void stub_forget_log(stub_host *stub)
{
    stub->log[0] = '\0';
}

void stub_check(const stub_host *stub, mdgan_status status)
{
    if (status != MDGAN_OK) {
        fail_msg("%s: %s", mdgan_status_text(status), stub->error.text);
    }
}

void stub_check_error(const stub_host *stub, mdgan_status status, mdgan_status expected, const char *part)
{
    assert_int_equal(status, expected);
    if (strstr(stub->error.text, part) == NULL) {
        fail_msg("'%s' is missing in '%s'", part, stub->error.text);
    }
}
