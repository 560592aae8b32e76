# SPDX-License-Identifier: BSD-3-Clause
"""Collected windows are the velocities that stock LAMMPS dumps."""
import h5py
import numpy

import host

DUMP = "dump v all custom 2 velocity.dump id vx vy vz\ndump_modify v sort id format float %.17g\n"


class Collect(host.LammpsCase):
    def expected(self, steps, pairs):
        """v(larger ID) - v(smaller ID) of every bond."""
        frames = self.dump("velocity.dump")
        result = []
        for step in steps:
            velocity = {int(row[0]): numpy.array(row[1:]) for row in frames[step]}
            result.append([velocity[b] - velocity[a] for a, b in pairs])
        return numpy.array(result)

    def check(self, script, pairs, ranks):
        self.lammps(script, ranks=ranks)
        step, time, value = self.series("windows.h5")
        self.assertEqual(list(step), list(range(0, host.LAST_STEP + 1, host.NEVERY)))
        numpy.testing.assert_allclose(time, 0.2418884 * step, rtol=1e-6)
        self.assertEqual(value.shape, (16, len(pairs), 3))
        numpy.testing.assert_allclose(value, self.expected(step, pairs), rtol=1e-6, atol=1e-9)

    def test_all_bonds(self):
        pairs = host.bonds()
        self.assertEqual(len(pairs), host.N_BOND)
        for ranks in (1, 2):
            self.check(host.TRAIN.replace("run", DUMP + "run"), pairs, ranks)

    def test_newton_off(self):
        self.check("newton off\n" + host.TRAIN.replace("run", DUMP + "run"), host.bonds(), 2)

    def test_group(self):
        pairs = [pair for pair in host.bonds() if pair[1] <= 90]
        self.assertEqual(len(pairs), 60)
        script = host.TRAIN.replace("fix gan all", "group some id 1:90\nfix gan some")
        for ranks in (1, 2):
            self.check(script.replace("run", DUMP + "run"), pairs, ranks)

    def test_rows_while_collecting(self):
        """During the simulation the fix's array and local array show the sampled frame."""
        output = "variable x equal f_gan[7][2]\nfix t all ave/time 2 1 2 v_x file array.txt format \" %.9g\"\n" \
                 "dump l all local 2 local.dump f_gan[1] f_gan[2] f_gan[3] f_gan[4]\n"
        self.lammps(host.TRAIN.replace("run", output + "run"), ranks=2)
        step, _, value = self.series("windows.h5")
        array = {int(row[0]): row[1] for row in self.table("array.txt")}
        local = self.dump("local.dump")
        for frame, s in enumerate(step):
            self.assertAlmostEqual(array[s], value[frame, 6, 1], delta=1e-7)
            rows = {int(row[0]): row[1:] for row in local[s]}
            self.assertEqual(sorted(rows), list(range(1, host.N_BOND + 1)))
            numpy.testing.assert_allclose([rows[i + 1] for i in range(host.N_BOND)], value[frame], atol=1e-6)

    def test_description(self):
        self.lammps(host.TRAIN)
        with h5py.File(self.path("windows.h5")) as file:
            (group,) = file["particles"].values()
            unit = group["velocity/value"].attrs["unit"]
            edges = group["box/edges/value"][-1]
        self.assertEqual(unit.decode() if isinstance(unit, bytes) else unit, "Angstrom fs-1")
        numpy.testing.assert_allclose(edges, 14.875 * numpy.eye(3))


if __name__ == "__main__":
    host.main()
