/* SPDX-License-Identifier: BSD-3-Clause */
/* What no keyword can be checked for alone: the window, keywords that exclude each other, files. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

mdgan_status config_window_check(size_t window, const char *text, mdgan_error *error)
{
    if (mdgan_window_fits(window)) {
        return MDGAN_OK;
    }
    size_t below = window < MDGAN_WINDOW_MAX ? window : MDGAN_WINDOW_MAX;
    size_t above = window > MDGAN_WINDOW_MIN ? window : MDGAN_WINDOW_MIN;
    while (below >= MDGAN_WINDOW_MIN && !mdgan_window_fits(below)) {
        below--;
    }
    while (above <= MDGAN_WINDOW_MAX && !mdgan_window_fits(above)) {
        above++;
    }
    char nearest[64];
    if (below < MDGAN_WINDOW_MIN) {
        snprintf(nearest, sizeof nearest, "the smallest that fits is %zu", above);
    } else if (above > MDGAN_WINDOW_MAX) {
        snprintf(nearest, sizeof nearest, "the largest that fits is %zu", below);
    } else {
        snprintf(nearest, sizeof nearest, "the nearest that fit are %zu and %zu", below, above);
    }
    return mdgan_fail(error, MDGAN_INVALID,
                      "window M got '%.40s': must be a product of 2, 3, 5 and 7 from %d to %d; %s", text,
                      MDGAN_WINDOW_MIN, MDGAN_WINDOW_MAX, nearest);
}

mdgan_status mdgan_config_set_window(mdgan_config *config, const char *text, mdgan_error *error)
{
    unsigned long long value = 0;
    if (config == NULL || text == NULL) {
        return mdgan_fail(error, MDGAN_INVALID, "window M got no value: give the frames per window, e.g. 64");
    }
    if (!config_parse_whole(text, &value)) {
        return mdgan_fail(error, MDGAN_INVALID,
                          "window M got '%.40s': must be a whole number, a product of 2, 3, 5 and 7 from %d to %d",
                          text, MDGAN_WINDOW_MIN, MDGAN_WINDOW_MAX);
    }
    const mdgan_status status = config_window_check((size_t)value, text, error);
    if (status == MDGAN_OK) {
        config->window = (size_t)value;
    }
    return status;
}

/* Directory part of @p path, "." if there is none, "/" for the root. */
static void directory_of(const char *path, char directory[MDGAN_PATH_LENGTH])
{
    const char *const slash = strrchr(path, '/');
    const size_t n = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
    snprintf(directory, MDGAN_PATH_LENGTH, "%.*s", n == 0 ? 1 : (int)n, n == 0 ? "." : path);
}

static bool is_directory(const char *path)
{
    struct stat entry;
    return stat(path, &entry) == 0 && S_ISDIR(entry.st_mode);
}

/* Found out now rather than after hours of simulation. */
static mdgan_status check_output(const char *keyword, const char *path, mdgan_error *error)
{
    char directory[MDGAN_PATH_LENGTH];
    if (path[0] == '\0') {
        return MDGAN_OK;
    }
    directory_of(path, directory);
    if (!is_directory(directory)) {
        return mdgan_fail(error, MDGAN_INVALID,
                          "keyword '%s' got '%.300s': there is no directory '%.300s'; create it first", keyword, path,
                          directory);
    }
    if (is_directory(path)) {
        return mdgan_fail(error, MDGAN_INVALID, "keyword '%s' got '%.300s': that is a directory; name a file in it",
                          keyword, path);
    }
    struct stat entry;
    if (stat(path, &entry) == 0 && !S_ISREG(entry.st_mode)) {
        return mdgan_fail(error, MDGAN_INVALID, "keyword '%s' got '%.300s': that is a device or pipe; name a file",
                          keyword, path);
    }
    if (access(directory, W_OK | X_OK) != 0) {
        return mdgan_fail(error, MDGAN_INVALID,
                          "keyword '%s' got '%.300s': directory '%.300s' is not writable; choose another or change its "
                          "permissions",
                          keyword, path, directory);
    }
    return MDGAN_OK;
}

static mdgan_status check_input(const char *keyword, const char *path, mdgan_error *error)
{
    if (path[0] == '\0') {
        return MDGAN_OK;
    }
    if (access(path, F_OK) != 0) {
        return mdgan_fail(error, MDGAN_FILE, "keyword '%s' got '%.300s': there is no such file", keyword, path);
    }
    if (is_directory(path) || access(path, R_OK) != 0) {
        return mdgan_fail(error, MDGAN_FILE,
                          "keyword '%s' got '%.300s': not a readable file; check the name and its permissions", keyword,
                          path);
    }
    return MDGAN_OK;
}

static const char *name_in_directory(const char *path)
{
    const char *const slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static bool is_same_entry(const char *a, const char *b)
{
    struct stat one, other;
    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

bool mdgan_file_is_same(const char *a, const char *b)
{
    if (a == NULL || b == NULL || a[0] == '\0' || b[0] == '\0') {
        return false;
    }
    char one[MDGAN_PATH_LENGTH], other[MDGAN_PATH_LENGTH];
    directory_of(a, one);
    directory_of(b, other);
    return is_same_entry(a, b) ||
           (strcmp(name_in_directory(a), name_in_directory(b)) == 0 && is_same_entry(one, other));
}

mdgan_status mdgan_expect_other_file(const char *output, const char *input, mdgan_error *error)
{
    if (mdgan_file_is_same(output, input)) {
        return mdgan_fail(error, MDGAN_INVALID, "'%s' is both read and written: name another output", output);
    }
    return MDGAN_OK;
}

mdgan_status config_expect_other(const mdgan_config *config, const unsigned kinds, const char *path, mdgan_error *error)
{
    const struct {
        config_file kind;
        const char *keyword, *path;
    } files[] = {{CONFIG_MODEL, "load", config->load},
                 {CONFIG_MODEL, "resume", config->resume},
                 {CONFIG_MODEL, "save", config->save},
                 {CONFIG_WINDOWS, "data", config->data}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if ((files[i].kind & kinds) != 0 && mdgan_file_is_same(files[i].path, path)) {
            return mdgan_fail(error, MDGAN_INVALID, "'%.300s' is the file of keyword '%s': name another output", path,
                              files[i].keyword);
        }
    }
    return MDGAN_OK;
}

/* With `load` there is no training, so what a training reads or writes cannot be meant. */
static mdgan_status check_load(const mdgan_config *config, mdgan_error *error)
{
    const char *const other = config->save[0] != '\0'               ? "save"
                              : config->data[0] != '\0'             ? "data"
                              : config->resume[0] != '\0'           ? "resume"
                              : config->overlap != MDGAN_OVERLAP_NO ? "overlap"
                                                                    : NULL;
    if (config->load[0] != '\0' && other != NULL) {
        return mdgan_fail(error, MDGAN_INVALID,
                          "keywords 'load' and '%s' exclude each other: with load nothing is collected or trained; "
                          "leave one of them out",
                          other);
    }
    if (config->resume[0] != '\0' && config->overlap != MDGAN_OVERLAP_NO) {
        return mdgan_fail(error, MDGAN_INVALID,
                          "keywords 'resume' and 'overlap' exclude each other: a training beside the run begins anew; "
                          "leave one of them out");
    }
    const mdgan_status status = check_input("load", config->load, error);
    return status == MDGAN_OK ? check_input("resume", config->resume, error) : status;
}

static mdgan_status check_latent(const mdgan_config *config, mdgan_error *error)
{
    if (config->latent == MDGAN_AUTO_INT ||
        mdgan_latent_fits((mdgan_init)config->init, config->latent, config->window)) {
        return MDGAN_OK;
    }
    if (config->init == MDGAN_INIT_RANDOM) {
        return mdgan_fail(error, MDGAN_INVALID,
                          "keyword 'latent' got '0': with 'init random' the width of z must be at least 1; only "
                          "'init linear' chooses it from the data");
    }
    enum { LATENT_MAX = 256 }; /* of the keyword */
    char possible[128] = "";
    for (size_t latent = 1, used = 0; latent <= LATENT_MAX && used < sizeof possible; latent++) {
        if (mdgan_latent_fits(MDGAN_INIT_LINEAR, latent, config->window)) {
            used += (size_t)snprintf(possible + used, sizeof possible - used, "%zu, ", latent);
        }
    }
    return mdgan_fail(
        error, MDGAN_INVALID,
        "keyword 'latent' got '%zu': with 'init linear' and M = %zu the states per component can be %sor 0 "
        "for the number that the data choose",
        config->latent, config->window, possible);
}

static mdgan_status check_numbers(const mdgan_config *config, mdgan_error *error)
{
    if (config->batch != MDGAN_AUTO_INT && config->batch % 4 != 0) {
        return mdgan_fail(error, MDGAN_INVALID, "keyword 'batch' got '%zu': must be a multiple of 4, e.g. %zu",
                          config->batch, (config->batch + 3) / 4 * 4);
    }
    return check_latent(config, error);
}

/* @p model: keyword of a model, whose file is @p path. */
static mdgan_status check_two_files(const mdgan_config *config, const char *model, const char *path, mdgan_error *error)
{
    if (!mdgan_file_is_same(path, config->data)) {
        return MDGAN_OK;
    }
    return mdgan_fail(error, MDGAN_INVALID,
                      "keywords '%s' and 'data' both name '%.300s': model and windows need two files", model, path);
}

mdgan_status mdgan_config_check(const mdgan_config *config, mdgan_error *error)
{
    if (config == NULL || config->size != sizeof *config) {
        return mdgan_fail(error, MDGAN_INVALID,
                          "mdgan_config has another size than this library's: start from mdgan_config_defaults() and "
                          "build host and library from one version");
    }
    char window[32];
    snprintf(window, sizeof window, "%zu", config->window);
    mdgan_status status = config_window_check(config->window, window, error);
    if (status == MDGAN_OK) {
        status = check_numbers(config, error);
    }
    if (status == MDGAN_OK) {
        status = check_load(config, error);
    }
    if (status == MDGAN_OK) {
        status = check_output("save", config->save, error);
    }
    if (status == MDGAN_OK) {
        status = check_output("data", config->data, error);
    }
    if (status == MDGAN_OK) {
        status = check_two_files(config, "save", config->save, error);
    }
    return status == MDGAN_OK ? check_two_files(config, "resume", config->resume, error) : status;
}

/* Of the keywords `isotropic` and `reversible`. */
enum { AUTO = 0, YES = 1 };

bool config_isotropy_is_default(const mdgan_config *config)
{
    return config->isotropic == AUTO;
}

mdgan_status config_feature(const mdgan_config *config, mdgan_feature *feature, mdgan_error *error)
{
    if (config->isotropic != AUTO) {
        feature->isotropic = config->isotropic == YES;
    }
    if (config->reversible != AUTO) {
        feature->reversible = config->reversible == YES;
    }
    if (config->isotropic == YES && feature->n_component % 3 != 0) {
        return mdgan_fail(error, MDGAN_INVALID,
                          "keyword 'isotropic' got 'yes': feature '%s' has %zu components, not x,y,z triplets; use "
                          "'isotropic no'",
                          feature->name, feature->n_component);
    }
    return mdgan_feature_check(feature, error);
}
