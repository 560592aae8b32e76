/* SPDX-License-Identifier: BSD-3-Clause */
#include "nn/chain.h"

#include <assert.h>
#include <string.h>

void chain_append(chain *const c, const size_t rows, const size_t in, const size_t out, size_t *const n_parameter)
{
    assert(c->n_stage < CHAIN_STAGE_MAX);
    assert(c->n_stage == 0 || rows * in == chain_output_size(c));
    c->stage[c->n_stage++] = (struct chain_stage){.layer = linear_layout(in, out, n_parameter), .rows = rows};
}

size_t chain_input_size(const chain *const c)
{
    return c->stage[0].rows * c->stage[0].layer.in;
}

size_t chain_output_size(const chain *const c)
{
    return c->stage[c->n_stage - 1].rows * c->stage[c->n_stage - 1].layer.out;
}

void chain_turn(const chain *const c, const real *const theta, real *const turned)
{
    for (size_t i = 0; i < c->n_stage; i++) {
        linear_turn(&c->stage[i].layer, theta, turned);
    }
}

void chain_tape_layout(chain_tape *const tape, const chain *const c, const size_t n, const bool with_tangent,
                       arena *const a)
{
    size_t widest = chain_input_size(c);
    tape->n_max = n;
    for (size_t i = 0; i < c->n_stage; i++) {
        const size_t size = c->stage[i].rows * c->stage[i].layer.out;
        tape->output[i] = arena_take(a, n * size);
        tape->delta[i] = arena_take(a, n * size);
        widest = size > widest ? size : widest;
    }
    for (size_t i = 0; i < 2; i++) {
        tape->tangent[i] = with_tangent ? arena_take(a, n * widest) : NULL;
    }
}

const real *chain_forward(const chain *const c, const weights w, const size_t n, const real *const x,
                          chain_tape *const tape)
{
    assert(n <= tape->n_max);
    const real *input = x;
    for (size_t i = 0; i < c->n_stage; i++) {
        const struct chain_stage *const s = &c->stage[i];
        const bool leaky = i + 1 < c->n_stage;
        linear_forward(&s->layer, w, n * s->rows, input, false, leaky, tape->output[i]);
        input = tape->output[i];
    }
    return input;
}

chain_tape chain_tape_from(const chain_tape *const tape, const chain *const c, const size_t first)
{
    chain_tape part = {.n_max = tape->n_max - first};
    for (size_t i = 0; i < c->n_stage; i++) {
        const size_t at = first * c->stage[i].rows * c->stage[i].layer.out;
        part.output[i] = tape->output[i] + at;
        part.delta[i] = tape->delta[i] + at;
    }
    return part;
}

void chain_backward(const chain *const c, const real *const theta, const size_t n, const real *const d_output,
                    chain_tape *const tape, const bool add, real *const dx)
{
    const size_t last = c->n_stage - 1;
    memcpy(tape->delta[last], d_output, n * chain_output_size(c) * sizeof(real));
    for (size_t i = c->n_stage; i-- > 0;) {
        const struct chain_stage *const s = &c->stage[i];
        const size_t rows = n * s->rows;
        if (i > 0) {
            linear_backward_data(&s->layer, theta, rows, tape->delta[i], false, tape->output[i - 1],
                                 tape->delta[i - 1]);
        } else if (dx) {
            linear_backward_data(&s->layer, theta, rows, tape->delta[i], add, NULL, dx);
        }
    }
}

void chain_backward_weight(const chain *const c, const size_t n, const real *const x, const chain_tape *const tape,
                           real *const gradient)
{
    for (size_t i = 0; i < c->n_stage; i++) {
        const struct chain_stage *const s = &c->stage[i];
        const size_t rows = n * s->rows;
        linear_backward_weight(&s->layer, rows, i > 0 ? tape->output[i - 1] : x, tape->delta[i], false, gradient);
        linear_backward_bias(&s->layer, rows, tape->delta[i], gradient);
    }
}

void chain_input_gradient_backward(const chain *const c, const weights w, const size_t n, const real *const v,
                                   chain_tape *const tape, real *const gradient)
{
    const real *tangent = v;
    for (size_t i = 0; i < c->n_stage; i++) {
        const linear *const l = &c->stage[i].layer;
        const size_t rows = n * c->stage[i].rows;
        linear_backward_weight(l, rows, tangent, tape->delta[i], true, gradient);
        if (i + 1 < c->n_stage) {
            real *const next = tape->tangent[i % 2];
            linear_tangent(l, w, rows, tangent, tape->output[i], next);
            tangent = next;
        }
    }
}
