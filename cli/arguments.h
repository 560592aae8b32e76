/* SPDX-License-Identifier: BSD-3-Clause */
/* Command-line words to checked values; every failure is MDGAN_INVALID, naming option, value and what is accepted. */
#ifndef MDGAN_CLI_ARGUMENTS_H
#define MDGAN_CLI_ARGUMENTS_H

#include <getopt.h>
#include <mdgan/status.h>
#include <stddef.h>

enum { OPTION_END = -1, OPTION_BAD = '?' };

/* The next option's letter, OPTION_END, or OPTION_BAD with the reason in error and the option at argv[optind]. The
 * argument is getopt's optarg; afterwards the words that are no options, among them negative numbers, stand at
 * argv[optind...]. `letters` starts with a colon. */
int option_next(int argc, char **argv, const char *letters, const struct option *names, mdgan_error *error);

/* what: how the message calls the value, e.g. "--segment" or "FRAMES". */
mdgan_status parse_size(const char *what, const char *text, size_t min, size_t max, size_t *value, mdgan_error *error);
mdgan_status parse_real(const char *what, const char *text, double min, double max, double *value, mdgan_error *error);

/* Fails unless there are exactly (or with more, at least) `wanted` words left. */
mdgan_status expect_words(int argc, int wanted, int more, const char *names, mdgan_error *error);
/* Fails if no path was given with -o. */
mdgan_status expect_output(const char *path, const char *what, mdgan_error *error);

#endif
