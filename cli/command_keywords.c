/* SPDX-License-Identifier: BSD-3-Clause */
#include <mdgan/plugin.h>
#include <stdio.h>
#include <string.h>

#include "arguments.h"
#include "command.h"

static void print_markdown(const mdgan_keyword *keyword, size_t n)
{
    puts("# Keywords\n\n"
         "The same in every host: `fix mdgan`, `mdgan train`. Made by `mdgan keywords --markdown` from\n"
         "`plugin/include/mdgan/config_keys.def`; a test compares the two.\n\n"
         "| keyword | type | default | range | unit | meaning |\n|---|---|---|---|---|---|");
    for (size_t i = 0; i < n; i++)
        printf("| `%s` | %s | %s | %s | %s | %s |\n", keyword[i].name, keyword[i].type, keyword[i].value,
               keyword[i].range, keyword[i].unit, keyword[i].help);
}

static void print_text(const mdgan_keyword *keyword, size_t n)
{
    size_t width = 0;
    for (size_t i = 0; i < n; i++)
        width = strlen(keyword[i].name) > width ? strlen(keyword[i].name) : width;
    for (size_t i = 0; i < n; i++) {
        printf("%-*s  %s", (int)width, keyword[i].name, keyword[i].help);
        printf(" [%s%s%s%s%s", keyword[i].range, keyword[i].unit[0] ? " " : "", keyword[i].unit,
               keyword[i].value[0] ? "; default " : "", keyword[i].value);
        puts("]");
    }
}

static mdgan_status run(int argc, char **argv, mdgan_error *error)
{
    static const struct option names[] = {{"markdown", no_argument, NULL, 'm'}, {0}};
    int markdown = 0;
    for (int letter; (letter = option_next(argc, argv, ":", names, error)) != OPTION_END;) {
        if (letter != 'm')
            return MDGAN_INVALID;
        markdown = 1;
    }
    const mdgan_status status = expect_words(argc, 0, 0, "no words", error);
    if (status)
        return status;
    size_t n;
    const mdgan_keyword *const keyword = mdgan_keyword_list(&n);
    if (markdown)
        print_markdown(keyword, n);
    else
        print_text(keyword, n);
    return MDGAN_OK;
}

const command command_keywords = {
    .name = "keywords",
    .synopsis = "[--markdown]",
    .summary = "List the keywords of training and emission",
    .details = "      --markdown      print the table of docs/keywords.md\n",
    .run = run,
};
