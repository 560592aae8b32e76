# SPDX-License-Identifier: BSD-3-Clause
"""What the rival models of bench/peers share: feature series in and out (docs/file-formats.md), the options, and
records as mdgan's own trainer draws them (core/gan/batch.c), so that all are fed alike. Import it before NumPy or
PyTorch.

Shapes: B records, M frames per window, D components, P particles per entity.
"""
import argparse
import os
import sys
import time


def _word_after(option, default):
    words = [word for argument in sys.argv for word in argument.split("=", 1)]
    return words[words.index(option) + 1] if option in words[:-1] else default


# torch.set_num_threads does not reach OpenBLAS, which reads these when it is loaded.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[_name] = _word_after("--threads", "1")
# Threads that wait in loops for each other stand still where a core is busy with something else: on two busy cores the
# training of crnn_gan.py made 3 iterations in the time of 24.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import h5py  # noqa: E402
import numpy  # noqa: E402
import torch  # noqa: E402

FEATURE = ("name", "kind", "components", "isotropic", "reversible", "value_unit", "length_unit", "time_unit", "dt",
           "stride")
KIND = ("velocity", "position", "scalar")


# ---- options ----

def _at_least(smallest, kind=int):
    def convert(text):
        value = kind(text)
        if not value >= smallest:
            raise argparse.ArgumentTypeError(f"{text} is less than {smallest}")
        return value
    return convert


def parser(description):
    p = argparse.ArgumentParser(description=description, allow_abbrev=False,
                                formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    p.add_argument("data", metavar="DATA.h5", help="feature series to learn from")
    p.add_argument("out", metavar="OUT.h5", help="generated feature series")
    p.add_argument("--window", type=_at_least(8), default=64, metavar="M", help="records have 2M frames")
    p.add_argument("--frames", type=_at_least(1), default=1024, metavar="N", help="to generate, of each entity")
    p.add_argument("--entities", type=_at_least(1), default=64, metavar="E", help="to generate")
    p.add_argument("--seed", type=_at_least(0), default=1)
    p.add_argument("--threads", type=_at_least(1), default=1)
    p.add_argument("--iterations", type=_at_least(1), help="stop after so many updates of the generator")
    p.add_argument("--seconds", type=_at_least(1e-3, float), help="stop after so much wall-clock time of training")
    return p


def parse(p, iterations):
    """Options; without any budget @p iterations are the budget."""
    options = p.parse_args()
    if options.iterations is None and options.seconds is None:
        options.iterations = iterations
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    return options


class Budget:
    """Iterations, wall-clock seconds, or whichever ends first."""

    def __init__(self, options):
        self.iterations, self.seconds = options.iterations, options.seconds
        self.start = time.perf_counter()
        self.last = self.longest = 0  # seconds at the last question, and between two
        self.used = 0  # iterations

    def elapsed(self):
        return time.perf_counter() - self.start

    def goes_on(self):
        """Whether one more iteration fits, to be asked before each; the first one always does."""
        now = self.elapsed()
        self.last, self.longest = now, max(self.longest, now - self.last if self.used else 0)
        in_time = not self.seconds or not self.used or now + self.longest < self.seconds
        return in_time and (not self.iterations or self.used < self.iterations)

    def fraction(self):
        """Share of the budget that is used: 0 to 1, for schedules."""
        by_iterations = self.used / self.iterations if self.iterations else 0
        by_seconds = self.elapsed() / self.seconds if self.seconds else 0
        return min(1, max(by_iterations, by_seconds))


# ---- files ----

def _text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def _units(item):
    return _text(item.attrs["unit"]) if "unit" in item.attrs else ""


def _axis(item, n_frame):
    """First value and interval of a step or time, written out or as an interval with an offset."""
    if item.shape == ():
        return item.attrs.get("offset", 0), item[()]
    return item[0], (item[-1] - item[0]) / (n_frame - 1) if n_frame > 1 else 1


def _element(file, feature):
    """Path of the one element that holds values."""
    if feature is None:
        found = [f"particles/{group}/{kind}" for group in file.get("particles", ())
                 for kind in [k for k in ("velocity", "position") if f"particles/{group}/{k}/value" in file][:1]]
    elif feature["components"] == 3 and feature["kind"] != "scalar":
        found = [f"particles/{group}/{feature['kind']}" for group in file.get("particles", ())
                 if f"particles/{group}/{feature['kind']}/value" in file]
    else:
        found = [f"observables/{group}/feature" for group in file.get("observables", ())]
    if len(found) != 1:
        raise SystemExit(f"series file '{file.filename}': expected one feature, found {found or 'none'}")
    return found[0]


def _description(file):
    if "mdgan" not in file:
        return None
    attributes = {name: file["mdgan"].attrs[name] for name in FEATURE}
    return {name: _text(v) if isinstance(v, (bytes, str)) else v for name, v in attributes.items()}


def _guess(file, path, value):
    """What mdgan takes for granted of a plain H5MD file."""
    _, group, kind = path.split("/")
    element = file[path]
    value_unit = _units(element["value"])
    edges = file.get(f"particles/{group}/box/edges")
    edges = edges["value"] if isinstance(edges, h5py.Group) else edges
    length_unit = _units(edges) if edges is not None else ""
    return {"name": f"{group}/{kind}", "kind": kind, "components": value.shape[2], "isotropic": value.shape[2] % 3 == 0,
            "reversible": True, "value_unit": value_unit, "time_unit": _units(element["time"]),
            "length_unit": length_unit or (value_unit if kind == "position" else ""),
            "dt": _axis(element["time"], len(value))[1], "stride": _axis(element["step"], len(value))[1]}


class Series:
    """feature: dictionary of FEATURE; value: [frame][entity][D]"""

    def __init__(self, feature, value):
        self.feature, self.value = feature, value
        if feature["kind"] not in KIND:
            raise SystemExit(f"kind of the feature is '{feature['kind']}'; {', '.join(KIND)} are known")
        if not numpy.isfinite(value).all():
            raise SystemExit(f"values of '{feature['name']}' are not finite")


def read(path):
    """A feature series, or the one velocity or position of a plain H5MD file."""
    if not os.path.isfile(path) or not h5py.is_hdf5(path):
        raise SystemExit(f"'{path}' is not an HDF5 file; give a feature series")
    with h5py.File(path, "r") as file:
        feature = _description(file)
        place = _element(file, feature)
        value = file[place]["value"][:]
        return Series(feature or _guess(file, place, value), value)


def write(path, series, creator):
    """Written beside @p path and then moved there, so that a failure leaves nothing half-written."""
    f, n_frame = series.feature, len(series.value)
    particle = f["components"] == 3 and f["kind"] != "scalar"
    place = f"particles/trajectory/{f['kind']}" if particle else "observables/trajectory/feature"
    numbers = {"components": numpy.uint64, "isotropic": numpy.uint8, "reversible": numpy.uint8, "dt": numpy.float64,
               "stride": numpy.int64}
    temporary = f"{path}.{os.getpid()}"
    try:
        with h5py.File(temporary, "w") as file:
            header = file.create_group("h5md")
            header.attrs["version"] = numpy.array([1, 1], "i4")
            header.create_group("author").attrs["name"] = "N/A"
            header.create_group("creator").attrs.update({"name": creator, "version": "1"})
            header.create_group("modules/units").attrs["version"] = numpy.array([1, 0], "i4")
            description = file.create_group("mdgan")
            description.attrs.update({"schema": "mdgan-series", "program_version": creator})
            description.attrs["schema_version"] = numpy.int64(1)
            for name in FEATURE:
                description.attrs[name] = numbers[name](f[name]) if name in numbers else f[name]
            element = file.create_group(place)
            element["step"] = numpy.int64(f["stride"]) * numpy.arange(n_frame, dtype="i8")
            element["time"] = float(f["dt"]) * numpy.arange(n_frame)
            element.create_dataset("value", data=series.value.astype("f4"), fletcher32=True)
            for name, unit in (("time", f["time_unit"]), ("value", f["value_unit"])):
                if unit:
                    element[name].attrs["unit"] = unit
            box = file.create_group("particles/trajectory/box")
            box.attrs["dimension"] = numpy.int32(3)
            box.attrs["boundary"] = numpy.array([b"none"] * 3)
        os.replace(temporary, path)
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)


# ---- data as the networks see them ----

def _principal_axes(value, centred):
    """Orthonormal [P][P] over the particles of [frame][entity][P][3], a mode in each row; centred: its centre first."""
    n = value.shape[2]
    value = value - value.mean(2, keepdims=True) if centred else value
    rows = numpy.linalg.eigh(numpy.einsum("tepk,teqk->pq", value, value))[1].T[::-1]
    return numpy.vstack([numpy.full((1, n), n ** -0.5), rows[:-1]]) if centred else rows


class Records:
    """Normalised records of 2M frames, augmented. Positions become increments, several particles their modes, of which
    only the centre's are increments: parts of a chain must not drift away from each other."""

    def __init__(self, series, window):
        f, value = series.feature, series.value.astype("f8")
        self.feature, self.window, self.d = f, window, value.shape[2]
        particles = self.d // 3 if f["isotropic"] and self.d % 3 == 0 else 1
        self.axes = None
        if particles > 1:
            self.axes = _principal_axes(value.reshape(*value.shape[:2], particles, 3), f["kind"] == "position")
            value = self._modes(value, self.axes)
        self.integrated = numpy.array([f["kind"] == "position" and (particles == 1 or c < 3) for c in range(self.d)])
        self.origin = value[-1]  # [entity][D]
        if f["kind"] == "position":
            value = numpy.where(self.integrated, value[1:] - value[:-1], value[1:])
        if len(value) < 2 * window:
            raise SystemExit(f"'{f['name']}' has {len(series.value)} frames; --window {window} needs {2 * window} and, "
                             "of positions, one more: collect more or make the window smaller")
        self.mean = numpy.zeros(self.d) if f["isotropic"] else value.mean((0, 1))
        scale = ((value - self.mean) ** 2).mean((0, 1))
        if f["isotropic"]:
            scale = scale.reshape(-1, 3).mean(1).repeat(3)
        if not (scale > 0).all():
            raise SystemExit(f"a component of '{f['name']}' never changes: nothing to learn")
        self.scale = scale ** 0.5
        self.value = torch.from_numpy(((value - self.mean) / self.scale).astype("f4").swapaxes(0, 1).copy())
        self.sign = torch.from_numpy(numpy.where((f["kind"] == "velocity") | self.integrated, -1, 1).astype("f4"))

    def _modes(self, value, matrix):
        parts = value.reshape(*value.shape[:-1], len(matrix), 3)
        return numpy.einsum("mp,tepk->temk", matrix, parts).reshape(value.shape)

    def draw(self, n):
        """[n][2M][D]"""
        entity = torch.randint(self.value.shape[0], (n, 1))
        first = torch.randint(self.value.shape[1] - 2 * self.window + 1, (n, 1))
        x = self.value[entity, first + torch.arange(2 * self.window)]
        if self.feature["reversible"]:
            x = torch.where(torch.rand(n, 1, 1) < 0.5, x.flip(1) * self.sign, x)
        if self.feature["isotropic"]:
            x = (x.view(n, -1, 3) @ _rotations(n)).view(x.shape)
        return x

    def series(self, generated):
        """Generated [entity][frame][D] as a series in the feature's units; positions go on from the last real ones."""
        value = generated.numpy().swapaxes(0, 1) * self.scale + self.mean
        if self.integrated.any():
            origin = self.origin[numpy.arange(value.shape[1]) % len(self.origin)]
            value = numpy.where(self.integrated, origin + value.cumsum(0), value)
        if self.axes is not None:
            value = self._modes(value, self.axes.T)
        return Series(self.feature, value.astype("f4"))


def _rotations(n):
    """[n][3][3] uniform rotations, half of them followed by inversion."""
    w, x, y, z = torch.nn.functional.normalize(torch.randn(n, 4), dim=1).unbind(1)
    rows = (1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w),
            2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w),
            2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y))
    return torch.stack(rows, 1).view(n, 3, 3) * (2.0 * torch.randint(2, (n, 1, 1)) - 1)
