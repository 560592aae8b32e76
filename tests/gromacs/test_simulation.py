# SPDX-License-Identifier: BSD-3-Clause
"""The water that the other tests look at can be simulated."""
import os
import unittest

import host


class Simulation(unittest.TestCase):
    def test_water(self):
        host.simulate()
        with open(os.path.join(host.WATER, "conf.gro")) as file:
            self.assertEqual(int(file.readlines()[1]), 3 * host.N_WATER)


if __name__ == "__main__":
    host.main()
