#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Feature series as h5py and MDAnalysis see them: read_h5md.py WRITE_SERIES. Exits with 77 if one is missing."""
import os
import subprocess
import sys
import tempfile
import warnings

warnings.simplefilter("ignore")
try:
    import h5py
    import numpy as np
    import MDAnalysis
    from MDAnalysis.coordinates.H5MD import H5MDReader
except ImportError as missing:
    print(f"skipped: {missing}; apt-get install python3-h5py python3-mdanalysis")
    sys.exit(77)

N_FRAME, N_ENTITY = 6, 4


def expected(components):
    frame, entity, component = np.ogrid[0:N_FRAME, 0:N_ENTITY, 0:components]
    return (frame + 0.25 * entity - 0.5 * component).astype(np.float32)


def write(program, directory, kind):
    path = os.path.join(directory, kind + ".h5md")
    subprocess.run([program, path, kind], check=True)
    return path


def check_element(element, components, value_unit, time_unit):
    np.testing.assert_array_equal(element["value"][:], expected(components))
    np.testing.assert_array_equal(element["step"][:], 1000 + 4 * np.arange(N_FRAME))
    np.testing.assert_array_equal(element["time"][:], 500.0 + 2.0 * np.arange(N_FRAME))
    assert element["value"].attrs["unit"] == value_unit
    assert element["time"].attrs["unit"] == time_unit


def check_header(h5):
    assert list(h5["h5md"].attrs["version"]) == [1, 1]
    assert h5["h5md/author"].attrs["name"]
    assert h5["h5md/creator"].attrs["name"] == "write_series"
    assert h5["h5md/creator"].attrs["version"].startswith("mdgan ")
    assert list(h5["h5md/modules/units"].attrs["version"]) == [1, 0]


def check_box(h5, element, unit):
    box = h5["particles/trajectory/box"]
    assert box.attrs["dimension"] == 3
    assert [bytes(side) for side in box.attrs["boundary"]] == [b"periodic"] * 3
    edges = box["edges"]
    assert edges["step"] == h5[element]["step"] and edges["time"] == h5[element]["time"]
    np.testing.assert_array_equal(edges["value"][:], np.broadcast_to(np.diag([10.0, 20.0, 30.0]), (N_FRAME, 3, 3)))
    assert edges["value"].attrs["unit"] == unit


def check_description(h5, kind, components):
    description = h5["mdgan"].attrs
    assert description["schema"] == b"mdgan-series" and description["schema_version"] == 1
    assert description["name"] == b"bond/velocity 1" and description["kind"] == kind
    assert description["components"] == components and description["stride"] == 4 and description["dt"] == 2


def check_with_h5py(path, kind, element, components, value_unit, length_unit, time_unit):
    with h5py.File(path) as h5:
        check_header(h5)
        check_element(h5[element], components, value_unit, time_unit)
        check_box(h5, element, length_unit)
        check_description(h5, kind.encode(), components)


def check_velocity(path):
    """In the file's own units: MDAnalysis 2.4 converts Angstrom/fs by 1e-3 instead of 1e3."""
    with H5MDReader(path, convert_units=False) as reader:
        assert reader.n_frames == N_FRAME and reader.n_atoms == N_ENTITY
        assert reader.units["velocity"] == "Angstrom/fs"
        for frame, ts in enumerate(reader):
            np.testing.assert_allclose(ts.velocities, expected(3)[frame], rtol=1e-6)
            np.testing.assert_allclose(ts.time, 500 + 2 * frame)
            np.testing.assert_allclose(ts.dimensions, [10, 20, 30, 90, 90, 90])
            assert ts.data["step"] == 1000 + 4 * frame
    # With conversion on, as is the default: all units must be known to MDAnalysis.
    universe = MDAnalysis.Universe(path)
    np.testing.assert_allclose(universe.trajectory[1].time, 0.502)
    assert len(universe.trajectory) == N_FRAME and len(universe.atoms) == N_ENTITY


def check_position(path):
    """MDAnalysis has Angstrom and ps."""
    with H5MDReader(path) as reader:
        for frame, ts in enumerate(reader):
            np.testing.assert_allclose(ts.positions, 10 * expected(3)[frame], rtol=1e-6)
            np.testing.assert_allclose(ts.time, 500 + 2 * frame)
            np.testing.assert_allclose(ts.dimensions, [100, 200, 300, 90, 90, 90])


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as directory:
        path = write(program, directory, "velocity")
        check_with_h5py(path, "velocity", "particles/trajectory/velocity", 3, "Angstrom fs-1", "Angstrom", "fs")
        check_velocity(path)
        path = write(program, directory, "position")
        check_with_h5py(path, "position", "particles/trajectory/position", 3, "nm", "nm", "ps")
        check_position(path)
        path = write(program, directory, "scalar")
        check_with_h5py(path, "scalar", "observables/trajectory/feature", 2, "Angstrom fs-1", "Angstrom", "fs")
    print(f"read with h5py {h5py.__version__} and MDAnalysis {MDAnalysis.__version__}")


if __name__ == "__main__":
    main()
