#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes an H5MD file of noisy oscillators, as large as the water example's windows. Usage: oscillators.py FILE SEED [SPREAD],
where amplitudes of entities are uniform on 1 - SPREAD ... 1 + SPREAD: with 0, the default, a linear model is all there is."""
import sys

import h5py
import numpy

ENTITIES, FRAMES, DT, SETTLE = 220, 1024, 1.0, 500


def oscillators(random, radius, frequency):
    """[frame][entity][3] of an autoregression with one spectral line at @p frequency cycles per frame."""
    noise = random.normal(size=(FRAMES + SETTLE, ENTITIES, 3))
    series = numpy.zeros_like(noise)
    for t in range(2, len(series)):
        series[t] = 2 * radius * numpy.cos(2 * numpy.pi * frequency) * series[t - 1] - radius**2 * series[t - 2] + noise[t]
    return series[SETTLE:] / series.std()


def main(path, seed, spread=0.0):
    random = numpy.random.default_rng(seed)
    value = oscillators(random, 0.99, 0.11) + 0.6 * oscillators(random, 0.97, 0.05) + 0.3 * oscillators(random, 0.8, 0.01)
    value *= random.uniform(1 - spread, 1 + spread, (1, ENTITIES, 1))
    with h5py.File(path, "w") as file:
        header = file.create_group("h5md")
        header.attrs["version"] = numpy.array([1, 1], "i4")
        header.create_group("author").attrs["name"] = "N/A"
        header.create_group("creator").attrs.update({"name": "oscillators.py", "version": "1"})
        header.create_group("modules/units").attrs["version"] = numpy.array([1, 0], "i4")
        element = file.create_group("particles/oscillators/velocity")
        element["step"] = numpy.arange(FRAMES, dtype="i8")
        element["time"] = DT * numpy.arange(FRAMES)
        element["time"].attrs["unit"] = "fs"
        element["value"] = value.astype("f4")
        element["value"].attrs["unit"] = "Angstrom fs-1"
        box = file.create_group("particles/oscillators/box")
        box.attrs["dimension"] = 3
        box.attrs["boundary"] = numpy.array([b"none"] * 3)


main(sys.argv[1], int(sys.argv[2]), *map(float, sys.argv[3:]))
