#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Where the libration peak of water lies for who knows 128 lags of the autocorrelation: autoregressions (the whole reference's lags,
cut off) and spectra smoothed by a Hann window of the lags (stretches of 128 frames of the recorded bonds, on which mdgan learns).
Usage: libration.py"""
import os

import h5py
import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
LAGS, BAND = 128, (200, 1000)  # frames; cm^-1


def reference():
    """frequency / cm^-1 and power (unit sum), [1025] each"""
    path = os.path.join(HERE, "..", "examples", "water-lammps", "reference-vdos.csv")
    with open(path, encoding="ascii") as file:
        rows = [line.split(",") for line in file if line[0].isdigit()]
    power = numpy.array([float(row[1]) for row in rows])
    return numpy.array([float(row[0]) for row in rows]), power / power.sum()


def stretches():
    """[stretch][LAGS][series]"""
    with h5py.File(os.path.join(HERE, "data", "water-oh-velocity.h5")) as file:
        found = []
        file.visititems(lambda name, item: found.append(item) if name.endswith("/value") else None)
        value = found[0][...].astype(float)
    return value.reshape(-1, LAGS, value.shape[1] * value.shape[2])


def autocorrelation(records):
    """[LAGS] of records [LAGS][series], each lag over the pairs that there are"""
    power = (abs(numpy.fft.rfft(records, 2 * LAGS, axis=0)) ** 2).mean(1)
    r = numpy.fft.irfft(power)[:LAGS] / numpy.arange(LAGS, 0, -1)
    return r / r[0]


def autoregression(r, order, n_bin):
    """Spectrum of the autoregression with these autocorrelations (Levinson's recursion), unit sum"""
    a, error = numpy.zeros(order + 1), r[0]
    a[0] = 1
    for k in range(1, order + 1):
        reflection = -(a[:k] @ r[k:0:-1]) / error
        a[:k + 1] += reflection * a[:k + 1][::-1]
        error *= 1 - reflection**2
    power = 1 / abs(numpy.fft.rfft(a, 2 * (n_bin - 1))) ** 2
    return power / power.sum()


def smoothed(r, n_bin):
    """Spectrum by the lags under a Hann window, unit sum"""
    tapered = r * 0.5 * (1 + numpy.cos(numpy.pi * numpy.arange(LAGS) / LAGS))
    both = numpy.zeros(2 * (n_bin - 1))
    both[:LAGS], both[-LAGS + 1:] = tapered, tapered[:0:-1]
    power = numpy.fft.rfft(both).real
    return power / power.sum()


def main():
    frequency, power = reference()
    n_bin, inside = len(power), (frequency > BAND[0]) & (frequency < BAND[1])

    def tell(name, spectrum):
        peak = frequency[inside][numpy.argmax(spectrum[inside])]
        error = numpy.linalg.norm(spectrum - power) / numpy.linalg.norm(power)
        print(f"{name:<50} {peak:8.0f} {error:12.3f}")

    print(f"{'':<50} {'peak/cm^-1':>8} {'relative L2':>12}")
    tell("reference", power)
    exact = numpy.fft.irfft(power)
    for order in (48, 96, 120):
        tell(f"reference's lags, autoregression of order {order}", autoregression(exact[:LAGS] / exact[0], order, n_bin))
    tell("reference's lags, Hann window", smoothed(exact[:LAGS], n_bin))
    for i, records in enumerate(stretches()):
        tell(f"frames {i * LAGS} to {(i + 1) * LAGS - 1}, Hann window", smoothed(autocorrelation(records), n_bin))


main()
