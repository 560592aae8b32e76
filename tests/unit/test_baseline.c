/* SPDX-License-Identifier: BSD-3-Clause */
#include "synthetic.h"

#include <mdgan/baseline.h>

#include "features.h"

enum { WINDOW = 32, DATA = 400, ENTITIES = 4000, FRAMES = 3 * WINDOW };

/* Mean square over the entities, frame by frame. */
static double power_at(const mdgan_dataset *const data, const size_t frame)
{
    double sum = 0;
    for (size_t e = 0; e < data->n_entity; e++) {
        const double x = mdgan_dataset_entity(data, e)[frame];
        sum += x * x / (double)data->n_entity;
    }
    return sum;
}

/* Mean product of frames @p lag apart. */
static double product_at(const mdgan_dataset *const data, const size_t frame, const size_t lag)
{
    double sum = 0;
    for (size_t e = 0; e < data->n_entity; e++) {
        const float *const x = mdgan_dataset_entity(data, e) + frame;
        sum += (double)x[0] * x[lag] / (double)data->n_entity;
    }
    return sum;
}

/* A line with a hundredth of noise, which takes an autoregression thousands of frames to build up, and a mean. */
static void series_are_stationary_from_the_first_frame(void **const state)
{
    (void)state;
    const mdgan_feature f = synthetic_feature(MDGAN_SCALAR, 1, false);
    mdgan_error error = {""};
    mdgan_dataset data, made;
    uint64_t seed = 11;
    assert_ok(mdgan_dataset_create(&data, &f, DATA, 2 * WINDOW, &error), &error);
    for (size_t e = 0; e < DATA; e++) {
        for (size_t t = 0; t < 2 * WINDOW; t++) {
            data.value[e * 2 * WINDOW + t] =
                (float)(0.5 + cos(0.7 * (double)t + 2.4 * (double)e) + 0.01 * synthetic_normal(&seed));
        }
    }
    assert_ok(mdgan_baseline_burg(&data, WINDOW, 0, 5, ENTITIES, FRAMES, &made, &error), &error);
    const double power = 0.5 + 0.25;
    for (size_t t = 0; t < FRAMES; t++) {
        /* Gaussian: squares scatter by sqrt(2 / ENTITIES), 2.2 % */
        assert_near("mean square of a frame", power_at(&made, t) / power, 1, 0.1);
    }
    for (size_t lag = 1; lag < 12; lag++) {
        const double wanted = 0.25 + 0.5 * cos(0.7 * (double)lag);
        assert_near("early covariance", product_at(&made, 2, lag), wanted, 0.06);
        assert_near("late covariance", product_at(&made, FRAMES - 20, lag), wanted, 0.06);
    }
    mdgan_dataset_clear(&made);
    mdgan_dataset_clear(&data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(series_are_stationary_from_the_first_frame)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
