# SPDX-License-Identifier: BSD-3-Clause
"""What can be done with a fix between two runs: train, save, load, write; collecting on; rerun of a dump."""
import os

import numpy

import host

PLAIN = host.FIX + "\n"
COLLECT_ON = host.FIX + " stop no\n"


class Commands(host.LammpsCase):
    def emitted(self, script, ranks=1, name="out.h5"):
        self.lammps(script + f"mdgan emit gan 20 file {name}\n", ranks=ranks)
        return self.series(name)[2]

    def test_save_and_load_emit_without_any_md(self):
        trained = self.emitted(host.WATER + PLAIN + "run 1000\nmdgan save gan model.h5\n")
        for ranks in (1, 2):
            loaded = self.emitted(host.WATER + PLAIN + "mdgan load gan model.h5\n", ranks)
            numpy.testing.assert_allclose(loaded, trained, rtol=1e-5, atol=1e-5 * numpy.abs(trained).max())

    def test_load_replaces_a_model_and_its_emission(self):
        first = self.emitted(host.WATER + PLAIN + "run 1000\nmdgan save gan model.h5\n")
        again = self.emitted(host.WATER + host.FIX + " load model.h5\nmdgan emit gan 7\nmdgan load gan model.h5\n")
        numpy.testing.assert_array_equal(again, first)

    def test_write_in_the_middle_of_collecting(self):
        self.lammps(host.TRAIN)
        whole = self.series("windows.h5")
        for ranks in (1, 2):
            self.lammps(host.WATER + PLAIN + "run 10\nmdgan write gan part.h5\n", ranks=ranks)
            part = self.series("part.h5")
            numpy.testing.assert_array_equal(part[0], whole[0][:6])
            numpy.testing.assert_allclose(part[2], whole[2][:6], rtol=1e-4, atol=1e-7)

    def test_train_with_other_keywords(self):
        """The same windows, trained anew: the last command's keywords count."""
        script = host.WATER + COLLECT_ON + "run 30\n"
        one = self.emitted(script + "mdgan train gan\n")
        other = self.emitted(script + "mdgan train gan iterations 6 seed 5 save second.h5 data windows.h5\n")
        self.assertGreater(numpy.abs(one - other).max(), 0)
        self.assertIn("second.h5", self.files())
        self.assertEqual(len(self.series("windows.h5")[0]), 16)
        loaded = self.emitted(host.WATER + host.FIX.replace("seed 3", "seed 5") + " load second.h5\n")
        numpy.testing.assert_array_equal(loaded, other)

    def test_stop_no_collects_on(self):
        for ranks in (1, 2):
            result = self.lammps(host.WATER + COLLECT_ON + "thermo_style custom step f_gan f_gan[8]\n"
                                 "run 40\nrun 22\nmdgan train gan\nrun 8\nmdgan write gan all.h5\n", ranks=ranks)
            self.assertIn([40.0, 1.0, 21.0], result.thermo())
            self.assertIn([62.0, 1.0, 32.0], result.thermo())
            self.assertIn([70.0, 2.0, 36.0], result.thermo())
            self.assertRegex(result.output, "trained 3 iterations")
            step, _, _ = self.series("all.h5")
            numpy.testing.assert_array_equal(step, numpy.arange(0, 71, 2))

    def test_stop_no_never_trains_by_itself(self):
        result = self.lammps(host.WATER + COLLECT_ON + "run 40\n")
        self.assertNotIn("trained", result.output)
        self.assertRegex(result.output, r"Fix mdgan gan: .*train")

    def test_a_target_ends_the_training(self):
        script = host.WATER + host.FIX.replace("iterations 3", "iterations 100000000 minutes 1") + " target 100000\n"
        result = self.lammps(script + "run 1000\n")
        self.assertRegex(result.output, r"trained 0 iterations|target")

    def test_unfix_and_again(self):
        first = self.emitted(host.TRAIN)
        again = self.emitted(host.WATER + PLAIN + "run 10\nunfix gan\nreset_timestep 0\n"
                             + PLAIN.replace("seed 3", "seed 3 save again.h5") + "run 1000\n")
        self.assertEqual(again.shape, first.shape)
        self.assertIn("again.h5", self.files())

    def test_reset_timestep_starts_the_collection_anew(self):
        result = self.lammps(host.WATER + host.FIX + " data windows.h5\nrun 10\nreset_timestep 1000\nrun 1000\n")
        self.assertIn("starts anew", result.output)
        step, _, _ = self.series("windows.h5")
        numpy.testing.assert_array_equal(step, numpy.arange(1000, 1031, 2))


    def test_a_clock_that_moves_by_one_frame_starts_it_anew(self):
        """By minimize, mdgan emit and reset_timestep; also when a restart file comes in between."""
        anew = "Fix mdgan gan: the simulation has not run from step {} to step {}: the collection starts anew"
        for jump in ("minimize 0.0 0.0 2 100", "reset_timestep 12"):
            result = self.lammps(host.WATER + host.FIX + f" data windows.h5\nrun 10\n{jump}\nrun 1000\n")
            self.assertIn(anew.format(10, 12), result.output)
            numpy.testing.assert_array_equal(self.series("windows.h5")[0], numpy.arange(12, 43, 2))
        trained = host.WATER + COLLECT_ON + "run 30\nmdgan train gan\nmdgan emit gan 1\nmdgan write gan before.h5\n"
        go_on = "run 10\nmdgan write gan after.h5\n"
        self.lammps(trained + "write_restart state\n")
        self.assertEqual(len(self.series("before.h5")[0]), 16)  # a training may still use them
        read = "read_restart state\nkspace_style pppm 1.0e-4\n" + host.AFTER_READ + "fix move all nve\n" + COLLECT_ON
        for script in (trained + go_on, read + go_on):
            result = self.lammps(script)
            self.assertIn(anew.format(30, 32), result.output)
            numpy.testing.assert_array_equal(self.series("after.h5")[0], numpy.arange(32, 43, 2))

    def test_a_clock_that_stands_goes_on(self):
        """Whatever sets a run up, or does not."""
        result = self.lammps(host.WATER + host.FIX + " data windows.h5\nrun 0\nrun 10 pre no\nrun 9 pre no post no\n"
                             "run 6 every 3 NULL\nmdgan write gan part.h5\nrun 1000\n")
        self.assertNotIn("starts anew", result.output)
        numpy.testing.assert_array_equal(self.series("windows.h5")[0], numpy.arange(0, 31, 2))

    def test_a_restart_file_before_the_first_sample_of_a_run_without_setup(self):
        result = self.lammps(host.WATER + host.FIX + " data windows.h5\nrun 6\nrestart 7 state.*\nrun 8 pre no\nrun 1000\n")
        self.assertNotIn("starts anew", result.output)
        numpy.testing.assert_array_equal(self.series("windows.h5")[0], numpy.arange(0, 31, 2))


class Rerun(host.LammpsCase):
    """Trajectories of other programs, ab initio ones say, enter through rerun."""

    DUMP = "dump all all custom 2 all.dump id type x y z vx vy vz\ndump_modify all sort id format float %.9g\n"
    READ = "rerun all.dump dump x y z vx vy vz\n"

    def test_a_dump_gives_the_same_windows(self):
        self.lammps(host.WATER + host.FIX + " data windows.h5\n" + self.DUMP + "run 1000\n")
        whole = self.series("windows.h5")
        for ranks in (1, 2):
            self.lammps(host.WATER.replace("fix move all nve\n", "") + host.FIX + " data again.h5\n" + self.READ,
                        ranks=ranks)
            again = self.series("again.h5")
            numpy.testing.assert_array_equal(again[0], whole[0])
            numpy.testing.assert_allclose(again[2], whole[2], rtol=1e-4, atol=1e-7)

    def test_two_dumps_that_join(self):
        self.lammps(host.WATER + self.DUMP + "run 14\nundump all\nrun 2 post no\n"
                    + self.DUMP.replace("all.dump", "more.dump") + "run 14\n")
        result = self.lammps(host.WATER.replace("fix move all nve\n", "") + host.FIX + " data again.h5\n" + self.READ
                             + self.READ.replace("all.dump", "more.dump"))
        self.assertNotIn("starts anew", result.output)
        numpy.testing.assert_array_equal(self.series("again.h5")[0], numpy.arange(0, 31, 2))

    def test_a_longer_dump_and_emission_afterwards(self):
        self.lammps(host.WATER + self.DUMP + "run 60\n")
        result = self.lammps(host.WATER.replace("fix move all nve\n", "") + PLAIN + self.READ
                             + "mdgan emit gan 10 file out.h5\n")
        self.assertRegex(result.output, "trained 3 iterations")
        self.assertEqual(len(self.series("out.h5")[0]), 10)


    def test_a_dump_without_velocities(self):
        self.lammps(host.WATER + self.DUMP + "run 60\n")
        for ranks in (1, 2):
            result = self.lammps(host.WATER.replace("fix move all nve\n", "") + PLAIN + "rerun all.dump dump x y z\n",
                                 ranks=ranks, fails=True)
            self.assertRegex(result.output, "ERROR.*'bond/velocity 1' is the same in all 16 frames: .*needs vx vy vz.*"
                                            "the windows are in 'mdgan-gan-windows.h5', for `mdgan train`")
            step, _, value = self.series("mdgan-gan-windows.h5")
            numpy.testing.assert_array_equal(step, numpy.arange(0, 31, 2))
            self.assertEqual(value.shape, (16, host.N_BOND, 3))
            os.remove(self.path("mdgan-gan-windows.h5"))

    def test_a_dump_of_wrapped_positions(self):
        """Beads that cross the boundaries, with and without their image flags in the dump."""
        gas = ("units lj\nlattice sc 0.1\nregion b block 0 3 0 3 0 3\ncreate_box 1 b\ncreate_atoms 1 box\nmass 1 1.0\n"
               "pair_style zero 1.0\npair_coeff * *\nvelocity all create 1.0 4711\n")
        self.lammps(gas + "fix move all nve\ndump all all custom 1 all.dump id type x y z ix iy iz\nrun 1000\n")
        for columns in ("x y z ix iy iz", "x y z"):
            result = self.lammps(gas + "fix gan all mdgan 10 8 atom/position init random iterations 3 stop no\n"
                                 f"rerun all.dump last 1000 dump {columns}\nmdgan train gan\nmdgan train gan\n")
            self.assertEqual(result.output.count("trained 3 iterations"), 2)
            told = result.output.count("steps of positions from frame to frame are longer than half the box")
            self.assertEqual(told, 0 if "ix" in columns else 1)

    def test_a_dump_of_another_interval(self):
        self.lammps(host.WATER + self.DUMP.replace("custom 2", "custom 6") + "run 60\n")
        result = self.lammps(host.WATER.replace("fix move all nve\n", "") + PLAIN + self.READ)
        self.assertEqual(result.output.count("does not follow"), 1)
        self.assertRegex(result.output, "nor does step 12: a frame is wanted every 2 steps, but these are 6 apart")


class Overlap(host.LammpsCase):
    LONG = host.FIX_RANDOM.replace("iterations 3", "iterations 40")

    def test_training_beside_the_run(self):
        for ranks in (1, 2):
            result = self.lammps(host.WATER + self.LONG + " overlap yes save model.h5 data windows.h5\n"
                                 "thermo_style custom step pe f_gan f_gan[8]\nrun 100000\nmdgan emit gan 10 file out.h5\n",
                                 ranks=ranks)
            self.assertRegex(result.output, "trained 40 iterations")
            self.assertRegex(result.output, "slow|slower|times as long|beside")
            self.assertIn("model.h5", self.files())
            self.assertEqual(len(self.series("out.h5")[0]), 10)
            stop = self.series("out.h5")[0][0] - 2
            self.assertLess(stop, 100000)
            self.assertGreater(stop, host.LAST_STEP)
            self.assertIn(stop, [row[0] for row in result.thermo()])

    def test_one_rank_gives_the_model_of_the_plain_training(self):
        """The clock decides when the run ends, but not what is learnt from the first windows."""
        self.lammps(host.WATER + self.LONG + " overlap yes save beside.h5\nrun 100000\n")
        self.lammps(host.WATER + self.LONG + " save plain.h5\nrun 100000\n")
        rows = []
        for name in ("beside.h5", "plain.h5"):
            self.lammps(host.WATER + host.FIX + f" load {name}\nmdgan emit gan 10 file out.h5\n")
            rows.append(self.series("out.h5")[2])
        numpy.testing.assert_array_equal(rows[0], rows[1])

    def test_two_fixes_train_side_by_side(self):
        """Neither changes what the other learns."""
        two = self.LONG.replace("fix gan all mdgan 2 8", "fix two all mdgan 2 10")
        script = host.WATER + self.LONG + " {0} save gan.h5\n" + two + " {0} save two.h5\nrun 38\nrun 0\n"
        rows = {}
        for overlap in ("overlap yes", "overlap no"):
            self.lammps(script.format(overlap))
            for fix, name in ((host.FIX, "gan"), (host.FIX.replace("mdgan 2 8", "mdgan 2 10"), "two")):
                self.lammps(host.WATER + fix + f" load {name}.h5\nmdgan emit gan 10 file out.h5\n")
                rows[overlap, name] = self.series("out.h5")[2]
        for name in ("gan", "two"):
            numpy.testing.assert_array_equal(rows["overlap yes", name], rows["overlap no", name])

    def test_a_run_that_ends_first_waits(self):
        result = self.lammps(host.WATER + self.LONG + " overlap yes save model.h5\nrun 32\nmdgan emit gan 4\n")
        self.assertRegex(result.output, "trained 40 iterations")
        self.assertIn("model.h5", self.files())

    def test_spare_ranks_of_a_partition(self):
        script = "partition yes 2 mdgan serve\npartition yes 2 jump SELF end\n" + host.WATER + self.LONG \
            + " overlap partition save model.h5\nrun 100000\nmdgan emit gan 10 file out.h5\nlabel end\n"
        for split in (["1", "1"], ["2", "1"], ["1", "2"]):
            for name in ("model.h5", "out.h5"):
                if os.path.exists(self.path(name)):
                    os.remove(self.path(name))
            self.lammps(script, ranks=int(split[0]) + int(split[1]), arguments=["-partition", *split])
            with open(self.path("log.lammps.0")) as file:
                log = file.read()
            self.assertRegex(log, "trained 40 iterations")
            self.assertIn("model.h5", self.files())
            self.assertEqual(len(self.series("out.h5")[0]), 10)

    def on_partitions(self, simulation, training="mdgan serve", fails=False):
        """One rank each; the log of the simulation."""
        script = "".join(f"partition yes 2 {line}\n" for line in training.splitlines())
        self.lammps(script + "partition yes 2 jump SELF end\n" + host.WATER + simulation + "label end\n", ranks=2,
                    arguments=["-partition", "1", "1"], fails=fails)
        with open(self.path("log.lammps.0")) as file:
            return file.read()

    def test_one_fix_after_the_other(self):
        first, second = (self.LONG + f" overlap partition save {name}.h5\nrun 100000\n" for name in ("one", "two"))
        script = first + "unfix gan\n" + second
        self.on_partitions(script, "mdgan serve\nmdgan serve")
        self.assertTrue({"one.h5", "two.h5"} <= set(self.files()))
        log = self.on_partitions(script, fails=True)
        self.assertRegex(log, "ERROR: Fix mdgan gan: keyword 'overlap' got 'partition': the other partition does not "
                              "answer within 20 s; run `mdgan serve` there, once for each such fix")

    def test_a_time_limit_ends_the_service_and_nothing_else(self):
        """Also where no fix ever comes."""
        limited = "timer timeout 0:00:02\nmdgan serve"
        self.on_partitions("run 10\n", limited)
        log = self.on_partitions(self.LONG + " overlap partition stop no\nrun 20\nshell sleep 4\nrun 20\n", limited)
        self.assertIn("the host of the training partition has ended: the limit of `timer timeout` has passed", log)
        with open(self.path("log.lammps.1")) as file:
            self.assertIn("no more trainings for the other partition: ", file.read())

    def test_partition_without_partitions(self):
        result = self.lammps(host.WATER + host.FIX + " overlap partition\nrun 10\n", fails=True)
        self.assertRegex(result.output, "ERROR: Illegal fix mdgan command: keyword 'overlap' got 'partition'")
        result = self.lammps(host.WATER + "mdgan serve\n", fails=True)
        self.assertRegex(result.output, "ERROR: Illegal mdgan command: mdgan serve is for the second")


class Wrong(host.LammpsCase):
    CASES = {
        "mdgan train gan": ["cannot train yet", "3 of 16"],
        "mdgan train gan minutes": ["'minutes' got no value"],
        "mdgan train gan minutes 1 minutes 2": ["'minutes' is given twice"],
        "mdgan train gan minutes many": ["minutes", "many"],
        "mdgan train gan windows 2": ["windows"],
        "mdgan train gin": ["no fix with ID 'gin'"],
        "mdgan save gan model.h5": ["no model yet"],
        "mdgan save gan": ["expected: mdgan save ID FILE"],
        "mdgan load gan none.h5": ["none.h5"],
        "mdgan write gan no/such/windows.h5": ["no/such"],
        "mdgan write gan a b": ["expected: mdgan write ID FILE"],
    }

    def test_cases(self):
        for command, texts in self.CASES.items():
            for ranks in (1, 2):
                with self.subTest(command=command, ranks=ranks):
                    result = self.lammps(host.WATER + PLAIN + f"run 4\n{command}\n", ranks=ranks, fails=True)
                    error = [line for line in result.output.splitlines() if "ERROR" in line]
                    self.assertTrue(error, result.output)
                    for text in texts:
                        self.assertIn(text, error[0])
                    self.assertEqual(self.files(), [])


class TimeLimit(host.LammpsCase):
    def test_another_fix_that_ends_the_run_is_none(self):
        first = host.FIX.replace("fix gan", "fix one").replace("iterations 3", "init random iterations 150 overlap yes\n")
        second = host.FIX.replace("fix gan", "fix two").replace("2 8", "2 10").replace("iterations 3", "iterations 0\n")
        result = self.lammps(host.WATER + first + second + "run 1000\n")
        self.assertNotIn("timer timeout", result.output)
        self.assertIn("trained 150 iterations", result.output)

    def test_what_follows_a_training_it_has_ended_is_skipped(self):
        """From the first step on: LAMMPS looks at its clock in the tenth step, by default."""
        script = host.WATER + host.FIX.replace("iterations 3", "init random iterations 10000000 minutes 1 stop no")
        script += "\nrun 30\ntimer timeout 0:00:02\nmdgan train gan\n"
        after = "mdgan emit gan 20 file out.h5\nrun 100\nprint 'on step $(step)'\n"
        for ranks in (1, 2):
            result = self.lammps(script + after + "timer timeout off\nmdgan emit gan 3\n", ranks=ranks)
            self.assertIn("the limit of `timer timeout` has passed", result.output)
            self.assertIn("\non step 30\n", result.output)
            self.assertNotIn("out.h5", self.files())
            self.assertIn("mdgan emit: 3 frames", result.output)

    def test_it_holds_in_a_rerun(self):
        self.lammps(host.WATER + "dump all all custom 2 all.dump id type x y z vx vy vz\nrun 40\n")
        water = host.WATER.replace("fix move all nve\n", "timer timeout 0:00:05 every 1\n")
        fix = host.FIX_RANDOM.replace("iterations 3", "iterations 10000000 minutes 1\n")
        result = self.lammps(water + fix + "rerun all.dump dump x y z vx vy vz\n")
        self.assertIn("the limit of `timer timeout` has passed", result.output)


if __name__ == "__main__":
    host.main()
