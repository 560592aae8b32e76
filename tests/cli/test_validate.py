#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""bench/validate.sh and its tables. Usage: test_validate.py MDGAN SOURCE_DIR"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.path.abspath(sys.argv.pop(2))
MDGAN = os.path.abspath(sys.argv.pop(1))


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def tables(folder, **files):
    """Runs tables.py on CASE_PART_SEED=[(system, row, seconds, metrics, curves), ...]; returns the folder of what it makes."""
    for name, rows in files.items():
        results = [{"system": s, "row": row, "seed": 1, "train_seconds": t, "metrics": m, "curves": c} for s, row, t, m, c in rows]
        content = {"commit": "abc1234", "machine": "a machine, 2026-01-02", "results": results,
                   "command": f"mdgan bench --rows {','.join(r[1] for r in rows)} --minutes 1.2"}
        with open(os.path.join(folder, name.replace("_", "-") + ".json"), "w", encoding="utf-8") as file:
            json.dump(content, file)
    work = os.path.join(folder, "work")
    subprocess.run(["/usr/bin/python3", os.path.join(SOURCE, "bench/tables.py"), folder, work], check=True, timeout=60)
    return work


class Tables(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def test_medians_goals_and_curves_over_the_seeds(self):
        s = "water-128"
        work = tables(
            self.folder.name,
            water_own_1=[(s, "mdgan", 90, {"vdos_rel_l2": 0.1, "peak_error_cm1": [3, -20, 5]}, {"vdos": [[0, 1], [17, 4]]})],
            water_own_2=[(s, "mdgan", 70, {"vdos_rel_l2": 0.14, "peak_error_cm1": [1, 2, -3]}, {"vdos": [[0, 3], [17, 2]]})],
            water_own_3=[(s, "mdgan", 80, {"vdos_rel_l2": 0.3, "peak_error_cm1": [18, None, 0]}, {})])
        table, goals = read(work, "water.md"), read(work, "goals.md")
        self.assertIn("| mdgan | -11.5 [-20, -3] | 0.14 [0.1, 0.3] | 80 [70, 90] |", table)
        self.assertIn("| water-128 | spectrum, relative L2 error | ≤ 0.15 | 0.14 | met |", goals)
        # Medians of sizes: 20 and 3.
        self.assertIn("| water-128 | peaks, largest shift / cm⁻¹ | ≤ 17 | 11.5 | met |", goals)
        self.assertIn("| water-128 | power above 5000 cm⁻¹ / real | ≤ 3 | – | no number |", goals)
        self.assertEqual(read(work, "curves", "water-128-mdgan-vdos.csv"), "0,2.0,1,3\n17,3.0,2,4\n")
        self.assertIn("| water | mdgan | 3 | 72 s | abc1234 | a machine, 2026-01-02 |", read(work, "origin.md"))

    def test_what_is_missed_is_said(self):
        def seed(ours, paper):
            return [(s, row, 100, {"spectrum_mse": mse, "spectrum_gain": gain}, {}) for s, row, mse, gain in (
                ("oscillator-0.01", "mdgan", ours, 1e-3 / ours), ("oscillator-0.01", "mdgan-paper", 1e-3 / paper, paper),
                ("oscillator-0.01", "burg-ar", 1e-4, 10), ("oscillator-0.01", "burg-ar-1/2", 1e-5, 100))]
        work = tables(self.folder.name, oscillator_own_1=seed(1e-8, 5e4), oscillator_own_2=seed(4e-8, 3e4), oscillator_own_3=seed(2e-6, 5e4))
        goals = read(work, "goals.md")
        self.assertIn("independent windows | ≥ 50,000 times | 25,000 | **not met** |", goals)
        self.assertIn("| oscillator-0.01 | below the best Burg autoregression | ≥ 1 times | 250 | met |", goals)
        self.assertIn("40,000 times below independent windows | 4 of 5 | 2 of 3 | **not met** |", goals)

    def test_nothing_to_tell(self):
        done = subprocess.run(["/usr/bin/python3", os.path.join(SOURCE, "bench/tables.py"), self.folder.name, "x"],
                              capture_output=True, text=True, check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("run bench/validate.sh first", done.stderr)


class Validate(unittest.TestCase):
    def run_it(self, folder, minutes):
        environment = {**os.environ, "MDGAN_VALIDATE_PROGRAM": MDGAN, "MDGAN_VALIDATE_RESULTS": folder, "MDGAN_VALIDATE_SEEDS": "2",
                       "MDGAN_VALIDATE_JOBS": "2", "MDGAN_VALIDATE_MINUTES": minutes, "MDGAN_VALIDATE_ROWS": "linear,independent,floor"}
        done = subprocess.run([os.path.join(SOURCE, "bench/validate.sh"), "polymer"], env=environment, capture_output=True, text=True,
                              timeout=100, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_unknown_case(self):
        done = subprocess.run([os.path.join(SOURCE, "bench/validate.sh"), "polymer", "watr"], capture_output=True, text=True, check=False,
                              env={**os.environ, "MDGAN_VALIDATE_PROGRAM": MDGAN, "MDGAN_VALIDATE_RESULTS": "/nowhere"})
        self.assertEqual(done.returncode, 2)
        self.assertIn("unknown case 'watr': there are oscillator diffusion", done.stderr)

    def test_runs_are_kept_and_not_repeated(self):
        with tempfile.TemporaryDirectory() as folder:
            out = self.run_it(folder, "0.005")
            self.assertEqual(out.count("done in"), 2)
            kept = json.loads(read(folder, "polymer-own-2.json"))
            self.assertEqual({r["seed"] for r in kept["results"]}, {2})
            self.assertEqual(set(kept), {"command", "commit", "machine", "sources", "seconds", "results"})
            work = os.path.join(folder, "work")
            for row in ("linear", "independent", "floor"):
                self.assertEqual(read(work, "polymer.md").count(f"\n| {row} | "), 6 if row != "independent" else 3)
            self.assertIn("| polymer-64 | MSD beyond, in combined standard errors | ≤ 2 |", read(work, "goals.md"))
            if shutil.which("gnuplot"):
                with open(os.path.join(work, "validation-polymer.png"), "rb") as file:
                    self.assertEqual(file.read(8), b"\x89PNG\r\n\x1a\n")
            os.unlink(os.path.join(folder, "polymer-own-1.json"))
            out = self.run_it(folder, "0.005")
            self.assertEqual((out.count("seed 1: done in"), out.count("seed 2: is there already")), (1, 1))


if __name__ == "__main__":
    unittest.main()
