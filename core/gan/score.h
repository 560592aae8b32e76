/* SPDX-License-Identifier: BSD-3-Clause */
/* The held-out score: how far statistics of generated 2M-frame records are from those of entities kept out of the
 * training, in units of what chance explains. Statistics per record: power in frequency bands and its square (how power
 * fluctuates from record to record), displacement over 2^k frames, fourth moment, correlations of the energy of blocks
 * of M/4 frames, second and fourth moment of what a linear predictor leaves, products of frames a window apart,
 * products of components or particles with each other at lags up to M (an entity's temperature and energy, say). All
 * are simulators' own observables; critics' estimates track nothing (measured). */
#ifndef MDGAN_GAN_SCORE_H
#define MDGAN_GAN_SCORE_H

#include "gan/batch.h"
#include "gan/sampler.h"
#include "statistics/fft.h"

typedef struct score {
    size_t record, n_component; /* 2M, D */
    size_t n_integrated;        /* leading components that are increments of positions */
    size_t n_statistic;
    size_t n_cross;      /* of these, products of two components, or particles; the last ones */
    size_t n_cross_unit; /* components, or particles, that are compared with each other */
    size_t cross_width;  /* values of each */
    size_t n_band;
    size_t n_predictor;
    double *predictor;         /* [n_predictor] frames before one, the earliest first */
    double *window;            /* [2M] Hann taper, unit mean square */
    double *centre;            /* [n_band + 1] mean power of each band, mean energy: of all real data */
    double *path;              /* [2M + 1] sums of one component */
    double *row;               /* [n_statistic] of one entity */
    double *held, *held_error; /* [n_statistic] means over held-out entities, their standard errors */
    double *made;              /* [n_statistic] the same of generated series */
    size_t n_held;             /* held-out entities, or records of a single one */
    double *floor;             /* [n_statistic] differences too small to matter */
    fft_real fft;
    double *long_window;    /* [long_fft.n] Hann taper */
    fft_real long_fft;      /* of long series */
    double *start_spectrum; /* [bins] expected of a linear start; 0 without one */
    double *long_spectrum;  /* [bins] */
    sampler_work work;
    real *z;       /* chains of one block */
    float *series; /* frames of one generated chain */
    uint64_t seed;
} score;

mdgan_status score_create(score *s, const sample_data *data, const generator *g, uint64_t seed, mdgan_error *error);
void score_clear(score *s);

/* Mean squared z-score of series generated with these weights, late in their chains, against the held-out entities:
 * about 1 if nothing but chance sets them apart. Always the same random numbers. */
mdgan_status score_weights(score *s, const generator *g, const real *theta, double *value, mdgan_error *error);

/* The spectrum that a linear start has in long series. autocovariance: [score_long_frames()], averaged over components.
 * Errors: MDGAN_MEMORY. */
size_t score_long_frames(const score *s);
mdgan_status score_expect(score *s, const double *autocovariance, mdgan_error *error);

/* How far the mean spectrum of long series is from the start's: relative L2 difference. Always the same random numbers,
 * so that two weights' errors compare sharply. */
double score_spectrum_error(score *s, const generator *g, const real *theta);

/* Mean squared displacement of positions over 1, 2, 4 and 8 windows, network units; 0 for other features. Always the
 * same random numbers. displacement: [SCORE_FAR] */
enum { SCORE_FAR = 4 };
void score_displacement(score *s, const generator *g, const real *theta, double *displacement);

#endif
