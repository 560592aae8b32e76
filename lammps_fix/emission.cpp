/* SPDX-License-Identifier: GPL-2.0-only */
#include "emission.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "comm.h"
#include "fix_mdgan.h"
#include "input.h"
#include "modify.h"
#include "output.h"
#include "timer.h"
#include "update.h"

namespace LAMMPS_NS
{
namespace
{
/** Fixes that only look at values. All others would act on atoms that stand still during the emission. */
const char *const observer_styles[] = {
    "ave/time", "ave/correlate", "ave/correlate/long", "ave/histo", "ave/histo/weight", "vector", "print", "halt"};

/** Frames between two looks at whether rank 0 could write its file. */
const bigint file_check = 1024;

bool is_observer(const Fix *fix)
{
    for (const char *style : observer_styles) {
        if (std::strcmp(fix->style, style) == 0) {
            return true;
        }
    }
    return false;
}
} // namespace

Emission::Emission(LAMMPS *lammps)
    : Pointers(lammps), complain_(lammps, "mdgan", "mdgan emit"), n_frame_(0), n_emitted_(0), fix_(nullptr),
      writer_(nullptr), file_status_(MDGAN_OK), file_error_()
{
}

Emission::~Emission()
{
    // If LAMMPS unwinds from an error, nothing may stay behind.
    mdgan_series_abandon(writer_);
    tell_fixes(false);
}

void Emission::run(int narg, char **arg)
{
    parse(narg, arg);
    if (timer->is_timeout()) { // as a run is
        return skip();
    }
    fix_->require_model();
    begin();
    open_file(); // after what LAMMPS may refuse, before what it writes
    prepare_computes();
    begin();
    start_output();
    const std::clock_t start = std::clock();
    loop();
    close_file();
    const double cpu_seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    end();
    report(cpu_seconds);
}

void Emission::parse(int narg, char **arg)
{
    const std::string usage = "expected: mdgan emit ID N [file NAME]";
    if (narg < 2) {
        complain_.illegal(usage);
    }
    id_ = arg[0];
    char *end = nullptr;
    errno = 0;
    n_frame_ = std::strtoll(arg[1], &end, 10);
    if (*end != '\0' || end == arg[1] || n_frame_ < 1 || errno == ERANGE) {
        complain_.illegal(std::string("N must be a positive number of frames, not '") + arg[1] + "'");
    }
    for (int i = 2; i < narg; i += 2) {
        if (std::strcmp(arg[i], "file") != 0) {
            complain_.illegal(std::string("unknown keyword '") + arg[i] + "'; " + usage);
        }
        if (i + 1 == narg) {
            complain_.illegal("keyword 'file' has no value; " + usage);
        }
        if (!path_.empty()) {
            complain_.illegal("keyword 'file' is given twice, with '" + path_ + "' and '" + arg[i + 1] +
                              "'; leave one of them out");
        }
        path_ = arg[i + 1];
    }
    fix_ = &FixMdgan::find(lmp, id_, complain_);
    if (n_frame_ > MAXSMALLINT / fix_->nevery) {
        complain_.illegal("N = " + std::to_string(n_frame_) + " frames of " + std::to_string(fix_->nevery) +
                          " steps are more than one command can count; repeat it with N up to " +
                          std::to_string(MAXSMALLINT / fix_->nevery));
    }
}

void Emission::find_observers()
{
    for (int i = 0; i < modify->nfix; i++) {
        if (is_observer(modify->fix[i]) && modify->fix[i]->nevery > 0) {
            observers_.push_back(modify->fix[i]);
        }
    }
}

void Emission::begin()
{
    // Before init(): fix vector allocates for endstep.
    const int n_step = static_cast<int>(n_frame_ * fix_->nevery);
    update->whichflag = 1;
    update->nsteps = n_step;
    update->firststep = update->beginstep = update->ntimestep;
    update->laststep = update->endstep = update->ntimestep + n_step;
    timer->init_timeout();
    lmp->init();
}

template <class Do> void Emission::for_each_fix(Do what)
{
    for (int i = 0; i < modify->nfix; i++) {
        FixMdgan *const fix = dynamic_cast<FixMdgan *>(modify->fix[i]);
        if (fix) {
            what(*fix);
        }
    }
}

void Emission::prepare_computes()
{
    // They may have been defined since the last run: neighbour lists, energies and pressures of atoms are made anew.
    modify->addstep_compute_all(update->ntimestep);
    for_each_fix([](FixMdgan &fix) { fix.set_emitting(fix.has_seen_frames()); }); // else this is its first sample
    input->one("run 0 post no");
    tell_fixes(true);
}

void Emission::tell_fixes(bool emitting)
{
    for_each_fix([emitting](FixMdgan &fix) { fix.set_emitting(emitting); });
}

void Emission::start_output()
{
    // Nothing moves, so the last tallied energy and virial hold; thermo would stop the run without this.
    update->eflag_global = update->vflag_global = update->eflag_atom = update->vflag_atom = update->ntimestep;
    find_observers();
    for (Fix *observer : observers_) {
        observer->setup(0);
    }
    output->setup(0);
    timer->init();
    timer->barrier_start();
}

void Emission::open_file()
{
    if (path_.empty()) {
        return;
    }
    const bigint step = update->ntimestep + fix_->nevery;
    const double time = update->atime + static_cast<double>(step - update->atimestep) * update->dt;
    double box[9];
    fix_->box(box);
    if (comm->me == 0) {
        file_status_ = mdgan_session_check_series(fix_->session(), path_.c_str(), &file_error_);
    }
    if (comm->me == 0 && file_status_ == MDGAN_OK) {
        file_status_ = fix_->check_other_fixes(path_.c_str(), file_error_);
    }
    if (comm->me == 0 && file_status_ == MDGAN_OK) {
        file_status_ = mdgan_series_open(&writer_, path_.c_str(), fix_->host_name().c_str(), &fix_->feature(),
                                         fix_->n_entity(), step, time, box, &file_error_);
    }
    check_file(file_status_);
}

void Emission::loop()
{
    const int n_step = update->nsteps;
    for (int i = 0; i < n_step; i++) {
        if (timer->check_timeout(i)) { // fix halt or the timer command
            update->nsteps = i;
            break;
        }
        const bigint step = ++update->ntimestep;
        update->eflag_global = update->vflag_global = update->eflag_atom = update->vflag_atom = step;
        if ((i + 1) % fix_->nevery == 0) {
            emit_frame();
            append_row();
        }
        for (Fix *observer : observers_) {
            if (step % observer->nevery == 0) {
                observer->end_of_step();
            }
        }
        if (step == output->next) {
            output->write(step);
        }
    }
}

void Emission::emit_frame()
{
    mdgan_error failure;
    const mdgan_status status = fix_->emit(failure); // the same on all ranks
    if (status != MDGAN_OK) {
        abandon_file();
        complain_.check(status, failure);
    }
    n_emitted_++;
}

void Emission::append_row()
{
    if (path_.empty()) {
        return;
    }
    if (writer_ && file_status_ == MDGAN_OK) {
        file_status_ = mdgan_series_append(writer_, fix_->row(), &file_error_);
    }
    if (n_emitted_ % file_check == 0) {
        check_file(file_status_);
    }
}

void Emission::close_file()
{
    if (path_.empty()) {
        return;
    }
    check_file(file_status_);
    if (n_emitted_ == 0) { // a limit that has passed before, or fix halt: skipped, as a run is
        return abandon_file();
    }
    if (writer_) {
        file_status_ = mdgan_series_close(writer_, &file_error_);
    }
    writer_ = nullptr;
    check_file(file_status_);
}

void Emission::check_file(mdgan_status status)
{
    const mdgan_status agreed = mdgan_comm_agree(fix_->communicator(), status, &file_error_);
    if (agreed == MDGAN_OK) {
        return;
    }
    abandon_file();
    complain_.check(agreed, file_error_);
}

void Emission::abandon_file()
{
    mdgan_series_abandon(writer_);
    writer_ = nullptr;
}

void Emission::end()
{
    timer->barrier_stop();
    tell_fixes(false);
    for (Fix *observer : observers_) {
        observer->post_run();
    }
    update->update_time(); // the next run or emission counts the time from its first step on
    fix_->agree_on_times();
    update->whichflag = 0;
    update->firststep = update->laststep = 0;
    update->beginstep = update->endstep = 0;
}

void Emission::skip() const
{
    if (comm->me == 0) {
        utils::logmesg(
            lmp, std::string("mdgan emit: skipped, as a run is: a time limit has passed, or fix halt has ended the run "
                             "before\n"));
    }
}

void Emission::report(double cpu_seconds) const
{
    double total = 0.0;
    MPI_Allreduce(&cpu_seconds, &total, 1, MPI_DOUBLE, MPI_SUM, world);
    if (comm->me != 0) {
        return;
    }
    const mdgan_feature &feature = fix_->feature();
    char line[256];
    std::snprintf(line, sizeof line,
                  "mdgan emit: %lld frame%s of %zu %s, simulated time %g %s, CPU time %.3g s, "
                  "%.0f frames per CPU second\n",
                  static_cast<long long>(n_emitted_), n_emitted_ == 1 ? "" : "s", fix_->n_entity(),
                  fix_->n_entity() == 1 ? "entity" : "entities", static_cast<double>(n_emitted_) * feature.dt,
                  feature.time_unit[0] ? feature.time_unit : "time units", total,
                  total > 0.0 ? static_cast<double>(n_emitted_) / total : 0.0);
    utils::logmesg(lmp, std::string(line));
}
} // namespace LAMMPS_NS
