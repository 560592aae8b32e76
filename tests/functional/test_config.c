/* SPDX-License-Identifier: BSD-3-Clause */
/* Keywords: defaults, accepted values, every error message, the mapping to the training. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "config.h"
#include "progress.h"

/* One row per message; a changed text must be changed here on purpose. */
static const struct {
    const char *keyword, *value, *text;
} golden_errors[] = {
    {"windows", "0", "keyword 'windows' got '0': must be a whole number from 1 to 1000000"},
    {"windows", "1000001", "keyword 'windows' got '1000001': must be a whole number from 1 to 1000000"},
    {"windows", "", "keyword 'windows' got '': must be a whole number from 1 to 1000000"},
    {"windows", "1.5", "keyword 'windows' got '1.5': must be a whole number from 1 to 1000000"},
    {"windows", "1e3", "keyword 'windows' got '1e3': must be a whole number from 1 to 1000000"},
    {"windows", " 2", "keyword 'windows' got ' 2': must be a whole number from 1 to 1000000"},
    {"windows", "+2", "keyword 'windows' got '+2': must be a whole number from 1 to 1000000"},
    {"windows", "-1", "keyword 'windows' got '-1': must be a whole number from 1 to 1000000"},
    {"windows", "0x10", "keyword 'windows' got '0x10': must be a whole number from 1 to 1000000"},
    {"windows", "auto", "keyword 'windows' got 'auto': must be a whole number from 1 to 1000000"},
    {"windows", "99999999999999999999999",
     "keyword 'windows' got '99999999999999999999999': must be a whole number from 1 to 1000000"},
    {"windows", NULL, "keyword 'windows' got no value: write one behind it (1 to 1000000)"},
    {"seed", "4294967296", "keyword 'seed' got '4294967296': must be a whole number from 0 to 4294967295"},
    {"init", "Linear", "keyword 'init' got 'Linear': must be linear or random"},
    {"init", "", "keyword 'init' got '': must be linear or random"},
    {"iterations", "100000001",
     "keyword 'iterations' got '100000001': must be a whole number from 0 to 100000000, or auto"},
    {"minutes", "nan", "keyword 'minutes' got 'nan': must be a number from 0 to 100000 min, or auto"},
    {"minutes", "inf", "keyword 'minutes' got 'inf': must be a number from 0 to 100000 min, or auto"},
    {"minutes", "1e999", "keyword 'minutes' got '1e999': must be a number from 0 to 100000 min, or auto"},
    {"minutes", "-1", "keyword 'minutes' got '-1': must be a number from 0 to 100000 min, or auto"},
    {"minutes", "3m", "keyword 'minutes' got '3m': must be a number from 0 to 100000 min, or auto"},
    {"minutes", "1-2", "keyword 'minutes' got '1-2': must be a number from 0 to 100000 min, or auto"},
    {"minutes", ".", "keyword 'minutes' got '.': must be a number from 0 to 100000 min, or auto"},
    {"minutes", "", "keyword 'minutes' got '': must be a number from 0 to 100000 min, or auto"},
    {"threads", "0", "keyword 'threads' got '0': must be a whole number from 1 to 1024"},
    {"batch", "3", "keyword 'batch' got '3': must be a whole number from 4 to 65536, or auto"},
    {"latent", "257", "keyword 'latent' got '257': must be a whole number from 0 to 256, or auto"},
    {"channels", "2", "keyword 'channels' got '2': must be a whole number from 4 to 1024, or auto"},
    {"hidden", "2", "keyword 'hidden' got '2': must be a whole number from 4 to 4096, or auto"},
    {"critic", "cnn", "keyword 'critic' got 'cnn': must be conv or mlp"},
    {"lipschitz", "clipping", "keyword 'lipschitz' got 'clipping': must be penalty or clip"},
    {"penalty", "1001", "keyword 'penalty' got '1001': must be a number from 0 to 1000, or auto"},
    {"clip", "0", "keyword 'clip' got '0': must be a number from 0.0001 to 10"},
    {"clip", "auto", "keyword 'clip' got 'auto': must be a number from 0.0001 to 10"},
    {"critic/steps", "0", "keyword 'critic/steps' got '0': must be a whole number from 1 to 100, or auto"},
    {"rate", "2", "keyword 'rate' got '2': must be a number from 0 to 1, or auto"},
    {"rate/critic", "0x1", "keyword 'rate/critic' got '0x1': must be a number from 0 to 1, or auto"},
    {"rate/linear", "-0.1", "keyword 'rate/linear' got '-0.1': must be a number from 0 to 1, or auto"},
    {"anchor", "-1", "keyword 'anchor' got '-1': must be a number from 0 to 1000000, or auto"},
    {"holdout", "0.6", "keyword 'holdout' got '0.6': must be a number from 0.02 to 0.5"},
    {"target", "-1", "keyword 'target' got '-1': must be a number from 0 to 1000000"},
    {"stop", "later", "keyword 'stop' got 'later': must be yes or no"},
    {"overlap", "maybe", "keyword 'overlap' got 'maybe': must be no, yes or partition"},
    {"isotropic", "true", "keyword 'isotropic' got 'true': must be auto, yes or no"},
    {"reversible", "1", "keyword 'reversible' got '1': must be auto, yes or no"},
    {"progress", "0.01", "keyword 'progress' got '0.01': must be a number from 0.05 to 3600 s"},
    {"save", "", "keyword 'save' got '': must be a file name of 1 to 1023 characters, not 0"},
    {"load", "", "keyword 'load' got '': must be a file name of 1 to 1023 characters, not 0"},
    {"resume", "", "keyword 'resume' got '': must be a file name of 1 to 1023 characters, not 0"},
    {"data", NULL, "keyword 'data' got no value: write one behind it (file name)"},
    {"window", "2", "keyword 'window' is unknown: the most similar one is 'windows'"},
    {"widnows", "2", "keyword 'widnows' is unknown: the most similar one is 'windows'"},
    {"Seed", "2", "keyword 'Seed' is unknown: the most similar one is 'seed'"},
    {"critic_steps", "2", "keyword 'critic_steps' is unknown: the most similar one is 'critic/steps'"},
    {"isotropy", "yes", "keyword 'isotropy' is unknown: the most similar one is 'isotropic'"},
    {"channel", "8", "keyword 'channel' is unknown: the most similar one is 'channels'"},
    {"", "8", "keyword '' is unknown: the most similar one is 'seed'"},
};

static void test_golden_errors(void **state)
{
    (void)state;
    const mdgan_config before = mdgan_config_defaults();
    for (size_t i = 0; i < sizeof golden_errors / sizeof golden_errors[0]; i++) {
        mdgan_config config = before;
        mdgan_error error = {""};
        assert_int_equal(mdgan_config_set(&config, golden_errors[i].keyword, golden_errors[i].value, &error),
                         MDGAN_INVALID);
        assert_string_equal(error.text, golden_errors[i].text);
        assert_memory_equal(&config, &before, sizeof config);
    }
}

static void test_every_keyword_has_a_golden_error(void **state)
{
    (void)state;
    size_t n = 0;
    const mdgan_keyword *const list = mdgan_keyword_list(&n);
    for (size_t k = 0; k < n; k++) {
        bool found = false;
        for (size_t i = 0; i < sizeof golden_errors / sizeof golden_errors[0]; i++) {
            found = found || strcmp(list[k].name, golden_errors[i].keyword) == 0;
        }
        if (!found) {
            fail_msg("no golden error for keyword '%s'", list[k].name);
        }
    }
}

/* The list is what documentation is made from: each default it shows must be what the defaults hold. */
static void test_listed_default_is_the_default(void **state)
{
    (void)state;
    size_t n = 0;
    const mdgan_keyword *const list = mdgan_keyword_list(&n);
    const mdgan_config defaults = mdgan_config_defaults();
    assert_int_equal(defaults.size, sizeof defaults);
    assert_true(n >= 25);
    for (size_t k = 0; k < n; k++) {
        mdgan_config config = defaults;
        mdgan_error error = {""};
        assert_non_null(list[k].unit);
        assert_true(strlen(list[k].help) > 10);
        if (strcmp(list[k].type, "file") == 0) {
            assert_string_equal(list[k].value, "");
            continue;
        }
        assert_int_equal(mdgan_config_set(&config, list[k].name, list[k].value, &error), MDGAN_OK);
        assert_memory_equal(&config, &defaults, sizeof config);
    }
}

static void test_accepted_values(void **state)
{
    (void)state;
    mdgan_config c = mdgan_config_defaults();
    mdgan_error error;
    const char *const pairs[][2] = {{"windows", "12"},  {"seed", "4294967295"}, {"init", "random"},
                                    {"minutes", "2.5"}, {"rate", "5e-4"},       {"critic", "mlp"},
                                    {"batch", "64"},    {"save", "water.h5"},   {"critic/steps", "3"}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        assert_int_equal(mdgan_config_set(&c, pairs[i][0], pairs[i][1], &error), MDGAN_OK);
    }
    assert_int_equal(c.windows, 12);
    assert_true(c.seed == 4294967295U);
    assert_int_equal(c.init, MDGAN_INIT_RANDOM);
    assert_true(c.minutes == 2.5 && c.rate_generator == 5e-4);
    assert_int_equal(c.critic, MDGAN_CRITIC_MLP);
    assert_string_equal(c.save, "water.h5");
    assert_int_equal(c.critic_steps, 3);
    assert_int_equal(mdgan_config_set(&c, "batch", "auto", &error), MDGAN_OK);
    assert_true(c.batch == MDGAN_AUTO_INT);
}

static void test_words(void **state)
{
    (void)state;
    const char *const words[] = {"windows", "2", "seed", "7", "windows", "3"};
    mdgan_config config = mdgan_config_defaults();
    const mdgan_config before = config;
    mdgan_error error;
    assert_int_equal(mdgan_config_set_words(&config, 6, words, &error), MDGAN_INVALID);
    assert_string_equal(error.text, "keyword 'windows' is given twice, with '2' and '3': leave one of them out");
    assert_int_equal(mdgan_config_set_words(&config, 3, words, &error), MDGAN_INVALID);
    assert_non_null(strstr(error.text, "keyword 'seed' got no value"));
    assert_memory_equal(&config, &before, sizeof config);
    assert_int_equal(mdgan_config_set_words(&config, 4, words, &error), MDGAN_OK);
    assert_true(config.windows == 2 && config.seed == 7);
    assert_int_equal(mdgan_config_set_words(&config, 0, NULL, &error), MDGAN_OK);
}

static void test_long_file_name(void **state)
{
    (void)state;
    char name[MDGAN_PATH_LENGTH + 1];
    mdgan_config config = mdgan_config_defaults();
    mdgan_error error;
    memset(name, 'a', sizeof name);
    name[MDGAN_PATH_LENGTH] = '\0';
    assert_int_equal(mdgan_config_set(&config, "save", name, &error), MDGAN_INVALID);
    assert_non_null(strstr(error.text, "must be a file name of 1 to 1023 characters, not 1024"));
    name[MDGAN_PATH_LENGTH - 1] = '\0';
    assert_int_equal(mdgan_config_set(&config, "save", name, &error), MDGAN_OK);
    assert_string_equal(config.save, name);
}

static void test_window_rule(void **state)
{
    (void)state;
    static const struct {
        const char *text, *tail;
    } bad[] = {{"11", "; the nearest that fit are 10 and 12"},
               {"22", "; the nearest that fit are 21 and 24"},
               {"7", "; the smallest that fits is 8"},
               {"0", "; the smallest that fits is 8"},
               {"4097", "; the largest that fits is 4096"},
               {"64x", "from 8 to 4096"},
               {"", "from 8 to 4096"},
               {"-8", "from 8 to 4096"}};
    mdgan_config config = mdgan_config_defaults();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char start[64];
        mdgan_error error = {""};
        assert_int_equal(mdgan_config_set_window(&config, bad[i].text, &error), MDGAN_INVALID);
        snprintf(start, sizeof start, "window M got '%s': must be a ", bad[i].text);
        assert_int_equal(strncmp(error.text, start, strlen(start)), 0);
        assert_string_equal(error.text + strlen(error.text) - strlen(bad[i].tail), bad[i].tail);
        assert_int_equal(config.window, 0);
    }
    const char *const good[] = {"8", "9", "10", "14", "60", "64", "210", "2187", "4096"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(mdgan_config_set_window(&config, good[i], NULL), MDGAN_OK);
        assert_int_equal(config.window, strtoul(good[i], NULL, 10));
    }
}

/* What a keyword lets through must not be refused by the training, perhaps hours later, nor the other way round. */
static void test_window_rule_is_the_trainings(void **state)
{
    (void)state;
    const mdgan_feature feature = {.name = "f", .n_component = 1, .dt = 1, .stride = 1};
    mdgan_train_config training = mdgan_train_config_defaults(MDGAN_INIT_LINEAR);
    mdgan_config config = mdgan_config_defaults();
    mdgan_dataset data;
    mdgan_comm *comm = NULL;
    size_t n_good = 0;
    assert_int_equal(mdgan_comm_create_serial(&comm, NULL), MDGAN_OK);
    assert_int_equal(mdgan_dataset_create(&data, &feature, 2, 1, NULL), MDGAN_OK); /* too short for any window */
    for (size_t window = 0; window <= MDGAN_WINDOW_MAX + 10; window++) {
        char text[32];
        mdgan_trainer *trainer = NULL;
        snprintf(text, sizeof text, "%zu", window);
        training.window = window;
        const bool accepted = mdgan_config_set_window(&config, text, NULL) == MDGAN_OK;
        const mdgan_status status = mdgan_trainer_create(&trainer, &training, &data, comm, NULL);
        assert_int_equal(status, accepted ? MDGAN_DATA : MDGAN_INVALID);
        n_good += accepted;
    }
    assert_int_equal(n_good, 241); /* numbers from 8 to 4096 without a prime factor above 7 */
    mdgan_dataset_clear(&data);
    mdgan_comm_destroy(comm);
}

/* Config of window 64 with the given keyword-value pairs, NULL-terminated, checked. */
static mdgan_status checked(mdgan_error *error, const char *const *pairs)
{
    mdgan_config config = mdgan_config_defaults();
    config.window = 64;
    for (; *pairs != NULL; pairs += 2) {
        assert_int_equal(mdgan_config_set(&config, pairs[0], pairs[1], error), MDGAN_OK);
    }
    return mdgan_config_check(&config, error);
}

static void test_check_of_several_keywords(void **state)
{
    (void)state;
    static const struct {
        const char *pairs[5];
        mdgan_status status;
        const char *text;
    } bad[] = {
        {{"batch", "10"}, MDGAN_INVALID, "keyword 'batch' got '10': must be a multiple of 4, e.g. 12"},
        {{"init", "random", "latent", "0"},
         MDGAN_INVALID,
         "keyword 'latent' got '0': with 'init random' the width of z must be at least 1; only 'init linear' chooses "
         "it from the data"},
        {{"latent", "7"},
         MDGAN_INVALID,
         "keyword 'latent' got '7': with 'init linear' and M = 64 the states per component can be 2, 4, 6, 8, 12, 16, "
         "20, 24, or 0 for the number that the data choose"},
        {{"load", "/dev/null", "save", "b.h5"},
         MDGAN_INVALID,
         "keywords 'load' and 'save' exclude each other: with load nothing is collected or trained; leave one of them "
         "out"},
        {{"load", "/dev/null", "data", "b.h5"},
         MDGAN_INVALID,
         "keywords 'load' and 'data' exclude each other: with load nothing is collected or trained; leave one of them "
         "out"},
        {{"load", "/dev/null", "resume", "b.h5"},
         MDGAN_INVALID,
         "keywords 'load' and 'resume' exclude each other: with load nothing is collected or trained; leave one of "
         "them out"},
        {{"load", "/dev/null", "overlap", "yes"},
         MDGAN_INVALID,
         "keywords 'load' and 'overlap' exclude each other: with load nothing is collected or trained; leave one of "
         "them out"},
        {{"resume", "/dev/null", "overlap", "partition"},
         MDGAN_INVALID,
         "keywords 'resume' and 'overlap' exclude each other: a training beside the run begins anew; leave one of them "
         "out"},
        {{"resume", "/no/such.h5"}, MDGAN_FILE, "keyword 'resume' got '/no/such.h5': there is no such file"},
        {{"resume", "/"},
         MDGAN_FILE,
         "keyword 'resume' got '/': not a readable file; check the name and its permissions"},
        {{"load", "/no/such.h5"}, MDGAN_FILE, "keyword 'load' got '/no/such.h5': there is no such file"},
        {{"load", "/"}, MDGAN_FILE, "keyword 'load' got '/': not a readable file; check the name and its permissions"},
        {{"save", "/no/such/a.h5"},
         MDGAN_INVALID,
         "keyword 'save' got '/no/such/a.h5': there is no directory '/no/such'; create it first"},
        {{"data", "/nosuchdir/a.h5"},
         MDGAN_INVALID,
         "keyword 'data' got '/nosuchdir/a.h5': there is no directory '/nosuchdir'; create it first"},
        {{"save", "/tmp"}, MDGAN_INVALID, "keyword 'save' got '/tmp': that is a directory; name a file in it"},
        {{"save", "a.h5", "data", "a.h5"},
         MDGAN_INVALID,
         "keywords 'save' and 'data' both name 'a.h5': model and windows need two files"},
        {{"save", "a.h5", "data", ".//a.h5"},
         MDGAN_INVALID,
         "keywords 'save' and 'data' both name 'a.h5': model and windows need two files"},
        {{"data", "/dev/null"}, MDGAN_INVALID, "keyword 'data' got '/dev/null': that is a device or pipe; name a file"},
        {{"resume", "/etc/passwd", "data", "/etc/passwd"},
         MDGAN_INVALID,
         "keywords 'resume' and 'data' both name '/etc/passwd': model and windows need two files"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        mdgan_error error = {""};
        assert_int_equal(checked(&error, bad[i].pairs), bad[i].status);
        assert_string_equal(error.text, bad[i].text);
    }
    const char *const good[] = {"batch", "64",     "save",   "a.h5", "data", "/tmp/b.h5",
                                "init",  "random", "latent", "8",    NULL};
    assert_int_equal(checked(NULL, good), MDGAN_OK);
    assert_int_not_equal(access("a.h5", F_OK), 0); /* only looked up, nothing created */
}

static void test_check_of_size_and_window(void **state)
{
    (void)state;
    mdgan_error error;
    mdgan_config config = mdgan_config_defaults();
    assert_int_equal(mdgan_config_check(&config, &error), MDGAN_INVALID);
    assert_non_null(strstr(error.text, "window M got '0'"));
    config.window = 64;
    assert_int_equal(mdgan_config_check(&config, &error), MDGAN_OK);
    config.size -= 8;
    assert_int_equal(mdgan_config_check(&config, &error), MDGAN_INVALID);
    assert_non_null(strstr(error.text, "another size"));
}

static void test_directory_not_writable(void **state)
{
    (void)state;
    char directory[] = "/tmp/mdgan-test-XXXXXX";
    char path[64];
    if (geteuid() == 0) {
        skip(); /* root may write anywhere */
    }
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/a.h5", directory);
    assert_int_equal(chmod(directory, 0500), 0);
    mdgan_error error;
    const char *const pairs[] = {"save", path, NULL};
    assert_int_equal(checked(&error, pairs), MDGAN_INVALID);
    assert_non_null(strstr(error.text, "is not writable"));
    rmdir(directory);
}

/* @p same: whether @p a and @p b in @p directory name one file. */
static void assert_same(const char *directory, const char *a, const char *b, bool same)
{
    char one[128], other[128];
    snprintf(one, sizeof one, "%s/%s", directory, a);
    snprintf(other, sizeof other, "%s/%s", directory, b);
    assert_int_equal(mdgan_file_is_same(one, other), same);
    assert_int_equal(mdgan_file_is_same(other, one), same);
}

static void test_names_of_one_file(void **state)
{
    (void)state;
    char directory[] = "/tmp/mdgan-test-XXXXXX";
    char path[64], link[64], file_link[64];
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/there.h5", directory);
    snprintf(link, sizeof link, "%s/link", directory);
    snprintf(file_link, sizeof file_link, "%s/link.h5", directory);
    assert_int_equal(symlink(".", link), 0);
    assert_int_equal(symlink("there.h5", file_link), 0);
    FILE *const file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
    assert_same(directory, "there.h5", "./there.h5", true);
    assert_same(directory, "there.h5", "link/there.h5", true);
    assert_same(directory, "there.h5", "link.h5", true);
    assert_same(directory, "new.h5", "link/./link/new.h5", true);
    assert_same(directory, "new.h5", "other.h5", false);
    assert_same(directory, "new.h5", "there.h5", false);
    assert_same(directory, "new.h5", "none/new.h5", false);
    assert_false(mdgan_file_is_same("", "") || mdgan_file_is_same(NULL, NULL) || mdgan_file_is_same(path, ""));
    assert_true(mdgan_file_is_same("new.h5", "./new.h5"));

    snprintf(link, sizeof link, "%s/link/new.h5", directory);
    snprintf(path, sizeof path, "%s/new.h5", directory);
    mdgan_error error;
    const char *const pairs[] = {"save", path, "data", link, NULL};
    assert_int_equal(checked(&error, pairs), MDGAN_INVALID);
    assert_non_null(strstr(error.text, "model and windows need two files"));
    snprintf(path, sizeof path, "%s/there.h5", directory);
    snprintf(link, sizeof link, "%s/link", directory);
    unlink(file_link);
    unlink(path);
    unlink(link);
    assert_int_equal(rmdir(directory), 0);
}

static void test_training_defaults_are_the_trainings(void **state)
{
    (void)state;
    const int inits[] = {MDGAN_INIT_LINEAR, MDGAN_INIT_RANDOM};
    for (size_t i = 0; i < 2; i++) {
        mdgan_config config = mdgan_config_defaults();
        config.init = inits[i];
        config.window = 64;
        const mdgan_train_config expected = mdgan_train_config_defaults((mdgan_init)inits[i]);
        const mdgan_train_config t = config_training(&config);
        assert_int_equal(t.size, sizeof t);
        assert_int_equal(t.init, inits[i]);
        assert_int_equal(t.window, 64);
        assert_int_equal(t.batch, expected.batch);
        assert_int_equal(t.latent, expected.latent);
        assert_int_equal(t.channel, expected.channel);
        assert_int_equal(t.hidden, expected.hidden);
        assert_int_equal(t.critic, expected.critic);
        assert_int_equal(t.critic_steps, expected.critic_steps);
        assert_int_equal(t.iterations, expected.iterations);
        assert_int_equal(t.evaluate, expected.evaluate);
        assert_true(t.seconds == expected.seconds && t.penalty == expected.penalty && t.carry == expected.carry);
        assert_true(t.rate_generator == expected.rate_generator && t.rate_critic == expected.rate_critic);
        assert_true(t.rate_linear == expected.rate_linear && t.anchor == expected.anchor);
        assert_true(t.clip == expected.clip && t.holdout == expected.holdout);
        assert_true(t.lipschitz == expected.lipschitz);
    }
}

/* What the documentation shows as default, given as a value, must change nothing. */
static void test_shown_defaults_change_nothing(void **state)
{
    (void)state;
    const int inits[] = {MDGAN_INIT_LINEAR, MDGAN_INIT_RANDOM};
    size_t n = 0;
    const mdgan_keyword *const list = mdgan_keyword_list(&n);
    for (size_t i = 0; i < 2; i++) {
        for (size_t k = 0; k < n; k++) {
            mdgan_config plain = mdgan_config_defaults();
            char text[32];
            mdgan_keyword_default(k, (mdgan_init)inits[i], text, sizeof text);
            if (strcmp(list[k].type, "file") == 0) {
                assert_string_equal(text, "");
                continue;
            }
            mdgan_config given = plain;
            assert_int_equal(mdgan_config_set(&given, list[k].name, text, NULL), MDGAN_OK);
            plain.init = given.init = inits[i];
            plain.window = given.window = 64;
            const mdgan_train_config a = config_training(&plain), b = config_training(&given);
            assert_memory_equal(&a, &b, sizeof a);
            if (strcmp(list[k].type, "word") != 0) {
                assert_string_not_equal(text, "auto");
            }
        }
    }
}

static void test_keywords_reach_the_training(void **state)
{
    (void)state;
    const char *const pairs[][2] = {
        {"seed", "42"},          {"init", "random"},    {"iterations", "77"},  {"minutes", "1.5"},
        {"threads", "3"},        {"batch", "36"},       {"latent", "9"},       {"channels", "12"},
        {"hidden", "40"},        {"critic", "conv"},    {"lipschitz", "clip"}, {"penalty", "3"},
        {"clip", "0.25"},        {"critic/steps", "6"}, {"rate", "0.125"},     {"rate/critic", "0.5"},
        {"rate/linear", "0.75"}, {"anchor", "12.5"},    {"holdout", "0.375"},  {"target", "1.75"}};
    mdgan_config config = mdgan_config_defaults();
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        assert_int_equal(mdgan_config_set(&config, pairs[i][0], pairs[i][1], NULL), MDGAN_OK);
    }
    const mdgan_train_config t = config_training(&config);
    assert_int_equal(t.seed, 42);
    assert_int_equal(t.init, MDGAN_INIT_RANDOM);
    assert_int_equal(t.iterations, 77);
    assert_true(t.seconds == 90.0);
    assert_int_equal(t.threads, 3);
    assert_int_equal(t.batch, 36);
    assert_int_equal(t.latent, 9);
    assert_int_equal(t.channel, 12);
    assert_int_equal(t.hidden, 40);
    assert_int_equal(t.critic, MDGAN_CRITIC_CONV);
    assert_int_equal(t.lipschitz, MDGAN_LIPSCHITZ_CLIP);
    assert_true(t.penalty == 3.0 && t.clip == 0.25);
    assert_int_equal(t.critic_steps, 6);
    assert_true(t.rate_generator == 0.125 && t.rate_critic == 0.5 && t.rate_linear == 0.75 && t.anchor == 12.5 &&
                t.holdout == 0.375 && t.target == 1.75);
    assert_int_equal(mdgan_config_set(&config, "critic", "mlp", NULL), MDGAN_OK);
    assert_int_equal(config_training(&config).critic, MDGAN_CRITIC_MLP);
}

static void test_feature_overrides(void **state)
{
    (void)state;
    const mdgan_feature plain = {
        .name = "f", .n_component = 3, .isotropic = true, .reversible = true, .dt = 1, .stride = 1};
    mdgan_config config = mdgan_config_defaults();
    mdgan_feature feature = plain;
    mdgan_error error;
    assert_int_equal(config_feature(&config, &feature, &error), MDGAN_OK);
    assert_true(feature.isotropic && feature.reversible);
    assert_int_equal(mdgan_config_set(&config, "isotropic", "no", &error), MDGAN_OK);
    assert_int_equal(mdgan_config_set(&config, "reversible", "no", &error), MDGAN_OK);
    assert_int_equal(config_feature(&config, &feature, &error), MDGAN_OK);
    assert_false(feature.isotropic || feature.reversible);
    assert_int_equal(mdgan_config_set(&config, "isotropic", "yes", &error), MDGAN_OK);
    feature.n_component = 4;
    assert_int_equal(config_feature(&config, &feature, &error), MDGAN_INVALID);
    assert_string_equal(error.text, "keyword 'isotropic' got 'yes': feature 'f' has 4 components, not x,y,z triplets; "
                                    "use 'isotropic no'");
}

static void test_progress_line(void **state)
{
    (void)state;
    mdgan_progress p = {.iteration = 1200,
                        .iterations = 5000,
                        .critic_loss = -0.123,
                        .wasserstein_y = 0.045,
                        .wasserstein_z = 0.012,
                        .score = 1.08,
                        .best_score = 1.02,
                        .start_score = 1.31,
                        .seconds = 41.2,
                        .seconds_left = 96.8};
    char line[PROGRESS_LENGTH];
    progress_line(&p, line);
    assert_string_equal(line, "mdgan: iteration 1200/5000  critic -0.123  W(Y) 0.045  W(z) 0.012  score 1.08 (best "
                              "1.02, start 1.31)  41 s, 97 s left");
    p.seconds_left = 1.0 / 0.0;
    progress_line(&p, line);
    assert_string_equal(line + strlen(line) - 6, "  41 s");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_errors),
        cmocka_unit_test(test_every_keyword_has_a_golden_error),
        cmocka_unit_test(test_listed_default_is_the_default),
        cmocka_unit_test(test_accepted_values),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_long_file_name),
        cmocka_unit_test(test_window_rule),
        cmocka_unit_test(test_window_rule_is_the_trainings),
        cmocka_unit_test(test_check_of_several_keywords),
        cmocka_unit_test(test_check_of_size_and_window),
        cmocka_unit_test(test_directory_not_writable),
        cmocka_unit_test(test_names_of_one_file),
        cmocka_unit_test(test_training_defaults_are_the_trainings),
        cmocka_unit_test(test_shown_defaults_change_nothing),
        cmocka_unit_test(test_keywords_reach_the_training),
        cmocka_unit_test(test_feature_overrides),
        cmocka_unit_test(test_progress_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
