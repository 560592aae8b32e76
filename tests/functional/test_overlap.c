/* SPDX-License-Identifier: BSD-3-Clause */
/* Training beside the simulation, on one rank. */
#include "stub_host.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <mdgan/series.h>

#include "gan/model.h"

enum { MANY = 100000 /* frames within which every short training ends */ };

static void nap(void)
{
    static const struct timespec time = {.tv_nsec = 1000000};
    nanosleep(&time, NULL);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* A simulation of a millisecond per frame, from frame @p f on, until the session says done; the frames then offered. */
static size_t run_until_done(stub_host *stub, mdgan_session *session, size_t f)
{
    bool done = false;
    while (!done && f < MANY) {
        nap();
        stub_check(stub, stub_offer(stub, session, f++, &done));
    }
    assert_true(done);
    return f;
}

/* The same until a model is there. */
static size_t run_until_trained(stub_host *stub, mdgan_session *session, size_t f)
{
    bool done = false;
    while (mdgan_session_model(session) == NULL && f < MANY) {
        nap();
        stub_check(stub, stub_offer(stub, session, f++, &done));
        assert_false(done);
    }
    assert_non_null(mdgan_session_model(session));
    return f;
}

/* The plain training of @p n_frame frames. */
static mdgan_session *plainly_trained(stub_host *stub, size_t n_frame)
{
    const mdgan_config config = stub->config;
    stub_keyword(stub, "overlap", "no");
    stub_keyword(stub, "stop", "no"); /* so that there may be more frames than wanted */
    stub->config.save[0] = stub->config.data[0] = '\0';
    mdgan_session *const session = stub_session(stub);
    stub_offer_range(stub, session, 0, n_frame);
    stub_check(stub, mdgan_session_train(session, &stub->error));
    stub->config = config;
    return session;
}

static void assert_same_model(const mdgan_session *a, const mdgan_session *b)
{
    const mdgan_model *const x = mdgan_session_model(a), *const y = mdgan_session_model(b);
    assert_int_equal(x->n_weight, y->n_weight);
    assert_memory_equal(x->weight, y->weight, x->n_weight * sizeof *x->weight);
    assert_true(x->score == y->score && x->start_score == y->start_score);
    assert_non_null(x->resume);
    assert_non_null(y->resume);
    assert_int_equal(x->resume->iteration, y->resume->iteration);
    assert_memory_equal(x->resume->generator, y->resume->generator, x->n_weight * sizeof *x->weight);
    assert_memory_equal(x->resume->critic, y->resume->critic, x->resume->n_critic * sizeof *x->resume->critic);
    assert_memory_equal(x->resume->pool, y->resume->pool, x->resume->n_pool * sizeof *x->resume->pool);
}

static void test_equals_the_plain_training(void **state)
{
    stub_host *const stub = *state;
    float rows[20 * STUB_ENTITY], expected[20 * STUB_ENTITY];
    mdgan_dataset data;
    stub_keyword(stub, "iterations", "60");
    stub_keyword(stub, "overlap", "yes");
    stub_keyword(stub, "save", stub_path(stub, "model.h5"));
    stub_keyword(stub, "data", stub_path(stub, "data.h5"));
    stub->steps_left = 1000;
    mdgan_session *const session = stub_session(stub);
    const size_t n_frame = run_until_done(stub, session, 0);
    assert_true(n_frame > STUB_FRAMES + 1);
    mdgan_session *const plain = plainly_trained(stub, STUB_FRAMES);
    assert_same_model(session, plain);
    stub_emit(stub, session, rows, 20);
    stub_emit(stub, plain, expected, 20);
    assert_memory_equal(rows, expected, sizeof rows);
    mdgan_session_destroy(plain);

    stub_check(stub, mdgan_series_read(&data, stub_path(stub, "data.h5"), NULL, &stub->error));
    assert_int_equal(data.n_frame, STUB_FRAMES); /* what it was trained on */
    mdgan_dataset_clear(&data);
    assert_int_equal(access(stub_path(stub, "model.h5"), R_OK), 0);
    stub_forget_log(stub);
    stub_check(stub, mdgan_session_run_ended(session, &stub->error));
    assert_string_equal(stub->log, "");
    mdgan_session_destroy(session);
}

static void test_log_and_report(void **state)
{
    stub_host *const stub = *state;
    bool done = false;
    stub_keyword(stub, "iterations", "400");
    stub_keyword(stub, "overlap", "yes");
    stub->steps_left = 1000;
    mdgan_session *const session = stub_session(stub);
    for (size_t f = 0; f < STUB_FRAMES; f++) {
        assert_false(mdgan_session_report(session).overlapping);
        nap();
        stub_check(stub, stub_offer(stub, session, f, &done));
    }
    assert_true(mdgan_session_report(session).overlapping);
    const size_t f = run_until_trained(stub, session, STUB_FRAMES);
    mdgan_report report = mdgan_session_report(session);
    assert_true(report.done_next && !report.overlapping);
    assert_int_equal(report.training.iteration, 400);
    assert_true(report.alone_seconds >= 1e-3 && report.beside_seconds >= 1e-3);
    assert_true(report.alone_seconds < 1 && report.beside_seconds < 1);
    stub_check(stub, stub_offer(stub, session, f - 1, &done)); /* a repeated step is none that follows */
    assert_false(done);
    stub_check(stub, stub_offer(stub, session, f, &done));
    assert_true(done);
    stub_check_log(stub, "mdgan: 32 frames are in: training on them begins beside the run\n");
    stub_check_log(stub, "mdgan: training on 24 entities x 32 frames of 'oscillator', window M = 16 (32 fs), start: ");
    stub_check_log(stub, "mdgan: iteration ");
    stub_check_log(stub, "mdgan: trained 400 iterations in ");
    stub_check_log(stub, " s beside the run: held-out score ");
    stub_check_log(stub, " s per frame beside the training, ");
    stub_check_log(stub, "mdgan: the run ends 996 steps early, which saves about ");
    assert_int_equal(report.frames, f); /* all were collected */
    /* Behind the end of the run the session has all it wanted. */
    stub_check(stub, mdgan_session_run_ended(session, &stub->error));
    stub_check(stub, stub_offer(stub, session, f + 1, &done));
    assert_false(done);
    mdgan_session_destroy(session);
}

static void test_target_ends_it_early(void **state)
{
    stub_host *const stub = *state;
    stub_keyword(stub, "iterations", "100000000");
    stub_keyword(stub, "target", "1000000");
    stub_keyword(stub, "overlap", "yes");
    mdgan_session *const session = stub_session(stub);
    run_until_done(stub, session, 0);
    const mdgan_report report = mdgan_session_report(session);
    assert_true(report.training.best_score <= 1000000);
    assert_int_equal(report.training.iteration, 0); /* the start was good enough */
    stub_check_silence(stub, "short of");
    mdgan_session_destroy(session);
}

/* Short of its target a stage leaves a candidate, and the next one has twice the frames. */
static void test_stages(void **state)
{
    stub_host *const stub = *state;
    bool done = false;
    size_t f = 0;
    stub_keyword(stub, "iterations", "20");
    stub_keyword(stub, "target", "1e-9");
    stub_keyword(stub, "overlap", "yes");
    mdgan_session *const session = stub_session(stub);
    for (; f < MANY && strstr(stub->log, "when there are") == NULL; f++) {
        nap();
        stub_check(stub, stub_offer(stub, session, f, &done));
        assert_false(done);
    }
    stub_check_log(stub, " after 20 iterations on 32 frames, short of 'target 1e-09': the training goes on when there "
                         "are 64 frames\n");
    assert_null(mdgan_session_model(session));
    while (!mdgan_session_report(session).overlapping && f < MANY) {
        stub_check(stub, stub_offer(stub, session, f++, &done));
    }
    assert_true(f >= 64);
    stub_check(stub, mdgan_session_run_ended(session, &stub->error));
    stub_check_log(stub, "mdgan: the run is over, waiting for the training beside it\n");
    stub_check_log(stub, "mdgan: that is short of 'target 1e-09': a longer run or training may reach it\n");
    mdgan_session *const plain = plainly_trained(stub, f);
    assert_same_model(session, plain); /* the later one, of all frames that there were */
    mdgan_session_destroy(plain);
    mdgan_session_destroy(session);
}

/* The run ends between two stages: the candidate is the model. */
static void test_candidate_is_taken_at_the_end(void **state)
{
    stub_host *const stub = *state;
    bool done = false;
    stub_keyword(stub, "iterations", "0");
    stub_keyword(stub, "target", "1e-9");
    stub_keyword(stub, "overlap", "yes");
    mdgan_session *const session = stub_session(stub);
    stub_offer_range(stub, session, 0, STUB_FRAMES);
    for (size_t i = 0; i < 10000 && mdgan_session_report(session).overlapping; i++) {
        nap();
        stub_check(stub, stub_offer(stub, session, STUB_FRAMES - 1, &done)); /* the clock stands still */
    }
    assert_null(mdgan_session_model(session));
    assert_false(done || mdgan_session_report(session).overlapping);
    stub_check(stub, mdgan_session_run_ended(session, &stub->error));
    assert_non_null(mdgan_session_model(session));
    stub_check_silence(stub, "the run is over, waiting");
    mdgan_session_destroy(session);
}

static mdgan_session *in_flight(stub_host *stub)
{
    stub_keyword(stub, "iterations", "100000000");
    stub_keyword(stub, "overlap", "yes");
    mdgan_session *const session = stub_session(stub);
    stub_offer_range(stub, session, 0, STUB_FRAMES + 8);
    assert_true(mdgan_session_report(session).overlapping);
    return session;
}

static void test_destroy_in_flight(void **state)
{
    stub_host *const stub = *state;
    for (int i = 0; i < 3; i++) { /* in the start, and later */
        mdgan_session *const session = in_flight(stub);
        for (int k = 0; k < 100 * i; k++) {
            nap();
        }
        const double begin = seconds();
        mdgan_session_destroy(session);
        assert_true(seconds() - begin < 10);
    }
}

/* The host's time is up: the best model so far is taken. */
static void test_cancelled_while_waiting(void **state)
{
    stub_host *const stub = *state;
    mdgan_session *const session = in_flight(stub);
    stub->cancel = true;
    stub_check(stub, mdgan_session_run_ended(session, &stub->error));
    assert_true(stub->asked > 0);
    assert_non_null(mdgan_session_model(session));
    assert_true(mdgan_session_report(session).training.iteration < 100000000);
    stub_check_log(stub, "mdgan: training ended early, its best model so far is kept: stopped after ");
    stub_check_log(stub, " of 100000000 iterations: enough of it\n");
    mdgan_session_destroy(session);
}

static void test_restart_in_flight(void **state)
{
    stub_host *const stub = *state;
    void *bytes = NULL;
    size_t n_byte = 0;
    bool done = false;
    mdgan_session *session = in_flight(stub);
    stub_check(stub, mdgan_session_pack(session, &bytes, &n_byte, &stub->error));
    mdgan_session_destroy(session);
    stub_keyword(stub, "iterations", "20");
    session = stub_session(stub);
    stub_check(stub, mdgan_session_unpack(session, bytes, n_byte, &stub->error));
    free(bytes);
    assert_int_equal(mdgan_session_report(session).frames, STUB_FRAMES + 8);
    assert_false(mdgan_session_report(session).overlapping);
    stub_check(stub, stub_offer(stub, session, STUB_FRAMES + 7, &done)); /* the repeated step */
    assert_true(mdgan_session_report(session).overlapping);
    run_until_done(stub, session, STUB_FRAMES + 8);
    mdgan_session *const plain = plainly_trained(stub, STUB_FRAMES + 8);
    assert_same_model(session, plain);
    mdgan_session_destroy(plain);
    mdgan_session_destroy(session);
}

/* Unpacked over a session that is training itself. */
static void test_unpack_ends_what_is_in_flight(void **state)
{
    stub_host *const stub = *state;
    void *bytes = NULL;
    size_t n_byte = 0;
    mdgan_session *const session = in_flight(stub);
    mdgan_session *const other = stub_session(stub);
    stub_offer_range(stub, other, 0, 5);
    stub_check(stub, mdgan_session_pack(other, &bytes, &n_byte, &stub->error));
    stub_check(stub, mdgan_session_unpack(session, bytes, n_byte, &stub->error));
    assert_false(mdgan_session_report(session).overlapping);
    stub_offer_range(stub, session, 5, STUB_FRAMES);
    assert_true(mdgan_session_report(session).overlapping); /* and it begins again */
    free(bytes);
    mdgan_session_destroy(other);
    mdgan_session_destroy(session);
}

static void test_stop_no_goes_on_collecting(void **state)
{
    stub_host *const stub = *state;
    stub_keyword(stub, "iterations", "20");
    stub_keyword(stub, "overlap", "yes");
    stub_keyword(stub, "stop", "no");
    mdgan_session *const session = stub_session(stub);
    const size_t f = run_until_trained(stub, session, 0);
    assert_false(mdgan_session_report(session).done_next);
    stub_offer_range(stub, session, f, f + 10);
    assert_int_equal(mdgan_session_report(session).frames, f + 10);
    assert_false(mdgan_session_report(session).overlapping); /* one stage, without a target */
    stub_check(stub, mdgan_session_train(session, &stub->error));
    mdgan_session *const plain = plainly_trained(stub, f + 10);
    assert_same_model(session, plain);
    mdgan_session_destroy(plain);
    mdgan_session_destroy(session);
}

/* A training asked for, and a model read, put an end to the one beside the run. */
static void test_other_models_end_it(void **state)
{
    stub_host *const stub = *state;
    mdgan_session *session = in_flight(stub);
    stub_check(stub, mdgan_session_set(session, 2, (const char *const[]){"iterations", "3"}, &stub->error));
    stub_check(stub, mdgan_session_train(session, &stub->error));
    assert_false(mdgan_session_report(session).overlapping);
    assert_int_equal(mdgan_session_report(session).training.iteration, 3);
    stub_check(stub, mdgan_session_save(session, stub_path(stub, "model.h5"), &stub->error));
    mdgan_session_destroy(session);
    session = in_flight(stub);
    stub_check(stub, mdgan_session_load(session, stub_path(stub, "model.h5"), &stub->error));
    assert_false(mdgan_session_report(session).overlapping);
    stub_check(stub, mdgan_session_run_ended(session, &stub->error));
    mdgan_session_destroy(session);
}

static void test_failures_are_told(void **state)
{
    stub_host *const stub = *state;
    stub_keyword(stub, "overlap", "yes");
    mdgan_session *const session = stub_session(stub);
    stub->flat = 1;
    const size_t f = run_until_done(stub, session, 0);
    stub_check_log(stub, "mdgan: the training beside the run failed: ");
    stub_check_log(stub, "; it is left for the end of the run\n");
    assert_false(mdgan_session_report(session).overlapping);
    assert_int_equal(mdgan_session_report(session).phase, MDGAN_PHASE_READY);
    assert_int_equal(mdgan_session_report(session).frames, f);
    stub_check_error(stub, mdgan_session_run_ended(session, &stub->error), MDGAN_DATA, "never changes");
    mdgan_session_destroy(session);
}

/* The same where the run ends before the failure is known. */
static void test_a_failure_behind_the_run(void **state)
{
    stub_host *const stub = *state;
    stub_keyword(stub, "overlap", "yes");
    mdgan_session *const session = stub_session(stub);
    stub->flat = 1;
    stub_offer_range(stub, session, 0, mdgan_session_report(session).frames_wanted);
    assert_true(mdgan_session_report(session).overlapping);
    stub_check_error(stub, mdgan_session_run_ended(session, &stub->error), MDGAN_DATA, "never changes");
    stub_check_log(stub, "mdgan: the training beside the run failed: ");
    assert_false(mdgan_session_report(session).overlapping);
    mdgan_session_destroy(session);
}

static void test_frames_that_are_not_finite(void **state)
{
    stub_host *const stub = *state;
    bool done = true;
    stub_keyword(stub, "overlap", "yes");
    mdgan_session *const session = stub_session(stub);
    stub_offer_range(stub, session, 0, 4);
    stub->shift = 1.0F / 0.0F;
    stub_check_error(stub, stub_offer(stub, session, 4, &done), MDGAN_DATA, "not a finite number");
    assert_false(done);
    assert_int_equal(mdgan_session_report(session).frames, 4);
    mdgan_session_destroy(session);
}

static void test_no_partition_here(void **state)
{
    stub_host *const stub = *state;
    mdgan_session *session = NULL;
    stub_keyword(stub, "overlap", "partition");
    stub_check_error(stub,
                     mdgan_session_create(&session, &stub->config, &stub->feature, STUB_ENTITY, &stub->host, stub->comm,
                                          &stub->error),
                     MDGAN_INVALID, "keyword 'overlap' got 'partition': there is no other partition here");
    assert_null(session);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, stub_set_up, stub_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_equals_the_plain_training),
        TEST(test_log_and_report),
        TEST(test_target_ends_it_early),
        TEST(test_stages),
        TEST(test_candidate_is_taken_at_the_end),
        TEST(test_destroy_in_flight),
        TEST(test_cancelled_while_waiting),
        TEST(test_restart_in_flight),
        TEST(test_unpack_ends_what_is_in_flight),
        TEST(test_stop_no_goes_on_collecting),
        TEST(test_other_models_end_it),
        TEST(test_failures_are_told),
        TEST(test_a_failure_behind_the_run),
        TEST(test_frames_that_are_not_finite),
        TEST(test_no_partition_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
