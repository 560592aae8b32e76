/* SPDX-License-Identifier: BSD-3-Clause */
/* A command of the program: its words and its function. */
#ifndef MDGAN_CLI_COMMAND_H
#define MDGAN_CLI_COMMAND_H

#include <mdgan/status.h>

typedef struct command {
    const char *name;
    const char *synopsis; /* what follows the name on the command line */
    const char *summary;  /* one line */
    const char *details;  /* options and what is written, ends in a newline */
    /* argv[0] is the command's name. Prints results only when all went well. */
    mdgan_status (*run)(int argc, char **argv, mdgan_error *error);
} command;

#define COMMAND(name) extern const command command_##name;
#include "commands.def"
#undef COMMAND

#endif
