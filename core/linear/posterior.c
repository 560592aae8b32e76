/* SPDX-License-Identifier: BSD-3-Clause */
#include "linear/posterior.h"

#include <math.h>
#include <string.h>

#include "nn/random.h"

enum { MAX = POSTERIOR_WEIGHTS_MAX, BURN_IN = 200, UNIFORMS = 4 * MAX };

typedef struct chain {
    const posterior *p;
    double w[MAX];
    double slope[MAX]; /* F w - b */
    real uniform[UNIFORMS];
    size_t n_used;
} chain;

/* Weights move along lines through (w_k, w_0): a slow memory and free diffusion look so much alike that one can only
 * grow at the expense of the other. */
typedef struct line {
    double exchange; /* what w_0 gives per unit of w_k, >= 0 */
    double mean, deviation;
    double end;      /* w_0 is 0 there; the beginning is w_k = 0 */
    double log_mass; /* of exp(-energy) along the line, over its value where w_k = 0 */
} line;

static double draw(chain *const c)
{
    return c->uniform[c->n_used++];
}

static void move(chain *const c, const size_t k, const double by)
{
    c->w[k] += by;
    for (size_t i = 0; i < c->p->n; i++) {
        c->slope[i] += by * c->p->information[k][i];
    }
}

static double exchange_of(const posterior *const p, const size_t k)
{
    return k == 0 ? 0 : fmax(p->information[k][0] / p->information[0][0], 0);
}

/* Takes weight k away; w_0 gets what it had given. */
static void take_away(chain *const c, const size_t k)
{
    const double w = c->w[k];
    if (w > 0) {
        move(c, 0, w * exchange_of(c->p, k));
        move(c, k, -w);
        c->w[k] = 0;
    }
}

static double upper_tail(const double x)
{
    return 0.5 * erfc(x * M_SQRT1_2);
}

/* Share of a standard normal distribution between a and b, without loss of digits in its tails. */
static double between(const double a, const double b)
{
    return a > 0 ? upper_tail(a) - upper_tail(b) : upper_tail(-b) - upper_tail(-a);
}

/* Beyond this, the normal distribution is an exponential one to all that matters here. */
static const double far_tail = 8;

/* The line from w_k = 0, where it has to be. */
static line line_from(const chain *const c, const size_t k)
{
    const posterior *const p = c->p;
    line l = {.exchange = exchange_of(p, k)};
    const double e = l.exchange;
    const double curvature =
        p->information[k][k] - (k > 0 ? 2 * e * p->information[k][0] - e * e * p->information[0][0] : 0);
    const double slope = c->slope[k] + (k > 0 ? 1 / p->scale - e * (c->slope[0] + p->first_rate) : p->first_rate);
    l.deviation = 1 / sqrt(fmax(curvature, 1e-12 * p->information[k][k]));
    l.mean = -slope * l.deviation * l.deviation;
    l.end = e > 0 ? c->w[0] / e : INFINITY;
    const double from = -l.mean / l.deviation, to = (l.end - l.mean) / l.deviation;
    if (from > far_tail) {
        const double rate = from / l.deviation;
        l.log_mass = log(-expm1(-rate * l.end) / rate);
    } else {
        l.log_mass = 0.5 * from * from + log(sqrt(2 * M_PI) * l.deviation * fmax(between(from, to), 1e-300));
    }
    return l;
}

/* A number from the line's distribution, by bisection of its integral. */
static double draw_from(const line *const l, const double u)
{
    const double from = -l->mean / l->deviation;
    if (from > far_tail) {
        const double rate = from / l->deviation;
        return -log1p(u * expm1(-rate * l->end)) / rate;
    }
    double low = from, high = fmin((l->end - l->mean) / l->deviation, fmax(from, 0) + far_tail);
    const double wanted = u * between(from, high);
    for (int i = 0; i < 40; i++) {
        const double middle = (low + high) / 2;
        *(between(from, middle) < wanted ? &low : &high) = middle;
    }
    return l->mean + (low + high) / 2 * l->deviation;
}

static void put(chain *const c, const size_t k, const line *const l)
{
    const double w = fmin(fmax(draw_from(l, draw(c)), 1e-12 * c->p->scale), l->end);
    move(c, k, w);
    if (k > 0) {
        move(c, 0, -w * l->exchange);
        c->w[0] = fmax(c->w[0], 0);
    }
}

/* Is weight k there, and how large? */
static void renew(chain *const c, const size_t k)
{
    const posterior *const p = c->p;
    take_away(c, k);
    const line l = line_from(c, k);
    const double log_odds = log(p->presence / (1 - p->presence) / p->scale) + l.log_mass;
    if (draw(c) < 1 / (1 + exp(-log_odds))) {
        put(c, k, &l);
    }
}

static void renew_first(chain *const c)
{
    move(c, 0, -c->w[0]);
    c->w[0] = 0;
    const line l = line_from(c, 0);
    put(c, 0, &l);
}

/* Where would weight k rather be, of all places that are free? */
static void relocate(chain *const c, const size_t k)
{
    const size_t n = c->p->n;
    line l[MAX];
    double largest = -INFINITY, sum = 0;
    if (!(c->w[k] > 0)) {
        return;
    }
    take_away(c, k);
    for (size_t i = 1; i < n; i++) {
        l[i] = c->w[i] > 0 ? (line){.log_mass = -INFINITY} : line_from(c, i);
        largest = fmax(largest, l[i].log_mass);
    }
    for (size_t i = 1; i < n; i++) {
        sum += exp(l[i].log_mass - largest);
    }
    double left = draw(c) * sum;
    size_t chosen = k;
    for (size_t i = 1; i < n && left > 0; i++) {
        const double mass = exp(l[i].log_mass - largest);
        chosen = mass > 0 ? i : chosen;
        left -= mass;
    }
    put(c, chosen, &l[chosen]);
}

static void sweep(chain *const c, const size_t number)
{
    random_uniform((random_key){0, RANDOM_BASELINE}, number, 0, UNIFORMS, c->uniform);
    c->n_used = 0;
    renew_first(c);
    for (size_t k = 1; k < c->p->n; k++) {
        renew(c, k);
    }
    for (size_t k = 1; k < c->p->n; k++) {
        relocate(c, k);
    }
}

void posterior_sample(const posterior *const p, const double *const start, const size_t n_sample, double *const sample)
{
    chain c = {.p = p};
    for (size_t i = 0; i < p->n; i++) {
        c.slope[i] = -p->right[i];
    }
    for (size_t i = 0; i < p->n; i++) {
        move(&c, i, start[i]);
    }
    for (size_t i = 0; i < BURN_IN + n_sample; i++) {
        sweep(&c, i);
        if (i >= BURN_IN) {
            memcpy(sample + (i - BURN_IN) * p->n, c.w, p->n * sizeof *sample);
        }
    }
}
