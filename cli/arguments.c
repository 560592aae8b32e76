/* SPDX-License-Identifier: BSD-3-Clause */
#include "arguments.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LETTERS_LENGTH = 32 };

/* No option begins like a number, so "-1" is a value, and what is wrong with it is told by whoever reads it. */
static bool is_word(const char *text)
{
    const char *const number = text + (text[0] == '-') + (text[0] == '-' && text[1] == '.');
    return text[0] != '-' || text[1] == '\0' || isdigit((unsigned char)*number);
}

/* Exchanges the n words before argv[first] with the option from there to argv[last - 1]. */
static void move_behind_option(char **argv, int n, int first, int last)
{
    for (; first < last; first++) {
        char *const option = argv[first];
        memmove(argv + first - n + 1, argv + first - n, (size_t)n * sizeof *argv);
        argv[first - n] = option;
    }
}

static void fail_option(char **argv, int letter, int bad, mdgan_error *error)
{
    if (letter == ':') {
        mdgan_fail(error, MDGAN_INVALID, "option '%s' needs a value", argv[bad]);
    } else {
        mdgan_fail(error, MDGAN_INVALID, "unknown option '%s': `mdgan help %s` lists the options", argv[bad], argv[0]);
    }
}

int option_next(int argc, char **argv, const char *letters, const struct option *names, mdgan_error *error)
{
    static int n_word; /* words met so far, which stand before argv[optind] */
    char in_order[LETTERS_LENGTH];
    snprintf(in_order, sizeof in_order, "+%s", letters); /* the words are moved here, since getopt knows no numbers */
    opterr = 0;
    for (; optind < argc && is_word(argv[optind]); optind++) {
        n_word++;
    }
    const int first = optind, letter = getopt_long(argc, argv, in_order, names, NULL);
    if (letter == ':' || letter == '?') {
        fail_option(argv, letter, first, error);
        optind = first;
        return OPTION_BAD;
    }
    move_behind_option(argv, n_word, first, optind);
    if (letter == OPTION_END) {
        optind -= n_word;
    }
    return letter;
}

mdgan_status parse_size(const char *what, const char *text, size_t min, size_t max, size_t *value, mdgan_error *error)
{
    char *end;
    errno = 0;
    const unsigned long long number = strtoull(text, &end, 10);
    /* strtoull would take "-1" for a very large number. */
    if (!isdigit((unsigned char)text[0]) || *end || errno || number < min || number > max) {
        return mdgan_fail(error, MDGAN_INVALID, "%s '%s': give a whole number from %zu to %zu", what, text, min, max);
    }
    *value = (size_t)number;
    return MDGAN_OK;
}

mdgan_status parse_real(const char *what, const char *text, double min, double max, double *value, mdgan_error *error)
{
    char *end;
    const double number = strtod(text, &end);
    if (end == text || *end || !isfinite(number) || number < min || number > max) {
        return mdgan_fail(error, MDGAN_INVALID, "%s '%s': give a number from %g to %g", what, text, min, max);
    }
    *value = number;
    return MDGAN_OK;
}

mdgan_status expect_words(int argc, int wanted, int more, const char *names, mdgan_error *error)
{
    const int given = argc - optind;
    if (given < wanted || (!more && given > wanted)) {
        return mdgan_fail(error, MDGAN_INVALID, "expected %s, got %d word%s", names, given, given == 1 ? "" : "s");
    }
    return MDGAN_OK;
}

mdgan_status expect_output(const char *path, const char *what, mdgan_error *error)
{
    return path ? MDGAN_OK : mdgan_fail(error, MDGAN_INVALID, "nowhere to write the %s: add -o FILE", what);
}
