#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""`mdgan bench` as it is read by people and by programs. Usage: test_bench.py MDGAN"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

MDGAN = os.path.abspath(sys.argv.pop(1))
SYSTEMS = [f"polymer-{parts}{window}" for parts in ("", "thirds-") for window in (16, 32, 64)]

# Learns nothing, and makes free steps of standard deviation 0.05 whatever the data are.
PEER = """
import sys
import h5py, numpy
option = dict(zip(sys.argv[3::2], sys.argv[4::2]))
with h5py.File(sys.argv[1]) as file:
    thirds = "observables" in file
    data = file["observables/trajectory/feature/value" if thirds else "particles/trajectory/position/value"][:]
frames, entities = int(option["--frames"]), int(option["--entities"])
assert data.shape == (2 * int(option["--window"]) + 1, 60, 9 if thirds else 3), data.shape
assert float(option["--seconds"]) == 6 and int(option["--seed"]) == 1 and int(option["--threads"]) == 1
value = numpy.random.default_rng(1).normal(scale=0.05, size=(frames, entities, data.shape[2])).cumsum(0)
with h5py.File(sys.argv[2], "w") as file:
    file.create_group("h5md").attrs["version"] = numpy.array([1, 1], "i4")
    element = file.create_group("particles/made/position")
    element["step"], element["time"] = numpy.arange(frames), 10.0 * numpy.arange(frames)
    element["value"] = value.astype("f4")
print('{"train_seconds": 1.5}')
"""


def bench(*words):
    done = subprocess.run([MDGAN, "bench", *words], capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, f"mdgan bench {words}: status {done.returncode}, {done.stderr}"
    return done


class Bench(unittest.TestCase):
    def test_json_has_every_seed_of_every_row(self):
        result = json.loads(bench("polymer", "--json", "--seeds", "2", "--rows", "independent,floor").stdout)
        rows = [(r["system"], r["seed"], r["row"]) for r in result]
        # Chains as several particles are no matter for a method that knows of none.
        expected = [(system, seed, row) for system in SYSTEMS for seed in (1, 2) for row in ("independent", "floor")
                    if "thirds" not in system or row == "floor"]
        self.assertEqual(rows, expected)
        for r in result:
            self.assertEqual(set(r), {"system", "row", "seed", "train_seconds", "metrics"})
            self.assertEqual("msd_rel_error_4x2M" in r["metrics"], not r["system"].endswith("64"))
        # Steps of independent windows add up freely beyond them; the melt's chains are held back.
        self.assertTrue(all(r["metrics"]["slope_beyond"] > 0.9 for r in result if r["row"] == "independent"))
        self.assertTrue(all(abs(r["metrics"]["slope_inside_md"] - 0.8) < 0.05 for r in result if r["row"] == "floor"))

    def test_table_has_the_median_between_the_extremes(self):
        lines = [line.split() for line in bench("water", "--seeds", "3", "--rows", "independent").stdout.splitlines()]
        l2 = [line for line in lines if line[1:2] == ["vdos_rel_l2"]]
        self.assertEqual([line[0] for line in l2], ["water-64", "water-128", "water-64x8"])
        for _, _, row, median, least, greatest in l2:
            self.assertEqual(row, "independent")
            self.assertTrue(0.4 < float(least) <= float(median) <= float(greatest) < 0.8)
        peaks = [line[1:3] for line in lines if line[:2] == ["water-64", "peak_error_cm1"]]
        self.assertEqual(peaks, [["peak_error_cm1", str(i)] for i in (1, 2, 3)])

    def test_curves_of_a_later_seed(self):
        result = json.loads(bench("water", "--json", "--curves", "--first", "3", "--seeds", "1", "--rows", "floor").stdout)
        self.assertEqual([r["seed"] for r in result], [3, 3, 3])
        for r in result:
            acf = dict(r["curves"]["energy_acf"])
            self.assertAlmostEqual(acf[16], r["metrics"]["block_energy_acf1"], delta=1e-3)
            frequency, power = zip(*r["curves"]["vdos"])
            self.assertTrue(4950 < frequency[-1] < 5000 and 0.999 < sum(power) < 1)

    def test_programs_beside_mdgan(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "naive.py"), "w", encoding="ascii") as file:
                file.write(PEER)
            done = bench("polymer", "--json", "--seeds", "1", "--rows", "naive,c-rnn-gan", "--minutes", "0.1", "--threads", "1",
                         "--peers", folder)
        result = json.loads(done.stdout)
        self.assertEqual([(r["system"], r["row"]) for r in result], [(system, "naive") for system in SYSTEMS])
        for r in result:
            self.assertEqual(r["train_seconds"], 1.5)
            self.assertAlmostEqual(r["metrics"]["slope_beyond"], 1, delta=0.02)
        self.assertEqual(done.stderr.count("row c-rnn-gan is left out: there is no program '"), len(SYSTEMS))


if __name__ == "__main__":
    unittest.main()
