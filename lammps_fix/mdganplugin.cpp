/* SPDX-License-Identifier: GPL-2.0-only */
/** @file
 * Entry points: how fix mdgan and the command mdgan become known to a running LAMMPS.
 */
#include <dlfcn.h>
#include <string>

#include "error.h"
#include "fix_mdgan.h"
#include "input.h"
#include "library.h"
#include "mdgan_command.h"
#include "modify.h"

using namespace LAMMPS_NS;

namespace
{
/** LAMMPS's lammpsplugin_t (lammpsplugin.h), which Debian 12 does not ship. */
struct Plugin {
    const char *version;
    const char *style;
    const char *name;
    const char *info;
    const char *author;
    union {
        void *(*v1)(void *);               // commands
        void *(*v2)(void *, int, char **); // fixes
    } creator;
    void *handle;
};
using RegisterPlugin = void (*)(Plugin *, void *);

Fix *create_fix(LAMMPS *lmp, int narg, char **arg)
{
    return new FixMdgan(lmp, narg, arg);
}

Command *create_command(LAMMPS *lmp)
{
    return new MdganCommand(lmp);
}

/** Makes the styles known to @p lmp, if they are not yet. */
void add_styles(LAMMPS *lmp)
{
    lmp->modify->fix_map->emplace("mdgan", create_fix);
    lmp->input->command_map->emplace("mdgan", create_command);
}

/** Why this build cannot talk to the MPI library of the process, or an empty text. Handles of one MPI family mean
 * nothing to another, and LAMMPS's own stand-in for a serial build has yet others. */
std::string mpi_refusal()
{
    if (!lammps_config_has_mpi_support()) {
        return "mdganplugin.so needs a LAMMPS with MPI, but this one was built without (BUILD_MPI=off); build LAMMPS "
               "with -DBUILD_MPI=on, it then runs without mpirun, too";
    }
#ifdef OPEN_MPI
    const bool built_for_open_mpi = true;
#else
    const bool built_for_open_mpi = false;
#endif
    char text[MPI_MAX_LIBRARY_VERSION_STRING] = "";
    int length = 0;
    MPI_Get_library_version(text, &length);
    const std::string running = text;
    if ((running.find("Open MPI") != std::string::npos) == built_for_open_mpi) {
        return "";
    }
    return std::string("mdganplugin.so was built for ") + (built_for_open_mpi ? "Open MPI" : "MPICH or its relatives") +
           ", but this LAMMPS runs on " + running.substr(0, running.find_first_of(",\n")) +
           "; build it again with the mpicc of this LAMMPS (cmake -DMPI_C_COMPILER=...)";
}

/** Why this build cannot serve the LAMMPS behind @p handle, or an empty text. Uses LAMMPS's C interface alone: the
 * layout of its classes is what may differ. */
std::string refusal(void *handle)
{
    const int version = lammps_version(handle);
    if (version != MDGAN_LAMMPS_VERSION) {
        return "mdganplugin.so was built for LAMMPS version " + std::to_string(MDGAN_LAMMPS_VERSION) +
               ", but this is LAMMPS version " + std::to_string(version) +
               "; build it again with the headers of this LAMMPS (cmake -DLAMMPS_DIR=...)";
    }
    const struct {
        const char *name;
        size_t size;
    } types[] = {{"tagint", sizeof(tagint)}, {"bigint", sizeof(bigint)}, {"imageint", sizeof(imageint)}};
    for (const auto &type : types) {
        const int size = lammps_extract_setting(handle, type.name);
        if (size != static_cast<int>(type.size)) {
            return "mdganplugin.so was built for LAMMPS with " + std::string(type.name) + " of " +
                   std::to_string(type.size) + " bytes, but this LAMMPS has " + std::to_string(size) +
                   "; build it again with the LAMMPS_SIZES of this LAMMPS";
        }
    }
    return mpi_refusal();
}

/** Ends LAMMPS with @p text as its error. */
void refuse(void *handle, const std::string &text)
{
    const std::string message = "Fix mdgan: " + text;
    // LAMMPS versions after this header's have an entry point that holds whatever their classes look like.
    using LammpsError = void (*)(void *, int, const char *);
    const int error_all = 2;
    if (const auto lammps_error = reinterpret_cast<LammpsError>(dlsym(RTLD_DEFAULT, "lammps_error"))) {
        lammps_error(handle, error_all, message.c_str());
    } else {
        static_cast<LAMMPS *>(handle)->error->all(FLERR, message);
    }
}
} // namespace

extern "C" {
/** Route of the python command and of the preloaded shim: makes the styles known to the LAMMPS instance @p handle.
 * To be called again after `clear`. A LAMMPS of another version ends with its own error. */
__attribute__((visibility("default"))) void mdgan_register(void *handle)
{
    const std::string reason = refusal(handle);
    if (!reason.empty()) {
        return refuse(handle, reason);
    }
    add_styles(static_cast<LAMMPS *>(handle));
}

/** Route of `plugin load mdganplugin.so`. */
__attribute__((visibility("default"))) void lammpsplugin_init(void *handle, void *dso, void *register_function)
{
    const std::string reason = refusal(handle);
    if (!reason.empty()) {
        return refuse(handle, reason);
    }
    const auto register_plugin = reinterpret_cast<RegisterPlugin>(register_function);
    Plugin plugin = {};
    plugin.version = static_cast<LAMMPS *>(handle)->version;
    plugin.author = "mdgan developers";
    plugin.handle = dso;

    plugin.style = "fix";
    plugin.name = "mdgan";
    plugin.info = "surrogate time series by a generative adversarial network";
    // LAMMPS casts the result back to the base class, so the conversion has to happen here.
    plugin.creator.v2 = [](void *lmp, int narg, char **arg) -> void * {
        return create_fix(static_cast<LAMMPS *>(lmp), narg, arg);
    };
    register_plugin(&plugin, handle);

    plugin.style = "command";
    plugin.info = "actions on a fix mdgan: emit, train, save, load, write, serve";
    plugin.creator.v1 = [](void *lmp) -> void * { return create_command(static_cast<LAMMPS *>(lmp)); };
    register_plugin(&plugin, handle);

    // LAMMPS passes over what is on its list of plugins, which is one for the whole process: a second instance would go
    // without the styles, and with some versions the first one after `clear`.
    add_styles(static_cast<LAMMPS *>(handle));
}
}
