# SPDX-License-Identifier: BSD-3-Clause
"""Collected windows are the velocities that stock LAMMPS dumps."""
import re

import h5py
import numpy

import host

DUMP = "dump v all custom 2 velocity.dump id vx vy vz\ndump_modify v sort id format float %.17g\n"


# 27 dimers in a box whose upper face moves; every step is dumped.
SHEARED = """
units lj
atom_style molecular
pair_style lj/cut 2.0
bond_style harmonic
special_bonds lj 0 1 1
read_data dimers.data
pair_coeff * * 1 1
bond_coeff 1 300 1.0
timestep 0.005
velocity all create 1.0 77 loop geom
fix move all nvt/sllod temp 1.0 1.0 0.5
fix shear all deform 1 xy erate 0.2 remap v
dump at all custom 1 atoms.dump id xu yu zu iy
dump_modify at sort id format float %.12g
"""


def write_dimers(path, n=3, spacing=2.4):
    corner = [(i, j, k) for i in range(n) for j in range(n) for k in range(n)]
    edge = f"0 {n * spacing}"
    with open(path, "w", encoding="ascii") as file:
        file.write(f"dimers\n\n{2 * len(corner)} atoms\n{len(corner)} bonds\n1 atom types\n1 bond types\n"
                   f"{edge} xlo xhi\n{edge} ylo yhi\n{edge} zlo zhi\n0 0 0 xy xz yz\n\nMasses\n\n1 1.0\n\nAtoms\n\n")
        for m, (i, j, k) in enumerate(corner, 1):
            for atom in (0, 1):
                file.write(f"{2 * m - 1 + atom} {m} 1 {spacing * i + atom} {spacing * j} {spacing * k}\n")
        file.write("\nBonds\n\n" + "".join(f"{m} 1 {2 * m - 1} {2 * m}\n" for m in range(1, len(corner) + 1)))


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

    def test_other_atoms_in_the_place_of_the_former_end_in_an_error(self):
        script = host.WATER.replace("fix move", "group few id 1:20\nfix move") + (
            "fix gan few mdgan 2 8 atom/velocity seed 3 iterations 0\nrun 10\n"
            "group few clear\ngroup few id 21:40\nrun 10\n")
        self.refused(script)

    def refused(self, script):
        self.assertIn("atoms, bonds or molecules are not those of before", self.lammps(script, fails=True).output)

    def test_more_atoms_in_as_many_entities_end_in_an_error(self):
        fix = "fix gan some mdgan 2 8 molecule/com seed 3 iterations 0\nrun 10\n"
        self.refused(host.WATER.replace("fix move", "group some type 2\nfix move") + fix + "group some type 1\nrun 10\n")

    def test_the_same_atoms_divided_otherwise_end_in_an_error(self):
        fix = "fix gan all mdgan 2 8 molecule/com seed 3 iterations 0\nrun 10\n"
        self.refused(host.WATER + fix + "set atom 3 mol 2\nrun 10\n")
        bonds = host.WATER.replace("read_data", "newton off\nread_data")
        bonds = re.sub(r"(read_data \S+)", r"\1 extra/bond/per/atom 1", bonds)
        fix = "fix gan all mdgan 2 8 bond/velocity 1 seed 3 iterations 0\nrun 10\n"
        swap = ("group pair id 1 3\ndelete_bonds pair bond 1 remove\n"
                "create_bonds single/bond 1 2 3 special yes\nrun 10\n")
        self.refused(bonds + fix + swap)

    def test_bonds_across_a_sheared_boundary(self):
        """Their value is the change of the unwrapped vector."""
        script = SHEARED + "fix gan all mdgan 2 8 bond/velocity 1 windows 40 iterations 0 data windows.h5\nrun 10000\n"
        for ranks in (1, 2):
            write_dimers(self.path("dimers.data"))
            self.lammps(script, ranks=ranks)
            steps, _, value = self.series("windows.h5")
            atoms = {step: numpy.array(rows) for step, rows in self.dump("atoms.dump").items()}
            gap, crossing = [], 0
            for step, velocity in list(zip(steps, value))[1:-1]:
                after, before = (atoms[step + i][1::2, 1:4] - atoms[step + i][::2, 1:4] for i in (1, -1))
                gap.append(velocity - (after - before) / (2 * 0.005))
                crossing += numpy.count_nonzero(atoms[step][1::2, 4] != atoms[step][::2, 4])
            self.assertGreater(crossing, 100)
            self.assertLess(numpy.sqrt(numpy.mean(numpy.square(gap))), 0.05)  # with the jumps: 0.27

    def test_rows_while_collecting(self):
        """During the simulation the fix's array and local array show the sampled frame."""
        output = "variable x equal f_gan[7][2]\nfix t all ave/time 2 1 2 v_x file array.txt format \" %.9g\"\n" \
                 "dump l all local 2 local.dump index f_gan[*]\n"
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
