/* SPDX-License-Identifier: GPL-2.0-only */
/** @file
 * Command `mdgan ACTION ...`: what can be done with a fix mdgan between two runs.
 */
#ifndef MDGAN_MDGAN_COMMAND_H
#define MDGAN_MDGAN_COMMAND_H

#include <string>

#include "host_error.h"
#include "lammps_command.h"

namespace LAMMPS_NS
{
class FixMdgan;

class MdganCommand : public Command
{
  public:
    explicit MdganCommand(LAMMPS *lammps);
    void command(int narg, char **arg) override;

  private:
    struct Action;
    static const Action actions[];
    static std::string usage();

    void emit(int narg, char **arg);
    void train(int narg, char **arg);
    void save(int narg, char **arg);
    void load(int narg, char **arg);
    void write(int narg, char **arg);
    void serve(int narg, char **arg);

    HostError complain_;
};
} // namespace LAMMPS_NS

#endif
