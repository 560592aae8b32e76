/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests to a running session: other keywords, and the frames as a file. */
#include <string.h>

#include <mdgan/series.h>

#include "config.h"
#include "session.h"

/* What the session was built on when it began. */
static mdgan_status check_free(const char *keyword, const char *value, mdgan_error *error)
{
    static const char *const fixed[] = {"windows", "load", "isotropic", "reversible", "stop", "overlap"};
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        if (strcmp(keyword, fixed[i]) == 0) {
            return mdgan_fail(error, MDGAN_STATE,
                              "keyword '%s' cannot become '%.80s' now: the collection began with another value; give "
                              "it where the collection is defined, and begin anew",
                              keyword, value);
        }
    }
    return MDGAN_OK;
}

/* The config as it would be; only rank 0 looks at files. */
static mdgan_status changed_config(const mdgan_session *session, size_t n_word, const char *const *words,
                                   mdgan_config *config, mdgan_error *error)
{
    *config = session->config;
    mdgan_status status = mdgan_config_set_words(config, n_word, words, error); /* also refuses NULL */
    for (size_t i = 0; status == MDGAN_OK && i < n_word; i += 2) {
        status = check_free(words[i], words[i + 1], error);
    }
    if (status == MDGAN_OK && session_is_root(session)) {
        status = mdgan_config_check(config, error);
    }
    return status;
}

static bool names(size_t n_word, const char *const *words, const char *keyword)
{
    bool found = false;
    for (size_t i = 0; i < n_word; i += 2) {
        found = found || strcmp(words[i], keyword) == 0;
    }
    return found;
}

mdgan_status mdgan_session_set(mdgan_session *session, size_t n_word, const char *const *words, mdgan_error *error)
{
    mdgan_config config;
    mdgan_status status = changed_config(session, n_word, words, &config, error);
    status = mdgan_comm_agree(session->retained_comm, status, error);
    if (status != MDGAN_OK) {
        return status;
    }
    const mdgan_config before = session->config;
    session->config = config;
    if (names(n_word, words, "resume")) { /* found out now, as at the beginning */
        status = session_check_resume(session, error);
    }
    if (status != MDGAN_OK) {
        session->config = before;
    }
    return status;
}

static mdgan_status check_frames(const mdgan_session *session, const char *path, mdgan_error *error)
{
    const collection *const c = &session->collection;
    if (path == NULL || path[0] == '\0') {
        return mdgan_fail(error, MDGAN_INVALID, "cannot write the frames: give a file name");
    }
    if (session_loads(session)) {
        return mdgan_fail(error, MDGAN_STATE,
                          "no frames to write to '%.300s': with keyword 'load' nothing is collected; leave it out",
                          path);
    }
    if (c->released) {
        return mdgan_fail(error, MDGAN_STATE,
                          "no frames to write to '%.300s': the %zu frames collected were freed when the model was "
                          "there; keep them with 'stop no', or have them written with keyword 'data'",
                          path, c->n_frame);
    }
    if (c->n_frame == 0) {
        return mdgan_fail(error, MDGAN_STATE,
                          "no frames to write to '%.300s': nothing is collected yet; let the simulation run first",
                          path);
    }
    return MDGAN_OK;
}

mdgan_status mdgan_session_write(mdgan_session *session, const char *path, mdgan_error *error)
{
    const collection *const c = &session->collection;
    mdgan_dataset data = {0};
    mdgan_status status = check_frames(session, path, error); /* the same on all ranks */
    if (status != MDGAN_OK) {
        return status;
    }
    if (session_is_root(session)) {
        status = config_expect_other(&session->config, CONFIG_MODEL, path, error);
        if (status == MDGAN_OK) {
            status = collection_dataset(c, &session->feature, session->n_entity, &data, error);
        }
        if (status == MDGAN_OK) {
            status = mdgan_series_write(&data, path, session->host.name != NULL ? session->host.name : "mdgan", error);
        }
        mdgan_dataset_clear(&data);
    }
    status = mdgan_comm_agree(session->retained_comm, status, error);
    if (status == MDGAN_OK) {
        session_log(session, "mdgan: %zu frames written to '%s'", c->n_frame, path);
    }
    return status;
}
