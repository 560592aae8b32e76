/* SPDX-License-Identifier: BSD-3-Clause */
/* The life of a session on a stub host: collect -> train -> emit, and what goes wrong on the way. */
#include "stub_host.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <mdgan/series.h>

#include "gan/model.h"

/* Trains and saves; returns where. */
static const char *saved_training(stub_host *stub)
{
    const char *const path = stub_path(stub, "model.h5");
    stub_keyword(stub, "save", path);
    mdgan_session_destroy(stub_trained(stub));
    stub->config.save[0] = '\0';
    return path;
}

static void test_whole_life(void **state)
{
    stub_host *const stub = *state;
    stub_keyword(stub, "save", stub_path(stub, "model.h5"));
    stub_keyword(stub, "data", stub_path(stub, "data.h5"));
    mdgan_session *const session = stub_session(stub);
    mdgan_report report = mdgan_session_report(session);
    assert_int_equal(report.phase, MDGAN_PHASE_COLLECT);
    assert_int_equal(report.frames_wanted, STUB_FRAMES);
    assert_null(mdgan_session_model(session));

    bool done = true;
    for (size_t f = 0; f < STUB_FRAMES; f++) {
        stub_check(stub, stub_offer(stub, session, f, &done));
        assert_int_equal(done, f + 1 == STUB_FRAMES);
    }
    report = mdgan_session_report(session);
    assert_int_equal(report.phase, MDGAN_PHASE_READY);
    assert_int_equal(report.frames, STUB_FRAMES);

    stub_check(stub, mdgan_session_train(session, &stub->error));
    report = mdgan_session_report(session);
    assert_int_equal(report.phase, MDGAN_PHASE_TRAINED);
    assert_int_equal(report.training.iterations, 3);
    assert_int_equal(report.emitted, 0);
    stub_check_log(stub, "mdgan: training on 24 entities x 32 frames of 'oscillator', window M = 16 (32 fs), start: ");
    stub_check_log(stub, "mdgan: trained 3 iterations in ");
    stub_check_log(stub, "/model.h5'");
    assert_int_equal(access(stub_path(stub, "model.h5"), R_OK), 0);

    float rows[40 * STUB_ENTITY];
    stub_emit(stub, session, rows, 40);
    report = mdgan_session_report(session);
    assert_int_equal(report.phase, MDGAN_PHASE_EMIT);
    assert_int_equal(report.emitted, 40);
    assert_true(report.emit_seconds > 0 && report.collect_seconds > 0);
    for (size_t i = 0; i < 40 * STUB_ENTITY; i++) {
        assert_true(isfinite(rows[i]));
    }
    mdgan_session_destroy(session);
}

static void test_data_file_holds_the_windows(void **state)
{
    stub_host *const stub = *state;
    stub_keyword(stub, "data", stub_path(stub, "data.h5"));
    mdgan_session_destroy(stub_trained(stub));
    mdgan_dataset data;
    stub_check(stub, mdgan_series_read(&data, stub_path(stub, "data.h5"), NULL, &stub->error));
    assert_int_equal(data.n_entity, STUB_ENTITY);
    assert_int_equal(data.n_frame, STUB_FRAMES);
    assert_int_equal(data.feature.stride, STUB_STRIDE);
    assert_true(data.box[0] == 10 && data.box[4] == 11 && data.box[8] == 12);
    /* entity 3, frame 5, as offered */
    assert_true(fabs(mdgan_dataset_entity(&data, 3)[5] - 0.1 * sin(0.7 * 5 + 2.4 * 3)) < 0.011);
    mdgan_dataset_clear(&data);
}

static void test_windows_multiply_the_frames(void **state)
{
    stub_host *const stub = *state;
    stub_keyword(stub, "windows", "3");
    mdgan_session *const session = stub_session(stub);
    assert_int_equal(mdgan_session_report(session).frames_wanted, 3 * STUB_FRAMES);
    mdgan_session_destroy(session);
}

static void test_gap_is_logged(void **state)
{
    stub_host *const stub = *state;
    mdgan_session *const session = stub_session(stub);
    bool done = true;
    stub_offer_range(stub, session, 0, 5);
    stub_check(stub, stub_offer(stub, session, 4, &done));
    assert_string_equal(stub->log, "");
    stub_check(stub, stub_offer(stub, session, 9, &done));
    assert_false(done);
    assert_string_equal(stub->log, "mdgan: step 36 does not follow step 16 by 4 steps: the collection starts anew, "
                                   "the 5 frames so far are dropped, 32 are wanted\n");
    assert_int_equal(mdgan_session_report(session).frames, 1);
    mdgan_session_destroy(session);
}

/* The steps join, the simulation does not. */
static void test_break_is_logged(void **state)
{
    stub_host *const stub = *state;
    mdgan_session *const session = stub_session(stub);
    mdgan_session_break(session); /* of nothing yet */
    stub_offer_range(stub, session, 0, 5);
    assert_string_equal(stub->log, "");
    mdgan_session_break(session);
    assert_int_equal(mdgan_session_report(session).frames, 5);
    stub_offer_range(stub, session, 5, 8);
    assert_string_equal(stub->log, "mdgan: the simulation has not run from step 16 to step 20: the collection starts "
                                   "anew, the 5 frames so far are dropped, 32 are wanted\n");
    assert_int_equal(mdgan_session_report(session).frames, 3);
    mdgan_session_destroy(session);
}

/* A host whose frames never come at the wanted interval hears of it twice, and again after it has been right. */
static void test_wrong_interval_is_not_logged_for_ever(void **state)
{
    stub_host *const stub = *state;
    mdgan_session *const session = stub_session(stub);
    bool done = true;
    for (size_t f = 0; f < 40; f += 4) {
        stub_check(stub, stub_offer(stub, session, f, &done));
    }
    assert_string_equal(stub->log, "mdgan: step 16 does not follow step 0 by 4 steps: the collection starts anew, "
                                   "the 1 frame so far is dropped, 32 are wanted\n"
                                   "mdgan: nor does step 32: a frame is wanted every 4 steps, but these are 16 apart; "
                                   "choose one interval for both (no more is said of it until frames follow each "
                                   "other)\n");
    stub_forget_log(stub);
    stub_offer_range(stub, session, 36, 38);
    assert_string_equal(stub->log, "");
    stub_check(stub, stub_offer(stub, session, 40, &done));
    stub_check_log(stub,
                   "step 160 does not follow step 148 by 4 steps: the collection starts anew, the 2 frames so far");
    mdgan_session_destroy(session);
}

static void test_order_errors(void **state)
{
    stub_host *const stub = *state;
    mdgan_session *const session = stub_session(stub);
    const float *row = NULL;
    stub_offer_range(stub, session, 0, 10);
    stub_check_error(stub, mdgan_session_emit(session, &row, &stub->error), MDGAN_STATE,
                     "there is no model yet (10 of 32 frames are collected); let the simulation run until it has been "
                     "trained, or give keyword 'load'");
    stub_check_error(stub, mdgan_session_train(session, &stub->error), MDGAN_STATE,
                     "10 of 32 frames are collected; let the simulation run 88 steps more");
    stub_check_error(stub, mdgan_session_save(session, stub_path(stub, "model.h5"), &stub->error), MDGAN_STATE,
                     "there is no model yet; collect and train first");
    assert_int_not_equal(access(stub_path(stub, "model.h5"), F_OK), 0);
    mdgan_session_destroy(session);
}

static void test_load_equals_the_trained(void **state)
{
    stub_host *const stub = *state;
    float expected[20 * STUB_ENTITY];
    float rows[20 * STUB_ENTITY];
    stub_keyword(stub, "save", stub_path(stub, "model.h5"));
    mdgan_session *session = stub_trained(stub);
    stub_emit(stub, session, expected, 20);
    mdgan_session_destroy(session);

    stub->config.save[0] = '\0';
    stub_keyword(stub, "load", stub_path(stub, "model.h5"));
    session = stub_session(stub);
    assert_int_equal(mdgan_session_report(session).phase, MDGAN_PHASE_TRAINED);
    bool done = true;
    stub_check(stub, stub_offer(stub, session, 0, &done));
    assert_int_equal(mdgan_session_report(session).frames, 0); /* with a model nothing is collected */
    stub_emit(stub, session, rows, 20);
    assert_memory_equal(rows, expected, sizeof rows);
    stub_check_error(stub, mdgan_session_train(session, &stub->error), MDGAN_STATE, "keyword 'load'");
    mdgan_session_destroy(session);
}

static void test_new_model_restarts_the_emission(void **state)
{
    stub_host *const stub = *state;
    float first[8 * STUB_ENTITY];
    float second[8 * STUB_ENTITY];
    mdgan_session *const session = stub_trained(stub);
    stub_emit(stub, session, first, 8);
    stub_check(stub, mdgan_session_save(session, stub_path(stub, "model.h5"), &stub->error));
    stub_check(stub, mdgan_session_load(session, stub_path(stub, "model.h5"), &stub->error));
    assert_int_equal(mdgan_session_report(session).phase, MDGAN_PHASE_TRAINED);
    stub_emit(stub, session, second, 8);
    assert_memory_equal(first, second, sizeof first);
    stub_check_error(stub, mdgan_session_train(session, &stub->error), MDGAN_STATE, "cannot train again");
    assert_int_equal(mdgan_session_report(session).emitted, 8);
    mdgan_session_destroy(session);
}

static void test_seed_changes_the_emission(void **state)
{
    stub_host *const stub = *state;
    float first[8 * STUB_ENTITY];
    float second[8 * STUB_ENTITY];
    stub_keyword(stub, "save", stub_path(stub, "model.h5"));
    mdgan_session *session = stub_trained(stub);
    stub_emit(stub, session, first, 8);
    mdgan_session_destroy(session);
    stub->config.save[0] = '\0';
    stub_keyword(stub, "load", stub_path(stub, "model.h5"));
    stub_keyword(stub, "seed", "8");
    session = stub_session(stub);
    stub_emit(stub, session, second, 8);
    assert_memory_not_equal(first, second, sizeof first);
    mdgan_session_destroy(session);
}

static void test_models_that_do_not_fit(void **state)
{
    stub_host *const stub = *state;
    const char *const path = saved_training(stub);
    mdgan_session *session = stub_session(stub);
    mdgan_session_destroy(session);

    stub_keyword(stub, "load", path);
    stub->config.window = 32;
    mdgan_status status = mdgan_session_create(&session, &stub->config, &stub->feature, STUB_ENTITY, &stub->host,
                                               stub->comm, &stub->error);
    stub_check_error(stub, status, MDGAN_MISMATCH,
                     "has windows of M = 16 frames, asked for is M = 32: give M = 16, or train a new model");
    assert_null(session);

    stub->config.window = STUB_WINDOW;
    stub->feature.stride = 8;
    status = mdgan_session_create(&session, &stub->config, &stub->feature, STUB_ENTITY, &stub->host, stub->comm,
                                  &stub->error);
    stub_check_error(stub, status, MDGAN_MISMATCH, "model '/tmp/mdgan-test-");
    assert_null(session);
}

/* The remedy is in the words of the host, whose user knows no other. */
static void test_remedy_for_another_interval(void **state)
{
    stub_host *const stub = *state;
    const char *const path = saved_training(stub);
    stub_keyword(stub, "load", path);
    stub->feature.stride = 8;
    stub->feature.dt *= 2;
    const struct {
        const char *option;
        int64_t unit;
        const char *end;
    } cases[] = {{NULL, 0,
                  "has one frame every 4 steps, but the data every 8; train a model on these data, or use one "
                  "frame every 4 steps"},
                 {"Nevery", 0, "use one frame every 4 steps: Nevery 4"},
                 {"-stride", 2, "use one frame every 4 steps: -stride 2"},
                 {"-stride", 8, "use one frame every 4 steps"}}; /* frames between those of the file */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mdgan_session *session = NULL;
        stub->host.stride_option = cases[i].option;
        stub->host.stride_unit = cases[i].unit;
        const mdgan_status status = mdgan_session_create(&session, &stub->config, &stub->feature, STUB_ENTITY,
                                                         &stub->host, stub->comm, &stub->error);
        stub_check_error(stub, status, MDGAN_MISMATCH, cases[i].end);
        const size_t n = strlen(stub->error.text), n_end = strlen(cases[i].end);
        assert_string_equal(stub->error.text + n - n_end, cases[i].end);
    }
}

static void test_failed_load_keeps_the_model(void **state)
{
    stub_host *const stub = *state;
    float first[4 * STUB_ENTITY];
    mdgan_session *const session = stub_trained(stub);
    stub_emit(stub, session, first, 2);
    FILE *const file = fopen(stub_path(stub, "other.h5"), "w");
    assert_non_null(file);
    fputs("not a model", file);
    fclose(file);
    const mdgan_model *const model = mdgan_session_model(session);
    assert_int_not_equal(mdgan_session_load(session, stub_path(stub, "other.h5"), &stub->error), MDGAN_OK);
    assert_non_null(strstr(stub->error.text, "other.h5"));
    assert_ptr_equal(mdgan_session_model(session), model);
    assert_int_equal(mdgan_session_report(session).emitted, 2);
    mdgan_session_destroy(session);
}

static void test_failed_save_keeps_the_model(void **state)
{
    stub_host *const stub = *state;
    char directory[128];
    char path[160];
    float row[STUB_ENTITY];
    snprintf(directory, sizeof directory, "%s", stub_path(stub, "gone"));
    snprintf(path, sizeof path, "%s/model.h5", directory);
    assert_int_equal(mkdir(directory, 0700), 0);
    stub_keyword(stub, "save", path);
    mdgan_session *const session = stub_session(stub);
    stub_offer_range(stub, session, 0, STUB_FRAMES);
    assert_int_equal(rmdir(directory), 0); /* between the check and the training */
    stub_check_error(stub, mdgan_session_train(session, &stub->error), MDGAN_FILE,
                     "the model is trained, but could not be saved: ");
    char spare[160] = "";
    assert_int_equal(sscanf(strstr(stub->error.text, "; the model is in '"), "; the model is in '%159[^']", spare), 1);
    assert_non_null(strstr(spare, "./mdgan-unsaved-model-"));
    assert_int_equal(unlink(spare), 0);
    assert_int_equal(mdgan_session_report(session).phase, MDGAN_PHASE_TRAINED);
    stub_check(stub, mdgan_session_save(session, stub_path(stub, "model.h5"), &stub->error));
    stub_emit(stub, session, row, 1);
    mdgan_session_destroy(session);
}

static void test_failed_data_file_keeps_the_model(void **state)
{
    stub_host *const stub = *state;
    char directory[128];
    char path[160];
    snprintf(directory, sizeof directory, "%s", stub_path(stub, "gone"));
    snprintf(path, sizeof path, "%s/data.h5", directory);
    assert_int_equal(mkdir(directory, 0700), 0);
    stub_keyword(stub, "data", path);
    stub_keyword(stub, "save", stub_path(stub, "model.h5"));
    mdgan_session *const session = stub_session(stub);
    stub_offer_range(stub, session, 0, STUB_FRAMES);
    assert_int_equal(rmdir(directory), 0);
    stub_check_error(stub, mdgan_session_train(session, &stub->error), MDGAN_FILE, "(keyword 'data')");
    assert_non_null(mdgan_session_model(session));
    assert_int_equal(access(stub_path(stub, "model.h5"), R_OK), 0); /* the model is saved all the same */
    mdgan_session_destroy(session);
}

static void test_host_may_cancel(void **state)
{
    stub_host *const stub = *state;
    stub_keyword(stub, "iterations", "1000000");
    stub_keyword(stub, "progress", "3600"); /* it is asked more often than told */
    stub->cancel = true;
    mdgan_session *const session = stub_trained(stub);
    assert_true(stub->asked >= 1);
    stub_check_log(stub, "mdgan: iteration ");
    stub_check_log(stub, "mdgan: training ended early, its best model so far is kept: stopped after ");
    stub_check_log(stub, " of 1000000 iterations: enough of it\n");
    assert_true(mdgan_session_report(session).training.iteration < 1000000);
    assert_non_null(mdgan_session_model(session));
    mdgan_session_destroy(session);
}

/* A training that the host interrupts and another session takes up ends where an uninterrupted one does. */
static void test_resume_equals_the_uninterrupted(void **state)
{
    stub_host *const stub = *state;
    const char *const path = stub_path(stub, "model.h5");
    float expected[8 * STUB_ENTITY];
    float rows[8 * STUB_ENTITY];
    stub_keyword(stub, "iterations", "600");
    mdgan_session *session = stub_trained(stub);
    const mdgan_progress whole = mdgan_session_report(session).training;
    stub_emit(stub, session, expected, 8);
    mdgan_session_destroy(session);

    stub->cancel = true;
    stub_keyword(stub, "save", path);
    session = stub_trained(stub);
    const size_t interrupted = mdgan_session_report(session).training.iteration;
    assert_in_range(interrupted, 1, 599);
    mdgan_session_destroy(session);

    stub->cancel = false;
    stub_keyword(stub, "resume", path);
    session = stub_trained(stub);
    const mdgan_progress resumed = mdgan_session_report(session).training;
    stub_check_log(stub, "model.h5' goes on\n");
    assert_int_equal(resumed.iteration, 600);
    assert_true(resumed.score == whole.score && resumed.best_score == whole.best_score);
    assert_true(resumed.start_score == whole.start_score);
    stub_emit(stub, session, rows, 8);
    assert_memory_equal(rows, expected, sizeof rows);
    mdgan_session_destroy(session);
    mdgan_model *model = NULL;
    stub_check(stub, mdgan_model_load(&model, path, &stub->error)); /* the file it came from was written over */
    assert_true(mdgan_model_info_get(model).checkpoint);
    mdgan_model_destroy(model);
}

/* A training of three iterations from @p init that claims to have taken an hour. */
static void save_long_training(stub_host *stub, const char *init, const char *path)
{
    mdgan_model *model = NULL;
    stub_keyword(stub, "init", init);
    mdgan_session *const session = stub_trained(stub);
    stub_check(stub, mdgan_session_save(session, path, &stub->error));
    mdgan_session_destroy(session);
    stub_keyword(stub, "init", "linear");
    stub_check(stub, mdgan_model_load(&model, path, &stub->error));
    model->resume->seconds = 3600;
    stub_check(stub, mdgan_model_save(model, path, &stub->error));
    mdgan_model_destroy(model);
}

/* Goes on with it. Returns the iterations in all. */
static size_t resume_long_training(stub_host *stub, const char *minutes, const char *iterations, const char *path)
{
    stub_keyword(stub, "resume", path);
    stub_keyword(stub, "minutes", minutes);
    stub_keyword(stub, "iterations", iterations);
    stub_forget_log(stub);
    mdgan_session *const session = stub_trained(stub);
    const size_t done = mdgan_session_report(session).training.iteration;
    mdgan_session_destroy(session);
    return done;
}

/* Random weights have all the time, linear starts 2.5 minutes, whatever the keyword `init` of now. */
static void test_resume_has_the_limits_of_how_it_began(void **state)
{
    stub_host *const stub = *state;
    const char *const path = stub_path(stub, "model.h5");
    save_long_training(stub, "random", path);
    assert_int_equal(resume_long_training(stub, "auto", "5", path), 5);
    stub_check_log(stub, "model.h5' goes on\n");
    assert_int_equal(resume_long_training(stub, "50", "5", path), 3);
    stub_check_log(stub, "model.h5' has had 60 minutes, of 50 in all (keyword 'minutes'): nothing is left to train");
    assert_int_equal(resume_long_training(stub, "auto", "3", path), 3);
    stub_check_log(stub, "model.h5' has had 3 iterations, of 3 in all (keyword 'iterations'): nothing is left");
}

static void test_resume_of_a_linear_start_has_its_limits(void **state)
{
    stub_host *const stub = *state;
    const char *const path = stub_path(stub, "model.h5");
    save_long_training(stub, "linear", path);
    assert_int_equal(resume_long_training(stub, "auto", "5", path), 3);
    stub_check_log(stub, "model.h5' has had 60 minutes, of 2.5 in all (keyword 'minutes'): nothing is left to train");
    stub_check_silence(stub, "goes on");
    stub_keyword(stub, "target", "1000000");
    assert_int_equal(resume_long_training(stub, "0", "5", path), 3);
    stub_check_log(stub, " of 1e+06 wanted (keyword 'target'): nothing is left to train; ask for less");
    stub_keyword(stub, "target", "0");
    assert_int_equal(resume_long_training(stub, "0", "5", path), 5);
}

static void test_resume_of_what_does_not_fit(void **state)
{
    stub_host *const stub = *state;
    const char *const path = saved_training(stub);
    stub_keyword(stub, "resume", path);
    stub->config.window = 32;
    mdgan_session *session = NULL;
    mdgan_status status = mdgan_session_create(&session, &stub->config, &stub->feature, STUB_ENTITY, &stub->host,
                                               stub->comm, &stub->error);
    stub_check_error(stub, status, MDGAN_MISMATCH, "has windows of M = 16 frames, asked for is M = 32");
    assert_null(session);
    stub->config.window = STUB_WINDOW;
    status = mdgan_session_create(&session, &stub->config, &stub->feature, STUB_ENTITY - 1, &stub->host, stub->comm,
                                  &stub->error);
    stub_check_error(stub, status, MDGAN_MISMATCH, "its training was on 24 entities, but here are 23");
    assert_null(session);
    session = stub_session(stub);
    stub_offer_range(stub, session, 0, STUB_FRAMES);
    assert_int_equal(remove(path), 0); /* between the check and the training */
    stub_check_error(stub, mdgan_session_train(session, &stub->error), MDGAN_FILE, "model.h5");
    assert_int_equal(mdgan_session_report(session).phase, MDGAN_PHASE_READY);
    mdgan_session_destroy(session);
}

static void test_keywords_override_the_feature(void **state)
{
    stub_host *const stub = *state;
    stub_keyword(stub, "reversible", "no");
    mdgan_session *const session = stub_trained(stub);
    assert_false(mdgan_model_info_get(mdgan_session_model(session)).feature.reversible);
    mdgan_session_destroy(session);
}

/* Positions go on from the last frame offered, collected or not. */
static void test_position_sets_out_from_the_last_frame(void **state)
{
    stub_host *const stub = *state;
    float rows[2][8 * STUB_ENTITY];
    stub->feature.kind = MDGAN_POSITION;
    stub_keyword(stub, "iterations", "0");
    for (size_t i = 0; i < 2; i++) {
        stub->shift = 0;
        mdgan_session *const session = stub_session(stub);
        assert_int_equal(mdgan_session_report(session).frames_wanted, STUB_FRAMES + 1);
        stub_offer_range(stub, session, 0, stub_frames(stub));
        stub_check(stub, mdgan_session_train(session, &stub->error));
        stub->shift = i == 0 ? 0.0F : 100.0F;
        stub_offer_range(stub, session, STUB_FRAMES + 1, STUB_FRAMES + 2);
        stub_emit(stub, session, rows[i], 8);
        mdgan_session_destroy(session);
    }
    for (size_t j = 0; j < 8 * STUB_ENTITY; j++) {
        assert_true(fabs(rows[1][j] - rows[0][j] - 100.0) < 1e-3);
    }
}

static void test_bad_arguments(void **state)
{
    stub_host *const stub = *state;
    mdgan_session *session = NULL;
    mdgan_error *const error = &stub->error;
    stub_check_error(stub,
                     mdgan_session_create(&session, &stub->config, &stub->feature, 0, &stub->host, stub->comm, error),
                     MDGAN_INVALID, "no entities");
    stub_check_error(stub, mdgan_session_create(&session, &stub->config, &stub->feature, 1, &stub->host, NULL, error),
                     MDGAN_INVALID, "comm is NULL");
    stub->host.size = 1;
    stub_check_error(stub,
                     mdgan_session_create(&session, &stub->config, &stub->feature, 1, &stub->host, stub->comm, error),
                     MDGAN_INVALID, "'size'");
    stub->host.size = sizeof stub->host;
    stub->feature.n_component = 0;
    stub_check_error(stub,
                     mdgan_session_create(&session, &stub->config, &stub->feature, 1, &stub->host, stub->comm, error),
                     MDGAN_INVALID, "component");
    assert_null(session);
    mdgan_session_destroy(NULL);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, stub_set_up, stub_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_whole_life),
        TEST(test_data_file_holds_the_windows),
        TEST(test_windows_multiply_the_frames),
        TEST(test_gap_is_logged),
        TEST(test_break_is_logged),
        TEST(test_wrong_interval_is_not_logged_for_ever),
        TEST(test_order_errors),
        TEST(test_load_equals_the_trained),
        TEST(test_new_model_restarts_the_emission),
        TEST(test_seed_changes_the_emission),
        TEST(test_models_that_do_not_fit),
        TEST(test_remedy_for_another_interval),
        TEST(test_failed_load_keeps_the_model),
        TEST(test_failed_save_keeps_the_model),
        TEST(test_failed_data_file_keeps_the_model),
        TEST(test_host_may_cancel),
        TEST(test_resume_equals_the_uninterrupted),
        TEST(test_resume_has_the_limits_of_how_it_began),
        TEST(test_resume_of_a_linear_start_has_its_limits),
        TEST(test_resume_of_what_does_not_fit),
        TEST(test_keywords_override_the_feature),
        TEST(test_position_sets_out_from_the_last_frame),
        TEST(test_bad_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
