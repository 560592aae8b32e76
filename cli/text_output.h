/* SPDX-License-Identifier: BSD-3-Clause */
/* Text results: to standard output, to a device or a pipe, or to a file that appears only when it is complete. */
#ifndef MDGAN_CLI_TEXT_OUTPUT_H
#define MDGAN_CLI_TEXT_OUTPUT_H

#include <mdgan/status.h>
#include <stdio.h>

typedef struct text_output {
    FILE *file;
    const char *path; /* borrowed; NULL: standard output */
    char *target;     /* what path links to, or path */
    char *temporary;  /* beside target; NULL: path is a device or a pipe, or there is none */
} text_output;

mdgan_status text_output_open(text_output *out, const char *path, mdgan_error *error);
/* Writes out, fsyncs and renames; on failure nothing is left behind. */
mdgan_status text_output_close(text_output *out, mdgan_error *error);
/* Leaves nothing behind. */
void text_output_abandon(text_output *out);

#endif
