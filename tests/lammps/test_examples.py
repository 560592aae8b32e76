# SPDX-License-Identifier: BSD-3-Clause
"""The examples as their READMEs tell to run them, cut short."""
import os
import shutil
import subprocess

import numpy

import host

EXAMPLES = os.path.dirname(host.EXAMPLE)


class Examples(host.LammpsCase):
    def copy(self, name):
        for file in os.listdir(os.path.join(EXAMPLES, name)):
            shutil.copy(os.path.join(EXAMPLES, name, file), self.path(file))

    def example(self, script, ranks=1, **variables):
        arguments = [word for name, value in variables.items() for word in ("-var", name, str(value))]
        with open(self.path(script)) as file:
            return self.lammps(file.read(), ranks=ranks, arguments=arguments)

    def test_water_then_load_and_emit(self):
        self.copy("water-lammps")
        self.example("in.water", settle=100, minutes=0.02, threads=1, frames=200)
        self.assertEqual(self.series("water-gan.h5")[2].shape, (200, host.N_BOND, 3))
        self.example("in.emit", frames=2000, seed=7)
        more = self.series("water-more.h5")[2]
        numpy.testing.assert_array_equal(more[:200], self.series("water-gan.h5")[2])
        # Stock fix ave/correlate on the emitted series: column 3 is the lag in steps, 5 the ACF of the first bond's x.
        rows = [row for row in self.table("vacf.txt") if len(row) > 3]
        x = more[:, 0, 0].astype(float)
        for lag in (0, 1, 10, 400):
            expected = numpy.mean(x[:len(x) - lag] * x[lag:])
            self.assertEqual(rows[lag][1], 4 * lag)
            self.assertAlmostEqual(rows[lag][3], expected, delta=1e-4 * numpy.mean(x * x))

    def test_melt(self):
        self.copy("melt-lammps")
        for ranks in (1, 2):
            result = self.example("in.melt", ranks=ranks, settle=100, every=10, windows=1, minutes=0.02, frames=100)
            self.assertEqual(result.output.count("Loop time"), 3)  # the last one sets up the emission
            step, _, value = self.series("melt-gan.h5")
            self.assertEqual(value.shape, (100, 60, 3))
            self.assertEqual(step[0], 100 + 128 * 10 + 10)
            windows = self.series("melt-windows.h5")[2]
            self.assertEqual(windows.shape, (129, 60, 3))
            # Chains of 50 beads of radius 3.7 in a box of 15.2: unwrapped centres do not jump.
            self.assertLess(numpy.abs(numpy.diff(windows, axis=0)).max(), 1)

    def test_rerun(self):
        self.copy("rerun-lammps")
        convert = ["awk", "-v", "type=O 1 H 2", "-f", "extxyz-to-dump.awk", "water.extxyz"]
        with open(self.path("water.dump"), "w") as dump:
            subprocess.run(convert, cwd=self.dir, stdout=dump, check=True)
        result = self.example("in.rerun", minutes=0.02, threads=1, frames=50)
        self.assertNotIn("WARNING: Inconsistent", result.output)
        self.assertEqual(self.series("water-gan.h5")[2].shape, (50, 16, 3))
        bad = subprocess.run(convert[:2] + ["type=O 1"] + convert[3:], cwd=self.dir, capture_output=True, text=True)
        self.assertEqual(bad.returncode, 1)
        self.assertIn("frame 1: no type for species 'H'", bad.stderr)
        bad = subprocess.run(convert[:1] + convert[3:], cwd=self.dir, capture_output=True, text=True)
        self.assertEqual(bad.stderr, 'extxyz-to-dump.awk: give the types, e.g. -v type="O 1 H 2"\n')

    def test_job_script(self):
        """The batch script as Slurm would run it, with mpirun for srun."""
        self.copy("melt-lammps")
        script = os.path.join(EXAMPLES, "slurm", "lammps.sbatch")
        with open(self.path("in.short"), "w") as file, open(self.path("in.melt")) as melt:
            file.write("variable settle index 100\nvariable every index 10\nvariable windows index 1\nvariable frames index 20\n"
                       "variable iterations index 2\n" + melt.read())
        environment = {**os.environ, "SRUN": "mpirun --allow-run-as-root --oversubscribe --bind-to none -np 2",
                       "SLURM_CPUS_PER_TASK": "1", "SLURM_JOB_ID": "42", "MDGAN_MINUTES": "0.02", "LMP": host.LMP,
                       "MDGAN_PREFIX": os.path.dirname(host.BIN)}
        done = subprocess.run(["bash", script, "in.short"], cwd=self.dir, env=environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("in.short-42.log", self.files())
        self.assertEqual(len(self.series("melt-gan.h5")[0]), 20)
        self.assertIn("timeout=01:50:00", done.stdout)

    def test_time_limit_of_the_melt_leaves_the_emission(self):
        self.copy("melt-lammps")
        with open(self.path("in.short"), "w") as file, open(self.path("in.melt")) as melt:
            file.write(melt.read().replace("seed ${seed}", "seed ${seed} init random iterations 10000000"))
        # It counts from the beginning, and has to pass in the training, however slow the machine is.
        for limit in ("0:00:05", "0:00:20", "0:01:00"):
            result = self.example("in.short", settle=100, every=10, windows=1, minutes=100, frames=20, limit=limit)
            if "frames collected, go on with run" not in result.output:
                break
        self.assertIn("the limit of `timer timeout` has passed", result.output)
        self.assertEqual(len(self.series("melt-gan.h5")[0]), 20)


if __name__ == "__main__":
    host.main()
