/* SPDX-License-Identifier: BSD-3-Clause */
#include "nn/unet.h"

#include <assert.h>
#include <string.h>

/* Largest strides first keep the network shallow. 0: does not split. */
static size_t next_kernel(const size_t frames)
{
    static const size_t factors[] = {4, 2, 3, 5, 7};
    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++) {
        if (frames % factors[i] == 0) {
            return factors[i];
        }
    }
    return 0;
}

bool unet_fits(size_t frames)
{
    size_t n_level = 0;
    if (frames < 8) {
        return false;
    }
    while (frames > 1) {
        const size_t kernel = next_kernel(frames);
        if (kernel == 0 || ++n_level > UNET_LEVEL_MAX) {
            return false;
        }
        frames /= kernel;
    }
    return true;
}

static size_t channels_above(const unet *const u, const size_t i)
{
    return i == 0 ? u->n_channel : u->level[i - 1].channels;
}

void unet_layout(unet *const u, const size_t frames, const size_t n_channel, const size_t channels,
                 const size_t n_condition, size_t *const n_parameter)
{
    assert(unet_fits(frames));
    *u = (unet){.frames = frames, .n_channel = n_channel, .n_condition = n_condition};
    for (size_t rows = frames; rows > 1; u->n_level++) {
        struct unet_level *const level = &u->level[u->n_level];
        level->kernel = next_kernel(rows);
        rows /= level->kernel;
        level->rows = rows;
        level->channels = u->n_level == 0 ? channels : 2 * channels;
        level->encode = linear_layout(level->kernel * channels_above(u, u->n_level), level->channels, n_parameter);
    }
    for (size_t i = u->n_level; i-- > 0;) {
        struct unet_level *const level = &u->level[i];
        const size_t skip = i + 1 == u->n_level ? n_condition : level->channels;
        level->decode = linear_layout(level->channels + skip, level->kernel * channels_above(u, i), n_parameter);
    }
}

void unet_turn(const unet *const u, const real *const theta, real *const turned)
{
    for (size_t i = 0; i < u->n_level; i++) {
        linear_turn(&u->level[i].encode, theta, turned);
        linear_turn(&u->level[i].decode, theta, turned);
    }
}

void unet_tape_layout(unet_tape *const tape, const unet *const u, const size_t n, const bool with_gradient,
                      arena *const a)
{
    *tape = (unet_tape){.n_max = n};
    for (size_t i = 0; i < u->n_level; i++) {
        const struct unet_level *const level = &u->level[i];
        const size_t rows = n * level->rows;
        tape->skip[i] = arena_take(a, rows * level->channels);
        tape->up[i] = arena_take(a, rows * level->decode.out);
        if (with_gradient) {
            tape->d_skip[i] = arena_take(a, rows * level->channels);
            tape->d_up[i] = arena_take(a, rows * level->decode.out);
        }
    }
}

/* A decoder's input is what comes from below and what stands beside it: the skip connection, or the condition at the
 * bottleneck. They lie in two places, and so the layer is applied in two parts. */
static linear decode_below(const struct unet_level *const level)
{
    return linear_columns(&level->decode, 0, level->channels);
}

static linear decode_beside(const struct unet_level *const level)
{
    return linear_columns(&level->decode, level->channels, level->decode.in - level->channels);
}

real *unet_forward(const unet *const u, const weights w, const size_t n, const real *const x,
                   const real *const condition, unet_tape *const tape)
{
    assert(n <= tape->n_max);
    for (size_t i = 0; i < u->n_level; i++) {
        const struct unet_level *const level = &u->level[i];
        linear_forward(&level->encode, w, n * level->rows, i == 0 ? x : tape->skip[i - 1], false, true, tape->skip[i]);
    }
    for (size_t i = u->n_level; i-- > 0;) {
        const struct unet_level *const level = &u->level[i];
        const linear below = decode_below(level), beside = decode_beside(level);
        const bool bottleneck = i + 1 == u->n_level;
        const size_t rows = n * level->rows;
        linear_tangent(&below, w, rows, bottleneck ? tape->skip[i] : tape->up[i + 1], NULL, tape->up[i]);
        linear_forward(&beside, w, rows, bottleneck ? condition : tape->skip[i], true, i > 0, tape->up[i]);
    }
    return tape->up[0];
}

static void decoder_backward(const unet *const u, const real *const theta, const size_t n, const real *const condition,
                             const real *const d_output, unet_tape *const tape, real *const gradient,
                             real *const d_condition)
{
    const real *d_up = d_output;
    for (size_t i = 0; i < u->n_level; i++) {
        const struct unet_level *const level = &u->level[i];
        const linear below = decode_below(level), beside = decode_beside(level);
        const bool bottleneck = i + 1 == u->n_level;
        const size_t rows = n * level->rows;
        const real *const from_below = bottleneck ? tape->skip[i] : tape->up[i + 1];
        real *const d_below = bottleneck ? tape->d_skip[i] : tape->d_up[i + 1];
        linear_backward_weight(&below, rows, from_below, d_up, false, gradient);
        linear_backward_weight(&beside, rows, bottleneck ? condition : tape->skip[i], d_up, false, gradient);
        linear_backward_bias(&level->decode, rows, d_up, gradient);
        linear_backward_data(&beside, theta, rows, d_up, false, NULL, bottleneck ? d_condition : tape->d_skip[i]);
        linear_backward_data(&below, theta, rows, d_up, false, from_below, d_below);
        d_up = d_below;
    }
}

void unet_backward(const unet *const u, const real *const theta, const size_t n, const real *const x,
                   const real *const condition, const real *const d_output, unet_tape *const tape, real *const gradient,
                   real *const d_condition)
{
    decoder_backward(u, theta, n, condition, d_output, tape, gradient, d_condition);
    for (size_t i = u->n_level; i-- > 0;) {
        const struct unet_level *const level = &u->level[i];
        const size_t rows = n * level->rows;
        linear_backward_weight(&level->encode, rows, i == 0 ? x : tape->skip[i - 1], tape->d_skip[i], false, gradient);
        linear_backward_bias(&level->encode, rows, tape->d_skip[i], gradient);
        if (i > 0) {
            /* To what came through the skip connection; only now, with all of it, comes the slope. */
            linear_backward_data(&level->encode, theta, rows, tape->d_skip[i], true, tape->skip[i - 1],
                                 tape->d_skip[i - 1]);
        }
    }
}
