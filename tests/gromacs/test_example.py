# SPDX-License-Identifier: BSD-3-Clause
"""The example runs from the force-field files of GROMACS to the table of peaks, here in a short form."""
import os
import re
import subprocess
import tempfile
import unittest

import host


class Example(unittest.TestCase):
    def test_short_form(self):
        short = {"EQUILIBRATION": "100", "LEARN": "520", "REFERENCE": "600", "MINUTES": "0.02", "FRAMES": "2000"}
        programs = {"GMX": host.GMX, "GMX_MDGAN": host.TOOL, "MDGAN": os.path.join(host.BIN, "mdgan")}
        with tempfile.TemporaryDirectory(prefix="mdgan-gromacs-") as folder:
            done = subprocess.run([os.path.join(host.EXAMPLE, "run.sh"), folder], env={**os.environ, **short,
                                  **programs},
                                  cwd=folder, text=True, errors="replace", stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT)
            self.assertEqual(done.returncode, 0, done.stdout)
            with open(os.path.join(folder, "comparison.txt")) as file:
                rows = re.findall(r"^(\S+(?: \S+)*)  +([\d.]+) +([\d.]+) +([\d.]+)", file.read(), re.M)
            self.assertEqual([row[0] for row in rows], ["reference", "training window", "GAN"])
            # Libration, bend and stretch, wherever so short a run has them exactly.
            for row in rows:
                for peak, (lowest, highest) in zip(row[1:], ((250, 800), (1450, 1750), (2900, 3500))):
                    self.assertTrue(lowest < float(peak) < highest, row)
            self.assertTrue(os.path.getsize(os.path.join(folder, "gan.trr")) > 0)


if __name__ == "__main__":
    host.main()
