# SPDX-License-Identifier: BSD-3-Clause
"""Runs gmx and gmx_mdgan on a small box of flexible water, and reads what they write."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import h5py

GMX = os.environ.get("GMX", "gmx")
TOOL = os.environ.get("GMX_MDGAN", "")
KERNEL = os.environ.get("MDGAN_KERNEL", "")
BIN = os.environ.get("MDGAN_BIN", "")
EXAMPLE = os.environ.get("MDGAN_EXAMPLE", "")
SOURCE = os.environ.get("MDGAN_SOURCE", "")
WATER = os.environ.get("MDGAN_SIMULATION", "")

N_WATER, N_BOND, N_FRAME = 47, 94, 2001
FRAME = 0.001  # ps between two frames

TOPOLOGY = f"""
#include "oplsaa.ff/forcefield.itp"
#include "oplsaa.ff/spc.itp"
[ system ]
water
[ molecules ]
SOL {N_WATER}
"""

PARAMETERS = """
define = -DFLEXIBLE
integrator = md
dt = 0.0005
nsteps = {steps}
nstxout = 2
nstvout = 2
nstxout-compressed = 2
compressed-x-precision = 1000000
nstlist = 10
verlet-buffer-tolerance = -1
rlist = 0.5
rcoulomb = 0.5
rvdw = 0.5
coulombtype = PME
tcoupl = v-rescale
tc-grps = System
tau-t = 0.1
ref-t = 300
gen-vel = yes
gen-temp = 300
gen-seed = 7
"""

# Two threads would be slower than one on so few atoms.
MDRUN = ["mdrun", "-ntmpi", "1", "-ntomp", "1", "-pin", "off"]


def skip_reason():
    if not TOOL:
        return "gmx_mdgan was not built: no GROMACS headers (libgromacs-dev)"
    if not shutil.which(GMX):
        return f"no GROMACS executable '{GMX}' (package gromacs)"
    return None


def main():
    reason = skip_reason()
    if reason:
        print("SKIPPED:", reason)
        sys.exit(1 if os.environ.get("MDGAN_REQUIRE_ALL") == "1" else 77)
    unittest.main()


def gmx(*arguments, cwd, text=None):
    """Runs gmx, which has to succeed."""
    done = subprocess.run([GMX, "-quiet", "-nobackup", *arguments], cwd=cwd, input=text, text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    if done.returncode != 0:
        raise AssertionError(f"gmx {' '.join(arguments)}:\n{done.stdout}")
    return done.stdout


def write(folder, name, text):
    with open(os.path.join(folder, name), "w") as file:
        file.write(text)


def grompp(folder, name, parameters):
    write(folder, name + ".mdp", parameters)
    gmx("grompp", "-f", name + ".mdp", "-c", "conf.gro", "-p", "topol.top", "-o", name + ".tpr", "-po",
        name + ".out.mdp", "-maxwarn", "9", cwd=folder)


def simulate():
    """Makes the water once: topol.tpr, traj.trr and traj.xtc; slow.tpr and slow.xtc are the same on a clock that is
    1000 times slower, since gmx msd counts in whole ps; rigid.tpr has SETTLE in place of bonds."""
    if os.path.exists(os.path.join(WATER, "done")):
        return
    shutil.rmtree(WATER, ignore_errors=True)
    os.makedirs(WATER)
    gmx("solvate", "-cs", "spc216.gro", "-box", "1.1", "1.1", "1.1", "-o", "conf.gro", cwd=WATER)
    write(WATER, "topol.top", TOPOLOGY)
    parameters = PARAMETERS.format(steps=2 * (N_FRAME - 1))
    grompp(WATER, "topol", parameters)
    grompp(WATER, "slow", parameters.replace("dt = 0.0005", "dt = 0.5"))
    grompp(WATER, "rigid", parameters.replace("-DFLEXIBLE", ""))
    gmx(*MDRUN, "-s", "topol.tpr", "-deffnm", "traj", cwd=WATER)
    gmx("trjconv", "-f", "traj.xtc", "-timestep", "1", "-ndec", "6", "-o", "slow.xtc", cwd=WATER)
    write(WATER, "done", "")


def run_watched(command, cwd, environment=None):
    """Runs a program. Returns its exit status, its output, and the number of processors that each thread beside its
    first one might run on."""
    processors = {}
    end = time.monotonic() + 120
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        process = subprocess.Popen(command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=subprocess.STDOUT)
        while process.poll() is None:
            if time.monotonic() > end:
                process.kill()
            for thread in map(int, os.listdir(f"/proc/{process.pid}/task")):
                try:
                    processors[thread] = len(os.sched_getaffinity(thread))
                except ProcessLookupError:
                    pass  # has ended meanwhile
            time.sleep(0.001)
        processors.pop(process.pid, None)
        output.seek(0)
        return process.returncode, output.read(), list(processors.values())


def sets(path):
    """The sets of an .xvg file, each a list of rows of floats."""
    result = [[]]
    with open(path) as file:
        for line in file:
            if line.startswith("&"):
                result.append([])
            elif line.strip() and line[0] not in "#@":
                result[-1].append([float(word) for word in line.split()])
    return [rows for rows in result if rows]


class Result:
    """Exit status and output of one run of gmx_mdgan."""

    def __init__(self, status, output):
        self.status = status
        self.output = output.replace("\r", "\n")

    def error(self):
        """The text in GROMACS's error box, on one line."""
        box = re.search(r"-{20,}\nProgram:.*?\n\n(.*?)\n\nFor more information", self.output, re.S)
        return " ".join(box.group(1).split()) if box else ""


class GromacsCase(unittest.TestCase):
    """A scratch folder with the water in it, and gmx_mdgan to run there."""

    inputs = ("conf.gro", "topol.top", "topol.tpr", "slow.tpr", "rigid.tpr", "traj.trr", "traj.xtc", "slow.xtc")

    def setUp(self):
        simulate()
        self.dir = tempfile.mkdtemp(prefix="mdgan-gromacs-")
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        for name in self.inputs:
            os.symlink(os.path.join(WATER, name), self.path(name))

    def path(self, name):
        return os.path.join(self.dir, name)

    def files(self):
        """What has been written."""
        return sorted(set(os.listdir(self.dir)) - set(self.inputs))

    def bytes(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def gmx(self, *arguments, text=None):
        return gmx(*arguments, cwd=self.dir, text=text)

    def tool(self, *arguments, fails=False, limit=None):
        """Runs gmx_mdgan; fails the test if its success is not the expected one."""
        done = subprocess.run([TOOL, "-quiet", *map(str, arguments)], cwd=self.dir, text=True, errors="replace",
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
                              preexec_fn=limit)
        self.assertEqual(done.returncode, 1 if fails else 0, done.stdout)
        return Result(done.returncode, done.stdout)

    def sets(self, name):
        return sets(self.path(name))

    def series(self, name):
        """(step, time, value[frame][entity][component]) of an H5MD file of mdgan."""
        with h5py.File(self.path(name), "r") as file:
            if "observables" in file:
                element = file["observables/trajectory/feature"]
            else:
                (group,) = file["particles"].values()
                element = group["velocity"] if "velocity" in group else group["position"]
            return element["step"][()], element["time"][()], element["value"][()]
