# SPDX-License-Identifier: BSD-3-Clause
"""Reads what mdgan writes (docs/file-formats.md): models with their checkpoint, and feature series."""
import shutil
from types import SimpleNamespace

import h5py
import numpy


def plain(value):
    """An attribute as Python's own type; arrays stay."""
    if isinstance(value, bytes):
        return value.decode()
    return value.item() if isinstance(value, numpy.generic) else value


def attributes(group):
    """All attributes of an HDF5 group."""
    return SimpleNamespace(**{name: plain(value) for name, value in group.attrs.items()})


class Model:
    """A model file: what was trained on, shapes, and the checkpoint that a training goes on from."""

    def __init__(self, path):
        with h5py.File(path, "r") as file:
            if "checkpoint" not in file:
                raise SystemExit(f"'{path}' has no checkpoint: save the model with `mdgan train`")
            self.feature = attributes(file["feature"])
            self.architecture = attributes(file["architecture"])
            self.scaling = attributes(file["scaling"])
            self.config = attributes(file["checkpoint"])
            self.vector = {name: values[:] for name, values in file["checkpoint"].items()}

    def is_integrated(self):
        """[D] components whose values are increments: positions, but only the centre's of several particles."""
        component = numpy.arange(self.architecture.components)
        return (self.feature.kind == "position") & ((self.scaling.mode_values == 1) | (component < 3))

    def is_odd(self):
        """[D] components that change sign under time reversal."""
        return (self.feature.kind == "velocity") | self.is_integrated()


def write_weights(path, like, weight, iterations):
    """The model of file @p like with other weights, and without its checkpoint."""
    shutil.copyfile(like, path)
    with h5py.File(path, "r+") as file:
        del file["checkpoint"]
        file["weight"][:] = weight
        file["metrics"].attrs.modify("iterations", numpy.uint64(iterations))


def read_series(path):
    """[entity][frame][D] values of a feature series, or of the first velocity or position of another H5MD file."""
    with h5py.File(path, "r") as file:
        groups = [f"particles/{name}" for name in file.get("particles", ())]
        elements = [f"{group}/{kind}" for group in groups for kind in ("velocity", "position")]
        for element in ["observables/trajectory/feature"] + elements:
            if element in file:
                return file[element]["value"][:].swapaxes(0, 1)
    raise SystemExit(f"'{path}' has no feature, velocity or position")


def normalised(model, series):
    """[entity][frame][D] float values as the networks see them: modes or increments, less mean, over scale."""
    value = series.astype("f8")
    n_particle = round(model.scaling.mode_values ** 0.5)
    if n_particle > 1:
        matrix = model.scaling.modes.reshape(n_particle, n_particle)
        value = numpy.einsum("mp,etpk->etmk", matrix, value.reshape(*value.shape[:2], n_particle, 3))
        value = value.reshape(series.shape)
    if model.feature.kind == "position":
        value = numpy.where(model.is_integrated(), value[:, 1:] - value[:, :-1], value[:, 1:])
    return ((value - model.scaling.mean) / model.scaling.scale).astype("f4")
