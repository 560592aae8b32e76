/* SPDX-License-Identifier: BSD-3-Clause */
/** @file
 * Status codes and error texts of every mdgan call.
 *
 * Every fallible function returns an ::mdgan_status and takes an ::mdgan_error as its last argument.
 * The caller owns the error; it may be NULL. On success it is left untouched; on failure its text says
 * what went wrong, where, and what to do about it. No library function exits, aborts or prints.
 */
#ifndef MDGAN_STATUS_H
#define MDGAN_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

/** One row per status: name, value (never renumbered), short text. */
#define MDGAN_STATUS_LIST(X)                                                                                           \
    X(OK, 0, "success")                                                                                                \
    X(INVALID, 1, "invalid argument or keyword value")                                                                 \
    X(MEMORY, 2, "out of memory")                                                                                      \
    X(FILE, 3, "file cannot be read or written")                                                                       \
    X(FORMAT, 4, "file is not what it should be")                                                                      \
    X(VERSION, 5, "file or library of another version")                                                                \
    X(MISMATCH, 6, "model and feature do not belong together")                                                         \
    X(DATA, 7, "data not usable")                                                                                      \
    X(NUMERIC, 8, "numerical failure")                                                                                 \
    X(PARALLEL, 9, "failure on another rank or in MPI")                                                                \
    X(STATE, 10, "call out of order")                                                                                  \
    X(CANCELLED, 11, "stopped by the host")

typedef enum mdgan_status {
#define MDGAN_STATUS_ENUM(name, value, text) MDGAN_##name = (value),
    MDGAN_STATUS_LIST(MDGAN_STATUS_ENUM)
#undef MDGAN_STATUS_ENUM
} mdgan_status;

/** Text of a failure, owned by the caller. Always NUL-terminated after a failed call. */
typedef struct mdgan_error {
    char text[1024];
} mdgan_error;

/** Short text of a status ("success", ...); never NULL. */
const char *mdgan_status_text(mdgan_status status);

/** Writes a printf-style text into @p error (if not NULL) and returns @p status, so that failures are one line:
 * `return mdgan_fail(error, MDGAN_INVALID, "window %zu is not ...", m);` */
mdgan_status mdgan_fail(mdgan_error *error, mdgan_status status, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 3, 4)))
#endif
    ;

#ifdef __cplusplus
}
#endif
#endif
