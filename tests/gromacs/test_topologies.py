# SPDX-License-Identifier: BSD-3-Clause
"""Molecules whose atoms are joined by something else than bonds, or by nothing."""
import numpy

import host

ATOMS = """
[ defaults ]
1 2 no 1.0 1.0
[ atomtypes ]
AR 18 39.948 0.0 A 0.00622127 9.69576e-06
[ moleculetype ]
CHN 2
[ atoms ]
1 AR 1 CHN A 1 0 39.948
2 AR 1 CHN B 2 0 39.948
3 AR 2 CHN C 3 0 39.948
4 AR 2 CHN D 4 0 39.948
{interactions}
[ system ]
chain
[ molecules ]
CHN 1
"""

BOX = 3.0
CHAIN = numpy.array([[0.0, 0, 0], [0.38, 0, 0], [0.76, 0, 0], [1.14, 0, 0]])  # nm

BONDS = "[ bonds ]\n1 2 1 0.38 5000\n2 3 1 0.38 5000\n3 4 1 0.38 5000\n"
NETWORK = "1 3 6 0.76 500\n1 4 6 1.14 500\n"

HALVES = "[ bonds ]\n1 2 1 0.38 5000\n3 4 1 0.38 5000\n"
COLLECT = ("-M", 16, "-iterations", 0)

PARAMETERS = "integrator = md\ndt = 0.002\nverlet-buffer-tolerance = -1\nrlist = 0.9\nrcoulomb = 0.9\nrvdw = 0.9\n"


def gro_frame(x, number):
    """One frame of a .gro, at as many ps as steps of 0.002 make."""
    lines = [f"chain t= {0.002 * number:.5f} step= {number}", f"{len(x):5d}"]
    for i, at in enumerate(x):
        lines.append("%5d%-5s%5s%5d%10.5f%10.5f%10.5f" % (i // 2 + 1, "CHN", "ABCD"[i], i + 1, *at))
    return "\n".join(lines) + "\n%10.5f%10.5f%10.5f\n" % (BOX, BOX, BOX)


def drift(n):
    """The chain on its way through the boundaries, unwrapped [n][atom][3], and its atoms wrapped one by one."""
    path = CHAIN + 0.025 * numpy.arange(n)[:, None, None] + numpy.array([1.5, 0.2, 2.0])
    path[:, :, 1] += 0.01 * numpy.sin(numpy.arange(n))[:, None]
    path = path.round(5)
    return path, numpy.mod(path, BOX)


class Topologies(host.GromacsCase):
    def system(self, name, interactions):
        """name.tpr of one chain."""
        host.write(self.dir, name + ".top", ATOMS.format(interactions=interactions))
        host.write(self.dir, name + ".gro", gro_frame(CHAIN, 0))
        host.write(self.dir, name + ".mdp", PARAMETERS)
        self.gmx("grompp", "-f", name + ".mdp", "-c", name + ".gro", "-p", name + ".top", "-o", name + ".tpr", "-po",
                 name + ".out.mdp", "-maxwarn", "9")

    def trajectory(self, name, n=60):
        """name.xtc of the drifting chain. Returns its centres, [n][3]."""
        path, wrapped = drift(n)
        host.write(self.dir, name + ".many.gro", "".join(gro_frame(x, i) for i, x in enumerate(wrapped)))
        self.gmx("trjconv", "-f", name + ".many.gro", "-ndec", "6", "-o", name + ".xtc")
        return path.mean(axis=1)

    def steps(self, *arguments):
        """How far the entities go from frame to frame, [n - 1][entity][component]."""
        self.tool(*arguments, *COLLECT, "-data", "real.h5")
        return numpy.diff(self.series("real.h5")[2], axis=0)

    def refused(self, expected, *arguments):
        before = self.files()
        self.assertRegex(self.tool(*arguments, fails=True).error(), expected)
        self.assertEqual(self.files(), before)

    def test_molecules_in_pieces_are_refused(self):
        """Wrapped one by one, two halves that nothing joins would move the centre by half a box."""
        self.system("halves", HALVES)
        self.trajectory("halves")
        for feature in ("mol-com", "mol-parts"):
            expected = f"Feature {feature}: atoms 1 and 3 of molecule type 'CHN' are not joined by bonds or other " \
                       r"interactions, .*\[ moleculetype \] of its own"
            self.refused(expected, "-s", "halves.tpr", "-f", "halves.xtc", "-feature", feature, *COLLECT, "-data",
                         "real.h5")
            self.refused(expected, "-s", "halves.tpr", "-feature", feature, "-oa", "atoms.dat")

    def test_centres_of_pieces(self):
        """Each half is whole in itself, and the centre of both is not."""
        self.system("halves", HALVES)
        self.trajectory("halves")
        position = ("-s", "halves.tpr", "-f", "halves.xtc", "-feature", "position", "-select")
        halves = drift(60)[0].reshape(60, 2, 2, 3).mean(axis=2)
        numpy.testing.assert_allclose(self.steps(*position, "res_com of all"), numpy.diff(halves, axis=0), atol=2e-6)
        self.refused("but atoms 1 and 3 are not joined by bonds", *position, "mol_com of all", *COLLECT,
                     "-save", "m.h5")

    def test_pieces_joined_by_other_interactions(self):
        """An angle, or a harmonic potential; the atom list goes the same way, from atom to atom."""
        for name, more, order in (("angle", "[ angles ]\n1 2 3 1 180 50\n", ["1 0", "2 1", "3 2", "4 3"]),
                                  ("spring", "2 4 6 0.76 500\n", ["1 0", "2 1", "4 2", "3 4"])):
            self.system(name, HALVES + more)
            centre = self.trajectory(name)
            steps = self.steps("-s", name + ".tpr", "-f", name + ".xtc", "-feature", "mol-com")
            numpy.testing.assert_allclose(steps[:, 0], numpy.diff(centre, axis=0), atol=2e-6)
            self.tool("-s", name + ".tpr", "-feature", "mol-com", "-oa", name + ".dat")
            rows = self.bytes(name + ".dat").decode().split("mass anchor\n")[1].splitlines()
            self.assertEqual([" ".join(row.split()[2::2]) for row in rows], order)

    def test_elastic_networks_are_no_bonds(self):
        self.system("network", BONDS + NETWORK)
        result = self.tool("-s", "network.tpr", "-oa", "atoms.dat")
        self.assertIn("bond-velocity: 3 bonds", result.output)


if __name__ == "__main__":
    host.main()
