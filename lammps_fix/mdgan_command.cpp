/* SPDX-License-Identifier: GPL-2.0-only */
#include "mdgan_command.h"

#include <cstring>

#include "emission.h"
#include "fix_mdgan.h"
#include "lammps_host.h"
#include "partition.h"
#include "timer.h"
#include "universe.h"

namespace LAMMPS_NS
{
struct MdganCommand::Action {
    const char *name;
    const char *arguments;
    int least; ///< number of arguments
    int most;  ///< -1: any
    void (MdganCommand::*run)(int narg, char **arg);
};

const MdganCommand::Action MdganCommand::actions[] = {
    {"emit", "ID N [file NAME]", 2, -1, &MdganCommand::emit},
    {"train", "ID [keyword value ...]", 1, -1, &MdganCommand::train},
    {"save", "ID FILE", 2, 2, &MdganCommand::save},
    {"load", "ID FILE", 2, 2, &MdganCommand::load},
    {"write", "ID FILE", 2, 2, &MdganCommand::write},
    {"serve", "", 0, 0, &MdganCommand::serve},
};

MdganCommand::MdganCommand(LAMMPS *lammps) : Command(lammps), complain_(lammps, "mdgan", "mdgan")
{
}

std::string MdganCommand::usage()
{
    std::string text = "expected one of:";
    const char *separator = " ";
    for (const Action &action : actions) {
        text += std::string(separator) + "mdgan " + action.name + (action.arguments[0] ? " " : "") + action.arguments;
        separator = ", ";
    }
    return text;
}

void MdganCommand::command(int narg, char **arg)
{
    if (narg < 1) {
        complain_.illegal(usage());
    }
    for (const Action &action : actions) {
        if (std::strcmp(action.name, arg[0]) != 0) {
            continue;
        }
        if (narg - 1 < action.least || (action.most >= 0 && narg - 1 > action.most)) {
            complain_.illegal(std::string("expected: mdgan ") + action.name + " " + action.arguments);
        }
        complain_ = HostError(lmp, "mdgan", std::string("mdgan ") + action.name);
        return (this->*action.run)(narg - 1, arg + 1);
    }
    complain_.illegal(std::string("unknown action '") + arg[0] + "'; " + usage());
}

void MdganCommand::emit(int narg, char **arg)
{
    Emission(lmp).run(narg, arg);
}

void MdganCommand::train(int narg, char **arg)
{
    FixMdgan &fix = FixMdgan::find(lmp, arg[0], complain_);
    mdgan_error failure;
    for (int i = 1; i + 1 < narg; i += 2) {
        if (std::strcmp(arg[i], "save") == 0 || std::strcmp(arg[i], "data") == 0) {
            fix.refuse_files_of_others(arg[i + 1], complain_);
        }
    }
    complain_.check(mdgan_session_set(fix.session(), narg - 1, arg + 1, &failure), failure);
    timer->init_timeout(); // as a run does; a limit counts from the command `timer timeout` on
    fix.note_limit();
    complain_.check(mdgan_session_train(fix.session(), &failure), failure);
    fix.enforce_limit();
    fix.agree_on_times();
}

void MdganCommand::save(int, char **arg)
{
    FixMdgan &fix = FixMdgan::find(lmp, arg[0], complain_);
    mdgan_error failure;
    fix.refuse_files_of_others(arg[1], complain_);
    complain_.check(mdgan_session_save(fix.session(), arg[1], &failure), failure);
}

void MdganCommand::load(int, char **arg)
{
    FixMdgan &fix = FixMdgan::find(lmp, arg[0], complain_);
    mdgan_error failure;
    complain_.check(mdgan_session_load(fix.session(), arg[1], &failure), failure);
    fix.agree_on_times();
}

void MdganCommand::write(int, char **arg)
{
    FixMdgan &fix = FixMdgan::find(lmp, arg[0], complain_);
    mdgan_error failure;
    fix.refuse_files_of_others(arg[1], complain_);
    complain_.check(mdgan_session_write(fix.session(), arg[1], &failure), failure);
}

void MdganCommand::serve(int, char **)
{
    if (universe->nworlds != 2 || universe->iworld != 1) {
        complain_.illegal("mdgan serve is for the second of two partitions, e.g. mpirun -np 3 lmp-mdgan -partition 2 1 "
                          "and in the input script: partition yes 2 mdgan serve");
    }
    mdgan_comm *created = nullptr;
    mdgan_error failure;
    const mdgan_status status = mdgan_comm_create_mpi(&created, &world, &failure);
    const mdgan::Owned<mdgan_comm> ranks(created);
    complain_.check(status, failure);
    const mdgan::Owned<mdgan_peer> client = find_partition(lmp, 0, ranks.get(), complain_);
    LammpsHost session_host(lmp, "mdgan serve");
    const mdgan_host host = session_host.callbacks();
    timer->init_timeout();
    session_host.note_limit();
    const mdgan_status served = mdgan_serve(client.get(), ranks.get(), &host, &failure);
    if (served != MDGAN_CANCELLED) { // out of time: the log says so, and an error would end the simulation as well
        complain_.check(served, failure);
    }
}
} // namespace LAMMPS_NS
