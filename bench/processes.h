/* SPDX-License-Identifier: BSD-3-Clause */
/* Processes whose statistics are known exactly. */
#ifndef MDGAN_BENCH_PROCESSES_H
#define MDGAN_BENCH_PROCESSES_H

#include <stdint.h>

#include <mdgan/dataset.h>

/* amplitude * sin(omega t + phase) + white noise of standard deviation @p deviation, a phase per entity. The caller
 * clears @p data. Errors: MDGAN_INVALID, MDGAN_MEMORY. */
mdgan_status process_sine(mdgan_dataset *data, size_t n_entity, size_t n_frame, double amplitude, double omega,
                          double deviation, uint64_t seed, mdgan_error *error);

enum { PROCESS_MEMORIES = 2 };

/* Brownian motion and displacements that are forgotten: MSD(t) = 6 D t + sum_i 6 a_i^2 (1 - exp(-t/tau_i)) in three
 * dimensions; t in frames. */
typedef struct process_diffusion {
    double diffusion;                /* D, per frame */
    double square[PROCESS_MEMORIES]; /* a_i^2 */
    double time[PROCESS_MEMORIES];   /* tau_i, frames */
} process_diffusion;

/* Positions of it, three components, without an error of discretisation. The caller clears @p data. Errors:
 * MDGAN_INVALID, MDGAN_MEMORY. */
mdgan_status process_positions(const process_diffusion *p, mdgan_dataset *data, size_t n_entity, size_t n_frame,
                               uint64_t seed, mdgan_error *error);

double process_displacement(const process_diffusion *p, double frames);

/* What a fit of a process to positions is told. */
typedef enum process_known {
    PROCESS_FORM, /* how many memories there are; their times lie between a frame and the record's length */
    PROCESS_TIMES /* the times too: those that *p has */
} process_known;

/* The likeliest process of positions, no D or a_i^2 below 0, from the increments of the first @p n_step + 1 frames.
 * Errors: MDGAN_INVALID (fewer frames), MDGAN_MEMORY, MDGAN_NUMERIC. */
mdgan_status process_fit(process_diffusion *p, const mdgan_dataset *data, size_t n_step, process_known known,
                         mdgan_error *error);

#endif
