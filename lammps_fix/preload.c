/* SPDX-License-Identifier: GPL-2.0-only */
/** @file
 * Preloaded into a stock LAMMPS by lmp-mdgan: registers fix mdgan when an instance is created and after every `clear`.
 *
 * LAMMPS calls LAMMPS::post_create() at both moments; this library stands before it. It does nothing else and needs
 * nothing but libc, since the environment hands it to every child process as well.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* LAMMPS_NS::LAMMPS::post_create() as the C++ compiler writes it. */
#define POST_CREATE _ZN9LAMMPS_NS6LAMMPS11post_createEv
#define TEXT(name)  #name
#define NAME(name)  TEXT(name)

enum { PATH_LENGTH = 4096 };

typedef void (*instance_fn)(void *lammps);

static void *find(void *library, const char *symbol)
{
    void *const address = dlsym(library, symbol);
    if (address) {
        return address;
    }
    fprintf(stderr, "lmp-mdgan: %s\n", dlerror());
    exit(EXIT_FAILURE);
}

/* A function pointer out of a data pointer, which ISO C has no cast for. */
static instance_fn as_function(void *address)
{
    instance_fn function;
    memcpy(&function, &address, sizeof function);
    return function;
}

/* The plugin lies beside this library. */
static void *open_plugin(void)
{
    static const char name[] = "mdganplugin.so";
    Dl_info self;
    char path[PATH_LENGTH];
    if (!dladdr((const void *)name, &self)) {
        fprintf(stderr, "lmp-mdgan: cannot find its own path\n");
        exit(EXIT_FAILURE);
    }
    const char *const slash = strrchr(self.dli_fname, '/');
    const int length = slash ? (int)(slash - self.dli_fname) : 1;
    snprintf(path, sizeof path, "%.*s/%s", length, slash ? self.dli_fname : ".", name);
    /* Lazily, so that a plugin of another LAMMPS gets far enough to say so. */
    void *const plugin = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
    if (plugin) {
        return plugin;
    }
    fprintf(stderr, "lmp-mdgan: cannot load the plugin: %s\n", dlerror());
    exit(EXIT_FAILURE);
}

__attribute__((visibility("default"))) void POST_CREATE(void *lammps)
{
    as_function(find(RTLD_NEXT, NAME(POST_CREATE)))(lammps);
    as_function(find(open_plugin(), "mdgan_register"))(lammps);
}
