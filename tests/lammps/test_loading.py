# SPDX-License-Identifier: BSD-3-Clause
"""What goes wrong when a plugin is brought into a stock lmp, and what is said then."""
import os
import shutil

import host

OTHER_MPI = os.environ.get("MDGAN_OTHER_MPI", "")
SERIAL_LAMMPS = os.environ.get("MDGAN_SERIAL_LAMMPS", "")


class Loading(host.LammpsCase):
    def test_another_mpi_is_refused(self):
        result = self.lammps(host.TRAIN, environment={"LD_PRELOAD": OTHER_MPI}, fails=True)
        self.assertIn("ERROR: Fix mdgan: mdganplugin.so was built for Open MPI, but this LAMMPS runs on MPICH Version: "
                      "4.0.2; build it again with the mpicc of this LAMMPS", result.output)

    def test_lammps_without_mpi_is_refused(self):
        result = self.lammps(host.TRAIN, environment={"LD_PRELOAD": SERIAL_LAMMPS}, fails=True)
        self.assertIn("ERROR: Fix mdgan: mdganplugin.so needs a LAMMPS with MPI, but this one was built without",
                      result.output)

    def test_errors_of_lammps_pass_the_shim(self):
        """Its function stands between two of LAMMPS, the inner of which may throw."""
        result = self.lammps(host.TRAIN, arguments=["-suffix", "gpu"], fails=True)
        self.assertRegex(result.output, r"ERROR: .*without GPU package installed")
        self.assertNotIn("terminate called", result.output)

    def test_wrapper_names_a_plugin_that_cannot_be_loaded(self):
        folder = self.path("lib")
        os.mkdir(folder)
        shutil.copy(os.path.join(host.LIB, "libmdgan_preload.so"), folder)
        missing = self.preloaded(folder)
        self.assertRegex(missing.output, r"lmp-mdgan: cannot load the plugin: .*mdganplugin.so: cannot open shared object "
                                         r"file: No such file or directory")
        with open(os.path.join(folder, "mdganplugin.so"), "w") as file:
            file.write("no library")
        self.assertIn("lmp-mdgan: cannot load the plugin: ", self.preloaded(folder).output)

    def preloaded(self, folder):
        with open(self.path("preloaded"), "w") as file:
            file.write(f"#!/bin/sh\nLD_PRELOAD={folder}/libmdgan_preload.so exec {host.LMP} \"$@\"\n")
        os.chmod(self.path("preloaded"), 0o755)
        return self.lammps(host.WATER, program=self.path("preloaded"), fails=True)

    def test_child_processes_of_the_wrapper_work(self):
        """They inherit the preloaded shim: a shell command, and the programs that it starts."""
        script = host.WATER + host.FIX + "\nshell cat in.test | wc -l > lines.txt\nrun 4\n"
        self.lammps(script)
        with open(self.path("lines.txt")) as file:
            self.assertGreater(int(file.read()), 4)

    def test_wrapper_by_another_name(self):
        link = self.path("lmp_with_mdgan")
        os.symlink(os.path.join(host.BIN, "lmp-mdgan"), link)
        self.assertEqual(self.lammps(host.TRAIN, program=link).stop_step(), host.LAST_STEP)


if __name__ == "__main__":
    host.main()
