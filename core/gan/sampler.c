/* SPDX-License-Identifier: BSD-3-Clause */
#include "gan/sampler.h"

#include <stdlib.h>
#include <string.h>

static void layout(sampler_work *const w, const generator *const g, const size_t n_max, arena *const a)
{
    w->n_max = n_max;
    w->turned = arena_take(a, g->n_parameter);
    w->kick = arena_take(a, n_max * g->arch.latent);
    w->next = arena_take(a, n_max * g->arch.latent);
    evolve_tape_layout(&w->evolve, g, n_max, a);
    window_tape_layout(&w->window, g, n_max, false, a);
}

mdgan_status sampler_work_create(sampler_work *const w, const generator *const g, const size_t n_max,
                                 mdgan_error *const error)
{
    arena a = {0};
    layout(w, g, n_max, &a);
    w->memory = arena_memory(a.used);
    if (!w->memory) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory to generate %zu series at a time", n_max);
    }
    a = (arena){.base = w->memory};
    layout(w, g, n_max, &a);
    return MDGAN_OK;
}

void sampler_work_clear(sampler_work *const w)
{
    free(w->memory);
    *w = (sampler_work){0};
}

void sampler_use(sampler_work *const w, const generator *const g, const real *const theta)
{
    generator_turn(g, theta, w->turned);
    w->weight = (weights){.value = theta, .turned = w->turned};
}

static random_key key_of(const sampler_key key, const random_purpose purpose)
{
    return (random_key){key.seed, (uint32_t)key.purpose + (uint32_t)purpose};
}

/* Leaves the next states in w->next. step counts from 0 with the first burn-in step. */
static void evolve(const generator *const g, const sampler_key key, const uint64_t step, const uint32_t first,
                   const size_t n, const real *const z, sampler_work *const w)
{
    for (size_t i = 0; i < n; i++) {
        latent_draw(g, key_of(key, RANDOM_EVOLVE), step, first + (uint32_t)i, w->kick + i * g->arch.latent);
    }
    evolve_forward(g, w->weight, n, z, w->kick, w->next, &w->evolve);
}

void sampler_start(const generator *const g, const sampler_key key, const uint32_t first, const size_t n, real *const z,
                   sampler_work *const w)
{
    const size_t width = g->arch.latent;
    for (size_t i = 0; i < n; i++) {
        latent_draw(g, key_of(key, RANDOM_LATENT), 0, first + (uint32_t)i, z + i * width);
    }
    for (uint64_t step = 0; step < BURN_IN; step++) {
        evolve(g, key, step, first, n, z, w);
        memcpy(z, w->next, n * width * sizeof *z);
    }
}

const real *sampler_window(const generator *const g, const sampler_key key, const uint64_t window, const uint32_t first,
                           const size_t n, real *const z, sampler_work *const w)
{
    evolve(g, key, BURN_IN + window, first, n, z, w);
    window_draw(g, key_of(key, RANDOM_NOISE), window, first, 0, n, &w->window);
    const real *const y = window_forward(g, w->weight, n, z, w->next, &w->window);
    memcpy(z, w->next, n * g->arch.latent * sizeof *z);
    return y;
}

void sampler_skip(const generator *const g, const sampler_key key, const uint64_t window, const uint32_t first,
                  const size_t n, real *const z, sampler_work *const w)
{
    evolve(g, key, BURN_IN + window, first, n, z, w);
    memcpy(z, w->next, n * g->arch.latent * sizeof *z);
}
