/* SPDX-License-Identifier: BSD-3-Clause */
#include "text_output.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The names of the result, a link's being that of what it points to, and of the temporary file beside it. */
static bool name_files(text_output *const out)
{
    static const char suffix[] = ".XXXXXX";
    char *const found = realpath(out->path, NULL);
    out->target = found ? found : strdup(out->path);
    out->temporary = out->target ? malloc(strlen(out->target) + sizeof suffix) : NULL;
    if (!out->temporary) {
        return false;
    }
    strcpy(out->temporary, out->target);
    strcat(out->temporary, suffix);
    return true;
}

static void forget_names(text_output *const out)
{
    free(out->target);
    free(out->temporary);
    out->target = out->temporary = NULL;
}

/* Standard output or error anew, if it goes into this file: replacing that would take along what is there. */
static FILE *open_stream(const struct stat *const file)
{
    for (int stream = STDOUT_FILENO; stream <= STDERR_FILENO; stream++) {
        struct stat found;
        if (fstat(stream, &found) == 0 && found.st_dev == file->st_dev && found.st_ino == file->st_ino) {
            const int copy = dup(stream);
            return copy >= 0 ? fdopen(copy, "w") : NULL;
        }
    }
    return NULL;
}

mdgan_status text_output_open(text_output *out, const char *path, mdgan_error *error)
{
    *out = (text_output){.file = stdout, .path = path};
    if (!path) {
        return MDGAN_OK;
    }
    struct stat found;
    const bool exists = stat(path, &found) == 0;
    if (exists && S_ISDIR(found.st_mode)) { /* renaming would fail in the end */
        return mdgan_fail(error, MDGAN_FILE, "cannot write '%s': it is a directory; name a file", path);
    }
    if (exists && (out->file = open_stream(&found)) != NULL) {
        return MDGAN_OK;
    }
    if (exists && !S_ISREG(found.st_mode)) { /* a device or a pipe, whose place renaming would take */
        out->file = fopen(path, "w");
        return out->file ? MDGAN_OK : mdgan_fail(error, MDGAN_FILE, "cannot write '%s': %s", path, strerror(errno));
    }
    out->file = NULL;
    if (!name_files(out)) {
        forget_names(out);
        return mdgan_fail(error, MDGAN_MEMORY, "out of memory");
    }
    const int descriptor = mkstemp(out->temporary);
    if (descriptor >= 0) {
        out->file = fdopen(descriptor, "w");
    }
    if (out->file == NULL) {
        const mdgan_status status =
            mdgan_fail(error, MDGAN_FILE, "cannot write '%s': %s: name a file in a directory you may write to", path,
                       strerror(errno));
        if (descriptor >= 0) {
            close(descriptor);
            remove(out->temporary);
        }
        forget_names(out);
        return status;
    }
    /* mkstemp makes private files; a result gets the permissions that any new file gets. */
    const mode_t mask = umask(0);
    umask(mask);
    (void)fchmod(descriptor, 0666 & ~mask);
    return MDGAN_OK;
}

static void text_output_remove(const text_output *const out)
{
    if (out->temporary) {
        remove(out->temporary);
    }
}

mdgan_status text_output_close(text_output *out, mdgan_error *error)
{
    if (!out->path) {
        return MDGAN_OK;
    }
    const bool in_place = !out->temporary;
    const bool written = !ferror(out->file) && !fflush(out->file) && (in_place || !fsync(fileno(out->file)));
    const bool closed = !fclose(out->file);
    mdgan_status status = MDGAN_OK;
    if (!written || !closed || (!in_place && rename(out->temporary, out->target))) {
        status = mdgan_fail(error, MDGAN_FILE, "cannot write '%s': %s", out->path, strerror(errno));
        text_output_remove(out);
    }
    forget_names(out);
    return status;
}

void text_output_abandon(text_output *out)
{
    if (out->path) {
        fclose(out->file);
        text_output_remove(out);
        forget_names(out);
    }
}
