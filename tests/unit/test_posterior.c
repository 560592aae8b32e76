/* SPDX-License-Identifier: BSD-3-Clause */
/* Samples of weights against integrals that are known. */
#include "linear_models.h"

#include "linear/posterior.h"

enum { SAMPLES = 20000 };

static double normal_cdf(const double x)
{
    return 0.5 * erfc(-x * M_SQRT1_2);
}

/* Weights that know nothing of each other: weight 0 has a normal distribution above 0, weight 1 is absent or has one,
 * multiplied by an exponential prior. */
static void independent_weights_have_their_exact_distribution(void **const state)
{
    (void)state;
    static double sample[SAMPLES][2];
    const double f = 25, b = 6, presence = 0.3, scale = 0.4;
    const posterior p = {
        .n = 2, .information = {{16, 0}, {0, f}}, .right = {8, b}, .presence = presence, .scale = scale};
    posterior_sample(&p, (const double[2]){1, 1}, SAMPLES, *sample);
    double first = 0, second = 0, present = 0;
    for (size_t i = 0; i < SAMPLES; i++) {
        assert_true(sample[i][0] >= 0 && sample[i][1] >= 0);
        first += sample[i][0] / SAMPLES;
        second += sample[i][1];
        present += sample[i][1] > 0;
    }
    /* Of N(m, s^2) above 0: mean m + s phi(m/s) / Phi(m/s). */
    const double hazard = exp(-2) / sqrt(2 * M_PI) / normal_cdf(2);
    assert_near("mean of the first", first, 0.5 + 0.25 * hazard, 0.01);
    const double s = 1 / sqrt(f), m = (b - 1 / scale) / f, z = m / s;
    const double mass = sqrt(2 * M_PI) * s * exp(z * z / 2) * normal_cdf(z) / scale;
    const double odds = presence / (1 - presence) * mass;
    assert_near("share of the second", present / SAMPLES, odds / (1 + odds), 0.015);
    assert_near("mean of the second", second / present, m + s * exp(-z * z / 2) / sqrt(2 * M_PI) / normal_cdf(z), 0.01);
}

/* Data that see the sum alone: the sum is known to 0.1, and weight 0 takes all that the other does not have. */
static void weights_that_look_alike_exchange(void **const state)
{
    (void)state;
    static double sample[SAMPLES][2];
    const posterior p = {
        .n = 2, .information = {{100, 99.99}, {99.99, 100}}, .right = {100, 100}, .presence = 0.5, .scale = 1e6};
    posterior_sample(&p, (const double[2]){1, 0}, SAMPLES, *sample);
    double sum = 0, square = 0, second = 0, present = 0;
    for (size_t i = 0; i < SAMPLES; i++) {
        const double both = sample[i][0] + sample[i][1];
        sum += both / SAMPLES;
        square += both * both / SAMPLES;
    }
    assert_near("mean of the sum", sum, 1, 0.01);
    assert_near("deviation of the sum", sqrt(square - sum * sum), 0.1, 0.01);
    /* With a prior that does not care, the second is uniform where it is there. */
    posterior fair = p;
    fair.scale = 1;
    fair.right[1] = 101; /* takes the slope of the exponential prior back */
    posterior_sample(&fair, (const double[2]){1, 0}, SAMPLES, *sample);
    for (size_t i = 0; i < SAMPLES; i++) {
        second += sample[i][1];
        present += sample[i][1] > 0;
    }
    assert_near("mean of the second", second / present, 0.5, 0.03);
    assert_near("share of the second", present / SAMPLES, 0.5, 0.03);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(independent_weights_have_their_exact_distribution),
        cmocka_unit_test(weights_that_look_alike_exchange),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
