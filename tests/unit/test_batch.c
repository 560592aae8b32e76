/* SPDX-License-Identifier: BSD-3-Clause */
#include "synthetic.h"

#include "gan/batch.h"

enum { WINDOW = 8, PAIR = 2 * WINDOW, FRAMES = 40, ENTITIES = 30, DRAWS = 400 };

static void new_data(mdgan_dataset *const data, const mdgan_kind kind, const size_t n_component, const bool isotropic)
{
    const mdgan_feature f = synthetic_feature(kind, n_component, isotropic);
    synthetic_oscillators(data, &f, ENTITIES, FRAMES, (oscillator){0.8, 0.7}, 17);
}

static void new_samples(sample_data *const s, const mdgan_dataset *const data)
{
    mdgan_error error = {""};
    assert_ok(sample_data_create(s, data, WINDOW, 0.2, 5, &error), &error);
}

static const float *frame_of(const sample_data *const s, const size_t entity, const size_t frame)
{
    return s->value + (entity * s->n_frame + frame) * s->n_component;
}

static void every_component_is_normalised(void **const state)
{
    (void)state;
    mdgan_dataset data;
    sample_data s;
    new_data(&data, MDGAN_SCALAR, 2, false);
    for (size_t i = 0; i < (size_t)ENTITIES * FRAMES; i++) {
        data.value[2 * i] = 300 + 5 * data.value[2 * i];
        data.value[2 * i + 1] = -1e-3f * data.value[2 * i + 1];
    }
    new_samples(&s, &data);
    for (size_t c = 0; c < 2; c++) {
        double sum = 0, square = 0;
        for (size_t i = 0; i < (size_t)ENTITIES * FRAMES; i++) {
            const double v = s.value[2 * i + c];
            assert_near("undone", s.mean[c] + s.scale[c] * v, data.value[2 * i + c], 1e-6 * fabs(s.mean[c]) + 1e-9);
            sum += v / (ENTITIES * FRAMES);
            square += v * v / (ENTITIES * FRAMES);
        }
        assert_near("mean", sum, 0, 1e-5);
        assert_near("variance", square, 1, 1e-5);
    }
    sample_data_clear(&s);
    mdgan_dataset_clear(&data);
}

/* Back from the network's numbers to the data's. */
static void particles_of_frame(const sample_data *const s, const float *const frame, double *const particle)
{
    double mode[MDGAN_COMPONENT_MAX];
    for (size_t c = 0; c < s->n_component; c++) {
        mode[c] = s->mean[c] + s->scale[c] * frame[c];
    }
    modes_backward(&s->modes, s->n_component, mode, particle);
}

/* Particles of one entity that move together: their modes share nothing, and each has a scale of its own. */
static void triplets_become_modes(void **const state)
{
    (void)state;
    mdgan_dataset data;
    sample_data s;
    new_data(&data, MDGAN_VELOCITY, 6, true);
    for (size_t i = 0; i < (size_t)ENTITIES * FRAMES; i++) {
        float *const x = data.value + 6 * i;
        for (size_t k = 0; k < 3; k++) {
            x[3 + k] = 0.7f * x[k] + 0.2f * x[3 + k];
        }
    }
    new_samples(&s, &data);
    double product = 0, square[2] = {0, 0};
    for (size_t i = 0; i < (size_t)ENTITIES * FRAMES; i++) {
        const float *const v = s.value + 6 * i;
        double particle[6];
        particles_of_frame(&s, v, particle);
        for (size_t c = 0; c < 6; c++) {
            assert_near("undone", particle[c], data.value[6 * i + c], 1e-5);
            square[c / 3] += (double)v[c] * v[c] / (3.0 * ENTITIES * FRAMES);
            product += (double)v[c % 3] * v[3 + c % 3] / (6.0 * ENTITIES * FRAMES);
        }
    }
    assert_near("modes share nothing", product, 0, 1e-6);
    for (size_t m = 0; m < 2; m++) {
        assert_near("variance", square[m], 1, 1e-5);
        assert_true(s.scale[3 * m] == s.scale[3 * m + 1] && s.scale[3 * m] == s.scale[3 * m + 2]);
        assert_true(s.mean[3 * m] == 0 && s.parity[3 * m] == -1);
    }
    assert_true(s.scale[0] > 3 * s.scale[3]);
    sample_data_clear(&s);
    mdgan_dataset_clear(&data);
}

/* Positions of several particles: increments of their centre, places around it. */
static void particles_move_with_their_centre(void **const state)
{
    (void)state;
    mdgan_dataset data;
    sample_data s;
    new_data(&data, MDGAN_POSITION, 9, true);
    for (size_t i = 0; i < (size_t)ENTITIES * FRAMES; i++) {
        for (size_t c = 0; c < 9; c++) {
            data.value[9 * i + c] += 50 + (float)(i % FRAMES); /* the same for all three */
        }
    }
    new_samples(&s, &data);
    assert_int_equal(s.n_frame, FRAMES - 1);
    for (size_t p = 0; p < 3; p++) {
        assert_near("centre", s.modes.matrix[p], 1 / sqrt(3.0), 1e-15);
    }
    for (size_t e = 0; e < ENTITIES; e++) {
        double centre[3];
        for (size_t k = 0; k < 3; k++) {
            const float *const x = mdgan_dataset_entity(&data, e);
            centre[k] = (x[k] + x[3 + k] + x[6 + k]) / sqrt(3.0);
        }
        for (size_t t = 0; t + 1 < FRAMES; t++) {
            const float *const v = frame_of(&s, e, t), *const x = mdgan_dataset_entity(&data, e) + 9 * (t + 1);
            double mode[9], particle[9];
            for (size_t c = 0; c < 9; c++) {
                mode[c] = s.scale[c] * v[c];
                assert_true(s.integrated[c] == (c < 3) && (s.parity[c] < 0) == (c < 3));
            }
            for (size_t k = 0; k < 3; k++) {
                mode[k] = centre[k] += mode[k];
            }
            modes_backward(&s.modes, 9, mode, particle);
            for (size_t c = 0; c < 9; c++) {
                assert_near("particle", particle[c], x[c], 1e-3);
            }
        }
    }
    sample_data_clear(&s);
    mdgan_dataset_clear(&data);
}

static void positions_become_increments(void **const state)
{
    (void)state;
    mdgan_dataset data;
    sample_data s;
    new_data(&data, MDGAN_POSITION, 3, true);
    new_samples(&s, &data);
    assert_int_equal(s.n_frame, FRAMES - 1);
    for (size_t e = 0; e < ENTITIES; e++) {
        const float *const x = mdgan_dataset_entity(&data, e);
        for (size_t i = 0; i < (FRAMES - 1) * 3; i++) {
            const double increment = (double)x[i + 3] - x[i];
            assert_near("increment", frame_of(&s, e, 0)[i] * s.scale[0], increment, 1e-5);
        }
    }
    sample_data_clear(&s);
    mdgan_dataset_clear(&data);
}

/* Marks entities; fails on a second mark. */
static void mark(bool *const seen, const size_t n, const uint32_t *const entity)
{
    for (size_t i = 0; i < n; i++) {
        assert_true(entity[i] < ENTITIES);
        assert_false(seen[entity[i]]);
        seen[entity[i]] = true;
    }
}

static void split_is_disjoint_whole_and_repeatable(void **const state)
{
    (void)state;
    static const struct {
        double holdout;
        size_t n_held;
    } cases[] = {{0.1, 3}, {0.2, 6}, {0.21, 7}, {0.5, 15}};
    mdgan_dataset data;
    mdgan_error error = {""};
    new_data(&data, MDGAN_VELOCITY, 3, true);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sample_data s, again, other;
        bool seen[ENTITIES] = {false};
        assert_ok(sample_data_create(&s, &data, WINDOW, cases[i].holdout, 5, &error), &error);
        assert_ok(sample_data_create(&again, &data, WINDOW, cases[i].holdout, 5, &error), &error);
        assert_ok(sample_data_create(&other, &data, WINDOW, cases[i].holdout, 6, &error), &error);
        assert_int_equal(s.n_held, cases[i].n_held);
        assert_int_equal(s.n_train + s.n_held, ENTITIES);
        mark(seen, s.n_train, s.train);
        mark(seen, s.n_held, s.held);
        assert_memory_equal(s.held, again.held, s.n_held * sizeof *s.held);
        assert_memory_equal(s.train, again.train, s.n_train * sizeof *s.train);
        assert_memory_not_equal(s.train, other.train, s.n_train * sizeof *s.train);
        sample_data_clear(&s);
        sample_data_clear(&again);
        sample_data_clear(&other);
    }
    mdgan_dataset_clear(&data);
}

static void too_few_to_hold_out_are_scored_on_themselves(void **const state)
{
    (void)state;
    mdgan_dataset data;
    sample_data s;
    new_data(&data, MDGAN_VELOCITY, 3, true);
    data.n_entity = 9;
    new_samples(&s, &data);
    assert_int_equal(s.n_train, 9);
    assert_int_equal(s.n_held, 9);
    sample_data_clear(&s);
    mdgan_dataset_clear(&data);
}

/* A training sample found again in the data it was drawn from. */
typedef struct origin {
    size_t entity, offset;
    bool reversed;
} origin;

static bool fits(const sample_data *const s, const float *const out, const origin o, const double sign)
{
    const size_t d = s->n_component;
    for (size_t t = 0; t < s->pair; t++) {
        const float *const x = frame_of(s, o.entity, o.offset + (o.reversed ? s->pair - 1 - t : t));
        for (size_t c = 0; c < d; c++) {
            if (out[t * d + c] != sign * x[c]) {
                return false;
            }
        }
    }
    return true;
}

/* The same up to a rotation: scalar products of frames are kept. */
static bool fits_rotated(const sample_data *const s, const float *const out, const origin o, const double sign)
{
    (void)sign;
    for (size_t t = 0; t < s->pair; t++) {
        const float *const x = frame_of(s, o.entity, o.offset + (o.reversed ? s->pair - 1 - t : t));
        const float *const y = frame_of(s, o.entity, o.offset + (o.reversed ? s->pair - 1 : 0));
        double here = 0, there = 0;
        for (size_t c = 0; c < 3; c++) {
            here += (double)out[t * 3 + c] * out[c];
            there += (double)x[c] * y[c];
        }
        if (fabs(here - there) > 1e-5 * (1 + fabs(there))) {
            return false;
        }
    }
    return true;
}

typedef bool (*fit_fn)(const sample_data *s, const float *out, origin o, double sign);

static origin find(const sample_data *const s, const float *const out, const fit_fn fit, const double reversed_sign)
{
    for (size_t i = 0; i < s->n_entity * (s->n_frame - s->pair + 1) * 2; i++) {
        const size_t n_offset = s->n_frame - s->pair + 1;
        const origin o = {i / 2 / n_offset, i / 2 % n_offset, i % 2};
        if (fit(s, out, o, o.reversed ? reversed_sign : 1)) {
            return o;
        }
    }
    fail_msg("a training sample is not contiguous frames of one entity");
    return (origin){0};
}

static bool held_out(const sample_data *const s, const size_t entity)
{
    for (size_t i = 0; i < s->n_held; i++) {
        if (s->held[i] == entity) {
            return true;
        }
    }
    return false;
}

/* Every draw is 2M contiguous frames of a training entity; all entities, offsets and directions occur. */
static void check_draws(const sample_data *const s, const fit_fn fit, const double reversed_sign, const bool reverses)
{
    const size_t n_offset = s->n_frame - s->pair + 1;
    size_t per_entity[ENTITIES] = {0}, per_offset[FRAMES] = {0}, reversed = 0;
    float out[PAIR * 6], again[PAIR * 6];
    for (size_t i = 0; i < DRAWS; i++) {
        sample_data_draw(s, 99, i / 8, i % 8, out);
        sample_data_draw(s, 99, i / 8, i % 8, again);
        assert_memory_equal(out, again, s->pair * s->n_component * sizeof *out);
        const origin o = find(s, out, fit, reversed_sign);
        assert_false(held_out(s, o.entity));
        per_entity[o.entity]++;
        per_offset[o.offset]++;
        reversed += o.reversed;
    }
    for (size_t i = 0; i < s->n_train; i++) {
        assert_true(per_entity[s->train[i]] > 0);
    }
    for (size_t i = 0; i < n_offset; i++) {
        assert_true(per_offset[i] > 0);
    }
    if (reverses) {
        assert_near("reversed", (double)reversed, DRAWS / 2.0, 2.5 * sqrt(DRAWS)); /* five deviations */
    } else {
        assert_int_equal(reversed, 0);
    }
}

static void check_kind(const mdgan_kind kind, const double reversed_sign)
{
    for (int reversible = 0; reversible < 2; reversible++) {
        mdgan_dataset data;
        sample_data s;
        new_data(&data, kind, 2, false);
        data.feature.reversible = reversible;
        new_samples(&s, &data);
        check_draws(&s, fits, reversed_sign, reversible);
        sample_data_clear(&s);
        mdgan_dataset_clear(&data);
    }
}

static void draws_are_contiguous_and_reversed_by_kind(void **const state)
{
    (void)state;
    check_kind(MDGAN_VELOCITY, -1);
    check_kind(MDGAN_POSITION, -1);
    check_kind(MDGAN_SCALAR, 1);
}

static void rotated_draws_are_contiguous_too(void **const state)
{
    (void)state;
    mdgan_dataset data;
    sample_data s;
    new_data(&data, MDGAN_VELOCITY, 3, true);
    new_samples(&s, &data);
    check_draws(&s, fits_rotated, 1, true);
    sample_data_clear(&s);
    mdgan_dataset_clear(&data);
}

static double determinant(const double m[3][3])
{
    return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
           m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
}

/* An entity that shows the unit vectors one after the other: a draw shows the matrix itself. */
static void rotations_are_orthogonal_and_mirror_half_the_time(void **const state)
{
    (void)state;
    const mdgan_feature f = synthetic_feature(MDGAN_SCALAR, 3, true);
    mdgan_dataset data;
    sample_data s;
    mdgan_error error = {""};
    assert_ok(mdgan_dataset_create(&data, &f, 1, PAIR, &error), &error);
    for (size_t i = 0; i < PAIR; i++) {
        data.value[i * 3 + i % 3] = 1;
    }
    data.feature.reversible = false;
    new_samples(&s, &data);
    double mean[3][3] = {{0}};
    size_t mirrored = 0;
    for (uint32_t i = 0; i < DRAWS; i++) {
        float out[PAIR * 3];
        double m[3][3];
        sample_data_draw(&s, 1, 0, i, out);
        for (size_t r = 0; r < 9; r++) {
            m[r / 3][r % 3] = out[r] * s.scale[0];
            mean[r / 3][r % 3] += m[r / 3][r % 3] / DRAWS;
        }
        for (size_t r = 0; r < 9; r++) {
            const double *const a = m[r / 3], *const b = m[r % 3];
            assert_near("R R^T", a[0] * b[0] + a[1] * b[1] + a[2] * b[2], r % 4 == 0, 1e-5);
        }
        const double det = determinant((const double(*)[3])m);
        assert_near("|det R|", fabs(det), 1, 1e-5);
        mirrored += det < 0;
    }
    assert_near("mirrored", (double)mirrored, DRAWS / 2.0, 2.5 * sqrt(DRAWS));
    for (size_t r = 0; r < 9; r++) {
        assert_near("mean of R", mean[r / 3][r % 3], 0, 5 / sqrt(3 * DRAWS));
    }
    sample_data_clear(&s);
    mdgan_dataset_clear(&data);
}

/* All triplets of an entity turn together: angles between them stay. */
static void triplets_rotate_together(void **const state)
{
    (void)state;
    mdgan_dataset data;
    sample_data s;
    new_data(&data, MDGAN_VELOCITY, 6, true);
    data.feature.reversible = false;
    data.n_frame = PAIR; /* leaves the draw one place to begin */
    data.n_entity = 1;
    new_samples(&s, &data);
    for (uint32_t i = 0; i < 20; i++) {
        float out[PAIR * 6];
        sample_data_draw(&s, 1, 0, i, out);
        for (size_t t = 0; t < PAIR; t++) {
            const float *const a = out + 6 * t, *const b = s.value + 6 * t;
            assert_near("angle", a[0] * a[3] + a[1] * a[4] + a[2] * a[5], b[0] * b[3] + b[1] * b[4] + b[2] * b[5],
                        1e-4);
        }
    }
    sample_data_clear(&s);
    mdgan_dataset_clear(&data);
}

static void refuse(const mdgan_dataset *const data, const char *const word)
{
    sample_data s;
    mdgan_error error = {""};
    assert_fails(sample_data_create(&s, data, WINDOW, 0.1, 1, &error), MDGAN_DATA, &error, word);
    sample_data_clear(&s);
}

static void short_data_is_refused(void **const state)
{
    (void)state;
    mdgan_dataset data;
    sample_data s;
    mdgan_error error = {""};
    new_data(&data, MDGAN_VELOCITY, 3, true);
    data.n_frame = PAIR - 1;
    refuse(&data, "15 frames");
    data.n_frame = PAIR;
    assert_ok(sample_data_create(&s, &data, WINDOW, 0.1, 1, &error), &error);
    sample_data_clear(&s);
    data.feature.kind = MDGAN_POSITION;
    refuse(&data, "needs 17 frames");
    data.n_frame = 0;
    refuse(&data, "too few");
    data.n_frame = FRAMES;
    data.n_entity = 0;
    refuse(&data, "0 entities");
    data.n_entity = ENTITIES;
    mdgan_dataset_clear(&data);
}

static void numbers_that_are_not_finite_are_refused(void **const state)
{
    (void)state;
    static const float bad[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        for (int kind = MDGAN_VELOCITY; kind <= MDGAN_SCALAR; kind++) {
            mdgan_dataset data;
            new_data(&data, (mdgan_kind)kind, 3, false);
            data.value[3 * 100 + 1] = bad[i];
            refuse(&data, "component 2");
            mdgan_dataset_clear(&data);
        }
    }
}

static void constant_components_are_refused(void **const state)
{
    (void)state;
    static const float constants[] = {0, 1, 0.1f, 300, -1e-7f, 1e20f};
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++) {
        mdgan_dataset data;
        new_data(&data, MDGAN_SCALAR, 2, false);
        for (size_t j = 0; j < (size_t)ENTITIES * FRAMES; j++) {
            data.value[2 * j + 1] = constants[i];
        }
        print_message("constant %g\n", (double)constants[i]);
        refuse(&data, "component 2 of the data never changes: nothing to learn; leave it out, or choose another "
                      "feature (velocities "
                      "are not there if a file for rerun has no vx vy vz)");
        mdgan_dataset_clear(&data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_component_is_normalised),
        cmocka_unit_test(triplets_become_modes),
        cmocka_unit_test(particles_move_with_their_centre),
        cmocka_unit_test(positions_become_increments),
        cmocka_unit_test(split_is_disjoint_whole_and_repeatable),
        cmocka_unit_test(too_few_to_hold_out_are_scored_on_themselves),
        cmocka_unit_test(draws_are_contiguous_and_reversed_by_kind),
        cmocka_unit_test(rotated_draws_are_contiguous_too),
        cmocka_unit_test(rotations_are_orthogonal_and_mirror_half_the_time),
        cmocka_unit_test(triplets_rotate_together),
        cmocka_unit_test(short_data_is_refused),
        cmocka_unit_test(numbers_that_are_not_finite_are_refused),
        cmocka_unit_test(constant_components_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
