/* SPDX-License-Identifier: BSD-3-Clause */
/* The kinds of processors are private to random.c, hence the source itself. */
#include "nn/random.c"

#include "synthetic.h"

/* Every seed is fixed, so that a test either always passes or never does; bounds are five standard deviations. */
enum { SIGMAS = 5, N_NORMAL = 1 << 22, ROW = 1000 };

static const random_key key = {20240607, RANDOM_NOISE};

static void numbers_repeat(void **const state)
{
    (void)state;
    enum { N = 777 };
    uint32_t words[2][N];
    float uniform[2][N], normal[2][N];
    for (size_t i = 0; i < 2; i++) {
        random_words(key, 3, 4, N, words[i]);
        random_uniform(key, 3, 4, N, uniform[i]);
        random_normal(key, 3, 4, N, normal[i]);
    }
    assert_memory_equal(words[0], words[1], sizeof words[0]);
    assert_memory_equal(uniform[0], uniform[1], sizeof uniform[0]);
    assert_memory_equal(normal[0], normal[1], sizeof normal[0]);
}

/* Known answer of Philox 4x32-10 for key 0, counter 0 (Random123's own test vectors). */
static void words_are_philox(void **const state)
{
    (void)state;
    const uint32_t expected[4] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
    uint32_t words[4];
    random_words((random_key){0, 0}, 0, 0, 4, words);
    assert_memory_equal(words, expected, sizeof words);
}

/* Every kind of processor that this one can act as, against Random123's own function. */
static void every_kind_makes_the_same_words(void **const state)
{
    (void)state;
    enum { N = 4 * 101, ROOM = 4 * 104, FIRST = 7, SAMPLE = 12 };
    const uint64_t iteration = (UINT64_C(5) << 32) + 9;
    const random_key long_key = {UINT64_C(0xFEDCBA9876543210), RANDOM_NOISE};
    const philox4x32_key_t key32 = {
        {UINT32_C(0x76543210), UINT32_C(0xFEDCBA98) ^ (RANDOM_NOISE * UINT32_C(0x9E3779B9))}};
    uint32_t best[ROOM], any[ROOM]; /* whole blocks of eight counters */
    philox_words(long_key, iteration, SAMPLE, FIRST, N, best);
    philox_any(long_key, iteration, SAMPLE, FIRST, N, any);
    for (size_t i = 0; i < N; i += 4) {
        const philox4x32_ctr_t counter = {
            {(uint32_t)(FIRST + i / 4), SAMPLE, (uint32_t)iteration, (uint32_t)(iteration >> 32)}};
        const philox4x32_ctr_t expected = philox4x32(counter, key32);
        assert_memory_equal(best + i, expected.v, sizeof expected.v);
        assert_memory_equal(any + i, expected.v, sizeof expected.v);
    }
}

static void a_longer_draw_begins_like_a_shorter_one(void **const state)
{
    (void)state;
    enum { N = 1030 };
    static const size_t lengths[] = {1, 2, 3, 4, 5, 255, 256, 257, 511, 512, 513, 1029};
    uint32_t all_words[N], words[N];
    float all_uniform[N], uniform[N], all_normal[N], normal[N];
    random_words(key, 0, 0, N, all_words);
    random_uniform(key, 0, 0, N, all_uniform);
    random_normal(key, 0, 0, N, all_normal);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        const size_t n = lengths[i];
        random_words(key, 0, 0, n, words);
        random_uniform(key, 0, 0, n, uniform);
        random_normal(key, 0, 0, n, normal);
        assert_memory_equal(words, all_words, n * sizeof *words);
        assert_memory_equal(uniform, all_uniform, n * sizeof *uniform);
        /* Normals come in blocks of 256, of which only the last, partial one depends on n. */
        assert_memory_equal(normal, all_normal, n / 256 * 256 * sizeof *normal);
    }
}

static void draws_write_no_further_than_n(void **const state)
{
    (void)state;
    for (size_t n = 0; n <= 300; n++) {
        float *const x = malloc((n + 1) * sizeof *x);
        x[n] = -77;
        random_normal(key, 0, 0, n, x);
        assert_true(x[n] == -77);
        random_uniform(key, 0, 0, n, x);
        assert_true(x[n] == -77);
        uint32_t *const w = (uint32_t *)x;
        w[n] = 77;
        random_words(key, 0, 0, n, w);
        assert_int_equal(w[n], 77);
        free(x);
    }
}

/* Chi-square of counts against expectations, as standard deviations from its mean. */
static double chi_square_sigmas(const size_t n_bin, const double *const count, const double *const expected)
{
    double chi = 0;
    for (size_t i = 0; i < n_bin; i++) {
        chi += (count[i] - expected[i]) * (count[i] - expected[i]) / expected[i];
    }
    const double freedom = (double)n_bin - 1;
    return (chi - freedom) / sqrt(2 * freedom);
}

static void uniforms_fill_the_open_interval(void **const state)
{
    (void)state;
    enum { BINS = 256, N = 1 << 22 };
    double count[BINS] = {0}, expected[BINS], sum = 0, square = 0;
    float x[ROW], least = 1, most = 0;
    size_t made = 0;
    for (uint32_t row = 0; made < N; row++, made += ROW) {
        random_uniform(key, 1, row, ROW, x);
        for (size_t i = 0; i < ROW; i++) {
            sum += x[i];
            square += (double)x[i] * x[i];
            least = fminf(least, x[i]);
            most = fmaxf(most, x[i]);
            count[(size_t)(x[i] * BINS)]++;
        }
    }
    const double n = (double)made;
    assert_true(least > 0 && most < 1);
    assert_true(least < 1e-5f && most > 1 - 1e-5f);
    assert_near("mean", sum / n, 0.5, SIGMAS * sqrt(1 / (12 * n)));
    assert_near("mean square", square / n, 1.0 / 3, SIGMAS * sqrt(4 / (45 * n)));
    for (size_t i = 0; i < BINS; i++) {
        expected[i] = n / BINS;
    }
    assert_near("chi-square", chi_square_sigmas(BINS, count, expected), 0, SIGMAS);
}

static float *many_normals(size_t *const n)
{
    *n = N_NORMAL / ROW * ROW;
    float *const x = malloc(*n * sizeof *x);
    assert_non_null(x);
    for (size_t row = 0; row < *n / ROW; row++) {
        random_normal(key, 5, (uint32_t)row, ROW, x + row * ROW);
    }
    return x;
}

static void normals_have_normal_moments(void **const state)
{
    (void)state;
    size_t n;
    float *const x = many_normals(&n);
    double moment[7] = {0}, neighbours = 0, neighbour_squares = 0;
    float largest = 0;
    for (size_t i = 0; i < n; i++) {
        double power = 1;
        for (size_t k = 1; k <= 6; k++) {
            power *= x[i];
            moment[k] += power / (double)n;
        }
        if (i > 0) {
            neighbours += (double)x[i] * x[i - 1] / (double)n;
            neighbour_squares += (double)x[i] * x[i] * x[i - 1] * x[i - 1] / (double)n;
        }
        largest = fmaxf(largest, fabsf(x[i]));
    }
    const double s = SIGMAS / sqrt((double)n);
    /* Variance of x^k is E x^2k - (E x^k)^2 = 1, 2, 15, 96, 945, 10170. */
    assert_near("mean", moment[1], 0, s);
    assert_near("variance", moment[2], 1, s * sqrt(2));
    assert_near("third moment", moment[3], 0, s * sqrt(15));
    assert_near("fourth moment", moment[4], 3, s * sqrt(96));
    assert_near("fifth moment", moment[5], 0, s * sqrt(945));
    assert_near("sixth moment", moment[6], 15, s * sqrt(10170));
    assert_near("neighbours", neighbours, 0, s);
    assert_near("squares of neighbours", neighbour_squares, 1, s * sqrt(8));
    /* Of four million, the largest lies between 4.6 and 6.5 but for one in a thousand. */
    assert_true(largest > 4.6f && largest < 6.5f);
    free(x);
}

static double below(const double x)
{
    return 0.5 * erfc(-x / sqrt(2));
}

static void normals_fill_normal_bins(void **const state)
{
    (void)state;
    enum { BINS = 66 };
    size_t n, beyond_four = 0;
    float *const x = many_normals(&n);
    double count[BINS] = {0}, expected[BINS];
    for (size_t i = 0; i < n; i++) {
        const double place = floor((x[i] + 4) * 8) + 1;
        count[(size_t)fmin(fmax(place, 0), BINS - 1)]++;
        beyond_four += fabsf(x[i]) > 4;
    }
    for (size_t i = 0; i < BINS; i++) {
        const double from = -4 + ((double)i - 1) / 8, to = from + 0.125;
        expected[i] = (double)n * ((i + 1 == BINS ? 1 : below(to)) - (i == 0 ? 0 : below(from)));
    }
    assert_near("chi-square", chi_square_sigmas(BINS, count, expected), 0, SIGMAS);
    const double tail = 2 * below(-4) * (double)n;
    assert_near("beyond four deviations", (double)beyond_four, tail, SIGMAS * sqrt(tail));
    free(x);
}

/* The same words through libm in double precision. */
static void normals_agree_with_libm(void **const state)
{
    (void)state;
    enum { N = 256 };
    double worst = 0;
    for (uint32_t sample = 0; sample < 4000; sample++) {
        uint32_t words[N];
        float normal[N];
        random_words(key, 9, sample, N, words);
        random_normal(key, 9, sample, N, normal);
        for (size_t i = 0; i < N / 2; i++) {
            const float u = ((float)(words[i] >> 1) + 0.5f) * 0x1p-31f;
            const double angle = 2 * M_PI * ((double)(words[i + N / 2] >> 9) + 0.5) * 0x1p-23;
            const double radius = sqrt(-2 * log(u));
            worst = fmax(worst, fabs(normal[i] - radius * cos(angle)) / radius);
            worst = fmax(worst, fabs(normal[i + N / 2] - radius * sin(angle)) / radius);
        }
    }
    assert_near("largest difference from libm, in radii", worst, 0, 5e-7);
}

/* All streams that differ in any one part of their name. */
typedef struct stream {
    random_key key;
    uint64_t iteration;
    uint32_t sample;
} stream;

static const stream streams[] = {
    {{1, RANDOM_WEIGHTS}, 0, 0},
    {{1, RANDOM_SPLIT}, 0, 0},
    {{1, RANDOM_PICK}, 0, 0},
    {{1, RANDOM_AUGMENT}, 0, 0},
    {{1, RANDOM_LATENT}, 0, 0},
    {{1, RANDOM_EVOLVE}, 0, 0},
    {{1, RANDOM_NOISE}, 0, 0},
    {{1, RANDOM_PENALTY}, 0, 0},
    {{1, RANDOM_EMIT + RANDOM_LATENT}, 0, 0},
    {{1, RANDOM_EMIT + RANDOM_EVOLVE}, 0, 0},
    {{1, RANDOM_EMIT + RANDOM_NOISE}, 0, 0},
    {{1, RANDOM_SCORE + RANDOM_LATENT}, 0, 0},
    {{1, RANDOM_SCORE + RANDOM_EVOLVE}, 0, 0},
    {{1, RANDOM_SCORE + RANDOM_NOISE}, 0, 0},
    {{1, RANDOM_BASELINE}, 0, 0},
    {{1, RANDOM_NOISE}, 1, 0},
    {{1, RANDOM_NOISE}, 2, 0},
    {{1, RANDOM_NOISE}, UINT64_C(1) << 32, 0},
    {{1, RANDOM_NOISE}, 0, 1},
    {{1, RANDOM_NOISE}, 0, 2},
    {{1, RANDOM_NOISE}, 0, UINT32_MAX},
    {{1, RANDOM_NOISE}, 1, 1},
    {{0, RANDOM_NOISE}, 0, 0},
    {{2, RANDOM_NOISE}, 0, 0},
    {{(UINT64_C(1) << 32) + 1, RANDOM_NOISE}, 0, 0},
};
enum { N_STREAM = sizeof streams / sizeof *streams, STREAM_LENGTH = 1 << 14 };

static double dot(const float *const a, const float *const b)
{
    double sum = 0;
    for (size_t i = 0; i < STREAM_LENGTH; i++) {
        sum += (double)a[i] * b[i];
    }
    return sum / STREAM_LENGTH;
}

static void streams_are_uncorrelated(void **const state)
{
    (void)state;
    float *const x = malloc((size_t)N_STREAM * STREAM_LENGTH * sizeof *x);
    for (size_t i = 0; i < N_STREAM; i++) {
        random_normal(streams[i].key, streams[i].iteration, streams[i].sample, STREAM_LENGTH, x + i * STREAM_LENGTH);
    }
    for (size_t i = 0; i < N_STREAM; i++) {
        for (size_t j = 0; j < i; j++) {
            assert_near("correlation of two streams", dot(x + i * STREAM_LENGTH, x + j * STREAM_LENGTH), 0,
                        SIGMAS / sqrt(STREAM_LENGTH));
        }
    }
    free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_repeat),
        cmocka_unit_test(words_are_philox),
        cmocka_unit_test(every_kind_makes_the_same_words),
        cmocka_unit_test(a_longer_draw_begins_like_a_shorter_one),
        cmocka_unit_test(draws_write_no_further_than_n),
        cmocka_unit_test(uniforms_fill_the_open_interval),
        cmocka_unit_test(normals_have_normal_moments),
        cmocka_unit_test(normals_fill_normal_bins),
        cmocka_unit_test(normals_agree_with_libm),
        cmocka_unit_test(streams_are_uncorrelated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
