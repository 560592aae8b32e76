/* SPDX-License-Identifier: BSD-3-Clause */
/* Keywords: everything here is driven by config_keys.def; no keyword is named in the parser itself. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Longer values are cut in messages, so that the remedy behind them is not lost. */
#define VALUE_FORMAT "%.80s"

typedef enum key_type { KEY_INT, KEY_REAL, KEY_WORD, KEY_TEXT } key_type;

/* What the parser needs beyond what the documentation shows of a keyword. */
typedef struct key_row {
    key_type type;
    size_t offset; /* of the field in mdgan_config */
    double min, max;
    bool automatic; /* has no fixed default: "auto" is accepted */
} key_row;

#define OFFSET(field) offsetof(mdgan_config, field)

static const key_row rows[] = {
#define INT(name, field, value, min, max, unit, help)  {KEY_INT, OFFSET(field), min, max, (value) == MDGAN_AUTO_INT},
#define REAL(name, field, value, min, max, unit, help) {KEY_REAL, OFFSET(field), min, max, (value) < 0},
#define WORD(name, field, value, choices, help)        {KEY_WORD, OFFSET(field), 0, 0, false},
#define TEXT(name, field, help)                        {KEY_TEXT, OFFSET(field), 0, 0, false},
#include <mdgan/config_keys.def>
#undef INT
#undef REAL
#undef WORD
#undef TEXT
};

static const mdgan_keyword keywords[] = {
#define INT(name, field, value, min, max, unit, help)                                                                  \
    {#name, "integer", (value) == MDGAN_AUTO_INT ? "auto" : #value, #min " to " #max, unit, help},
#define REAL(name, field, value, min, max, unit, help)                                                                 \
    {#name, "real", (value) < 0 ? "auto" : #value, #min " to " #max, unit, help},
#define WORD(name, field, value, choices, help) {#name, "word", value, choices, "", help},
#define TEXT(name, field, help)                 {#name, "file", "", "file name", "", help},
#include <mdgan/config_keys.def>
#undef INT
#undef REAL
#undef WORD
#undef TEXT
};

enum { N_KEYWORD = sizeof keywords / sizeof keywords[0] };

const mdgan_keyword *mdgan_keyword_list(size_t *n)
{
    *n = N_KEYWORD;
    return keywords;
}

/* Position of @p word among space-separated @p choices, or -1. */
static int word_index(const char *choices, const char *word)
{
    const size_t length = strlen(word);
    int index = 0;
    for (const char *at = choices; *at != '\0'; index++) {
        const size_t n = strcspn(at, " ");
        if (n == length && strncmp(at, word, n) == 0) {
            return index;
        }
        at += n;
        at += strspn(at, " ");
    }
    return -1;
}

mdgan_config mdgan_config_defaults(void)
{
    mdgan_config config = {.size = sizeof config};
#define INT(name, key, value, min, max, unit, help)  config.key = (value);
#define REAL(name, key, value, min, max, unit, help) config.key = (value);
#define WORD(name, key, value, choices, help)        config.key = word_index(choices, value);
#define TEXT(name, key, help)                        config.key[0] = '\0';
#include <mdgan/config_keys.def>
#undef INT
#undef REAL
#undef WORD
#undef TEXT
    return config;
}

bool config_parse_whole(const char *text, unsigned long long *value)
{
    if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0') {
        return false;
    }
    errno = 0;
    *value = strtoull(text, NULL, 10);
    return errno == 0;
}

/* Plain decimal notation only: strtod alone would take "nan", "inf", "0x1p3" and leading blanks. */
static bool parse_real(const char *text, double *value)
{
    if (text[0] == '\0' || text[strspn(text, "0123456789+-.eE")] != '\0') {
        return false;
    }
    char *end = NULL;
    *value = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*value);
}

static bool in_range(const key_row *row, double value)
{
    return value >= row->min && value <= row->max;
}

static mdgan_status set_int(const key_row *row, const mdgan_keyword *key, size_t *field, const char *text,
                            mdgan_error *error)
{
    unsigned long long value = 0;
    if (row->automatic && strcmp(text, "auto") == 0) {
        *field = MDGAN_AUTO_INT;
        return MDGAN_OK;
    }
    if (!config_parse_whole(text, &value) || !in_range(row, (double)value)) {
        return mdgan_fail(error, MDGAN_INVALID, "keyword '%s' got '" VALUE_FORMAT "': must be a whole number from %s%s",
                          key->name, text, key->range, row->automatic ? ", or auto" : "");
    }
    *field = (size_t)value;
    return MDGAN_OK;
}

static mdgan_status set_real(const key_row *row, const mdgan_keyword *key, double *field, const char *text,
                             mdgan_error *error)
{
    double value = 0;
    if (row->automatic && strcmp(text, "auto") == 0) {
        *field = MDGAN_AUTO_REAL;
        return MDGAN_OK;
    }
    if (!parse_real(text, &value) || !in_range(row, value)) {
        return mdgan_fail(error, MDGAN_INVALID, "keyword '%s' got '" VALUE_FORMAT "': must be a number from %s%s%s%s",
                          key->name, text, key->range, key->unit[0] != '\0' ? " " : "", key->unit,
                          row->automatic ? ", or auto" : "");
    }
    *field = value;
    return MDGAN_OK;
}

/* "auto conv mlp" -> "auto, conv or mlp" */
static void spell_choices(const char *choices, char *text, size_t n_text)
{
    const char *const last = strrchr(choices, ' ');
    size_t used = 0;
    for (const char *at = choices; *at != '\0' && used + 5 < n_text; at++) {
        const char *const piece = at == last ? " or " : ", ";
        used += (size_t)(*at == ' ' ? snprintf(text + used, n_text - used, "%s", piece)
                                    : snprintf(text + used, n_text - used, "%c", *at));
    }
}

static mdgan_status set_word(const mdgan_keyword *key, int *field, const char *text, mdgan_error *error)
{
    const int index = word_index(key->range, text);
    if (index < 0) {
        char choices[256] = "";
        spell_choices(key->range, choices, sizeof choices);
        return mdgan_fail(error, MDGAN_INVALID, "keyword '%s' got '" VALUE_FORMAT "': must be %s", key->name, text,
                          choices);
    }
    *field = index;
    return MDGAN_OK;
}

static mdgan_status set_text(const mdgan_keyword *key, char *field, const char *text, mdgan_error *error)
{
    const size_t n = strlen(text);
    if (n == 0 || n >= MDGAN_PATH_LENGTH) {
        return mdgan_fail(error, MDGAN_INVALID,
                          "keyword '%s' got '" VALUE_FORMAT "': must be a file name of 1 to %d characters, not %zu",
                          key->name, text, MDGAN_PATH_LENGTH - 1, n);
    }
    memcpy(field, text, n + 1);
    return MDGAN_OK;
}

static size_t smallest(size_t a, size_t b, size_t c)
{
    const size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Levenshtein distance. Only the first characters count: no keyword is longer, and the row stays on the stack. */
static size_t edit_distance(const char *a, const char *b)
{
    enum { LONGEST = 32 };
    size_t row[LONGEST + 1];
    const size_t n = strnlen(b, LONGEST);
    for (size_t j = 0; j <= n; j++) {
        row[j] = j;
    }
    for (size_t i = 0; i < LONGEST && a[i] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < n; j++) {
            const size_t above = row[j + 1];
            row[j + 1] = smallest(diagonal + (tolower((unsigned char)a[i]) != b[j]), above + 1, row[j] + 1);
            diagonal = above;
        }
    }
    return row[n];
}

static const char *most_similar(const char *keyword)
{
    size_t best = 0;
    size_t best_distance = SIZE_MAX;
    for (size_t k = 0; k < N_KEYWORD; k++) {
        const size_t distance = edit_distance(keyword, keywords[k].name);
        if (distance < best_distance) {
            best_distance = distance;
            best = k;
        }
    }
    return keywords[best].name;
}

static mdgan_status set_row(mdgan_config *config, size_t k, const char *value, mdgan_error *error)
{
    void *const field = (char *)config + rows[k].offset;
    switch (rows[k].type) {
    case KEY_INT:
        return set_int(&rows[k], &keywords[k], field, value, error);
    case KEY_REAL:
        return set_real(&rows[k], &keywords[k], field, value, error);
    case KEY_WORD:
        return set_word(&keywords[k], field, value, error);
    case KEY_TEXT:
        break;
    }
    return set_text(&keywords[k], field, value, error);
}

mdgan_status mdgan_config_set(mdgan_config *config, const char *keyword, const char *value, mdgan_error *error)
{
    if (config == NULL || keyword == NULL) {
        return mdgan_fail(error, MDGAN_INVALID, "mdgan_config_set: config and keyword must not be NULL");
    }
    for (size_t k = 0; k < N_KEYWORD; k++) {
        if (strcmp(keyword, keywords[k].name) != 0) {
            continue;
        }
        if (value == NULL) {
            return mdgan_fail(error, MDGAN_INVALID, "keyword '%s' got no value: write one behind it (%s)", keyword,
                              keywords[k].range);
        }
        return set_row(config, k, value, error);
    }
    return mdgan_fail(error, MDGAN_INVALID, "keyword '" VALUE_FORMAT "' is unknown: the most similar one is '%s'",
                      keyword, most_similar(keyword));
}

static mdgan_status check_once(const char *const *words, size_t i, mdgan_error *error)
{
    for (size_t k = 0; k < i; k += 2) {
        if (strcmp(words[k], words[i]) == 0) {
            return mdgan_fail(error, MDGAN_INVALID,
                              "keyword '%s' is given twice, with '" VALUE_FORMAT "' and '" VALUE_FORMAT
                              "': leave one of them out",
                              words[i], words[k + 1], words[i + 1]);
        }
    }
    return MDGAN_OK;
}

mdgan_status mdgan_config_set_words(mdgan_config *config, size_t n_word, const char *const *words, mdgan_error *error)
{
    mdgan_config changed = *config;
    mdgan_status status = MDGAN_OK;
    for (size_t i = 0; status == MDGAN_OK && i < n_word; i += 2) {
        status = mdgan_config_set(&changed, words[i], i + 1 < n_word ? words[i + 1] : NULL, error);
        if (status == MDGAN_OK) {
            status = check_once(words, i, error);
        }
    }
    if (status == MDGAN_OK) {
        *config = changed;
    }
    return status;
}

/* A keyword whose default is the training's own. */
typedef struct training_row {
    size_t from, to; /* offsets in mdgan_config and mdgan_train_config */
    bool whole;      /* size_t, or double */
    double factor;   /* of the training's unit in the keyword's, 1 for whole numbers */
} training_row;

#define TO(field) offsetof(mdgan_train_config, field)

static const training_row training_rows[] = {
    {OFFSET(iterations), TO(iterations), true, 1},
    {OFFSET(threads), TO(threads), true, 1},
    {OFFSET(batch), TO(batch), true, 1},
    {OFFSET(latent), TO(latent), true, 1},
    {OFFSET(channel), TO(channel), true, 1},
    {OFFSET(hidden), TO(hidden), true, 1},
    {OFFSET(critic_steps), TO(critic_steps), true, 1},
    {OFFSET(minutes), TO(seconds), false, 60},
    {OFFSET(target), TO(target), false, 1},
    {OFFSET(penalty), TO(penalty), false, 1},
    {OFFSET(clip), TO(clip), false, 1},
    {OFFSET(rate_generator), TO(rate_generator), false, 1},
    {OFFSET(rate_critic), TO(rate_critic), false, 1},
    {OFFSET(rate_linear), TO(rate_linear), false, 1},
    {OFFSET(anchor), TO(anchor), false, 1},
    {OFFSET(holdout), TO(holdout), false, 1},
};

enum { N_TRAINING_ROW = sizeof training_rows / sizeof training_rows[0] };

static void override(const training_row *row, const mdgan_config *config, mdgan_train_config *training)
{
    const void *const from = (const char *)config + row->from;
    void *const to = (char *)training + row->to;
    if (row->whole) {
        const size_t value = *(const size_t *)from;
        *(size_t *)to = value != MDGAN_AUTO_INT ? value : *(size_t *)to;
    } else {
        const double value = *(const double *)from;
        *(double *)to = value >= 0 ? value * row->factor : *(double *)to; /* MDGAN_AUTO_REAL is outside every range */
    }
}

mdgan_train_config config_training(const mdgan_config *config)
{
    mdgan_train_config training = mdgan_train_config_defaults((mdgan_init)config->init);
    training.seed = config->seed;
    training.window = config->window;
    training.critic = (mdgan_critic)config->critic;
    training.lipschitz = (mdgan_lipschitz)config->lipschitz;
    for (size_t i = 0; i < N_TRAINING_ROW; i++) {
        override(&training_rows[i], config, &training);
    }
    return training;
}

static void training_default(size_t offset, mdgan_init init, char *text, size_t n_text)
{
    const mdgan_train_config training = mdgan_train_config_defaults(init);
    for (size_t i = 0; i < N_TRAINING_ROW; i++) {
        const training_row *const row = &training_rows[i];
        const void *const field = (const char *)&training + row->to;
        if (row->from != offset) {
            continue;
        }
        if (row->whole) {
            snprintf(text, n_text, "%zu", *(const size_t *)field);
        } else {
            snprintf(text, n_text, "%g", *(const double *)field / row->factor);
        }
    }
}

void mdgan_keyword_default(size_t k, mdgan_init init, char *text, size_t n_text)
{
    snprintf(text, n_text, "%s", k < N_KEYWORD ? keywords[k].value : "");
    if (k < N_KEYWORD && rows[k].automatic) {
        training_default(rows[k].offset, init, text, n_text);
    }
}
