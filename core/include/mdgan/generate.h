/* SPDX-License-Identifier: BSD-3-Clause */
/** @file
 * Generation: endless series of all entities from a model, in constant memory.
 */
#ifndef MDGAN_GENERATE_H
#define MDGAN_GENERATE_H

#include <stddef.h>
#include <stdint.h>

#include <mdgan/comm.h>
#include <mdgan/model.h>
#include <mdgan/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mdgan_generator mdgan_generator;

/** Starts one independent series per entity: z_1, burn-in, then one window per z (paper, fig. 2B).
 * The series depends on (model, seed, entity) alone, not on the number of ranks or threads;
 * beside other numbers of entities the last, partial block of 64 may differ by rounding.
 * @p origin: [n_entity][n_component], last real frame (feature units) where a position feature goes on from, all its
 * particles if it has several; NULL for 0 (the centre's place); ignored for other kinds. Retains @p model and @p comm,
 * which must outlive the generator. *@p generator is unchanged after an error. Errors: MDGAN_INVALID, MDGAN_MEMORY. */
mdgan_status mdgan_generator_create(mdgan_generator **generator, const mdgan_model *model, size_t n_entity,
                                    uint64_t seed, const float *origin, size_t threads, const mdgan_comm *comm,
                                    mdgan_error *error);

/** NULL is fine. */
void mdgan_generator_destroy(mdgan_generator *generator);

/** The next frame: *@p row is [n_entity][n_component], feature units, the same on every rank, valid until the next
 * call. Collective (ranks share the work once per window). After an error the generator is only good for
 * mdgan_generator_destroy(). Errors: MDGAN_NUMERIC (a value is not finite), MDGAN_PARALLEL. */
mdgan_status mdgan_generator_next(mdgan_generator *generator, const float **row, mdgan_error *error);

/** Frames given out so far. */
int64_t mdgan_generator_position(const mdgan_generator *generator);

/** Moves to frame @p position >= the current one without handing out what lies between (for restarts). Collective.
 * Errors: MDGAN_INVALID (@p position is before the current one), MDGAN_PARALLEL. After an error the generator is only
 * good for mdgan_generator_destroy(). */
mdgan_status mdgan_generator_skip(mdgan_generator *generator, int64_t position, mdgan_error *error);

#ifdef __cplusplus
}
#endif
#endif
