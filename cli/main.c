/* SPDX-License-Identifier: BSD-3-Clause */
/* Dispatch: finds the command, runs it, turns its error into one line and the exit status 1. */
#include <fcntl.h>
#include <mdgan/kernel.h>
#include <mdgan/version.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

static const command *const commands[] = {
#define COMMAND(name) &command_##name,
#include "commands.def"
#undef COMMAND
};

enum { N_COMMAND = sizeof commands / sizeof commands[0] };

static const command *find_command(const char *name)
{
    for (size_t i = 0; i < N_COMMAND; i++) {
        if (!strcmp(commands[i]->name, name)) {
            return commands[i];
        }
    }
    return NULL;
}

static void print_overview(FILE *file)
{
    fputs("usage: mdgan COMMAND ...\n\nSurrogate time series for molecular dynamics.\n\ncommands:\n", file);
    for (size_t i = 0; i < N_COMMAND; i++) {
        fprintf(file, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    }
    fputs("  help       explain a command: mdgan help COMMAND\n\n      --version  print the version\n", file);
}

static void print_command_help(const command *c)
{
    printf("usage: mdgan %s %s\n\n%s.\n\n%s", c->name, c->synopsis, c->summary, c->details);
}

static int unknown_command(const char *name)
{
    fprintf(stderr, "mdgan: unknown command '%s': `mdgan help` lists them\n", name);
    return EXIT_FAILURE;
}

static int help(const char *name)
{
    if (!name) {
        print_overview(stdout);
        return EXIT_SUCCESS;
    }
    const command *const c = find_command(name);
    if (!c) {
        return unknown_command(name);
    }
    print_command_help(c);
    return EXIT_SUCCESS;
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
            return true;
        }
    }
    return false;
}

static int run_command(const command *c, int argc, char **argv)
{
    if (asks_for_help(argc, argv)) {
        print_command_help(c);
        return EXIT_SUCCESS;
    }
    mdgan_error error = {{0}};
    const mdgan_status status = c->run(argc, argv, &error);
    if (status != MDGAN_OK) {
        fprintf(stderr, "mdgan %s: %s\n", c->name, error.text[0] ? error.text : mdgan_status_text(status));
        return EXIT_FAILURE;
    }
    /* A full disk shows up here at the latest: results on stdout must not get lost without a word. */
    if (fflush(stdout) || ferror(stdout)) {
        fprintf(stderr, "mdgan %s: cannot write to standard output\n", c->name);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

/* Whoever closed a standard stream would else have an output file in its place, and messages in that file. Each is
 * opened such that using it fails, as before. */
static void occupy_streams(void)
{
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++) {
        if (fcntl(stream, F_GETFD) < 0) {
            (void)open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        }
    }
}

int main(int argc, char **argv)
{
    occupy_streams();
    if (argc < 2) {
        print_overview(stderr);
        return EXIT_FAILURE;
    }
    const char *const name = argv[1];
    if (!strcmp(name, "--version")) {
        printf("mdgan %s\n", mdgan_version());
        return EXIT_SUCCESS;
    }
    if (!strcmp(name, "help") || !strcmp(name, "--help") || !strcmp(name, "-h")) {
        return help(argc > 2 ? argv[2] : NULL);
    }
    /* A file larger than `ulimit -f` is an error like a full disk, which is told of and cleaned up after. */
    signal(SIGXFSZ, SIG_IGN);
    mdgan_kernel_select(argv);
    const command *const c = find_command(name);
    return c ? run_command(c, argc - 1, argv + 1) : unknown_command(name);
}
