/* SPDX-License-Identifier: BSD-3-Clause */
#include "text_output.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

mdgan_status text_output_open(text_output *out, const char *path, mdgan_error *error)
{
    static const char suffix[] = ".XXXXXX";
    *out = (text_output){.file = stdout, .path = path};
    if (!path) {
        return MDGAN_OK;
    }
    out->file = NULL;
    out->temporary = malloc(strlen(path) + sizeof suffix);
    if (!out->temporary) {
        return mdgan_fail(error, MDGAN_MEMORY, "out of memory");
    }
    strcpy(out->temporary, path);
    strcat(out->temporary, suffix);
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
        free(out->temporary);
        return status;
    }
    /* mkstemp makes private files; a result gets the permissions that any new file gets. */
    const mode_t mask = umask(0);
    umask(mask);
    (void)fchmod(descriptor, 0666 & ~mask);
    return MDGAN_OK;
}

mdgan_status text_output_close(text_output *out, mdgan_error *error)
{
    if (!out->path) {
        return MDGAN_OK;
    }
    const bool written = !ferror(out->file) && !fflush(out->file) && !fsync(fileno(out->file));
    const bool closed = !fclose(out->file);
    mdgan_status status = MDGAN_OK;
    if (!written || !closed || rename(out->temporary, out->path)) {
        status = mdgan_fail(error, MDGAN_FILE, "cannot write '%s': %s", out->path, strerror(errno));
        remove(out->temporary);
    }
    free(out->temporary);
    return status;
}

void text_output_abandon(text_output *out)
{
    if (out->path) {
        fclose(out->file);
        remove(out->temporary);
        free(out->temporary);
    }
}
