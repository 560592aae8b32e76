# SPDX-License-Identifier: BSD-3-Clause
"""Calls the kernel as mdrun -plumed does, where there is no such mdrun, or none that would do what is to be tested.

    mdrun_stub.py KERNEL INPUT STEPS.npz

STEPS.npz: x [step][atom][3], box [step][3][3], order [step][atom] (empty: no domain decomposition), step [step], dt,
real (4 or 8), and optionally ranks, restart, pause (s per step), pin (run on one processor, as mdrun -pin on does with
one thread)."""
import ctypes
import os
import signal
import sys
import time

import numpy


def main():
    library = ctypes.CDLL(sys.argv[1])
    library.plumedmain_create.restype = ctypes.c_void_p
    library.plumedmain_cmd.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    library.plumedmain_cmd.restype = library.plumedmain_finalize.restype = None
    library.plumedmain_finalize.argtypes = [ctypes.c_void_p]
    data = numpy.load(sys.argv[3])
    real = numpy.float32 if data["real"] == 4 else numpy.float64
    handle = library.plumedmain_create()

    def command(key, value=None):
        pointer = None if value is None else value if isinstance(value, bytes) else value.ctypes.data
        library.plumedmain_cmd(handle, key.encode(), pointer)

    def integer(key, value):
        command(key, numpy.array([value], dtype=numpy.intc))

    integer("setRealPrecision", int(data["real"]))
    for unit in ("setMDEnergyUnits", "setMDLengthUnits", "setMDTimeUnits"):
        command(unit, numpy.ones(1, real))
    command("setPlumedDat", sys.argv[2].encode())
    version = numpy.zeros(1, numpy.intc)
    command("getApiVersion", version)
    assert version[0] > 3
    command("setKbT", numpy.array([2.494], real))
    if "restart" in data:
        integer("setRestart", 1)
    if "ranks" in data:
        integer("setMPIComm", 0)
    n_atom = data["x"].shape[1]
    integer("setNatoms", n_atom)
    command("setMDEngine", b"gromacs")
    command("setLogFile", b"PLUMED.OUT")
    command("setTimestep", numpy.array([data["dt"]], real))
    command("init")
    if "pin" in data:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    forces = numpy.zeros((n_atom, 3), real)
    ones = numpy.ones(n_atom, real)
    pause = float(data["pause"]) if "pause" in data else 0
    for i, step in enumerate(data["step"]):
        time.sleep(pause)
        x, box = data["x"][i].astype(real), data["box"][i].astype(real)
        command("setStepLong", numpy.array([step], numpy.int_))
        if data["order"].size:
            order = data["order"][i].astype(numpy.intc)
            x = numpy.ascontiguousarray(x[order])
            integer("setAtomsNlocal", int(data["local"]) if "local" in data else n_atom)
            command("setAtomsGatindex", order)
        command("setPositions", x)
        command("setMasses", ones)
        command("setCharges", ones)
        command("setBox", box)
        command("prepareCalc")
        integer("setStopFlag", 0)
        command("setForces", forces)
        command("setVirial", numpy.zeros((3, 3), real))
        command("performCalc")
        if stopped:
            break
    assert not forces.any()
    library.plumedmain_finalize(handle)
    assert "pin" not in data or len(os.sched_getaffinity(0)) == 1
    print("steps", i + 1, "stopped", len(stopped))


main()
