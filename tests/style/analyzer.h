/* SPDX-License-Identifier: BSD-3-Clause */
/* For clang-tidy only: its analyzer looks at one file at a time and cannot know that mdgan_fail() returns its status,
 * so it would follow paths on which a failure counts as success. */
#ifndef MDGAN_TESTS_ANALYZER_H
#define MDGAN_TESTS_ANALYZER_H

#include <mdgan/status.h>

#define mdgan_fail(error, status, ...) ((void)(mdgan_fail)(error, status, __VA_ARGS__), (status))

#endif
