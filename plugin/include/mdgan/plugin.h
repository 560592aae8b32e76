/* SPDX-License-Identifier: BSD-3-Clause */
/** @file
 * The session: what a host (LAMMPS, GROMACS, a file reader) talks to. Rows in, rows out.
 *
 * Life of a session: collect (offer rows) -> train -> emit (take rows), or load -> emit. A host with runs of its own
 * offers rows while they last and calls mdgan_session_run_ended() behind each of them; what then happens is decided
 * here, by the keywords.
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
#include <mdgan/peer.h>
#include <mdgan/status.h>
#include <mdgan/train.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { MDGAN_PATH_LENGTH = 1024 };

/** Value of a keyword that was not given and has no fixed default. */
#define MDGAN_AUTO_INT  ((size_t)-1)
#define MDGAN_AUTO_REAL (-1.0)

/** Values of the keywords `stop` and `overlap`, in the order of their words. */
enum { MDGAN_STOP_YES = 0, MDGAN_STOP_NO = 1 };
enum { MDGAN_OVERLAP_NO = 0, MDGAN_OVERLAP_YES = 1, MDGAN_OVERLAP_PARTITION = 2 };

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

/** Sets keywords from @p words: keyword, value, keyword, value, ... Errors: those of mdgan_config_set(), and
 * MDGAN_INVALID for a keyword without value or given twice. Unchanged after an error. */
mdgan_status mdgan_config_set_words(mdgan_config *config, size_t n_word, const char *const *words /* [n_word] */,
                                    mdgan_error *error);

/** Checks what involves more than one keyword (batch, save/load/resume together, directory of `save`/`data` exists and
 * is writable, `load` and `resume` readable). Only file look-ups, nothing is created. */
mdgan_status mdgan_config_check(const mdgan_config *config, mdgan_error *error);

/** Whether @p a and @p b name one file, which need not be there yet: links and other ways to its directory are
 * followed. NULL and "" name none. */
bool mdgan_file_is_same(const char *a, const char *b);

/** MDGAN_INVALID if @p output and @p input name one file: for programs that are their own host. NULL stands for none of
 * either. */
mdgan_status mdgan_expect_other_file(const char *output, const char *input, mdgan_error *error);

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
    const char *(*cancelled)(void *context); /**< may be NULL; asked on rank 0 while the host waits for a training: why
                                                that shall end, for the log, or NULL */
    int64_t (*steps_left)(void *context);    /**< may be NULL; asked on rank 0: steps of the present run to come */
    const mdgan_peer
        *trainer;       /**< may be NULL; rank 0: where `overlap partition` sends its data; outlives the session */
    const char *rescue; /**< may be NULL; of a host that could not offer its frames again: file that they are written to
                             if the training on them fails, unless keyword `data` has done so */
    const char *stride_option; /**< may be NULL; what the user sets the steps between two frames with, for messages */
    int64_t stride_unit;       /**< steps that 1 of it stands for; 0 = 1 step */
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
    size_t frames_wanted;   /**< 2 * M * windows, and one more for a position feature; with `stop no` the least */
    size_t windows;         /**< whole window pairs per entity in these frames */
    bool overlapping;       /**< a training beside the simulation is in flight, of which `training` tells */
    bool done_next;         /**< the next frame that follows makes mdgan_session_offer() say done */
    int64_t emitted;        /**< frames emitted */
    double collect_seconds; /**< time spent in mdgan_session_offer(), s */
    double emit_seconds;    /**< time spent in mdgan_session_emit(), s */
    double alone_seconds;   /**< simulation time between two frames without a training beside it, s; 0 = not measured */
    double beside_seconds;  /**< the same with one; measured with keyword `overlap` on rank 0 */
} mdgan_report;

typedef struct mdgan_session mdgan_session;

/** Starts a session. Copies @p config, @p feature and @p host; retains @p comm. With `load` the model is read here
 * (rank 0) and checked against the feature; that of `resume` is checked here and read again to train. Collective.
 * With `overlap partition` it waits for the other side to be there, for at most 20 s. Errors: MDGAN_INVALID,
 * MDGAN_MEMORY, MDGAN_PARALLEL (nobody serves there) and those of mdgan_model_load(). */
mdgan_status mdgan_session_create(mdgan_session **session, const mdgan_config *config, const mdgan_feature *feature,
                                  size_t n_entity, const mdgan_host *host, const mdgan_comm *comm, mdgan_error *error);

/** Ends a session and frees all; what was not saved is gone. A training beside the run is cancelled, and the ranks of
 * the other partition are told that there will be no more. NULL is fine. */
void mdgan_session_destroy(mdgan_session *session);

/** Changes keywords of a running session, for the next training or file; @p words as in mdgan_config_set_words(). The
 * keywords that were fixed when the session began (windows, load, isotropic, reversible, stop, overlap) are refused,
 * and those that contradict each other. Unchanged after an error. Collective. Errors: those of mdgan_config_set_words()
 * and mdgan_config_check(), MDGAN_STATE. */
mdgan_status mdgan_session_set(mdgan_session *session, size_t n_word, const char *const *words /* [n_word] */,
                               mdgan_error *error);

/** Hands over one frame. @p row: [n_entity][n_component], feature units, read on rank 0 only (others may pass NULL).
 * @p step, @p time: the host's clock. @p box: [9] edge vectors or NULL. A repeated step is ignored; a step that does
 * not follow the last one at the feature's stride starts the collection anew, with a log line.
 * *@p done (the same on all ranks): the host should end its run now. That is with the last wanted frame, and with
 * `overlap` one frame after the training beside the run is over and its model adopted; never with `stop no`. Once a
 * model is held nothing is collected any more and only the last values are kept, where position features go on from;
 * with `stop no` the collection goes on, unless the session was made with `load`.
 * No communication without `overlap`; then errors come on rank 0 alone, and it is for the host to end all ranks. With
 * `overlap` and no model yet it is collective, one small reduction per call; the call that starts a training also
 * spreads the frames, the one that ends it the model, and errors are the same on all ranks. Unchanged after an error of
 * the frame: MDGAN_DATA (not finite), MDGAN_MEMORY; further those of mdgan_session_train(). */
mdgan_status mdgan_session_offer(mdgan_session *session, int64_t step, double time, const double *box, const float *row,
                                 bool *done, mdgan_error *error);

/** The frames to come do not follow those before, whatever their steps: to be called when the host's clock has moved
 * without a simulation. The next frame starts the collection anew, with a log line. The same on all ranks. */
void mdgan_session_break(mdgan_session *session);

/** To be called at the end of each of the host's runs: trains if the windows are in, there is no model yet and `stop`
 * is yes; waits for a training beside the run, without using a core for it, and takes its model, or trains anew if that
 * has failed; else says in the log where the collection stands. Quiet if there is a model. Collective. Errors: those of
 * mdgan_session_train(). */
mdgan_status mdgan_session_run_ended(mdgan_session *session, mdgan_error *error);

/** Trains on what was collected, saves `data` and `save`. Progress goes to the host's log. Collective. Once, since the
 * frames collected are freed when a model is there; after a failed training they are kept, and it may be tried again.
 * With `stop no` they are kept in any case: every call is a new training on all frames collected so far, whose model
 * replaces the one before. A training beside the run that is in flight is given up. A training that the host stops, or
 * that ends with MDGAN_NUMERIC, leaves its best model so far: a success, with a log line; after MDGAN_NUMERIC the model
 * has no checkpoint, since there is nothing to go on from. With `resume` the training of that file goes on, once: the
 * next one begins anew. Errors: MDGAN_STATE (frames missing, or trained before), those of training and of files. If
 * a file cannot be written the model stays in memory, and one that is saved nowhere else is put into the working
 * directory or that of temporary files, under a name that the error tells. */
mdgan_status mdgan_session_train(mdgan_session *session, mdgan_error *error);

/** Writes the frames collected so far as H5MD, also in the middle of collecting. Collective.
 * Errors: MDGAN_STATE (none collected, or freed after the training), MDGAN_INVALID (the model's file by its keyword),
 * those of mdgan_series_write(). */
mdgan_status mdgan_session_write(mdgan_session *session, const char *path, mdgan_error *error);

/** Reads a model from @p path (rank 0 reads, all get it); the same checks as `load`. Frees the frames collected (but
 * with `stop no`); ends the emission from the model before and gives up a training beside the run. Collective. */
mdgan_status mdgan_session_load(mdgan_session *session, const char *path, mdgan_error *error);

/** Writes the model to @p path (rank 0). Collective. Errors: MDGAN_STATE (no model yet), MDGAN_INVALID (the file of
 * keyword `data`), MDGAN_FILE. */
mdgan_status mdgan_session_save(mdgan_session *session, const char *path, mdgan_error *error);

/** For hosts that write the emission to @p path: MDGAN_INVALID if that is the file of a keyword. Only file look-ups. */
mdgan_status mdgan_session_check_series(const mdgan_session *session, const char *path, mdgan_error *error);

/** The next emitted frame: *@p row is [n_entity][n_component], feature units, the same on all ranks, valid until the
 * next call. Collective. Errors: MDGAN_STATE (no model: names the remedy), those of mdgan_generator_next(). */
mdgan_status mdgan_session_emit(mdgan_session *session, const float **row, mdgan_error *error);

mdgan_report mdgan_session_report(const mdgan_session *session);

/** The model held, or NULL. Borrowed. */
const mdgan_model *mdgan_session_model(const mdgan_session *session);

/** Session as bytes for a host's restart file: phase, frames collected (their values as long as a training
 * may need them: before the first one, and with `stop no` always), model, position of the emission. A training beside
 * the run is not part of it: it starts again with the first frame offered after mdgan_session_unpack(). Complete on
 * rank 0; other ranks get NULL and 0. The caller frees @p bytes with free(). Collective. */
mdgan_status mdgan_session_pack(const mdgan_session *session, void **bytes, size_t *n_byte, mdgan_error *error);

/** Restores what mdgan_session_pack() stored into a session created with the same keywords. @p bytes on rank 0.
 * With `load` the model read stays: a state without one only says where the simulation stood, one with another is
 * refused. Errors: MDGAN_FORMAT, MDGAN_VERSION, MDGAN_MISMATCH; unchanged after an error. Collective. */
mdgan_status mdgan_session_unpack(mdgan_session *session, const void *bytes, size_t n_byte, mdgan_error *error);

/** The other end of `overlap partition`: waits for a session to begin behind @p client, and trains for it with all
 * ranks of @p comm, again and again, until that session is destroyed. Each session needs a call of its own. Waits
 * without using a core. @p client: read on rank 0 only, others may pass NULL; @p host: for log and cancelled (then the
 * client is told, and goes on without). Collective over @p comm. Errors: MDGAN_FORMAT or MDGAN_VERSION (a message that
 * is none of ours), MDGAN_CANCELLED, MDGAN_MEMORY, MDGAN_PARALLEL. A training that fails is no error here: the client
 * gets to know. */
mdgan_status mdgan_serve(const mdgan_peer *client, const mdgan_comm *comm, const mdgan_host *host, mdgan_error *error);

#ifdef __cplusplus
}
#endif
#endif
