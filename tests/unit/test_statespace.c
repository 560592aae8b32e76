/* SPDX-License-Identifier: BSD-3-Clause */
#include "linear_models.h"

/* c[m][n] = a[m][k] b[k][n], or b[n][k] transposed, plus beta c. */
static void product(const size_t m, const size_t n, const size_t k, const double *const a, const double *const b,
                    const bool transposed, const double beta, double *const c)
{
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < n; j++) {
            double sum = beta != 0 ? beta * c[i * n + j] : 0;
            for (size_t l = 0; l < k; l++) {
                sum += a[i * k + l] * (transposed ? b[j * k + l] : b[l * n + j]);
            }
            c[i * n + j] = sum;
        }
    }
}

static void check_lyapunov(const size_t q, const double size)
{
    statespace s;
    random_model(&s, q, q, size, q);
    double bbt[q * q], p[q * q], ap[q * q], right[q * q], largest = 0;
    product(q, q, q, s.b, s.b, true, 0, bbt);
    assert_true(lyapunov(q, s.a, bbt, p));
    product(q, q, q, s.a, p, false, 0, ap);
    memcpy(right, bbt, sizeof right);
    product(q, q, q, ap, s.a, true, 1, right);
    for (size_t i = 0; i < q * q; i++) {
        largest = fmax(largest, fabs(p[i]));
    }
    for (size_t i = 0; i < q * q; i++) {
        assert_near("P = A P A^T + B B^T", p[i], right[i], 1e-12 * largest);
    }
    statespace_clear(&s);
}

static void lyapunov_solves_its_equation(void **const state)
{
    (void)state;
    check_lyapunov(1, 0.5);
    check_lyapunov(2, 0.9);
    check_lyapunov(5, 0.99);
    check_lyapunov(24, 1.5); /* Frobenius norm: the spectral radius is far below one */
}

static void lyapunov_tells_stable_from_unstable(void **const state)
{
    (void)state;
    const double q = 1;
    double p;
    for (double a = 0.9; 1 - a > 1e-7; a = 1 - (1 - a) / 10) {
        assert_true(lyapunov(1, &a, &q, &p));
        assert_near("variance", p * (1 - a) * (1 + a), 1, 1e-9);
    }
    const double unstable[] = {1, -1, 1.0001, 2, 1e30, INFINITY, NAN};
    for (size_t i = 0; i < sizeof unstable / sizeof *unstable; i++) {
        assert_false(lyapunov(1, &unstable[i], &q, &p));
    }
    const double shear[4] = {0.9, 1e6, 0, 0.9}, identity[4] = {1, 0, 0, 1};
    double large[4];
    assert_true(lyapunov(2, shear, identity, large));
}

/* Lag covariances from the impulse response: r_k = sum_j h_j . h_{j+k}. */
static void covariance_by_impulses(const statespace *const s, const size_t n, double *const r)
{
    enum { PAST = 4000 };
    const size_t q = s->q, m = s->m;
    double *const h = calloc((PAST + n) * m, sizeof *h);
    for (size_t l = 0; l < m; l++) {
        double x[q], next[q];
        h[l] = s->d[l];
        for (size_t i = 0; i < q; i++) {
            x[i] = s->b[i * m + l];
        }
        for (size_t t = 1; t < PAST + n; t++) {
            product(1, 1, q, s->c, x, true, 0, &h[t * m + l]);
            product(q, 1, q, s->a, x, true, 0, next);
            memcpy(x, next, sizeof x);
        }
    }
    for (size_t k = 0; k < n; k++) {
        r[k] = 0;
        for (size_t i = 0; i < PAST * m; i++) {
            r[k] += h[i] * h[i + k * m];
        }
    }
    free(h);
}

static void check_normalise(const size_t q, const size_t m, const double size)
{
    enum { LAGS = 20 };
    double r[LAGS], expected[LAGS];
    mdgan_error error = {""};
    statespace s;
    random_model(&s, q, m, size, 10 * q + m);
    covariance_by_impulses(&s, LAGS, expected);
    assert_ok(statespace_normalise(&s, &error), &error);
    assert_near("A A^T + B B^T - I", unit_covariance_gap(&s), 0, 1e-9);
    statespace_autocovariance(&s, LAGS, r);
    for (size_t k = 0; k < LAGS; k++) {
        assert_near("autocovariance", r[k], expected[k], 1e-10 * expected[0]);
    }
    statespace_clear(&s);
}

static void normalise_gives_unit_covariance_and_the_same_process(void **const state)
{
    (void)state;
    check_normalise(1, 1, 0.3);
    check_normalise(2, 1, 0.95);
    check_normalise(4, 3, 0.99);
    check_normalise(6, 1, 1.5);
}

static void normalise_refuses_unstable_models(void **const state)
{
    (void)state;
    statespace s;
    random_model(&s, 3, 1, 50, 1);
    mdgan_error error = {""};
    assert_fails(statespace_normalise(&s, &error), MDGAN_NUMERIC, &error, "not stable");
    statespace_clear(&s);
}

static void autocovariance_of_a_first_order_autoregression(void **const state)
{
    (void)state;
    enum { LAGS = 30 };
    const double phi = 0.8;
    double r[LAGS];
    statespace s;
    mdgan_error error = {""};
    assert_ok(statespace_create(&s, 1, 1, &error), &error);
    s.a[0] = s.c[0] = phi;
    s.b[0] = s.d[0] = 2;
    assert_ok(statespace_normalise(&s, &error), &error);
    statespace_autocovariance(&s, LAGS, r);
    for (size_t k = 0; k < LAGS; k++) {
        assert_near("AR(1)", r[k], 4 * pow(phi, (double)k) / (1 - phi * phi), 1e-12);
    }
    statespace_clear(&s);
}

static void autocovariance_of_a_damped_oscillator(void **const state)
{
    (void)state;
    enum { LAGS = 100 };
    static const oscillator cases[] = {{0.5, 1}, {0.95, 0.4}, {0.999, 2.5}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double r[LAGS];
        statespace s;
        mdgan_error error = {""};
        oscillator_model(&s, cases[i]);
        assert_ok(statespace_normalise(&s, &error), &error);
        statespace_autocovariance(&s, LAGS, r);
        for (size_t k = 0; k < LAGS; k++) {
            assert_near("oscillator", r[k], oscillator_covariance(cases[i], k), 1e-9);
        }
        statespace_clear(&s);
    }
}

/* Covariances that the window form implies for stationary states of unit covariance. */
typedef struct implied {
    double *with_next; /* [M][q] cov(Y_k, state after window k) */
    double *within;    /* [M][M] cov(Y_k, Y_k) */
    double *across;    /* [M][M] cov(Y_k, Y_{k + n_later}) */
} implied;

static void implied_create(implied *const c, const window_form *const w, const size_t q, const size_t m,
                           const size_t n_later)
{
    c->with_next = calloc(m * q, sizeof(double));
    c->within = calloc(m * m, sizeof(double));
    c->across = calloc(m * m, sizeof(double));
    double *const later = calloc(m * q, sizeof(double)), *const swap = calloc(m * q, sizeof(double)),
                  *const part = calloc(m * m, sizeof(double));
    memcpy(c->with_next, w->to, m * q * sizeof(double));
    product(m, q, q, w->from, w->evolve, true, 1, c->with_next);
    product(m, m, q, w->from, w->from, true, 0, c->within);
    product(m, m, q, w->to, w->to, true, 1, c->within);
    product(m, m, m, w->noise, w->noise, true, 1, c->within);
    product(m, q, q, w->from, w->evolve, true, 0, swap);
    product(m, m, q, swap, w->to, true, 0, part);
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < m; j++) {
            c->within[i * m + j] += part[i * m + j] + part[j * m + i];
        }
    }
    memcpy(later, c->with_next, m * q * sizeof(double));
    for (size_t k = 1; k < n_later; k++) {
        product(m, q, q, later, w->evolve, true, 0, swap);
        memcpy(later, swap, m * q * sizeof(double));
    }
    product(m, q, q, later, w->evolve, true, 0, swap);
    product(m, m, q, later, w->from, true, 0, c->across);
    product(m, m, q, swap, w->to, true, 1, c->across);
    free(later);
    free(swap);
    free(part);
}

static void implied_clear(implied *const c)
{
    free(c->with_next);
    free(c->within);
    free(c->across);
}

static void check_stationary(const window_form *const w, const size_t q, const double tolerance)
{
    double sum[q * q];
    product(q, q, q, w->evolve, w->evolve, true, 0, sum);
    product(q, q, q, w->kick, w->kick, true, 1, sum);
    for (size_t i = 0; i < q * q; i++) {
        assert_near("F F^T + N N^T", sum[i], i % (q + 1) == 0, tolerance);
    }
}

/* Symmetric noise: e_t acts around frame t. */
static void check_symmetric(const double *const x, const size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            assert_near("symmetric root", x[i * n + j], x[j * n + i], 1e-10);
        }
    }
}

static void check_window_form(statespace *const s, const size_t window, const double tolerance)
{
    double r[4 * window];
    window_form w;
    mdgan_error error = {""};
    assert_ok(statespace_normalise(s, &error), &error);
    statespace_autocovariance(s, 4 * window, r);
    assert_ok(window_form_create(&w, s, window, &error), &error);
    check_stationary(&w, s->q, tolerance);
    check_symmetric(w.noise, window);
    check_symmetric(w.kick, s->q);
    for (size_t n_later = 1; n_later <= 3; n_later++) {
        implied c;
        implied_create(&c, &w, s->q, window, n_later);
        for (size_t i = 0; i < window; i++) {
            for (size_t j = 0; j < window; j++) {
                const double within = c.within[i * window + j], across = c.across[i * window + j];
                assert_near("in a window", within, r[i > j ? i - j : j - i], tolerance * r[0]);
                assert_near("across a join", across, r[n_later * window + j - i], tolerance * r[0]);
            }
        }
        implied_clear(&c);
    }
    window_form_clear(&w);
}

static void window_form_is_the_same_process(void **const state)
{
    (void)state;
    static const struct {
        size_t q, m, window;
        double size;
    } cases[] = {{1, 1, 8, 0.9}, {2, 1, 8, 0.95}, {4, 1, 16, 0.99}, {3, 3, 8, 0.9}, {5, 9, 16, 0.99}, {6, 2, 64, 1.2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        statespace s;
        random_model(&s, cases[i].q, cases[i].m, cases[i].size, i + 1);
        check_window_form(&s, cases[i].window, 1e-9);
        statespace_clear(&s);
    }
}

static void window_form_keeps_a_line_that_outlives_many_windows(void **const state)
{
    (void)state;
    statespace s;
    oscillator_model(&s, (oscillator){0.9999, 0.7});
    check_window_form(&s, 16, 1e-7);
    statespace_clear(&s);
}

/* One noise source cannot move more states in a window than it has frames: the kick's covariance is singular. */
static void window_form_with_more_states_than_kicks(void **const state)
{
    (void)state;
    statespace s;
    random_model(&s, 12, 1, 3, 5);
    check_window_form(&s, 8, 1e-6);
    statespace_clear(&s);
}

/* A state that remembers a full window's noise exactly leaves none to the window itself. */
static void window_form_of_a_moving_average(void **const state)
{
    (void)state;
    statespace s;
    mdgan_error error = {""};
    assert_ok(statespace_create(&s, 2, 1, &error), &error);
    s.a[2] = 1; /* s = (w_{t-1}, w_{t-2}) */
    s.b[0] = 1;
    s.c[0] = -0.5;
    s.c[1] = 0.25;
    s.d[0] = 1;
    check_window_form(&s, 8, 1e-10);
    statespace_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lyapunov_solves_its_equation),
        cmocka_unit_test(lyapunov_tells_stable_from_unstable),
        cmocka_unit_test(normalise_gives_unit_covariance_and_the_same_process),
        cmocka_unit_test(normalise_refuses_unstable_models),
        cmocka_unit_test(autocovariance_of_a_first_order_autoregression),
        cmocka_unit_test(autocovariance_of_a_damped_oscillator),
        cmocka_unit_test(window_form_is_the_same_process),
        cmocka_unit_test(window_form_keeps_a_line_that_outlives_many_windows),
        cmocka_unit_test(window_form_with_more_states_than_kicks),
        cmocka_unit_test(window_form_of_a_moving_average),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
