/* SPDX-License-Identifier: BSD-3-Clause */
/* Axes of molecules that point anywhere: found where they are, not where they are not; and windows turned to space. */
#include "synthetic.h"

#include "gan/body_frame.h"
#include "linear/body_axes.h"
#include "linear/moments.h"

enum { LENGTH = 64, RECORDS = 240 };

static const oscillator along[3] = {{0.97, 0.5}, {0.97, 1.3}, {0.97, 2.2}};

static body_axes find(const mdgan_dataset *const data)
{
    const size_t per_entity = data->n_frame / LENGTH, n = data->n_entity * per_entity;
    const float **const record = malloc(n * sizeof *record);
    assert_non_null(record);
    for (size_t i = 0; i < n; i++) {
        record[i] = mdgan_dataset_entity(data, i / per_entity) + i % per_entity * LENGTH * 3;
    }
    body_axes b;
    mdgan_error error = {""};
    assert_ok(body_axes_find(&b, LENGTH, n, record, &error), &error);
    free(record);
    return b;
}

/* Covariance at some lag of what moves along an axis. */
static double covariance(const body_axes *const b, const size_t axis, const size_t lag)
{
    const size_t n = b->n_record * BODY_PARTS;
    const float *const x = b->record + axis * n * LENGTH;
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t t = 0; t + lag < LENGTH; t++) {
            sum += (double)x[i * LENGTH + t] * x[i * LENGTH + t + lag];
        }
    }
    return sum / (double)(n * (LENGTH - lag));
}

/* The axis that looks most like an oscillator, by its covariances; *distance: how little. */
static size_t axis_like(const body_axes *const b, const oscillator o, double *const distance)
{
    size_t best = 0;
    *distance = INFINITY;
    for (size_t k = 0; k < BODY_AXES; k++) {
        double square = 0;
        for (size_t lag = 0; lag < 8; lag++) {
            const double gap = covariance(b, k, lag) - oscillator_covariance(o, lag);
            square += gap * gap / 8;
        }
        if (sqrt(square) < *distance) {
            *distance = sqrt(square);
            best = k;
        }
    }
    return best;
}

static void axes_of_still_molecules_are_found(void **const state)
{
    (void)state;
    const mdgan_feature f = synthetic_feature(MDGAN_VELOCITY, 3, true);
    mdgan_dataset data;
    synthetic_molecules(&data, &f, RECORDS, LENGTH, along, 5);
    body_axes b = find(&data);
    assert_non_null(b.record);
    bool seen[BODY_AXES] = {false};
    for (size_t i = 0; i < BODY_AXES; i++) {
        double distance;
        seen[axis_like(&b, along[i], &distance)] = true;
        assert_true(distance < 0.12); /* three axes mixed: 0.7 */
    }
    assert_true(seen[0] && seen[1] && seen[2]);
    /* A molecule that stands still keeps all but a thousandth. */
    assert_true(b.keep > 0.999 && b.keep < 1);
    body_axes_clear(&b);
    mdgan_dataset_clear(&data);
}

/* Moments are split among axes, not changed: their mean is that of x, y and z. */
static void moments_add_up(void **const state)
{
    (void)state;
    const mdgan_feature f = synthetic_feature(MDGAN_VELOCITY, 3, true);
    mdgan_dataset data;
    synthetic_molecules(&data, &f, RECORDS, LENGTH, along, 6);
    body_axes b = find(&data);
    assert_non_null(b.record);
    for (size_t lag = 0; lag < LENGTH; lag += 9) {
        double made = 0, measured = 0;
        for (size_t k = 0; k < BODY_AXES; k++) {
            made += covariance(&b, k, lag) / BODY_AXES;
        }
        for (size_t i = 0; i < RECORDS * (LENGTH - lag) * 3; i++) {
            const float *const x = data.value + i / ((LENGTH - lag) * 3) * LENGTH * 3 + i % ((LENGTH - lag) * 3);
            measured += (double)x[0] * x[3 * lag] / (double)(RECORDS * (LENGTH - lag) * 3);
        }
        assert_near("covariance", made, measured, 1e-5);
    }
    body_axes_clear(&b);
    mdgan_dataset_clear(&data);
}

/* Alike in all directions: nothing to be found. */
static void where_there_are_none_none_are_found(void **const state)
{
    (void)state;
    const mdgan_feature f = synthetic_feature(MDGAN_VELOCITY, 3, true);
    for (uint64_t seed = 1; seed <= 4; seed++) {
        mdgan_dataset data;
        synthetic_oscillators(&data, &f, RECORDS, LENGTH, along[seed % 3], seed);
        body_axes b = find(&data);
        assert_null(b.record);
        body_axes_clear(&b);
        mdgan_dataset_clear(&data);
    }
}

static void few_records_decide_nothing(void **const state)
{
    (void)state;
    const mdgan_feature f = synthetic_feature(MDGAN_VELOCITY, 3, true);
    mdgan_dataset data;
    synthetic_molecules(&data, &f, 12, LENGTH, along, 7);
    body_axes b = find(&data);
    assert_null(b.record);
    body_axes_clear(&b);
    mdgan_dataset_clear(&data);
}

/* Molecules that turn as body_frame_evolve has it. */
static void how_fast_molecules_turn_is_measured(void **const state)
{
    (void)state;
    const real rho = (real)0.98;
    const mdgan_feature f = synthetic_feature(MDGAN_VELOCITY, 3, true);
    mdgan_dataset data;
    uint64_t seed = 3;
    mdgan_error error = {""};
    assert_ok(mdgan_dataset_create(&data, &f, RECORDS, LENGTH, &error), &error);
    for (size_t e = 0; e < RECORDS; e++) {
        real u[3][BODY_LATENT], kick[BODY_LATENT], rotation[LENGTH * BODY_MATRIX];
        float *const x = data.value + e * LENGTH * 3;
        for (size_t i = 0; i < 3; i++) {
            for (size_t k = 0; k < BODY_LATENT; k++) {
                kick[k] = (real)synthetic_normal(&seed);
            }
            if (i == 0) {
                memcpy(u[0], kick, sizeof kick);
            } else {
                body_frame_evolve(1, BODY_LATENT, rho, u[i - 1], kick, u[i]);
            }
        }
        for (size_t k = 0; k < 3; k++) {
            oscillator_series(along[k], &seed, LENGTH, 3, x + k);
        }
        for (size_t i = 0; i < 2; i++) {
            body_frame_turn(1, LENGTH / 2, BODY_LATENT, u[i], u[i + 1], rotation);
            body_frame_to_space(LENGTH / 2, rotation, x + i * LENGTH / 2 * 3, x + i * LENGTH / 2 * 3);
        }
    }
    body_axes b = find(&data);
    assert_non_null(b.record);
    assert_near("correlation lost", 1 - b.keep, 1 - (double)rho, 0.4 * (1 - (double)rho));
    body_axes_clear(&b);
    mdgan_dataset_clear(&data);
}

static void rotations_are_rotations(void **const state)
{
    (void)state;
    enum { N = 5, M = 7 };
    float *const from = new_normals(N * BODY_LATENT, 1), *const to = new_normals(N * BODY_LATENT, 2);
    float *const x = new_normals(N * M * 3, 3);
    real rotation[N * M * BODY_MATRIX], there[N * M * 3], back[N * M * 3];
    body_frame_turn(N, M, BODY_LATENT, from, to, rotation);
    body_frame_to_space(N * M, rotation, x, there);
    body_frame_to_body(N * M, rotation, there, back);
    for (size_t i = 0; i < N * M * 3; i++) {
        assert_near("there and back", back[i], x[i], 2e-6);
    }
    for (size_t i = 0; i < N * M; i++) {
        const real *const r = rotation + i * BODY_MATRIX;
        const double determinant = r[0] * (r[4] * r[8] - r[5] * r[7]) - r[1] * (r[3] * r[8] - r[5] * r[6]) +
                                   r[2] * (r[3] * r[7] - r[4] * r[6]);
        assert_near("determinant", determinant, 1, 2e-6);
    }
    free(from);
    free(to);
    free(x);
}

/* An orientation's four numbers stay normal, whatever direction is as likely, and a vector that stands still in the
 * frame is forgotten as fast as body_frame_vector_left() says. */
static void orientations_turn_as_promised(void **const state)
{
    (void)state;
    enum { N = 20000, STEPS = 4 };
    const real rho = (real)0.995;
    float *const first = new_normals(N * BODY_LATENT, 11), *const now = malloc(N * BODY_LATENT * sizeof *now);
    memcpy(now, first, N * BODY_LATENT * sizeof *now);
    for (size_t step = 0; step < STEPS; step++) {
        float *const kick = new_normals(N * BODY_LATENT, 100 + step);
        body_frame_evolve(N, BODY_LATENT, rho, now, kick, now);
        free(kick);
    }
    double square = 0, left = 0, mean[BODY_MATRIX] = {0};
    for (size_t i = 0; i < N; i++) {
        real r[BODY_MATRIX], s[BODY_MATRIX];
        body_frame_turn(1, 1, BODY_LATENT, first + i * BODY_LATENT, first + i * BODY_LATENT, r);
        body_frame_turn(1, 1, BODY_LATENT, now + i * BODY_LATENT, now + i * BODY_LATENT, s);
        for (size_t k = 0; k < BODY_MATRIX; k++) {
            left += (double)r[k] * s[k] / (3 * N);
            mean[k] += (double)s[k] / N;
        }
        for (size_t k = 0; k < BODY_LATENT; k++) {
            square += (double)now[i * BODY_LATENT + k] * now[i * BODY_LATENT + k] / (N * BODY_LATENT);
        }
    }
    assert_near("variance", square, 1, 0.02);
    assert_near("left", 1 - left, 1 - body_frame_vector_left(rho, STEPS), 0.1 * (1 - left));
    for (size_t k = 0; k < BODY_MATRIX; k++) {
        assert_near("mean rotation", mean[k], 0, 0.02);
    }
    free(first);
    free(now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(axes_of_still_molecules_are_found),   cmocka_unit_test(moments_add_up),
        cmocka_unit_test(where_there_are_none_none_are_found), cmocka_unit_test(few_records_decide_nothing),
        cmocka_unit_test(how_fast_molecules_turn_is_measured), cmocka_unit_test(rotations_are_rotations),
        cmocka_unit_test(orientations_turn_as_promised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
