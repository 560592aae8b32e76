/* SPDX-License-Identifier: BSD-3-Clause */
/* Central differences against back-propagated gradients. */
#ifndef GRADCHECK_H
#define GRADCHECK_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "nn/random.h"

typedef double (*loss_fn)(void *context);

static inline void fill_normal(const uint32_t number, const size_t n, const real scale, real *const x)
{
    random_normal((random_key){1234, 99}, 0, number, n, x);
    for (size_t i = 0; i < n; i++) {
        x[i] *= scale;
    }
}

static inline real *new_normal(const uint32_t number, const size_t n, const real scale)
{
    real *const x = malloc(n * sizeof *x);
    assert_non_null(x);
    fill_normal(number, n, scale, x);
    return x;
}

static inline real *new_zero(const size_t n)
{
    real *const x = calloc(n, sizeof *x);
    assert_non_null(x);
    return x;
}

/* Compares analytic[i] with (loss(x_i + h) - loss(x_i - h)) / 2h for up to `picks` spread-out i. LeakyReLU's kinks make
 * single entries wrong where one lies inside the step, so a small share may miss the tolerance, which is relative to
 * the largest entry. */
static inline void check_gradient(const char *const name, const loss_fn loss, void *const context, real *const x,
                                  const real *const analytic, const size_t n, const size_t picks)
{
    const double h = 1e-6, tolerance = 1e-6;
    const size_t step = n > picks ? n / picks : 1;
    double largest = 1e-3;
    for (size_t i = 0; i < n; i++) {
        largest = fmax(largest, fabs((double)analytic[i]));
    }
    size_t missed = 0, checked = 0;
    for (size_t i = 0; i < n; i += step, checked++) {
        const real kept = x[i];
        x[i] = kept + h;
        const double up = loss(context);
        x[i] = kept - h;
        const double down = loss(context);
        x[i] = kept;
        const double numeric = (up - down) / (2 * h);
        if (fabs(numeric - (double)analytic[i]) > tolerance * largest) {
            if (missed++ < 5) {
                print_error("%s[%zu]: differences %.10g, back-propagation %.10g\n", name, i, numeric,
                            (double)analytic[i]);
            }
        }
    }
    print_message("%s: %zu of %zu entries checked, %zu missed\n", name, checked, n, missed);
    assert_true(missed * 50 <= checked);
}

#endif
