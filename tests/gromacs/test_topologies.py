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

PARAMETERS = "integrator = md\ndt = 0.002\nverlet-buffer-tolerance = -1\nrlist = 0.9\nrcoulomb = 0.9\nrvdw = 0.9\n"


def gro_frame(x, number):
    """One frame of a .gro, at as many ps as steps of 0.002 make."""
    lines = [f"chain t= {0.002 * number:.5f} step= {number}", f"{len(x):5d}"]
    for i, at in enumerate(x):
        lines.append("%5d%-5s%5s%5d%10.5f%10.5f%10.5f" % (i // 2 + 1, "CHN", "ABCD"[i], i + 1, *at))
    return "\n".join(lines) + "\n%10.5f%10.5f%10.5f\n" % (BOX, BOX, BOX)


class Topologies(host.GromacsCase):
    def system(self, name, interactions):
        """name.tpr of one chain."""
        host.write(self.dir, name + ".top", ATOMS.format(interactions=interactions))
        host.write(self.dir, name + ".gro", gro_frame(CHAIN, 0))
        host.write(self.dir, name + ".mdp", PARAMETERS)
        self.gmx("grompp", "-f", name + ".mdp", "-c", name + ".gro", "-p", name + ".top", "-o", name + ".tpr", "-po",
                 name + ".out.mdp", "-maxwarn", "9")

    def test_elastic_networks_are_no_bonds(self):
        self.system("network", BONDS + NETWORK)
        result = self.tool("-s", "network.tpr", "-oa", "atoms.dat")
        self.assertIn("bond-velocity: 3 bonds", result.output)


if __name__ == "__main__":
    host.main()
