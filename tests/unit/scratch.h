/* SPDX-License-Identifier: BSD-3-Clause */
/* A directory of its own for tests that write files. */
#ifndef MDGAN_TEST_SCRATCH_H
#define MDGAN_TEST_SCRATCH_H

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SCRATCH_LENGTH = 512 };

typedef struct scratch {
    char directory[SCRATCH_LENGTH / 2];
    char path[SCRATCH_LENGTH]; /* of the last scratch_path() */
} scratch;

static inline const char *scratch_path(scratch *s, const char *name)
{
    snprintf(s->path, sizeof s->path, "%s/%s", s->directory, name);
    return s->path;
}

/* Files in the directory. */
static inline size_t scratch_count(const scratch *s)
{
    size_t n = 0;
    DIR *const directory = opendir(s->directory);
    while (directory && readdir(directory)) {
        n++;
    }
    if (directory) {
        closedir(directory);
    }
    return n - 2; /* "." and ".." */
}

static inline int scratch_setup(void **const state)
{
    const char *const parent = getenv("TMPDIR");
    scratch *const s = calloc(1, sizeof *s);
    snprintf(s->directory, sizeof s->directory, "%s/mdgan-test-XXXXXX", parent ? parent : "/tmp");
    *state = s;
    return mkdtemp(s->directory) ? 0 : -1;
}

static inline int scratch_teardown(void **const state)
{
    scratch *const s = *state;
    DIR *const directory = opendir(s->directory);
    struct dirent *entry;
    while (directory && (entry = readdir(directory))) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            remove(scratch_path(s, entry->d_name));
        }
    }
    if (directory) {
        closedir(directory);
    }
    rmdir(s->directory);
    free(s);
    return 0;
}

/* Cuts a file to its first @p n_byte bytes; returns the old length. */
static inline long scratch_truncate(const char *path, long n_byte)
{
    struct stat found;
    if (stat(path, &found) || truncate(path, n_byte)) {
        return -1;
    }
    return (long)found.st_size;
}

static inline void scratch_text(const char *path, const char *text)
{
    FILE *const file = fopen(path, "w");
    if (file) {
        fputs(text, file);
        fclose(file);
    }
}

#endif
