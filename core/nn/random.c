/* SPDX-License-Identifier: BSD-3-Clause */
#include "nn/random.h"

#include <assert.h>
#include <Random123/philox.h>
#include <string.h>

#include "nn/processor.h"

enum { BLOCK = 256 }; /* words made at a time: small enough for the L1 cache */

/* Eight counters at a time, a word of each in 64 bits: compilers do not vectorise a loop over philox4x32(). */
enum { COUNTERS = 8 };
typedef uint64_t wide __attribute__((vector_size(COUNTERS * sizeof(uint64_t))));
#define ALL(x) ((wide){x, x, x, x, x, x, x, x})

/* Products, in 64 bits, of the words in the lower halves of x with m. */
typedef void word_product(const wide *x, uint32_t m, wide *product);

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "words are put together as little-endian processors store them");

/* Fills words[0..n), starting at counter `first`, and whatever is left of the last 4 * COUNTERS. What stands above a
 * word is of no account. */
static inline __attribute__((always_inline)) void philox(word_product *const multiply, const random_key key,
                                                         const uint64_t iteration, const uint32_t sample,
                                                         const uint32_t first, const size_t n, uint32_t *const words)
{
    const wide number = {0, 1, 2, 3, 4, 5, 6, 7};
    for (size_t begin = 0; begin < n; begin += 4 * COUNTERS) {
        uint32_t k0 = (uint32_t)key.seed, k1 = (uint32_t)(key.seed >> 32) ^ (key.purpose * UINT32_C(0x9E3779B9));
        wide x0 = number + (first + begin / 4), x1 = ALL(sample), x2 = ALL(iteration), x3 = ALL(iteration >> 32);
#pragma GCC unroll 10
        for (size_t round = 0; round < 10; round++) {
            wide a, b;
            multiply(&x0, PHILOX_M4x32_0, &a);
            multiply(&x2, PHILOX_M4x32_1, &b);
            x0 = (b >> 32) ^ x1 ^ ALL(k0);
            x1 = b;
            x2 = (a >> 32) ^ x3 ^ ALL(k1);
            x3 = a;
            k0 += PHILOX_W32_0;
            k1 += PHILOX_W32_1;
        }
        const wide low = (x0 & UINT32_MAX) | x1 << 32, high = (x2 & UINT32_MAX) | x3 << 32;
        const wide out[2] = {__builtin_shufflevector(low, high, 0, 8, 1, 9, 2, 10, 3, 11),
                             __builtin_shufflevector(low, high, 4, 12, 5, 13, 6, 14, 7, 15)};
        memcpy(words + begin, out, sizeof out);
    }
}

static inline void multiply_any(const wide *const x, const uint32_t m, wide *const product)
{
    *product = (*x & UINT32_MAX) * (uint64_t)m;
}

static void philox_any(const random_key key, const uint64_t iteration, const uint32_t sample, const uint32_t first,
                       const size_t n, uint32_t *const words)
{
    philox(multiply_any, key, iteration, sample, first, n, words);
}

#ifdef HAVE_KINDS
/* One instruction a vector; compilers multiply all 64 bits, in three. */
static inline TARGET_AVX2 void multiply_avx2(const wide *const x, const uint32_t m, wide *const product)
{
    const __m256i factor = _mm256_set1_epi64x(m);
    __m256i half[2];
    memcpy(half, x, sizeof half);
    half[0] = _mm256_mul_epu32(half[0], factor);
    half[1] = _mm256_mul_epu32(half[1], factor);
    memcpy(product, half, sizeof half);
}

static TARGET_AVX2 void philox_avx2(const random_key key, const uint64_t iteration, const uint32_t sample,
                                    const uint32_t first, const size_t n, uint32_t *const words)
{
    philox(multiply_avx2, key, iteration, sample, first, n, words);
}

static inline TARGET_AVX512 void multiply_avx512(const wide *const x, const uint32_t m, wide *const product)
{
    *product = (wide)_mm512_mul_epu32((__m512i)*x, _mm512_set1_epi64(m));
}

static TARGET_AVX512 void philox_avx512(const random_key key, const uint64_t iteration, const uint32_t sample,
                                        const uint32_t first, const size_t n, uint32_t *const words)
{
    philox(multiply_avx512, key, iteration, sample, first, n, words);
}
#endif

static void philox_words(const random_key key, const uint64_t iteration, const uint32_t sample, const uint32_t first,
                         const size_t n, uint32_t *const words)
{
#ifdef HAVE_KINDS
    if (has_avx512()) {
        philox_avx512(key, iteration, sample, first, n, words);
        return;
    }
    if (has_avx2()) {
        philox_avx2(key, iteration, sample, first, n, words);
        return;
    }
#endif
    philox_any(key, iteration, sample, first, n, words);
}

void random_words(const random_key key, const uint64_t iteration, const uint32_t sample, const size_t n,
                  uint32_t *const out)
{
    uint32_t words[BLOCK];
    for (size_t done = 0; done < n; done += BLOCK) {
        const size_t now = n - done < BLOCK ? n - done : BLOCK;
        philox_words(key, iteration, sample, (uint32_t)(done / 4), now, words);
        memcpy(out + done, words, now * sizeof *out);
    }
}

/* (w + 1/2) / 2^32 rounded so that neither 0 nor 1 can come out in float. */
static inline float open_unit(const uint32_t w)
{
    return ((float)(int32_t)(w >> 9) + 0.5f) * 0x1p-23f;
}

static VECTOR_CLONES void to_uniform(const uint32_t *restrict words, const size_t n, real *restrict out)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = open_unit(words[i]);
    }
}

void random_uniform(const random_key key, const uint64_t iteration, const uint32_t sample, const size_t n,
                    real *const out)
{
    uint32_t words[BLOCK];
    for (size_t done = 0; done < n; done += BLOCK) {
        const size_t now = n - done < BLOCK ? n - done : BLOCK;
        philox_words(key, iteration, sample, (uint32_t)(done / 4), now, words);
        to_uniform(words, now, out + done);
    }
}

/* Natural logarithm of x in (0, 1], to 1e-7 relative: exponent, then the atanh series on [sqrt(1/2), sqrt(2)).
 * Written out so that compilers vectorise it, which calls of logf() prevent. */
static inline float log_unit(const float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    const uint32_t shifted = bits - UINT32_C(0x3f3504f3); /* sqrt(1/2) */
    const int32_t exponent = (int32_t)shifted >> 23;
    const uint32_t mantissa = (shifted & UINT32_C(0x007fffff)) + UINT32_C(0x3f3504f3);
    float m;
    memcpy(&m, &mantissa, sizeof m);
    const float s = (m - 1) / (m + 1);
    const float s2 = s * s;
    const float series = 2 * s * (1 + s2 * (0.33333333f + s2 * (0.2f + s2 * (0.142857143f + s2 * 0.11111111f))));
    return series + (float)exponent * 0.69314718f;
}

/* cos and sin of 2 pi u for u in (0, 1): Taylor series on a quarter turn around the nearest multiple of pi/2. */
static inline void cos_sin_turn(const float u, float *const c, float *const s)
{
    const int32_t quadrant = (int32_t)(4 * u + 0.5f);
    const float a = (u - 0.25f * (float)quadrant) * 6.2831853f;
    const float a2 = a * a;
    const float sine = a * (1 + a2 * (-1.0f / 6 + a2 * (1.0f / 120 + a2 * (-1.0f / 5040 + a2 * (1.0f / 362880)))));
    const float cosine = 1 + a2 * (-0.5f + a2 * (1.0f / 24 + a2 * (-1.0f / 720 + a2 * (1.0f / 40320))));
    const float x = quadrant & 1 ? sine : cosine;
    const float y = quadrant & 1 ? cosine : sine;
    *c = (quadrant + 1) & 2 ? -x : x;
    *s = quadrant & 2 ? -y : y;
}

/* Box-Muller. The 23 bits of open_unit would cut the tail at 5.6 standard deviations; 32 bits of the word reach 6.7. */
static VECTOR_CLONES void to_normal(const uint32_t *restrict radius_word, const uint32_t *restrict angle_word,
                                    const size_t n, real *restrict cosine, real *restrict sine)
{
    for (size_t i = 0; i < n; i++) {
        const float u = ((float)(radius_word[i] >> 1) + 0.5f) * 0x1p-31f;
        const float radius = __builtin_sqrtf(-2 * log_unit(u < 1 ? u : 1));
        float c, s;
        cos_sin_turn(open_unit(angle_word[i]), &c, &s);
        cosine[i] = radius * c;
        sine[i] = radius * s;
    }
}

void random_normal(const random_key key, const uint64_t iteration, const uint32_t sample, const size_t n,
                   real *const out)
{
    uint32_t words[BLOCK];
    real normal[BLOCK];
    for (size_t done = 0; done < n; done += BLOCK) {
        const size_t now = n - done < BLOCK ? n - done : BLOCK;
        const size_t made = (now + 15) / 16 * 16;
        real *const to = made == now ? out + done : normal;
        philox_words(key, iteration, sample, (uint32_t)(done / 4), made, words);
        to_normal(words, words + made / 2, made / 2, to, to + made / 2);
        if (to == normal) {
            memcpy(out + done, normal, now * sizeof *out);
        }
    }
}
