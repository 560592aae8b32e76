/* SPDX-License-Identifier: GPL-2.0-only */
#include "collect.h"

#include <cstring>

#include "collect_atom.h"
#include "collect_bond_velocity.h"
#include "collect_molecule_com.h"
#include "collect_reference.h"

namespace LAMMPS_NS
{
namespace
{
struct CollectStyle {
    const char *name;
    const char *usage; ///< arguments after the name, in brackets if they may be left out
    int narg;          ///< number of those that may not
    std::unique_ptr<Collect> (*create)(LAMMPS *lmp, int groupbit, const CollectArgs &args, const HostError &complain,
                                       int &used);
};

template <class T>
std::unique_ptr<Collect> create(LAMMPS *lmp, int groupbit, const CollectArgs &args, const HostError &complain,
                                int &used)
{
    return std::make_unique<T>(lmp, groupbit, args, complain, used);
}

const CollectStyle styles[] = {
    {"bond/velocity", " TYPE", 1, create<CollectBondVelocity>},
    {"molecule/com", " [N]", 0, create<CollectMoleculeCom>},
    {"atom/velocity", "", 0, create<CollectAtomVelocity>},
    {"atom/position", "", 0, create<CollectAtomPosition>},
};

std::string style_list()
{
    std::string list;
    for (const CollectStyle &style : styles) {
        list += std::string(style.name) + style.usage + ", ";
    }
    return list + "and references c_ID, f_ID, v_name";
}
} // namespace

std::unique_ptr<Collect> collect_create(LAMMPS *lmp, int groupbit, const CollectArgs &args, const HostError &complain,
                                        int &used)
{
    if (is_reference(args.arg[0])) {
        return create<CollectReference>(lmp, groupbit, args, complain, used);
    }
    for (const CollectStyle &style : styles) {
        if (std::strcmp(style.name, args.arg[0]) != 0) {
            continue;
        }
        if (args.narg < 1 + style.narg) {
            complain.illegal(std::string("feature ") + style.name + " needs: " + style.name + style.usage);
        }
        return style.create(lmp, groupbit, args, complain, used);
    }
    complain.illegal(std::string("unknown feature '") + args.arg[0] + "'; known features: " + style_list());
}
} // namespace LAMMPS_NS
