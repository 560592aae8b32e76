/* SPDX-License-Identifier: BSD-3-Clause */
/* Restarts: a session packed anywhere and unpacked elsewhere goes on as if nothing had happened. */
#include "stub_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_EMIT = 50 };

typedef struct packed {
    void *bytes;
    size_t n_byte;
} packed;

static packed pack(stub_host *stub, const mdgan_session *session)
{
    packed p = {NULL, 0};
    stub_check(stub, mdgan_session_pack(session, &p.bytes, &p.n_byte, &stub->error));
    assert_non_null(p.bytes);
    return p;
}

/* The session's state in a new session; the old one is destroyed. */
static mdgan_session *restarted(stub_host *stub, mdgan_session *session)
{
    const packed p = pack(stub, session);
    mdgan_session_destroy(session);
    mdgan_session *const again = stub_session(stub);
    stub_check(stub, mdgan_session_unpack(again, p.bytes, p.n_byte, &stub->error));
    free(p.bytes);
    return again;
}

/* A whole life with restarts after @p n_frame frames, after training and after @p n_emit rows; 0 = no restart. */
static void live(stub_host *stub, size_t n_frame, bool after_training, size_t n_emit, float *rows)
{
    mdgan_session *session = stub_session(stub);
    stub_offer_range(stub, session, 0, n_frame);
    if (n_frame > 0) {
        session = restarted(stub, session);
        assert_int_equal(mdgan_session_report(session).frames, n_frame);
        char expected[64];
        snprintf(expected, sizeof expected, "the restart state holds %zu of %zu frames", n_frame, stub_frames(stub));
        stub_check_log(stub, expected);
        stub_offer_range(stub, session, n_frame - 1, n_frame); /* hosts repeat the last step */
    }
    stub_offer_range(stub, session, n_frame, stub_frames(stub));
    assert_null(strstr(stub->log, "starts anew"));
    stub_check(stub, mdgan_session_train(session, &stub->error));
    if (after_training) {
        session = restarted(stub, session);
        stub_check_log(stub, "the restart state holds a model: ");
    }
    assert_int_equal(mdgan_session_report(session).phase, MDGAN_PHASE_TRAINED);
    stub_emit(stub, session, rows, n_emit);
    if (n_emit > 0) {
        session = restarted(stub, session);
        assert_int_equal(mdgan_session_report(session).phase, MDGAN_PHASE_EMIT);
        assert_int_equal(mdgan_session_report(session).emitted, n_emit);
        char expected[64];
        snprintf(expected, sizeof expected, "its emission goes on after frame %zu", n_emit);
        stub_check_log(stub, expected);
        stub->shift = 5; /* what is offered now must not touch the emission on its way */
        stub_offer_range(stub, session, STUB_FRAMES + 1, STUB_FRAMES + 3);
        stub->shift = 0;
    }
    stub_emit(stub, session, rows + n_emit * STUB_ENTITY, N_EMIT - n_emit);
    mdgan_session_destroy(session);
}

static void check_restarts(stub_host *stub)
{
    static const struct {
        size_t n_frame;
        bool after_training;
        size_t n_emit;
    } at[] = {{1, false, 0}, {13, false, 0},          {STUB_FRAMES, false, 0}, {0, true, 0},
              {0, false, 1}, {0, false, STUB_WINDOW}, {0, false, 37},          {20, true, 23}};
    static float expected[N_EMIT * STUB_ENTITY];
    static float rows[N_EMIT * STUB_ENTITY];
    live(stub, 0, false, 0, expected);
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        memset(rows, 0, sizeof rows);
        live(stub, at[i].n_frame, at[i].after_training, at[i].n_emit, rows);
        assert_memory_equal(rows, expected, sizeof rows);
    }
}

static void test_restart_of_velocities(void **state)
{
    check_restarts(*state);
}

static void test_restart_of_positions(void **state)
{
    stub_host *const stub = *state;
    stub->feature.kind = MDGAN_POSITION;
    check_restarts(stub);
}

static void test_report_survives(void **state)
{
    stub_host *const stub = *state;
    mdgan_session *session = stub_session(stub);
    stub_offer_range(stub, session, 0, STUB_FRAMES);
    stub_check(stub, mdgan_session_train(session, &stub->error));
    const mdgan_report before = mdgan_session_report(session);
    session = restarted(stub, session);
    const mdgan_report after = mdgan_session_report(session);
    assert_int_equal(after.training.iteration, before.training.iteration);
    assert_true(after.training.best_score == before.training.best_score);
    assert_true(after.training.seconds == before.training.seconds);
    assert_true(after.collect_seconds == before.collect_seconds);
    mdgan_session_destroy(session);
}

/* Once trained, the frames only cost memory and room in the host's restart file. */
static void test_frames_are_not_kept_after_training(void **state)
{
    stub_host *const stub = *state;
    const size_t n_value = STUB_FRAMES * STUB_ENTITY * sizeof(float);
    mdgan_session *session = stub_session(stub);
    stub_offer_range(stub, session, 0, STUB_FRAMES);
    packed p = pack(stub, session);
    assert_true(p.n_byte > n_value);
    free(p.bytes);
    stub_check(stub, mdgan_session_train(session, &stub->error));
    packed model = {NULL, 0};
    stub_check(stub, mdgan_model_pack(mdgan_session_model(session), &model.bytes, &model.n_byte, &stub->error));
    p = pack(stub, session);
    assert_true(p.n_byte < model.n_byte + n_value / 2);
    free(p.bytes);
    free(model.bytes);
    session = restarted(stub, session);
    assert_int_equal(mdgan_session_report(session).frames, STUB_FRAMES); /* still reported */
    stub_check_error(stub, mdgan_session_train(session, &stub->error), MDGAN_STATE, "cannot train again");
    mdgan_session_destroy(session);
}

/* Unpacks into a session of the stub's present keywords and expects a refusal that changes nothing. */
static void refuse(stub_host *stub, packed p, mdgan_status expected, const char *part)
{
    mdgan_session *const session = stub_session(stub);
    stub_offer_range(stub, session, 0, 2);
    stub_check_error(stub, mdgan_session_unpack(session, p.bytes, p.n_byte, &stub->error), expected, part);
    assert_int_equal(mdgan_session_report(session).frames, 2);
    assert_null(mdgan_session_model(session));
    mdgan_session_destroy(session);
}

static packed pack_emitting(stub_host *stub)
{
    float rows[3 * STUB_ENTITY];
    mdgan_session *const session = stub_session(stub);
    stub_offer_range(stub, session, 0, STUB_FRAMES);
    stub_check(stub, mdgan_session_train(session, &stub->error));
    stub_emit(stub, session, rows, 3);
    const packed p = pack(stub, session);
    mdgan_session_destroy(session);
    return p;
}

static void test_damage_is_noticed(void **state)
{
    stub_host *const stub = *state;
    const packed p = pack_emitting(stub);
    unsigned char *const bytes = p.bytes;
    refuse(stub, (packed){NULL, 0}, MDGAN_FORMAT, "truncated");
    refuse(stub, (packed){bytes, 39}, MDGAN_FORMAT, "truncated");
    refuse(stub, (packed){bytes, p.n_byte - 1}, MDGAN_FORMAT, "truncated");
    const size_t spots[] = {40, 200, p.n_byte / 2, p.n_byte - 1};
    for (size_t i = 0; i < sizeof spots / sizeof spots[0]; i++) {
        bytes[spots[i]] ^= 1;
        refuse(stub, p, MDGAN_FORMAT, "checksum");
        bytes[spots[i]] ^= 1;
    }
    bytes[0] = 'X';
    refuse(stub, p, MDGAN_FORMAT, "not written by mdgan");
    bytes[0] = 'M';
    bytes[8] ^= 1;
    refuse(stub, p, MDGAN_FORMAT, "byte order");
    bytes[8] ^= 1;
    bytes[16] ^= 2;
    refuse(stub, p, MDGAN_VERSION, "restart state has version 6, this mdgan reads version 4");
    bytes[16] ^= 2;
    mdgan_session *const session = stub_session(stub); /* and undamaged it is taken */
    stub_check(stub, mdgan_session_unpack(session, p.bytes, p.n_byte, &stub->error));
    mdgan_session_destroy(session);
    free(p.bytes);
}

/* With the checksum made right again, the lengths alone must keep the reader inside the bytes. */
static void test_lengths_are_not_trusted(void **state)
{
    stub_host *const stub = *state;
    const packed p = pack_emitting(stub);
    unsigned char *const bytes = p.bytes;
    for (size_t at = 40; at < 40 + 460; at += 8) {
        uint64_t saved, hash = UINT64_C(0xcbf29ce484222325);
        const uint64_t huge = UINT64_MAX / 3;
        memcpy(&saved, bytes + at, 8);
        memcpy(bytes + at, &huge, 8);
        for (size_t i = 40; i < p.n_byte; i++) {
            hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
        }
        memcpy(bytes + 32, &hash, 8);
        mdgan_session *const session = stub_session(stub);
        const mdgan_status status = mdgan_session_unpack(session, p.bytes, p.n_byte, &stub->error);
        /* Numbers that are only reported may be anything; all else is refused. */
        assert_true(status == MDGAN_OK || status == MDGAN_FORMAT || status == MDGAN_MISMATCH);
        mdgan_session_destroy(session);
        memcpy(bytes + at, &saved, 8);
    }
    free(p.bytes);
}

static void test_other_keywords_are_refused(void **state)
{
    stub_host *const stub = *state;
    const packed p = pack_emitting(stub);
    stub->config.window = 20;
    refuse(stub, p, MDGAN_MISMATCH, "restart state has windows of M = 16 frames, now asked for is M = 20: give M = 16");
    stub->config.window = STUB_WINDOW;
    stub_keyword(stub, "windows", "2");
    refuse(stub, p, MDGAN_MISMATCH, "'windows 1', now it is 'windows 2': use 1 as before");
    stub_keyword(stub, "windows", "1");
    stub_keyword(stub, "seed", "8");
    refuse(stub, p, MDGAN_MISMATCH, "'seed 7', now it is 'seed 8': use 7 as before");
    stub_keyword(stub, "seed", "7");
    stub->feature.kind = MDGAN_SCALAR;
    refuse(stub, p, MDGAN_MISMATCH, "restart state: ");
    free(p.bytes);
}

static void test_remedy_for_another_interval(void **state)
{
    stub_host *const stub = *state;
    const packed p = pack_emitting(stub);
    stub->feature.stride *= 2;
    stub->host.stride_option = "Nevery";
    mdgan_session *const session = stub_session(stub);
    stub_check_error(stub, mdgan_session_unpack(session, p.bytes, p.n_byte, &stub->error), MDGAN_MISMATCH,
                     "but the data every 8; train a model on these data, or use one frame every 4 steps: Nevery 4");
    mdgan_session_destroy(session);
    free(p.bytes);
}

/* The user's model is not replaced, neither by none nor by another one. */
static void test_load_is_not_overridden(void **state)
{
    stub_host *const stub = *state;
    float rows[2][6 * STUB_ENTITY];
    mdgan_session *session = stub_session(stub);
    stub_offer_range(stub, session, 0, 5);
    const packed collecting = pack(stub, session);
    mdgan_session_destroy(session);
    session = stub_trained(stub);
    stub_check(stub, mdgan_session_save(session, stub_path(stub, "model.h5"), &stub->error));
    stub_emit(stub, session, rows[0], 2);
    const packed emitting = pack(stub, session);
    stub_emit(stub, session, rows[0] + 2 * STUB_ENTITY, 4);
    mdgan_session_destroy(session);
    stub_keyword(stub, "iterations", "2");
    session = stub_trained(stub);
    stub_check(stub, mdgan_session_save(session, stub_path(stub, "other.h5"), &stub->error));
    mdgan_session_destroy(session);

    stub_keyword(stub, "load", stub_path(stub, "model.h5"));
    session = stub_session(stub); /* the same model: the emission goes on */
    stub_check(stub, mdgan_session_unpack(session, emitting.bytes, emitting.n_byte, &stub->error));
    stub_emit(stub, session, rows[1] + 2 * STUB_ENTITY, 4);
    assert_memory_equal(rows[1] + 2 * STUB_ENTITY, rows[0] + 2 * STUB_ENTITY, 4 * STUB_ENTITY * sizeof(float));
    /* none: the emission begins anew */
    stub_check(stub, mdgan_session_unpack(session, collecting.bytes, collecting.n_byte, &stub->error));
    stub_check_log(stub, "mdgan: the restart state holds no model: that of '/tmp/mdgan-test-");
    stub_check_log(stub, "/model.h5' stays, the 5 frames collected are dropped\n");
    assert_int_equal(mdgan_session_report(session).frames, 0);
    assert_int_equal(mdgan_session_report(session).phase, MDGAN_PHASE_TRAINED);
    assert_int_equal(mdgan_session_report(session).training.iteration, 3);
    stub_emit(stub, session, rows[1], 6);
    assert_memory_equal(rows[1], rows[0], sizeof rows[0]);
    mdgan_session_destroy(session);

    stub_keyword(stub, "load", stub_path(stub, "other.h5"));
    session = stub_session(stub);
    const mdgan_model *const model = mdgan_session_model(session);
    stub_check_error(stub, mdgan_session_unpack(session, emitting.bytes, emitting.n_byte, &stub->error), MDGAN_MISMATCH,
                     "/other.h5', but the restart state holds another model: leave 'load' out to go on with that one");
    assert_ptr_equal(mdgan_session_model(session), model);
    mdgan_session_destroy(session);
    free(collecting.bytes);
    free(emitting.bytes);
}

static void test_entities_must_be_the_same(void **state)
{
    stub_host *const stub = *state;
    mdgan_session *session = stub_session(stub);
    const packed p = pack(stub, session);
    mdgan_session_destroy(session);
    stub_check(stub, mdgan_session_create(&session, &stub->config, &stub->feature, STUB_ENTITY + 1, &stub->host,
                                          stub->comm, &stub->error));
    stub_check_error(stub, mdgan_session_unpack(session, p.bytes, p.n_byte, &stub->error), MDGAN_MISMATCH,
                     "restart state has 24 entities, the feature now has 25");
    mdgan_session_destroy(session);
    free(p.bytes);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, stub_set_up, stub_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_restart_of_velocities),     TEST(test_restart_of_positions),
        TEST(test_report_survives),           TEST(test_damage_is_noticed),
        TEST(test_lengths_are_not_trusted),   TEST(test_other_keywords_are_refused),
        TEST(test_lengths_are_not_trusted),   TEST(test_remedy_for_another_interval),
        TEST(test_entities_must_be_the_same), TEST(test_frames_are_not_kept_after_training),
        TEST(test_load_is_not_overridden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
