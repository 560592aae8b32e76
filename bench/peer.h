/* SPDX-License-Identifier: BSD-3-Clause */
/* Programs to compare with, run as processes of their own. */
#ifndef MDGAN_BENCH_PEER_H
#define MDGAN_BENCH_PEER_H

#include <mdgan/status.h>

/* Runs words[0] with words[1...] (ends in NULL) and takes the number after "key": out of what it prints, one line of
 * JSON. Errors: MDGAN_STATE (cannot be started, fails, prints no such number). */
mdgan_status peer_number(const char *const *words, const char *key, double *number, mdgan_error *error);

#endif
