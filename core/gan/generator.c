/* SPDX-License-Identifier: BSD-3-Clause */
#include "gan/generator.h"

#include <string.h>

#include "gan/body_frame.h"

/* The networks of the paper's form see noise of this scale; smaller noise lets z decide more (measured on an oscillator
 * and on water). */
#define PAPER_NOISE_SCALE ((real)0.3)

static linear_part linear_part_layout(const architecture *const arch)
{
    const size_t m = arch->window, q = arch->state;
    linear_part p = {.n_group = arch->shared ? 1 : arch->component, .width = arch->shared ? arch->component : 1};
    p.evolve = 0;
    p.kick = p.evolve + q * q;
    p.from = p.kick + q * q;
    p.to = p.from + m * q;
    p.noise = p.to + m * q;
    p.size = p.noise + m * m;
    return p;
}

mdgan_status generator_layout(generator *const g, const architecture *const arch, mdgan_error *const error)
{
    *g = (generator){.arch = *arch, .noise_scale = arch->state > 0 ? 1 : PAPER_NOISE_SCALE};
    if (!unet_fits(arch->window)) {
        return mdgan_fail(
            error, MDGAN_INVALID,
            "window of %zu frames does not split into strides: use a product of 2, 3, 5 and 7, at least 8",
            (size_t)arch->window);
    }
    if (arch->frame && (arch->state == 0 || arch->component != 3 || arch->shared)) {
        return mdgan_fail(error, MDGAN_INVALID, "a molecule's frame has three axes with linear parts of their own");
    }
    g->seen = arch->latent - (arch->frame ? BODY_LATENT : 0);
    if (arch->state > 0 && g->seen != arch->state * arch->component) {
        return mdgan_fail(error, MDGAN_INVALID, "latent width %zu is not states %zu times components %zu%s",
                          (size_t)arch->latent, (size_t)arch->state, (size_t)arch->component,
                          arch->frame ? " and an orientation" : "");
    }
    if (arch->state > 0) {
        g->part = linear_part_layout(arch);
        g->keep = g->part.n_group * g->part.size;
        g->n_linear = g->keep + (arch->frame ? 1 : 0);
    }
    g->n_parameter = g->n_linear;
    const size_t w = g->seen, h = arch->hidden;
    chain_append(&g->evolve, 1, 2 * w, h, &g->n_parameter);
    chain_append(&g->evolve, 1, h, h, &g->n_parameter);
    chain_append(&g->evolve, 1, h, w, &g->n_parameter);
    unet_layout(&g->window, arch->window, arch->component, arch->channel, generator_boundaries(g) * w, &g->n_parameter);
    return MDGAN_OK;
}

/* The linear part has the kicks that the data need. What a random network adds to them is noise, to be unlearnt slowly:
 * it listens to them little at first. */
static void hush_kicks(const generator *const g, real *const theta)
{
    const real whisper = (real)0.1;
    const size_t w = g->seen;
    const linear of_kick = linear_columns(&g->evolve.stage[0].layer, w, w);
    for (size_t i = 0; i < of_kick.out; i++) {
        for (size_t k = 0; k < of_kick.in; k++) {
            theta[of_kick.weight + i * of_kick.weight_row + k] *= whisper;
        }
    }
}

void generator_initialise(const generator *const g, const uint64_t seed, real *const theta)
{
    const random_key key = {seed, RANDOM_WEIGHTS};
    const bool beside_linear = g->arch.state > 0;
    uint32_t number = 0;
    for (size_t i = 0; i < g->evolve.n_stage; i++) {
        const bool last = i + 1 == g->evolve.n_stage;
        const double factor = !last ? 1 : beside_linear ? 0 : 0.3;
        linear_initialise(&g->evolve.stage[i].layer, key, 0, number++, factor, theta);
    }
    if (beside_linear) {
        hush_kicks(g, theta);
    }
    for (size_t i = 0; i < g->window.n_level; i++) {
        linear_initialise(&g->window.level[i].encode, key, 0, number++, 1, theta);
        linear_initialise(&g->window.level[i].decode, key, 0, number++, i == 0 && beside_linear ? 0 : 1, theta);
    }
}

void generator_turn(const generator *const g, const real *const theta, real *const turned)
{
    const linear_part *const p = &g->part;
    const size_t q = g->arch.state, m = g->arch.window;
    const size_t matrix[][3] = {{p->evolve, q, q}, {p->kick, q, q}, {p->from, m, q}, {p->to, m, q}, {p->noise, m, m}};
    for (size_t i = 0; i < p->n_group * (sizeof matrix / sizeof *matrix); i++) {
        const size_t *const one = matrix[i / p->n_group], at = i % p->n_group * p->size + one[0];
        gemm_transpose(one[2], one[1], theta + at, one[2], turned + at, one[1]);
    }
    chain_turn(&g->evolve, theta, turned);
    unet_turn(&g->window, theta, turned);
}

/* Vectors of `size` numbers that share a group's matrix, in samples of `sample` numbers: all components of a sample, or
 * one of each. */
typedef struct group_rows {
    size_t rows, stride;
} group_rows;

static group_rows rows_of(const linear_part *const p, const size_t n, const size_t size, const size_t sample)
{
    return (group_rows){.rows = n * p->width, .stride = p->n_group > 1 ? sample : size};
}

/* y (+)= x A^T per component: x[n][D][in], A[out][in] at offset `matrix` of each group, y[n][D][out]; samples of x and
 * y are x_sample and y_sample apart. */
static void apply_groups(const linear_part *const p, const weights weight, const size_t matrix, const size_t n,
                         const size_t in, const size_t x_sample, const real *const x, const size_t out,
                         const size_t y_sample, const bool add, real *const y)
{
    const group_rows rx = rows_of(p, n, in, x_sample), ry = rows_of(p, n, out, y_sample);
    for (size_t g = 0; g < p->n_group; g++) {
        gemm_nn(rx.rows, out, in, x + g * in, rx.stride, weight.turned + g * p->size + matrix, out, add, y + g * out,
                ry.stride, NULL);
    }
}

/* dx (+)= dy A */
static void apply_groups_data(const linear_part *const p, const real *const theta, const size_t matrix, const size_t n,
                              const size_t in, const size_t x_sample, const size_t out, const size_t y_sample,
                              const real *const dy, const bool add, real *const dx)
{
    const group_rows rx = rows_of(p, n, in, x_sample), ry = rows_of(p, n, out, y_sample);
    for (size_t g = 0; g < p->n_group; g++) {
        gemm_nn(rx.rows, in, out, dy + g * out, ry.stride, theta + g * p->size + matrix, in, add, dx + g * in,
                rx.stride, NULL);
    }
}

/* gradient of A = dy^T x */
static void apply_groups_weight(const linear_part *const p, const size_t matrix, const size_t n, const size_t in,
                                const size_t x_sample, const real *const x, const size_t out, const size_t y_sample,
                                const real *const dy, real *const gradient)
{
    const group_rows rx = rows_of(p, n, in, x_sample), ry = rows_of(p, n, out, y_sample);
    for (size_t g = 0; g < p->n_group; g++) {
        gemm_tn(out, in, rx.rows, dy + g * out, ry.stride, x + g * in, rx.stride, false,
                gradient + g * p->size + matrix, in, NULL);
    }
}

void evolve_tape_layout(evolve_tape *const tape, const generator *const g, const size_t n, arena *const a)
{
    tape->input = arena_take(a, n * 2 * g->seen);
    tape->d_step = g->arch.frame ? arena_take(a, n * g->seen) : NULL;
    chain_tape_layout(&tape->net, &g->evolve, n, false, a);
}

evolve_tape evolve_tape_from(const evolve_tape *const tape, const generator *const g, const size_t first)
{
    return (evolve_tape){.input = tape->input + first * 2 * g->seen,
                         .d_step = tape->d_step ? tape->d_step + first * g->seen : NULL,
                         .net = chain_tape_from(&tape->net, &g->evolve, first)};
}

/* What the networks see of two rows of latent numbers. */
static void join_two(const generator *const g, const size_t n, const real *const a, const real *const b, real *const to)
{
    const size_t w = g->arch.latent, seen = g->seen;
    for (size_t i = 0; i < n; i++) {
        memcpy(to + 2 * i * seen, a + i * w, seen * sizeof *to);
        memcpy(to + (2 * i + 1) * seen, b + i * w, seen * sizeof *to);
    }
}

/* z[n][W] += step[n][seen] */
static void add_seen(const generator *const g, const size_t n, const real *const step, real *const z)
{
    if (!g->arch.frame) {
        add_to(n * g->seen, step, z);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        add_to(g->seen, step + i * g->seen, z + i * g->arch.latent);
    }
}

void evolve_forward(const generator *const g, const weights weight, const size_t n, const real *const z,
                    const real *const r, real *const z_next, evolve_tape *const tape)
{
    const size_t w = g->arch.latent, q = g->arch.state, seen = g->seen;
    join_two(g, n, z, r, tape->input);
    const real *const step = chain_forward(&g->evolve, weight, n, tape->input, &tape->net);
    if (q == 0) {
        memcpy(z_next, z, n * w * sizeof *z);
    } else {
        apply_groups(&g->part, weight, g->part.evolve, n, q, w, z, q, w, false, z_next);
        apply_groups(&g->part, weight, g->part.kick, n, q, w, r, q, w, true, z_next);
    }
    if (g->arch.frame) {
        body_frame_evolve(n, w, weight.value[g->keep], z + seen, r + seen, z_next + seen);
    }
    add_seen(g, n, step, z_next);
}

/* What becomes of the orientation does not concern the weights: its gradient is left as it is. */
void evolve_backward(const generator *const g, const real *const theta, const size_t n, const real *const d_next,
                     real *const dz, evolve_tape *const tape)
{
    const size_t w = g->arch.latent, q = g->arch.state;
    const linear of_z = linear_columns(&g->evolve.stage[0].layer, 0, g->seen); /* r has no gradient */
    const real *step = d_next;
    if (g->arch.frame) {
        step = tape->d_step;
        for (size_t i = 0; i < n; i++) {
            memcpy(tape->d_step + i * g->seen, d_next + i * w, g->seen * sizeof *d_next);
        }
    }
    chain_backward(&g->evolve, theta, n, step, &tape->net, false, NULL);
    gemm_nn(n, g->seen, of_z.out, tape->net.delta[0], of_z.out, theta + of_z.weight, of_z.weight_row, true, dz, w,
            NULL);
    if (q == 0) {
        add_to(n * w, d_next, dz);
    } else {
        apply_groups_data(&g->part, theta, g->part.evolve, n, q, w, q, w, d_next, true, dz);
    }
}

void evolve_backward_weight(const generator *const g, const size_t n, const real *const z, const real *const r,
                            const real *const d_next, real *const gradient, const evolve_tape *const tape)
{
    const size_t q = g->arch.state, w = g->arch.latent;
    chain_backward_weight(&g->evolve, n, tape->input, &tape->net, gradient);
    if (q > 0) {
        apply_groups_weight(&g->part, g->part.evolve, n, q, w, z, q, w, d_next, gradient);
        apply_groups_weight(&g->part, g->part.kick, n, q, w, r, q, w, d_next, gradient);
    }
    if (g->arch.frame) {
        gradient[g->keep] = 0;
    }
}

void window_tape_layout(window_tape *const tape, const generator *const g, const size_t n, const bool with_gradient,
                        arena *const a)
{
    const size_t values = g->arch.window * g->arch.component;
    tape->noise = arena_take(a, n * values);
    tape->input = arena_take(a, n * values);
    tape->condition = arena_take(a, n * g->window.n_condition);
    tape->by_component = arena_take(a, n * values);
    tape->rotation = g->arch.frame ? arena_take(a, n * g->arch.window * BODY_MATRIX) : NULL;
    tape->d_body = g->arch.frame && with_gradient ? arena_take(a, n * values) : NULL;
    tape->d_condition = with_gradient ? arena_take(a, n * g->window.n_condition) : NULL;
    unet_tape_layout(&tape->net, &g->window, n, with_gradient, a);
}

/* y[n][M][D] (+)= scale times x[n][D][M]. */
static inline __attribute__((always_inline)) void to_frames(const size_t n, const size_t m, const size_t d,
                                                            const real scale, const bool add, const real *restrict x,
                                                            real *restrict y)
{
#define PUT(to, value) (to) = add ? (to) + scale * (value) : scale * (value)
    for (size_t i = 0; i < n; i++, x += m * d, y += m * d) {
        if (d == 3) { /* compilers shuffle three vectors at a time */
            for (size_t t = 0; t < m; t++) {
                PUT(y[3 * t], x[t]);
                PUT(y[3 * t + 1], x[m + t]);
                PUT(y[3 * t + 2], x[2 * m + t]);
            }
            continue;
        }
        for (size_t c = 0; c < d; c++) {
            for (size_t t = 0; t < m; t++) {
                PUT(y[t * d + c], x[c * m + t]);
            }
        }
    }
#undef PUT
}

static VECTOR_CLONES void frames_first(const size_t n, const size_t m, const size_t d, const real scale,
                                       const real *restrict x, real *restrict y)
{
    to_frames(n, m, d, scale, false, x, y);
}

static VECTOR_CLONES void add_frames(const size_t n, const size_t m, const size_t d, const real *restrict x,
                                     real *restrict y)
{
    to_frames(n, m, d, 1, true, x, y);
}

static VECTOR_CLONES void components_first(const size_t n, const size_t m, const size_t d, const real *restrict x,
                                           real *restrict y)
{
    for (size_t i = 0; i < n; i++, x += m * d, y += m * d) {
        if (d == 3) {
            for (size_t t = 0; t < m; t++) {
                y[t] = x[3 * t];
                y[m + t] = x[3 * t + 1];
                y[2 * m + t] = x[3 * t + 2];
            }
            continue;
        }
        for (size_t c = 0; c < d; c++) {
            for (size_t t = 0; t < m; t++) {
                y[c * m + t] = x[t * d + c];
            }
        }
    }
}

void window_draw(const generator *const g, const random_key key, const uint64_t iteration, const uint32_t first_sample,
                 const size_t at, const size_t n, window_tape *const tape)
{
    const size_t m = g->arch.window, d = g->arch.component;
    real *const noise = tape->noise + at * m * d;
    for (size_t i = 0; i < n; i++) {
        random_normal(key, iteration, first_sample + (uint32_t)i, m * d, noise + i * m * d);
    }
    frames_first(n, m, d, g->noise_scale, noise, tape->input + at * m * d);
}

/* The paper's z is uniform on (0, 1); the network wants zero mean and unit variance. */
static void condition_forward(const generator *const g, const size_t n, const real *const from, const real *const to,
                              real *const condition)
{
    const size_t w = g->arch.latent;
    if (g->arch.state > 0) {
        join_two(g, n, from, to, condition);
        return;
    }
    for (size_t i = 0; i < n * w; i++) {
        condition[i] = (from[i] - (real)0.5) * (real)3.4641016151377544;
    }
}

const real *window_forward(const generator *const g, const weights weight, const size_t n, const real *const from,
                           const real *const to, window_tape *const tape)
{
    const size_t m = g->arch.window, d = g->arch.component, q = g->arch.state, w = g->arch.latent;
    condition_forward(g, n, from, to, tape->condition);
    real *const y = unet_forward(&g->window, weight, n, tape->input, tape->condition, &tape->net);
    if (q == 0) {
        return y;
    }
    apply_groups(&g->part, weight, g->part.from, n, q, w, from, m, m * d, false, tape->by_component);
    apply_groups(&g->part, weight, g->part.to, n, q, w, to, m, m * d, true, tape->by_component);
    apply_groups(&g->part, weight, g->part.noise, n, m, m * d, tape->noise, m, m * d, true, tape->by_component);
    add_frames(n, m, d, tape->by_component, y);
    if (g->arch.frame) {
        body_frame_turn(n, m, w, from + g->seen, to + g->seen, tape->rotation);
        body_frame_to_space(n * m, tape->rotation, y, y);
    }
    return y;
}

static void condition_backward(const generator *const g, const size_t n, const real *const d_condition,
                               real *const d_from, real *const d_to)
{
    const size_t w = g->arch.latent, seen = g->seen;
    if (g->arch.state > 0) {
        for (size_t i = 0; i < n; i++) {
            memcpy(d_from + i * w, d_condition + 2 * i * seen, seen * sizeof *d_from);
            memcpy(d_to + i * w, d_condition + (2 * i + 1) * seen, seen * sizeof *d_to);
            memset(d_from + i * w + seen, 0, (w - seen) * sizeof *d_from);
            memset(d_to + i * w + seen, 0, (w - seen) * sizeof *d_to);
        }
        return;
    }
    for (size_t i = 0; i < n * w; i++) {
        d_from[i] = d_condition[i] * (real)3.4641016151377544;
    }
}

void window_backward(const generator *const g, const real *const theta, const size_t n, const real *const from,
                     const real *const to, const real *const d_output, real *const d_from, real *const d_to,
                     real *const gradient, window_tape *const tape)
{
    const size_t m = g->arch.window, d = g->arch.component, q = g->arch.state, w = g->arch.latent;
    const linear_part *const p = &g->part;
    const real *d_body = d_output;
    if (g->arch.frame) {
        body_frame_to_body(n * m, tape->rotation, d_output, tape->d_body);
        d_body = tape->d_body;
    }
    unet_backward(&g->window, theta, n, tape->input, tape->condition, d_body, &tape->net, gradient, tape->d_condition);
    condition_backward(g, n, tape->d_condition, d_from, d_to);
    if (q == 0) {
        return;
    }
    real *const dy = tape->by_component;
    components_first(n, m, d, d_body, dy);
    apply_groups_data(p, theta, p->from, n, q, w, m, m * d, dy, true, d_from);
    apply_groups_data(p, theta, p->to, n, q, w, m, m * d, dy, true, d_to);
    apply_groups_weight(p, p->from, n, q, w, from, m, m * d, dy, gradient);
    apply_groups_weight(p, p->to, n, q, w, to, m, m * d, dy, gradient);
    apply_groups_weight(p, p->noise, n, m, m * d, tape->noise, m, m * d, dy, gradient);
}

void latent_draw(const generator *const g, const random_key key, const uint64_t iteration, const uint32_t sample,
                 real *const out)
{
    if (g->arch.state > 0) {
        random_normal(key, iteration, sample, g->arch.latent, out);
    } else {
        random_uniform(key, iteration, sample, g->arch.latent, out);
    }
}
