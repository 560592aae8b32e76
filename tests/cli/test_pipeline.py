#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""From a file of velocities to a model, a series, spectra and their comparison. Usage: test_pipeline.py MDGAN"""
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import unittest

import h5py
import numpy

MDGAN = os.path.abspath(sys.argv.pop(1))
WINDOW, ENTITIES, DT, STRIDE = 16, 40, 0.5, 2


def mdgan(*words, status=0):
    done = subprocess.run([MDGAN, *map(str, words)], capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == status, f"mdgan {words}: status {done.returncode}, {done.stderr}"
    return done


def write_header(file):
    h5md = file.create_group("h5md")
    h5md.attrs["version"] = numpy.array([1, 1], "i4")
    h5md.create_group("author").attrs["name"] = "test"
    h5md.create_group("creator").attrs.update({"name": "test", "version": "1"})
    h5md.create_group("modules/units").attrs["version"] = numpy.array([1, 0], "i4")


def write_h5md(path, value, kind="velocity"):
    """value: [frame][entity][3]"""
    with h5py.File(path, "w") as file:
        write_header(file)
        group = file.create_group(f"particles/oscillators/{kind}")
        group["step"] = STRIDE * numpy.arange(len(value), dtype="i8")
        group["time"] = DT * numpy.arange(len(value))
        group["time"].attrs["unit"] = "ps"
        group["value"] = value.astype("f4")
        group["value"].attrs["unit"] = "nm ps-1" if kind == "velocity" else "nm"
        box = file.create_group("particles/oscillators/box")
        box.attrs["dimension"] = 3
        box.attrs["boundary"] = numpy.array([b"periodic"] * 3)
        box["edges"] = numpy.ones(3)


def write_dump(path, value):
    """value: [frame][entity][3], as `dump local` would write it"""
    with open(path, "w", encoding="ascii") as file:
        for frame, rows in enumerate(value):
            file.write(f"ITEM: TIMESTEP\n{STRIDE * frame}\nITEM: NUMBER OF ENTRIES\n{len(rows)}\n")
            file.write("ITEM: BOX BOUNDS pp pp pp\n0 1\n0 1\n0 1\nITEM: ENTRIES index x y z \n")
            for index, row in enumerate(rows):
                file.write("%d %.9g %.9g %.9g \n" % (index + 1, *row))


def write_scalars(path, value):
    """value: [frame][entity][D], as mdgan writes it"""
    words = {"name": "energy", "kind": "scalar", "value_unit": "", "length_unit": "", "time_unit": "ps"}
    with h5py.File(path, "w") as file:
        write_header(file)
        mdgan_group = file.create_group("mdgan")
        mdgan_group.attrs.update({"schema": "mdgan-series", "program_version": "test", **words})
        mdgan_group.attrs["schema_version"] = numpy.int64(1)
        mdgan_group.attrs["components"] = numpy.uint64(value.shape[2])
        mdgan_group.attrs.update({"isotropic": numpy.uint8(0), "reversible": numpy.uint8(1), "dt": DT})
        mdgan_group.attrs["stride"] = numpy.int64(STRIDE)
        element = file.create_group("observables/system/feature")
        element["step"] = STRIDE * numpy.arange(len(value), dtype="i8")
        element["time"] = DT * numpy.arange(len(value))
        element["time"].attrs["unit"] = "ps"
        element["value"] = value.astype("f4")


HANN = 0.5 - 0.5 * numpy.cos(2 * numpy.pi * (numpy.arange(64) + 0.5) / 64)  # of a segment
RANDOM = ("init", "random")  # a linear start of these data leaves nothing to train


def oscillators(frames):
    """Damped oscillators driven by noise: an AR(2) process with its peak at 0.2 cycles per frame."""
    random = numpy.random.default_rng(1)
    radius, omega = 0.97, 2 * numpy.pi * 0.2
    series = numpy.zeros((frames + 300, ENTITIES, 3))
    noise = random.normal(size=series.shape)
    for t in range(2, len(series)):
        series[t] = 2 * radius * numpy.cos(omega) * series[t - 1] - radius**2 * series[t - 2] + 0.01 * noise[t]
    return series[300:]


def rows(path):
    """Of a file, or of lines."""
    return numpy.loadtxt(path, delimiter=",", ndmin=2)


def series_value(path, kind="velocity"):
    with h5py.File(path, "r") as file:
        (group,) = file["particles"].values()
        return group[f"{kind}/value"][:]


class Pipeline(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        os.chdir(cls.folder.name)
        long = oscillators(2048)
        write_h5md("long.h5", long)
        write_h5md("data.h5", long[: 2 * WINDOW + 5])
        write_dump("long.dump", long[:256])
        write_h5md("short.h5", long[:256])
        mdgan("train", "data.h5", WINDOW, "-o", "model.h5", "iterations", 0, "seed", 3)

    @classmethod
    def tearDownClass(cls):
        os.chdir("/")
        cls.folder.cleanup()

    def test_spectrum_of_file_and_dump_agree(self):
        mdgan("spectrum", "short.h5", "--segment", 64, "-o", "a.csv")
        mdgan("spectrum", "long.dump", "--dt", DT, "--time-unit", "ps", "--segment", 64, "-o", "b.csv")
        a, b = rows("a.csv"), rows("b.csv")
        numpy.testing.assert_allclose(a, b, rtol=2e-6)
        self.assertAlmostEqual(a[:, 1].sum(), 1, places=6)
        wavenumber = 1 / (DT * 1e-12 * 2.99792458e10)
        self.assertAlmostEqual(a[-1, 0], wavenumber / 2, delta=1e-5 * wavenumber)
        self.assertAlmostEqual(a[a[:, 1].argmax(), 0], 0.2 * wavenumber, delta=1.01 * wavenumber / 64)

    def test_options_for_dumps_are_refused_for_h5md(self):
        for option, value in (("--dt", 5), ("--time-unit", "fs")):
            done = mdgan("spectrum", "short.h5", "--segment", 64, option, value, status=1)
            self.assertIn(f"{option}: 'short.h5' is an H5MD file, which holds its own times: leave it out", done.stderr)

    def test_pipes_and_devices_are_written_to(self):
        """Not replaced by a file, as a rename would do: `-o /dev/null` of root's would take it away from everybody."""
        os.mkfifo("pipe.csv")
        with subprocess.Popen(["cat", "pipe.csv"], stdout=subprocess.PIPE, text=True) as reader:
            mdgan("spectrum", "short.h5", "--segment", 64, "-o", "pipe.csv")
            self.assertEqual(reader.stdout.read(), mdgan("spectrum", "short.h5", "--segment", 64).stdout)
        self.assertTrue(stat.S_ISFIFO(os.stat("pipe.csv").st_mode))

    def test_a_model_is_no_device(self):
        """Told before it is trained."""
        done = mdgan("train", "data.h5", WINDOW, "-o", "/dev/null", status=1)
        self.assertEqual(done.stderr, "mdgan train: keyword 'save' got '/dev/null': that is a device or pipe; name a file\n")

    def test_links_stay_and_what_they_point_to_is_replaced(self):
        os.mkdir("elsewhere")
        for name, words in [("t.csv", ["spectrum", "short.h5", "--segment", 64]), ("s.h5", ["emit", "model.h5", 20])]:
            target = os.path.join("elsewhere", name)
            with open(target, "w") as old:
                old.write("old")
            os.symlink(target, name)
            mdgan(*words, "-o", name)
            self.assertTrue(os.path.islink(name))
            self.assertGreater(os.path.getsize(target), 100)
        self.assertEqual(sorted(os.listdir("elsewhere")), ["s.h5", "t.csv"])

    def test_a_link_to_nothing_stays_and_what_it_names_is_made(self):
        os.mkdir("disk")
        os.symlink("second.h5", "disk/first.h5")
        os.symlink("disk/first.h5", "link.h5")
        mdgan("emit", "model.h5", 20, "-o", "link.h5")
        self.assertTrue(os.path.islink("link.h5") and os.path.islink("disk/first.h5"))
        self.assertEqual(series_value("disk/second.h5").shape[0], 20)
        os.symlink("round.h5", "round.h5")
        self.assertIn("cannot write 'round.h5'", mdgan("emit", "model.h5", 20, "-o", "round.h5", status=1).stderr)

    def test_standard_output_in_a_file_is_not_replaced(self):
        """The file that a shell has redirected it to, by a name of the stream or its own."""
        for name in ("/dev/stdout", "job.log"):
            with open("job.log", "w") as log:
                log.write("before\n")
                log.flush()
                subprocess.run([MDGAN, "spectrum", "short.h5", "--segment", "64", "-o", name], stdout=log, check=True)
                done = subprocess.run([MDGAN, "emit", "model.h5", "20", "-o", name], stdout=log, stderr=subprocess.PIPE,
                                      text=True, check=False)
                log.write("after\n")
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"cannot write '{name}': standard output or error goes there", done.stderr)
            with open("job.log") as log:
                text = log.read()
            table = mdgan("spectrum", "short.h5", "--segment", 64).stdout
            self.assertEqual(text, f"before\n{table}after\n")

    def test_closed_streams_do_not_become_files(self):
        """A program's first file would take their number, and what is said would go into it."""
        for stream in (0, 1, 2):
            subprocess.run(["sh", "-c", f'exec "$0" train data.h5 {WINDOW} -o closed.h5 init random iterations 30 '
                            f'progress 0.05 {stream}>&-', MDGAN], check=True, stderr=subprocess.DEVNULL)
            self.assertIn("checkpoint:  yes", mdgan("info", "closed.h5").stdout)
        done = subprocess.run(["sh", "-c", '"$0" acf short.h5 >&-', MDGAN], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (1, "mdgan acf: cannot write to standard output\n"))

    def test_files_of_the_newest_hdf5(self):
        with h5py.File("short.h5") as old, h5py.File("newest.h5", "w", libver="latest") as new:
            for name in old:
                old.copy(name, new)
        self.assertEqual(mdgan("spectrum", "newest.h5").stdout, mdgan("spectrum", "short.h5").stdout)

    def test_clocks_that_make_no_sense(self):
        value = series_value("short.h5")
        group = "particles/oscillators/velocity"
        write_h5md("shuffled.h5", value)
        with h5py.File("shuffled.h5", "r+") as file:  # so late that single precision would blur all of it
            time = file[group + "/time"]
            time[...] = 1e7 + numpy.concatenate(([0], numpy.random.default_rng(1).permutation(254) * 0.1, [25.5]))
        self.assertIn("times are not evenly spaced: frame ", mdgan("info", "shuffled.h5", status=1).stderr)
        write_h5md("offset.h5", value)
        for offset, status in ((5, 0), (5.5, 1), ("five", 1)):
            with h5py.File("offset.h5", "r+") as file:
                if group + "/step" in file:
                    del file[group + "/step"]
                file[group + "/step"] = STRIDE
                file[group + "/step"].attrs["offset"] = offset
            done = mdgan("info", "offset.h5", status=status)
            self.assertIn("from step 5," if status == 0 else "with a number as offset", done.stdout + done.stderr)

    def test_pipes_are_not_read(self):
        """They would have to be read twice."""
        os.mkfifo("queue")
        for name in ("/dev/stdin", "queue"):
            done = subprocess.run([MDGAN, "acf", name], stdin=subprocess.PIPE, capture_output=True, text=True, timeout=20,
                                  check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"cannot read '{name}': it is a device or pipe; give a regular file", done.stderr)

    def test_the_mean_of_scalars_is_taken_off(self):
        value = series_value("short.h5").astype(float)[:, :, :1]
        for name, mean in (("zero.h5", 0), ("high.h5", 300)):
            write_scalars(name, value - value.mean() + mean)
        for words in (("spectrum", "--segment", 64), ("acf",)):
            zero, high = (mdgan(words[0], name, *words[1:]).stdout.splitlines() for name in ("zero.h5", "high.h5"))
            numpy.testing.assert_allclose(rows(high), rows(zero), rtol=1e-3, atol=1e-4)
        mdgan("baseline", "burg", "high.h5", WINDOW, 256, "-o", "ar.h5")
        with h5py.File("ar.h5") as file:
            (made,) = [item["feature/value"][:] for item in file["observables"].values()]
        self.assertAlmostEqual(made.mean(), 300, delta=0.1)
        self.assertAlmostEqual(made.std() / value.std(), 1, delta=0.1)
        write_scalars("constant.h5", 0 * value + 7.7)
        done = mdgan("baseline", "burg", "constant.h5", WINDOW, 256, "-o", "ar.h5", status=1)
        self.assertIn("component 1 of the data never changes: leave it out", done.stderr)
        self.assertNotIn("nan", mdgan("info", "constant.h5").stdout)

    def test_entities_of_several_files_count_alike(self):
        value = series_value("short.h5")
        for e in range(3):
            write_h5md(f"one{e}.h5", (1 + 4 * e) * value[: 256 - 64 * e, e : e + 1])
        power = []
        for e in range(3):
            density = 0
            starts = range(0, 256 - 64 * e - 63, 32)
            for s in starts:
                x = (1 + 4 * e) * value[s : s + 64, e].astype(float)
                density = density + (abs(numpy.fft.rfft(x * HANN[:, None], axis=0)) ** 2).sum(axis=1) / len(starts)
            power.append(density)
        c = rows(mdgan("spectrum", "one0.h5", "one1.h5", "one2.h5", "--segment", 64).stdout.splitlines())
        total = numpy.mean(power, axis=0).sum()
        numpy.testing.assert_allclose(c[:, 1], numpy.mean(power, axis=0) / total, rtol=1e-5, atol=1e-9)
        numpy.testing.assert_allclose(c[:, 2], numpy.std(power, axis=0, ddof=1) / numpy.sqrt(3) / total, rtol=1e-4, atol=1e-9)
        write_h5md("pair.h5", value[:, :2].reshape(256, 1, 6))
        done = mdgan("spectrum", "one0.h5", "pair.h5", "--segment", 64, status=1)
        self.assertIn("'one0.h5' holds 3 values per entity, 'pair.h5' 6: analyse them separately", done.stderr)

    def test_a_reference_without_a_peak(self):
        """Of overdamped motion, say: there is a table, and a comparison without peaks."""
        walk = numpy.zeros((512, ENTITIES, 3))
        noise = numpy.random.default_rng(8).normal(size=walk.shape)
        for t in range(1, len(walk)):
            walk[t] = 0.9 * walk[t - 1] + noise[t]
        write_h5md("slow.h5", walk)
        mdgan("spectrum", "slow.h5", "--segment", 64, "-o", "slow.csv")
        done = mdgan("spectrum", "slow.h5", "--segment", 64, "-o", "again.csv", "--reference", "slow.csv")
        self.assertRegex(done.stderr, r"spectrum   relative L2  above 5000\n(.*\n)*series +0\.0000 ")
        self.assertEqual(rows("again.csv").tolist(), rows("slow.csv").tolist())

    def test_spectrum_matches_numpy(self):
        mdgan("spectrum", "short.h5", "--segment", 64, "-o", "c.csv")
        value = series_value("short.h5").astype(float)
        power = sum(
            (abs(numpy.fft.rfft(value[s : s + 64] * HANN[:, None, None], axis=0)) ** 2).mean(axis=2)
            for s in range(0, 256 - 63, 32)
        )
        power /= power.mean(axis=1).sum()
        c = rows("c.csv")
        numpy.testing.assert_allclose(c[:, 1], power.mean(axis=1), rtol=1e-5, atol=1e-9)
        numpy.testing.assert_allclose(
            c[:, 2], power.std(axis=1, ddof=1) / numpy.sqrt(ENTITIES), rtol=1e-4, atol=1e-9
        )

    def test_spectra_of_what_has_none_are_refused(self):
        value = series_value("short.h5")
        write_h5md("walk.h5", numpy.cumsum(value, axis=0), "position")
        for command, name in (("spectrum", "spectrum"), ("acf", "autocorrelation")):
            done = mdgan(command, "walk.h5", status=1)
            self.assertIn(f"'walk.h5' holds positions, whose {name} depends on the origin: use `mdgan msd`", done.stderr)
        done = mdgan("spectrum", "short.h5", "walk.h5", status=1)
        self.assertIn("'short.h5' holds velocities in nm ps-1, 'walk.h5' positions in nm: analyse them", done.stderr)
        write_h5md("foreign.h5", value)
        with h5py.File("foreign.h5", "r+") as file:
            file["particles/oscillators/velocity/value"].attrs["unit"] = "Angstrom fs-1"
        done = mdgan("spectrum", "short.h5", "foreign.h5", status=1)
        self.assertIn("'short.h5' holds velocities in nm ps-1, 'foreign.h5' velocities in Angstrom fs-1: ", done.stderr)
        for name in ("walk.h5", "foreign.h5"):
            os.remove(name)

    def test_padding_is_told_of(self):
        self.assertIn("a series of 256 frames is padded with zeros to the 2048 of --segment",
                      mdgan("spectrum", "long.h5", "short.h5").stderr)
        self.assertEqual(mdgan("spectrum", "long.h5", "short.h5", "--segment", 256).stderr, "")

    def test_emission_repeats_and_keeps_the_spectrum(self):
        mdgan("emit", "model.h5", 1500, "-o", "one.h5", "--entities", ENTITIES, "--seed", 5)
        mdgan("emit", "model.h5", 1500, "-o", "two.h5", "--entities", ENTITIES, "--seed", 5, "--threads", 2)
        mdgan("emit", "model.h5", 1500, "-o", "other.h5", "--entities", ENTITIES, "--seed", 6)
        one = series_value("one.h5")
        self.assertEqual(one.shape, (1500, ENTITIES, 3))
        self.assertTrue((one == series_value("two.h5")).all())
        self.assertFalse((one == series_value("other.h5")).any(axis=(0, 1)).all())
        for name in ("long", "one"):
            mdgan("spectrum", f"{name}.h5", "--segment", 64, "-o", f"{name}.csv")
        table = json.loads(mdgan("compare", "--reference", "long.csv", "one=one.csv", "--json").stdout)
        # The linear start of data that a linear model made.
        self.assertLess(table["spectra"][1]["relative_l2"], 0.35)
        self.assertEqual(len(table["spectra"][1]["peaks"]), 1)
        self.assertLess(abs(table["spectra"][1]["largest_shift"]), 0.02 * table["spectra"][0]["peaks"][0])

    def test_burg_baseline(self):
        mdgan("baseline", "burg", "data.h5", WINDOW, 1000, "-o", "burg.h5")
        self.assertEqual(series_value("burg.h5").shape, (1000, ENTITIES, 3))
        mdgan("spectrum", "long.h5", "--segment", 64, "-o", "reference.csv")
        mdgan("spectrum", "burg.h5", "--segment", 64, "-o", "burg.csv")
        table = json.loads(mdgan("compare", "--reference", "reference.csv", "burg=burg.csv", "--json").stdout)
        self.assertLess(table["spectra"][1]["relative_l2"], 0.5)

    def test_burg_says_what_it_cannot_be_fitted_to(self):
        done = mdgan("baseline", "burg", "data.h5", 20, 10, "-o", "no.h5", status=1)
        self.assertIn("'data.h5' has 37 frames, but 2 x M = 40 are needed: choose a smaller M", done.stderr)
        write_h5md("walk.h5", series_value("data.h5"), "position")
        done = mdgan("baseline", "burg", "walk.h5", WINDOW, 10, "-o", "no.h5", status=1)
        self.assertIn("'walk.h5' holds positions, which are not stationary: give a series of velocities", done.stderr)
        os.remove("walk.h5")

    def test_info_of_model_and_series(self):
        model = mdgan("info", "model.h5").stdout
        self.assertIn("mdgan model", model)
        self.assertIn(f"window:      {WINDOW} frames", model)
        series = mdgan("info", "short.h5").stdout
        self.assertIn(f"entities:    {ENTITIES}", series)
        self.assertIn("frames:      256", series)

    def test_info_holds_a_series_in_memory_once(self):
        part = numpy.random.default_rng(1).normal(size=(100, 2000, 3))
        write_h5md("large.h5", part)
        with h5py.File("large.h5", "r+") as file:  # bit by bit: what this process holds counts for its children
            group = file["particles/oscillators/velocity"]
            for name, interval in (("step", STRIDE), ("time", DT)):
                del group[name]
                group[name] = interval
            del group["value"]
            value = group.create_dataset("value", (5000, 2000, 3), "f4")
            for first in range(0, 5000, 100):
                value[first : first + 100] = part
        peak = {}
        for name in ("short.h5", "large.h5"):
            with subprocess.Popen([MDGAN, "info", name], stdout=subprocess.DEVNULL) as process:
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(process.returncode, 0)
            peak[name] = 1024 * usage.ru_maxrss
        self.assertLess(peak["large.h5"] - peak["short.h5"], 1.5 * os.path.getsize("large.h5"))
        os.remove("large.h5")

    def test_words_for_one_and_for_no_unit(self):
        write_h5md("one.h5", oscillators(64)[:, :1])
        with h5py.File("one.h5", "r+") as file:
            del file["particles/oscillators/velocity/time"].attrs["unit"]
            file["particles/oscillators/velocity/step"][:] = numpy.arange(64)
        done = mdgan("train", "one.h5", WINDOW, "-o", "one-model.h5", "iterations", 0)
        self.assertIn("training on 1 entity x 64 frames", done.stderr)
        self.assertIn("mdgan emit: 1 frame of 1 entity in ", mdgan("emit", "one-model.h5", 1, "-o", "one-series.h5").stderr)
        info = mdgan("info", "one-model.h5").stdout
        self.assertIn(f"frame every: {DT} (1 step)\n", info)
        self.assertIn(f"window:      {WINDOW} frames, {WINDOW * DT:g}\n", info)
        done = mdgan("spectrum", "one.h5", "short.h5", "--segment", 64, status=1)
        self.assertIn(f"'short.h5' has a frame every {DT} ps, the first series every {DT}: ", done.stderr)
        for name in ("one.h5", "one-model.h5", "one-series.h5"):
            os.remove(name)

    def test_a_direction_that_matters_is_told(self):
        write_h5md("flat.h5", oscillators(64) * [1, 1, 0.1])
        train = ("train", "flat.h5", WINDOW, "-o", "flat-model.h5", "iterations", 0)
        self.assertRegex(mdgan(*train).stderr, "WARNING: x, y and z differ .*isotropic no")
        for word in ("no", "yes"):
            self.assertNotIn("x, y and z", mdgan(*train, "isotropic", word).stderr)
        os.remove("flat.h5")
        os.remove("flat-model.h5")

    def test_wrapped_positions_are_told_or_unfolded(self):
        """Box edges are 1 nm; particles cross it, in files with images and without."""
        path = numpy.cumsum(0.05 * oscillators(64), axis=0)
        write_h5md("free.h5", path, "position")
        write_h5md("wrapped.h5", path % 1, "position")
        write_h5md("images.h5", path % 1, "position")
        with h5py.File("images.h5", "r+") as file:
            file["particles/oscillators/image/value"] = numpy.floor(path).astype("i4")
        self.assertGreater(abs(numpy.diff(path % 1, axis=0)).max(), 0.9)
        table = {}
        for name in ("free", "wrapped", "images"):
            train = mdgan("train", f"{name}.h5", WINDOW, "-o", "positions-model.h5", "iterations", 0)
            msd = mdgan("msd", f"{name}.h5", "--lags", 8)
            table[name] = numpy.loadtxt(msd.stdout.splitlines(), delimiter=",")[:, 1]
            for done in (train, msd):
                remark = "WARNING: .* steps of positions .* longer than half the box.*give unwrapped ones"
                (self.assertRegex if name == "wrapped" else self.assertNotRegex)(done.stderr, remark)
        numpy.testing.assert_allclose(table["images"], table["free"], rtol=1e-4, atol=1e-6)
        self.assertGreater(table["wrapped"][-1], 2 * table["free"][-1])
        for name in ("free.h5", "wrapped.h5", "images.h5", "positions-model.h5"):
            os.remove(name)

    def test_a_box_in_one_chunk_is_unpacked_once(self):
        """A chunk beyond HDF5's cache is unpacked by every call: by one for each frame, this took minutes."""
        frames = 80000
        write_h5md("chunk.h5", numpy.zeros((frames, 1, 3)), "position")
        edges = 1 + numpy.random.default_rng(1).random((frames, 3))
        with h5py.File("chunk.h5", "r+") as file:
            group = file["particles/oscillators"]
            del group["box/edges"]
            group.create_dataset("box/edges/value", data=edges, chunks=edges.shape, compression="gzip")
            group["image/value"] = numpy.ones((frames, 1, 3), "i4")
        told = dict(line.split(":", 1) for line in mdgan("info", "chunk.h5").stdout.splitlines() if ":" in line)
        self.assertAlmostEqual(float(told["variance"]), edges.var(), places=5)
        os.remove("chunk.h5")

    def test_positions_too_far_from_the_origin_are_told(self):
        for origin in (0, 1e4):
            write_h5md("far.h5", origin + 0.05 * numpy.cumsum(oscillators(64), axis=0), "position")
            train = mdgan("train", "far.h5", WINDOW, "-o", "far-model.h5", "iterations", 0)
            for done in (train, mdgan("msd", "far.h5", "--lags", 8)):
                remark = "WARNING: positions lie so far from the origin that single precision rounds them to multiples of "
                (self.assertIn if origin else self.assertNotIn)(remark, done.stderr)
        os.remove("far.h5")
        os.remove("far-model.h5")

    def test_training_that_cannot_work_leaves_nothing(self):
        before = sorted(os.listdir("."))
        done = mdgan("train", "data.h5", 64, "-o", "nothing.h5", status=1)
        self.assertRegex(done.stderr, "^mdgan train: 'data.h5' has 37 frames, but .* = 128 ")
        done = mdgan("emit", "data.h5", 10, "-o", "nothing.h5", status=1)
        self.assertEqual(len(done.stderr.splitlines()), 1)
        with open("model.h5", "rb") as file:
            half = file.read()[:-2000]
        with open("half.h5", "wb") as file:
            file.write(half)
        done = mdgan("emit", "half.h5", 10, "-o", "nothing.h5", status=1)
        self.assertIn("half.h5", done.stderr)
        os.remove("half.h5")
        done = mdgan("msd", "short.h5", status=1)
        self.assertIn("holds no positions", done.stderr)
        self.assertEqual(sorted(os.listdir(".")), before)

    def test_files_beyond_the_limit_are_errors(self):
        """The limit is that of `ulimit -f`."""
        before = set(os.listdir())
        train = ["train", "data.h5", WINDOW, "-o", "much.h5", "iterations", 0]
        for words in (train, ["emit", "model.h5", 9999, "-o", "much.h5"]):
            limited = ["prlimit", "--fsize=20000", MDGAN, *map(str, words)]
            done = subprocess.run(limited, capture_output=True, text=True, timeout=100, check=False)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("cannot write 'much.h5': File too large", done.stderr)
        self.assertEqual(set(os.listdir()), before)

    def test_damaged_model_is_called_a_damaged_model(self):
        with open("model.h5", "rb") as file:
            half = file.read()[:-2000]
        with open("half.h5", "wb") as file:
            file.write(half)
        with h5py.File("lacking.h5", "w") as lacking, h5py.File("model.h5", "r") as whole:
            lacking.attrs.update(whole.attrs)
        for name in ("half.h5", "lacking.h5"):
            told = mdgan("info", name, status=1).stderr
            self.assertIn(f"'{name}'", told)
            self.assertIn("model", told)
            self.assertNotIn("H5MD", told)
        with open("data.h5", "rb") as file:
            half = file.read()[:-2000]
        with open("half.h5", "wb") as file:
            file.write(half)
        self.assertNotIn("model", mdgan("info", "half.h5", status=1).stderr)
        os.remove("half.h5")
        os.remove("lacking.h5")

    def test_positions_need_one_frame_more(self):
        walk = numpy.cumsum(oscillators(4 * WINDOW + 1), axis=0)
        for frames, windows in ((4 * WINDOW + 1, 2), (4 * WINDOW, 1), (2 * WINDOW + 1, 1)):
            write_h5md("walk.h5", walk[:frames], "position")
            done = mdgan("train", "walk.h5", WINDOW, "-o", "walker.h5", "iterations", 0, "data", "used.h5")
            self.assertIn(f"x {2 * WINDOW * windows + 1} frames", done.stderr)
            self.assertEqual(len(series_value("used.h5", "position")), 2 * WINDOW * windows + 1)
        write_h5md("walk.h5", walk[: 2 * WINDOW], "position")
        for words in ((), ("windows", 1)):
            done = mdgan("train", "walk.h5", WINDOW, "-o", "walker.h5", *words, status=1)
            self.assertIn("has 32 frames, but 2 x M x windows + 1 (positions) = 33 are needed", done.stderr)
        for name in ("walk.h5", "walker.h5", "used.h5"):
            os.remove(name)

    def test_displacements_have_their_units(self):
        write_h5md("walk.h5", numpy.cumsum(oscillators(64), axis=0), "position")
        lines = mdgan("msd", "walk.h5", "--lags", 17, "--fit", "4:8").stdout.splitlines()
        self.assertRegex(lines[0], r"^# diffusion coefficient [^ ]+ nm\^2/ps, standard error [^ ]+, fitted from 4 to 8 ps$")
        self.assertEqual(lines[1], "# time_ps,msd_nm^2,standard_error")
        msd = numpy.loadtxt(lines, delimiter=",")
        fit = msd[8:17]  # dt 0.5 ps
        self.assertAlmostEqual(float(lines[0].split()[3]), numpy.polyfit(fit[:, 0], fit[:, 1], 1)[0] / (2 * 3), places=7)
        with h5py.File("walk.h5", "r+") as file:
            del file["particles/oscillators/position/value"].attrs["unit"]
        lines = mdgan("msd", "walk.h5", "--fit", "4:8").stdout.splitlines()
        self.assertRegex(lines[0], r"^# diffusion coefficient [^ ]+, standard error")
        self.assertEqual(lines[1], "# time_ps,msd,standard_error")
        os.remove("walk.h5")

    def test_diverged_training_leaves_a_model_that_emits(self):
        done = mdgan("train", "data.h5", WINDOW, "-o", "div.h5", *RANDOM, "rate", 1, "rate/critic", 1, "iterations", 400)
        self.assertRegex(done.stderr, r"training ended early, its best model so far is kept: training diverged at "
                                      r"iteration \d+ \(weights not finite\); lower 'rate' and 'rate/critic'\n")
        self.assertIn("checkpoint:  no", mdgan("info", "div.h5").stdout)
        mdgan("emit", "div.h5", 20, "-o", "div-series.h5")
        self.assertTrue(numpy.isfinite(series_value("div-series.h5")).all())
        done = mdgan("train", "data.h5", WINDOW, "-o", "more.h5", "resume", "div.h5", status=1)
        self.assertIn("holds no checkpoint", done.stderr)
        os.remove("div.h5")
        os.remove("div-series.h5")

    def test_hopeless_models_are_told_of(self):
        done = mdgan("train", "data.h5", WINDOW, "-o", "raw.h5", "init", "random", "iterations", 0)
        self.assertRegex(done.stderr, r"mdgan train: WARNING: held-out score .* is far above 1: .* standard errors off")
        self.assertNotIn("did not improve", done.stderr)
        done = mdgan("emit", "raw.h5", 20, "-o", "raw-series.h5")
        self.assertIn("mdgan emit: WARNING: held-out score ", done.stderr)
        self.assertNotIn("WARNING", mdgan("emit", "model.h5", 20, "-o", "raw-series.h5").stderr)
        os.remove("raw.h5")
        os.remove("raw-series.h5")

    def test_training_that_does_not_improve_says_so(self):
        done = mdgan("train", "data.h5", WINDOW, "-o", "same.h5", "init", "random", "iterations", 3, "rate", 0)
        self.assertIn("mdgan train: training did not improve on the start, which is kept\n", done.stderr)
        os.remove("same.h5")

    def test_emission_ends_with_the_first_value_that_is_not_finite(self):
        shutil.copy("model.h5", "bad.h5")
        with h5py.File("bad.h5", "r+") as file:
            file["weight"][:] *= 1e30
        done = mdgan("emit", "bad.h5", 100, "-o", "bad-series.h5", status=1)
        self.assertRegex(done.stderr, r"mdgan emit: frame \d+ of the emission: entity 1 is not finite; the model, .*"
                                      "train it anew")
        os.remove("bad.h5")
        self.assertEqual([name for name in os.listdir(".") if name.startswith("bad")], [])

    def test_resumed_training_goes_on(self):
        mdgan("train", "data.h5", WINDOW, "-o", "part.h5", *RANDOM, "iterations", 4)
        done = mdgan("train", "data.h5", WINDOW, "-o", "whole.h5", "resume", "part.h5", "iterations", 9)
        self.assertIn("mdgan train: the training of 'part.h5' goes on\n", done.stderr)
        self.assertIn("trained 9 iterations", done.stderr)
        self.assertIn("checkpoint:  yes", mdgan("info", "whole.h5").stdout)
        mdgan("emit", "whole.h5", 5, "-o", "whole-series.h5")
        mdgan("train", "data.h5", WINDOW, "-o", "part.h5", "resume", "part.h5", "iterations", 5)  # in its own place
        self.assertIn("checkpoint:  yes", mdgan("info", "part.h5").stdout)
        done = mdgan("train", "data.h5", 2 * WINDOW // 4, "-o", "no.h5", "resume", "part.h5", status=1)
        self.assertIn("has windows of M = 16 frames", done.stderr)
        write_h5md("other.h5", 1.01 * oscillators(2 * WINDOW))
        done = mdgan("train", "other.h5", WINDOW, "-o", "no.h5", "resume", "part.h5", status=1)
        self.assertIn("'part.h5': checkpoint of a training on other values: component 1", done.stderr)
        for name in ("part.h5", "whole.h5", "whole-series.h5", "other.h5"):
            os.remove(name)

    def test_training_on_all_frames_goes_on_with_all_frames(self):
        frames = 2 * WINDOW + 5
        mdgan("train", "data.h5", WINDOW, "-o", "part.h5", *RANDOM, "iterations", 2, "stop", "no", "data", "used.h5")
        self.assertEqual(len(series_value("used.h5")), frames)
        done = mdgan("train", "used.h5", WINDOW, "-o", "no.h5", "resume", "part.h5", "iterations", 3, status=1)
        self.assertIn(f"{frames} frames does not fit these {2 * WINDOW} frames", done.stderr)
        done = mdgan("train", "used.h5", WINDOW, "-o", "part.h5", "resume", "part.h5", "iterations", 3, "stop", "no")
        self.assertIn("trained 3 iterations", done.stderr)
        for name in ("part.h5", "used.h5"):
            os.remove(name)

    def interrupted(self, number, beginning, *words):
        """Exit status and standard error of mdgan, which gets the signal when a line begins like that."""
        process = subprocess.Popen([MDGAN, *map(str, words)], stderr=subprocess.PIPE, text=True)
        with process:
            lines, sent = [], False
            for line in process.stderr:
                lines.append(line)
                if line.startswith(beginning) and not sent:
                    process.send_signal(number)
                    sent = True
            return process.wait(100), "".join(lines)

    def test_signals_end_the_training_and_keep_the_model(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            status, error = self.interrupted(number, "mdgan train: iteration", "train", "data.h5", WINDOW, "-o", "kept.h5",
                                             "init", "random", "minutes", 5, "progress", 0.05)
            self.assertEqual(status, 0, error)
            self.assertIn("model saved to 'kept.h5'", error)
            self.assertIn("checkpoint:  yes", mdgan("info", "kept.h5").stdout)
            os.remove("kept.h5")

    def test_signals_that_are_ignored_stay_so(self):
        """nohup, and what a script runs in the background; and whoever reads the progress may go."""
        words = [MDGAN, "train", "data.h5", str(WINDOW), "-o", "on.h5", "init", "random", "iterations", "2000"]
        for number in (signal.SIGINT, signal.SIGHUP):
            process = subprocess.Popen(words, stderr=subprocess.DEVNULL, preexec_fn=lambda: signal.signal(number, signal.SIG_IGN))
            time.sleep(0.3)
            process.send_signal(number)
            self.assertEqual(process.wait(100), 0)
            self.assertIn("iterations:  ", mdgan("info", "on.h5").stdout)
            os.remove("on.h5")
        subprocess.run([*words, "progress", "0.05"], stderr=self.closed_pipe(), check=True)
        self.assertIn("checkpoint:  yes", mdgan("info", "on.h5").stdout)

    def closed_pipe(self):
        reader, writer = os.pipe()
        os.close(reader)
        self.addCleanup(os.close, writer)
        return writer

    def test_signals_end_an_emission_without_a_file(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            status, error = self.interrupted(number, "mdgan emit: ", "emit", "model.h5", 10**9, "-o", "big.h5")
            self.assertEqual(status, 1, error)
            self.assertRegex(error, r"mdgan emit: interrupted after \d+ of 1000000000 frames: 'big.h5' is not written\n$")
            self.assertEqual([name for name in os.listdir(".") if name.startswith("big.h5")], [])

    def test_adversarial_training_runs_and_reports(self):
        done = mdgan("train", "data.h5", WINDOW, "-o", "gan.h5", "iterations", 5, "progress", 0.05)
        self.assertTrue(all(line.startswith("mdgan train: ") for line in done.stderr.splitlines()))
        self.assertTrue(os.path.exists("gan.h5"))
        self.assertIn("mdgan model", mdgan("info", "gan.h5").stdout)


unittest.main()
