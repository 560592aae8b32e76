/* SPDX-License-Identifier: BSD-3-Clause */
/** @file
 * Feature series in H5MD 1.1 files (de Buyl, Colberg, Hoefling, Comput. Phys. Commun. 185, 1546 (2014)).
 *
 * Layout: /particles/<group>/{position|velocity}/{step,time,value} for features of one xyz triplet per entity,
 * value [frame][entity][3]; other features go to /observables/<group>/feature, value [frame][entity][component].
 * The box is /particles/<group>/box; the feature's description is attributes of the /mdgan group.
 */
#ifndef MDGAN_SERIES_H
#define MDGAN_SERIES_H

#include <stddef.h>
#include <stdint.h>

#include <mdgan/dataset.h>
#include <mdgan/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Reads the whole series of one group. @p group: NULL = the only group in the file; "NAME/position" or
 * "NAME/velocity" where a group has both.
 * Reads files written by mdgan and plain H5MD files of other programs with a velocity or position element (a file
 * without the /mdgan description gets name "<group>/velocity", isotropic, reversible; units from the units module).
 * Fixed-step (step/time scalars) and explicit-step files are read. @p data is overwritten on success only.
 * Errors: MDGAN_FILE, MDGAN_FORMAT (not HDF5, not H5MD, truncated, steps not evenly spaced), MDGAN_VERSION,
 * MDGAN_MEMORY. */
mdgan_status mdgan_series_read(mdgan_dataset *data, const char *path, const char *group, mdgan_error *error);

/** Writes a whole dataset: temporary name, fsync, rename; after an error @p path is what it was before. @p creator:
 * program name for the H5MD header. Errors: MDGAN_INVALID (feature), MDGAN_DATA (values that are not finite),
 * MDGAN_STATE (no frames), MDGAN_FILE, MDGAN_MEMORY. */
mdgan_status mdgan_series_write(const mdgan_dataset *data, const char *path, const char *creator, mdgan_error *error);

typedef struct mdgan_series_writer mdgan_series_writer;

/** Streams rows into a temporary file beside @p path; nothing appears under @p path before mdgan_series_close().
 * @p first_step, @p first_time: of the first row; later rows follow at feature->stride and feature->dt.
 * @p box: [9] as in ::mdgan_dataset; NULL if unknown. *@p writer is NULL after an error.
 * Errors: MDGAN_INVALID (feature, number of entities), MDGAN_FILE, MDGAN_MEMORY. */
mdgan_status mdgan_series_open(mdgan_series_writer **writer, const char *path, const char *creator,
                               const mdgan_feature *feature, size_t n_entity, int64_t first_step, double first_time,
                               const double *box, mdgan_error *error);
/** Appends one frame, [n_entity][n_component]; buffered in chunks, constant memory. After an error the writer is only
 * good for mdgan_series_abandon(). Errors: MDGAN_DATA (a value that is not finite), MDGAN_FILE, MDGAN_STATE (called
 * again after an error, or after mdgan_series_finish()). */
mdgan_status mdgan_series_append(mdgan_series_writer *writer, const float *row, mdgan_error *error);
/** Completes the temporary file: what may fail for want of space has been done then, and no more frames can be added.
 * For files that shall all appear or none; mdgan_series_close() does it too. After an error the writer is only good for
 * mdgan_series_abandon(). Errors: MDGAN_STATE (no frames, an append failed before, or called again), MDGAN_FILE. */
mdgan_status mdgan_series_finish(mdgan_series_writer *writer, mdgan_error *error);
/** Finishes unless that is done, fsyncs, renames to the final name and frees the writer, also on failure (then the
 * temporary is removed and nothing appears). Errors: as mdgan_series_finish(), and MDGAN_MEMORY. */
mdgan_status mdgan_series_close(mdgan_series_writer *writer, mdgan_error *error);
/** Removes the temporary file and frees the writer; NULL is fine. */
void mdgan_series_abandon(mdgan_series_writer *writer);

#ifdef __cplusplus
}
#endif
#endif
