# SPDX-License-Identifier: BSD-3-Clause
"""An installation that was moved elsewhere still works."""
import os
import shutil
import subprocess

import host


class Install(host.LammpsCase):
    def setUp(self):
        super().setUp()
        built = self.path("built")
        self.moved = self.path("moved")
        subprocess.run(["cmake", "--install", os.environ["MDGAN_BUILD"], "--prefix", built], check=True,
                       stdout=subprocess.DEVNULL)
        shutil.move(built, self.moved)

    def test_wrapper_of_a_moved_installation(self):
        wrapper = os.path.join(self.moved, "bin", "lmp-mdgan")
        self.assertEqual(self.lammps(host.TRAIN, program=wrapper).stop_step(), host.LAST_STEP)

    def test_program_of_a_moved_installation(self):
        program = os.path.join(self.moved, "bin", "mdgan")
        bare = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}
        done = subprocess.run([program, "--version"], env=bare, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"^mdgan \d+\.\d+\.\d+\n$")


if __name__ == "__main__":
    host.main()
