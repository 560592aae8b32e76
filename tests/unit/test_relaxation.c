/* SPDX-License-Identifier: BSD-3-Clause */
/* Overdamped motion: increments of Brownian motion plus Ornstein-Uhlenbeck displacements; and the choice of a start. */
#include "linear_models.h"

#include "linear/gaussian.h"
#include "linear/relaxation.h"
#include "linear/start.h"

enum { LENGTH = 64, MODES = 2 };

/* Per component: diffusion and two cages. */
typedef struct cage {
    double diffusion;        /* mean square of the Brownian increment */
    double amplitude[MODES]; /* standard deviations of the displacements */
    double tau[MODES];       /* relaxation times, frames */
} cage;

static const cage melt = {0.02, {0.5, 1}, {3, 25}};

static double displacement(const cage *const c, const double t)
{
    double msd = c->diffusion * t;
    for (size_t i = 0; i < MODES; i++) {
        msd += 2 * c->amplitude[i] * c->amplitude[i] * (1 - exp(-t / c->tau[i]));
    }
    return msd;
}

/* Covariance of increments is half the second difference of the MSD. */
static double increment_covariance(const cage *const c, const size_t lag)
{
    const double k = (double)lag;
    return lag == 0 ? displacement(c, 1)
                    : 0.5 * (displacement(c, k + 1) - 2 * displacement(c, k) + displacement(c, k - 1));
}

static float *cage_records(const cage *const c, const size_t n, uint64_t seed)
{
    float *const out = malloc(n * LENGTH * sizeof *out);
    for (size_t i = 0; i < n; i++) {
        double x[MODES];
        for (size_t k = 0; k < MODES; k++) {
            x[k] = c->amplitude[k] * synthetic_normal(&seed);
        }
        for (size_t t = 0; t < LENGTH; t++) {
            double step = sqrt(c->diffusion) * synthetic_normal(&seed);
            for (size_t k = 0; k < MODES; k++) {
                const double f = exp(-1 / c->tau[k]);
                const double next = f * x[k] + c->amplitude[k] * sqrt(1 - f * f) * synthetic_normal(&seed);
                step += next - x[k];
                x[k] = next;
            }
            out[i * LENGTH + t] = (float)step;
        }
    }
    return out;
}

static void check_displacement(const statespace *const s, const size_t last, const double tolerance)
{
    for (size_t t = 1; t <= last; t *= 2) {
        assert_near("MSD relative to the truth", model_displacement(s, t) / displacement(&melt, (double)t), 1,
                    tolerance);
    }
}

static void check_fit(const record_moments *const m, const size_t last, const double tolerance)
{
    statespace s;
    mdgan_error error = {""};
    assert_ok(relaxation_fit(m, &s, NULL, &error), &error);
    assert_near("A A^T + B B^T - I", unit_covariance_gap(&s), 0, 1e-10);
    check_displacement(&s, last, tolerance);
    /* Increments of displacements are anticorrelated at every lag, whatever the weights. */
    double r[LENGTH];
    statespace_autocovariance(&s, LENGTH, r);
    for (size_t k = 1; k < LENGTH; k++) {
        assert_true(r[k] <= 0);
    }
    statespace_clear(&s);
}

static void displacement_is_found_from_exact_moments(void **const state)
{
    (void)state;
    double r[LENGTH];
    record_moments m;
    for (size_t k = 0; k < LENGTH; k++) {
        r[k] = increment_covariance(&melt, k);
    }
    exact_moments(&m, LENGTH, r);
    check_fit(&m, LENGTH, 0.005);
    check_fit(&m, 2 * LENGTH, 0.06); /* beyond the record, diffusion and slow cages look alike */
    record_moments_clear(&m);
}

/* Wherever two memories lie on a grid of times, they are not taken for more, of which the slowest would lean on free
 * diffusion: with one time per octave the displacement long after the records came out 5 to 9 % too small here. */
static void memories_between_times_leave_diffusion_alone(void **const state)
{
    (void)state;
    static const double tau[][MODES] = {{2, 12}, {2.4, 14.3}, {2.8, 17}, {3.4, 16.8}, {3.4, 20.2}};
    const size_t late = (size_t)LENGTH * 25;
    for (size_t i = 0; i < sizeof tau / sizeof *tau; i++) {
        /* Each memory slows the motion by as much as is left in the end. */
        const cage c = {1, {sqrt(tau[i][0] / 2), sqrt(tau[i][1] / 2)}, {tau[i][0], tau[i][1]}};
        double r[LENGTH];
        record_moments m;
        statespace s;
        mdgan_error error = {""};
        for (size_t k = 0; k < LENGTH; k++) {
            r[k] = increment_covariance(&c, k);
        }
        exact_moments(&m, LENGTH, r);
        m.n_record = 3000;
        assert_ok(relaxation_fit(&m, &s, NULL, &error), &error);
        assert_near("MSD relative to the truth", model_displacement(&s, late) / displacement(&c, (double)late), 1,
                    0.025);
        statespace_clear(&s);
        record_moments_clear(&m);
    }
}

static void displacement_is_found_from_samples(void **const state)
{
    (void)state;
    enum { N = 1500 };
    float *const x = cage_records(&melt, N, 1);
    record_moments m;
    moments_of(&m, LENGTH, N, x);
    check_fit(&m, 2 * LENGTH, 0.06);
    record_moments_clear(&m);
    free(x);
}

/* Memories of 2 and 10 records look like free diffusion: the estimate is far off, and says so. */
static void error_bars_cover_what_records_cannot_tell(void **const state)
{
    (void)state;
    enum { N = 1500 };
    const cage slow = {1, {sqrt(LENGTH), sqrt(5.0 * LENGTH)}, {2 * LENGTH, 10 * LENGTH}};
    const size_t late = (size_t)LENGTH * 10;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        float *const x = cage_records(&slow, N, seed);
        record_moments m;
        statespace s;
        mdgan_error error = {""};
        const double lag[2] = {LENGTH, (double)late};
        double bar[2];
        const relaxation_bars bars = {2, lag, bar};
        moments_of(&m, LENGTH, N, x);
        assert_ok(relaxation_fit(&m, &s, &bars, &error), &error);
        const double ratio = displacement(&slow, (double)late) / model_displacement(&s, late);
        assert_true(ratio < 0.95);
        assert_true(fabs(ratio - 1) < 2 * bar[1]);
        /* Where the records end, no more than twice the sampling error of a mean square. */
        assert_true(bar[0] < 2 * sqrt(2.0 / N) && bar[1] < 0.5);
        statespace_clear(&s);
        record_moments_clear(&m);
        free(x);
    }
}

/* The same motion, in series of 16 records: displacements within them are read, not guessed. */
static void sums_over_longer_stretches_tell_of_slow_memories(void **const state)
{
    (void)state;
    const cage slow = {1, {sqrt(LENGTH), sqrt(5.0 * LENGTH)}, {2 * LENGTH, 10 * LENGTH}};
    const double late = 10 * LENGTH;
    double r[16 * LENGTH], error_of[2], bar[2];
    for (size_t k = 0; k < 16 * LENGTH; k++) {
        r[k] = increment_covariance(&slow, k);
    }
    for (size_t with = 0; with < 2; with++) {
        record_moments m;
        statespace s;
        mdgan_error error = {""};
        const relaxation_bars bars = {1, &late, &bar[with]};
        exact_moments(&m, LENGTH, r);
        m.n_record = 1600;
        if (with) {
            exact_sums(&m, r);
        }
        assert_ok(relaxation_fit(&m, &s, &bars, &error), &error);
        error_of[with] = fabs(model_displacement(&s, (size_t)late) / displacement(&slow, late) - 1);
        statespace_clear(&s);
        record_moments_clear(&m);
    }
    print_message("at ten records: off by %.3f with a bar of %.3f, with sums by %.3f with %.3f\n", error_of[0], bar[0],
                  error_of[1], bar[1]);
    assert_true(error_of[0] > 0.1); /* else there is nothing to see here */
    assert_true(error_of[1] < 0.25 * error_of[0] && error_of[1] < bar[1]);
    assert_true(bar[1] < 0.5 * bar[0]);
    /* 100 stretches of 16 records know their mean square to 14 %, 800 of two records theirs to 5 %. */
    assert_true(bar[1] > 0.03 && bar[1] < 0.14);
}

static void free_diffusion_stays_free(void **const state)
{
    (void)state;
    double r[LENGTH] = {1};
    record_moments m;
    statespace s;
    mdgan_error error = {""};
    exact_moments(&m, LENGTH, r);
    assert_ok(relaxation_fit(&m, &s, NULL, &error), &error);
    for (size_t t = 1; t <= 4 * LENGTH; t *= 4) {
        assert_near("MSD per frame", model_displacement(&s, t) / (double)t, 1, 0.03);
    }
    statespace_clear(&s);
    record_moments_clear(&m);
}

static void the_start_for_a_cage_is_overdamped(void **const state)
{
    (void)state;
    enum { N = 900, HELD = 100 };
    float *const x = cage_records(&melt, N + HELD, 7);
    record_moments fold[2];
    linear_start start;
    mdgan_error error = {""};
    moments_of(&fold[0], LENGTH, HELD, x + N * LENGTH);
    moments_of(&fold[1], LENGTH, N, x);
    assert_ok(linear_start_find(&start, 1, 2, fold, 1, 0, &error), &error);
    assert_null(strstr(start.text, "Burg"));
    assert_int_equal(start.n_group, 1);
    assert_near("A A^T + B B^T - I", unit_covariance_gap(&start.model[0]), 0, 1e-8);
    check_displacement(&start.model[0], LENGTH, 0.05);
    linear_start_clear(&start);
    /* Without held-out records the fitted ones decide, at a price per parameter. */
    assert_ok(linear_start_find(&start, 1, 1, &fold[1], 0, 0, &error), &error);
    assert_null(strstr(start.text, "Burg"));
    check_displacement(&start.model[0], LENGTH, 0.06);
    linear_start_clear(&start);
    record_moments_clear(&fold[0]);
    record_moments_clear(&fold[1]);
    free(x);
}

static void oscillator_moments(record_moments *const m, const oscillator o, const size_t n, uint64_t seed)
{
    float *const x = malloc(n * LENGTH * sizeof *x);
    for (size_t i = 0; i < n; i++) {
        oscillator_series(o, &seed, LENGTH, 1, x + i * LENGTH);
    }
    moments_of(m, LENGTH, n, x);
    free(x);
}

static void check_oscillator(const statespace *const s, const oscillator o, const double tolerance)
{
    double r[LENGTH];
    statespace_autocovariance(s, LENGTH, r);
    for (size_t k = 0; k < LENGTH; k++) {
        assert_near("autocovariance", r[k], oscillator_covariance(o, k), tolerance);
    }
}

/* Of two records, chance makes more lines than there are. Their likeliest model is at least as likely as the truth, and
 * Schwarz's price, by all their frames, leaves it at as many states. */
static void the_start_of_two_records_is_likely_and_small(void **const state)
{
    (void)state;
    enum { SEEDS = 10 };
    const oscillator line = {0.95, 0.7};
    double truth[LENGTH], r[LENGTH];
    for (size_t k = 0; k < LENGTH; k++) {
        truth[k] = oscillator_covariance(line, k);
    }
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        record_moments m;
        gaussian g;
        linear_start start;
        mdgan_error error = {""};
        oscillator_moments(&m, line, 2, seed);
        assert_ok(linear_start_find(&start, 1, 1, &m, 0, 0, &error), &error);
        assert_ok(gaussian_create(&g, &m, GAUSSIAN_FLOOR * record_moments_variance(&m), &error), &error);
        statespace_autocovariance(&start.model[0], LENGTH, r);
        const double found = gaussian_cost(&g, r, NULL), known = gaussian_cost(&g, truth, NULL);
        if (found > known || start.model[0].q != 2) {
            fail_msg("seed %llu: %zu states cost %g, the truth %g", (unsigned long long)seed, start.model[0].q, found,
                     known);
        }
        gaussian_clear(&g);
        linear_start_clear(&start);
        record_moments_clear(&m);
    }
}

/* Two components with lines of their own: models of a common size, one each. */
static void the_start_for_oscillators_oscillates(void **const state)
{
    (void)state;
    static const oscillator line[2] = {{0.95, 0.5}, {0.9, 1.7}};
    enum { FOLDS = 3 };
    record_moments fold[FOLDS][2];
    linear_start start;
    mdgan_error error = {""};
    for (size_t g = 0; g < 2; g++) {
        for (size_t k = 0; k < FOLDS; k++) {
            oscillator_moments(&fold[k][g], line[g], 350, 11 + g + 2 * k);
        }
    }
    assert_ok(linear_start_find(&start, 2, FOLDS, fold[0], FOLDS, 0, &error), &error);
    assert_null(strstr(start.text, "relaxation"));
    assert_int_equal(start.n_group, 2);
    assert_int_equal(start.model[0].q, start.model[1].q);
    for (size_t g = 0; g < 2; g++) {
        check_oscillator(&start.model[g], line[g], 0.1);
        for (size_t k = 0; k < FOLDS; k++) {
            record_moments_clear(&fold[k][g]);
        }
    }
    linear_start_clear(&start);
}

static void the_number_of_states_can_be_asked_for(void **const state)
{
    (void)state;
    record_moments fit;
    linear_start start;
    mdgan_error error = {""};
    oscillator_moments(&fit, (oscillator){0.95, 0.5}, 200, 5);
    static const size_t wanted[] = {2, 4, 8, 12};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        char text[32];
        assert_ok(linear_start_find(&start, 1, 1, &fit, 0, wanted[i], &error), &error);
        assert_int_equal(start.model[0].q, wanted[i]);
        snprintf(text, sizeof text, ", %zu states", wanted[i]);
        assert_non_null(strstr(start.text, text));
        linear_start_clear(&start);
    }
    assert_fails(linear_start_find(&start, 1, 1, &fit, 0, 5, &error), MDGAN_NUMERIC, &error, "5 states");
    assert_null(start.model);
    record_moments_clear(&fit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(displacement_is_found_from_exact_moments),
        cmocka_unit_test(memories_between_times_leave_diffusion_alone),
        cmocka_unit_test(displacement_is_found_from_samples),
        cmocka_unit_test(error_bars_cover_what_records_cannot_tell),
        cmocka_unit_test(sums_over_longer_stretches_tell_of_slow_memories),
        cmocka_unit_test(free_diffusion_stays_free),
        cmocka_unit_test(the_start_for_a_cage_is_overdamped),
        cmocka_unit_test(the_start_of_two_records_is_likely_and_small),
        cmocka_unit_test(the_start_for_oscillators_oscillates),
        cmocka_unit_test(the_number_of_states_can_be_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
