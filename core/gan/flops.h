/* SPDX-License-Identifier: BSD-3-Clause */
/* Work of a training iteration: floating-point operations (an addition and a multiplication are two) of its matrix
 * products, per sample of the batch. */
#ifndef MDGAN_GAN_FLOPS_H
#define MDGAN_GAN_FLOPS_H

#include "gan/schedule.h"

double networks_flops(const networks *net, size_t critic_steps);

#endif
