/* SPDX-License-Identifier: BSD-3-Clause */
/* A training that ends when it is good enough. */
#include "trained.h"

/* Random weights: their score goes down from the first evaluation on. */
static mdgan_train_config config_of(const double target)
{
    mdgan_train_config c = small_config(MDGAN_INIT_RANDOM, 60);
    c.target = target;
    return c;
}

/* Best scores after each iteration of a training. */
typedef struct history {
    double best[61];
} history;

static bool remember(void *const context, const mdgan_progress *const p)
{
    ((history *)context)->best[p->iteration] = p->best_score;
    return true;
}

/* The first evaluation whose best score is low enough is the last one, and its model is kept. */
static void the_first_score_that_suffices_ends_it(void **const state)
{
    mdgan_dataset data;
    mdgan_trainer *t = NULL;
    mdgan_error error = {""};
    history h = {{0}};
    training_data(&data, MDGAN_VELOCITY, true);
    const mdgan_train_config whole = config_of(0);
    assert_ok(mdgan_trainer_create(&t, &whole, &data, *state, &error), &error);
    assert_ok(mdgan_trainer_run(t, remember, &h, 0, &error), &error);
    mdgan_trainer_destroy(t);
    const double target = h.best[30];
    size_t end = 0;
    while (end == 0 || h.best[end] > target) {
        end += 3; /* iterations between two scores */
    }
    assert_true(h.best[end] < h.best[end - 1]);
    assert_in_range(end, 6, 30); /* not the first score, and not the last */
    const mdgan_train_config c = config_of(target);
    mdgan_model *const model = trained(&c, &data, *state);
    assert_int_equal(model->resume->iteration, end);
    assert_int_equal(model->iterations, end);
    assert_true(model->score == target);
    mdgan_model_destroy(model);
    mdgan_dataset_clear(&data);
}

static void a_start_that_suffices_is_left_alone(void **const state)
{
    mdgan_dataset data;
    training_data(&data, MDGAN_VELOCITY, true);
    const mdgan_train_config c = config_of(1e300);
    mdgan_model *const model = trained(&c, &data, *state);
    assert_true(model->start_score <= 1e300);
    assert_int_equal(model->resume->iteration, 0);
    mdgan_model_destroy(model);
    mdgan_dataset_clear(&data);
}

static void a_target_out_of_reach_changes_nothing(void **const state)
{
    mdgan_dataset data;
    training_data(&data, MDGAN_VELOCITY, true);
    const mdgan_train_config without = config_of(0), with = config_of(1e-9);
    mdgan_model *const a = trained(&without, &data, *state), *const b = trained(&with, &data, *state);
    assert_models_equal(a, b);
    mdgan_model_destroy(a);
    mdgan_model_destroy(b);
    mdgan_dataset_clear(&data);
}

/* The target of a resumed training is the one asked for now, as its other limits are. */
static void resuming_takes_the_new_target(void **const state)
{
    mdgan_dataset data;
    mdgan_trainer *t = NULL;
    mdgan_model *again = NULL;
    mdgan_error error = {""};
    training_data(&data, MDGAN_VELOCITY, true);
    const mdgan_train_config without = config_of(0), low = config_of(1e300);
    mdgan_model *const whole = trained(&without, &data, *state), *const start = trained(&low, &data, *state);
    assert_true(start->resume->config.target == 1e300);
    assert_ok(mdgan_trainer_resume(&t, start, &without, &data, *state, &error), &error);
    assert_ok(mdgan_trainer_run(t, NULL, NULL, 1e9, &error), &error);
    assert_ok(mdgan_trainer_model(t, true, &again, &error), &error);
    assert_models_equal(again, whole);
    mdgan_trainer_destroy(t);
    mdgan_model_destroy(again);
    mdgan_model_destroy(whole);
    mdgan_model_destroy(start);
    mdgan_dataset_clear(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_score_that_suffices_ends_it),
        cmocka_unit_test(a_start_that_suffices_is_left_alone),
        cmocka_unit_test(a_target_out_of_reach_changes_nothing),
        cmocka_unit_test(resuming_takes_the_new_target),
    };
    return cmocka_run_group_tests(tests, open_comm, close_comm);
}
