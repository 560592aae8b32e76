# SPDX-License-Identifier: BSD-3-Clause
"""plugin load, on a LAMMPS that has the PLUGIN package: MDGAN_PLUGIN_LMP, see scripts/lammps-plugin-build.sh."""
import os
import re
import subprocess
import sys

import numpy

import host

LMP = os.environ.get("MDGAN_PLUGIN_LMP", "")
PLUGIN = os.path.join(host.LIB, "mdganplugin.so")
LOAD = f"plugin load {PLUGIN}\n"
EMIT = "mdgan emit gan 20 file out.h5\n"

# Two instances in one process, as from LAMMPS's Python module: LIBRARY SCRIPT.
TWO_INSTANCES = """
import ctypes, sys
library = ctypes.CDLL(sys.argv[1], ctypes.RTLD_GLOBAL)
library.lammps_open_no_mpi.restype = ctypes.c_void_p
words = [b"lmp", b"-log", b"none"]
instances = [ctypes.c_void_p(library.lammps_open_no_mpi(len(words), (ctypes.c_char_p * 3)(*words), None))
             for _ in range(2)]
for instance in instances:
    library.lammps_file(instance, sys.argv[2].encode())
    print("instance done", flush=True)
for instance in instances:
    library.lammps_close(instance)
"""

# An error that the caller of LAMMPS's library survives, and what follows: LIBRARY FAILING_SCRIPT SCRIPT.
AFTER_AN_ERROR = """
import ctypes, sys
library = ctypes.CDLL(sys.argv[1], ctypes.RTLD_GLOBAL)
if not library.lammps_config_has_exceptions():
    sys.exit("no exceptions")
library.lammps_open_no_mpi.restype = ctypes.c_void_p
words = [b"lmp", b"-log", b"none"]
instance = ctypes.c_void_p(library.lammps_open_no_mpi(len(words), (ctypes.c_char_p * 3)(*words), None))
library.lammps_file(instance, sys.argv[2].encode())
print("error:", library.lammps_has_error(instance), flush=True)
message = ctypes.create_string_buffer(500)
library.lammps_get_last_error_message(instance, message, len(message))
library.lammps_file(instance, sys.argv[3].encode())
print("error:", library.lammps_has_error(instance), flush=True)
library.lammps_close(instance)
"""


def release_year():
    text = subprocess.run([LMP, "-h"], capture_output=True, text=True, check=True).stdout
    return int(re.search(r"Simulator - \d+ \w+ (\d{4})", text).group(1))


class Plugin(host.LammpsCase):
    def plugin_lammps(self, script, **how):
        return self.lammps(script, program=LMP, **how)

    def model(self):
        """Trains model.h5 with Debian's lmp and returns what that emits from it."""
        self.lammps(host.TRAIN)
        self.lammps(host.LOAD + "run 0\n" + EMIT)
        return self.series("out.h5")[2]

    def test_both_styles_are_listed(self):
        result = self.plugin_lammps(LOAD + "plugin list\n")
        self.assertRegex(result.output, r"1: fix style plugin mdgan\n *2: command style plugin mdgan\n")
        self.assertIn("Loading plugin: surrogate time series", result.output)

    def test_emits_the_numbers_of_the_wrapper(self):
        wrapper = self.model()
        for ranks in (1, 2):
            self.plugin_lammps(LOAD + host.LOAD + "run 0\n" + EMIT, ranks=ranks)
            numpy.testing.assert_array_equal(self.series("out.h5")[2], wrapper)

    def test_collects_and_trains(self):
        self.lammps(host.TRAIN)
        step, time, value = self.series("windows.h5")
        os.remove(self.path("model.h5"))
        result = self.plugin_lammps(LOAD + host.TRAIN + EMIT)
        self.assertIn("Fix mdgan gan: trained 3 iterations", result.output)
        self.assertIn("model.h5", self.files())
        mine = self.series("windows.h5")
        numpy.testing.assert_array_equal(mine[0], step)
        numpy.testing.assert_array_equal(mine[1], time)
        # Another optimisation level, so the trajectory is the same but for rounding.
        numpy.testing.assert_allclose(mine[2], value, rtol=1e-4, atol=1e-6 * numpy.abs(value).max())
        self.assertEqual(self.series("out.h5")[2].shape, (20, host.N_BOND, 3))

    def test_clear_and_load_again(self):
        first = host.WATER + host.FIX + "\nrun 4\n"
        for ranks in (1, 2):
            result = self.plugin_lammps(LOAD + first + "clear\n" + LOAD + host.TRAIN, ranks=ranks)
            self.assertEqual(result.stop_step(), host.LAST_STEP)
        result = self.plugin_lammps(LOAD + first + "clear\n" + host.TRAIN, fails=True)
        self.assertIn("Unrecognized fix style 'mdgan'", result.output)

    def test_unload_takes_the_fix_away(self):
        script = LOAD + host.WATER + host.FIX + "\nrun 4\nplugin unload fix mdgan\nrun 4\n"
        result = self.plugin_lammps(script + "plugin unload command mdgan\nplugin list\nprint DONE\n")
        self.assertIn("Unloading fix style mdgan", result.output)
        self.assertRegex(result.output, r"Currently loaded plugins\nDONE")
        self.assertEqual(result.stop_step(), 8)
        result = self.plugin_lammps(script + host.FIX + "\n", fails=True)
        self.assertIn("Unrecognized fix style 'mdgan'", result.output)

    def test_loading_twice_is_harmless(self):
        result = self.plugin_lammps(LOAD + LOAD + host.TRAIN)
        self.assertIn("must unload existing mdgan plugin first", result.output)
        self.assertEqual(result.stop_step(), host.LAST_STEP)

    def test_two_instances_in_one_process(self):
        with open(self.path("in.two"), "w") as file:
            file.write(LOAD + host.TRAIN)
        library = os.path.join(os.path.dirname(LMP), "liblammps.so.0")
        done = subprocess.run([sys.executable, "-c", TWO_INSTANCES, library, "in.two"], cwd=self.dir, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(done.stdout.count("Fix mdgan gan: trained 3 iterations"), 2, done.stdout)
        self.assertEqual(done.stdout.count("instance done"), 2, done.stdout)

    def test_run_after_an_error_that_was_caught(self):
        """It begins a series of its own, and stops when that is long enough."""
        halt = "variable late equal step\nfix halt all halt 2 v_late > 4 error hard message no\n"
        for name, script in (("in.fails", LOAD + host.WATER + host.FIX + " data windows.h5\n" + halt + "run 1000\n"),
                             ("in.after", "unfix halt\nrun 1000\n")):
            with open(self.path(name), "w") as file:
                file.write(script)
        library = os.path.join(os.path.dirname(LMP), "liblammps.so.0")
        done = subprocess.run([sys.executable, "-c", AFTER_AN_ERROR, library, "in.fails", "in.after"], cwd=self.dir,
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=120)
        if "no exceptions" in done.stdout:
            self.skipTest("this LAMMPS ends where an error is")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertRegex(done.stdout, r"(?s)error: 1.*error: 0")
        numpy.testing.assert_array_equal(self.series("windows.h5")[0], range(6, 6 + 16 * host.NEVERY, host.NEVERY))
        self.assertEqual(host.Result(0, done.stdout).stop_step(), 6 + 15 * host.NEVERY)

    def test_plugin_of_another_lammps_is_refused(self):
        for ranks in (1, 2):
            result = self.plugin_lammps(f"plugin load {host.FOREIGN}\n" + host.TRAIN, ranks=ranks, fails=True)
            self.assertIn("ERROR: Fix mdgan: mdganplugin.so was built for LAMMPS version 20990101", result.output)
            self.assertNotIn("model.h5", self.files())

    def test_lammps_goes_on_after_a_failed_load(self):
        """The documentation warns of it."""
        result = self.plugin_lammps("plugin load no/such/mdganplugin.so\nprint DONE\n")
        self.assertRegex(result.output, r"Open of file no/such/mdganplugin.so failed: .*No such file or directory")
        self.assertIn("DONE", result.output)

    def test_path_with_a_space(self):
        folder = self.path("two words")
        os.symlink(host.LIB, folder)
        script = f'plugin load "{folder}/mdganplugin.so"\n' + host.WATER + host.FIX + "\nrun 4\n"
        self.assertEqual(self.plugin_lammps(script).stop_step(), 4)

    def test_plugin_of_an_installation(self):
        prefix = self.path("prefix")
        subprocess.run(["cmake", "--install", os.environ["MDGAN_BUILD"], "--prefix", prefix], check=True,
                       stdout=subprocess.DEVNULL)
        (plugin,) = [os.path.join(folder, name) for folder, _, names in os.walk(prefix) for name in names
                     if name == "mdganplugin.so"]
        script = f"plugin load {plugin}\n" + host.WATER + host.FIX + "\nrun 4\n"
        self.assertEqual(self.plugin_lammps(script).stop_step(), 4)

    def test_folder_of_plugins(self):
        """LAMMPS_PLUGIN_PATH, which LAMMPS of 2021 does not know yet."""
        new = release_year() > 2021
        result = self.plugin_lammps(host.TRAIN, environment={"LAMMPS_PLUGIN_PATH": host.LIB}, fails=not new)
        if new:
            self.assertEqual(result.stop_step(), host.LAST_STEP)
        else:
            self.assertIn("Unrecognized fix style 'mdgan'", result.output)

    def test_the_wrapper_takes_this_lammps_as_well(self):
        result = self.lammps(host.TRAIN, environment={"LMP": LMP})
        self.assertEqual(result.stop_step(), host.LAST_STEP)


if __name__ == "__main__":
    if not LMP and os.environ.get("MDGAN_REQUIRE_ALL") != "1":
        print("SKIPPED: MDGAN_PLUGIN_LMP names no LAMMPS with the PLUGIN package; scripts/lammps-plugin-build.sh makes one")
        sys.exit(77)
    host.main()
