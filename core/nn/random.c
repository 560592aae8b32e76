/* SPDX-License-Identifier: BSD-3-Clause */
#include "nn/random.h"

#include <Random123/philox.h>
#include <string.h>

enum { BLOCK = 256 }; /* words made at a time: small enough for the L1 cache */

/* Fills words[0..n), n a multiple of 4, starting at counter `first`. */
static VECTOR_CLONES void philox_words(const random_key key, const uint64_t iteration, const uint32_t sample,
                                       const uint32_t first, const size_t n, uint32_t *const words)
{
    const philox4x32_key_t k = {
        {(uint32_t)key.seed, (uint32_t)(key.seed >> 32) ^ (key.purpose * UINT32_C(0x9E3779B9))}};
    for (size_t i = 0; i < n / 4; i++) {
        const philox4x32_ctr_t c = {{first + (uint32_t)i, sample, (uint32_t)iteration, (uint32_t)(iteration >> 32)}};
        const philox4x32_ctr_t w = philox4x32(c, k);
        memcpy(words + 4 * i, w.v, sizeof w.v);
    }
}

void random_words(const random_key key, const uint64_t iteration, const uint32_t sample, const size_t n,
                  uint32_t *const out)
{
    uint32_t words[BLOCK];
    for (size_t done = 0; done < n; done += BLOCK) {
        const size_t now = n - done < BLOCK ? n - done : BLOCK;
        philox_words(key, iteration, sample, (uint32_t)(done / 4), (now + 3) / 4 * 4, words);
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
        philox_words(key, iteration, sample, (uint32_t)(done / 4), (now + 3) / 4 * 4, words);
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
    const float sine = a * (1 + a2 * (-1.0f / 6 + a2 * (1.0f / 120 + a2 * (-1.0f / 5040 + a2 / 362880))));
    const float cosine = 1 + a2 * (-0.5f + a2 * (1.0f / 24 + a2 * (-1.0f / 720 + a2 * (1.0f / 40320))));
    const float x = quadrant & 1 ? sine : cosine;
    const float y = quadrant & 1 ? cosine : sine;
    *c = (quadrant + 1) & 2 ? -x : x;
    *s = quadrant & 2 ? -y : y;
}

/* Box-Muller: first half of the words gives radii, second half angles. n: a multiple of 2. The 23 bits of open_unit
 * would cut the tail at 5.6 standard deviations; 32 bits of the word reach 6.7. */
static VECTOR_CLONES void to_normal(const uint32_t *restrict words, const size_t n, float *restrict out)
{
    for (size_t i = 0; i < n / 2; i++) {
        const float u = ((float)(words[i] >> 1) + 0.5f) * 0x1p-31f;
        const float radius = __builtin_sqrtf(-2 * log_unit(u < 1 ? u : 1));
        float c, s;
        cos_sin_turn(open_unit(words[i + n / 2]), &c, &s);
        out[i] = radius * c;
        out[i + n / 2] = radius * s;
    }
}

void random_normal(const random_key key, const uint64_t iteration, const uint32_t sample, const size_t n,
                   real *const out)
{
    uint32_t words[BLOCK];
    float normal[BLOCK];
    for (size_t done = 0; done < n; done += BLOCK) {
        const size_t now = n - done < BLOCK ? n - done : BLOCK;
        const size_t made = (now + 15) / 16 * 16;
        philox_words(key, iteration, sample, (uint32_t)(done / 4), made, words);
        to_normal(words, made, normal);
        for (size_t i = 0; i < now; i++) {
            out[done + i] = normal[i];
        }
    }
}
