# SPDX-License-Identifier: BSD-3-Clause
"""What is collected and what is measured agrees with GROMACS's own tools, and with arithmetic on the trajectory."""
import os
import subprocess
import unittest

import numpy

import host

# One pair of windows is enough where only numbers are compared; all frames are collected where they are looked at.
COLLECT_ONLY = ("-M", 16, "-iterations", 0)
COLLECT = COLLECT_ONLY + ("-data", "real.h5")
SHORT = ("-M", 64, "-iterations", 2, "-windows", 1)
MASS = numpy.array([15.9994, 1.008, 1.008])


def column(rows, index):
    return numpy.array(rows)[:, index]


class Collected(host.GromacsCase):
    def frames(self, n):
        """Positions [n][atom][3] in nm and velocities in nm/ps as they stand in the .trr: behind 84 bytes of header and
        the box, big-endian."""
        frame = numpy.frombuffer(self.bytes("traj.trr"), dtype=">f4").reshape(host.N_FRAME, -1)[:n, 84 // 4 + 9:]
        x, v = frame.astype(float).reshape(n, 2, 3 * host.N_WATER, 3).swapaxes(0, 1)
        return x, v

    def centres(self, groups, n):
        """Unwrapped centres of mass of atoms @p groups of every water, [n][entity][group][3]."""
        x = self.frames(n)[0].reshape(n, host.N_WATER, 3, 3)
        x -= 1.1 * numpy.round((x - x[:, :, :1]) / 1.1)  # whole molecules
        whole = numpy.stack([numpy.average(x[:, :, g], axis=2, weights=MASS[list(g)]) for g in groups], axis=2)
        jump = numpy.diff(whole, axis=0)
        jump -= 1.1 * numpy.round(jump / 1.1)
        return numpy.concatenate([whole[:1], whole[:1] + numpy.cumsum(jump, axis=0)])

    def test_bond_velocities_in_the_order_of_the_topology(self):
        self.tool("-s", "topol.tpr", "-f", "traj.trr", *COLLECT)
        step, time, value = self.series("real.h5")
        v = self.frames(host.N_FRAME)[1].reshape(host.N_FRAME, host.N_WATER, 3, 3)
        expected = (v[:, :, 1:] - v[:, :, :1]).reshape(host.N_FRAME, host.N_BOND, 3)
        numpy.testing.assert_allclose(value, expected, atol=2e-6)
        numpy.testing.assert_array_equal(step, 2 * numpy.arange(host.N_FRAME))
        numpy.testing.assert_allclose(time, host.FRAME * numpy.arange(host.N_FRAME), rtol=0, atol=1e-12)

    def test_settle_stands_for_two_bonds(self):
        self.tool("-s", "topol.tpr", "-f", "traj.trr", "-e", 0.1, *COLLECT)
        result = self.tool("-s", "rigid.tpr", "-f", "traj.trr", "-e", 0.1, *COLLECT_ONLY, "-data", "settle.h5")
        self.assertIn("bond-velocity: 94 bonds", result.output)
        numpy.testing.assert_array_equal(self.series("settle.h5")[2], self.series("real.h5")[2])

    def test_bonds_chosen_by_name(self):
        self.tool("-s", "topol.tpr", "-f", "traj.trr", "-e", 0.1, *COLLECT)
        result = self.tool("-s", "topol.tpr", "-f", "traj.trr", "-e", 0.1, "-bond", "HW2", "O?", *COLLECT_ONLY,
                           "-data", "one.h5")
        self.assertIn("bond-velocity: 47 bonds", result.output)
        numpy.testing.assert_array_equal(self.series("one.h5")[2], self.series("real.h5")[2][:, 1::2])
        self.tool("-s", "topol.tpr", "-f", "traj.trr", "-e", 0.1, "-select", "resid 3 to 5", *COLLECT_ONLY,
                  "-data", "few.h5")
        numpy.testing.assert_array_equal(self.series("few.h5")[2], self.series("real.h5")[2][:, 4:10])

    def test_unwrapped_centres_of_molecules(self):
        self.tool("-s", "topol.tpr", "-f", "traj.trr", "-feature", "mol-com", *COLLECT)
        value = self.series("real.h5")[2]
        numpy.testing.assert_allclose(value, self.centres([(0, 1, 2)], host.N_FRAME)[:, :, 0], atol=2e-6)
        self.assertTrue((value.max(axis=(0, 1)) - value.min(axis=(0, 1)) > 1.1).any())  # some left the box

    def test_positions_of_centres_of_molecules(self):
        """Molecules are made whole for them as for mol-com, whichever way they are selected."""
        expected = self.centres([(0, 1, 2)], host.N_FRAME)[:, :, 0]
        for chosen in (("mol_com of all",), ("part_mol_com of all",), ("res_com of all",),
                       ("all", "-seltype", "whole_mol_com")):
            self.tool("-s", "topol.tpr", "-f", "traj.trr", "-feature", "position", "-select", *chosen, *COLLECT)
            numpy.testing.assert_allclose(self.series("real.h5")[2], expected, atol=2e-6)

    def test_positions_of_atoms_are_left_where_they_are(self):
        """In a molecule made whole, some would begin in another place."""
        x = self.frames(101)[0]
        for structure in ("topol.tpr", "conf.gro"):
            self.tool("-s", structure, "-f", "traj.trr", "-e", 0.1, "-feature", "position", *COLLECT)
            numpy.testing.assert_array_equal(self.series("real.h5")[2][0], x[0])

    def part(self, n_water):
        """part.trr without the first @p n_water waters, and part.ndx. Returns the selection of the others."""
        selection = f"resnr > {n_water}"
        self.gmx("select", "-s", "topol.tpr", "-select", selection, "-on", "part.ndx")
        self.gmx("trjconv", "-f", "traj.trr", "-e", "0.1", "-n", "part.ndx", "-o", "part.trr")
        return selection

    def test_trajectory_of_a_part_of_the_atoms(self):
        selection = self.part(9)
        for feature, chosen in (("bond-velocity", "all"), ("position", "name OW"), ("velocity", "mol_com of all")):
            for name, more in (("traj.trr", ("-e", 0.1)), ("part.trr", ("-fgroup", selection))):
                self.tool("-s", "topol.tpr", "-f", name, *more, "-feature", feature, "-select",
                          f"{chosen} and {selection}", *COLLECT_ONLY, "-data", name + ".h5")
            numpy.testing.assert_array_equal(self.series("part.trr.h5")[2], self.series("traj.trr.h5")[2])

    def test_run_input_file_of_a_part_of_the_atoms(self):
        """What the error about -fgroup says."""
        self.part(9)
        host.write(self.dir, "part.top", host.TOPOLOGY.replace(f"SOL {host.N_WATER}", f"SOL {host.N_WATER - 9}"))
        self.gmx("trjconv", "-f", "traj.trr", "-s", "topol.tpr", "-n", "part.ndx", "-dump", "0", "-o", "part.gro")
        host.write(self.dir, "part.mdp", host.PARAMETERS.format(steps=0))
        self.gmx("grompp", "-f", "part.mdp", "-c", "part.gro", "-p", "part.top", "-o", "part.tpr", "-po", "out.mdp",
                 "-maxwarn", "9")
        self.tool("-s", "part.tpr", "-f", "part.trr", "-feature", "mol-com", *COLLECT)
        numpy.testing.assert_allclose(self.series("real.h5")[2], self.centres([(0, 1, 2)], 101)[:, 9:, 0], atol=2e-6)

    def test_velocities_of_centres(self):
        self.tool("-s", "topol.tpr", "-f", "traj.trr", "-e", 0.1, "-feature", "velocity", "-select", "part_mol_com of all",
                  *COLLECT)
        v = self.frames(101)[1].reshape(101, host.N_WATER, 3, 3)
        numpy.testing.assert_allclose(self.series("real.h5")[2], numpy.average(v, axis=2, weights=MASS), atol=2e-6)

    def test_parts_of_molecules(self):
        self.tool("-s", "topol.tpr", "-f", "traj.trr", "-feature", "mol-parts", "-parts", 2, *COLLECT)
        expected = self.centres([(0, 1), (2,)], host.N_FRAME).reshape(host.N_FRAME, host.N_WATER, 6)
        numpy.testing.assert_allclose(self.series("real.h5")[2], expected, atol=2e-6)

    def test_every_other_frame(self):
        self.tool("-s", "topol.tpr", "-f", "traj.trr", *COLLECT)
        self.tool("-s", "topol.tpr", "-f", "traj.trr", "-stride", 2, "-b", 0.1, "-e", 1, *COLLECT_ONLY,
                  "-data", "half.h5")
        whole, half = self.series("real.h5"), self.series("half.h5")
        for a, b in zip(whole, half):
            numpy.testing.assert_allclose(b, a[100:1001:2], rtol=1e-14)


class Measured(host.GromacsCase):
    def test_displacement_of_real_centres_is_that_of_gmx_msd(self):
        self.tool("-s", "slow.tpr", "-f", "slow.xtc", "-feature", "mol-com", *SHORT, "-msd", "msd.xvg", "-maxtau", 400)
        self.gmx("msd", "-f", "slow.xtc", "-s", "slow.tpr", "-sel", "mol_com of all", "-trestart", "1",
                 "-maxtau", "400", "-o", "stock.xvg")
        stock, own = self.sets("stock.xvg")[0], self.sets("msd.xvg")[0]
        numpy.testing.assert_allclose(column(own, 1)[:401], column(stock, 1), rtol=1e-5, atol=1e-7)

    def test_displacement_of_generated_centres_is_that_of_gmx_msd(self):
        self.tool("-s", "slow.tpr", "-f", "slow.xtc", "-feature", "mol-com", *SHORT, "-emit", 1500,
                  "-msd", "msd.xvg", "-maxtau", 400, "-ot", "gan.trr", "-oc", "gan.gro")
        self.gmx("msd", "-f", "gan.trr", "-s", "gan.gro", "-sel", "all", "-trestart", "1", "-maxtau", "400", "-o",
                 "stock.xvg")
        stock, own = self.sets("stock.xvg")[0], self.sets("msd.xvg")[1]
        self.assertGreater(own[400][1], 1e-3)
        numpy.testing.assert_allclose(column(own, 1)[:401], column(stock, 1), rtol=1e-4, atol=1e-6)

    def velacc(self, trajectory, index, group, name):
        self.gmx("velacc", "-f", trajectory, "-n", index, "-nonormalize", "-acflen", "301", "-o", name, text=group)
        return column(self.sets(name)[0], 1)

    def test_autocorrelations_are_those_of_gmx_velacc(self):
        self.tool("-s", "topol.tpr", "-f", "traj.trr", "-feature", "velocity", "-select", "name OW", *SHORT,
                  "-emit", 1500, "-acf", "acf.xvg", "-maxtau", 0.3, "-ot", "gan.trr", "-on", "gan.ndx")
        real, generated = self.sets("acf.xvg")
        self.gmx("make_ndx", "-f", "conf.gro", "-o", "oxygen.ndx", text="a OW\nq\n")
        for own, stock in ((real, self.velacc("traj.trr", "oxygen.ndx", "OW", "real.xvg")),
                           (generated, self.velacc("gan.trr", "gan.ndx", "GAN", "generated.xvg"))):
            numpy.testing.assert_allclose(column(own, 1)[:301], stock, atol=2e-5 * stock[0])

    def test_velocities_of_generated_positions(self):
        self.tool("-s", "topol.tpr", "-f", "traj.trr", "-feature", "mol-com", *SHORT, "-emit", 1000,
                  "-acf", "acf.xvg", "-maxtau", 0.2, "-ot", "gan.trr", "-on", "gan.ndx")
        stock = self.velacc("gan.trr", "gan.ndx", "GAN", "generated.xvg")
        numpy.testing.assert_allclose(column(self.sets("acf.xvg")[1], 1)[:201], stock[:201], atol=1e-4 * stock[0])

    def test_spectrum_is_that_of_mdgan(self):
        self.tool("-s", "topol.tpr", "-f", "traj.trr", *COLLECT_ONLY, "-emit", 3000, "-spec", "spec.xvg",
                  "-segment", 512, "-data", "real.h5", "-oh", "gan.h5")
        for rows, name in zip(self.sets("spec.xvg"), ("real.h5", "gan.h5")):
            subprocess.run([os.path.join(host.BIN, "mdgan"), "spectrum", name, "--segment", "512", "-o",
                                 "own.csv"], cwd=self.dir, check=True)
            other = numpy.loadtxt(self.path("own.csv"), delimiter=",")
            numpy.testing.assert_allclose(numpy.array(rows), other, rtol=1e-4, atol=1e-4)


class StockTools(host.GromacsCase):
    def test_all_files_of_particles_fit_together(self):
        self.tool("-s", "topol.tpr", "-f", "traj.trr", "-feature", "mol-parts", "-parts", 2, "-M", 64, "-iterations", 5,
                  "-emit", 600, "-o", "gan.xvg", "-ot", "gan.trr", "-oc", "gan.gro", "-on", "gan.ndx", "-op", "gan.top",
                  "-om", "gan.mdp")
        self.gmx("grompp", "-f", "gan.mdp", "-c", "gan.gro", "-p", "gan.top", "-n", "gan.ndx", "-o", "gan.tpr", "-po",
                 "out.mdp")  # without -maxwarn: nothing to warn of
        self.gmx("traj", "-f", "gan.trr", "-s", "gan.tpr", "-n", "gan.ndx", "-fp", "-ox", "x.xvg", text="Part_2\n")
        x, own = numpy.array(self.sets("x.xvg")[0]), numpy.array(self.sets("gan.xvg")[0])
        own = own[:, 1:].reshape(600, host.N_WATER, 2, 3)[:, :, 1]
        numpy.testing.assert_allclose(x[:, 1:], own.reshape(600, -1), rtol=1e-5, atol=1e-6)
        self.gmx("dos", "-f", "gan.trr", "-s", "gan.tpr", "-n", "gan.ndx", "-vacf", "vacf.xvg", "-dos", "dos.xvg",
                 text="GAN\n")
        self.assertGreater(len(self.sets("dos.xvg")[0]), 100)
        self.assertIn("600", self.gmx("check", "-f", "gan.trr"))

    def test_analyze_reads_the_series(self):
        self.tool("-s", "topol.tpr", "-f", "traj.trr", *SHORT, "-emit", 500, "-o", "gan.xvg")
        output = self.gmx("analyze", "-f", "gan.xvg")
        values = numpy.array(self.sets("gan.xvg")[0])
        average = [line.split()[1] for line in output.splitlines() if line.startswith("SS2 ")]
        self.assertAlmostEqual(float(average[0]), values[:, 2].mean(), delta=1e-5)


if __name__ == "__main__":
    host.main()
