# SPDX-License-Identifier: BSD-3-Clause
"""Runs the stock lmp on small water inputs and reads what it writes."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import h5py

BIN = os.environ.get("MDGAN_BIN", "")
LIB = os.environ.get("MDGAN_LIB", "")
EXAMPLE = os.environ.get("MDGAN_EXAMPLE", "")
FOREIGN = os.environ.get("MDGAN_FOREIGN", "")
LMP = os.environ.get("LMP", "lmp")

STYLES = """
units real
atom_style full
pair_style lj/cut/coul/long 7.0
bond_style harmonic
angle_style harmonic
kspace_style pppm 1.0e-4
special_bonds lj/coul 0.0 0.0 0.0
"""
AFTER_READ = """
timestep 0.2418884
thermo 10
thermo_modify norm no
"""
WATER = STYLES + f"read_data {EXAMPLE}/water.data" + AFTER_READ + "fix move all nve\n"

# 2 x 8 frames on steps 0, 2, ..., 30.
NEVERY, LAST_STEP, N_BOND = 2, 30, 220
FIX = "fix gan all mdgan 2 8 bond/velocity 1 seed 3 iterations 3"
# A linear start may suffice, by chance; random weights leave something to train.
FIX_RANDOM = FIX.replace("iterations", "init random iterations")
TRAIN = WATER + FIX + " save model.h5 data windows.h5\nrun 1000\n"
LOAD = WATER + FIX + " load model.h5\n"
# After TRAIN in the same folder: the model of that run, emitting, on any number of ranks.
LOAD_AGAIN = WATER + FIX + f"\nrun {LAST_STEP - 2}\nmdgan load gan model.h5\nrun 2\nmdgan emit gan 20\nwrite_restart state\n"

# What the documentation tells users of a stock lmp with the PYTHON package to write.
PYTHON_ROUTE = """
python mdgan input 1 SELF format p here "import ctypes as c; get = c.pythonapi.PyCapsule_GetPointer; get.restype = c.c_void_p; get.argtypes = [c.py_object, c.c_char_p]; mdgan = lambda lmp: c.CDLL('{plugin}').mdgan_register(c.c_void_p(get(lmp, None)))"
python mdgan invoke
"""


def skip_reason():
    if not BIN or not LIB:
        return "fix mdgan was not built: no LAMMPS headers (liblammps-dev)"
    if not shutil.which(LMP):
        return f"no LAMMPS executable '{LMP}' (package lammps)"
    return None


def main():
    reason = skip_reason()
    if reason:
        print("SKIPPED:", reason)
        sys.exit(1 if os.environ.get("MDGAN_REQUIRE_ALL") == "1" else 77)
    unittest.main()


class Result:
    """Exit status and output of one LAMMPS run."""

    def __init__(self, status, output):
        self.status = status
        self.output = output

    def thermo(self):
        """Rows of all thermo tables, as lists of floats."""
        number = re.compile(r"^\s*-?\d+(\s+[-+.\deE]+|\s+-?nan)*\s*$")
        inside, rows = False, []
        for line in self.output.splitlines():
            if re.match(r"^\s*Step(\s|$)", line):
                inside = True
            elif inside and number.match(line):
                rows.append([float(word) for word in line.split()])
            elif inside and not line.startswith("Fix mdgan"):
                inside = False
        return rows

    def stop_step(self):
        return int(self.thermo()[-1][0])


class LammpsCase(unittest.TestCase):
    """A scratch folder, and lmp to run in it."""

    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="mdgan-lammps-")
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.dir, name)

    def files(self):
        return sorted(name for name in os.listdir(self.dir) if name not in ("in.test", "log.lammps"))

    def lammps(self, script, ranks=1, program=None, environment=None, arguments=(), fails=False):
        """Runs @p script; fails the test if lmp's success is not the expected one."""
        with open(self.path("in.test"), "w") as file:
            file.write(script)
        command = [program or os.path.join(BIN, "lmp-mdgan"), "-in", "in.test", *arguments]
        if ranks > 1:
            # mpirun would wait for a second after every error before it looks whether the ranks have gone.
            mpirun = ["mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "--mca",
                      "odls_base_sigkill_timeout", "0", "-np", str(ranks)]
            command = mpirun + command
        done = subprocess.run(command, cwd=self.dir, text=True, errors="replace", stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})}, timeout=120)
        if fails:
            self.assertNotEqual(done.returncode, 0, done.stdout)
        else:
            self.assertEqual(done.returncode, 0, done.stdout)
        return Result(done.returncode, done.stdout)

    def series(self, name):
        """(step, time, value[frame][entity][3]) of the only group of an H5MD file."""
        with h5py.File(self.path(name), "r") as file:
            (group,) = file["particles"].values()
            element = group["velocity" if "velocity" in group else "position"]
            return element["step"][()], element["time"][()], element["value"][()]

    def dump(self, name):
        """{step: [row of floats, ...]} of a text dump."""
        frames, step, rows = {}, None, None
        with open(self.path(name)) as file:
            for line in file:
                if line.startswith("ITEM: TIMESTEP"):
                    step = int(next(file))
                elif line.startswith("ITEM: ENTRIES") or line.startswith("ITEM: ATOMS"):
                    rows = frames[step] = []
                elif line.startswith("ITEM:"):
                    rows = None
                elif rows is not None:
                    rows.append([float(word) for word in line.split()])
        return frames

    def table(self, name):
        """Rows of floats of a text file with # comments."""
        with open(self.path(name)) as file:
            return [[float(word) for word in line.split()] for line in file if line.strip() and line[0] != "#"]


def bonds():
    """(smaller, larger) atom ID of every bond of the example, in the order of fix mdgan's rows."""
    with open(os.path.join(EXAMPLE, "water.data")) as file:
        text = file.read()
    section = re.search(r"\nBonds\n\n(.*?)\n\n", text + "\n\n", re.S).group(1)
    return sorted(tuple(sorted(int(word) for word in line.split()[2:4])) for line in section.splitlines())
