# SPDX-License-Identifier: BSD-3-Clause
"""mdgan inside mdrun: what it collects is what gmx_mdgan reads from the trajectory of the same run."""
import os
import re
import subprocess
import sys
import unittest

import numpy

import host

KEEP = "M 16\nwindows 4\niterations 2\nsave model.h5\ndata real.h5\n"


def skip_reason():
    """The first GROMACS with -plumed is 2025; with an older one there is nothing to be tested, whatever is required."""
    if host.skip_reason():
        return None
    done = subprocess.run([host.GMX, "-quiet", "mdrun", "-h"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace")
    return None if "-plumed" in done.stdout else f"'{host.GMX} mdrun' has no option -plumed: older than GROMACS 2025"


class InMdrun(host.GromacsCase):
    def mdrun(self, text, *arguments, name="run", tpr="topol.tpr", fails=True, pin="off"):
        """A run with the kernel; it fails where it is ended before its last step, as mdrun does after a signal. Keeps
        on how many processors its threads might run."""
        host.write(self.dir, "mdgan.dat", "atoms atoms.dat\n" + text)
        environment = dict(os.environ, PLUMED_KERNEL=host.KERNEL)
        status, output, self.processors = host.run_watched(
            [host.GMX, "-quiet", "-nobackup", *host.MDRUN[:-1], pin, "-s", tpr, "-deffnm", name, "-plumed",
             "mdgan.dat", *arguments], self.dir, environment)
        self.assertEqual(status, 1 if fails else 0, output)
        return output

    def atoms(self, *arguments, tpr="topol.tpr"):
        self.tool("-s", tpr, "-oa", "atoms.dat", *arguments)

    def offline(self, feature, *arguments, tpr="topol.tpr", trajectory="run.trr"):
        """What the tool reads from the whole trajectory: rows by their step."""
        self.tool("-s", tpr, "-f", trajectory, "-feature", feature, "-M", 8, "-iterations", 0, "-data", "offline.h5",
                  *arguments)
        step, _, value = self.series("offline.h5")
        return {int(s): row for s, row in zip(step, value)}

    def compare(self, feature, tolerance, *arguments, frames=128, extra=0, **run):
        """The windows of the kernel are those of the trajectory that mdrun wrote beside it."""
        frames += extra
        step, time, value = self.series("real.h5")
        offline = self.offline(feature, *arguments, **run)
        self.assertEqual(len(step), frames)
        numpy.testing.assert_allclose(time, 0.0005 * step, rtol=0, atol=1e-12)
        expected = numpy.array([offline[int(s)] for s in step])
        if extra:
            # A path may begin in another image of the box.
            value, expected = value - value[0], expected - expected[0]
            self.assertGreater(numpy.abs(expected).max(), 0.02)
        numpy.testing.assert_allclose(value, expected, atol=tolerance)


class Collected(InMdrun):
    # Positions are floats of up to 1.1 nm: differences of them over 0.0005 ps are good to this many nm/ps.
    rounding = 6e-4

    def test_bond_velocities_are_those_of_the_leap_frog(self):
        self.atoms()
        output = self.mdrun(KEEP + "stride 2\n")
        self.assertEqual(output.count("mdrun is asked to stop"), 1)
        self.compare("bond-velocity", self.rounding)
        self.assertEqual(self.series("real.h5")[0][0], 2)

    def test_velocities_of_atoms(self):
        chosen = ("-select", "resid 5 to 9")
        self.atoms("-feature", "velocity", *chosen)
        self.mdrun(KEEP + "stride 4\nfeature velocity\n")
        self.compare("velocity", self.rounding, *chosen)

    def test_constrained_bonds(self):
        self.atoms(tpr="rigid.tpr")
        self.mdrun(KEEP + "stride 2\n", tpr="rigid.tpr")
        self.compare("bond-velocity", self.rounding, tpr="rigid.tpr")

    def test_paths_of_molecules(self):
        for feature, more in (("mol-com", ()), ("mol-parts", ("-parts", 2)), ("position", ("-select", "name HW1"))):
            self.atoms("-feature", feature, *more)
            self.mdrun(KEEP + "stride 4\n", "-nsteps", "4000")
            self.compare(feature, 3e-6, *more, extra=1)

    def test_a_box_that_changes_and_is_not_rectangular(self):
        self.gmx("editconf", "-f", "conf.gro", "-bt", "dodecahedron", "-box", "1.35", "-o", "shape.gro")
        with open(self.path("shape.gro")) as file:
            edges = file.read().splitlines()[-1]
        host.write(self.dir, "empty.gro", f"empty\n0\n{edges}\n")
        self.gmx("solvate", "-cp", "empty.gro", "-cs", "spc216.gro", "-o", "dodecahedron.gro")
        with open(self.path("dodecahedron.gro")) as file:
            count = int(file.read().splitlines()[1]) // 3
        topology = re.sub(r"SOL \d+", f"SOL {count}", host.TOPOLOGY)
        host.write(self.dir, "shape.top", topology)
        parameters = host.PARAMETERS.format(steps=3000) + ("pcoupl = C-rescale\ntau-p = 0.5\ncompressibility = 4.5e-5\n"
                                                           "ref-p = 1000\nnstpcouple = 10\n")
        host.write(self.dir, "shape.mdp", re.sub("= 0.5$", "= 0.45", parameters, flags=re.M).replace("tau-p = 0.45",
                                                                                                  "tau-p = 0.5"))
        self.gmx("grompp", "-f", "shape.mdp", "-c", "dodecahedron.gro", "-p", "shape.top", "-o", "shape.tpr", "-po",
                 "out.mdp", "-maxwarn", "9")
        self.atoms(tpr="shape.tpr")
        self.mdrun(KEEP + "stride 4\n", tpr="shape.tpr")
        # The coordinates are scaled with the box once in 10 steps, of which leap-frog velocities know nothing.
        self.compare("bond-velocity", 0.1, tpr="shape.tpr")

        self.atoms("-feature", "mol-com", tpr="shape.tpr")
        self.mdrun(KEEP + "stride 4\n", tpr="shape.tpr")
        step, _, value = self.series("real.h5")
        offline = self.offline("mol-com", tpr="shape.tpr")
        expected = numpy.array([offline[int(s)] for s in step])
        difference = numpy.abs((value - value[0]) - (expected - expected[0])).max(axis=(0, 2))
        # A path that begins in another image of the box ends as much further away as the box has grown.
        frame = 84 + 4 * 9 + 2 * 12 * 3 * count
        boxes = numpy.frombuffer(self.bytes("run.trr"), ">f4").reshape(-1, frame // 4)[:, 21:30]
        change = numpy.abs(boxes - boxes[0]).max()
        self.assertGreater(change, 1e-3)
        self.assertLess(difference.max(), 2.5 * change)
        self.assertGreater((difference < 3e-6).mean(), 0.7)

    def test_a_continued_run_begins_anew(self):
        self.atoms()
        self.mdrun(KEEP + "stride 2\n")
        with open(self.path("run.log")) as file:
            self.assertIn("Received the TERM signal", file.read())
        self.assertIn("run.cpt", self.files())
        first = self.series("real.h5")[0]
        output = self.mdrun(KEEP + "stride 2\n", "-cpi", "run.cpt")
        self.assertIn("goes on from a checkpoint; the collection begins anew", output)
        second = self.series("real.h5")[0]
        self.assertGreater(second[0], first[-1])
        self.compare("bond-velocity", self.rounding)


class Trained(InMdrun):
    def test_a_model_and_its_particles(self):
        self.atoms()
        output = self.mdrun("M 16\nwindows 8\niterations 20\nstride 2\nsave model.h5\nemit 400\noh gen.h5\not gen.trr\n"
                            "oc gen.gro\non gen.ndx\nop gen.top\nom gen.mdp\n")
        self.assertRegex(output, r"collecting took \S+ s of \S+ s of simulation, \d+\.\d+ %")
        step, _, generated = self.series("gen.h5")
        self.assertEqual(len(step), 400)
        speed = numpy.array([row for row in self.offline("bond-velocity").values()])
        self.assertLess(abs(generated.std() / speed.std() - 1), 0.2)
        last = max(self.offline("bond-velocity"))
        self.assertLessEqual(step[0] - last, 102)  # mdrun ends with the next pair list
        # The same model, in the tool, on the trajectory of the run.
        self.tool("-s", "topol.tpr", "-f", "run.trr", "-load", "model.h5", "-M", 16, "-emit", 400, "-oh", "tool.h5")
        numpy.testing.assert_array_equal(self.series("tool.h5")[2], generated)
        self.gmx("velacc", "-f", "gen.trr", "-n", "gen.ndx", "-acflen", "101", "-o", "vacf.xvg", text="GAN")
        self.gmx("grompp", "-f", "gen.mdp", "-c", "gen.gro", "-p", "gen.top", "-n", "gen.ndx", "-o", "gen.tpr")

    def test_beside_the_simulation(self):
        self.atoms()
        output = self.mdrun("M 16\nwindows 4\niterations 30\nstride 2\noverlap yes\nsave model.h5\nemit 20\noh gen.h5\n",
                            "-nsteps", "-1")
        self.assertEqual(output.count("mdrun is asked to stop"), 1)
        with open(self.path("run.log")) as file:
            self.assertIn("Finished mdrun", file.read())
        self.assertEqual(len(self.series("gen.h5")[0]), 20)

    @unittest.skipIf(len(os.sched_getaffinity(0)) < 2, "there is only one processor")
    def test_a_pinned_simulation_leaves_all_processors_to_the_training(self):
        self.atoms()
        for overlap in ("no", "yes"):
            self.mdrun(f"M 16\nwindows 4\niterations 200\nthreads 2\nstride 2\noverlap {overlap}\nsave model.h5\n",
                       "-nsteps", "-1", pin="on")
            self.assertGreater(len(self.processors), 0)
            self.assertEqual(set(self.processors), {len(os.sched_getaffinity(0))})

    def test_a_run_to_its_last_step(self):
        self.atoms("-feature", "mol-com")
        self.mdrun("M 16\niterations 0\nstride 20\nstop no\ndata real.h5\nsave model.h5\n", fails=False)
        numpy.testing.assert_array_equal(self.series("real.h5")[0], numpy.arange(0, 4001, 20))

    def test_too_few_frames(self):
        self.atoms()
        output = self.mdrun(KEEP + "stride 200\n", fails=False)
        self.assertIn("only 20 of 128 frames are in", output)
        self.assertNotIn("model.h5", self.files())


class Refused(InMdrun):
    def refused(self, text, *arguments):
        output = " ".join(self.mdrun(text, *arguments).split())
        for name in self.files():
            self.assertNotIn(name, ("model.h5", "real.h5"))
            self.assertNotIn(".tmp-", name)
        self.assertNotIn("starting mdrun", output)
        return output

    def test_input(self):
        self.atoms()
        self.assertRegex(self.refused("d: DISTANCE ATOMS=1,2\n"), "'mdgan.dat' line 2: .* is input for PLUMED")
        self.assertRegex(self.refused(KEEP + "window 32\n"), "keyword 'window' was given in line 2 already")
        self.assertRegex(self.refused(KEEP + "steps 5\n"), "line 7: .*steps")
        os.remove(self.path("atoms.dat"))
        self.assertRegex(self.refused(KEEP), "Cannot read 'atoms.dat'")

    def test_another_system(self):
        self.atoms()
        data = self.bytes("atoms.dat").decode().replace("system 141", "system 300")
        host.write(self.dir, "atoms.dat", data)
        self.assertRegex(self.refused(KEEP), "made for 300 atoms, but this simulation has 141")


if __name__ == "__main__":
    reason = skip_reason()
    if reason:
        print("SKIPPED:", reason)
        sys.exit(77)
    host.main()
