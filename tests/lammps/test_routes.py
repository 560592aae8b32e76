# SPDX-License-Identifier: BSD-3-Clause
"""Every way into a stock lmp gives the same run; clear, run 0 and further runs do what users expect."""
import os
import re
import shutil

import numpy

import host


class Routes(host.LammpsCase):
    EMIT = "mdgan emit gan 20 file out.h5\n"

    def emitted(self, **how):
        self.lammps(how.pop("script", host.TRAIN) + self.EMIT, **how)
        return self.series("out.h5")[2]

    def test_wrapper_one_and_two_ranks_emit_the_same(self):
        one = self.emitted()
        two = self.emitted(ranks=2)
        self.assertGreater(numpy.abs(one).max(), 0)
        numpy.testing.assert_allclose(two, one, rtol=1e-5, atol=1e-5 * numpy.abs(one).max())

    def test_python_route_emits_the_same(self):
        wrapper = self.emitted()
        route = host.PYTHON_ROUTE.format(plugin=os.path.join(host.LIB, "mdganplugin.so"))
        python = self.emitted(script=route + host.TRAIN, program=host.LMP)
        numpy.testing.assert_array_equal(python, wrapper)

    def test_python_route_after_clear(self):
        route = host.PYTHON_ROUTE.format(plugin=os.path.join(host.LIB, "mdganplugin.so"))
        script = route + host.WATER + host.FIX + "\nrun 4\nclear\n" + route + host.TRAIN
        self.assertEqual(self.lammps(script, program=host.LMP).stop_step(), host.LAST_STEP)

    def test_stock_lmp_does_not_know_the_fix_by_itself(self):
        result = self.lammps(host.TRAIN, program=host.LMP, fails=True)
        self.assertIn("Unrecognized fix style 'mdgan'", result.output)

    def test_clear_and_again(self):
        script = host.WATER + host.FIX + "\nrun 4\nclear\n" + host.TRAIN + self.EMIT
        for ranks in (1, 2):
            again = self.emitted(script=script.replace(self.EMIT, ""), ranks=ranks)
            self.assertEqual(again.shape, (20, host.N_BOND, 3))

    def test_wrapper_honours_LMP_and_says_when_it_is_missing(self):
        result = self.lammps(host.WATER, environment={"LMP": "no-such-lmp"}, fails=True)
        self.assertIn("no LAMMPS executable 'no-such-lmp'", result.output)
        self.lammps(host.WATER + host.FIX + "\n", environment={"LMP": shutil.which(host.LMP)})

    def test_plugin_of_another_lammps_refuses(self):
        route = host.PYTHON_ROUTE.format(plugin=host.FOREIGN)
        shim = self.path("libmdgan_preload.so")
        shutil.copy(os.path.join(host.LIB, "libmdgan_preload.so"), shim)
        shutil.copy(host.FOREIGN, self.path("mdganplugin.so"))
        for ranks in (1, 2):
            result = self.lammps(route + host.TRAIN, program=host.LMP, ranks=ranks, fails=True)
            self.assert_refused(result)
        preload = f"/usr/bin/env LD_PRELOAD={shim} {host.LMP}"
        with open(self.path("preloaded"), "w") as file:
            file.write(f"#!/bin/sh\nexec {preload} \"$@\"\n")
        os.chmod(self.path("preloaded"), 0o755)
        self.assert_refused(self.lammps(host.TRAIN, program=self.path("preloaded"), fails=True))

    def assert_refused(self, result):
        self.assertIn("ERROR: Fix mdgan: mdganplugin.so was built for LAMMPS version 20990101", result.output)
        self.assertIn("but this is LAMMPS version 20", result.output)
        self.assertIn("build it again with the headers of this LAMMPS", result.output)
        self.assertFalse(os.path.exists(self.path("model.h5")))


class Runs(host.LammpsCase):
    def test_run_ends_early_with_a_thermo_row(self):
        result = self.lammps(host.WATER + host.FIX + "\nthermo_style custom step pe press f_gan f_gan[8]\nrun 1000\n")
        step, energy, pressure, phase, frames = result.thermo()[-1]
        self.assertEqual((step, phase, frames), (host.LAST_STEP, 1, 16))
        # The row's energy is the one of that step: a plain run gives it too.
        plain = self.lammps(host.WATER + f"thermo_style custom step pe press\nrun {host.LAST_STEP}\n").thermo()[-1]
        self.assertAlmostEqual(energy, plain[1], delta=1e-5 * abs(energy))
        self.assertAlmostEqual(pressure, plain[2], delta=1e-3 * abs(pressure))

    def test_later_runs_are_not_cut(self):
        result = self.lammps(host.TRAIN + "run 10\nrun 7\n")
        self.assertEqual(result.stop_step(), host.LAST_STEP + 17)

    def test_run_0_and_pieces_collect_on(self):
        whole = self.lammps(host.TRAIN)
        reference = self.series("windows.h5")
        pieces = host.TRAIN.replace("run 1000", "run 0\nrun 0\nrun 7\nrun 1000")
        result = self.lammps(pieces)
        self.assertEqual(whole.stop_step(), host.LAST_STEP)
        self.assertEqual(result.stop_step(), host.LAST_STEP)
        self.assertIn("1 of 16 frames", result.output)
        step, _, value = self.series("windows.h5")
        numpy.testing.assert_array_equal(step, reference[0])
        numpy.testing.assert_allclose(value, reference[2], rtol=1e-4, atol=1e-7)

    def test_run_every_stops_the_segment_that_completes(self):
        script = host.WATER + host.FIX + '\nrun 60 every 20 "print HELLO"\nmdgan emit gan 4\n'
        result = self.lammps(script)
        steps = [int(row[0]) for row in result.thermo()]
        self.assertIn(host.LAST_STEP, steps)
        self.assertEqual(steps[-1], host.LAST_STEP + 20 + 4 * host.NEVERY)

    def test_two_fixes_stop_their_own_runs(self):
        two = host.FIX.replace("fix gan all mdgan 2 8", "fix two all mdgan 2 10")
        result = self.lammps(host.WATER + host.FIX + "\n" + two + "\nrun 1000\nrun 1000\nmdgan emit two 4\n"
                             "minimize 1e-4 1e-4 2 10\nmdgan emit gan 4\nthermo_style custom step f_gan[10] f_two[10]\n"
                             "run 0\n")
        self.assertIn("Fix mdgan two: 16 of 20 frames collected", result.output)
        self.assertEqual(result.thermo()[-1][1:], [4, 4])
        self.assertIn(38, [row[0] for row in result.thermo()])

    def test_partitions_do_not_talk_to_each_other(self):
        """Every partition has its own communicator, clock and files."""
        script = "variable p world a b\n" + host.WATER + host.FIX.replace("seed 3", "seed 3 save model-$p.h5") \
            + "\nrun 1000\nmdgan emit gan 10 file part-$p.h5\n"
        self.lammps(script, ranks=2, arguments=["-partition", "2x1"])
        numpy.testing.assert_array_equal(self.series("part-a.h5")[2], self.series("part-b.h5")[2])

    def test_time_limit_of_lammps_ends_the_training(self):
        # LAMMPS counts from the command, and the run has collected by far before; a machine so slow that it has not
        # says so, and gets more time.
        script = host.TRAIN.replace("iterations 3", "iterations 10000000 progress 0.2")
        for seconds in (5, 20, 60):
            result = self.lammps(f"timer timeout 0:{seconds // 60:02}:{seconds % 60:02} every 1\n" + script)
            if "frames collected, go on with run" not in result.output:
                break
        trained = re.search(r"Fix mdgan gan: trained (\d+) iterations in ([0-9.]+) s", result.output)
        self.assertTrue(trained, result.output)
        self.assertLess(int(trained.group(1)), 10000000)
        self.assertRegex(result.output, r"Fix mdgan gan: training ended early, its best model so far is kept: stopped "
                                        r"after \d+ of 10000000 iterations: the limit of `timer timeout` has passed")
        self.assertLess(float(trained.group(2)), seconds + 5)
        self.assertIn("model.h5", self.files())

    def test_run_0_keeps_the_model(self):
        result = self.lammps(host.TRAIN + "thermo_style custom step f_gan\nrun 0\nmdgan emit gan 5\nrun 0\n")
        self.assertEqual([row[1] for row in result.thermo()[-1:]], [3])

    def test_timestep_after_the_fix(self):
        script = host.WATER + host.FIX + " data windows.h5\ntimestep 0.5\nrun 1000\n"
        self.lammps(script)
        _, time, _ = self.series("windows.h5")
        numpy.testing.assert_allclose(numpy.diff(time), 1.0, rtol=1e-6)


if __name__ == "__main__":
    host.main()
