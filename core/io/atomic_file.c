/* SPDX-License-Identifier: BSD-3-Clause */
#include "io/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_ATTEMPTS = 100, SUFFIX_LENGTH = 40 };

/* Directory part of a path, "." if there is none. */
static char *directory_of(const char *const path)
{
    const char *const slash = strrchr(path, '/');
    if (!slash) {
        return strdup(".");
    }
    return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

static mdgan_status write_fail(const char *const path, const int code, mdgan_error *const error)
{
    const bool full = code == ENOSPC || code == EDQUOT || code == EFBIG;
    return mdgan_fail(error, MDGAN_FILE, "cannot write '%s': %s; %s", path, strerror(code),
                      full ? "free some space or choose another place" : "choose a place that can be written");
}

static mdgan_status read_fail(const char *const path, const int code, mdgan_error *const error)
{
    return mdgan_fail(error, MDGAN_FILE, "cannot read '%s': %s; check the name and the permissions", path,
                      strerror(code));
}

/* What keeps a temporary file from being created, in words. */
static mdgan_status begin_fail(const char *const path, const char *const directory, const int code,
                               mdgan_error *const error)
{
    struct stat found;
    if (stat(directory, &found) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
        return mdgan_fail(error, MDGAN_FILE,
                          "cannot write '%s': directory '%s' does not exist; create it or choose another path", path,
                          directory);
    }
    if (code == EACCES || code == EPERM || code == EROFS) {
        return mdgan_fail(error, MDGAN_FILE,
                          "cannot write '%s': directory '%s' is not writable (%s); change its permissions or choose "
                          "another path",
                          path, directory, strerror(code));
    }
    return write_fail(path, code, error);
}

/* Creates the temporary file under a name nobody uses, with the permissions the user's umask gives (mkstemp would make
 * it private). Returns 0 or an errno. */
static int create_temporary(atomic_file *const file)
{
    const size_t capacity = strlen(file->path) + SUFFIX_LENGTH;
    file->temporary = malloc(capacity);
    if (!file->temporary) {
        return ENOMEM;
    }
    for (int attempt = 0; attempt < NAME_ATTEMPTS; attempt++) {
        snprintf(file->temporary, capacity, "%s.tmp-%ld-%d", file->path, (long)getpid(), attempt);
        const int descriptor = open(file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor >= 0) {
            close(descriptor);
            return 0;
        }
        if (errno != EEXIST) {
            break;
        }
    }
    const int code = errno;
    free(file->temporary);
    file->temporary = NULL;
    return code;
}

/* What a link names, seen from where the link is; NULL without memory, or if it is none. */
static char *read_link(const char *const path)
{
    enum { LENGTH_MAX = 4096 };
    char name[LENGTH_MAX];
    const ssize_t n = readlink(path, name, sizeof name - 1);
    if (n <= 0) {
        return NULL;
    }
    name[n] = '\0';
    const char *const slash = name[0] == '/' ? NULL : strrchr(path, '/');
    const size_t before = slash ? (size_t)(slash - path) + 1 : 0;
    char *const target = malloc(before + (size_t)n + 1);
    if (target) {
        memcpy(target, path, before);
        strcpy(target + before, name);
    }
    return target;
}

/* What a link points to is replaced where it lies, or made there, and the link stays: outputs are often linked to
 * another disk. */
static char *target_of(const char *const path)
{
    enum { LINKS_MAX = 40 };
    struct stat found;
    char *target = strdup(path);
    for (int i = 0; target && i < LINKS_MAX && lstat(target, &found) == 0 && S_ISLNK(found.st_mode); i++) {
        char *const next = read_link(target);
        free(target);
        target = next;
    }
    return target;
}

/* Where standard output or error go must not be replaced by another file: what is written there would be lost. */
static bool is_open_stream(const struct stat *const file)
{
    for (int stream = STDOUT_FILENO; stream <= STDERR_FILENO; stream++) {
        struct stat open_file;
        if (fstat(stream, &open_file) == 0 && open_file.st_dev == file->st_dev && open_file.st_ino == file->st_ino) {
            return true;
        }
    }
    return false;
}

mdgan_status atomic_file_begin(atomic_file *const file, const char *const path, mdgan_error *const error)
{
    *file = (atomic_file){0};
    struct stat found;
    if (!path[0]) {
        return mdgan_fail(error, MDGAN_FILE, "cannot write a file without a name; give a path");
    }
    const bool exists = stat(path, &found) == 0;
    if (!exists && errno == ELOOP) {
        return write_fail(path, ELOOP, error);
    }
    /* Renaming would replace a device or be refused for a directory. */
    if (exists && !S_ISREG(found.st_mode)) {
        return mdgan_fail(error, MDGAN_FILE, "cannot write '%s': it is %s, not a regular file; choose another path",
                          path, S_ISDIR(found.st_mode) ? "a directory" : "a device or pipe");
    }
    if (exists && is_open_stream(&found)) {
        return mdgan_fail(error, MDGAN_FILE,
                          "cannot write '%s': standard output or error goes there; choose another path", path);
    }
    file->path = target_of(path);
    char *const directory = file->path ? directory_of(file->path) : NULL;
    mdgan_status status = MDGAN_OK;
    if (!file->path || !directory) {
        status = mdgan_fail(error, MDGAN_MEMORY, "no memory to write '%s'", path);
    } else {
        const int code = create_temporary(file);
        if (code) {
            status = begin_fail(path, directory, code, error);
        }
    }
    free(directory);
    if (status != MDGAN_OK) {
        atomic_file_discard(file);
    }
    return status;
}

/* Returns 0 or an errno. */
static int sync_path(const char *const path, const int flags)
{
    const int descriptor = open(path, flags | O_CLOEXEC);
    if (descriptor < 0) {
        return errno;
    }
    const int code = fsync(descriptor) ? errno : 0;
    close(descriptor);
    return code;
}

mdgan_status atomic_file_commit(atomic_file *const file, mdgan_error *const error)
{
    char *const directory = directory_of(file->path);
    int code = directory ? sync_path(file->temporary, O_WRONLY) : ENOMEM;
    if (!code && rename(file->temporary, file->path)) {
        code = errno;
    }
    const mdgan_status status = code ? write_fail(file->path, code, error) : MDGAN_OK;
    if (status == MDGAN_OK) {
        /* Some file systems cannot sync a directory; the file is whole all the same. */
        (void)sync_path(directory, O_RDONLY | O_DIRECTORY);
        free(file->temporary);
        file->temporary = NULL;
    }
    free(directory);
    atomic_file_discard(file);
    return status;
}

void atomic_file_discard(atomic_file *const file)
{
    if (file->temporary) {
        unlink(file->temporary);
    }
    free(file->temporary);
    free(file->path);
    *file = (atomic_file){0};
}

/* Returns 0 or an errno. */
static int write_bytes(const char *const path, const char *bytes, size_t n_byte)
{
    const int descriptor = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    if (descriptor < 0) {
        return errno;
    }
    int code = 0;
    while (n_byte && !code) {
        const ssize_t written = write(descriptor, bytes, n_byte);
        if (written > 0) {
            bytes += written;
            n_byte -= (size_t)written;
        } else if (written == 0 || errno != EINTR) {
            code = written == 0 ? EIO : errno;
        }
    }
    /* Network file systems report a full disk as late as here. */
    if (close(descriptor) && !code) {
        code = errno;
    }
    return code;
}

mdgan_status atomic_file_probe(const atomic_file *const file, const size_t n_byte, mdgan_error *const error)
{
    char *const zeros = calloc(n_byte, 1);
    const int code = zeros ? write_bytes(file->temporary, zeros, n_byte) : ENOMEM;
    free(zeros);
    return code ? write_fail(file->path, code, error) : MDGAN_OK;
}

mdgan_status atomic_file_write(const char *const path, const void *const bytes, const size_t n_byte,
                               mdgan_error *const error)
{
    atomic_file file;
    mdgan_status status = atomic_file_begin(&file, path, error);
    if (status != MDGAN_OK) {
        return status;
    }
    const int code = write_bytes(file.temporary, bytes, n_byte);
    if (!code) {
        return atomic_file_commit(&file, error);
    }
    status = write_fail(path, code, error);
    atomic_file_discard(&file);
    return status;
}

/* Opens a regular file for reading; its length goes to @p n_byte. Returns -1 on failure. */
static int open_regular(const char *const path, size_t *const n_byte, mdgan_error *const error)
{
    struct stat found;
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0 || fstat(descriptor, &found)) {
        read_fail(path, errno, error);
    } else if (!S_ISREG(found.st_mode)) {
        mdgan_fail(error, MDGAN_FILE, "cannot read '%s': it is not a regular file; give the path of a file", path);
    } else {
        *n_byte = (size_t)found.st_size;
        return descriptor;
    }
    if (descriptor >= 0) {
        close(descriptor);
    }
    return -1;
}

mdgan_status file_check(const char *const path, mdgan_error *const error)
{
    size_t n_byte;
    const int descriptor = open_regular(path, &n_byte, error);
    if (descriptor < 0) {
        return MDGAN_FILE;
    }
    close(descriptor);
    return MDGAN_OK;
}

/* Returns 0 or an errno. */
static int read_bytes(const int descriptor, char *bytes, size_t n_byte)
{
    while (n_byte) {
        const ssize_t got = read(descriptor, bytes, n_byte);
        if (got == 0) {
            return EIO;
        }
        if (got < 0 && errno != EINTR) {
            return errno;
        }
        if (got > 0) {
            bytes += got;
            n_byte -= (size_t)got;
        }
    }
    return 0;
}

mdgan_status file_read(const char *const path, void **const bytes, size_t *const n_byte, mdgan_error *const error)
{
    *bytes = NULL;
    const int descriptor = open_regular(path, n_byte, error);
    if (descriptor < 0) {
        return MDGAN_FILE;
    }
    *bytes = malloc(*n_byte ? *n_byte : 1);
    const int code = *bytes ? read_bytes(descriptor, *bytes, *n_byte) : ENOMEM;
    close(descriptor);
    if (!code) {
        return MDGAN_OK;
    }
    free(*bytes);
    *bytes = NULL;
    if (code == ENOMEM) {
        return mdgan_fail(error, MDGAN_MEMORY, "no memory for the %zu bytes of '%s'", *n_byte, path);
    }
    return read_fail(path, code, error);
}
