/* SPDX-License-Identifier: BSD-3-Clause */
#include "gan/critic.h"

#include <math.h>
#include <string.h>

/* Measured best of the convolutional critics tried: two strides of four frames, then all that is left at once. */
enum { CONV_STRIDE = 4, CONV_CHANNELS = 32, CONV_HIDDEN = 64 };

/* Zeros on each side, frames: at least 5, so that no patch of the second layer begins at the join, and such that the
 * padded length is a multiple of both strides. */
static size_t padding_frames(const size_t window)
{
    size_t p = 5;
    while ((window + p) % (CONV_STRIDE * CONV_STRIDE / 2) != 0) {
        p++;
    }
    return p;
}

void critic_layout_conv(critic *const c, const size_t window, const size_t component, size_t *const n_parameter)
{
    const size_t frames = padding_frames(window);
    const size_t length = 2 * (window + frames);
    const size_t left = length / (CONV_STRIDE * CONV_STRIDE);
    *c = (critic){.sample = 2 * window * component, .padding = frames * component};
    chain_append(&c->net, length / CONV_STRIDE, CONV_STRIDE * component, CONV_CHANNELS, n_parameter);
    chain_append(&c->net, left, CONV_STRIDE * CONV_CHANNELS, CONV_CHANNELS, n_parameter);
    chain_append(&c->net, 1, left * CONV_CHANNELS, CONV_HIDDEN, n_parameter);
    chain_append(&c->net, 1, CONV_HIDDEN, CONV_HIDDEN, n_parameter);
    chain_append(&c->net, 1, CONV_HIDDEN, 1, n_parameter);
}

void critic_layout_mlp(critic *const c, const size_t sample, const size_t hidden, size_t *const n_parameter)
{
    *c = (critic){.sample = sample};
    chain_append(&c->net, 1, sample, hidden, n_parameter);
    chain_append(&c->net, 1, hidden, hidden, n_parameter);
    chain_append(&c->net, 1, hidden, 1, n_parameter);
}

void critic_initialise(const critic *const c, const uint64_t seed, const uint32_t number, real *const theta)
{
    for (size_t i = 0; i < c->net.n_stage; i++) {
        linear_initialise(&c->net.stage[i].layer, (random_key){seed, RANDOM_WEIGHTS}, 1 + number, (uint32_t)i, 1,
                          theta);
    }
}

void critic_tape_layout(critic_tape *const tape, const critic *const c, const size_t n, arena *const a)
{
    tape->point = arena_take(a, n * critic_input(c));
    tape->slope = arena_take(a, n * critic_input(c));
    tape->one = arena_take(a, 2 * n);
    chain_tape_layout(&tape->net, &c->net, 2 * n, true, a);
}

static double sum(const size_t n, const real *const x)
{
    double s = 0;
    for (size_t i = 0; i < n; i++) {
        s += x[i];
    }
    return s;
}

static void fill(const size_t n, const double value, real *const x)
{
    for (size_t i = 0; i < n; i++) {
        x[i] = (real)value;
    }
}

static VECTOR_CLONES void interpolate(const size_t n, const real mix, const real *restrict a, const real *restrict b,
                                      real *restrict y)
{
    for (size_t i = 0; i < n; i++) {
        y[i] = mix * a[i] + (1 - mix) * b[i];
    }
}

/* In parts that do not wait for each other. */
static VECTOR_CLONES double sum_squares(const size_t n, const real *const x)
{
    enum { PARTS = 8 };
    double part[PARTS] = {0}, rest = 0;
    const size_t even = n / PARTS * PARTS;
    for (size_t i = 0; i < even; i += PARTS) {
        for (size_t j = 0; j < PARTS; j++) {
            part[j] += (double)x[i + j] * x[i + j];
        }
    }
    for (size_t i = even; i < n; i++) {
        rest += (double)x[i] * x[i];
    }
    return ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7])) + rest;
}

/* Turns slope g into d(penalty)/dg = 2 lambda (|g| - 1) g / |g| / n_batch, over the sample's own values (the zeros of
 * the padding are not variables). Returns (|g| - 1)^2. */
static double penalty_direction(const critic *const c, const size_t n_batch, const real *const g, real *const v)
{
    const size_t size = critic_input(c);
    const double norm = sqrt(sum_squares(c->sample, g + c->padding));
    const real factor = (real)(2 * c->penalty * (norm - 1) / (norm + 1e-12) / (double)n_batch);
    memset(v, 0, size * sizeof *v);
    for (size_t j = c->padding; j < c->padding + c->sample; j++) {
        v[j] = factor * g[j];
    }
    return (norm - 1) * (norm - 1);
}

static double penalty_backward(const critic *const c, const weights w, const size_t n, const size_t n_batch,
                               const real *const pairs, const real *const mix, real *const gradient,
                               critic_tape *const tape)
{
    const size_t size = critic_input(c);
    const real *const fake = pairs, *const actual = pairs + n * size;
    for (size_t i = 0; i < n; i++) {
        interpolate(size, mix[i], actual + i * size, fake + i * size, tape->point + i * size);
    }
    chain_forward(&c->net, w, n, tape->point, &tape->net);
    fill(n, 1, tape->one);
    chain_backward(&c->net, w.value, n, tape->one, &tape->net, false, tape->slope);
    double penalty = 0;
    for (size_t i = 0; i < n; i++) {
        penalty += penalty_direction(c, n_batch, tape->slope + i * size, tape->point + i * size);
    }
    chain_input_gradient_backward(&c->net, w, n, tape->point, &tape->net, gradient);
    return penalty;
}

critic_sums critic_loss_backward(const critic *const c, const weights w, const size_t n, const size_t n_batch,
                                 const real *const pairs, const real *const mix, real *const gradient,
                                 critic_tape *const tape)
{
    const real *const output = chain_forward(&c->net, w, 2 * n, pairs, &tape->net);
    critic_sums sums = {.fake = sum(n, output), .real = sum(n, output + n)};
    fill(n, 1.0 / (double)n_batch, tape->one);
    fill(n, -1.0 / (double)n_batch, tape->one + n);
    chain_backward(&c->net, w.value, 2 * n, tape->one, &tape->net, false, NULL);
    chain_backward_weight(&c->net, 2 * n, pairs, &tape->net, gradient);
    if (c->penalty > 0) {
        sums.penalty = penalty_backward(c, w, n, n_batch, pairs, mix, gradient, tape);
    }
    return sums;
}

double critic_sample_gradient(const critic *const c, const weights w, const size_t n, const size_t n_negative,
                              const size_t n_batch, const real *const sample, const bool add, real *const d_sample,
                              critic_tape *const tape)
{
    const real *const output = chain_forward(&c->net, w, n, sample, &tape->net);
    fill(n_negative, -1.0 / (double)n_batch, tape->one);
    fill(n - n_negative, 1.0 / (double)n_batch, tape->one + n_negative);
    chain_backward(&c->net, w.value, n, tape->one, &tape->net, add, d_sample);
    return sum(n - n_negative, output + n_negative) - sum(n_negative, output);
}
