/* SPDX-License-Identifier: BSD-3-Clause */
/* Files that appear whole or not at all. */
#ifndef MDGAN_IO_ATOMIC_FILE_H
#define MDGAN_IO_ATOMIC_FILE_H

#include <mdgan/status.h>
#include <stddef.h>

/* A target and the temporary file beside it. */
typedef struct atomic_file {
    char *path;
    char *temporary; /* exists until commit or discard */
} atomic_file;

/* Creates an empty temporary file in the directory of @p path. Errors: MDGAN_FILE (no such directory, not writable, not
 * a regular file), MDGAN_MEMORY; then nothing is left to discard. */
mdgan_status atomic_file_begin(atomic_file *file, const char *path, mdgan_error *error);

/* Makes sure that the temporary file can hold @p n_byte bytes, by writing zeros. Errors: MDGAN_FILE; it still is to be
 * discarded. */
mdgan_status atomic_file_probe(const atomic_file *file, size_t n_byte, mdgan_error *error);

/* Fsyncs the temporary file, gives it the final name and fsyncs the directory. On failure it is discarded. */
mdgan_status atomic_file_commit(atomic_file *file, mdgan_error *error);

/* Removes the temporary file; a zeroed struct is fine. */
void atomic_file_discard(atomic_file *file);

/* Writes @p bytes as a whole file: begin, write, commit. */
mdgan_status atomic_file_write(const char *path, const void *bytes, size_t n_byte, mdgan_error *error);

/* Checks that @p path is a regular file that can be opened. Errors: MDGAN_FILE. */
mdgan_status file_check(const char *path, mdgan_error *error);

/* Reads a whole file. The caller frees @p bytes. Errors: MDGAN_FILE, MDGAN_MEMORY. */
mdgan_status file_read(const char *path, void **bytes, size_t *n_byte, mdgan_error *error);

#endif
