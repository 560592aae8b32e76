/* SPDX-License-Identifier: BSD-3-Clause */
#include <mdgan/plugin.h>
#include <stdio.h>
#include <string.h>

#include "arguments.h"
#include "command.h"

enum { DEFAULT_LENGTH = 80 };

/* The default as a user meets it, for both ways to start if they differ. */
static const char *default_text(size_t k, char text[DEFAULT_LENGTH])
{
    char linear[32], random[32];
    mdgan_keyword_default(k, MDGAN_INIT_LINEAR, linear, sizeof linear);
    mdgan_keyword_default(k, MDGAN_INIT_RANDOM, random, sizeof random);
    if (strcmp(linear, random) == 0) {
        snprintf(text, DEFAULT_LENGTH, "%s", linear);
    } else {
        snprintf(text, DEFAULT_LENGTH, "linear %s, random %s", linear, random);
    }
    return text;
}

static void print_markdown(const mdgan_keyword *keyword, size_t n)
{
    char text[DEFAULT_LENGTH];
    puts(
        "# Keywords\n\n"
        "The same in every host: `fix mdgan`, `mdgan train`. Made by `mdgan keywords --markdown` from\n"
        "`plugin/include/mdgan/config_keys.def`; a test compares the two. Where a default depends on `init`, both are\n"
        "given.\n\n"
        "| keyword | type | default | range | unit | meaning |\n|---|---|---|---|---|---|");
    for (size_t i = 0; i < n; i++) {
        printf("| `%s` | %s | %s | %s | %s | %s |\n", keyword[i].name, keyword[i].type, default_text(i, text),
               keyword[i].range, keyword[i].unit, keyword[i].help);
    }
}

static void print_text(const mdgan_keyword *keyword, size_t n)
{
    char text[DEFAULT_LENGTH];
    size_t width = 0;
    for (size_t i = 0; i < n; i++) {
        width = strlen(keyword[i].name) > width ? strlen(keyword[i].name) : width;
    }
    for (size_t i = 0; i < n; i++) {
        printf("%-*s  %s", (int)width, keyword[i].name, keyword[i].help);
        printf(" [%s%s%s%s%s", keyword[i].range, keyword[i].unit[0] ? " " : "", keyword[i].unit,
               default_text(i, text)[0] ? "; default " : "", text);
        puts("]");
    }
}

static mdgan_status run(int argc, char **argv, mdgan_error *error)
{
    static const struct option names[] = {{"markdown", no_argument, NULL, 'm'}, {0}};
    int markdown = 0;
    for (int letter; (letter = option_next(argc, argv, ":", names, error)) != OPTION_END;) {
        if (letter != 'm') {
            return MDGAN_INVALID;
        }
        markdown = 1;
    }
    const mdgan_status status = expect_words(argc, 0, 0, "no words", error);
    if (status != MDGAN_OK) {
        return status;
    }
    size_t n;
    const mdgan_keyword *const keyword = mdgan_keyword_list(&n);
    if (markdown) {
        print_markdown(keyword, n);
    } else {
        print_text(keyword, n);
    }
    return MDGAN_OK;
}

const command command_keywords = {
    .name = "keywords",
    .synopsis = "[--markdown]",
    .summary = "List the keywords of training and emission",
    .details = "      --markdown      print the table of docs/keywords.md\n",
    .run = run,
};
