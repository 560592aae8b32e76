/* SPDX-License-Identifier: GPL-2.0-only */
#include "fix_mdgan.h"

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "atom.h"
#include "comm.h"
#include "domain.h"
#include "error.h"
#include "lammps_host.h"
#include "modify.h"
#include "output.h"
#include "partition.h"
#include "timer.h"
#include "units.h"
#include "universe.h"
#include "update.h"

namespace LAMMPS_NS
{
namespace
{
/** What stands before a session's bytes in a LAMMPS restart file; LAMMPS itself hands over no length. */
struct RestartHeader {
    char magic[8];
    int64_t version;
    int64_t n_byte;
};
const char restart_magic[8] = {'f', 'i', 'x', 'm', 'd', 'g', 'a', 'n'};
const int64_t restart_version = 1;

/** In place of a step. */
const bigint anywhere = -1;
} // namespace

FixMdgan::FixMdgan(LAMMPS *lammps, int narg, char **arg)
    : Fix(lammps, narg, arg), complain_(lammps, "fix mdgan", std::string("Fix mdgan ") + id),
      host_(lammps, std::string("Fix mdgan ") + id), rescue_(std::string("mdgan-") + id + "-windows.h5"),
      config_(mdgan_config_defaults()), feature_(), n_entity_(0), last_sampled_(-1), running_(false),
      resumes_at_(update->ntimestep), stopped_run_(false), sampling_seconds_(0.0), seconds_(), first_local_(0)
{
    mdgan_comm *created = nullptr;
    mdgan_error failure;
    const mdgan_status status = mdgan_comm_create_mpi(&created, &world, &failure);
    comm_.reset(created);
    complain_.check(status, failure);

    parse(narg, arg);
    collect_->init();
    n_entity_ = collect_->n_entity();
    describe();
    if (trains_elsewhere()) {
        find_trainer();
    }
    for (const char *const path : {config_.save, config_.data}) {
        refuse_files_of_others(path, complain_);
    }
    create_session();
    declare_outputs();
}

FixMdgan::~FixMdgan() = default;

void FixMdgan::parse(int narg, char **arg)
{
    if (narg < 6) {
        complain_.illegal("expected: fix ID group mdgan Nevery M feature [feature arguments] keyword value ...");
    }
    char *end = nullptr;
    const long every = std::strtol(arg[3], &end, 10);
    if (*end != '\0' || end == arg[3] || every < 1 || every > std::numeric_limits<int>::max()) {
        complain_.illegal(std::string("Nevery must be a positive number of steps, not '") + arg[3] + "'");
    }
    nevery = static_cast<int>(every);

    mdgan_error failure;
    complain_.check(mdgan_config_set_window(&config_, arg[4], &failure), failure);
    int used = 0;
    collect_ = collect_create(lmp, groupbit, {narg - 5, arg + 5, nevery, id}, complain_, used);
    const int first = 5 + used;
    complain_.check(mdgan_config_set_words(&config_, narg - first, arg + first, &failure), failure);
}

void FixMdgan::describe()
{
    const UnitNames *const names = unit_names(update->unit_style);
    if (!names) {
        complain_.fail(std::string("units ") + update->unit_style +
                       " are not supported; use lj, real, metal, si, cgs, micro or nano");
    }
    feature_ = collect_->describe();
    std::snprintf(feature_.length_unit, sizeof feature_.length_unit, "%s", names->length);
    std::snprintf(feature_.time_unit, sizeof feature_.time_unit, "%s", names->time);
    feature_.dt = update->dt * nevery;
    feature_.stride = nevery;
}

bool FixMdgan::trains_elsewhere() const
{
    return config_.overlap == MDGAN_OVERLAP_PARTITION;
}

void FixMdgan::find_trainer()
{
    if (universe->nworlds != 2 || universe->iworld != 0) {
        complain_.illegal("keyword 'overlap' got 'partition': this needs two partitions, the first for the simulation "
                          "and the second for the command `mdgan serve`, e.g. mpirun -np 3 lmp-mdgan -partition 2 1");
    }
    for (int i = 0; i < modify->nfix; i++) {
        const FixMdgan *const other = dynamic_cast<FixMdgan *>(modify->fix[i]);
        if (other && other != this && other->trains_elsewhere()) {
            complain_.illegal(
                std::string("keyword 'overlap' got 'partition', but the second partition trains for fix ") + other->id +
                " already; use overlap yes for one of them");
        }
    }
    trainer_ = find_partition(lmp, 1, comm_.get(), complain_);
}

void FixMdgan::create_session()
{
    mdgan_host host = host_.callbacks();
    host.trainer = trainer_.get();
    host.rescue = rescue_.c_str();
    host.stride_option = "Nevery";
    mdgan_session *created = nullptr;
    mdgan_error failure;
    const mdgan_status status =
        mdgan_session_create(&created, &config_, &feature_, n_entity_, &host, comm_.get(), &failure);
    session_.reset(created);
    complain_.check(status, failure);
}

void FixMdgan::declare_outputs()
{
    scalar_flag = vector_flag = array_flag = local_flag = 1;
    size_vector = N_COLUMN;
    size_array_rows = static_cast<int>(n_entity_);
    size_array_cols = static_cast<int>(feature_.n_component);
    // The row holds between two frames, so it may be read on any step.
    global_freq = local_freq = 1;
    extscalar = extvector = extarray = 0;
    restart_global = 1;
    stores_ids = 1; // the entities' order is that of the IDs

    const size_t n_rank = comm->nprocs;
    const size_t rank = comm->me;
    first_local_ = n_entity_ * rank / n_rank;
    size_local_rows = static_cast<int>(n_entity_ * (rank + 1) / n_rank - first_local_);
    size_local_cols = size_array_cols; // the same columns: LAMMPS expands f_ID[*] by those of the array
    local_.assign(static_cast<size_t>(size_local_rows) * size_local_cols, 0.0);
    local_rows_.assign(size_local_rows + 1, nullptr);
    for (int i = 0; i < size_local_rows; i++) {
        local_rows_[i] = local_.data() + static_cast<size_t>(i) * size_local_cols;
    }
    array_local = local_rows_.data();

    sample_.assign(n_entity_ * feature_.n_component, 0.0);
    row_.assign(sample_.size(), 0.0F);
    show(row_.data());
}

int FixMdgan::setmask()
{
    return FixConst::END_OF_STEP | FixConst::POST_RUN;
}

void FixMdgan::init()
{
    const size_t before = n_entity_;
    collect_->init();
    if (collect_->n_entity() != before) {
        complain_.fail("the number of entities of " + std::string(feature_.name) + " changed from " +
                       std::to_string(before) + " to " + std::to_string(collect_->n_entity()) +
                       "; unfix it and define it again");
    }
    check_timestep();
}

void FixMdgan::check_timestep()
{
    for (int i = 0; i < modify->nfix; i++) {
        if (std::strcmp(modify->fix[i]->style, "dt/reset") == 0) {
            complain_.fail("needs a constant timestep, but fix " + std::string(modify->fix[i]->id) +
                           " is of style dt/reset; unfix it");
        }
    }
    if (std::fabs(update->dt * nevery - feature_.dt) <= 1e-9 * feature_.dt) {
        return;
    }
    char change[96];
    std::snprintf(change, sizeof change, "the timestep changed from %g to %g", feature_.dt / nevery, update->dt);
    if (mdgan_session_model(session_.get())) {
        complain_.fail(std::string(change) +
                       ", but the model held is of the former; set it back, or define the fix again");
    }
    if (mdgan_session_report(session_.get()).frames > 0) {
        complain_.fail(std::string(change) + " after the first frame; set it before, or define the fix again");
    }
    if (trains_elsewhere()) { // a second session would find the other partition gone
        complain_.fail(std::string(change) + " after the fix command; with overlap partition set it before");
    }
    // The timestep command came after the fix command: nothing is lost yet.
    describe();
    create_session();
}

void FixMdgan::notice_jump()
{
    // mdgan emit, minimize and reset_timestep move the clock, perhaps by just one frame. A run that goes on without a
    // setup (pre no) may be asked for a restart before its first sample.
    const bool in_run = update->whichflag == 1 && !emitting_;
    const bigint began = in_run && update->ntimestep > update->firststep ? update->firststep : update->ntimestep;
    if (running_ || resumes_at_ == anywhere || resumes_at_ == began) {
        return;
    }
    mdgan_session_break(session_.get());
    last_sampled_ = -1;
}

void FixMdgan::setup(int)
{
    if (emitting_) {
        return;
    }
    // A run sets up its first step; the one before may have ended with an error, which a library's caller has caught.
    running_ = running_ && update->ntimestep != update->firststep;
    notice_jump();
    host_.note_limit();
    // A rerun sets up every frame of its files, and other files may go on with it.
    resumes_at_ = running_ ? anywhere : update->ntimestep;
    running_ = true;
    if (update->ntimestep % nevery == 0) {
        sample();
    }
}

void FixMdgan::end_of_step()
{
    running_ = true; // without a setup after run ... pre no
    sample();
}

void FixMdgan::sample()
{
    // A run starts on the step that the one before ended on.
    const bigint step = update->ntimestep;
    if (step == last_sampled_) {
        return;
    }
    last_sampled_ = step;
    const double start = MPI_Wtime();
    collect_->sample(sample_.data());
    for (size_t i = 0; i < row_.size(); i++) {
        row_[i] = static_cast<float>(sample_[i]);
        if (!std::isfinite(row_[i])) {
            complain_.fail(std::string(feature_.name) + " of entity " + std::to_string(i / feature_.n_component + 1) +
                           " is not finite on step " + std::to_string(step) + "; the simulation is not stable");
        }
    }
    show(row_.data());

    double edges[9];
    box(edges);
    const double time = update->atime + static_cast<double>(step - update->atimestep) * update->dt;
    bool done = false;
    mdgan_error failure;
    sampling_seconds_ += MPI_Wtime() - start;
    const mdgan_status status = mdgan_session_offer(session_.get(), step, time, edges, row_.data(), &done, &failure);
    if (status == MDGAN_MEMORY || (status != MDGAN_OK && config_.overlap == MDGAN_OVERLAP_NO)) {
        // All ranks have seen the same finite row; what is left to fail is rank 0's memory, which it cannot agree upon
        // here.
        error->one(FLERR, std::string("Fix mdgan ") + id + ": " + failure.text);
    }
    complain_.check(status, failure);
    if (done) {
        stop_run();
    } else if (mdgan_session_report(session_.get()).done_next) {
        // The run ends with the next sample: energies and pressure must be tallied there for the last thermo line.
        modify->addstep_compute_all(update->ntimestep + nevery);
    }
}

void FixMdgan::stop_run()
{
    if (resumes_at_ == anywhere) { // a rerun looks at no timer, and has not told it the user's limit
        return;
    }
    timer->force_timeout();
    stopped_run_ = true;
    output->next = output->next_thermo = update->ntimestep;
}

void FixMdgan::post_run()
{
    if (emitting_) {
        return;
    }
    if (stopped_run_) {
        timer->reset_timeout();
    }
    stopped_run_ = false;
    if (update->whichflag == 1 && resumes_at_ != anywhere) { // else a minimization
        resumes_at_ = update->ntimestep;
    }
    running_ = false;
    mdgan_error failure;
    complain_.check(mdgan_session_run_ended(session_.get(), &failure), failure);
    if (update->whichflag == 1) { // a minimization has noted no limit
        enforce_limit();
    }
    agree_on_times();
}

void FixMdgan::show(const float *values)
{
    const size_t n = feature_.n_component;
    if (values != row_.data()) {
        std::copy(values, values + row_.size(), row_.begin());
    }
    for (int i = 0; i < size_local_rows; i++) {
        const size_t entity = first_local_ + i;
        for (size_t k = 0; k < n; k++) {
            local_rows_[i][k] = row_[entity * n + k];
        }
    }
}

FixMdgan &FixMdgan::find(LAMMPS *lmp, const std::string &id, const HostError &complain)
{
    const Modify *const modify = lmp->modify;
    const int index = lmp->modify->find_fix(id);
    if (index < 0) {
        complain.illegal("no fix with ID '" + id + "'; define it with fix " + id + " group mdgan ...");
    }
    FixMdgan *const fix = dynamic_cast<FixMdgan *>(modify->fix[index]);
    if (!fix) {
        complain.illegal("fix '" + id + "' is of style " + modify->fix[index]->style + ", not mdgan");
    }
    return *fix;
}

mdgan_session *FixMdgan::session() const
{
    return session_.get();
}

bool FixMdgan::has_seen_frames() const
{
    const mdgan_report report = mdgan_session_report(session_.get());
    return last_sampled_ >= 0 || report.frames > 0 || report.emitted > 0;
}

void FixMdgan::require_model() const
{
    const mdgan_report report = mdgan_session_report(session_.get());
    if (mdgan_session_model(session_.get())) {
        return;
    }
    const bool waits = config_.stop == MDGAN_STOP_NO && report.phase == MDGAN_PHASE_READY;
    complain_.fail("nothing to emit from yet, " + std::to_string(report.frames) + " of " +
                   std::to_string(report.frames_wanted) + " frames are collected; " +
                   (waits ? "train on them with mdgan train " + std::string(id)
                          : std::string("go on with run until it has trained")) +
                   ", or load a model with keyword load");
}

mdgan_status FixMdgan::check_other_fixes(const char *path, mdgan_error &failure) const
{
    for (int i = 0; i < modify->nfix; i++) {
        const FixMdgan *const other = dynamic_cast<FixMdgan *>(modify->fix[i]);
        if (other == nullptr || other == this) {
            continue;
        }
        const mdgan_status status = mdgan_session_check_series(other->session(), path, &failure);
        if (status != MDGAN_OK) {
            const std::string text = std::string("fix ") + other->id + " mdgan: " + failure.text;
            std::snprintf(failure.text, sizeof failure.text, "%s", text.c_str());
            return status;
        }
    }
    return MDGAN_OK;
}

void FixMdgan::refuse_files_of_others(const char *path, const HostError &complain) const
{
    mdgan_error failure;
    const mdgan_status status = comm->me == 0 ? check_other_fixes(path, failure) : MDGAN_OK;
    complain.check(mdgan_comm_agree(comm_.get(), status, &failure), failure);
}

mdgan_status FixMdgan::emit(mdgan_error &failure)
{
    const float *values = nullptr;
    const mdgan_status status = mdgan_session_emit(session_.get(), &values, &failure);
    if (status == MDGAN_OK) {
        show(values);
    }
    return status;
}

void FixMdgan::agree_on_times()
{
    // Variables and loops of the input script are evaluated by every rank, so all must read the same seconds.
    const mdgan_report report = mdgan_session_report(session_.get());
    seconds_[0] = report.collect_seconds + sampling_seconds_;
    seconds_[1] = report.training.seconds;
    seconds_[2] = report.emit_seconds;
    MPI_Bcast(seconds_, 3, MPI_DOUBLE, 0, world);
}

double FixMdgan::compute_scalar()
{
    return mdgan_session_report(session_.get()).phase;
}

double FixMdgan::compute_vector(int i)
{
    const mdgan_report report = mdgan_session_report(session_.get());
    const mdgan_progress &training = report.training;
    switch (i) {
    case ITERATION:
        return static_cast<double>(training.iteration);
    case CRITIC_LOSS:
        return training.critic_loss;
    case WASSERSTEIN_Y:
        return training.wasserstein_y;
    case WASSERSTEIN_Z:
        return training.wasserstein_z;
    case SCORE:
        return training.score;
    case BEST_SCORE:
        return training.best_score;
    case START_SCORE:
        return training.start_score;
    case FRAMES:
        return static_cast<double>(report.frames);
    case FRAMES_WANTED:
        return static_cast<double>(report.frames_wanted);
    case EMITTED:
        return static_cast<double>(report.emitted);
    case COLLECT_SECONDS:
    case TRAIN_SECONDS:
    case EMIT_SECONDS:
        return seconds_[i - COLLECT_SECONDS];
    default:
        return 0.0;
    }
}

double FixMdgan::compute_array(int i, int j)
{
    // LAMMPS's fix ave/histo reads columns of an array as long as the vector is, so i may lie outside.
    if (i < 0 || i >= size_array_rows || j < 0 || j >= size_array_cols) {
        return 0.0;
    }
    return row_[static_cast<size_t>(i) * size_array_cols + j];
}

double FixMdgan::memory_usage()
{
    const mdgan_report report = mdgan_session_report(session_.get());
    const double values = static_cast<double>(n_entity_ * feature_.n_component);
    const bool keeps = config_.stop == MDGAN_STOP_NO || report.phase == MDGAN_PHASE_COLLECT ||
                       report.phase == MDGAN_PHASE_READY; // else freed after the training
    const double frames = keeps ? static_cast<double>(std::max(report.frames, report.frames_wanted)) : 0.0;
    return values * (frames * sizeof(float) + 3 * sizeof(double));
}

void FixMdgan::write_restart(FILE *fp)
{
    void *bytes = nullptr;
    size_t n_byte = 0;
    mdgan_error failure;
    notice_jump();
    complain_.check(mdgan_session_pack(session_.get(), &bytes, &n_byte, &failure), failure);
    const std::unique_ptr<void, decltype(&std::free)> owner(bytes, std::free);

    RestartHeader header = {};
    std::memcpy(header.magic, restart_magic, sizeof header.magic);
    header.version = restart_version;
    header.n_byte = static_cast<int64_t>(n_byte);
    const size_t total = sizeof header + n_byte;
    bigint size = static_cast<bigint>(total);
    MPI_Bcast(&size, 1, MPI_LMP_BIGINT, 0, world);
    if (size > std::numeric_limits<int>::max()) { // LAMMPS stores the length of a fix's state as an int
        complain_.fail("its state of " + std::to_string(size) +
                       " bytes is more than the 2147483647 that LAMMPS's restart file takes of one fix; collect fewer "
                       "windows, or write restart files only after the training: from then on the state is the model");
    }
    if (comm->me != 0) {
        return;
    }
    const int length = static_cast<int>(size);
    if (std::fwrite(&length, sizeof length, 1, fp) != 1 || std::fwrite(&header, sizeof header, 1, fp) != 1 ||
        std::fwrite(bytes, 1, n_byte, fp) != n_byte) {
        const std::string reason = std::strerror(errno);
        error->one(FLERR, std::string("Fix mdgan ") + id + ": cannot write its state of " + std::to_string(size) +
                              " bytes to the restart file (" + reason + "); free disk space, or write it elsewhere");
    }
}

void FixMdgan::restart(char *buf)
{
    RestartHeader header;
    std::memcpy(&header, buf, sizeof header);
    if (std::memcmp(header.magic, restart_magic, sizeof header.magic) != 0) {
        complain_.fail("the restart file holds the state of another fix under this ID; rename this fix");
    }
    if (header.version != restart_version) {
        complain_.fail("the restart file was written by another version of mdgan (state version " +
                       std::to_string(header.version) + ", known: " + std::to_string(restart_version) +
                       "); restart with that version, or rename this fix to start anew");
    }
    // LAMMPS hands over no length to compare with, but it never holds more than this; the session checks the rest.
    if (header.n_byte < 0 || header.n_byte > std::numeric_limits<int>::max() - static_cast<int64_t>(sizeof header)) {
        complain_.fail("the restart file is damaged: its state of " + std::to_string(header.n_byte) +
                       " bytes is longer than a restart file can hold; use another one");
    }
    mdgan_error failure;
    complain_.check(
        mdgan_session_unpack(session_.get(), buf + sizeof header, static_cast<size_t>(header.n_byte), &failure),
        failure);
}

const mdgan_feature &FixMdgan::feature() const
{
    return feature_;
}

size_t FixMdgan::n_entity() const
{
    return n_entity_;
}

const float *FixMdgan::row() const
{
    return row_.data();
}

const mdgan_comm *FixMdgan::communicator() const
{
    return comm_.get();
}

const std::string &FixMdgan::host_name() const
{
    return host_.name();
}

void FixMdgan::box(double *edges) const
{
    const double values[9] = {domain->xprd, 0.0,        0.0,        domain->xy,  domain->yprd,
                              0.0,          domain->xz, domain->yz, domain->zprd};
    std::copy(values, values + 9, edges);
}
} // namespace LAMMPS_NS
