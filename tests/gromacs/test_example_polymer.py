# SPDX-License-Identifier: BSD-3-Clause
"""The polymer example runs from random chains to the table of displacements, here in a short form; so does the job
script for GROMACS, on the same melt."""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import h5py
import numpy

import host

EXAMPLES = os.path.join(host.SOURCE, "examples")
POLYMER = os.path.join(EXAMPLES, "polymer-gromacs")
CHAINS, LENGTH, WINDOW, FRAMES = 22, 24, 10, 400
# Steps: 1 ps is what gmx msd of 2022 resolves; 30 frames for windows of 10.
SHORT = {"CHAINS": CHAINS, "LENGTH": LENGTH, "EQUILIBRATION": 500, "EVERY": 250, "LEARN": 7500, "REFERENCE": 7500,
         "WINDOW": WINDOW, "ITERATIONS": 20, "FRAMES": FRAMES}
PROGRAMS = {"GMX": host.GMX, "GMX_MDGAN": host.TOOL, "MDGAN": os.path.join(host.BIN, "mdgan")}


def run(script, *arguments, cwd, **variables):
    """Output of a bash script, which has to succeed."""
    environment = {**os.environ, **PROGRAMS, **{name: str(value) for name, value in variables.items()}}
    done = subprocess.run(["bash", script, *arguments], cwd=cwd, env=environment, text=True, errors="replace",
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=200)
    if done.returncode != 0:
        raise AssertionError(done.stdout)
    return done.stdout


def series(path):
    """Positions (frame, entity, component) of an H5MD file."""
    with h5py.File(path, "r") as file:
        if "observables" in file:
            return file["observables/trajectory/feature/value"][()].astype(float)
        (group,) = file["particles"].values()
        return group["position/value"][()].astype(float)


def displacement(position, lag):
    """Mean squared displacement over all origins and entities."""
    return numpy.mean(numpy.sum((position[lag:] - position[:-lag]) ** 2, axis=2))


def configuration(path):
    """Positions (chain, atom, component) and box edge of a .gro file."""
    with open(path) as file:
        lines = file.readlines()
    position = [[float(line[20 + 8 * k:28 + 8 * k]) for k in range(3)] for line in lines[2:-1]]
    return numpy.reshape(position, (CHAINS, LENGTH, 3)), float(lines[-1].split()[0])


class Polymer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.mkdtemp(prefix="mdgan-gromacs-")
        cls.addClassCleanup(shutil.rmtree, cls.dir, ignore_errors=True)
        run(os.path.join(POLYMER, "run.sh"), cls.dir, cwd=cls.dir, **SHORT)

    def path(self, name):
        return os.path.join(self.dir, name)

    def test_start_configuration(self):
        """Bonds and angles of the force field, and the density that was asked for."""
        position, edge = configuration(self.path("start.gro"))
        mass = CHAINS * (2 * 15.035 + (LENGTH - 2) * 14.027)
        self.assertAlmostEqual(mass / 602.214 / edge ** 3, 0.72, places=4)
        bond = numpy.diff(position, axis=1)
        length = numpy.linalg.norm(bond, axis=2)
        numpy.testing.assert_allclose(length, 0.154, atol=0.0018)  # the digits of a .gro
        cosine = numpy.sum(bond[:, 1:] * bond[:, :-1], axis=2) / (length[:, 1:] * length[:, :-1])
        numpy.testing.assert_allclose(cosine, -numpy.cos(numpy.radians(114)), atol=0.02)

    def test_torsions_are_those_of_the_melt(self):
        """Two thirds or so of the torsions of polyethylene at 450 K are trans, in the grown chains as after a while."""
        for name in ("start.gro", "long.gro"):
            position, edge = configuration(self.path(name))
            bond = numpy.diff(position, axis=1)
            bond -= edge * numpy.round(bond / edge)
            normal = numpy.cross(bond[:, :-1], bond[:, 1:])
            normal /= numpy.linalg.norm(normal, axis=2)[:, :, None]
            # Bonds 1 and 3 on different sides of bond 2: the normals are opposite.
            trans = numpy.mean(numpy.sum(normal[:, 1:] * normal[:, :-1], axis=2) < -0.5)
            self.assertTrue(0.5 < trans < 0.8, (name, trans))

    def test_gmx_msd_and_mdgan_agree(self):
        """Three ways to the same numbers: gmx msd of the .trr, -msd, mdgan msd of the H5MD file; and numpy."""
        (stock,) = host.sets(self.path("gan-gmx.xvg"))
        _, generated = host.sets(self.path("msd.xvg"))
        table = numpy.loadtxt(self.path("GAN.csv"), delimiter=",")
        position = series(self.path("gan.h5"))
        self.assertEqual(position.shape, (FRAMES, CHAINS, 3))
        for lag in (1, 5, 2 * WINDOW):
            expected = displacement(position, lag)
            self.assertEqual([stock[lag][0], generated[lag][0], table[lag, 0]], [lag, lag, lag])
            for value in (stock[lag][1], generated[lag][1], table[lag, 1]):
                self.assertAlmostEqual(value / expected, 1, delta=2e-5)
        # The molecular dynamics as gmx_mdgan and as gmx msd see it.
        (stock,) = host.sets(self.path("long-gmx.xvg"))
        reference = numpy.loadtxt(self.path("reference.csv"), delimiter=",")
        for lag in (1, 5, 2 * WINDOW):
            self.assertAlmostEqual(reference[lag, 1] / stock[lag][1], 1, delta=1e-4)

    def test_thirds_make_the_chain(self):
        """Three parts of 8 atoms each per chain; in the simulation their weighted mean is the chain's centre."""
        thirds = series(self.path("long-mol-parts.h5")).reshape(-1, CHAINS, 3, 3)
        centre = series(self.path("long-mol-com.h5"))
        mass = numpy.array([15.035 + 7 * 14.027, 8 * 14.027, 15.035 + 7 * 14.027])
        mean = numpy.einsum("fcpx,p->fcx", thirds, mass / mass.sum())
        # Both paths start somewhere in the periodic images.
        numpy.testing.assert_allclose(mean - mean[0], centre - centre[0], atol=1e-4)
        self.assertEqual(os.path.getsize(self.path("thirds.trr")) // os.path.getsize(self.path("gan.trr")), 2)

    def test_table(self):
        with open(self.path("comparison.txt")) as file:
            text = file.read()
        rows = re.findall(r"^(\S+) +((?:[\d.]+ \+- [\d.]+ *){4})$", text, re.M)
        self.assertEqual([name for name, _ in rows],
                         ["reference", "window", "GAN", "thirds-reference", "thirds-GAN", "thirds-linear"])
        # A picosecond of a melt: what is generated moves like what was learned, and thirds more than whole chains.
        first = {name: float(values.split()[0]) for name, values in rows}
        self.assertAlmostEqual(first["GAN"] / first["window"], 1, delta=0.15)
        self.assertTrue(0.008 < first["reference"] < 0.016 < first["thirds-reference"], first)
        self.assertEqual(len(re.findall(r"^gmx msd, D of .*: +[\d.]+ \(\+/- [\d.]+\)", text, re.M)), 2)

    def test_big_melt(self):
        """The other size: 60 chains of 100, as far as grompp and some steps."""
        folder = self.path("big")
        os.mkdir(folder)
        shutil.copy(os.path.join(POLYMER, "trappe-ua.itp"), folder)
        subprocess.run([sys.executable, os.path.join(POLYMER, "melt.py"), "60", "100", "0.75", "7"], cwd=folder,
                       check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(folder, "start.gro")) as file:
            lines = file.readlines()
        self.assertEqual(lines[1].strip(), "6000")
        self.assertAlmostEqual(float(lines[-1].split()[0]), 5.71, delta=0.005)
        host.gmx("grompp", "-f", os.path.join(POLYMER, "minimise.mdp"), "-c", "start.gro", "-p", "melt.top", "-o",
                 "em.tpr", "-po", "em.out.mdp", cwd=folder)
        host.gmx(*host.MDRUN, "-s", "em.tpr", "-deffnm", "em", "-nsteps", "20", cwd=folder)
        # A sum over 6,000 atoms of some kT each once they are apart, and not the 1e10 of atoms upon each other.
        with open(os.path.join(folder, "em.log")) as file:
            energy = re.findall(r"Potential Energy  = +(\S+)", file.read())
        self.assertLess(float(energy[-1]), 1e6)

    def test_wrong_sizes(self):
        for sizes in (("0", "24", "0.7"), ("3", "4", "0.7"), ("3", "24", "0")):
            done = subprocess.run([sys.executable, os.path.join(POLYMER, "melt.py"), *sizes, "7"], cwd=self.dir,
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 1)
            self.assertIn("has to be at least 1, LENGTH at least 5", done.stderr)

    def job(self, number, **variables):
        """The batch script as Slurm would run it."""
        folder = self.path(f"job{number}")
        os.mkdir(folder)
        shutil.copy(self.path("short.tpr"), os.path.join(folder, "melt.tpr"))
        run(os.path.join(EXAMPLES, "slurm", "gromacs.sbatch"), "melt", cwd=folder, WINDOWS=1, FRAMES=50,
            MINUTES=0.01, FEATURE=f"-feature mol-com -M {WINDOW}", SLURM_CPUS_PER_TASK=1, SLURM_JOB_ID=number,
            MDGAN_PREFIX=os.path.dirname(os.path.dirname(host.TOOL)), **variables)
        self.assertEqual(series(os.path.join(folder, f"melt-{number}-gan.h5")).shape, (50, CHAINS, 3))
        written = {os.path.basename(name) for name in glob.glob(os.path.join(folder, f"melt-{number}*"))}
        ends = (".cpt", ".mdgan.h5", "-gan.trr", "-gan.gro", "-gan.ndx")
        self.assertLessEqual({f"melt-{number}{end}" for end in ends}, written)
        with open(os.path.join(folder, f"melt-{number}.log"), errors="replace") as file:
            return file.read()

    def test_job_in_turns(self):
        """mdrun is stopped long before the 250,000 steps of its .tpr."""
        log = self.job(42, MDRUN=f"{host.GMX} mdrun -ntmpi 1 -pin off", SILENCE=6)
        self.assertIn("Received the TERM signal", log)

    def test_job_beside(self):
        """mdrun goes on to its end."""
        log = self.job(43, TURNS="no", MDRUN=f"{host.GMX} mdrun -ntmpi 1 -pin off -nsteps 7500", SILENCE=6)
        self.assertNotIn("Received the TERM signal", log)
        self.assertIn("Finished mdrun", log)


if __name__ == "__main__":
    host.main()
