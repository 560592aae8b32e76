# SPDX-License-Identifier: BSD-3-Clause
"""What simulations do to atoms: constraints, sorting, migration between ranks, many atoms per rank or none."""
import numpy

import host
from test_collect import DUMP, Collect


class Systems(Collect):
    """Every case has the checks of test_collect: the windows equal what a dump of the atoms gives."""

    def collected(self, script, ranks):
        self.check(script.replace("run 1000", DUMP + "run 1000"), host.bonds(), ranks)

    def test_shake(self):
        """fix shake negates the types of the bonds it constrains."""
        script = host.TRAIN.replace("fix move all nve\n", "fix move all nve\nfix rigid all shake 0.0001 20 0 b 1 a 1\n")
        self.assertIn("shake", script)
        for ranks in (1, 2):
            self.collected(script, ranks)

    def test_sorting(self):
        """Atoms change places in memory on every neighbour list, and those are built all the time."""
        script = "atom_modify sort 1 2.0\nneighbor 0.5 bin\nneigh_modify every 1 delay 0 check no\n" + host.TRAIN
        for ranks in (1, 2):
            self.collected(script, ranks)

    def test_migration(self):
        """Hot water: atoms cross from rank to rank and through the periodic boundary within the windows."""
        script = host.TRAIN.replace("fix gan", "velocity all scale 6000\nfix gan").replace("timestep 0.2418884",
                                                                                         "timestep 0.1")
        script = script.replace("mdgan 2 8", "mdgan 20 8").replace("run 1000", "run 10000")
        dump = DUMP.replace(" 2 ", " 20 ")
        self.lammps(script.replace("run 10000", dump + "run 10000"), ranks=2)
        step, _, value = self.series("windows.h5")
        self.assertEqual(list(step), list(range(0, 301, 20)))
        numpy.testing.assert_allclose(value, self.expected(step, host.bonds()), rtol=1e-6, atol=1e-9)

    def test_more_ranks_than_a_small_system_needs(self):
        """Ranks that own no atoms of the group take part all the same."""
        pairs = [pair for pair in host.bonds() if pair[1] <= 6]
        script = host.TRAIN.replace("fix gan all", "group some id 1:6\nfix gan some")
        self.check(script.replace("run 1000", DUMP + "run 1000"), pairs, 4)


del Collect  # its own tests run in test_collect.py

if __name__ == "__main__":
    host.main()
