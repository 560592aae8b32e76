/* SPDX-License-Identifier: GPL-2.0-only */
#include "partition.h"

#include "lammps.h"
#include "universe.h"

namespace LAMMPS_NS
{
mdgan::Owned<mdgan_peer> find_partition(LAMMPS *lmp, int number, const mdgan_comm *ranks, const HostError &complain)
{
    const int tag = 28007; // of all messages between the two
    const Universe *const universe = lmp->universe;
    mdgan_peer *peer = nullptr;
    mdgan_error failure;
    mdgan_status status = MDGAN_OK;
    if (mdgan_comm_rank(ranks) == 0) {
        status = mdgan_peer_create(&peer, &universe->uworld, static_cast<size_t>(universe->root_proc[number]), tag,
                                   &failure);
    }
    mdgan::Owned<mdgan_peer> owner(peer);
    complain.check(mdgan_comm_agree(ranks, status, &failure), failure);
    return owner;
}
} // namespace LAMMPS_NS
