#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Topology and start configuration of a melt of linear alkanes: chain.itp, melt.top and start.gro.

melt.py CHAINS LENGTH DENSITY SEED        (density in g/cm^3; LENGTH united atoms per chain, at least 5)

Chains grow atom by atom at the melt's density, with bond, angle and torsions of TraPPE-UA at 450 K, so that their size
is about right from the start. Where atoms are too close, energy minimisation has to push them apart.
"""
import math
import random
import sys

BOND, ANGLE = 0.154, math.radians(114)
TORSION = (8.397, 16.786, 1.134, -26.318)  # Ryckaert-Bellemans, kJ/mol
KT = 0.0083144626 * 450
MASS = {"CH3": 15.035, "CH2": 14.027}
CLOSE = 0.34  # nm: nearer than this the Lennard-Jones force is strong
TRIES = 24


def kinds(length):
    return ["CH3"] + ["CH2"] * (length - 2) + ["CH3"]


class Cells:
    """Atoms of a periodic cube, to find the nearest one within a cell's width."""

    def __init__(self, edge):
        self.edge = edge
        self.count = max(3, int(edge / CLOSE))
        self.atoms = {}

    def cell(self, point):
        return tuple(int(x / self.edge * self.count) % self.count for x in point)

    def add(self, point):
        self.atoms.setdefault(self.cell(point), []).append(point)

    def nearest(self, point):
        """Squared distance to the nearest atom, at most CLOSE squared."""
        best = CLOSE * CLOSE
        i, j, k = self.cell(point)
        shifts = (-1, 0, 1)
        for cell in ((i + a, j + b, k + c) for a in shifts for b in shifts for c in shifts):
            for other in self.atoms.get(tuple(x % self.count for x in cell), ()):
                best = min(best, sum(((x - y + self.edge / 2) % self.edge - self.edge / 2) ** 2
                                     for x, y in zip(point, other)))
        return best


def cross(a, b):
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def unit(a):
    norm = math.sqrt(sum(x * x for x in a))
    return tuple(x / norm for x in a)


def random_direction():
    return unit(tuple(random.gauss(0, 1) for _ in range(3)))


def random_torsion():
    """An angle from trans, as often as its energy at 450 K has it."""
    while True:
        psi = random.uniform(-math.pi, math.pi)
        energy = sum(c * math.cos(psi) ** n for n, c in enumerate(TORSION))
        if random.random() < math.exp(-energy / KT):
            return psi


def candidate(chain, edge):
    """Where the next atom of a chain may be."""
    if not chain:
        return tuple(random.uniform(0, edge) for _ in range(3))
    forward = unit(tuple(b - a for a, b in zip(chain[-2], chain[-1]))) if len(chain) > 1 else random_direction()
    before = tuple(b - a for a, b in zip(chain[-3], chain[-2])) if len(chain) > 2 else random_direction()
    normal = unit(cross(before, forward))
    # In a planar zigzag (trans, psi = 0) the next bond is parallel to the last but one.
    trans = cross(forward, normal)
    psi = random_torsion()
    return tuple(x + BOND * (math.sin(ANGLE) * (math.cos(psi) * t + math.sin(psi) * n) - math.cos(ANGLE) * f)
                 for x, f, t, n in zip(chain[-1], forward, trans, normal))


def grow(length, cells):
    """A chain whose atoms are the least crowded of several tries each."""
    chain = []
    for _ in range(length):
        best, room = None, -1.0
        for _ in range(TRIES):
            point = candidate(chain, cells.edge)
            nearest = cells.nearest(point)
            if nearest > room:
                best, room = point, nearest
            if room >= CLOSE * CLOSE:
                break
        chain.append(best)
        # The next three atoms are bonded to this one: it is in their way only later.
        if len(chain) > 3:
            cells.add(chain[-4])
    for point in chain[-3:]:
        cells.add(point)
    return chain


def write_topology(chains, length):
    atoms = kinds(length)
    with open("chain.itp", "w") as file:
        file.write("[ moleculetype ]\n; name  nrexcl\n  PE  3\n\n[ atoms ]\n")
        for i, kind in enumerate(atoms, 1):
            file.write(f"  {i}  {kind}  1  PE  C{i}  {i}  0  {MASS[kind]}\n")
        for title, size, function in (("bonds", 2, 1), ("angles", 3, 1), ("dihedrals", 4, 3)):
            file.write(f"\n[ {title} ]\n")
            for i in range(1, length - size + 2):
                file.write("  " + "  ".join(map(str, range(i, i + size))) + f"  {function}\n")
    with open("melt.top", "w") as file:
        file.write('#include "trappe-ua.itp"\n#include "chain.itp"\n\n'
                   f"[ system ]\n{chains} chains of {length} united atoms\n\n[ molecules ]\nPE  {chains}\n")


def write_configuration(chains, length, edge):
    cells = Cells(edge)
    with open("start.gro", "w") as file:
        file.write(f"{chains} chains of {length} united atoms\n{chains * length}\n")
        atom = 0
        for chain in range(1, chains + 1):
            for i, point in enumerate(grow(length, cells), 1):
                atom += 1
                x, y, z = point
                file.write(f"{chain:5d}{'PE':<5}{f'C{i}':>5}{atom % 100000:5d}{x:8.3f}{y:8.3f}{z:8.3f}\n")
        file.write(f"{edge:10.5f}{edge:10.5f}{edge:10.5f}\n")


def main():
    if len(sys.argv) != 5:
        sys.exit("usage: melt.py CHAINS LENGTH DENSITY SEED")
    chains, length, density = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    if chains < 1 or length < 5 or density <= 0:
        sys.exit("melt.py: CHAINS has to be at least 1, LENGTH at least 5 and DENSITY positive")
    random.seed(int(sys.argv[4]))
    # 1 g/cm^3 is 602.214 g/mol per nm^3.
    edge = (chains * sum(MASS[kind] for kind in kinds(length)) / (602.214 * density)) ** (1 / 3)
    write_topology(chains, length)
    write_configuration(chains, length, edge)
    print(f"melt.py: {chains} chains of {length} united atoms at {density} g/cm^3, box edge {edge:.3f} nm")


if __name__ == "__main__":
    main()
