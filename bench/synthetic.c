/* SPDX-License-Identifier: BSD-3-Clause */
#include "synthetic.h"

#include <math.h>

double synthetic_uniform(uint64_t *const state)
{
    uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return ((double)((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53;
}

double synthetic_normal(uint64_t *const state)
{
    const double radius = sqrt(-2 * log(synthetic_uniform(state)));
    return radius * cos(2 * M_PI * synthetic_uniform(state));
}

/* An autoregression of order 2 with one spectral line; frequency in cycles per frame. */
typedef struct oscillator {
    double radius, frequency, weight;
} oscillator;

/* Unit variance: stationary variance of y_t = a y_{t-1} - b y_{t-2} + e_t. */
static double innovation(const double a, const double b)
{
    return sqrt((1 - b) * ((1 + b) * (1 + b) - a * a) / (1 + b));
}

static void add_oscillator(const oscillator *const o, const size_t n_frame, const size_t stride, uint64_t *const state,
                           float *const out)
{
    enum { SETTLE = 500 };
    const double a = 2 * o->radius * cos(2 * M_PI * o->frequency), b = o->radius * o->radius;
    const double kick = innovation(a, b);
    double now = 0, before = 0;
    for (size_t t = 0; t < SETTLE + n_frame; t++) {
        const double next = a * now - b * before + kick * synthetic_normal(state);
        before = now;
        now = next;
        if (t >= SETTLE) {
            out[(t - SETTLE) * stride] += (float)(o->weight * now);
        }
    }
}

mdgan_status synthetic_oscillators(mdgan_dataset *const data, const size_t n_entity, const size_t n_frame,
                                   const size_t n_component, uint64_t seed, mdgan_error *const error)
{
    static const oscillator oscillators[] = {{0.99, 0.11, 0.83}, {0.97, 0.05, 0.5}, {0.8, 0.01, 0.25}};
    const mdgan_feature feature = {.name = "oscillators",
                                   .kind = MDGAN_VELOCITY,
                                   .n_component = n_component,
                                   .isotropic = n_component % 3 == 0,
                                   .reversible = true,
                                   .dt = 1,
                                   .stride = 1};
    const mdgan_status status = mdgan_dataset_create(data, &feature, n_entity, n_frame, error);
    for (size_t i = 0; status == MDGAN_OK && i < n_entity * n_component; i++) {
        float *const out = data->value + i / n_component * n_frame * n_component + i % n_component;
        for (size_t k = 0; k < sizeof oscillators / sizeof *oscillators; k++) {
            add_oscillator(&oscillators[k], n_frame, n_component, &seed, out);
        }
    }
    return status;
}
