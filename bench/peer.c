/* SPDX-License-Identifier: BSD-3-Clause */
#include "peer.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Starts the program with its standard input and output at one end of a connection, whose other end is *descriptor. */
static mdgan_status start(const char *const *const words, pid_t *const child, int *const descriptor,
                          mdgan_error *const error)
{
    int ends[2];
    posix_spawn_file_actions_t actions;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
        return mdgan_fail(error, MDGAN_STATE, "cannot start '%s': %s", words[0], strerror(errno));
    }
    fcntl(ends[0], F_SETFD, FD_CLOEXEC); /* no child keeps the other end, or it would not see the end of its input */
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    int failed = posix_spawn_file_actions_init(&actions);
    if (!failed) {
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        /* posix_spawn() takes words that it does not change without const. */
        failed = posix_spawnp(child, words[0], &actions, NULL, (char *const *)words, environ);
        posix_spawn_file_actions_destroy(&actions);
    }
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

static int wait_for(const pid_t child)
{
    int result = 0;
    while (waitpid(child, &result, 0) < 0 && errno == EINTR) {
    }
    return result;
}

/* Takes the number after "key": out of a text. */
static mdgan_status find_number(const char *const text, const char *const key, const char *const program,
                                double *const number, mdgan_error *const error)
{
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    const char *const key_at = strstr(text, quoted), *const at = key_at ? key_at + strlen(quoted) : text;
    char *end = NULL;
    *number = strtod(at, &end);
    return key_at && end != at
               ? MDGAN_OK
               : mdgan_fail(error, MDGAN_STATE, "'%s' printed no %s: run it by hand to see why", program, quoted);
}

static const char *program_name(const char *const *const words)
{
    return words[1] ? words[1] : words[0];
}

mdgan_status peer_number(const char *const *const words, const char *const key, double *const number,
                         mdgan_error *const error)
{
    char text[4096];
    pid_t child = 0;
    int descriptor = -1;
    mdgan_status status = start(words, &child, &descriptor, error);
    if (status != MDGAN_OK) {
        return status;
    }
    shutdown(descriptor, SHUT_WR); /* nothing to read for it */
    read_all(descriptor, sizeof text, text);
    const int result = wait_for(child);
    return WIFEXITED(result) && WEXITSTATUS(result) == 0
               ? find_number(text, key, program_name(words), number, error)
               : mdgan_fail(error, MDGAN_STATE, "'%s' failed: run it by hand to see why", program_name(words));
}

struct peer_process {
    pid_t child;
    int descriptor;
    char name[256];
};

mdgan_status peer_start(peer_process **const out, const char *const *const words, mdgan_error *const error)
{
    peer_process *const p = calloc(1, sizeof *p);
    if (!p) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory to start '%s'", words[0]);
    }
    snprintf(p->name, sizeof p->name, "%s", program_name(words));
    const mdgan_status status = start(words, &p->child, &p->descriptor, error);
    if (status != MDGAN_OK) {
        free(p);
        return status;
    }
    *out = p;
    return MDGAN_OK;
}

/* Up to the end of a line; false if there is none. */
static bool read_line(const int descriptor, const size_t size, char *const text)
{
    for (size_t used = 0; used + 1 < size;) {
        const ssize_t n = read(descriptor, text + used, 1);
        if (n == 0 || (n < 0 && errno != EINTR)) {
            return false;
        }
        used += n > 0 ? 1 : 0;
        text[used] = '\0';
        if (n > 0 && text[used - 1] == '\n') {
            return true;
        }
    }
    return false;
}

mdgan_status peer_ask(peer_process *const p, const char *const question, const char *const key, double *const number,
                      mdgan_error *const error)
{
    char line[512];
    const size_t n = (size_t)snprintf(line, sizeof line, "%s\n", question);
    /* A peer that is gone would end this program by a signal. */
    if (send(p->descriptor, line, n, MSG_NOSIGNAL) != (ssize_t)n || !read_line(p->descriptor, sizeof line, line)) {
        return mdgan_fail(error, MDGAN_STATE, "'%s' does not answer: run it by hand to see why", p->name);
    }
    return find_number(line, key, p->name, number, error);
}

void peer_stop(peer_process *const p)
{
    if (p) {
        close(p->descriptor);
        wait_for(p->child);
        free(p);
    }
}
