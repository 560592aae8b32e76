/* SPDX-License-Identifier: BSD-3-Clause */
/** @file
 * Fast OpenBLAS kernels on processors that OpenBLAS does not know by name.
 */
#ifndef MDGAN_KERNEL_H
#define MDGAN_KERNEL_H

#ifdef __cplusplus
extern "C" {
#endif

/** For programs, as the first call of main(): names the kernels for OpenBLAS in the environment (OPENBLAS_CORETYPE,
 * unless it is set) and starts the program again, since OpenBLAS made its choice before main(). Returns if there is
 * nothing to do or the start fails. Plugins need no call: they are loaded after the environment is set up, and
 * libmdgan_blas_kernel is initialised first. */
void mdgan_kernel_select(char **argv);

#ifdef __cplusplus
}
#endif
#endif
