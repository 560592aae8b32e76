# SPDX-License-Identifier: BSD-3-Clause
"""A LAMMPS restart file carries collection, model and emission."""
import numpy

import host

# The restart file holds atoms, styles and coefficients, but not the kspace style.
READ = "read_restart state\nkspace_style pppm 1.0e-4\n" + host.AFTER_READ + "fix move all nve\n"


class Restart(host.LammpsCase):
    def collected(self, ranks, stop):
        self.lammps(host.WATER + host.FIX + f"\nrun {stop}\nwrite_restart state\n", ranks=ranks)
        result = self.lammps(READ + host.FIX + " data windows.h5\nrun 1000\n", ranks=ranks)
        self.assertEqual(result.stop_step(), host.LAST_STEP)
        return self.series("windows.h5")

    def test_in_the_middle_of_collecting(self):
        self.lammps(host.TRAIN)
        step, _, value = self.series("windows.h5")
        for ranks, stop in ((1, 12), (1, 11), (2, 12)):
            again = self.collected(ranks, stop)
            numpy.testing.assert_array_equal(again[0], step)
            numpy.testing.assert_allclose(again[2], value, rtol=1e-3, atol=1e-6)

    def test_in_the_middle_of_emitting(self):
        self.lammps(host.TRAIN + "mdgan emit gan 50 file whole.h5\n")
        whole = self.series("whole.h5")
        for ranks in (1, 2):
            self.lammps(host.TRAIN + "mdgan emit gan 20\nwrite_restart state\n")
            self.lammps(READ + host.FIX + "\nmdgan emit gan 30 file rest.h5\n", ranks=ranks)
            rest = self.series("rest.h5")
            numpy.testing.assert_array_equal(rest[0], whole[0][20:])
            numpy.testing.assert_allclose(rest[2], whole[2][20:], rtol=1e-5, atol=1e-7)

    def test_other_numbers_of_ranks(self):
        """Written on one number of ranks, read on another: the same series, bit for bit once both are read on one."""
        self.lammps(host.TRAIN + "mdgan emit gan 50 file whole.h5\n")
        whole = self.series("whole.h5")[2][20:]
        rest = {}
        for written, read in ((1, 1), (2, 1), (1, 2)):
            # The two-rank MD differs by rounding: only the model of one rank is used.
            self.lammps(host.LOAD_AGAIN if written == 2 else host.TRAIN + "mdgan emit gan 20\nwrite_restart state\n",
                        ranks=written)
            self.lammps(READ + host.FIX + "\nmdgan emit gan 30 file rest.h5\n", ranks=read)
            rest[written, read] = self.series("rest.h5")[2]
        numpy.testing.assert_array_equal(rest[1, 1], whole)
        numpy.testing.assert_array_equal(rest[2, 1], whole)
        numpy.testing.assert_allclose(rest[1, 2], whole, rtol=1e-5, atol=1e-7)

    def test_written_by_restart_command_while_emitting(self):
        """LAMMPS's own periodic restart files hold the place in the emission."""
        self.lammps(host.TRAIN + "restart 10 state.*\nmdgan emit gan 30 file whole.h5\n")
        whole = self.series("whole.h5")
        at = host.LAST_STEP + 30  # 15 frames emitted
        self.lammps(READ.replace("read_restart state", f"read_restart state.{at}") + host.FIX
                    + "\nmdgan emit gan 15 file rest.h5\n")
        rest = self.series("rest.h5")
        numpy.testing.assert_array_equal(rest[0], whole[0][15:])
        numpy.testing.assert_array_equal(rest[2], whole[2][15:])

    def test_written_while_a_training_is_in_flight(self):
        """The windows are in the file, the training is not: it begins again."""
        fix = host.FIX_RANDOM.replace("iterations 3", "iterations 1000000 minutes 0.1") + " overlap yes\n"
        for ranks in (1, 2):
            self.lammps(host.WATER + fix + "restart 20 state.*\nrun 40\n", ranks=ranks)
            script = READ.replace("read_restart state", "read_restart state.40") + host.FIX_RANDOM \
                + " overlap yes data windows.h5\nrun 100000\nmdgan emit gan 5 file out.h5\n"
            result = self.lammps(script, ranks=ranks)
            self.assertRegex(result.output, "trained 3 iterations")
            self.assertEqual(self.series("windows.h5")[0][0], 0)
            self.assertEqual(len(self.series("out.h5")[0]), 5)

    def test_stop_no_goes_on_collecting(self):
        fix = host.FIX_RANDOM + " stop no\n"
        self.lammps(host.WATER + fix + "run 40\nmdgan train gan\nwrite_restart state\n")
        result = self.lammps(READ + fix + "run 20\nmdgan train gan\nmdgan write gan all.h5\n")
        self.assertRegex(result.output, "trained 3 iterations")
        numpy.testing.assert_array_equal(self.series("all.h5")[0], numpy.arange(0, 61, 2))

    def test_load_is_not_overridden(self):
        """By a restart file without a model, nor by one with another."""
        self.lammps(host.TRAIN + "write_restart trained\nmdgan emit gan 10 file emitted.h5\n")
        self.lammps(host.WATER + host.FIX + "\nrun 12\nwrite_restart state\n")
        self.lammps(host.WATER + host.FIX.replace("seed 3", "seed 4") + " save other.h5\nrun 1000\n")
        for ranks in (1, 2):
            result = self.lammps(READ + host.FIX + " load model.h5\nmdgan emit gan 10 file out.h5\n", ranks=ranks)
            self.assertIn("the restart state holds no model: that of 'model.h5' stays", result.output)
            numpy.testing.assert_allclose(self.series("out.h5")[2], self.series("emitted.h5")[2], rtol=1e-5, atol=1e-7)
            trained = READ.replace("state", "trained") + host.FIX
            self.lammps(trained + " load model.h5\nmdgan emit gan 10\n", ranks=ranks)
            result = self.lammps(trained + " load other.h5\nmdgan emit gan 10\n", ranks=ranks, fails=True)
            self.assertRegex(result.output, "ERROR: Fix mdgan gan: keyword 'load' got 'other.h5', but the restart state "
                                            "holds another model: leave 'load' out")

    def test_damaged_state_is_refused(self):
        self.lammps(host.WATER + host.FIX + "\nrun 12\nwrite_restart state\n")
        with open(self.path("state"), "rb") as file:
            whole = file.read()
        at = whole.index(b"fixmdgan") + 16  # magic, version, length
        for length in (-1, 2**62, 2**31, 100):
            with open(self.path("state"), "wb") as file:
                file.write(whole[:at] + length.to_bytes(8, "little", signed=True) + whole[at + 8:])
            result = self.lammps(READ + host.FIX + "\nrun 1000\n", fails=True)
            self.assertRegex(result.output, r"ERROR: Fix mdgan gan: (the restart file is damaged|restart state is truncated)")

    def test_other_keywords_are_refused(self):
        self.lammps(host.WATER + host.FIX + "\nrun 12\nwrite_restart state\n")
        for ranks in (1, 2):
            other = host.FIX.replace("mdgan 2 8", "mdgan 2 16")
            result = self.lammps(READ + other + "\nrun 1000\n", ranks=ranks, fails=True)
            self.assertRegex(result.output, r"ERROR: (Fix mdgan gan|Illegal fix mdgan command): ")


if __name__ == "__main__":
    host.main()
