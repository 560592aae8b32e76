#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""How well 2M = 128 or 256 frames of 220 bonds hold the libration peak of water: `mdgan train` without iterations and `mdgan emit` on
stretches of the recorded simulation, and on Gaussian series whose spectrum is the reference itself; beside them the spectrum by the lags
under a Hann window. Peaks are read off as `mdgan compare` does, from spectra smoothed over five bins.
Usage: libration.py [MDGAN]"""
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile

import h5py
import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "peers"))
from mdgan_files import read_series  # noqa: E402

REFERENCE = os.path.join(HERE, "..", "examples", "water-lammps", "reference-vdos.csv")
RECORDED = os.path.join(HERE, "data", "water-oh-velocity.h5")
RECORDED_FRAMES, FRAMES, BANDS = 1024, 16384, "200:1000,1200:1800,3000:4300"  # cm^-1
MEASURED = numpy.dtype([("libration", float), ("bend", float), ("stretch", float), ("l2", float)])


def reference():
    """frequency / cm^-1 and power (unit sum), [bin] each"""
    with open(REFERENCE, encoding="ascii") as file:
        rows = [row for row in csv.reader(file) if row and row[0][0].isdigit()]
    power = numpy.array([float(row[1]) for row in rows])
    return numpy.array([float(row[0]) for row in rows]), power / power.sum()


def synthetic(power, frames, bonds, seed):
    """Gaussian series with this spectrum, [frame][bond][3]"""
    period = 2 * (len(power) - 1)
    white = numpy.random.default_rng(seed).standard_normal((period, bonds, 3))
    shape = numpy.sqrt(power / (numpy.where(numpy.arange(len(power)) % (len(power) - 1) == 0, 1, 2)))
    return numpy.fft.irfft(numpy.fft.rfft(white, axis=0) * shape[:, None, None], axis=0)[:frames]


class Meter:
    """Measures spectra in a folder of its own."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.frequency, self.power = reference()

    def mdgan(self, *arguments):
        done = subprocess.run([self.program, *arguments], cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(done.stderr)
        return done.stdout

    def compare(self, path):
        """Of a spectrum: shifts of the peaks and relative L2 error"""
        table = json.loads(self.mdgan("compare", "--reference", REFERENCE, "--bands", BANDS, "one=" + path, "--json"))
        one, truth = (next(row for row in table["spectra"] if row["label"] == label) for label in ("one", "reference"))
        shifts = [a - b for a, b in zip(one["peaks"], truth["peaks"])]
        return numpy.array((*shifts, one["relative_l2"]), MEASURED)

    def start(self, series, length=128):
        """Of the linear start's series, learned from the records of so many frames in series [frame][bond][component]"""
        path = os.path.join(self.folder, "series.h5")
        shutil.copy(RECORDED, path)
        with h5py.File(path, "r+") as file:
            names = []
            file.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
            for name in names:
                item = file[name]
                if item.shape and item.shape[0] == RECORDED_FRAMES:
                    attributes = dict(item.attrs)
                    value = series.astype(item.dtype) if name.endswith("/value") else item[: len(series)]
                    del file[name]
                    file[name] = value
                    file[name].attrs.update(attributes)
        self.mdgan("train", "series.h5", str(length // 2), "-o", "model.h5", "iterations", "0", "threads", "1")
        self.mdgan("emit", "model.h5", str(FRAMES), "-o", "long.h5", "--entities", str(series.shape[1]))
        self.mdgan("spectrum", "long.h5", "-o", "spectrum.csv")
        return self.compare("spectrum.csv")

    def smoothed(self, series, lags=128):
        """Of the lags under a Hann window, from the records of as many frames"""
        records = series[: len(series) // lags * lags].reshape(-1, lags, series[0].size)
        power = (abs(numpy.fft.rfft(records, 2 * lags, axis=1)) ** 2).mean((0, 2))
        r = numpy.fft.irfft(power)[:lags] / numpy.arange(lags, 0, -1)
        tapered = r * 0.5 * (1 + numpy.cos(numpy.pi * numpy.arange(lags) / lags))
        both = numpy.zeros(2 * (len(self.power) - 1))
        both[:lags], both[-lags + 1:] = tapered, tapered[:0:-1]
        spectrum = numpy.fft.rfft(both).real
        with open(os.path.join(self.folder, "smooth.csv"), "w", encoding="ascii") as file:
            file.writelines(f"{f},{max(p, 0)}\n" for f, p in zip(self.frequency, spectrum / spectrum.sum()))
        return self.compare("smooth.csv")


def show(name, one):
    print(f"{name:<50} {one['libration']:10.0f} {one['bend']:6.0f} {one['stretch']:8.0f} {one['l2']:8.3f}", flush=True)


def show_sets(name, measure, sets):
    """Every set's numbers, their mean and standard deviation"""
    all_sets = numpy.array([measure(one) for one in sets])
    for i, one in enumerate(all_sets):
        show(f"{name}, set {i + 1}", one)
    for what, statistic in (("mean", numpy.mean), ("standard deviation", lambda x: numpy.std(x, ddof=1))):
        show(f"{name}, {what}", {field: statistic(all_sets[field]) for field in MEASURED.names})


def main():
    program = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "../build/release/bin/mdgan"))
    series = read_series(RECORDED).swapaxes(0, 1).astype(float)  # [frame][bond][component]
    with tempfile.TemporaryDirectory() as folder:
        meter = Meter(program, folder)
        print(f"{'shift of peaks / cm^-1, error of spectrum':<50} {'libration':>10} {'bend':>6} {'stretch':>8} {'L2':>8}")
        for frames in (128, 256):
            stretches = numpy.split(series, RECORDED_FRAMES // frames)
            made = [synthetic(meter.power, frames, series.shape[1], seed) for seed in range(1, len(stretches) + 1)]
            for source, sets in (("simulation", stretches), ("reference's spectrum", made)):
                show_sets(f"{source}, {frames} frames, linear start", lambda one: meter.start(one, frames), sets)
                show_sets(f"{source}, {frames} frames, Hann window", lambda one: meter.smoothed(one, frames), sets)
        for frames in (256, 512, 1024):
            show(f"simulation, first {frames} as records of 128, start", meter.start(series[:frames]))
            for lags in (128, 192, 256):
                show(f"simulation, first {frames}, Hann window of {lags} lags", meter.smoothed(series[:frames], lags))


main()
