/* SPDX-License-Identifier: BSD-3-Clause */
/* What a group /particles/NAME of an H5MD file says beside velocities and positions (H5MD 1.1, "Particles group"): the
 * box and, in files of other programs, who each particle is and in which image of the box. Messages name no file. */
#ifndef MDGAN_IO_SERIES_PARTICLES_H
#define MDGAN_IO_SERIES_PARTICLES_H

#include <mdgan/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/h5.h"

/* Where a particle of the first frame is. */
typedef struct particle_place {
    int64_t id;
    size_t entity;
} particle_place;

typedef struct particles {
    size_t n_frame, n_entity;
    hid_t edges;           /* of the box; invalid: unknown */
    bool edges_move;       /* they have a frame dimension */
    hid_t id;              /* [frame][entity], or invalid: the order does not change */
    hid_t image;           /* [frame][entity][3], or invalid: positions are meant as they stand */
    particle_place *place; /* [n_entity] by rising ID, if there are IDs */
} particles;

static inline particles particles_none(void)
{
    return (particles){.edges = H5I_INVALID_HID, .id = H5I_INVALID_HID, .image = H5I_INVALID_HID};
}

/* Opens the box of @p group. particles_close() is due whatever comes out. */
mdgan_status particles_open_box(particles *p, hid_t group, mdgan_error *error);
/* Opens IDs and, of @p positions, images, which have to be there for all frames. */
mdgan_status particles_open_identity(particles *p, hid_t group, bool positions, size_t n_frame, size_t n_entity,
                                     mdgan_error *error);
void particles_close(particles *p);

/* Edge vectors of a frame, in rows; of the last one if @p frame is beyond it. */
mdgan_status particles_box(const particles *p, size_t frame, double box[9], mdgan_error *error);
/* Adds the edges of their images to @p positions [n][n_entity][3] of the frames from @p first on. */
mdgan_status particles_unwrap(const particles *p, size_t first, size_t n, float *positions, mdgan_error *error);
/* Which entity of the first frame each is: @p entity [n][n_entity] of the frames from @p first on. */
mdgan_status particles_identify(const particles *p, size_t first, size_t n, size_t *entity, mdgan_error *error);

#endif
