/* SPDX-License-Identifier: BSD-3-Clause */
#include "linear_models.h"

#include <mdgan/generate.h>

#include "gan/generator.h"
#include "gan/model.h"

enum { WINDOW = 16, COMPONENTS = 3, STATES = 2 };

static const oscillator line = {0.97, 0.8};

/* A model whose networks add nothing, or, with `networks`, something of their own. */
static mdgan_model *new_model(const mdgan_kind kind, const bool networks)
{
    mdgan_error error = {""};
    statespace s;
    window_form w;
    generator g;
    mdgan_model *const model = model_new();
    model->feature = synthetic_feature(kind, COMPONENTS, true);
    model->arch = (architecture){.window = WINDOW,
                                 .component = COMPONENTS,
                                 .latent = STATES * COMPONENTS,
                                 .state = STATES,
                                 .shared = 1,
                                 .channel = 4,
                                 .hidden = 8};
    assert_ok(generator_layout(&g, &model->arch, &error), &error);
    model->n_weight = g.n_parameter;
    model->weight = calloc(g.n_parameter, sizeof *model->weight);
    generator_initialise(&g, 3, model->weight);
    oscillator_model(&s, line);
    assert_ok(statespace_normalise(&s, &error), &error);
    assert_ok(window_form_create(&w, &s, WINDOW, &error), &error);
    /* The linear part's pieces lie in the order of the window form's. */
    const double *const from[] = {w.evolve, w.kick, w.from, w.to, w.noise};
    const size_t at[] = {g.part.evolve, g.part.kick, g.part.from, g.part.to, g.part.noise, g.part.size};
    for (size_t i = 0; i < 5; i++) {
        for (size_t j = at[i]; j < at[i + 1]; j++) {
            model->weight[j] = (float)from[i][j - at[i]];
        }
    }
    uint64_t seed = 1;
    for (size_t i = g.n_linear; networks && i < g.n_parameter; i++) {
        model->weight[i] += (float)(0.05 * synthetic_normal(&seed));
    }
    for (size_t c = 0; c < COMPONENTS; c++) {
        model->mean[c] = (double)c;
        model->scale[c] = 2 + (double)c;
    }
    window_form_clear(&w);
    statespace_clear(&s);
    return model;
}

static mdgan_comm *new_comm(void)
{
    mdgan_comm *comm = NULL;
    mdgan_error error = {""};
    assert_ok(mdgan_comm_create_serial(&comm, &error), &error);
    return comm;
}

typedef struct run {
    const mdgan_model *model;
    size_t n_entity, n_frame;
    uint64_t seed;
    const float *origin;
    size_t threads;
} run;

/* The first frames: [n_frame][n_entity][COMPONENTS]. */
static float *series(const run r)
{
    const size_t size = r.n_entity * COMPONENTS;
    float *const out = malloc(r.n_frame * size * sizeof *out);
    mdgan_comm *const comm = new_comm();
    mdgan_generator *g = NULL;
    mdgan_error error = {""};
    assert_ok(mdgan_generator_create(&g, r.model, r.n_entity, r.seed, r.origin, r.threads, comm, &error), &error);
    for (size_t t = 0; t < r.n_frame; t++) {
        const float *row;
        assert_int_equal(mdgan_generator_position(g), t);
        assert_ok(mdgan_generator_next(g, &row, &error), &error);
        memcpy(out + t * size, row, size * sizeof *out);
    }
    mdgan_generator_destroy(g);
    mdgan_comm_destroy(comm);
    return out;
}

static void threads_change_nothing(void **const state)
{
    (void)state;
    for (int kind = MDGAN_VELOCITY; kind <= MDGAN_SCALAR; kind++) {
        mdgan_model *const model = new_model((mdgan_kind)kind, true);
        const run one = {.model = model, .n_entity = 150, .n_frame = 3 * WINDOW, .seed = 7, .threads = 1};
        run three = one;
        three.threads = 3;
        float *const a = series(one), *const b = series(three), *const again = series(one);
        assert_memory_equal(a, b, one.n_frame * one.n_entity * COMPONENTS * sizeof *a);
        assert_memory_equal(a, again, one.n_frame * one.n_entity * COMPONENTS * sizeof *a);
        free(a);
        free(b);
        free(again);
        mdgan_model_destroy(model);
    }
}

/* Largest difference over the entities that both runs have, relative to the scale. */
static double gap(const float *const a, const size_t n_a, const float *const b, const size_t n_b, const size_t n,
                  const size_t n_frame)
{
    double worst = 0;
    for (size_t t = 0; t < n_frame; t++) {
        for (size_t i = 0; i < n * COMPONENTS; i++) {
            worst = fmax(worst, fabs(a[t * n_a * COMPONENTS + i] - b[t * n_b * COMPONENTS + i]) / 4);
        }
    }
    return worst;
}

/* Bit for bit where the entity is in a whole block of 64 in both runs; else the order of sums may differ. */
static void an_entity_does_not_depend_on_its_neighbours(void **const state)
{
    (void)state;
    enum { LENGTH = 5 * WINDOW };
    mdgan_model *const model = new_model(MDGAN_VELOCITY, true);
    run r = {.model = model, .n_entity = 130, .n_frame = LENGTH, .seed = 7, .threads = 2};
    float *const many = series(r);
    r.n_entity = 64;
    float *const block = series(r);
    r.n_entity = 10;
    float *const few = series(r);
    r.n_entity = 1;
    float *const single = series(r);
    assert_true(gap(many, 130, block, 64, 64, LENGTH) == 0);
    assert_near("ten of 130", gap(many, 130, few, 10, 10, LENGTH), 0, 1e-5);
    assert_near("one of 130", gap(many, 130, single, 1, 1, LENGTH), 0, 1e-5);
    free(many);
    free(block);
    free(few);
    free(single);
    mdgan_model_destroy(model);
}

static void seeds_and_entities_are_independent(void **const state)
{
    (void)state;
    enum { ENTITIES = 64, LENGTH = 40 * WINDOW };
    mdgan_model *const model = new_model(MDGAN_VELOCITY, false);
    run r = {.model = model, .n_entity = ENTITIES, .n_frame = LENGTH, .seed = 1, .threads = 1};
    float *const a = series(r);
    r.seed = 2;
    float *const b = series(r);
    double seeds = 0, entities = 0, power = 0;
    for (size_t i = 0; i < (size_t)LENGTH * ENTITIES * COMPONENTS; i++) {
        const size_t c = i % COMPONENTS, entity = i / COMPONENTS % ENTITIES;
        const double x = (a[i] - model->mean[c]) / model->scale[c], y = (b[i] - model->mean[c]) / model->scale[c];
        seeds += x * y;
        power += x * x;
        if (entity > 0) {
            entities += x * (a[i - COMPONENTS] - model->mean[c]) / model->scale[c];
        }
    }
    /* (1 + rho^2) / (1 - rho^2) frames count as one: 122,880 numbers as about 3,700 independent ones. */
    assert_near("correlation of seeds", seeds / power, 0, 5 / sqrt(3700));
    assert_near("correlation of neighbours", entities / power, 0, 5 / sqrt(3700));
    free(a);
    free(b);
    mdgan_model_destroy(model);
}

static void check_skip(const mdgan_model *const model, const float *const all, const size_t first, const size_t to)
{
    enum { ENTITIES = 70, AFTER = WINDOW + 3 };
    mdgan_comm *const comm = new_comm();
    mdgan_generator *g = NULL;
    mdgan_error error = {""};
    const float *row;
    float origin[ENTITIES * COMPONENTS];
    for (size_t i = 0; i < ENTITIES * COMPONENTS; i++) {
        origin[i] = (float)i;
    }
    assert_ok(mdgan_generator_create(&g, model, ENTITIES, 7, origin, 2, comm, &error), &error);
    for (size_t t = 0; t < first; t++) {
        assert_ok(mdgan_generator_next(g, &row, &error), &error);
    }
    assert_ok(mdgan_generator_skip(g, (int64_t)to, &error), &error);
    assert_int_equal(mdgan_generator_position(g), to);
    for (size_t t = to; t < to + AFTER; t++) {
        assert_ok(mdgan_generator_next(g, &row, &error), &error);
        assert_memory_equal(row, all + t * ENTITIES * COMPONENTS, sizeof origin);
    }
    assert_fails(mdgan_generator_skip(g, (int64_t)to, &error), MDGAN_INVALID, &error, "cannot go back");
    assert_int_equal(mdgan_generator_position(g), to + AFTER);
    mdgan_generator_destroy(g);
    mdgan_comm_destroy(comm);
}

static void skipping_is_stepping(void **const state)
{
    (void)state;
    enum { ENTITIES = 70, LENGTH = 7 * WINDOW };
    static const size_t ways[][2] = {{0, 0},
                                     {0, 1},
                                     {0, WINDOW - 1},
                                     {0, WINDOW},
                                     {0, WINDOW + 1},
                                     {0, 3 * WINDOW + 5},
                                     {1, 1},
                                     {5, WINDOW - 1},
                                     {5, WINDOW},
                                     {5, 4 * WINDOW},
                                     {WINDOW, WINDOW},
                                     {WINDOW, 2 * WINDOW},
                                     {WINDOW - 1, 2 * WINDOW + 1},
                                     {2 * WINDOW + 3, 2 * WINDOW + 4}};
    float origin[ENTITIES * COMPONENTS];
    for (size_t i = 0; i < ENTITIES * COMPONENTS; i++) {
        origin[i] = (float)i;
    }
    for (int kind = MDGAN_VELOCITY; kind <= MDGAN_SCALAR; kind++) {
        mdgan_model *const model = new_model((mdgan_kind)kind, true);
        float *const all = series((run){model, ENTITIES, LENGTH, 7, origin, 1});
        for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
            check_skip(model, all, ways[i][0], ways[i][1]);
        }
        free(all);
        mdgan_model_destroy(model);
    }
}

/* The increments of a position feature are what the same weights give as a velocity. */
static void positions_are_sums_of_increments(void **const state)
{
    (void)state;
    enum { ENTITIES = 5, LENGTH = 3 * WINDOW, ROW = ENTITIES * COMPONENTS };
    mdgan_model *const velocity = new_model(MDGAN_VELOCITY, true), *const position = new_model(MDGAN_POSITION, true);
    float origin[ROW];
    for (size_t i = 0; i < ROW; i++) {
        origin[i] = 100 * (float)i;
    }
    float *const steps = series((run){velocity, ENTITIES, LENGTH, 7, origin, 1});
    float *const path = series((run){position, ENTITIES, LENGTH, 7, origin, 1});
    float *const from_zero = series((run){position, ENTITIES, LENGTH, 7, NULL, 1});
    double sum[ROW] = {0};
    for (size_t i = 0; i < LENGTH * ROW; i++) {
        sum[i % ROW] += steps[i];
        assert_near("path", path[i], origin[i % ROW] + sum[i % ROW], 1e-4);
        assert_near("path from zero", from_zero[i], sum[i % ROW], 1e-4);
    }
    free(steps);
    free(path);
    free(from_zero);
    mdgan_model_destroy(velocity);
    mdgan_model_destroy(position);
}

/* Stationary from the first frame, and the state-space model's own covariances in a window and across its joins: for
 * every frame of the window by itself, since an error at the joins would drown in a mean over frames. */
static void series_have_the_covariances_of_the_closed_form(void **const state)
{
    (void)state;
    enum { ENTITIES = 1024, WINDOWS = 8, LENGTH = WINDOWS * WINDOW, LAGS = 2 * WINDOW };
    mdgan_model *const model = new_model(MDGAN_VELOCITY, false);
    float *const x = series((run){model, ENTITIES, LENGTH, 11, NULL, 2});
    const size_t row = ENTITIES * COMPONENTS;
    for (size_t i = 0; i < LENGTH * row; i++) {
        x[i] = (float)((x[i] - model->mean[i % COMPONENTS]) / model->scale[i % COMPONENTS]);
    }
    for (size_t lag = 0; lag < LAGS; lag++) {
        const double expected = oscillator_covariance(line, lag);
        double mean = 0;
        for (size_t frame = 0; frame < WINDOW; frame++) {
            double sum = 0;
            size_t n = 0;
            for (size_t t = frame; t + lag < LENGTH; t += WINDOW) {
                for (size_t i = 0; i < row; i++, n++) {
                    sum += (double)x[t * row + i] * x[(t + lag) * row + i];
                }
            }
            /* Independent entities and components: variance of a product is 1 + r^2; windows count as one. */
            assert_near("of one frame", sum / (double)n, expected, 5 * sqrt((1 + expected * expected) / (double)row));
            mean += sum / (double)n / WINDOW;
        }
        assert_near("of all frames", mean, expected, 4 * sqrt((1 + expected * expected) / (double)(2 * row)));
    }
    free(x);
    mdgan_model_destroy(model);
}

/* The paper's form, without a linear part. */
static void models_from_random_weights_generate(void **const state)
{
    (void)state;
    mdgan_error error = {""};
    generator g;
    mdgan_model *const model = model_new();
    model->feature = synthetic_feature(MDGAN_VELOCITY, COMPONENTS, false);
    model->arch = (architecture){.window = WINDOW, .component = COMPONENTS, .latent = 5, .channel = 4, .hidden = 8};
    assert_ok(generator_layout(&g, &model->arch, &error), &error);
    model->n_weight = g.n_parameter;
    model->weight = calloc(g.n_parameter, sizeof *model->weight);
    generator_initialise(&g, 3, model->weight);
    for (size_t c = 0; c < COMPONENTS; c++) {
        model->scale[c] = 1;
    }
    const run r = {.model = model, .n_entity = 80, .n_frame = 3 * WINDOW, .seed = 7, .threads = 1};
    run two = r;
    two.threads = 2;
    float *const a = series(r), *const b = series(two);
    assert_memory_equal(a, b, r.n_frame * r.n_entity * COMPONENTS * sizeof *a);
    double square = 0;
    for (size_t i = 0; i < r.n_frame * r.n_entity * COMPONENTS; i++) {
        square += (double)a[i] * a[i];
    }
    assert_true(isfinite(square) && square > 0);
    free(a);
    free(b);
    mdgan_model_destroy(model);
}

static void nonsense_is_refused(void **const state)
{
    (void)state;
    mdgan_model *const model = new_model(MDGAN_VELOCITY, false);
    mdgan_comm *const comm = new_comm();
    mdgan_generator *g = NULL;
    mdgan_error error = {""};
    assert_fails(mdgan_generator_create(&g, model, 0, 1, NULL, 1, comm, &error), MDGAN_INVALID, &error, "0 series");
    assert_fails(mdgan_generator_create(&g, model, 5, 1, NULL, 0, comm, &error), MDGAN_INVALID, &error, "0 threads");
    model->arch.window = 11;
    assert_fails(mdgan_generator_create(&g, model, 5, 1, NULL, 1, comm, &error), MDGAN_INVALID, &error, "11 frames");
    mdgan_generator_destroy(NULL);
    mdgan_comm_destroy(comm);
    mdgan_model_destroy(model);
}

/* The frames before it are given out. */
static void values_that_are_not_finite_end_the_series(void **const state)
{
    (void)state;
    mdgan_model *const model = new_model(MDGAN_POSITION, false);
    mdgan_comm *const comm = new_comm();
    mdgan_generator *g = NULL;
    mdgan_error error = {""};
    const float *row = NULL;
    size_t n = 0;
    model->mean[1] = 1e38; /* of an increment: the sum leaves the range of float with the fourth frame */
    model->score = 5.8e77;
    assert_ok(mdgan_generator_create(&g, model, 5, 1, NULL, 1, comm, &error), &error);
    mdgan_status status = mdgan_generator_next(g, &row, &error);
    for (; status == MDGAN_OK; n++) {
        assert_true(isfinite(row[1]));
        status = mdgan_generator_next(g, &row, &error);
    }
    assert_int_equal(n, 3);
    assert_fails(status, MDGAN_NUMERIC, &error, "frame 4 of the emission: entity 1 is not finite");
    assert_fails(status, MDGAN_NUMERIC, &error, "held-out score 5.8e+77, cannot be used: train it anew");
    mdgan_generator_destroy(g);
    mdgan_comm_destroy(comm);
    mdgan_model_destroy(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(an_entity_does_not_depend_on_its_neighbours),
        cmocka_unit_test(seeds_and_entities_are_independent),
        cmocka_unit_test(skipping_is_stepping),
        cmocka_unit_test(positions_are_sums_of_increments),
        cmocka_unit_test(series_have_the_covariances_of_the_closed_form),
        cmocka_unit_test(models_from_random_weights_generate),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(values_that_are_not_finite_end_the_series),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
