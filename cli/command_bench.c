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

enum { N_CASE = sizeof cases / sizeof cases[0] };

typedef struct arguments {
    const bench_case *which;
    const char *output;
    bench_request request;
    char peers[PATH_MAX], data[PATH_MAX];
} arguments;

/* Beside the program, built or installed: <prefix>/bin/mdgan, <prefix>/share/mdgan/<name>. */
static void find_shared(const char *name, char path[PATH_MAX])
{
    static const char from_prefix[] = "/share/mdgan/";
    const ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - sizeof from_prefix - strlen(name));
    path[n > 0 ? n : 0] = '\0';
    for (int i = 0; i < 2; i++) {
        char *const slash = strrchr(path, '/');
        if (slash) {
            *slash = '\0';
        }
    }
    strcat(path, from_prefix);
    strcat(path, name);
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

static mdgan_status take_option(arguments *a, int letter, mdgan_error *error)
{
    switch (letter) {
    case 'o':
        a->output = optarg;
        return MDGAN_OK;
    case 'j':
        a->request.json = true;
        return MDGAN_OK;
    case 'c':
        a->request.curves = true;
        return MDGAN_OK;
    case 's':
        return parse_size("--seeds", optarg, 1, 1000, &a->request.n_seed, error);
    case 'f':
        return parse_size("--first", optarg, 1, 1000, &a->request.first_seed, error);
    case 't':
        return parse_size("--threads", optarg, 1, 1024, &a->request.threads, error);
    case 'r':
        a->request.rows = optarg;
        return bench_rows_check(optarg, error);
    case 'm':
        return parse_real("--minutes", optarg, 1e-3, 1e5, &a->request.minutes, error);
    case 'p':
        a->request.peers = optarg;
        return MDGAN_OK;
    case 'y':
        a->request.python = optarg;
        return MDGAN_OK;
    default:
        return MDGAN_INVALID; /* option_next() has written the reason */
    }
}

static mdgan_status parse(arguments *a, int argc, char **argv, mdgan_error *error)
{
    static const struct option names[] = {{"output", required_argument, NULL, 'o'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"seeds", required_argument, NULL, 's'},
                                          {"rows", required_argument, NULL, 'r'},
                                          {"minutes", required_argument, NULL, 'm'},
                                          {"peers", required_argument, NULL, 'p'},
                                          {"python", required_argument, NULL, 'y'},
                                          {"first", required_argument, NULL, 'f'},
                                          {"threads", required_argument, NULL, 't'},
                                          {"curves", no_argument, NULL, 'c'},
                                          {0}};
    *a = (arguments){.request = {.first_seed = 1, .n_seed = 5, .python = "/usr/bin/python3", .log = stderr}};
    find_shared("peers", a->peers);
    find_shared("bench", a->data);
    a->request.peers = a->peers;
    a->request.data = a->data;
    mdgan_status status = MDGAN_OK;
    for (int letter; status == MDGAN_OK && (letter = option_next(argc, argv, ":o:", names, error)) != OPTION_END;) {
        status = take_option(a, letter, error);
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
    .synopsis = "NAME [--json] [--seeds N] [--rows A,B,...] [--minutes T] [-o FILE]",
    .summary = "Measure mdgan itself, against programs to compare with",
    .details =
        "NAME is\n"
        "  speed               training and emission: rates, share of what the processor can do, PyTorch beside it\n"
        "  oscillator          a sine with noise, from 128 frames to 1,024 and to 100,352\n"
        "  diffusion           subdiffusion with a known displacement, from 128 frames to 50 windows\n"
        "  water               vibrational spectrum of O-H bonds, against 58 ps of simulation\n"
        "  polymer             displacement of chain centres in a melt of polyethylene\n\n"
        "  -o, --output F      write the result there; default: standard output\n"
        "      --json          an array of objects instead of a table\n"
        "      --curves        in these objects also points of curves, for pictures\n"
        "      --seeds N       repeat with N seeds (default 5)\n"
        "      --first S       the first of them (default 1); not for speed\n"
        "      --rows A,B,...  only these rows (default: all without a * below); not for speed\n"
        "      --minutes T     limit of each training, ten times as much for c-rnn-gan-10x; not for speed\n"
        "                      (default: mdgan's own limit, 5 for mdgan-paper)\n"
        "      --threads K     of each training and emission (default 2, or 1 on one processor); not for speed\n"
        "      --peers DIR     folder of the Python programs to compare with (default: those of mdgan)\n"
        "      --python P      interpreter for them (default /usr/bin/python3; they need PyTorch and h5py)\n\n"
        "Rows:\n"
        "  mdgan               as `mdgan train` does it\n"
        "  mdgan-paper         from random weights, z of width 16, as in the paper\n"
        "  linear              the linear start alone: iterations 0\n"
        "  burg-ar             Burg's autoregression of order 15/16 of 2M\n"
        "  burg-ar-3/4*        the same of order 3/4 of 2M; burg-ar-1/2*, burg-ar-1/4*\n"
        "  pair-gaussian       Gaussian windows, each given the one before\n"
        "  independent         windows of the data, drawn independently\n"
        "  naive               windows, each from the one before, by mdgan's networks without a latent variable "
        "(PyTorch),\n"
        "                      in chains of windows; naive-published* only from real windows to the next\n"
        "  c-rnn-gan           recurrent networks as published (Mogren 2016; PyTorch); c-rnn-gan-10x* learns ten "
        "times\n"
        "                      as long, c-rnn-gan-tuned* with Adam and a squared error besides\n"
        "  known-form          diffusion: the likeliest process of the right form, with two times to be found\n"
        "  known-times         diffusion: the same with the right times\n"
        "  floor               the reference against another part or another sample of itself\n",
    .run = run,
};
