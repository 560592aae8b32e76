# SPDX-License-Identifier: BSD-3-Clause
"""The emitted series reads the same through every output of LAMMPS, and the clock goes on."""
import os
import re
import unittest

import numpy

import host

OUTPUT = """
variable first equal f_gan[1][1]
variable last equal f_gan[220][3]
variable x equal f_gan[5][2]
fix at all ave/time 2 1 2 v_first v_last file avetime.txt format " %.9g"
fix av all ave/time 2 1 2 f_gan[2] mode vector file avevector.txt format " %.9g"
fix pr all print 2 "$(step) ${x}" file print.txt screen no title "# step x"
fix co all ave/correlate 2 3 100 v_first ave running file correlate.txt
fix ve all vector 2 v_first
dump lo all local 2 local.dump index f_gan[*]
dump_modify lo format line "%d %.9g %.9g %.9g"
thermo_style custom step f_gan f_gan[10] f_gan[1][1]
"""
EMIT = "mdgan emit gan 50 file out.h5\n"


class Outputs(host.LammpsCase):
    def check(self, ranks):
        script = host.TRAIN + OUTPUT + EMIT + 'print "VECTOR $(f_ve[1]:%.9g) $(f_ve[2]:%.9g) $(f_ve[51]:%.9g)"\n'
        result = self.lammps(script, ranks=ranks)
        steps, time, value = self.series("out.h5")
        first = host.LAST_STEP + host.NEVERY
        self.assertEqual(list(steps), list(range(first, first + 100, 2)))
        numpy.testing.assert_allclose(time, 0.2418884 * steps, rtol=1e-6)
        self.assertEqual(value.shape, (50, host.N_BOND, 3))
        self.assertGreater(numpy.abs(numpy.diff(value, axis=0)).max(), 0)
        frame = {int(step): value[i] for i, step in enumerate(steps)}
        self.check_dump(frame)
        self.check_tables(frame)
        rows = [row for row in result.thermo() if len(row) == 4 and row[0] in frame]
        self.assertEqual(len(rows), 10)
        for step, phase, emitted, x in rows:
            self.assertEqual((phase, emitted), (3, (step - host.LAST_STEP) / 2))
            self.assertAlmostEqual(x, frame[step][0, 0], delta=1e-7)
        vector = [float(word) for word in re.search(r"^VECTOR (.*)$", result.output, re.M).group(1).split()]
        numpy.testing.assert_allclose(vector[1:], [frame[first][0, 0], frame[first + 98][0, 0]], atol=1e-8)
        return value

    def check_dump(self, frame):
        dump = self.dump("local.dump")
        # The step that the emission starts on is the last one of the simulation.
        self.assertEqual(sorted(dump), [host.LAST_STEP] + sorted(frame))
        for step, rows in frame.items():
            read = {int(row[0]): row[1:] for row in dump[step]}
            self.assertEqual([row[0] for row in dump[step]], list(range(1, host.N_BOND + 1)))
            numpy.testing.assert_allclose([read[i + 1] for i in range(host.N_BOND)], rows, rtol=1e-7, atol=1e-9)

    def check_tables(self, frame):
        scalar = {int(row[0]): row[1:] for row in self.table("avetime.txt")}
        printed = {int(row[0]): row[1] for row in self.table("print.txt")}
        table = self.table("avevector.txt")
        for step, rows in frame.items():
            numpy.testing.assert_allclose(scalar[step], [rows[0, 0], rows[219, 2]], rtol=1e-7, atol=1e-9)
            self.assertAlmostEqual(printed[step], rows[4, 1], delta=1e-7)
            at = table.index([step, host.N_BOND]) + 1
            column = [row[1] for row in table[at:at + host.N_BOND]]
            numpy.testing.assert_allclose(column, rows[:, 1], rtol=1e-7, atol=1e-9)
        lines = self.table("correlate.txt")
        at = lines.index([100, 3]) + 1
        for index, lag, count, correlation in lines[at:at + 3]:
            count, lag = int(count), int(lag) // 2
            x = numpy.array([frame[s][0, 0] for s in sorted(frame) if s <= 100])[-(count + lag):]
            if len(x) == count + lag:
                self.assertAlmostEqual(correlation, numpy.mean(x[lag:] * x[:len(x) - lag]), delta=1e-8)
            else:  # the step that the emission starts on is in as well
                self.assertEqual(len(x), count + lag - 1)

    def test_all_outputs_agree_on_one_and_two_ranks(self):
        one = self.check(1)
        two = self.check(2)
        numpy.testing.assert_allclose(two, one, rtol=1e-5, atol=1e-5 * numpy.abs(one).max())

    def test_closing_line(self):
        result = self.lammps(host.TRAIN + EMIT)
        self.assertRegex(result.output, r"mdgan emit: 50 frames of 220 entities, simulated time 24\.18\d* fs, "
                                        r"CPU time [0-9.e+-]+ s, \d+ frames per CPU second")


class Clock(host.LammpsCase):
    def test_simulation_goes_on_where_it_stood(self):
        script = host.TRAIN + "thermo_style custom step pe\nrun 0\nmdgan emit gan 50\nrun 0\nrun 6\n"
        rows = self.lammps(script).thermo()
        before = [row for row in rows if row[0] == host.LAST_STEP and len(row) == 2][-1]
        after = [row for row in rows if row[0] == host.LAST_STEP + 100][-1]
        self.assertAlmostEqual(before[1], after[1], delta=1e-6 * abs(before[1]))
        self.assertEqual(rows[-1][0], host.LAST_STEP + 106)

    def test_two_emissions_equal_one(self):
        self.lammps(host.TRAIN)
        self.lammps(host.LOAD + "mdgan emit gan 50 file long.h5\n")
        self.lammps(host.LOAD + "mdgan emit gan 20 file a.h5\nmdgan emit gan 30 file b.h5\n", ranks=2)
        long, a, b = (self.series(name) for name in ("long.h5", "a.h5", "b.h5"))
        numpy.testing.assert_array_equal(numpy.concatenate([a[0], b[0]]), long[0])
        numpy.testing.assert_allclose(numpy.concatenate([a[1], b[1]]), long[1], rtol=1e-12)
        numpy.testing.assert_allclose(numpy.concatenate([a[2], b[2]]), long[2], rtol=1e-6, atol=1e-8)

    def test_time_goes_on_after_an_emission(self):
        self.lammps(host.TRAIN)
        emit = "mdgan emit gan 10\n"
        result = self.lammps(host.LOAD + "thermo 1\nthermo_style custom step time\nrun 10\n" + emit + "run 6\n" + emit +
                             "timestep 0.2418884\nrun 4\nmdgan emit gan 10 file last.h5\n")
        rows = result.thermo()
        self.assertEqual(rows[-1][0], 80)
        numpy.testing.assert_allclose([time for _, time in rows], [0.2418884 * step for step, _ in rows], rtol=1e-6)
        steps, time, _ = self.series("last.h5")
        numpy.testing.assert_allclose(time, 0.2418884 * steps, rtol=1e-12)

    def test_loaded_model_emits_what_the_trained_one_did(self):
        self.lammps(host.TRAIN + "mdgan emit gan 20 file trained.h5\n")
        result = self.lammps(host.LOAD + "run 50\nmdgan emit gan 20 file loaded.h5\n")
        numpy.testing.assert_array_equal(self.series("loaded.h5")[2], self.series("trained.h5")[2])
        self.assertIn("50", [str(int(row[0])) for row in result.thermo()])  # no early stop, no training
        self.assertEqual(self.files(), ["loaded.h5", "model.h5", "trained.h5", "windows.h5"])

    def test_halt_ends_the_emission(self):
        script = host.TRAIN + """
variable n equal f_gan[10]
fix stop all halt 2 v_n >= 6 error continue
mdgan emit gan 50 file out.h5
unfix stop
run 4
"""
        result = self.lammps(script)
        self.assertEqual(len(self.series("out.h5")[0]), 6)
        self.assertIn("mdgan emit: 6 frames", result.output)
        self.assertEqual(result.stop_step(), host.LAST_STEP + 12 + 4)

    def test_fixes_that_act_on_atoms_do_not(self):
        write = "write_dump all custom {} id xu yu zu vx vy vz modify sort id format float %.17g\n"
        fixes = ("fix push all addforce 1.0 0.0 0.0\nfix drift all momentum 1 linear 1 1 1\n"
                 "fix hot all temp/rescale 1 900 900 0.01 1.0\n")
        script = (host.TRAIN + write.format("before.dump") + fixes + "mdgan emit gan 10\n" +
                  write.format("after.dump"))
        self.lammps(script)
        before, after = self.dump("before.dump"), self.dump("after.dump")
        numpy.testing.assert_allclose(before[host.LAST_STEP], after[host.LAST_STEP + 20], rtol=0, atol=1e-12)

    def test_computes_defined_after_the_run_have_values(self):
        computes = ("compute near all coord/atom cutoff 3.0\ncompute mean all reduce ave c_near\n"
                    "compute pressure all stress/atom NULL\ncompute sum all reduce sum c_pressure[1]\n"
                    "compute between all group/group all\nthermo_style custom step c_mean c_sum c_between\n")
        rows = self.lammps(host.TRAIN + computes + "mdgan emit gan 20\nrun 0\n").thermo()
        rows = [row[1:] for row in rows if len(row) == 4]
        self.assertGreater(len(rows), 3)
        self.assertGreater(min(abs(value) for value in rows[-1]), 0)
        numpy.testing.assert_allclose(rows, [rows[-1]] * len(rows), rtol=1e-6)

    def test_after_the_time_limit_an_emission_is_skipped(self):
        limit = "timer timeout 0:00:01 every 1\nshell sleep 2\nrun 10\n"
        result = self.lammps(host.TRAIN + limit + "mdgan emit gan 20 file out.h5\nprint 'STILL ALIVE'\n")
        self.assertIn("STILL ALIVE", result.output.split("print")[-1])
        self.assertIn("mdgan emit: skipped, as a run is: a time limit has passed", result.output)
        result = self.lammps(host.WATER + host.FIX + "\nrun 4\n" + limit + "mdgan emit gan 20\nprint 'STILL ALIVE'\n")
        self.assertIn("STILL ALIVE", result.output.split("print")[-1])
        self.assertEqual(self.files(), ["model.h5", "windows.h5"])

    def test_what_to_do_with_frames_that_wait(self):
        result = self.lammps(host.WATER + host.FIX + " stop no\nrun 40\nmdgan emit gan 5\n", fails=True)
        self.assertIn("train on them with mdgan train gan", result.output)

    def test_restart_files_during_the_emission(self):
        self.lammps(host.TRAIN + "restart 50 state.*\nmdgan emit gan 50\n", ranks=2)
        self.assertIn("state.100", self.files())


class Speed(host.LammpsCase):
    @unittest.skipIf(os.environ.get("MDGAN_NO_TIMING") == "1", "not a release build")
    def test_frames_per_cpu_second_with_thermo_only(self):
        script = host.TRAIN.replace("mdgan 2 8", "mdgan 2 64").replace("iterations 3", "iterations 0")
        result = self.lammps(script + "thermo 1000\nmdgan emit gan 20000\n")
        rate = re.search(r"mdgan emit: 20000 frames .* (\d+) frames per CPU second", result.output).group(1)
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
            name = re.search(r"^model name\s*: (.*)$", file.read(), re.M)
        print(rate, "frames of 220 x 3 values per CPU second on", name.group(1) if name else "an unknown processor")
        self.assertGreaterEqual(int(rate), 20000)


if __name__ == "__main__":
    host.main()
