# SPDX-License-Identifier: BSD-3-Clause
"""What is generated is the same in every output, on every route to it, and goes on where the simulation stopped."""
import os
import re
import subprocess
import unittest

import numpy

import host

SHORT = ("-M", 16, "-iterations", 2, "-seed", 3)
TRAIN = ("-s", "topol.tpr", "-f", "traj.trr", "-e", 0.2, *SHORT)


def gro_velocity(line):
    """Of one atom. Columns may touch; they are as wide as the distance between two decimal points."""
    first = line.index(".")
    width = line.index(".", first + 1) - first
    return [float(line[20 + i * width:20 + (i + 1) * width]) for i in range(3, 6)]


class Series(host.GromacsCase):
    def test_xvg_h5md_and_trajectory_hold_the_same(self):
        self.tool(*TRAIN, "-emit", 50, "-o", "gan.xvg", "-oh", "gan.h5", "-ot", "gan.trr", "-oc", "gan.gro")
        step, time, value = self.series("gan.h5")
        self.assertEqual(list(step), list(range(402, 502, 2)))
        numpy.testing.assert_allclose(time, 0.201 + host.FRAME * numpy.arange(50), rtol=1e-12)
        rows = numpy.array(self.sets("gan.xvg")[0])
        numpy.testing.assert_allclose(rows[:, 0], time, rtol=1e-9)
        numpy.testing.assert_allclose(rows[:, 1:], value.reshape(50, -1), rtol=1e-8)
        self.gmx("traj", "-f", "gan.trr", "-s", "gan.gro", "-fp", "-ov", "v.xvg", text="0\n")
        numpy.testing.assert_allclose(numpy.array(self.sets("v.xvg")[0])[:, 1:], rows[:, 1:], rtol=2e-5, atol=1e-5)
        with open(self.path("gan.gro")) as file:
            velocities = [gro_velocity(line) for line in file.readlines()[2:-1]]
        numpy.testing.assert_allclose(velocities, value[0], atol=1e-6)

    def test_times_below_a_femtosecond_stay_apart(self):
        self.tool(*TRAIN, "-emit", 20, "-tu", "ns", "-o", "gan.xvg")
        times = [row[0] for row in self.sets("gan.xvg")[0]]
        numpy.testing.assert_allclose(numpy.diff(times), 1e-6, rtol=1e-3)

    def test_times_that_the_file_does_not_resolve(self):
        """100 ns into a simulation a single-precision time is good to 8 fs; steps and the .tpr tell the rest."""
        self.gmx("trjconv", "-f", "traj.trr", "-t0", "100000", "-o", "late.trr")
        self.tool(*TRAIN, "-emit", 20, "-oh", "early.h5")
        late = ("-f", "late.trr", "-e", 100000.2, *SHORT, "-emit", 20)
        self.tool("-s", "topol.tpr", "-windows", 6, *late, "-oh", "late.h5")
        early, later = self.series("early.h5"), self.series("late.h5")
        numpy.testing.assert_allclose(numpy.diff(later[1]), host.FRAME, rtol=1e-6)
        self.assertEqual(list(numpy.diff(later[0])), list(numpy.diff(early[0])))
        result = self.tool("-s", "conf.gro", "-feature", "velocity", *late, "-oh", "none.h5", fails=True)
        self.assertRegex(result.error(), r"too coarse to tell the time step: give the run input file \(.tpr\) as -s")

    def test_equal_runs_give_equal_files_on_any_number_of_threads(self):
        for name, threads in (("a", 1), ("b", 2)):
            self.tool(*TRAIN, "-threads", threads, "-emit", 40, "-o", name + ".xvg", "-ot", name + ".trr", "-acf",
                      name + "acf.xvg")
        for pattern in ("{}.xvg", "{}.trr", "{}acf.xvg"):
            self.assertEqual(self.bytes(pattern.format("a")), self.bytes(pattern.format("b")))

    def test_an_older_file_is_backed_up(self):
        for _ in range(2):
            self.tool(*TRAIN, "-emit", 20, "-o", "gan.xvg")
        self.assertEqual(self.files(), ["#gan.xvg.1#", "gan.xvg"])

    def test_xvg_without_header(self):
        self.tool(*TRAIN, "-emit", 20, "-xvg", "none", "-acf", "acf.xvg", "-maxtau", 0.01)
        self.assertNotRegex(self.bytes("acf.xvg").decode(), "[@#]")

    def test_as_many_frames_as_were_read(self):
        self.tool(*TRAIN, "-o", "gan.xvg")
        self.assertEqual(len(self.sets("gan.xvg")[0]), 201)


class Model(host.GromacsCase):
    def test_a_loaded_model_generates_what_the_trained_one_did(self):
        self.tool(*TRAIN, "-emit", 30, "-oh", "trained.h5", "-save", "model.h5")
        self.tool("-s", "topol.tpr", *SHORT, "-load", "model.h5", "-emit", 30, "-oh", "loaded.h5")
        numpy.testing.assert_array_equal(self.series("loaded.h5")[2], self.series("trained.h5")[2])
        self.assertEqual(self.series("loaded.h5")[0][0], 0)  # there is no simulation that it follows

    def test_a_loaded_model_is_compared_with_a_trajectory(self):
        self.tool(*TRAIN, "-save", "model.h5")
        self.tool("-s", "topol.tpr", "-f", "traj.trr", *SHORT, "-load", "model.h5", "-emit", 500, "-spec", "spec.xvg")
        self.assertEqual(len(self.sets("spec.xvg")), 2)

    def test_generation_needs_no_run_input_file(self):
        self.tool(*TRAIN, "-save", "model.h5")
        self.tool("-s", "conf.gro", *SHORT, "-load", "model.h5", "-entities", 5, "-emit", 30, "-oh", "gan.h5")
        self.assertEqual(self.series("gan.h5")[2].shape, (30, 5, 3))

    def test_an_xtc_is_for_the_positions_of_a_model(self):
        """Whatever -feature says, which is bond-velocity by default."""
        self.tool(*TRAIN, "-feature", "mol-com", "-save", "model.h5")
        self.tool("-s", "conf.gro", *SHORT, "-load", "model.h5", "-entities", 5, "-emit", 30, "-ot", "gan.xtc")
        self.assertIn("gan.xtc", self.files())
        self.tool(*TRAIN, "-save", "model.h5")
        result = self.tool("-s", "conf.gro", *SHORT, "-load", "model.h5", "-feature", "position", "-entities", 5, "-emit",
                           30, "-ot", "other.xtc", fails=True)
        self.assertRegex(result.error(), "-ot: an .xtc holds no velocities, but bond/velocity .* is one")
        self.assertNotIn("other.xtc", self.files())

    def test_as_mdgan_generates(self):
        self.tool(*TRAIN, "-emit", 30, "-oh", "gan.h5", "-save", "model.h5")
        subprocess.run([os.path.join(host.BIN, "mdgan"), "emit", "model.h5", "30", "-o", "other.h5", "--entities", "94",
                        "--seed", "3"], cwd=self.dir, check=True, stderr=subprocess.DEVNULL)
        numpy.testing.assert_array_equal(self.series("gan.h5")[2], self.series("other.h5")[2])

    def test_a_training_beside_the_reading_has_all_frames_in_the_end(self):
        self.tool(*TRAIN, "-overlap", "yes", "-save", "model.h5", "-data", "beside.h5")
        self.tool(*TRAIN, "-o", "gan.xvg", "-data", "behind.h5")
        self.assertEqual(len(self.series("beside.h5")[0]), 201)
        numpy.testing.assert_array_equal(self.series("beside.h5")[2], self.series("behind.h5")[2])

    def test_a_training_goes_on(self):
        self.tool(*TRAIN, "-init", "random", "-save", "model.h5")  # a linear start leaves nothing to train
        result = self.tool(*TRAIN[:-4], "-iterations", 4, "-resume", "model.h5", "-save", "more.h5")
        self.assertIn("iteration 4/4", result.output)


class Positions(host.GromacsCase):
    def test_they_go_on_from_the_last_real_ones(self):
        for feature, more in (("mol-com", ()), ("mol-parts", ("-parts", 3)), ("position", ("-select", "name OW"))):
            self.tool("-s", "topol.tpr", "-f", "traj.trr", "-feature", feature, *more, *SHORT, "-data", "real.h5",
                      "-oh",
                      "gan.h5", "-emit", 200)
            real, generated = self.series("real.h5")[2], self.series("gan.h5")[2]
            longest = numpy.abs(numpy.diff(real, axis=0)).max()
            # Parts of a molecule go on from its place; what they do within the molecule begins anew.
            way = (generated[0] - real[-1]).reshape(host.N_WATER, -1, 3).mean(axis=1)
            self.assertLess(numpy.abs(way).max(), 3 * longest, feature)

    def test_they_go_on_from_the_structure_without_a_trajectory(self):
        self.tool("-s", "topol.tpr", "-f", "traj.trr", "-feature", "mol-com", *SHORT, "-save", "model.h5", "-data",
                  "real.h5")
        self.tool("-s", "topol.tpr", "-feature", "mol-com", *SHORT, "-load", "model.h5", "-emit", 10, "-oh", "gan.h5")
        first = self.series("real.h5")[2][0] - self.series("gan.h5")[2][0]
        first -= 1.1 * numpy.round(first / 1.1)
        self.assertLess(numpy.abs(first).max(), 0.02)

    def test_curves_without_a_trajectory_are_all_generated(self):
        model = ("-s", "topol.tpr", "-feature", "mol-com", *SHORT)
        self.tool(*model, "-f", "traj.xtc", "-e", 0.2, "-save", "model.h5", "-msd", "both.xvg")
        self.tool(*model, "-load", "model.h5", "-emit", 100, "-msd", "one.xvg")
        for name, legends in (("both.xvg", ["molecular dynamics", "generated"]), ("one.xvg", ["generated"])):
            self.assertEqual(re.findall('legend "(.*)"', self.bytes(name).decode()), legends)

    def test_xtc_holds_them_to_a_hundred_thousandth(self):
        self.tool("-s", "topol.tpr", "-f", "traj.xtc", "-feature", "mol-com", *SHORT, "-emit", 100, "-ot", "gan.xtc",
                  "-oh",
                  "gan.h5", "-oc", "gan.gro")
        self.gmx("traj", "-f", "gan.xtc", "-s", "gan.gro", "-fp", "-ox", "x.xvg", text="0\n")
        x = numpy.array(self.sets("x.xvg")[0])[:, 1:]
        numpy.testing.assert_allclose(x, self.series("gan.h5")[2].reshape(100, -1), atol=1.5e-5)


class Help(host.GromacsCase):
    def test_every_keyword_is_an_option(self):
        listed = subprocess.run([os.path.join(host.BIN, "mdgan"), "keywords", "--markdown"], check=True, text=True,
                                stdout=subprocess.PIPE).stdout
        keywords = re.findall(r"^\| `([a-z/]+)`", listed, re.M)
        self.assertGreater(len(keywords), 20)
        described = self.tool("-h").output
        for keyword in keywords:
            self.assertRegex(described, rf"(?m)^ -{keyword.replace('/', '-')}\s+<string>")

    def test_every_option_is_in_the_documentation(self):
        with open(os.path.join(host.SOURCE, "docs", "gmx_mdgan.md")) as file:
            page = file.read()
        described = self.tool("-h").output.split("Options to specify input files")[1]
        options = re.findall(r"^ -(\S+)\s", described, re.M)
        self.assertGreater(len(options), 40)
        with open(os.path.join(host.SOURCE, "docs", "keywords.md")) as file:
            keywords = file.read().replace("/", "-")
        for option in options:
            self.assertTrue(f"`-{option}`" in page or f"`{option}`" in keywords, option)


if __name__ == "__main__":
    host.main()
