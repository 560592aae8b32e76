# SPDX-License-Identifier: BSD-3-Clause
"""An installation that was moved elsewhere still works."""
import os
import shutil
import subprocess

import host


class Install(host.LammpsCase):
    def test_wrapper_of_a_moved_installation(self):
        built, moved = self.path("built"), self.path("moved")
        subprocess.run(["cmake", "--install", os.environ["MDGAN_BUILD"], "--prefix", built], check=True,
                       stdout=subprocess.DEVNULL)
        shutil.move(built, moved)
        wrapper = os.path.join(moved, "bin", "lmp-mdgan")
        self.assertEqual(self.lammps(host.TRAIN, program=wrapper).stop_step(), host.LAST_STEP)


if __name__ == "__main__":
    host.main()
