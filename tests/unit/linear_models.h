/* SPDX-License-Identifier: BSD-3-Clause */
/* State-space models and records for tests of linear/. */
#ifndef MDGAN_TEST_LINEAR_MODELS_H
#define MDGAN_TEST_LINEAR_MODELS_H

#include "synthetic.h"

#include "linear/burg.h"
#include "linear/moments.h"
#include "linear/statespace.h"

/* s = (y_{t-1}, y_{t-2}). Not in unit-covariance coordinates. */
static inline void oscillator_model(statespace *const s, const oscillator o)
{
    mdgan_error error = {""};
    assert_ok(statespace_create(s, 2, 1, &error), &error);
    s->c[0] = s->a[0] = 2 * o.rho * cos(o.theta);
    s->c[1] = s->a[1] = -o.rho * o.rho;
    s->a[2] = 1;
    s->d[0] = s->b[0] = oscillator_noise(o);
}

/* Random numbers everywhere; A scaled to Frobenius norm `size` < 1, so that it is stable. */
static inline void random_model(statespace *const s, const size_t q, const size_t m, const double size, uint64_t seed)
{
    mdgan_error error = {""};
    assert_ok(statespace_create(s, q, m, &error), &error);
    double square = 0;
    for (size_t i = 0; i < q * q; i++) {
        s->a[i] = synthetic_normal(&seed);
        square += s->a[i] * s->a[i];
    }
    for (size_t i = 0; i < q * q; i++) {
        s->a[i] *= size / sqrt(square);
    }
    for (size_t i = 0; i < q * m; i++) {
        s->b[i] = synthetic_normal(&seed);
    }
    for (size_t i = 0; i < q; i++) {
        s->c[i] = synthetic_normal(&seed);
    }
    for (size_t i = 0; i < m; i++) {
        s->d[i] = synthetic_normal(&seed);
    }
}

/* Largest entry of A A^T + B B^T - I. */
static inline double unit_covariance_gap(const statespace *const s)
{
    double worst = 0;
    for (size_t i = 0; i < s->q; i++) {
        for (size_t j = 0; j < s->q; j++) {
            double sum = i == j ? -1 : 0;
            for (size_t k = 0; k < s->q; k++) {
                sum += s->a[i * s->q + k] * s->a[j * s->q + k];
            }
            for (size_t k = 0; k < s->m; k++) {
                sum += s->b[i * s->m + k] * s->b[j * s->m + k];
            }
            worst = fmax(worst, fabs(sum));
        }
    }
    return worst;
}

/* Fails unless coefficients, autocovariance and variance belong together. */
static inline void assert_yule_walker(const autoregression *const ar)
{
    for (size_t k = 0; k <= ar->order; k++) {
        double sum = k == 0 ? ar->variance : 0;
        for (size_t i = 1; i <= ar->order; i++) {
            sum += ar->a[i - 1] * ar->r[i > k ? i - k : k - i];
        }
        assert_near("Yule-Walker", ar->r[k], sum, 1e-10);
    }
}

/* The moments that infinitely many records of this autocovariance have. */
static inline void exact_moments(record_moments *const m, const size_t length, const double *const r)
{
    mdgan_error error = {""};
    assert_ok(record_moments_create(m, length, &error), &error);
    m->n_record = 1000000;
    for (size_t i = 0; i < length; i++) {
        for (size_t j = 0; j < length; j++) {
            m->moment[i * length + j] = r[i > j ? i - j : j - i];
        }
    }
}

/* And the sums over longer stretches of such series. r: [16 length] */
static inline void exact_sums(record_moments *const m, const double *const r)
{
    for (size_t scale = 0; scale < LONG_SCALES; scale++) {
        const size_t n = long_sums_frames(m->length, scale);
        m->sums.n[scale] = m->n_record * m->length / n;
        m->sums.square[scale] = (double)m->sums.n[scale] * long_sums_variance(n, r);
    }
}

static inline void moments_of(record_moments *const m, const size_t length, const size_t n, const float *const record)
{
    mdgan_error error = {""};
    assert_ok(record_moments_create(m, length, &error), &error);
    assert_ok(record_moments_add(m, n, record, length, 1, &error), &error);
    record_moments_finish(m);
}

/* Burg's model of q states, where a refinement begins. */
static inline void burg_start(const record_moments *const m, const size_t q, statespace *const s)
{
    autoregression ar;
    balanced b;
    mdgan_error error = {""};
    assert_ok(autoregression_fit(&ar, m, burg_order(m->length), &error), &error);
    assert_ok(balanced_create(&b, &ar, &error), &error);
    assert_ok(balanced_truncate(&b, q, s, &error), &error);
    autoregression_clear(&ar);
    balanced_clear(&b);
}

/* Variance of a sum over t frames; where these are increments, the MSD. */
static inline double model_displacement(const statespace *const s, const size_t t)
{
    double r[t], msd = 0;
    statespace_autocovariance(s, t, r);
    for (size_t k = 0; k < t; k++) {
        msd += (k == 0 ? 1 : 2) * (double)(t - k) * r[k];
    }
    return msd;
}

#endif
