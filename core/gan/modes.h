/* SPDX-License-Identifier: BSD-3-Clause */
/* Several particles per entity (triplets of components that rotate together): their normal modes.
 *
 * The thirds of one chain move together, so their increments cannot be learnt one by one: the parts would drift away
 * from each other. An orthonormal matrix V over the particles takes them apart, mode_m = sum_p V[m][p] x_p, for x, y
 * and z alike:
 *   positions   mode 0 is the centre (all V[0][p] equal), learnt by its increments; the others, the principal axes of
 *               the particles' places around it, are stationary and learnt as they are;
 *   else        the principal axes of the values.
 * Modes of a Rouse chain are independent, which is what the linear start takes them for; what couples them is left to
 * the networks. */
#ifndef MDGAN_GAN_MODES_H
#define MDGAN_GAN_MODES_H

#include <mdgan/dataset.h>

enum { PARTICLE_MAX = MDGAN_COMPONENT_MAX / 3, MODES_MAX = PARTICLE_MAX * PARTICLE_MAX };

typedef struct modes {
    size_t n_value;           /* P * P; 1: single particles or components on their own, left as they are */
    double matrix[MODES_MAX]; /* V [P][P], row m = mode m */
} modes;

/* Errors: MDGAN_NUMERIC. */
mdgan_status modes_create(modes *v, const mdgan_dataset *data, mdgan_error *error);

/* Particles per entity, 1 if there are no modes. */
size_t modes_particles(const modes *v);

/* Whether component c is learnt by its increments, for a feature of kind @p kind. */
bool modes_integrated(const modes *v, mdgan_kind kind, size_t c);

/* Modes of one frame of particles, and back: [D]; @p out is another array than @p in. */
void modes_forward(const modes *v, size_t d, const float *in, double *out);
void modes_backward(const modes *v, size_t d, const double *in, double *out);

#endif
