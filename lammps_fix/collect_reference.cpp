/* SPDX-License-Identifier: GPL-2.0-only */
#include "collect_reference.h"

#include <cstdint>
#include <cstdio>
#include <cstring>

#include "modify.h"
#include "update.h"

namespace LAMMPS_NS
{
namespace
{
/** @p text, or if it is too long for a feature's name its beginning and a checksum of all of it. */
std::string as_name(const std::string &text)
{
    const size_t room = MDGAN_NAME_LENGTH - 1;
    if (text.size() <= room) {
        return text;
    }
    // FNV-1a: a model must not fit data of another long list that only begins alike.
    uint32_t checksum = 2166136261U;
    for (const char c : text) {
        checksum = (checksum ^ static_cast<unsigned char>(c)) * 16777619U;
    }
    char end[16];
    const int n = std::snprintf(end, sizeof end, "... %08x", static_cast<unsigned>(checksum));
    return text.substr(0, room - static_cast<size_t>(n)) + end;
}
} // namespace

bool is_reference(const char *word)
{
    return std::strchr("cfv", word[0]) && word[0] != '\0' && word[1] == '_';
}

CollectReference::CollectReference(LAMMPS *lammps, int groupbit, const CollectArgs &args, const HostError &complain,
                                   int &used)
    : Collect(lammps, groupbit, complain), nevery_(args.nevery), kind_(MDGAN_SCALAR), n_component_(0)
{
    for (used = 0; used < args.narg && is_reference(args.arg[used]); used++) {
        values_.emplace_back(lammps, args.arg[used], args, complain);
    }
    parse_kind(args, used);
}

void CollectReference::parse_kind(const CollectArgs &args, int &used)
{
    if (used == args.narg || std::strcmp(args.arg[used], "kind") != 0) {
        return;
    }
    const struct {
        const char *word;
        mdgan_kind kind;
    } kinds[] = {{"position", MDGAN_POSITION}, {"velocity", MDGAN_VELOCITY}, {"scalar", MDGAN_SCALAR}};
    const std::string word = used + 1 < args.narg ? args.arg[used + 1] : "";
    for (const auto &known : kinds) {
        if (word == known.word) {
            kind_ = known.kind;
            used += 2;
            return;
        }
    }
    complain_.illegal("keyword 'kind' got '" + word + "'; choose position, velocity or scalar");
}

mdgan_feature CollectReference::describe() const
{
    mdgan_feature feature = {};
    std::string name;
    for (const GlobalValue &value : values_) {
        name += (name.empty() ? "" : " ") + value.text();
    }
    std::snprintf(feature.name, sizeof feature.name, "%s", as_name(name).c_str());
    feature.kind = kind_;
    feature.n_component = n_component_;
    return feature;
}

void CollectReference::init()
{
    n_component_ = 0;
    for (GlobalValue &value : values_) {
        value.find();
        n_component_ += value.n_component();
        if (value.n_entity() != values_[0].n_entity()) {
            complain_.fail(value.text() + " has " + std::to_string(value.n_entity()) + " entities, but " +
                           values_[0].text() + " has " + std::to_string(values_[0].n_entity()) +
                           "; references side by side need equally many");
        }
    }
    if (n_component_ > MDGAN_COMPONENT_MAX) {
        complain_.fail("the references have " + std::to_string(n_component_) + " components together; at most " +
                       std::to_string(MDGAN_COMPONENT_MAX) +
                       " are possible, choose some with brackets, e.g. c_ID[1*3]");
    }
    // Energies and virials are tallied on these steps only; each sample then asks for the next one.
    const bigint next = (update->ntimestep / nevery_ + 1) * nevery_;
    if (update->ntimestep % nevery_ == 0) {
        modify->addstep_compute_all(update->ntimestep);
    }
    modify->addstep_compute_all(next);
}

size_t CollectReference::n_entity() const
{
    return values_[0].n_entity();
}

void CollectReference::sample(double *row)
{
    modify->clearstep_compute();
    size_t column = 0;
    for (GlobalValue &value : values_) {
        value.read(row + column, n_component_);
        column += value.n_component();
    }
    modify->addstep_compute(update->ntimestep + nevery_);
    // Not every style of LAMMPS fills its values in on all ranks, or to the last bit alike.
    MPI_Bcast(row, static_cast<int>(n_component_ * n_entity()), MPI_DOUBLE, 0, world);
}
} // namespace LAMMPS_NS
