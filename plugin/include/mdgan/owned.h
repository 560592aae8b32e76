/* SPDX-License-Identifier: BSD-3-Clause */
/** @file
 * For hosts in C++: the objects of the C interface as std::unique_ptr. In C this header is plugin.h.
 */
#ifndef MDGAN_OWNED_H
#define MDGAN_OWNED_H

#include <mdgan/plugin.h>

#ifdef __cplusplus
#include <memory>

namespace mdgan
{
struct Release {
    void operator()(mdgan_comm *comm) const
    {
        mdgan_comm_destroy(comm);
    }
    void operator()(mdgan_peer *peer) const
    {
        mdgan_peer_destroy(peer);
    }
    void operator()(mdgan_session *session) const
    {
        mdgan_session_destroy(session);
    }
};

/** Any of them; ends with its owner. */
template <class T> using Owned = std::unique_ptr<T, Release>;
} // namespace mdgan
#endif
#endif
