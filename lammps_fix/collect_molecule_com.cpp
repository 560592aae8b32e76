/* SPDX-License-Identifier: GPL-2.0-only */
#include "collect_molecule_com.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <tuple>
#include <utility>

#include "domain.h"

namespace LAMMPS_NS
{
namespace
{
/** First of @p n atoms that is in this part; the larger parts come first, as gmx_mdgan has it. */
size_t part_begin(size_t part, size_t n, size_t n_part)
{
    return part * (n / n_part) + std::min(part, n % n_part);
}
} // namespace

CollectMoleculeCom::CollectMoleculeCom(LAMMPS *lammps, int groupbit, const CollectArgs &args, const HostError &complain,
                                       int &used)
    : CollectAtoms(lammps, groupbit, complain, "molecule/com"), n_part_(1), n_molecule_(0)
{
    expect_molecules();
    parse(args, used);
}

void CollectMoleculeCom::expect_molecules() const
{
    if (!atom->molecule_flag) {
        complain_.fail("feature molecule/com needs molecule IDs, but this atom style has none; use one that has, "
                       "e.g. full, or add them with fix property/atom mol");
    }
}

void CollectMoleculeCom::parse(const CollectArgs &args, int &used)
{
    used = 1;
    // Keywords begin with a letter, so all else can only be meant as N.
    if (args.narg == 1 || std::isalpha(static_cast<unsigned char>(args.arg[1][0]))) {
        return;
    }
    const long most = MDGAN_COMPONENT_MAX / 3;
    char *end = nullptr;
    const long n = std::strtol(args.arg[1], &end, 10);
    if (*end != '\0' || end == args.arg[1] || n < 1 || n > most) {
        complain_.illegal(std::string("feature molecule/com: number of parts '") + args.arg[1] +
                          "' is not a number from 1 to " + std::to_string(most));
    }
    if (n > 1 && n_axis_ < 3) {
        complain_.illegal(std::string("feature molecule/com: number of parts '") + args.arg[1] +
                          "', but parts are kept together in three dimensions only; use 1");
    }
    n_part_ = static_cast<size_t>(n);
    used = 2;
}

mdgan_feature CollectMoleculeCom::describe() const
{
    return describe_as("molecule/com " + std::to_string(n_part_), MDGAN_POSITION, n_part_);
}

std::vector<CollectMoleculeCom::Member> CollectMoleculeCom::find_members() const
{
    std::vector<tagint> ids;
    std::vector<double> masses;
    for (const int i : owned()) {
        if (atom->molecule[i] > 0) { // 0: in no molecule
            ids.push_back(atom->molecule[i]);
            ids.push_back(atom->tag[i]);
            masses.push_back(atom->rmass ? atom->rmass[i] : atom->mass[atom->type[i]]);
        }
    }
    ids = gather(ids);
    masses = gather(masses);
    std::vector<Member> members;
    for (size_t i = 0; i < masses.size(); i++) {
        members.push_back({ids[2 * i], ids[2 * i + 1], masses[i]});
    }
    std::sort(members.begin(), members.end(), [](const Member &a, const Member &b) {
        return std::tie(a.molecule, a.tag) < std::tie(b.molecule, b.tag);
    });
    return members;
}

void CollectMoleculeCom::cut(const Member *member, size_t n)
{
    const std::string molecule = "feature molecule/com: molecule " + std::to_string(member->molecule);
    if (n < n_part_) {
        complain_.fail(molecule + " has " + std::to_string(n) + " atoms in the group, too few for " +
                       std::to_string(n_part_) + " parts; ask for fewer parts, or choose a group without it");
    }
    for (size_t part = 0; part < n_part_; part++) {
        const size_t first = part_begin(part, n, n_part_), end = part_begin(part + 1, n, n_part_);
        double mass = 0.0;
        for (size_t i = first; i < end; i++) {
            mass += member[i].mass;
        }
        if (mass <= 0.0) {
            complain_.fail(molecule + " has no mass; set masses, or choose a group without it");
        }
        for (size_t i = first; i < end; i++) {
            share_.push_back({n_molecule_ * n_part_ + part, member[i].mass / mass});
        }
    }
    n_molecule_++;
}

void CollectMoleculeCom::init()
{
    expect_molecules(); // those of a fix property/atom may be gone
    const std::vector<Member> members = find_members();
    if (members.empty()) {
        complain_.fail("feature molecule/com: no atom of the group has a molecule ID above 0; choose another group, or "
                       "set molecule IDs, e.g. with the command set ... mol");
    }
    const std::vector<Share> before = std::move(share_);
    n_molecule_ = 0;
    share_.clear();
    std::vector<tagint> tags;
    for (size_t first = 0, i = 0; i < members.size(); i++) {
        tags.push_back(members[i].tag);
        if (i + 1 == members.size() || members[i + 1].molecule != members[i].molecule) {
            cut(members.data() + first, i + 1 - first);
            first = i + 1;
        }
    }
    set_members(tags, n_axis_ * n_molecule_ * n_part_);
    const auto same_part = [](const Share &a, const Share &b) { return a.part == b.part; };
    if (before.size() == share_.size() && !std::equal(before.begin(), before.end(), share_.begin(), same_part)) {
        refuse_other_members(); // as many molecules of the same atoms, divided otherwise
    }
}

size_t CollectMoleculeCom::n_entity() const
{
    return n_molecule_;
}

void CollectMoleculeCom::sample(double *row)
{
    sum(row, [this](int slot, int i, double *part) {
        double x[3];
        domain->unmap(atom->x[i], atom->image[i], x);
        const Share &share = share_[slot];
        for (size_t k = 0; k < n_axis_; k++) {
            part[n_axis_ * share.part + k] += share.weight * x[k];
        }
    });
}
} // namespace LAMMPS_NS
