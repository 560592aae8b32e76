/* SPDX-License-Identifier: BSD-3-Clause */
/** @file
 * The session: what a host (LAMMPS, GROMACS, a file reader) talks to. Rows in, rows out.
 *
 * Life of a session: collect (offer rows) -> train -> emit (take rows), or load -> emit.
 * A host never sees a network; a session never sees a host's type.
 */
#ifndef MDGAN_PLUGIN_H
#define MDGAN_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mdgan/comm.h>
#include <mdgan/dataset.h>
#include <mdgan/model.h>
#include <mdgan/status.h>
#include <mdgan/train.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { MDGAN_PATH_LENGTH = 1024 };

/** Value of a keyword that was not given and has no fixed default. */
#define MDGAN_AUTO_INT  ((size_t)-1)
#define MDGAN_AUTO_REAL (-1.0)

/** All keywords of config_keys.def, one field each. */
typedef struct mdgan_config {
    size_t size;   /**< sizeof(mdgan_config), set by the defaults */
    size_t window; /**< M, frames per window: positional in every host */
#define INT(name, field, value, min, max, unit, help)  size_t field;
#define REAL(name, field, value, min, max, unit, help) double field;
#define WORD(name, field, value, choices, help)        int field;
#define TEXT(name, field, help)                        char field[MDGAN_PATH_LENGTH];
#include <mdgan/config_keys.def>
#undef INT
#undef REAL
#undef WORD
#undef TEXT
} mdgan_config;

mdgan_config mdgan_config_defaults(void);

/** Sets M. Errors: MDGAN_INVALID with the nearest windows that fit. */
mdgan_status mdgan_config_set_window(mdgan_config *config, const char *text, mdgan_error *error);

/** Sets one keyword from text. Errors: MDGAN_INVALID, naming keyword, value, the accepted range or words, and for an
 * unknown keyword the most similar one. Unchanged after an error. */
mdgan_status mdgan_config_set(mdgan_config *config, const char *keyword, const char *value, mdgan_error *error);

/** Checks what involves more than one keyword (batch, save/load/resume together, directory of `save`/`data` exists and
 * is writable, `load` and `resume` readable). Only file look-ups, nothing is created. */
mdgan_status mdgan_config_check(const mdgan_config *config, mdgan_error *error);

/** One keyword as documentation sees it. */
typedef struct mdgan_keyword {
    const char *name, *type, *value, *range, *unit, *help; /**< all never NULL; value is the default as text */
} mdgan_keyword;

/** All keywords in table order; @p n receives their number. */
const mdgan_keyword *mdgan_keyword_list(size_t *n);

/** Default of keyword @p k of the list as text, with "auto" resolved to what the training takes for @p init. */
void mdgan_keyword_default(size_t k, mdgan_init init, char *text, size_t n_text);

/** What a session tells its host. Plain values; the strings are the host's and must outlive the session. */
typedef struct mdgan_host {
    size_t size;                                  /**< sizeof(mdgan_host) */
    const char *name;                             /**< e.g. "LAMMPS 29 Sep 2021", for file headers */
    void (*log)(void *context, const char *line); /**< one line of text without newline; called on rank 0 only */
    bool (*cancelled)(void *context);             /**< may be NULL; asked on rank 0 during training */
    void *context;
} mdgan_host;

typedef enum mdgan_phase {
    MDGAN_PHASE_COLLECT = 0,
    MDGAN_PHASE_READY = 1,   /**< all windows are in, not trained yet */
    MDGAN_PHASE_TRAINED = 2, /**< a model is there (trained or loaded) */
    MDGAN_PHASE_EMIT = 3     /**< at least one row has been emitted */
} mdgan_phase;

/** Numbers for a host's own output (thermo, plots). */
typedef struct mdgan_report {
    mdgan_phase phase;
    mdgan_progress training;
    size_t frames;          /**< frames collected, also after the training has freed them */
    size_t frames_wanted;   /**< 2 * M * windows, and one more for a position feature */
    int64_t emitted;        /**< frames emitted */
    double collect_seconds; /**< time spent in mdgan_session_offer(), s */
    double emit_seconds;    /**< time spent in mdgan_session_emit(), s */
} mdgan_report;

typedef struct mdgan_session mdgan_session;

/** Starts a session. Copies @p config, @p feature and @p host; retains @p comm. With `load` the model is read here
 * (rank 0) and checked against the feature; that of `resume` is checked here and read again to train. Collective.
 * Errors: MDGAN_INVALID, MDGAN_MEMORY and those of mdgan_model_load(). */
mdgan_status mdgan_session_create(mdgan_session **session, const mdgan_config *config, const mdgan_feature *feature,
                                  size_t n_entity, const mdgan_host *host, const mdgan_comm *comm, mdgan_error *error);

/** Ends a session and frees all; what was not saved is gone. NULL is fine. */
void mdgan_session_destroy(mdgan_session *session);

/** Hands over one frame. @p row: [n_entity][n_component], feature units, read on rank 0 only (others may pass NULL).
 * @p step, @p time: the host's clock. @p box: [9] edge vectors or NULL. A repeated step is ignored; a step that does
 * not follow the last one at the feature's stride starts the collection anew, with a log line. No communication.
 * *@p complete (same on all ranks) becomes true with the last wanted frame; later frames are ignored but for their last
 * values, where position features go on from. With a model held (trained or loaded) nothing is collected, and only the
 * last values are kept. Unchanged after an error. Errors, on rank 0 alone: MDGAN_DATA (not finite), MDGAN_MEMORY. */
mdgan_status mdgan_session_offer(mdgan_session *session, int64_t step, double time, const double *box, const float *row,
                                 bool *complete, mdgan_error *error);

/** Trains on what was collected, saves `data` and `save`. Progress goes to the host's log. Collective. Once, since the
 * frames collected are freed when a model is there; after a failed training they are kept, and it may be tried again.
 * A training that the host stops, or that ends with MDGAN_NUMERIC, leaves its best model so far: a success, with a log
 * line; after MDGAN_NUMERIC the model has no checkpoint, since there is nothing to go on from. With `resume` the
 * training of that file goes on. Errors: MDGAN_STATE (frames missing, or trained before), those of training and of
 * files; the model is kept in memory even if saving fails. */
mdgan_status mdgan_session_train(mdgan_session *session, mdgan_error *error);

/** Reads a model from @p path (rank 0 reads, all get it); the same checks as `load`. Frees the frames collected; ends
 * the emission from the model before. Collective. */
mdgan_status mdgan_session_load(mdgan_session *session, const char *path, mdgan_error *error);

/** Writes the model to @p path (rank 0). Collective. Errors: MDGAN_STATE (no model yet), MDGAN_FILE. */
mdgan_status mdgan_session_save(mdgan_session *session, const char *path, mdgan_error *error);

/** The next emitted frame: *@p row is [n_entity][n_component], feature units, the same on all ranks, valid until the
 * next call. Collective. Errors: MDGAN_STATE (no model: names the remedy). */
mdgan_status mdgan_session_emit(mdgan_session *session, const float **row, mdgan_error *error);

mdgan_report mdgan_session_report(const mdgan_session *session);

/** The model held, or NULL. Borrowed. */
const mdgan_model *mdgan_session_model(const mdgan_session *session);

/** Session as bytes for a host's restart file: phase, frames collected (their values only before the training, since
 * nothing needs them once a model is there), model, position of the emission. Complete on
 * rank 0; other ranks get NULL and 0. The caller frees @p bytes with free(). Collective. */
mdgan_status mdgan_session_pack(const mdgan_session *session, void **bytes, size_t *n_byte, mdgan_error *error);

/** Restores what mdgan_session_pack() stored into a session created with the same keywords. @p bytes on rank 0.
 * Errors: MDGAN_FORMAT, MDGAN_VERSION, MDGAN_MISMATCH; unchanged after an error. Collective. */
mdgan_status mdgan_session_unpack(mdgan_session *session, const void *bytes, size_t n_byte, mdgan_error *error);

#ifdef __cplusplus
}
#endif
#endif
