/* SPDX-License-Identifier: BSD-3-Clause */
/* Programs to compare with, run as processes of their own. */
#ifndef MDGAN_BENCH_PEER_H
#define MDGAN_BENCH_PEER_H

#include <mdgan/status.h>

/* Runs words[0] with words[1...] (ends in NULL) and takes the number after "key": out of what it prints, one line of
 * JSON. Errors: MDGAN_STATE (cannot be started, fails, prints no such number). */
mdgan_status peer_number(const char *const *words, const char *key, double *number, mdgan_error *error);

/* A program that answers questions, one line each, as long as it runs. */
typedef struct peer_process peer_process;

/* Starts words[0] with words[1...] (ends in NULL). *@p out is unchanged after an error. Errors: MDGAN_STATE,
 * MDGAN_MEMORY. */
mdgan_status peer_start(peer_process **out, const char *const *words, mdgan_error *error);

/* Writes @p question as a line to the program's standard input, and takes the number after "key": out of the line of
 * JSON that it prints next. Errors: MDGAN_STATE. */
mdgan_status peer_ask(peer_process *p, const char *question, const char *key, double *number, mdgan_error *error);

/* Ends its input and waits for it. NULL is fine. */
void peer_stop(peer_process *p);

#endif
