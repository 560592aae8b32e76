/* SPDX-License-Identifier: BSD-3-Clause */
/* What a user sees of a training. */
#ifndef MDGAN_PLUGIN_PROGRESS_H
#define MDGAN_PLUGIN_PROGRESS_H

#include <stddef.h>

#include <mdgan/train.h>

enum { PROGRESS_LENGTH = 256 };

/* One line: iterations, losses, held-out score, time left. */
void progress_line(const mdgan_progress *progress, char text[PROGRESS_LENGTH]);

#endif
