/* SPDX-License-Identifier: BSD-3-Clause */
/* Sums over ranks whose result does not depend on the number of ranks. */
#ifndef MDGAN_PARALLEL_COMM_H
#define MDGAN_PARALLEL_COMM_H

#include <mdgan/comm.h>

#include "parallel/threads.h"

/* Rank that works on shard @p shard of @p n_shard: contiguous blocks; ranks from n_shard on own none. */
size_t comm_shard_owner(const mdgan_comm *comm, size_t shard, size_t n_shard);

/* Sum over shards. @p shards: [n_shard][n], of which a rank has filled in those it owns; the others are scratch.
 * n_shard is a power of two. Afterwards shards[0..n) holds the sum on every rank, added in the order of one binary
 * tree, ((s0 + s1) + (s2 + s3)), and therefore bit-identical for any number of ranks, and of threads that share a
 * rank's part of the additions. Collective. Errors: MDGAN_PARALLEL. */
mdgan_status comm_sum_shards(const mdgan_comm *comm, threads *workers, float *shards, size_t n_shard, size_t n,
                             mdgan_error *error);
mdgan_status comm_sum_doubles(const mdgan_comm *comm, threads *workers, double *shards, size_t n_shard, size_t n,
                              mdgan_error *error);

#endif
