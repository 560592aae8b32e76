/* SPDX-License-Identifier: GPL-2.0-only */
#include "collect.h"

#include <cstring>

#include "collect_bond_velocity.h"

namespace LAMMPS_NS
{
namespace
{
struct CollectStyle {
    const char *name;
    const char *usage; ///< arguments after the name
    int narg;          ///< their number
    std::unique_ptr<Collect> (*create)(LAMMPS *lmp, int groupbit, char **arg, const HostError &complain);
};

template <class T> std::unique_ptr<Collect> create(LAMMPS *lmp, int groupbit, char **arg, const HostError &complain)
{
    return std::make_unique<T>(lmp, groupbit, arg, complain);
}

const CollectStyle styles[] = {
    {"bond/velocity", "TYPE", 1, create<CollectBondVelocity>},
};

std::string style_list()
{
    std::string list;
    for (const CollectStyle &style : styles) {
        list += std::string(list.empty() ? "" : ", ") + style.name + " " + style.usage;
    }
    return list;
}
} // namespace

std::unique_ptr<Collect> collect_create(LAMMPS *lmp, int groupbit, const CollectArgs &args, const HostError &complain,
                                        int &used)
{
    for (const CollectStyle &style : styles) {
        if (std::strcmp(style.name, args.arg[0]) != 0) {
            continue;
        }
        if (args.narg < 1 + style.narg) {
            complain.illegal(std::string("feature ") + style.name + " needs: " + style.name + " " + style.usage);
        }
        used = 1 + style.narg;
        return style.create(lmp, groupbit, args.arg + 1, complain);
    }
    complain.illegal(std::string("unknown feature '") + args.arg[0] + "'; known features: " + style_list());
}
} // namespace LAMMPS_NS
