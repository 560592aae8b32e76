/* SPDX-License-Identifier: BSD-3-Clause */
/* Layers against plain loops. */
#include "synthetic.h"

#include "nn/adam.h"
#include "nn/linear.h"

typedef struct shape {
    size_t n, in, out;
} shape;

static const shape shapes[] = {{1, 1, 1}, {1, 7, 3}, {5, 1, 4}, {13, 17, 1}, {64, 33, 29}, {130, 48, 31}};

/* Single precision sums of `terms` products of numbers around one. */
static double rounding(const size_t terms)
{
    return 2e-6 * sqrt((double)terms) + 2e-6;
}

/* A layer that does not begin the parameter vector, so that offsets matter. */
static linear place(const shape s, size_t *const n_parameter)
{
    *n_parameter = 11;
    return linear_layout(s.in, s.out, n_parameter);
}

static weights new_weights(const linear *const l, const size_t n_parameter, const uint32_t seed)
{
    float *const theta = new_normals(n_parameter, seed), *const turned = calloc(n_parameter, sizeof *turned);
    assert_non_null(turned);
    linear_turn(l, theta, turned);
    return (weights){.value = theta, .turned = turned};
}

static void free_weights(const weights w)
{
    free((float *)w.value);
    free((float *)w.turned);
}

static double leaky(const double v)
{
    return v > 0 ? v : 0.2 * v;
}

static void check_forward(const shape s)
{
    size_t n_parameter;
    const linear l = place(s, &n_parameter);
    assert_int_equal(n_parameter, 11 + s.in * s.out + s.out);
    const weights w = new_weights(&l, n_parameter, 1);
    const float *const theta = w.value;
    float *const x = new_normals(s.n * s.in, 2);
    float *const y = new_normals(s.n * s.out, 3), *const bent = new_normals(s.n * s.out, 3),
                 *const tangent = new_normals(s.n * s.out, 3);
    linear_forward(&l, w, s.n, x, false, false, y);
    linear_forward(&l, w, s.n, x, false, true, bent);
    linear_tangent(&l, w, s.n, x, NULL, tangent);
    for (size_t i = 0; i < s.n; i++) {
        for (size_t o = 0; o < s.out; o++) {
            const double bias = theta[11 + s.in * s.out + o];
            double product = 0;
            for (size_t k = 0; k < s.in; k++) {
                product += (double)theta[11 + o * s.in + k] * x[i * s.in + k];
            }
            assert_near("tangent", tangent[i * s.out + o], product, rounding(s.in));
            assert_near("forward", y[i * s.out + o], product + bias, rounding(s.in));
            assert_near("leaky", bent[i * s.out + o], leaky(product + bias), rounding(s.in));
        }
    }
    free_weights(w);
    free(x);
    free(y);
    free(bent);
    free(tangent);
}

static void check_backward(const shape s)
{
    size_t n_parameter;
    const linear l = place(s, &n_parameter);
    float *const theta = new_normals(n_parameter, 4), *const x = new_normals(s.n * s.in, 5);
    float *const dy = new_normals(s.n * s.out, 6), *const dx = new_normals(s.n * s.in, 7);
    float *const before = new_normals(n_parameter, 8), *const gradient = new_normals(n_parameter, 8);
    linear_backward_weight(&l, s.n, x, dy, true, gradient);
    linear_backward_bias(&l, s.n, dy, gradient);
    linear_backward_data(&l, theta, s.n, dy, false, NULL, dx);
    for (size_t o = 0; o < s.out; o++) {
        for (size_t k = 0; k < s.in; k++) {
            double sum = before[11 + o * s.in + k];
            for (size_t i = 0; i < s.n; i++) {
                sum += (double)dy[i * s.out + o] * x[i * s.in + k];
            }
            assert_near("weight gradient", gradient[11 + o * s.in + k], sum, rounding(s.n));
        }
        double sum = 0;
        for (size_t i = 0; i < s.n; i++) {
            sum += dy[i * s.out + o];
        }
        assert_near("bias gradient", gradient[11 + s.in * s.out + o], sum, rounding(s.n));
    }
    for (size_t i = 0; i < s.n * s.in; i++) {
        double sum = 0;
        for (size_t o = 0; o < s.out; o++) {
            sum += (double)dy[i / s.in * s.out + o] * theta[11 + o * s.in + i % s.in];
        }
        assert_near("data gradient", dx[i], sum, rounding(s.out));
    }
    assert_memory_equal(gradient, before, 11 * sizeof *gradient);
    free(theta);
    free(x);
    free(dy);
    free(dx);
    free(before);
    free(gradient);
}

static void layers_equal_triple_loops(void **const state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        check_forward(shapes[i]);
        check_backward(shapes[i]);
    }
}

/* The slope is that of the outputs that a layer's input was: 1 above zero, 0.2 at and below it. */
static void slopes_scale_the_negative_side(void **const state)
{
    (void)state;
    size_t n_parameter = 0;
    const linear l = linear_layout(5, 1, &n_parameter);
    const float theta[6] = {2, 2, 2, -2, -2, 7}, one = 1;
    const float side[5] = {1, -1, 0, 1e-30f, -1e-30f}, expected[5] = {2, 0.4f, 0.4f, -2, -0.4f};
    float dx[5] = {10, 10, 10, 10, 10};
    linear_backward_data(&l, theta, 1, &one, false, side, dx);
    for (size_t i = 0; i < 5; i++) {
        assert_near("slope", dx[i], expected[i], 1e-7);
    }
    linear_backward_data(&l, theta, 1, &one, true, side, dx);
    for (size_t i = 0; i < 5; i++) {
        const double slope = side[i] > 0 ? 1 : 0.2;
        assert_near("slope of a sum", dx[i], slope * (expected[i] + theta[i]), 1e-6);
    }
}

/* Columns 2..6 of a layer with a part of the input each make the whole. */
static void columns_add_up_to_the_layer(void **const state)
{
    (void)state;
    enum { N = 9, IN = 7, FIRST = 2, OUT = 5 };
    size_t n_parameter = 3;
    const linear l = linear_layout(IN, OUT, &n_parameter), left = linear_columns(&l, 0, FIRST),
                 right = linear_columns(&l, FIRST, IN - FIRST);
    const weights w = new_weights(&l, n_parameter, 1);
    float *const x = new_normals(N * IN, 2);
    float a[N * FIRST], b[N * (IN - FIRST)], whole[N * OUT], parts[N * OUT];
    for (size_t i = 0; i < N; i++) {
        memcpy(a + i * FIRST, x + i * IN, sizeof(float) * FIRST);
        memcpy(b + i * (IN - FIRST), x + i * IN + FIRST, sizeof(float) * (IN - FIRST));
    }
    linear_forward(&l, w, N, x, false, true, whole);
    linear_tangent(&left, w, N, a, NULL, parts);
    linear_forward(&right, w, N, b, true, true, parts);
    for (size_t i = 0; i < N * OUT; i++) {
        assert_near("output", parts[i], whole[i], rounding(IN));
    }
    free_weights(w);
    free(x);
}

enum { SAMPLES = 3, FRAMES = 12, KERNEL = 4, CHANNELS = 5, FILTERS = 6 };

/* y[s][t'][o] = b[o] + sum_{j, c} w[o][j][c] x[s][stride t' + j][c] with stride = kernel, written as a convolution. */
static void layer_on_reshaped_rows_is_a_strided_convolution(void **const state)
{
    (void)state;
    size_t n_parameter = 0;
    const linear l = linear_layout(KERNEL * CHANNELS, FILTERS, &n_parameter);
    const weights w = new_weights(&l, n_parameter, 1);
    const float *const theta = w.value;
    float *const x = new_normals(SAMPLES * FRAMES * CHANNELS, 2);
    float y[SAMPLES][FRAMES / KERNEL][FILTERS];
    linear_forward(&l, w, SAMPLES * FRAMES / KERNEL, x, false, false, **y);
    for (size_t s = 0; s < SAMPLES; s++) {
        for (size_t t = 0; t + KERNEL <= FRAMES; t += KERNEL) {
            for (size_t o = 0; o < FILTERS; o++) {
                double sum = theta[l.bias + o];
                for (size_t j = 0; j < KERNEL; j++) {
                    for (size_t c = 0; c < CHANNELS; c++) {
                        const double weight = theta[l.weight + (o * KERNEL + j) * CHANNELS + c];
                        sum += weight * x[(s * FRAMES + t + j) * CHANNELS + c];
                    }
                }
                assert_near("convolution", y[s][t / KERNEL][o], sum, rounding(KERNEL * CHANNELS));
            }
        }
    }
    free_weights(w);
    free(x);
}

/* The transposed convolution scatters: frame t of x adds w[.][j] x[t] to frame stride t + j of y. */
static void layer_with_wide_rows_is_a_transposed_convolution(void **const state)
{
    (void)state;
    size_t n_parameter = 0;
    const linear l = linear_layout(CHANNELS, KERNEL * FILTERS, &n_parameter);
    const weights w = new_weights(&l, n_parameter, 3);
    const float *const theta = w.value;
    float *const x = new_normals(SAMPLES * FRAMES * CHANNELS, 4);
    float *const y = malloc((size_t)SAMPLES * FRAMES * KERNEL * FILTERS * sizeof *y);
    double *const scattered = calloc((size_t)SAMPLES * FRAMES * KERNEL * FILTERS, sizeof *scattered);
    linear_forward(&l, w, SAMPLES * FRAMES, x, false, false, y);
    for (size_t s = 0; s < SAMPLES; s++) {
        for (size_t t = 0; t < FRAMES; t++) {
            for (size_t j = 0; j < KERNEL; j++) {
                for (size_t o = 0; o < FILTERS; o++) {
                    double *const to = scattered + ((s * FRAMES + t) * KERNEL + j) * FILTERS + o;
                    *to += theta[l.bias + j * FILTERS + o];
                    for (size_t c = 0; c < CHANNELS; c++) {
                        const double weight = theta[l.weight + (j * FILTERS + o) * CHANNELS + c];
                        *to += weight * x[(s * FRAMES + t) * CHANNELS + c];
                    }
                }
            }
        }
    }
    for (size_t i = 0; i < (size_t)SAMPLES * FRAMES * KERNEL * FILTERS; i++) {
        assert_near("transposed convolution", y[i], scattered[i], rounding(CHANNELS));
    }
    free_weights(w);
    free(x);
    free(y);
    free(scattered);
}

/* The transposed convolution is the adjoint of the convolution: <conv x, y> = <x, conv^T y>, through the same weights.
 */
static void convolution_and_its_data_gradient_are_adjoint(void **const state)
{
    (void)state;
    enum { ROWS = SAMPLES * FRAMES / KERNEL };
    size_t n_parameter = 0;
    const linear l = linear_layout(KERNEL * CHANNELS, FILTERS, &n_parameter);
    const weights w = new_weights(&l, n_parameter, 5);
    const float *const theta = w.value;
    float *const x = new_normals(SAMPLES * FRAMES * CHANNELS, 6);
    float *const y = new_normals(ROWS * FILTERS, 7), *const forward = new_normals(ROWS * FILTERS, 8),
                 *const back = new_normals(SAMPLES * FRAMES * CHANNELS, 9);
    linear_tangent(&l, w, ROWS, x, NULL, forward);
    linear_backward_data(&l, theta, ROWS, y, false, NULL, back);
    double here = 0, there = 0;
    for (size_t i = 0; i < ROWS * FILTERS; i++) {
        here += (double)forward[i] * y[i];
    }
    for (size_t i = 0; i < SAMPLES * FRAMES * CHANNELS; i++) {
        there += (double)back[i] * x[i];
    }
    assert_near("inner product", here, there, 1e-4);
    free_weights(w);
    free(x);
    free(y);
    free(forward);
    free(back);
}

/* Fifty steps with changing gradients, against the published update in double precision. */
static void adam_equals_the_published_update(void **const state)
{
    (void)state;
    enum { N = 37, STEPS = 50 };
    const double rate = 0.01, beta1 = 0.5, beta2 = 0.9;
    float theta[N], m[N] = {0}, v[N] = {0};
    double expected[N], em[N] = {0}, ev[N] = {0};
    uint64_t seed = 1;
    for (size_t i = 0; i < N; i++) {
        theta[i] = (float)synthetic_normal(&seed);
        expected[i] = theta[i];
    }
    for (size_t t = 1; t <= STEPS; t++) {
        float gradient[N];
        for (size_t i = 0; i < N; i++) {
            gradient[i] = (float)(synthetic_normal(&seed) * pow(10, (double)(i % 7) - 3));
            em[i] = beta1 * em[i] + (1 - beta1) * gradient[i];
            ev[i] = beta2 * ev[i] + (1 - beta2) * gradient[i] * gradient[i];
            const double m_hat = em[i] / (1 - pow(beta1, (double)t)), v_hat = ev[i] / (1 - pow(beta2, (double)t));
            expected[i] -= rate * m_hat / (sqrt(v_hat) + 1e-8);
        }
        adam_step(N, theta, gradient, m, v, rate, beta1, beta2, t);
    }
    for (size_t i = 0; i < N; i++) {
        assert_near("weight", theta[i], expected[i], 1e-5);
    }
}

static void adam_stands_still_without_gradient(void **const state)
{
    (void)state;
    float theta[3] = {1, -2, 3}, m[3] = {0}, v[3] = {0};
    const float gradient[3] = {0}, before[3] = {1, -2, 3};
    adam_step(3, theta, gradient, m, v, 0.1, 0, 0.9, 1);
    assert_memory_equal(theta, before, sizeof theta);
}

static void clipping_bounds_weights(void **const state)
{
    (void)state;
    float theta[6] = {-3, -0.05f, -0.01f, 0, 0.04f, 7};
    const float expected[6] = {-0.05f, -0.05f, -0.01f, 0, 0.04f, 0.05f};
    clip_weights(6, theta, 0.05);
    assert_memory_equal(theta, expected, sizeof theta);
}

static void running_mean_is_exponential(void **const state)
{
    (void)state;
    float mean[2] = {1, -1};
    double expected[2] = {1, -1};
    for (size_t t = 0; t < 100; t++) {
        const float theta[2] = {(float)sin((double)t), (float)t};
        running_mean(2, mean, theta, 0.9);
        for (size_t i = 0; i < 2; i++) {
            expected[i] = 0.9 * expected[i] + 0.1 * theta[i];
        }
    }
    assert_near("bounded", mean[0], expected[0], 1e-6);
    assert_near("growing", mean[1], expected[1], 1e-4);
    running_mean(2, mean, (const float[2]){4, 5}, 0);
    assert_true(mean[0] == 4 && mean[1] == 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layers_equal_triple_loops),
        cmocka_unit_test(slopes_scale_the_negative_side),
        cmocka_unit_test(columns_add_up_to_the_layer),
        cmocka_unit_test(layer_on_reshaped_rows_is_a_strided_convolution),
        cmocka_unit_test(layer_with_wide_rows_is_a_transposed_convolution),
        cmocka_unit_test(convolution_and_its_data_gradient_are_adjoint),
        cmocka_unit_test(adam_equals_the_published_update),
        cmocka_unit_test(adam_stands_still_without_gradient),
        cmocka_unit_test(clipping_bounds_weights),
        cmocka_unit_test(running_mean_is_exponential),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
