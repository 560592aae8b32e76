/* SPDX-License-Identifier: BSD-3-Clause */
#include "peer.h"

#include <errno.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Starts the program with its standard output in a pipe, whose other end is *descriptor. */
static mdgan_status start(const char *const *const words, pid_t *const child, int *const descriptor,
                          mdgan_error *const error)
{
    int ends[2];
    posix_spawn_file_actions_t actions;
    if (pipe(ends) != 0 || posix_spawn_file_actions_init(&actions) != 0) {
        return mdgan_fail(error, MDGAN_STATE, "cannot start '%s': %s", words[0], strerror(errno));
    }
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    /* posix_spawn() takes words that it does not change without const. */
    const int failed = posix_spawnp(child, words[0], &actions, NULL, (char *const *)words, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (failed) {
        close(ends[0]);
        return mdgan_fail(error, MDGAN_STATE, "cannot start '%s': %s", words[0], strerror(failed));
    }
    *descriptor = ends[0];
    return MDGAN_OK;
}

/* The start of what the program prints, as text. */
static void read_all(const int descriptor, const size_t size, char *const text)
{
    char rest[256];
    size_t used = 0;
    ssize_t n = 0;
    do {
        const bool room = used + 1 < size;
        n = room ? read(descriptor, text + used, size - used - 1) : read(descriptor, rest, sizeof rest);
        used += room && n > 0 ? (size_t)n : 0;
    } while (n > 0 || (n < 0 && errno == EINTR));
    text[used] = '\0';
    close(descriptor);
}

mdgan_status peer_number(const char *const *const words, const char *const key, double *const number,
                         mdgan_error *const error)
{
    char text[4096], quoted[64];
    pid_t child = 0;
    int descriptor = -1, result = 0;
    mdgan_status status = start(words, &child, &descriptor, error);
    if (status != MDGAN_OK) {
        return status;
    }
    read_all(descriptor, sizeof text, text);
    while (waitpid(child, &result, 0) < 0 && errno == EINTR) {
    }
    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    const char *const key_at = strstr(text, quoted), *const at = key_at ? key_at + strlen(quoted) : text;
    char *end = text;
    *number = strtod(at, &end);
    if (!WIFEXITED(result) || WEXITSTATUS(result) != 0 || !key_at || end == at) {
        return mdgan_fail(error, MDGAN_STATE, "'%s %s' printed no %s: run it by hand to see why", words[0],
                          words[1] ? words[1] : "", quoted);
    }
    return MDGAN_OK;
}
