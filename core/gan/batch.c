/* SPDX-License-Identifier: BSD-3-Clause */
#include "gan/batch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn/random.h"

void sample_data_clear(sample_data *const s)
{
    free(s->value);
    free(s->train);
    free(s->held);
    *s = (sample_data){0};
}

/* Positions become increments, and so one frame less. */
static void copy_values(sample_data *const s, const mdgan_dataset *const data)
{
    const size_t d = s->n_component, lost = data->n_frame - s->n_frame;
    for (size_t e = 0; e < s->n_entity; e++) {
        const float *const from = mdgan_dataset_entity(data, e);
        float *const to = s->value + e * s->n_frame * d;
        double frame[2][MDGAN_COMPONENT_MAX];
        modes_forward(&s->modes, d, from, frame[0]);
        for (size_t t = 0; t < s->n_frame; t++) {
            const double *const before = frame[t & 1];
            double *const now = frame[lost ? (t + 1) & 1 : t & 1];
            modes_forward(&s->modes, d, from + (t + lost) * d, now);
            for (size_t c = 0; c < d; c++) {
                to[t * d + c] = (float)(now[c] - (s->integrated[c] ? before[c] : 0));
            }
        }
    }
}

static mdgan_status measure(sample_data *const s, mdgan_error *const error)
{
    const size_t d = s->n_component, n = s->n_entity * s->n_frame;
    for (size_t c = 0; c < d; c++) {
        double sum = 0, square = 0;
        for (size_t i = 0; i < n; i++) {
            sum += s->value[i * d + c];
        }
        s->mean[c] = s->isotropic ? 0 : sum / (double)n;
        /* Second pass around the mean: power sums around 0 cancel where the mean is large. */
        for (size_t i = 0; i < n; i++) {
            const double v = s->value[i * d + c] - s->mean[c];
            square += v * v;
        }
        if (!isfinite(square)) {
            return mdgan_fail(error, MDGAN_DATA, "component %zu of the data holds values that are not finite", c + 1);
        }
        s->scale[c] = sqrt(square / (double)n);
        if (!(s->scale[c] > 1e-12 * fabs(s->mean[c])) || s->scale[c] < 1e-30) {
            return mdgan_fail(
                error, MDGAN_DATA,
                "component %zu of the data never changes: nothing to learn; leave it out, or choose another feature "
                "(velocities are not there if a file for rerun has no vx vy vz)",
                c + 1);
        }
    }
    if (s->isotropic) {
        /* Triplets rotate together and share their scale; several particles may differ. */
        for (size_t c = 0; c + 2 < d; c += 3) {
            const double mean_square =
                (s->scale[c] * s->scale[c] + s->scale[c + 1] * s->scale[c + 1] + s->scale[c + 2] * s->scale[c + 2]) / 3;
            s->scale[c] = s->scale[c + 1] = s->scale[c + 2] = sqrt(mean_square);
        }
    }
    return MDGAN_OK;
}

static void normalise(sample_data *const s)
{
    const size_t d = s->n_component;
    for (size_t i = 0; i < s->n_entity * s->n_frame; i++) {
        for (size_t c = 0; c < d; c++) {
            s->value[i * d + c] = (float)((s->value[i * d + c] - s->mean[c]) / s->scale[c]);
        }
    }
}

/* A random order of the entities (Fisher-Yates), its head held out. */
static mdgan_status split(sample_data *const s, const double holdout, const uint64_t seed, mdgan_error *const error)
{
    const size_t n = s->n_entity;
    uint32_t *const order = malloc(n * sizeof *order), *const words = malloc(n * sizeof *words);
    s->train = malloc(n * sizeof *s->train);
    s->held = malloc(n * sizeof *s->held);
    if (!order || !words || !s->train || !s->held) {
        free(order);
        free(words);
        return mdgan_fail(error, MDGAN_MEMORY, "no memory to split %zu entities", n);
    }
    random_words((random_key){seed, RANDOM_SPLIT}, 0, 0, n, words);
    for (size_t i = 0; i < n; i++) {
        order[i] = (uint32_t)i;
    }
    for (size_t i = n; i-- > 1;) {
        const size_t j = words[i] % (i + 1);
        const uint32_t swap = order[i];
        order[i] = order[j];
        order[j] = swap;
    }
    /* One held-out entity has no spread to judge by. */
    s->n_held = n < 10 ? 0 : (size_t)fmax(2, ceil(holdout * (double)n));
    s->n_train = n - s->n_held;
    memcpy(s->held, order, s->n_held * sizeof *order);
    memcpy(s->train, order + s->n_held, s->n_train * sizeof *order);
    if (s->n_held == 0) {
        memcpy(s->held, s->train, n * sizeof *order);
        s->n_held = n;
    }
    free(order);
    free(words);
    return MDGAN_OK;
}

/* Velocities that a host's file does not hold, say, stay in every frame what they were at the start. */
static mdgan_status check_changes(const mdgan_dataset *const data, mdgan_error *const error)
{
    const size_t d = data->feature.n_component;
    for (size_t e = 0; e < data->n_entity; e++) {
        const float *const first = mdgan_dataset_entity(data, e);
        for (size_t f = 1; f < data->n_frame; f++) {
            if (memcmp(first, first + f * d, d * sizeof *first) != 0) {
                return MDGAN_OK;
            }
        }
    }
    return mdgan_fail(
        error, MDGAN_DATA,
        "'%s' is the same in all %zu frames: nothing to learn; check that each frame has values of its own "
        "(a dump for rerun needs vx vy vz for velocities)",
        data->feature.name, data->n_frame);
}

mdgan_status sample_data_create(sample_data *const s, const mdgan_dataset *const data, const size_t window,
                                const double holdout, const uint64_t seed, mdgan_error *const error)
{
    const mdgan_feature *const f = &data->feature;
    const size_t lost = f->kind == MDGAN_POSITION ? 1 : 0;
    *s = (sample_data){.n_entity = data->n_entity,
                       .n_frame = data->n_frame > lost ? data->n_frame - lost : 0,
                       .n_component = f->n_component,
                       .pair = 2 * window,
                       .isotropic = f->isotropic,
                       .reversible = f->reversible};
    if (s->n_frame < s->pair || s->n_entity == 0) {
        return mdgan_fail(error, MDGAN_DATA,
                          "%zu frames of %zu entities are too few: a window of %zu needs %zu frames of each; "
                          "collect more or make the window smaller",
                          data->n_frame, data->n_entity, window, s->pair + lost);
    }
    s->value = malloc(s->n_entity * s->n_frame * s->n_component * sizeof *s->value);
    if (!s->value) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for %zu frames of %zu entities", s->n_frame, s->n_entity);
    }
    mdgan_status status = modes_create(&s->modes, data, error);
    for (size_t c = 0; c < s->n_component; c++) {
        s->integrated[c] = modes_integrated(&s->modes, f->kind, c);
        s->parity[c] = f->kind == MDGAN_VELOCITY || s->integrated[c] ? -1 : 1;
    }
    if (status == MDGAN_OK) {
        copy_values(s, data);
        status = measure(s, error);
    }
    if (status == MDGAN_OK) {
        normalise(s);
        status = split(s, holdout, seed, error);
    }
    if (status == MDGAN_OK) {
        status = check_changes(data, error);
    }
    if (status != MDGAN_OK) {
        sample_data_clear(s);
    }
    return status;
}

/* A random rotation (uniform unit quaternion), followed by inversion if `mirror`. */
static void rotation(const uint64_t seed, const uint64_t draw, const uint32_t sample, const bool mirror, real r[9])
{
    real q[4];
    random_normal((random_key){seed, RANDOM_AUGMENT}, draw, 2 * sample + 1, 4, q);
    const real norm = REAL_SQRT(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3]) + (real)1e-20;
    const real w = q[0] / norm, x = q[1] / norm, y = q[2] / norm, z = q[3] / norm;
    const real m[9] = {1 - 2 * (y * y + z * z), 2 * (x * y - z * w),     2 * (x * z + y * w),
                       2 * (x * y + z * w),     1 - 2 * (x * x + z * z), 2 * (y * z - x * w),
                       2 * (x * z - y * w),     2 * (y * z + x * w),     1 - 2 * (x * x + y * y)};
    for (size_t i = 0; i < 9; i++) {
        r[i] = mirror ? -m[i] : m[i];
    }
}

static VECTOR_CLONES void rotate_triplets(const real r[9], const size_t n, real *const x)
{
    for (size_t i = 0; i < n; i++) {
        const real a = x[3 * i], b = x[3 * i + 1], e = x[3 * i + 2];
        x[3 * i] = r[0] * a + r[1] * b + r[2] * e;
        x[3 * i + 1] = r[3] * a + r[4] * b + r[5] * e;
        x[3 * i + 2] = r[6] * a + r[7] * b + r[8] * e;
    }
}

/* What a sample is made of: 2M frames of an entity, and how they are augmented. */
typedef struct choice {
    const float *frame;
    bool reverse, mirror;
} choice;

static choice choose(const sample_data *const s, const uint64_t seed, const uint64_t draw, const uint32_t sample)
{
    uint32_t words[4];
    random_words((random_key){seed, RANDOM_AUGMENT}, draw, 2 * sample, 4, words);
    const uint32_t entity = s->train[words[0] % s->n_train];
    const size_t offset = words[1] % (s->n_frame - s->pair + 1);
    return (choice){.frame = s->value + ((size_t)entity * s->n_frame + offset) * s->n_component,
                    .reverse = s->reversible && (words[2] & 1),
                    .mirror = words[3] & 1};
}

/* Asks for frames that will be read soon: samples lie anywhere in the data, so that no pattern gives them away. */
static void fetch(const sample_data *const s, const float *const frame)
{
    enum { LINE = 64 / sizeof *frame };
    for (size_t i = 0; i < s->pair * s->n_component; i += LINE) {
        __builtin_prefetch(frame + i);
    }
}

static inline void reverse_frames(const size_t n, const size_t d, const real *restrict parity,
                                  const float *restrict from, real *restrict out)
{
    for (size_t t = 0; t < n; t++) {
        const float *const frame = from + (n - 1 - t) * d;
        for (size_t c = 0; c < d; c++) {
            out[t * d + c] = parity[c] * frame[c];
        }
    }
}

static void copy_frames(const size_t n, const size_t d, const float *restrict from, real *restrict out)
{
    for (size_t i = 0; i < n * d; i++) {
        out[i] = from[i];
    }
}

void sample_data_draw(const sample_data *const s, const uint64_t seed, const uint64_t draw, const uint32_t sample,
                      real *const out)
{
    const size_t d = s->n_component;
    const choice now = choose(s, seed, draw, sample);
    fetch(s, choose(s, seed, draw, sample + 1).frame);
    if (!now.reverse) {
        copy_frames(s->pair, d, now.frame, out);
    } else if (d == 3) {
        reverse_frames(s->pair, 3, s->parity, now.frame, out); /* without a loop for each frame */
    } else {
        reverse_frames(s->pair, d, s->parity, now.frame, out);
    }
    if (s->isotropic) {
        real r[9];
        rotation(seed, draw, sample, now.mirror, r);
        rotate_triplets(r, s->pair * d / 3, out);
    }
}
