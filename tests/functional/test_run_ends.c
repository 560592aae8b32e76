/* SPDX-License-Identifier: BSD-3-Clause */
/* What happens at the end of a host's run, and collecting past what is wanted. */
#include "stub_host.h"

#include <stdlib.h>
#include <string.h>

static void end_run(stub_host *stub, mdgan_session *session)
{
    stub_forget_log(stub);
    stub_check(stub, mdgan_session_run_ended(session, &stub->error));
}

static void test_policy_with_stop_yes(void **state)
{
    stub_host *const stub = *state;
    mdgan_session *const session = stub_session(stub);
    bool done = true;
    end_run(stub, session);
    assert_string_equal(stub->log, "mdgan: 0 of 32 frames collected, go on with run\n");
    stub_offer_range(stub, session, 0, 31);
    assert_true(mdgan_session_report(session).done_next);
    end_run(stub, session);
    assert_string_equal(stub->log, "mdgan: 31 of 32 frames collected, go on with run\n");
    assert_null(mdgan_session_model(session));
    stub_check(stub, stub_offer(stub, session, 31, &done));
    assert_true(done);
    end_run(stub, session);
    assert_non_null(mdgan_session_model(session));
    stub_check_log(stub, "mdgan: trained 3 iterations in ");
    end_run(stub, session);
    assert_string_equal(stub->log, "");
    /* A run behind the training is not ended: there is nothing left to collect. */
    stub_check(stub, stub_offer(stub, session, 32, &done));
    assert_false(done || mdgan_session_report(session).done_next);
    assert_int_equal(mdgan_session_report(session).frames, 32);
    mdgan_session_destroy(session);
}

static void test_policy_with_stop_no(void **state)
{
    stub_host *const stub = *state;
    stub_keyword(stub, "stop", "no");
    mdgan_session *const session = stub_session(stub);
    bool done = true;
    for (size_t f = 0; f < 101; f++) {
        stub_check(stub, stub_offer(stub, session, f, &done));
        assert_false(done || mdgan_session_report(session).done_next);
    }
    end_run(stub, session);
    assert_string_equal(stub->log, "mdgan: 101 frames collected, enough for 3 window pairs of each entity: ask for the "
                                   "training, or go on with run for more\n");
    assert_null(mdgan_session_model(session));
    const mdgan_report report = mdgan_session_report(session);
    assert_int_equal(report.phase, MDGAN_PHASE_READY);
    assert_int_equal(report.frames, 101);
    assert_int_equal(report.windows, 3);
    assert_int_equal(report.frames_wanted, 32);
    mdgan_session_destroy(session);
}

/* Every training is one on all frames so far, equal to that of a session that has collected them in one go. */
static void test_trains_again_on_more_frames(void **state)
{
    stub_host *const stub = *state;
    float first[8 * STUB_ENTITY], rows[8 * STUB_ENTITY], expected[8 * STUB_ENTITY];
    stub_keyword(stub, "stop", "no");
    mdgan_session *session = stub_session(stub);
    stub_offer_range(stub, session, 0, 40);
    stub_check(stub, mdgan_session_train(session, &stub->error));
    stub_emit(stub, session, first, 8);
    stub_offer_range(stub, session, 39, 77); /* a further run that repeats the last step */
    end_run(stub, session);
    assert_string_equal(stub->log, ""); /* there is a model */
    assert_int_equal(mdgan_session_report(session).frames, 77);
    stub_check(stub, mdgan_session_train(session, &stub->error));
    stub_check_log(stub, "mdgan: training on 24 entities x 77 frames of ");
    assert_int_equal(mdgan_session_report(session).emitted, 0);
    stub_emit(stub, session, rows, 8);
    mdgan_session_destroy(session);

    session = stub_session(stub);
    stub_offer_range(stub, session, 0, 77);
    stub_check(stub, mdgan_session_train(session, &stub->error));
    stub_emit(stub, session, expected, 8);
    mdgan_session_destroy(session);
    assert_memory_equal(rows, expected, sizeof rows);
    assert_memory_not_equal(rows, first, sizeof rows);
}

static mdgan_session *restarted(stub_host *stub, mdgan_session *session)
{
    void *bytes = NULL;
    size_t n_byte = 0;
    stub_check(stub, mdgan_session_pack(session, &bytes, &n_byte, &stub->error));
    mdgan_session_destroy(session);
    mdgan_session *const again = stub_session(stub);
    stub_check(stub, mdgan_session_unpack(again, bytes, n_byte, &stub->error));
    free(bytes);
    return again;
}

/* A restart keeps the frames beside the model, and more of them than wanted. */
static void test_restart_keeps_the_frames(void **state)
{
    stub_host *const stub = *state;
    float rows[8 * STUB_ENTITY], expected[8 * STUB_ENTITY];
    stub_keyword(stub, "stop", "no");
    for (size_t i = 0; i < 2; i++) {
        mdgan_session *session = stub_session(stub);
        stub_offer_range(stub, session, 0, 50);
        stub_check(stub, mdgan_session_train(session, &stub->error));
        if (i == 1) {
            session = restarted(stub, session);
            assert_int_equal(mdgan_session_report(session).phase, MDGAN_PHASE_TRAINED);
        }
        stub_offer_range(stub, session, 50, 70);
        assert_int_equal(mdgan_session_report(session).frames, 70);
        stub_check(stub, mdgan_session_train(session, &stub->error));
        stub_emit(stub, session, i == 0 ? expected : rows, 8);
        mdgan_session_destroy(session);
    }
    assert_memory_equal(rows, expected, sizeof rows);
}

/* The keyword may be another one after a restart: what is not needed is freed, what was freed is collected anew. */
static void test_restart_with_the_other_stop(void **state)
{
    stub_host *const stub = *state;
    stub_keyword(stub, "stop", "no");
    mdgan_session *session = stub_session(stub);
    stub_offer_range(stub, session, 0, 50);
    stub_check(stub, mdgan_session_train(session, &stub->error));
    stub_keyword(stub, "stop", "yes");
    session = restarted(stub, session);
    stub_check_error(stub, mdgan_session_train(session, &stub->error), MDGAN_STATE, "cannot train again");
    stub_keyword(stub, "stop", "no");
    session = restarted(stub, session);
    assert_int_equal(mdgan_session_report(session).frames, 0);
    stub_check_error(stub, mdgan_session_train(session, &stub->error), MDGAN_STATE, "0 of 32 frames are collected");
    stub_offer_range(stub, session, 50, 50 + STUB_FRAMES);
    stub_check(stub, mdgan_session_train(session, &stub->error));
    mdgan_session_destroy(session);
}

/* With a loaded model nothing is collected, whatever `stop` says; one that is read later leaves the collection alone.
 */
static void test_loaded_models(void **state)
{
    stub_host *const stub = *state;
    stub_keyword(stub, "stop", "no");
    mdgan_session *session = stub_session(stub);
    stub_offer_range(stub, session, 0, 40);
    stub_check(stub, mdgan_session_train(session, &stub->error));
    stub_check(stub, mdgan_session_save(session, stub_path(stub, "model.h5"), &stub->error));
    stub_check(stub, mdgan_session_load(session, stub_path(stub, "model.h5"), &stub->error));
    stub_offer_range(stub, session, 40, 45);
    assert_int_equal(mdgan_session_report(session).frames, 45);
    stub_check(stub, mdgan_session_write(session, stub_path(stub, "data.h5"), &stub->error));
    mdgan_session_destroy(session);
    stub_keyword(stub, "load", stub_path(stub, "model.h5"));
    session = stub_session(stub);
    stub_offer_range(stub, session, 0, 5);
    assert_int_equal(mdgan_session_report(session).frames, 0);
    end_run(stub, session);
    assert_string_equal(stub->log, "");
    mdgan_session_destroy(session);
}

/* Past what is wanted a gap starts the collection anew, as before. */
static void test_gap_past_the_windows(void **state)
{
    stub_host *const stub = *state;
    stub_keyword(stub, "stop", "no");
    mdgan_session *const session = stub_session(stub);
    stub_offer_range(stub, session, 0, 40);
    stub_offer_range(stub, session, 60, 61);
    stub_check_log(stub, "the collection starts anew, the 40 frames so far are dropped, 32 are wanted");
    assert_int_equal(mdgan_session_report(session).frames, 1);
    mdgan_session_destroy(session);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, stub_set_up, stub_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_policy_with_stop_yes),        TEST(test_policy_with_stop_no),
        TEST(test_trains_again_on_more_frames), TEST(test_restart_keeps_the_frames),
        TEST(test_restart_with_the_other_stop), TEST(test_loaded_models),
        TEST(test_gap_past_the_windows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
