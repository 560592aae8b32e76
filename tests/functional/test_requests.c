/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests to a running session: other keywords for the next training, and the frames as a file. */
#include "stub_host.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mdgan/series.h>

static mdgan_status set(stub_host *stub, mdgan_session *session, const char *keyword, const char *value)
{
    const char *const words[] = {keyword, value};
    return mdgan_session_set(session, 2, words, &stub->error);
}

/* What is set counts for the next training, as if it had been given at the beginning. */
static void test_set_counts_for_the_next_training(void **state)
{
    stub_host *const stub = *state;
    float expected[8 * STUB_ENTITY], rows[8 * STUB_ENTITY];
    mdgan_session *session = stub_session(stub);
    stub_offer_range(stub, session, 0, STUB_FRAMES);
    stub_check(stub, set(stub, session, "iterations", "5"));
    stub_check(stub, set(stub, session, "seed", "21"));
    stub_check(stub, set(stub, session, "save", stub_path(stub, "other.h5")));
    stub_check(stub, mdgan_session_train(session, &stub->error));
    assert_int_equal(mdgan_session_report(session).training.iteration, 5);
    assert_int_equal(access(stub_path(stub, "other.h5"), R_OK), 0);
    stub_emit(stub, session, rows, 8);
    mdgan_session_destroy(session);

    stub_keyword(stub, "iterations", "5");
    stub_keyword(stub, "seed", "21");
    session = stub_trained(stub);
    stub_emit(stub, session, expected, 8);
    assert_memory_equal(rows, expected, sizeof rows);
    mdgan_session_destroy(session);
}

static void test_set_refuses_what_was_fixed(void **state)
{
    stub_host *const stub = *state;
    const char *const fixed[][2] = {{"windows", "2"},     {"load", "/dev/null"}, {"isotropic", "no"},
                                    {"reversible", "no"}, {"stop", "no"},        {"overlap", "yes"}};
    mdgan_session *const session = stub_session(stub);
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        stub_check_error(stub, set(stub, session, fixed[i][0], fixed[i][1]), MDGAN_STATE,
                         "the collection began with another value; give it where the collection is defined");
        assert_non_null(strstr(stub->error.text, fixed[i][0]));
    }
    stub_check_error(stub, set(stub, session, "minuets", "2"), MDGAN_INVALID, "the most similar one is 'minutes'");
    stub_check_error(stub, set(stub, session, "minutes", "-2"), MDGAN_INVALID, "keyword 'minutes' got '-2'");
    stub_check_error(stub, set(stub, session, "minutes", NULL), MDGAN_INVALID, "got no value");
    stub_check_error(stub, set(stub, session, NULL, "2"), MDGAN_INVALID, "must not be NULL");
    mdgan_session_destroy(session);
}

/* A refused value leaves the ones before. */
static void test_set_refuses_contradictions(void **state)
{
    stub_host *const stub = *state;
    stub_keyword(stub, "save", stub_path(stub, "model.h5"));
    mdgan_session *const session = stub_session(stub);
    stub_check_error(stub, set(stub, session, "data", stub_path(stub, "model.h5")), MDGAN_INVALID,
                     "model and windows need two files");
    stub_check_error(stub, set(stub, session, "batch", "10"), MDGAN_INVALID, "must be a multiple of 4");
    stub_check_error(stub, set(stub, session, "save", "/no/such/a.h5"), MDGAN_INVALID, "there is no directory");
    stub_check_error(stub, set(stub, session, "resume", "/no/such/a.h5"), MDGAN_FILE, "there is no such file");
    stub_check_error(stub, set(stub, session, "resume", "/dev/null"), MDGAN_FILE, "/dev/null");
    stub_offer_range(stub, session, 0, STUB_FRAMES);
    stub_check(stub, mdgan_session_train(session, &stub->error));
    assert_int_equal(access(stub_path(stub, "model.h5"), R_OK), 0);
    assert_int_not_equal(access(stub_path(stub, "data.h5"), F_OK), 0);
    mdgan_session_destroy(session);
}

/* All of them or none, in any order. */
static void test_set_of_several(void **state)
{
    stub_host *const stub = *state;
    const char *const good[] = {"latent", "7", "init", "random", "iterations", "1"};
    const char *const bad[] = {"iterations", "9", "batch", "10"};
    const char *const twice[] = {"iterations", "9", "iterations", "8"};
    mdgan_session *const session = stub_session(stub);
    stub_offer_range(stub, session, 0, STUB_FRAMES);
    stub_check(stub, mdgan_session_set(session, 6, good, &stub->error));
    stub_check_error(stub, mdgan_session_set(session, 4, bad, &stub->error), MDGAN_INVALID, "multiple of 4");
    stub_check_error(stub, mdgan_session_set(session, 4, twice, &stub->error), MDGAN_INVALID, "is given twice");
    stub_check_error(stub, mdgan_session_set(session, 3, good, &stub->error), MDGAN_INVALID, "got no value");
    stub_check(stub, mdgan_session_train(session, &stub->error));
    assert_int_equal(mdgan_session_report(session).training.iteration, 1);
    assert_int_equal(mdgan_model_info_get(mdgan_session_model(session)).latent, 7);
    mdgan_session_destroy(session);
}

/* An emission on its way keeps the seed it began with, also over a restart. */
static void test_set_seed_leaves_an_emission_alone(void **state)
{
    stub_host *const stub = *state;
    float expected[12 * STUB_ENTITY], rows[12 * STUB_ENTITY];
    void *bytes = NULL;
    size_t n_byte = 0;
    mdgan_session *session = stub_trained(stub);
    stub_emit(stub, session, expected, 12);
    mdgan_session_destroy(session);
    session = stub_trained(stub);
    stub_emit(stub, session, rows, 4);
    stub_check(stub, set(stub, session, "seed", "99"));
    stub_emit(stub, session, rows + 4 * STUB_ENTITY, 4);
    stub_check(stub, mdgan_session_pack(session, &bytes, &n_byte, &stub->error));
    mdgan_session_destroy(session);
    session = stub_session(stub); /* with the seed of the beginning, as a host's restarted script gives it */
    stub_check(stub, mdgan_session_unpack(session, bytes, n_byte, &stub->error));
    stub_emit(stub, session, rows + 8 * STUB_ENTITY, 4);
    assert_memory_equal(rows, expected, sizeof rows);
    mdgan_session_destroy(session);
    free(bytes);
}

/* `resume` goes for one training; the next one is a new one. */
static void test_set_resume_counts_once(void **state)
{
    stub_host *const stub = *state;
    stub_keyword(stub, "stop", "no");
    mdgan_session *const session = stub_trained(stub);
    stub_check(stub, mdgan_session_save(session, stub_path(stub, "model.h5"), &stub->error));
    stub_check(stub, set(stub, session, "resume", stub_path(stub, "model.h5")));
    stub_check(stub, set(stub, session, "iterations", "6"));
    stub_check(stub, mdgan_session_train(session, &stub->error));
    stub_check_log(stub, "model.h5' goes on\n");
    assert_int_equal(mdgan_session_report(session).training.iteration, 6);
    stub_forget_log(stub);
    stub_check(stub, mdgan_session_train(session, &stub->error));
    stub_check_silence(stub, "goes on");
    mdgan_session_destroy(session);
}

static void test_write_in_the_middle_of_collecting(void **state)
{
    stub_host *const stub = *state;
    const char *const path = stub_path(stub, "data.h5");
    mdgan_dataset data;
    mdgan_session *const session = stub_session(stub);
    stub_check_error(stub, mdgan_session_write(session, path, &stub->error), MDGAN_STATE,
                     "nothing is collected yet; let the simulation run first");
    stub_offer_range(stub, session, 0, 11);
    stub_check(stub, mdgan_session_write(session, path, &stub->error));
    stub_check_log(stub, "mdgan: 11 frames written to '");
    stub_check(stub, mdgan_series_read(&data, path, NULL, &stub->error));
    assert_int_equal(data.n_entity, STUB_ENTITY);
    assert_int_equal(data.n_frame, 11);
    assert_true(fabs(mdgan_dataset_entity(&data, 3)[5] - 0.1 * sin(0.7 * 5 + 2.4 * 3)) < 0.011);
    mdgan_dataset_clear(&data);
    stub_check_error(stub, mdgan_session_write(session, "/no/such/a.h5", &stub->error), MDGAN_FILE, "/no/such");
    stub_check_error(stub, mdgan_session_write(session, "", &stub->error), MDGAN_INVALID, "give a file name");
    stub_offer_range(stub, session, 11, STUB_FRAMES); /* and the collection is as it was */
    stub_check(stub, mdgan_session_train(session, &stub->error));
    mdgan_session_destroy(session);
}

static void test_write_of_freed_frames(void **state)
{
    stub_host *const stub = *state;
    mdgan_session *session = stub_trained(stub);
    stub_check_error(stub, mdgan_session_write(session, stub_path(stub, "data.h5"), &stub->error), MDGAN_STATE,
                     "the 32 frames collected were freed when the model was there; keep them with 'stop no'");
    stub_check(stub, mdgan_session_save(session, stub_path(stub, "model.h5"), &stub->error));
    mdgan_session_destroy(session);
    stub_keyword(stub, "load", stub_path(stub, "model.h5"));
    session = stub_session(stub);
    stub_check_error(stub, mdgan_session_write(session, stub_path(stub, "data.h5"), &stub->error), MDGAN_STATE,
                     "with keyword 'load' nothing is collected");
    assert_int_not_equal(access(stub_path(stub, "data.h5"), F_OK), 0);
    mdgan_session_destroy(session);
}

/* Neither a model nor windows that a keyword names are lost to a slip in a file name. */
static void test_outputs_spare_the_files_of_keywords(void **state)
{
    stub_host *const stub = *state;
    enum { PATH_LENGTH = 1024 };
    char model[PATH_LENGTH], windows[PATH_LENGTH];
    snprintf(model, sizeof model, "%s", stub_path(stub, "model.h5"));
    snprintf(windows, sizeof windows, "%s", stub_path(stub, "data.h5"));
    stub_keyword(stub, "save", model);
    stub_keyword(stub, "data", windows);
    stub_keyword(stub, "stop", "no");
    mdgan_session *const session = stub_trained(stub);
    stub_check_error(stub, mdgan_session_write(session, model, &stub->error), MDGAN_INVALID,
                     "model.h5' is the file of keyword 'save': name another output");
    stub_check_error(stub, mdgan_session_save(session, windows, &stub->error), MDGAN_INVALID,
                     "data.h5' is the file of keyword 'data': name another output");
    stub_check_error(stub, mdgan_session_check_series(session, model, &stub->error), MDGAN_INVALID, "keyword 'save'");
    stub_check_error(stub, mdgan_session_check_series(session, windows, &stub->error), MDGAN_INVALID, "keyword 'data'");
    stub_check(stub, mdgan_session_check_series(session, stub_path(stub, "long.h5"), &stub->error));
    stub_check(stub, mdgan_session_write(session, windows, &stub->error));
    stub_check(stub, mdgan_session_save(session, model, &stub->error));
    mdgan_session_destroy(session);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, stub_set_up, stub_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_set_counts_for_the_next_training),    TEST(test_set_refuses_what_was_fixed),
        TEST(test_set_refuses_contradictions),          TEST(test_set_of_several),
        TEST(test_set_seed_leaves_an_emission_alone),   TEST(test_set_resume_counts_once),
        TEST(test_write_in_the_middle_of_collecting),   TEST(test_write_of_freed_frames),
        TEST(test_outputs_spare_the_files_of_keywords),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
