/* SPDX-License-Identifier: BSD-3-Clause */
/* A training that ends badly, or is not needed. The linker puts __wrap_... in the place of the trainer's functions,
 * because a real one does neither on demand. */
#include "stub_host.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <mdgan/series.h>

mdgan_status __wrap_mdgan_trainer_run(mdgan_trainer *trainer, mdgan_progress_fn progress, void *context,
                                      double interval, mdgan_error *error);

mdgan_status __wrap_mdgan_trainer_run(mdgan_trainer *trainer, mdgan_progress_fn progress, void *context,
                                      double interval, mdgan_error *error)
{
    (void)trainer;
    (void)progress;
    (void)context;
    assert_true(interval > 0);
    return mdgan_fail(error, mock_type(mdgan_status), "weights of D_Y are not finite");
}

bool __wrap_mdgan_trainer_start_suffices(const mdgan_trainer *trainer);

bool __wrap_mdgan_trainer_start_suffices(const mdgan_trainer *trainer)
{
    (void)trainer;
    return mock_type(bool);
}

static mdgan_status train(stub_host *stub, mdgan_status ending, mdgan_session **session)
{
    stub_keyword(stub, "save", stub_path(stub, "model.h5"));
    *session = stub_session(stub);
    stub_offer_range(stub, *session, 0, STUB_FRAMES);
    will_return(__wrap_mdgan_trainer_start_suffices, false);
    will_return(__wrap_mdgan_trainer_run, ending);
    return mdgan_session_train(*session, &stub->error);
}

/* The best model so far is never worse than the start: it is kept and saved, and the log says what happened. */
static void test_best_so_far_is_kept(void **state)
{
    stub_host *const stub = *state;
    mdgan_session *session = NULL;
    float row[STUB_ENTITY];
    stub_check(stub, train(stub, MDGAN_NUMERIC, &session));
    assert_non_null(strstr(
        stub->log, "mdgan: training ended early, its best model so far is kept: weights of D_Y are not finite\n"));
    assert_int_equal(access(stub_path(stub, "model.h5"), R_OK), 0);
    stub_emit(stub, session, row, 1);
    mdgan_session_destroy(session);
}

/* Weights that are not finite are no checkpoint: a reader of the file would refuse it, the good model and all. */
static void test_no_checkpoint_after_a_numeric_failure(void **state)
{
    stub_host *const stub = *state;
    const mdgan_status endings[] = {MDGAN_NUMERIC, MDGAN_CANCELLED};
    for (size_t i = 0; i < 2; i++) {
        mdgan_session *session = NULL;
        mdgan_model *model = NULL;
        stub_check(stub, train(stub, endings[i], &session));
        mdgan_session_destroy(session);
        stub_check(stub, mdgan_model_load(&model, stub_path(stub, "model.h5"), &stub->error));
        assert_int_equal(mdgan_model_info_get(model).checkpoint, endings[i] == MDGAN_CANCELLED);
        mdgan_model_destroy(model);
        if (endings[i] == MDGAN_NUMERIC) {
            stub->config.save[0] = '\0';
            stub_keyword(stub, "resume", stub_path(stub, "model.h5"));
            const mdgan_status status = mdgan_session_create(&session, &stub->config, &stub->feature, STUB_ENTITY,
                                                             &stub->host, stub->comm, &stub->error);
            stub_check_error(stub, status, MDGAN_STATE, "this model holds no checkpoint");
            assert_null(session);
            stub->config.resume[0] = '\0';
        }
    }
}

static void test_other_failures_end_the_training(void **state)
{
    stub_host *const stub = *state;
    mdgan_session *session = NULL;
    stub_check_error(stub, train(stub, MDGAN_PARALLEL, &session), MDGAN_PARALLEL, "weights of D_Y are not finite");
    assert_int_equal(mdgan_session_report(session).phase, MDGAN_PHASE_READY); /* it may be tried again */
    assert_int_not_equal(access(stub_path(stub, "model.h5"), F_OK), 0);
    mdgan_session_destroy(session);
}

static void check_windows(stub_host *stub, const char *path)
{
    mdgan_dataset data;
    stub_check(stub, mdgan_series_read(&data, path, NULL, &stub->error));
    assert_int_equal(data.n_entity, STUB_ENTITY);
    assert_int_equal(data.n_frame, STUB_FRAMES);
    mdgan_dataset_clear(&data);
}

/* Where the host cannot offer them again; without a place to go they stay in memory. */
static void test_frames_outlive_a_failed_training(void **state)
{
    stub_host *const stub = *state;
    mdgan_session *session = NULL;
    stub->host.rescue = stub_path(stub, "other.h5");
    stub_check_error(stub, train(stub, MDGAN_PARALLEL, &session), MDGAN_PARALLEL, "weights of D_Y are not finite; ");
    stub_check_error(stub, MDGAN_PARALLEL, MDGAN_PARALLEL, "/other.h5', for `mdgan train`");
    check_windows(stub, stub_path(stub, "other.h5"));
    mdgan_session_destroy(session);
    assert_int_equal(remove(stub_path(stub, "other.h5")), 0);

    stub_keyword(stub, "data", stub_path(stub, "data.h5"));
    stub_check_error(stub, train(stub, MDGAN_PARALLEL, &session), MDGAN_PARALLEL, "/data.h5', for `mdgan train`");
    check_windows(stub, stub_path(stub, "data.h5"));
    assert_int_not_equal(access(stub_path(stub, "other.h5"), F_OK), 0); /* once is enough */
    mdgan_session_destroy(session);

    stub->config.data[0] = '\0';
    stub->host.rescue = "/no/such/a.h5";
    stub_check_error(stub, train(stub, MDGAN_PARALLEL, &session), MDGAN_PARALLEL,
                     "weights of D_Y are not finite; nor could the windows be kept: ");
    mdgan_session_destroy(session);
}

/* The trainer does not run: it would find nothing to return. */
static void test_no_training_where_the_start_suffices(void **state)
{
    stub_host *const stub = *state;
    mdgan_model *model = NULL;
    stub_keyword(stub, "save", stub_path(stub, "model.h5"));
    mdgan_session *const session = stub_session(stub);
    stub_offer_range(stub, session, 0, STUB_FRAMES);
    will_return(__wrap_mdgan_trainer_start_suffices, true);
    stub_check(stub, mdgan_session_train(session, &stub->error));
    stub_check_log(stub, "mdgan: nothing to train: held-out entities cannot tell the "
                         "linear start from the data (score ");
    stub_check_log(stub, "mdgan: trained 0 iterations in ");
    mdgan_session_destroy(session);
    stub_check(stub, mdgan_model_load(&model, stub_path(stub, "model.h5"), &stub->error));
    const mdgan_model_info info = mdgan_model_info_get(model);
    assert_true(info.score == info.start_score && info.checkpoint);
    mdgan_model_destroy(model);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, stub_set_up, stub_tear_down)
    const struct CMUnitTest tests[] = {TEST(test_best_so_far_is_kept), TEST(test_no_checkpoint_after_a_numeric_failure),
                                       TEST(test_other_failures_end_the_training),
                                       TEST(test_frames_outlive_a_failed_training),
                                       TEST(test_no_training_where_the_start_suffices)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
