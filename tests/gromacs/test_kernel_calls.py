# SPDX-License-Identifier: BSD-3-Clause
"""The kernel for mdrun, called as mdrun calls it: what it collects is compared with arithmetic on the positions handed
over, which may be wrapped, in any order, and in a box that changes."""
import os
import sys
import unittest

import numpy

import host

MASS = numpy.array([15.9994, 1.008, 1.008])
N_ATOM = 3 * host.N_WATER
DT = 0.0005
STUB = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mdrun_stub.py")


class KernelCase(host.GromacsCase):
    def setUp(self):
        super().setUp()
        self.random = numpy.random.default_rng(5)

    def atoms(self, *arguments):
        return self.tool("-s", "topol.tpr", "-oa", "atoms.dat", *arguments)

    def input(self, text):
        host.write(self.dir, "mdgan.dat", "atoms atoms.dat\n" + text)

    def paths(self, n, slant=0.0, drift=4e-3):
        """Free paths of waters in a box that breathes: x [n][atom][3], box [n][3][3]."""
        start = self.random.uniform(0, 1.1, (1, host.N_WATER, 1, 3)) + self.random.uniform(-0.1, 0.1,
                                                                                         (1, host.N_WATER, 3, 3))
        speed = self.random.normal(0, drift, (1, host.N_WATER, 1, 3))
        shake = numpy.cumsum(self.random.normal(0, 5e-4, (n, host.N_WATER, 3, 3)), axis=0)
        x = start + speed * numpy.arange(n).reshape(n, 1, 1, 1) + shake
        shape = numpy.array([[1.1, 0, 0], [0.3 * slant, 1.2, 0], [-0.4 * slant, 0.35 * slant, 1.3]])
        box = shape * (1 + 0.02 * numpy.sin(numpy.arange(n) / 40)).reshape(n, 1, 1)
        return x.reshape(n, N_ATOM, 3), box

    def wrapped(self, x, box):
        """Every atom in the box, each on its own."""
        image = numpy.floor(numpy.linalg.solve(numpy.swapaxes(box, 1, 2)[:, None], x[..., None])[..., 0])
        return x - numpy.einsum("nai,nij->naj", image, box)

    def carried(self, x, box):
        """The same paths as mdrun moves atoms: where one leaves the box of a step, it jumps by an edge of that box."""
        result = numpy.array(x)
        for i in range(len(x)):
            if i > 0:
                result[i] = result[i - 1] + x[i] - x[i - 1]
            result[i] = self.wrapped(result[i:i + 1], box[i:i + 1])[0]
        return result

    def orders(self, n, every=10):
        return numpy.repeat([self.random.permutation(N_ATOM) for _ in range(n // every + 1)], every, axis=0)[:n]

    def kernel(self, x, box, order=(), real=8, fails=False, step=None, **more):
        """Runs the stub; returns its output. Keeps on how many processors its threads might run."""
        numpy.savez(self.path("steps.npz"), x=x, box=box, order=order, real=real,
                    step=numpy.arange(len(x)) if step is None else step, dt=DT, **more)
        status, output, self.processors = host.run_watched(
            [sys.executable, STUB, host.KERNEL, "mdgan.dat", "steps.npz"], self.dir)
        os.remove(self.path("steps.npz"))
        self.assertEqual(status, 1 if fails else 0, output)
        return output

    def bonds(self, x, stride):
        """Relative velocities of the O-H bonds by backward differences, from the first step that has one."""
        v = numpy.diff(x, axis=0).reshape(-1, host.N_WATER, 3, 3) / DT
        return (v[:, :, 1:] - v[:, :, :1]).reshape(-1, host.N_BOND, 3)[stride - 1::stride]


class Collected(KernelCase):
    def test_bond_velocities(self):
        self.atoms()
        x, box = self.paths(97)
        for stride, real, tolerance in ((1, 8, 1e-6), (3, 8, 1e-6), (2, 4, 2e-3)):
            self.input(f"M 8\nwindows 2\niterations 0\nstride {stride}\ndata real.h5\n")
            output = self.kernel(self.carried(x, box), box, self.orders(97), real)
            step, time, value = self.series("real.h5")
            numpy.testing.assert_array_equal(step, stride * numpy.arange(1, 33))
            numpy.testing.assert_allclose(time, DT * step, rtol=0, atol=1e-12)
            numpy.testing.assert_allclose(value, self.bonds(x, stride)[:32], atol=tolerance)
            self.assertIn(f"steps {32 * stride + 1} stopped 1", output)

    def test_in_global_order_without_domain_decomposition(self):
        self.atoms()
        x, box = self.paths(40)
        self.input("M 8\niterations 0\ndata real.h5\n")
        self.kernel(self.carried(x, box), box)
        numpy.testing.assert_allclose(self.series("real.h5")[2], self.bonds(x, 1)[:16], atol=1e-6)

    def test_a_velocity_of_every_selected_atom(self):
        self.atoms("-feature", "velocity", "-select", "name HW2")
        x, box = self.paths(40)
        self.input("M 8\niterations 0\nstride 2\ndata real.h5\nfeature velocity\n")
        self.kernel(self.carried(x, box), box, self.orders(40))
        expected = numpy.diff(x, axis=0)[1::2, 2::3] / DT
        numpy.testing.assert_allclose(self.series("real.h5")[2], expected[:16], atol=1e-6)

    def same_paths(self, value, expected, box):
        """Equal but for the lattice vector that a path begins at."""
        start = numpy.linalg.solve(box[0].T, (value[0] - expected[0]).reshape(-1, 3, 1))[..., 0]
        numpy.testing.assert_allclose(start, numpy.round(start), atol=1e-5)
        numpy.testing.assert_allclose(value - value[0], expected - expected[0], atol=1e-5)

    def test_paths_of_centres_in_a_constant_box(self):
        groups = {"mol-com": [(0, 1, 2)], "mol-parts": [(0, 1), (2,)], "position": [(0,)]}
        for slant in (0, 1):
            x, box = self.paths(150, slant)
            box[:] = box[0]
            for feature, parts in groups.items():
                self.atoms("-feature", feature, *(("-select", "name OW") if feature == "position" else ()))
                self.input("M 8\nwindows 4\niterations 0\nstride 2\ndata real.h5\n")
                self.kernel(self.wrapped(x, box), box, self.orders(150))
                water = x.reshape(-1, host.N_WATER, 3, 3)[:130:2]
                expected = numpy.concatenate([numpy.average(water[:, :, g], axis=2, weights=MASS[list(g)])
                                              for g in parts], axis=2)
                value = self.series("real.h5")[2]
                self.assertEqual(value.shape, expected.shape)
                self.same_paths(value.reshape(65, -1, 3), expected.reshape(65, -1, 3), box)
                self.assertGreater(numpy.abs(value[-1] - value[0]).max(), 1.1)  # some left the box

    def test_paths_of_centres_in_a_box_that_changes(self):
        self.atoms("-feature", "mol-com")
        x, box = self.paths(130)
        self.input("M 8\nwindows 8\niterations 0\ndata real.h5\n")
        self.kernel(self.wrapped(x, box), box, self.orders(130))
        value = self.series("real.h5")[2]
        way = numpy.diff(numpy.average(x.reshape(-1, host.N_WATER, 3, 3), axis=2, weights=MASS), axis=0)[:128]
        # An atom that is in an image has moved with it where the box has changed.
        change = numpy.abs(numpy.diff(box, axis=0)).max()
        numpy.testing.assert_allclose(numpy.diff(value, axis=0), way, atol=3 * change)
        self.assertLess(change, 1e-3)

    def test_a_gap_and_a_repeated_step(self):
        self.atoms()
        x, box = self.paths(60)
        step = numpy.arange(60)
        step[5:] -= 1  # mdrun asks for step 4 twice, and only the first time counts
        kept = numpy.delete(x, 5, axis=0)
        self.input("M 8\niterations 0\ndata real.h5\n")
        self.kernel(x, box, step=step)
        numpy.testing.assert_allclose(self.series("real.h5")[2], self.bonds(kept, 1)[:16], atol=1e-6)
        step = numpy.arange(60)
        step[5:] += 7  # what came before is dropped
        output = self.kernel(x, box, step=step)
        self.assertIn("anew", output)
        numpy.testing.assert_array_equal(self.series("real.h5")[0], numpy.arange(13, 29))
        numpy.testing.assert_allclose(self.series("real.h5")[2], self.bonds(x[5:], 1)[:16], atol=1e-6)


class Outputs(KernelCase):
    def test_too_few_frames_leave_nothing_behind(self):
        self.atoms()
        x, box = self.paths(30)
        self.input("M 16\niterations 0\nsave model.h5\not gen.trr\n")
        self.assertIn("only 29 of 32 frames are in", self.kernel(x, box))
        self.assertEqual(self.files(), ["atoms.dat", "mdgan.dat"])

    def test_all_of_the_run_with_stop_no(self):
        self.atoms("-feature", "mol-com")
        x, box = self.paths(90, drift=0)
        self.input("M 8\niterations 0\nstop no\nemit 3\ndata real.h5\not gen.trr\noh gen.h5\noc gen.gro\non gen.ndx\n"
                   "op gen.top\nom gen.mdp\n")
        self.assertIn("steps 90 stopped 0", self.kernel(x, box))
        step, time, value = self.series("real.h5")
        self.assertEqual(len(step), 90)
        step, time, generated = self.series("gen.h5")
        numpy.testing.assert_array_equal(step, [90, 91, 92])
        numpy.testing.assert_allclose(time, DT * step, rtol=0, atol=1e-12)
        self.assertLess(numpy.abs(generated[0] - value[-1]).max(), 0.05)  # goes on from there
        self.assertEqual(self.files(), sorted(["atoms.dat", "mdgan.dat", "real.h5", "gen.trr", "gen.h5", "gen.gro",
                                               "gen.ndx", "gen.top", "gen.mdp"]))
        self.gmx("grompp", "-f", "gen.mdp", "-c", "gen.gro", "-p", "gen.top", "-n", "gen.ndx", "-o", "gen.tpr",
                 "-po", "out.mdp")
        self.gmx("check", "-f", "gen.trr")

    def test_a_model_of_the_kernel_serves_the_tool_and_the_kernel(self):
        self.atoms()
        x, box = self.paths(70)
        self.input("M 16\niterations 3\nsave model.h5\nemit 40\noh first.h5\n")
        self.kernel(x, box)
        self.input("load model.h5\nM 16\nemit 40\noh second.h5\n")
        self.assertIn("steps 70 stopped 0", self.kernel(x, box))
        self.tool("-s", "topol.tpr", "-load", "model.h5", "-M", 16, "-emit", 40, "-oh", "third.h5")
        first = self.series("first.h5")
        self.assertGreater(numpy.abs(first[2]).max(), 0.1)
        numpy.testing.assert_array_equal(self.series("second.h5")[2], first[2])
        numpy.testing.assert_array_equal(self.series("third.h5")[2], first[2])

    def test_older_files_are_kept(self):
        self.atoms()
        x, box = self.paths(40)
        self.input("M 8\niterations 0\nemit 3\not gen.trr\n")
        host.write(self.dir, "gen.trr", "old")
        self.kernel(x, box)
        self.assertEqual(self.bytes("#gen.trr.1#"), b"old")

    def test_beside_the_simulation(self):
        self.atoms()
        x, box = self.paths(40)
        more = numpy.concatenate([x, x[-1] + numpy.cumsum(self.random.normal(0, 1e-4, (20000, 1, 1)), axis=0)])
        self.input("M 8\niterations 3\noverlap yes\nsave model.h5\n")
        output = self.kernel(more.astype(numpy.float32), numpy.repeat(box[:1], len(more), axis=0), real=4)
        self.assertIn("model.h5", self.files())
        self.assertRegex(output, r"steps \d+ stopped [01]")


@unittest.skipIf(len(os.sched_getaffinity(0)) < 2, "there is only one processor")
class Pinned(KernelCase):
    """mdrun keeps to one processor, but its process has all of them."""

    def unpinned(self):
        self.assertGreater(len(self.processors), 0)
        self.assertEqual(set(self.processors), {len(os.sched_getaffinity(0))})

    def test_training_and_emission_behind_the_run(self):
        self.atoms()
        x, box = self.paths(40)
        self.input("M 8\niterations 200\nthreads 2\nemit 2000\noh gen.h5\n")
        self.kernel(x, box, pin=True)
        self.unpinned()

    def test_every_stage_beside_the_run(self):
        self.atoms()
        x, box = self.paths(200)
        self.input("M 8\niterations 20\noverlap yes\ntarget 1e-9\nsave model.h5\n")
        output = self.kernel(x, box, pin=True, pause=0.01)
        self.assertGreater(output.count("training on them begins beside the run"), 1)
        self.unpinned()


class Refused(KernelCase):
    def refused(self, text, pattern, **more):
        """The kernel ends the program before the first step, and leaves nothing behind."""
        host.write(self.dir, "mdgan.dat", text)
        before = self.files()
        x, box = self.paths(3)
        output = self.kernel(x, box, fails=True, **more)
        self.assertRegex(" ".join(output.split()), "mdgan in mdrun: fatal error " + pattern)
        self.assertNotIn("stopped", output)
        self.assertEqual(self.files(), before)

    def test_an_input_of_plumed(self):
        for line in ("d: DISTANCE ATOMS=1,2", "PRINT ARG=d FILE=COLVAR", "RESTART", "UNITS LENGTH=A"):
            self.refused(line + "\n", "'mdgan.dat' line 1: '.*' is input for PLUMED.*unset it")

    def test_an_equals_sign_in_a_value(self):
        self.atoms()
        os.mkdir(self.path("T=300"))
        self.input("M 8\niterations 0\nsave T=300/m.h5\n")
        x, box = self.paths(40)
        self.kernel(x, box)
        self.assertEqual(os.listdir(self.path("T=300")), ["m.h5"])

    def test_keywords(self):
        good = "atoms atoms.dat\nsave model.h5\n"
        self.atoms()
        for text, pattern in (
                (good + "iteration 5", "line 3: .*iteration.*iterations"),
                (good + "M 17", "line 3: .*17.*16"),
                (good + "M 8\n# again\nwindow 16", "line 5: keyword 'window' was given in line 3 already"),
                (good + "emit", "line 3: keyword 'emit' has no value"),
                (good + "stride 0", "line 3: keyword 'stride' got '0': must be an integer from 1"),
                (good + "emit 1.5", "line 3: keyword 'emit' got '1.5'"),
                (good + "ot gen.xtc", "keyword 'ot' got 'gen.xtc': must be the name of a .trr"),
                (good + "overlap partition", "keyword 'overlap' got 'partition'.*yes or no"),
                (good + "feature mol-com", "keyword 'feature' got 'mol-com', but 'atoms.dat' is of feature bond-vel"),
                (good + "ot nowhere/gen.trr", "Cannot write 'nowhere/gen.trr': No such file"),
                (good + "oh model.h5", "'model.h5' is written by both keyword 'save' and keyword 'oh': name another"),
                (good + "data w.h5\noh ./w.h5", "'./w.h5' is written by both keyword 'data' and keyword 'oh'"),
                (good + "on a.dat\nop a.dat", "'a.dat' is written by both keyword 'on' and keyword 'op'"),
                (good + "oh atoms.dat", r"'atoms.dat' is both read \(keyword 'atoms'\) and written \(keyword 'oh'\)"),
                ("atoms atoms.dat\nsave mdgan.dat", r"both read \(-plumed of mdrun\) and written \(keyword 'save'\)"),
                ("atoms atoms.dat\nload atoms.dat\noh ./atoms.dat", "'./atoms.dat' is both read"),
                ("atoms atoms.dat\nsave nowhere/model.h5", "nowhere"),
                ("save model.h5", "keyword 'atoms' is missing.*-oa"),
                ("atoms atoms.dat", "nothing would be kept"),
                ("atoms never.dat\nsave model.h5", "Cannot read 'never.dat': make it with gmx_mdgan"),
        ):
            self.refused(text + "\n", ".*" + pattern)

    def test_no_name_left_for_a_backup(self):
        self.atoms()
        for name in ("gen.gro", *(f"#gen.gro.{n}#" for n in range(1, 100))):
            host.write(self.dir, name, "old")
        self.input("")
        self.refused("atoms atoms.dat\noc gen.gro\n", "'gen.gro' is there, and 99 backups of it too")

    def test_more_than_one_rank(self):
        self.atoms()
        self.refused("atoms atoms.dat\nsave model.h5\n", "mdrun runs on more than one rank.*-ntmpi 1", ranks=2)
        self.refused("atoms atoms.dat\nsave model.h5\n", "mdrun handed over 100 of 141 atoms.*-ntmpi 1",
                     order=self.orders(3), local=100)

    def test_atoms(self):
        self.atoms()
        good = self.bytes("atoms.dat").decode()
        head, rows = good.split("mass anchor\n")
        for text, pattern in (
                (good.replace("system 141", "system 142"), "'atoms.dat' was made for 142 atoms, but .* has 141"),
                (good[:good.rindex("94 1")], "ends after 187 of 188 members"),
                ("d: DISTANCE ATOMS=1,2\n", "'atoms.dat' line 1: 'd:' begins no line of a file of gmx_mdgan -oa"),
                (good.replace("bond-velocity", "mol-angle"), "'mol-angle' is no feature"),
                (good.replace("feature bond-velocity", "feature velocity"), "needs 1 per entity"),
                (good.replace("94 1 139", "94 1 142"), "line 19[0-9]: part, atom or mass is out of range"),
                (good.replace("94 1 139 ", "96 1 139 "), "line 19[0-9]: entity 96 follows entity 93"),
                (good.replace("15.9994", "-1"), "line 9: part, atom or mass is out of range"),
                (head + "mass anchor\n" + rows.replace(" 0\n", " 5\n", 1), "line 9: anchor 5 is no earlier atom"),
                (head + "mass anchor\n" + rows.replace(" 0\n", " 0 1\n", 1), "line 9: expected five numbers"),
        ):
            host.write(self.dir, "atoms.dat", text)
            self.refused("atoms atoms.dat\nsave model.h5\n", ".*" + pattern)

    def test_a_model_of_another_stride(self):
        self.atoms()
        self.input("M 8\niterations 0\nstride 2\nsave model.h5\n")
        x, box = self.paths(70)
        self.kernel(x, box)
        self.refused("atoms atoms.dat\nM 8\nload model.h5\noh gen.h5\n",
                     ".*one frame every 2 steps, but the data every 1; .*use one frame every 2 steps: stride 2")

    def test_values_that_are_not_finite(self):
        self.atoms()
        self.input("M 8\nsave model.h5\n")
        x, box = self.paths(10)
        x[6, 0] = numpy.nan
        self.assertRegex(self.kernel(x, box, fails=True), "fatal error(.|\n)*finite")
        self.assertEqual(self.files(), ["atoms.dat", "mdgan.dat"])


class Listed(KernelCase):
    def test_only_the_topology_is_looked_at(self):
        self.tool("-s", "topol.tpr", "-oa", "water.dat", "-feature", "mol-parts", "-parts", 2)
        lines = [line for line in self.bytes("water.dat").decode().splitlines() if line[0] != ";"]
        self.assertEqual(lines[:6], ["feature mol-parts", "name molecule/parts SOL", "system 141", "parts 2",
                                     "members 141", "[ atoms ]"])
        self.assertEqual([line.split()[:3] + line.split()[4:] for line in lines[6:10]],
                         [["1", "1", "1", "0"], ["1", "1", "2", "1"], ["1", "2", "3", "1"], ["2", "1", "4", "0"]])
        self.assertEqual(self.files(), ["water.dat"])

    def test_a_molecule_of_a_long_name(self):
        """The kernel reads what the tool writes."""
        name = "W" * 80
        text = self.bytes("topol.top").decode().replace("SOL ", name + " ")
        text = text.replace('#include "oplsaa.ff/spc.itp"', f"""[ moleculetype ]
{name} 2
[ atoms ]
1 opls_116 1 SOL OW 1 -0.82
2 opls_117 1 SOL HW1 1 0.41
3 opls_117 1 SOL HW2 1 0.41
[ settles ]
1 1 0.1 0.16330
""")
        host.write(self.dir, "long.top", text)
        host.write(self.dir, "long.mdp", host.PARAMETERS.format(steps=2))
        self.gmx("grompp", "-f", "long.mdp", "-c", "conf.gro", "-p", "long.top", "-o", "long.tpr", "-maxwarn", "9")
        self.tool("-s", "long.tpr", "-feature", "mol-com", "-oa", "atoms.dat")
        self.input("M 8\niterations 0\nsave model.h5\n")
        x, box = self.paths(40)
        self.kernel(x, box)
        self.assertIn("model.h5", self.files())

    def test_what_does_not_go_with_it(self):
        result = self.tool("-s", "topol.tpr", "-oa", "-o", "gan.xvg", fails=True)
        self.assertRegex(result.error(), "Option -oa alone needs no trajectory, but the other outputs do")
        result = self.tool("-s", "topol.tpr", "-oa", "-feature", "velocity", "-select", "mol_com of all", fails=True)
        self.assertRegex(result.error(), "needs a selection of atoms")
        self.assertEqual(self.files(), [])


if __name__ == "__main__":
    host.main()
