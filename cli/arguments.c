/* SPDX-License-Identifier: BSD-3-Clause */
#include "arguments.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

int option_next(int argc, char **argv, const char *letters, const struct option *names, mdgan_error *error)
{
    opterr = 0;
    const int letter = getopt_long(argc, argv, letters, names, NULL);
    if (letter == ':') {
        mdgan_fail(error, MDGAN_INVALID, "option '%s' needs a value", argv[optind - 1]);
        return OPTION_BAD;
    }
    if (letter == '?') {
        mdgan_fail(error, MDGAN_INVALID, "unknown option '%s': `mdgan help %s` lists the options", argv[optind - 1],
                   argv[0]);
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
