/* SPDX-License-Identifier: BSD-3-Clause */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arguments.h"
#include "bench.h"
#include "command.h"
#include "text_output.h"

static const bench_case *const cases[] = {
#define BENCH_CASE(name) &bench_##name,
#include "cases.def"
#undef BENCH_CASE
};

enum { N_CASE = sizeof cases / sizeof *cases };

typedef struct arguments {
    const bench_case *which;
    const char *output;
    bench_request request;
    char peers[PATH_MAX];
} arguments;

/* Beside the program, built or installed: <prefix>/bin/mdgan, <prefix>/share/mdgan/peers. */
static void find_peers(char peers[PATH_MAX])
{
    static const char from_prefix[] = "/share/mdgan/peers";
    const ssize_t n = readlink("/proc/self/exe", peers, PATH_MAX - sizeof from_prefix);
    peers[n > 0 ? n : 0] = '\0';
    for (int i = 0; i < 2; i++) {
        char *const slash = strrchr(peers, '/');
        if (slash) {
            *slash = '\0';
        }
    }
    strcat(peers, from_prefix);
}

static mdgan_status find_case(const char *name, const bench_case **found, mdgan_error *error)
{
    char known[256] = "";
    for (size_t i = 0; i < N_CASE; i++) {
        if (!strcmp(cases[i]->name, name)) {
            *found = cases[i];
            return MDGAN_OK;
        }
        strncat(known, i > 0 ? ", " : "", sizeof known - strlen(known) - 1);
        strncat(known, cases[i]->name, sizeof known - strlen(known) - 1);
    }
    return mdgan_fail(error, MDGAN_INVALID, "unknown benchmark '%s': there are %s", name, known);
}

static mdgan_status parse(arguments *a, int argc, char **argv, mdgan_error *error)
{
    static const struct option names[] = {
        {"output", required_argument, NULL, 'o'}, {"json", no_argument, NULL, 'j'},
        {"seeds", required_argument, NULL, 's'},  {"peers", required_argument, NULL, 'p'},
        {"python", required_argument, NULL, 'y'}, {0}};
    *a = (arguments){.request = {.n_seed = 5, .python = "/usr/bin/python3", .log = stderr}};
    find_peers(a->peers);
    a->request.peers = a->peers;
    mdgan_status status = MDGAN_OK;
    for (int letter; status == MDGAN_OK && (letter = option_next(argc, argv, ":o:", names, error)) != OPTION_END;) {
        if (letter == 'o') {
            a->output = optarg;
        } else if (letter == 'j') {
            a->request.json = true;
        } else if (letter == 's') {
            status = parse_size("--seeds", optarg, 1, 1000, &a->request.n_seed, error);
        } else if (letter == 'p') {
            a->request.peers = optarg;
        } else if (letter == 'y') {
            a->request.python = optarg;
        } else {
            status = MDGAN_INVALID;
        }
    }
    if (status == MDGAN_OK) {
        status = expect_words(argc, 1, 0, "NAME", error);
    }
    return status != MDGAN_OK ? status : find_case(argv[optind], &a->which, error);
}

static mdgan_status run(int argc, char **argv, mdgan_error *error)
{
    arguments a;
    text_output out;
    mdgan_status status = parse(&a, argc, argv, error);
    if (status == MDGAN_OK) {
        status = text_output_open(&out, a.output, error);
    }
    if (status != MDGAN_OK) {
        return status;
    }
    a.request.out = out.file;
    status = a.which->run(&a.request, error);
    if (status != MDGAN_OK) {
        text_output_abandon(&out);
        return status;
    }
    return text_output_close(&out, error);
}

const command command_bench = {
    .name = "bench",
    .synopsis = "NAME [--json] [--seeds N] [-o FILE]",
    .summary = "Measure mdgan itself, against programs to compare with",
    .details =
        "NAME is\n"
        "  speed               training and emission: rates, share of what the processor can do, PyTorch beside it\n\n"
        "  -o, --output F      write the result there; default: standard output\n"
        "      --json          an array of objects instead of a table\n"
        "      --seeds N       repeat with seeds 1 .. N (default 5)\n"
        "      --peers DIR     folder of the Python programs to compare with (default: those of mdgan)\n"
        "      --python P      interpreter for them (default /usr/bin/python3; they need PyTorch and h5py)\n",
    .run = run,
};
