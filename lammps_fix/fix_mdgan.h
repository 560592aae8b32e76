/* SPDX-License-Identifier: GPL-2.0-only */
/** @file
 * fix mdgan: collects a feature from the running simulation, trains a GAN on it and shows its series to LAMMPS.
 */
#ifndef MDGAN_FIX_MDGAN_H
#define MDGAN_FIX_MDGAN_H

#include <memory>
#include <string>
#include <vector>

#include <mdgan/owned.h>

#include "collect.h"
#include "fix.h"
#include "host_error.h"
#include "lammps_host.h"

namespace LAMMPS_NS
{
class FixMdgan : public Fix
{
  public:
    FixMdgan(LAMMPS *lammps, int narg, char **arg);
    ~FixMdgan() override;

    int setmask() override;
    void init() override;
    void setup(int vflag) override;
    void end_of_step() override;
    void post_run() override;
    void write_restart(FILE *fp) override;
    void restart(char *buf) override;
    double compute_scalar() override;
    double compute_vector(int i) override;
    double compute_array(int i, int j) override;
    double memory_usage() override;

    // Used by the command mdgan.

    /** The fix mdgan with this ID, or LAMMPS's error by @p complain. */
    static FixMdgan &find(LAMMPS *lmp, const std::string &id, const HostError &complain);

    mdgan_session *session() const;

    /** While something is emitted a set-up of LAMMPS is not the beginning of a run. */
    void set_emitting(bool emitting)
    {
        emitting_ = emitting;
    }
    /** Whether it has sampled the simulation, or a restart file has brought frames or the place in an emission. */
    bool has_seen_frames() const;
    /** Takes down the user's time limit. */
    void note_limit()
    {
        host_.note_limit();
    }

    /** After a training: see LammpsHost. */
    void enforce_limit()
    {
        host_.enforce_limit();
    }
    /** Ends in LAMMPS's error unless there is a model to emit from. */
    void require_model() const;
    /** MDGAN_INVALID if another fix mdgan reads or writes the file @p path, which is about to be written for this one.
     */
    mdgan_status check_other_fixes(const char *path, mdgan_error &failure) const;
    /** That in LAMMPS's error, by @p complain, as rank 0's file system sees it. Collective. */
    void refuse_files_of_others(const char *path, const HostError &complain) const;
    /** Makes the next generated frame the current row. Collective; fails on all ranks or on none. */
    mdgan_status emit(mdgan_error &failure);
    /** Brings what the ranks measured each for itself to rank 0's values. Collective. */
    void agree_on_times();

    const mdgan_feature &feature() const;
    size_t n_entity() const;
    /** The current row, [n_entity][n_component], feature units, the same on every rank. */
    const float *row() const;
    const mdgan_comm *communicator() const;
    const std::string &host_name() const;
    /** Box edge vectors as rows, [9], length units. */
    void box(double *edges) const;

  private:
    /** Columns of the global vector, in the order of docs/fix_mdgan.md. */
    enum Column {
        ITERATION,
        CRITIC_LOSS,
        WASSERSTEIN_Y,
        WASSERSTEIN_Z,
        SCORE,
        BEST_SCORE,
        START_SCORE,
        FRAMES,
        FRAMES_WANTED,
        EMITTED,
        COLLECT_SECONDS,
        TRAIN_SECONDS,
        EMIT_SECONDS,
        N_COLUMN
    };

    void declare_outputs();
    void parse(int narg, char **arg);
    void describe();
    void create_session();
    void check_timestep();
    void notice_jump();
    void sample();
    void stop_run();
    void find_trainer();
    bool trains_elsewhere() const;
    void show(const float *values);

    HostError complain_;
    LammpsHost host_;
    std::string rescue_; ///< file for the windows if the training on them fails
    mdgan::Owned<mdgan_comm> comm_;
    mdgan::Owned<mdgan_peer> trainer_; ///< rank 0's, with overlap partition
    mdgan::Owned<mdgan_session> session_;
    std::unique_ptr<Collect> collect_;
    mdgan_config config_;
    mdgan_feature feature_;
    size_t n_entity_;
    bigint last_sampled_;        ///< step of the last sample, -1: none
    bool running_;               ///< in a run
    bigint resumes_at_;          ///< step on which a run goes on with the one before
    bool emitting_ = false;      ///< LAMMPS's set-ups are an emission's, see set_emitting()
    bool stopped_run_;           ///< this fix has forced LAMMPS's timeout
    double sampling_seconds_;    ///< reading the feature, beside what the session counts
    double seconds_[3];          ///< collect, train, emit as of the last agree_on_times()
    std::vector<double> sample_; ///< [n_entity][n_component] of the simulation
    std::vector<float> row_;     ///< [n_entity][n_component] shown to LAMMPS
    size_t first_local_;         ///< first entity of this rank's part of the local array
    std::vector<double> local_;  ///< [size_local_rows][n_component], behind array_local
    std::vector<double *> local_rows_;
};
} // namespace LAMMPS_NS

#endif
