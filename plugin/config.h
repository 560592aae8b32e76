/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of the plugin share about keywords. */
#ifndef MDGAN_PLUGIN_CONFIG_H
#define MDGAN_PLUGIN_CONFIG_H

#include <stdbool.h>

#include <mdgan/plugin.h>

/* Digits only, no sign, no blanks, no exponent: "1e3" or "7x" as a count is more often a slip than a wish. */
bool config_parse_whole(const char *text, unsigned long long *value);

/* MDGAN_INVALID unless M fits; @p text: as the user wrote it. */
mdgan_status config_window_check(size_t window, const char *text, mdgan_error *error);

/* What keywords name files of. */
typedef enum config_file { CONFIG_MODEL = 1, CONFIG_WINDOWS = 2 } config_file;

/* MDGAN_INVALID if an output named @p path would take the place of a file that a keyword names; @p kinds: sum of those
 * that it must not be. */
mdgan_status config_expect_other(const mdgan_config *config, unsigned kinds, const char *path, mdgan_error *error);

/* The training's own defaults, overridden by every keyword that was given. */
mdgan_train_config config_training(const mdgan_config *config);

/* The feature as the keywords `isotropic` and `reversible` want it. MDGAN_INVALID if they ask for what it cannot be. */
mdgan_status config_feature(const mdgan_config *config, mdgan_feature *feature, mdgan_error *error);
/* Whether the user has left `isotropic` to the feature. */
bool config_isotropy_is_default(const mdgan_config *config);

#endif
