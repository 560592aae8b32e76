/* SPDX-License-Identifier: BSD-3-Clause */
/* A session as bytes, for a host's restart file:
 *
 *   header | counters | last row | origin row | collected frames or model file
 *
 * in the byte order of the machine, as the hosts' own restart files are. */
#include "session.h"

#include <stdlib.h>
#include <string.h>

#include "wire.h"

enum { STATE_VERSION = 4 };
#define STATE_MAGIC "MDGANSES"
#define BYTE_ORDER  UINT64_C(0x0102030405060708)

typedef struct state_header {
    char magic[8];
    uint64_t byte_order, version;
    uint64_t n_byte;   /* header included */
    uint64_t checksum; /* of all that follows the header */
} state_header;

/* Everything of fixed length. Only 64-bit members: no padding, the same in memory, in the file and between ranks. */
typedef struct state_counters {
    uint64_t window, windows, seed, n_entity;
    wire_feature feature;
    uint64_t n_frame, n_stored, any, broken; /* n_stored: frames whose values follow, all or none */
    int64_t first_step, last_step;
    double first_time, box[9];
    uint64_t has_origin, n_model; /* n_model: bytes, 0 = no model */
    int64_t emitted;
    double collect_seconds, emit_seconds;
    wire_progress training;
} state_counters;

_Static_assert(sizeof(state_header) == 40, "a header without padding");
_Static_assert(sizeof(state_counters) % 8 == 0, "counters without padding");

/* What the bytes hold, pointing into them. */
typedef struct state_view {
    state_counters counters;
    const unsigned char *last, *origin; /* [n_row] floats, or NULL */
    const unsigned char *value;         /* [n_stored][n_row] floats */
    const unsigned char *model;
} state_view;

/* What a session gets from them; owned. */
typedef struct state_parts {
    float *last, *origin, *value;
    mdgan_model *model;
} state_parts;

/* FNV-1a: damage, not malice, is what it guards against. */
static uint64_t checksum(const unsigned char *bytes, size_t n)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < n; i++) {
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

/* ---- out ----------------------------------------------------------------------------------------------------- */

static state_counters count(const mdgan_session *session, size_t n_model)
{
    const collection *const c = &session->collection;
    state_counters k;
    memset(&k, 0, sizeof k);
    k.window = session->config.window;
    k.windows = session->config.windows;
    k.seed = session->emitted > 0 ? session->emission_seed : session->config.seed;
    k.n_entity = session->n_entity;
    k.n_frame = c->n_frame;
    k.n_stored = c->released ? 0 : c->n_frame; /* only a training needs the values */
    k.any = c->any;
    k.broken = c->broken;
    k.first_step = c->first_step;
    k.last_step = c->last_step;
    k.first_time = c->first_time;
    memcpy(k.box, c->box, sizeof k.box);
    k.has_origin = session->origin != NULL;
    k.n_model = n_model;
    k.emitted = session->emitted;
    k.collect_seconds = session->collect_seconds;
    k.emit_seconds = session->emit_seconds;
    k.feature = wire_feature_of(&session->feature);
    k.training = wire_progress_of(&session->training);
    return k;
}

static unsigned char *put(unsigned char *at, const void *bytes, size_t n)
{
    if (n > 0) {
        memcpy(at, bytes, n);
    }
    return at + n;
}

static mdgan_status write_state(const mdgan_session *session, const void *model, size_t n_model, void **bytes,
                                size_t *n_byte, mdgan_error *error)
{
    const collection *const c = &session->collection;
    const state_counters k = count(session, n_model);
    const size_t row = c->n_row * sizeof(float);
    const size_t n_body = sizeof k + (k.any + k.has_origin + k.n_stored) * row + n_model;
    unsigned char *const all = malloc(sizeof(state_header) + n_body);
    if (all == NULL) {
        return mdgan_fail(error, MDGAN_MEMORY, "out of memory for a restart state of %zu bytes", n_body);
    }
    unsigned char *at = all + sizeof(state_header);
    at = put(at, &k, sizeof k);
    at = put(at, c->last, k.any ? row : 0);
    at = put(at, session->origin, k.has_origin ? row : 0);
    at = put(at, c->value, k.n_stored * row);
    put(at, model, n_model);
    state_header header = {.byte_order = BYTE_ORDER,
                           .version = STATE_VERSION,
                           .n_byte = sizeof header + n_body,
                           .checksum = checksum(all + sizeof header, n_body)};
    memcpy(header.magic, STATE_MAGIC, sizeof header.magic);
    memcpy(all, &header, sizeof header);
    *bytes = all;
    *n_byte = sizeof header + n_body;
    return MDGAN_OK;
}

mdgan_status mdgan_session_pack(const mdgan_session *session, void **bytes, size_t *n_byte, mdgan_error *error)
{
    void *model = NULL;
    size_t n_model = 0;
    mdgan_status status = MDGAN_OK;
    *bytes = NULL;
    *n_byte = 0;
    if (session_is_root(session)) {
        if (session->model != NULL) {
            status = mdgan_model_pack(session->model, &model, &n_model, error);
        }
        if (status == MDGAN_OK) {
            status = write_state(session, model, n_model, bytes, n_byte, error);
        }
        free(model);
    }
    return mdgan_comm_agree(session->retained_comm, status, error);
}

/* ---- in ------------------------------------------------------------------------------------------------------ */

static mdgan_status check_header(const unsigned char *bytes, size_t n_byte, mdgan_error *error)
{
    state_header header;
    if (bytes == NULL || n_byte < sizeof header) {
        return mdgan_fail(error, MDGAN_FORMAT, "restart state is truncated: %zu bytes", n_byte);
    }
    memcpy(&header, bytes, sizeof header);
    if (memcmp(header.magic, STATE_MAGIC, sizeof header.magic) != 0) {
        return mdgan_fail(error, MDGAN_FORMAT, "restart state was not written by mdgan");
    }
    if (header.byte_order != BYTE_ORDER) {
        return mdgan_fail(error, MDGAN_FORMAT, "restart state was written on a machine of another byte order");
    }
    if (header.version != STATE_VERSION) {
        return mdgan_fail(error, MDGAN_VERSION,
                          "restart state has version %llu, this mdgan reads version %d: use the mdgan that wrote it",
                          (unsigned long long)header.version, STATE_VERSION);
    }
    /* A host's buffer may be longer than what was put in. */
    if (header.n_byte > n_byte || header.n_byte < sizeof header + sizeof(state_counters)) {
        return mdgan_fail(error, MDGAN_FORMAT, "restart state is truncated: %zu of %llu bytes", n_byte,
                          (unsigned long long)header.n_byte);
    }
    if (checksum(bytes + sizeof header, (size_t)header.n_byte - sizeof header) != header.checksum) {
        return mdgan_fail(error, MDGAN_FORMAT, "restart state is damaged: its checksum is wrong");
    }
    return MDGAN_OK;
}

static mdgan_status check_lengths(const mdgan_session *session, const state_counters *k, uint64_t n_body,
                                  mdgan_error *error)
{
    const uint64_t row = session->collection.n_row * sizeof(float);
    const bool sane = k->any <= 1 && k->has_origin <= 1 && k->emitted >= 0 && (k->n_frame == 0 || k->any == 1) &&
                      (k->emitted == 0 || k->n_model > 0) && (k->n_stored == 0 || k->n_stored == k->n_frame) &&
                      k->n_stored <= n_body / row && k->n_model <= n_body;
    if (!sane || sizeof *k + (k->any + k->has_origin + k->n_stored) * row + k->n_model != n_body) {
        return mdgan_fail(error, MDGAN_FORMAT, "restart state is damaged: its lengths contradict each other");
    }
    return MDGAN_OK;
}

/* Names what the user must write as before. */
static mdgan_status check_keywords(const mdgan_session *session, const state_counters *k, mdgan_error *error)
{
    const mdgan_config *const config = &session->config;
    if (k->n_entity != session->n_entity) {
        return mdgan_fail(error, MDGAN_MISMATCH,
                          "restart state has %llu entities, the feature now has %zu: use the same selection as before",
                          (unsigned long long)k->n_entity, session->n_entity);
    }
    if (k->window != config->window) {
        return mdgan_fail(error, MDGAN_MISMATCH,
                          "restart state has windows of M = %llu frames, now asked for is M = %zu: give M = %llu",
                          (unsigned long long)k->window, config->window, (unsigned long long)k->window);
    }
    if (k->windows != config->windows) {
        return mdgan_fail(error, MDGAN_MISMATCH,
                          "restart state was written with 'windows %llu', now it is 'windows %zu': use %llu as before",
                          (unsigned long long)k->windows, config->windows, (unsigned long long)k->windows);
    }
    if (k->emitted > 0 && k->seed != config->seed) {
        return mdgan_fail(error, MDGAN_MISMATCH,
                          "restart state is in the middle of an emission with 'seed %llu', now it is 'seed %zu': use "
                          "%llu as before",
                          (unsigned long long)k->seed, config->seed, (unsigned long long)k->seed);
    }
    return MDGAN_OK;
}

static mdgan_status check_feature(const mdgan_session *session, const state_counters *k, mdgan_error *error)
{
    mdgan_feature feature;
    mdgan_error reason;
    mdgan_status status = wire_feature_read(&k->feature, &feature, &reason);
    if (status != MDGAN_OK) {
        return mdgan_fail(error, MDGAN_FORMAT, "restart state is damaged: %.900s", reason.text);
    }
    status = session_match_feature(session, &feature, &reason);
    return status == MDGAN_OK ? status : mdgan_fail(error, status, "restart state: %.900s", reason.text);
}

static mdgan_status view_state(const mdgan_session *session, const unsigned char *bytes, size_t n_byte,
                               state_view *view, mdgan_error *error)
{
    state_counters *const k = &view->counters;
    mdgan_status status = check_header(bytes, n_byte, error);
    if (status != MDGAN_OK) {
        return status;
    }
    state_header header;
    memcpy(&header, bytes, sizeof header);
    memcpy(k, bytes + sizeof header, sizeof *k);
    status = check_feature(session, k, error);
    if (status == MDGAN_OK) {
        status = check_keywords(session, k, error);
    }
    if (status == MDGAN_OK) {
        status = check_lengths(session, k, header.n_byte - sizeof header, error);
    }
    const size_t row = session->collection.n_row * sizeof(float);
    view->last = bytes + sizeof header + sizeof *k;
    view->origin = view->last + (k->any ? row : 0);
    view->value = view->origin + (k->has_origin ? row : 0);
    view->model = view->value + (size_t)k->n_stored * row;
    return status;
}

static void free_parts(state_parts *parts)
{
    free(parts->last);
    free(parts->origin);
    free(parts->value);
    mdgan_model_destroy(parts->model);
}

/* @p ok becomes false if memory ran out. */
static float *copy_floats(const unsigned char *bytes, size_t n, bool *ok)
{
    float *const copy = malloc(n * sizeof *copy + 1);
    if (copy == NULL) {
        *ok = false;
    } else if (n > 0) {
        memcpy(copy, bytes, n * sizeof *copy);
    }
    return copy;
}

static mdgan_status compare_models(const mdgan_model *a, const mdgan_model *b, bool *same, mdgan_error *error)
{
    void *bytes[2] = {NULL, NULL};
    size_t n_byte[2] = {0, 0};
    mdgan_status status = mdgan_model_pack(a, &bytes[0], &n_byte[0], error);
    if (status == MDGAN_OK) {
        status = mdgan_model_pack(b, &bytes[1], &n_byte[1], error);
    }
    *same = status == MDGAN_OK && n_byte[0] == n_byte[1] && memcmp(bytes[0], bytes[1], n_byte[0]) == 0;
    free(bytes[0]);
    free(bytes[1]);
    return status;
}

/* Whether the model of the state may become the session's. With keyword `load` that is the user's choice already. */
static mdgan_status check_model(const mdgan_session *session, const mdgan_model *model, mdgan_error *error)
{
    bool same = true;
    mdgan_status status = session_check_model(session, model, "of the restart state", error);
    if (status == MDGAN_OK && session_loads(session)) {
        status = compare_models(model, session->model, &same, error);
    }
    if (status == MDGAN_OK && !same) {
        status = mdgan_fail(error, MDGAN_MISMATCH,
                            "keyword 'load' got '%.300s', but the restart state holds another model: leave 'load' out "
                            "to go on with that one, and load the file after it if that is wanted",
                            session->config.load);
    }
    return status;
}

static mdgan_status read_state(const mdgan_session *session, const void *bytes, size_t n_byte, state_counters *k,
                               state_parts *parts, mdgan_error *error)
{
    const size_t n_row = session->collection.n_row;
    state_view view;
    mdgan_status status = view_state(session, bytes, n_byte, &view, error);
    if (status != MDGAN_OK) {
        return status;
    }
    *k = view.counters;
    bool ok = true;
    parts->last = copy_floats(view.last, k->any ? n_row : 0, &ok);
    parts->value = copy_floats(view.value, (size_t)k->n_stored * n_row, &ok);
    if (k->has_origin) {
        parts->origin = copy_floats(view.origin, n_row, &ok);
    }
    if (!ok) {
        return mdgan_fail(error, MDGAN_MEMORY, "out of memory for a restart state of %zu bytes", n_byte);
    }
    if (k->n_model > 0) {
        status = mdgan_model_unpack(&parts->model, view.model, (size_t)k->n_model, error);
    }
    if (status == MDGAN_OK && k->n_model > 0) {
        status = check_model(session, parts->model, error);
    }
    return status;
}

/* Hands the other ranks what they hold of a session: counters, origin and model. Collective. */
static mdgan_status share_state(const mdgan_session *session, state_counters *k, state_parts *parts, mdgan_error *error)
{
    const mdgan_comm *const comm = session->retained_comm;
    const size_t row = session->collection.n_row * sizeof(float);
    mdgan_status status = mdgan_comm_broadcast(comm, k, sizeof *k, error);
    if (status != MDGAN_OK) {
        return status;
    }
    if (k->has_origin) {
        if (parts->origin == NULL && (parts->origin = malloc(row)) == NULL) {
            status = mdgan_fail(error, MDGAN_MEMORY, "out of memory for one frame of %zu bytes", row);
        }
        status = mdgan_comm_agree(comm, status, error);
        if (status == MDGAN_OK) {
            status = mdgan_comm_broadcast(comm, parts->origin, row, error);
        }
    }
    if (status == MDGAN_OK && k->n_model > 0) {
        status = session_share_model(session, 0, &parts->model, error);
    }
    return status;
}

/* The keywords `stop` and `load` may be others than when the state was written: frames that will not be needed are
 * freed, and of those that were freed a collection that goes on cannot make use. */
static void settle_frames(mdgan_session *session, bool stored)
{
    collection *const c = &session->collection;
    if (session_loads(session) || (session_keeps_frames(session) && !stored)) {
        collection_restart(c);
    } else if (!stored || (session->model != NULL && !session_keeps_frames(session))) {
        collection_release(c);
    }
}

/* A state without a model leaves that of keyword `load` in its place. */
static void install_model(mdgan_session *session, const state_counters *k, state_parts *parts)
{
    const mdgan_progress training = wire_progress_read(&k->training);
    overlap_give_up(&session->overlap, session_loads(session) || parts->model != NULL);
    if (parts->model != NULL || !session_loads(session)) {
        session_adopt(session, parts->model, &training);
        parts->model = NULL;
        return;
    }
    session_end_emission(session);
    session_log(session,
                "mdgan: the restart state holds no model: that of '%s' stays, the %llu frames collected are dropped",
                session->config.load, (unsigned long long)k->n_frame);
}

/* Takes over what it keeps of the parts. Cannot fail: all or nothing of a restart. */
static void install(mdgan_session *session, const state_counters *k, state_parts *parts)
{
    collection *const c = &session->collection;
    install_model(session, k, parts);
    session->origin = parts->origin;
    parts->origin = NULL;
    session->emitted = k->emitted;
    session->emission_seed = (size_t)k->seed;
    session->collect_seconds = k->collect_seconds;
    session->emit_seconds = k->emit_seconds;
    collection_restart(c);
    c->n_frame = (size_t)k->n_frame;
    c->n_room = (size_t)k->n_stored;
    c->any = k->any != 0;
    c->broken = k->broken != 0;
    c->first_step = k->first_step;
    c->last_step = k->last_step;
    c->first_time = k->first_time;
    memcpy(c->box, k->box, sizeof c->box);
    if (c->stores) {
        c->value = parts->value;
        parts->value = NULL;
        if (c->any) {
            memcpy(c->last, parts->last, c->n_row * sizeof *c->last);
        }
    }
    settle_frames(session, k->n_stored == k->n_frame);
}

/* What the state has brought; with keyword `load` and without a model in it, install_model() has told. */
static void log_restored(const mdgan_session *session, const state_counters *k)
{
    const collection *const c = &session->collection;
    const mdgan_progress *const p = &session->training;
    if (k->n_model > 0) {
        session_log(session, "mdgan: the restart state holds a model: %zu iterations, score %.3g (start %.3g)",
                    p->iteration, p->best_score, p->start_score);
    }
    if (k->n_model > 0 && session->emitted > 0) {
        session_log(session, "mdgan: its emission goes on after frame %lld", (long long)session->emitted);
    }
    if (c->value != NULL && c->n_frame > 0) {
        session_log(session, "mdgan: the restart state holds %zu of %zu frames", c->n_frame, c->n_wanted);
    }
}

mdgan_status mdgan_session_unpack(mdgan_session *session, const void *bytes, size_t n_byte, mdgan_error *error)
{
    state_counters k;
    state_parts parts = {NULL, NULL, NULL, NULL};
    mdgan_status status = MDGAN_OK;
    memset(&k, 0, sizeof k);
    if (session_is_root(session)) {
        status = read_state(session, bytes, n_byte, &k, &parts, error);
    }
    status = mdgan_comm_agree(session->retained_comm, status, error);
    if (status == MDGAN_OK) {
        status = share_state(session, &k, &parts, error);
    }
    if (status == MDGAN_OK) {
        install(session, &k, &parts);
        log_restored(session, &k);
    }
    free_parts(&parts);
    return status;
}
