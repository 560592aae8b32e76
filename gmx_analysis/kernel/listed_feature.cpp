/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "listed_feature.h"

#include <string>

#include "../gmx_error.h"

namespace mdgan
{
namespace
{
/** Velocity of every member, or of the second member of every pair against the first one. */
class ListedVelocity final : public ListedFeature
{
  public:
    ListedVelocity(size_t entityCount, bool isPair) : entityCount_(entityCount), isPair_(isPair)
    {
    }

    mdgan_kind kind() const override
    {
        return MDGAN_VELOCITY;
    }

    void sample(const std::vector<Vector> &now, const std::vector<Vector> &before, double dt, const Cell &cell,
                std::vector<float> &row) override
    {
        row.resize(3 * entityCount_);
        const double rate = 1.0 / dt;
        for (size_t e = 0; e < entityCount_; e++) {
            const Vector way = isPair_ ? stretched(now, before, 2 * e, cell) : moved(now, before, e, cell);
            for (size_t d = 0; d < 3; d++) {
                row[3 * e + d] = static_cast<float>(rate * way[d]);
            }
        }
    }

  private:
    static Vector moved(const std::vector<Vector> &now, const std::vector<Vector> &before, size_t i, const Cell &cell)
    {
        return cell.shortest({now[i][0] - before[i][0], now[i][1] - before[i][1], now[i][2] - before[i][2]});
    }

    /** How much further member i + 1 moved than member i. */
    static Vector stretched(const std::vector<Vector> &now, const std::vector<Vector> &before, size_t i,
                            const Cell &cell)
    {
        const Vector a = moved(now, before, i, cell);
        const Vector b = moved(now, before, i + 1, cell);
        return {b[0] - a[0], b[1] - a[1], b[2] - a[2]};
    }

    size_t entityCount_;
    bool isPair_;
};

/** Unwrapped centres of mass of the parts of every entity, which is made whole along the anchors first. */
class ListedCentre final : public ListedFeature
{
  public:
    explicit ListedCentre(const AtomList &list)
    {
        std::vector<std::vector<int>> index(list.masses().size());
        std::vector<std::vector<double>> mass(index.size());
        std::vector<int> memberOf(static_cast<size_t>(list.systemSize), -1);
        for (size_t i = 0; i < list.members.size(); i++) {
            const Member &member = list.members[i];
            const size_t group = member.entity * static_cast<size_t>(list.partCount) + static_cast<size_t>(member.part);
            index[group].push_back(static_cast<int>(i));
            mass[group].push_back(member.mass);
            anchor_.push_back(member.anchor < 0 ? -1 : memberOf[static_cast<size_t>(member.anchor)]);
            memberOf[static_cast<size_t>(member.atom)] = static_cast<int>(i);
        }
        for (size_t g = 0; g < index.size(); g++) {
            centres_.addGroup(index[g], mass[g]);
        }
    }

    mdgan_kind kind() const override
    {
        return MDGAN_POSITION;
    }

    void sample(const std::vector<Vector> &now, const std::vector<Vector> & /*before*/, double /*dt*/, const Cell &cell,
                std::vector<float> &row) override
    {
        whole_ = now;
        for (size_t i = 0; i < whole_.size(); i++) {
            if (anchor_[i] >= 0) {
                const Vector &from = whole_[static_cast<size_t>(anchor_[i])];
                const Vector way = cell.shortest({now[i][0] - from[0], now[i][1] - from[1], now[i][2] - from[2]});
                whole_[i] = {from[0] + way[0], from[1] + way[1], from[2] + way[2]};
            }
        }
        centres_.compute([this](int i) -> const Vector & { return whole_[static_cast<size_t>(i)]; }, centre_);
        unwrapper_.follow(centre_, [&cell](const Vector &from, const Vector &to) {
            return cell.shortest({to[0] - from[0], to[1] - from[1], to[2] - from[2]});
        });
        row.resize(3 * centre_.size());
        for (size_t i = 0; i < row.size(); i++) {
            row[i] = static_cast<float>(centre_[i / 3][i % 3]);
        }
    }

  private:
    std::vector<int> anchor_; ///< [member] member that it is next to; -1: none
    Centres centres_;
    Unwrapper unwrapper_;
    std::vector<Vector> whole_, centre_;
};

std::unique_ptr<ListedFeature> createPair(const AtomList &list)
{
    return std::make_unique<ListedVelocity>(list.entityCount(), true);
}

std::unique_ptr<ListedFeature> createVelocity(const AtomList &list)
{
    return std::make_unique<ListedVelocity>(list.entityCount(), false);
}

std::unique_ptr<ListedFeature> createCentre(const AtomList &list)
{
    return std::make_unique<ListedCentre>(list);
}

struct Entry {
    const char *name;
    size_t perEntity; ///< members of an entity; 0: any number
    std::unique_ptr<ListedFeature> (*create)(const AtomList &list);
};

const Entry entries[] = {
    {"bond-velocity", 2, createPair}, {"mol-com", 0, createCentre},  {"mol-parts", 0, createCentre},
    {"velocity", 1, createVelocity},  {"position", 1, createCentre},
};

/** Whether every entity of @p list has @p n members. */
bool hasPerEntity(const AtomList &list, size_t n)
{
    if (list.members.size() != n * list.entityCount()) {
        return false;
    }
    for (size_t i = 0; i < list.members.size(); i++) {
        if (list.members[i].entity != i / n) {
            return false;
        }
    }
    return true;
}
} // namespace

std::unique_ptr<ListedFeature> createListedFeature(const AtomList &list)
{
    for (const Entry &entry : entries) {
        if (list.feature != entry.name) {
            continue;
        }
        if (entry.perEntity > 0 && (list.partCount != 1 || !hasPerEntity(list, entry.perEntity))) {
            refuseInput("The atoms are not those of " + list.feature + ", which needs " +
                        std::to_string(entry.perEntity) + " per entity: write them again with gmx_mdgan -oa");
        }
        return entry.create(list);
    }
    refuseInput("'" + list.feature + "' is no feature: bond-velocity, mol-com, mol-parts, velocity or position");
}
} // namespace mdgan
