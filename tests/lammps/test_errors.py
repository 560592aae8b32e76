# SPDX-License-Identifier: BSD-3-Clause
"""Wrong input ends in LAMMPS's own error: keyword, value and remedy, on any number of ranks, nothing half-written."""
import os
import re

import h5py

import host

FIX = "Illegal fix mdgan command: "
COMMAND = "Illegal mdgan command: "


def fix(text):
    return host.WATER + text + "\nrun 1000\n"


def emit(text):
    return host.WATER + host.FIX + "\n" + text + "\n"


# name: (script, texts that the error must hold)
CASES = {
    "too few arguments": (fix("fix gan all mdgan 2 8"), [FIX, "Nevery M feature"]),
    "Nevery": (fix("fix gan all mdgan 0 8 bond/velocity 1"), [FIX, "Nevery", "'0'"]),
    "unknown feature": (fix("fix gan all mdgan 2 8 bond/angle 1"), [FIX, "bond/angle", "bond/velocity TYPE"]),
    "feature without type": (fix("fix gan all mdgan 2 8 bond/velocity"), [FIX, "bond/velocity TYPE"]),
    "no such bond type": (fix("fix gan all mdgan 2 8 bond/velocity 2"),
                          [FIX, "no such bond type '2'", "types 1 to 1"]),
    "bond type not a number": (fix("fix gan all mdgan 2 8 bond/velocity OH"), [FIX, "no such bond type 'OH'"]),
    "M that does not fit": (fix("fix gan all mdgan 2 11 bond/velocity 1"), [FIX, "11", "10", "12"]),
    "M not a number": (fix("fix gan all mdgan 2 many bond/velocity 1"), [FIX, "many"]),
    "unknown keyword": (fix(host.FIX + " window 3"), [FIX, "window", "windows"]),
    "value out of range": (fix(host.FIX + " windows 0"), [FIX, "windows", "0"]),
    "value not a number": (fix(host.FIX + " windows few"), [FIX, "windows", "few"]),
    "value not a choice": (fix(host.FIX + " init zero"), [FIX, "init", "zero", "linear"]),
    "latent that does not fit": (fix(host.FIX + " latent 12"), ["latent", "'12'", "M = 8", "2, 4, 6, 8, or 0"]),
    "resume of other data": (fix(host.FIX.replace("gan all", "gan half") + " resume model.h5")
                             .replace("fix gan", "group half id <= 165\nfix gan"),
                             ["Fix mdgan gan: ", "resume", "model.h5", "was on 220 entities, but here are 110"]),
    "keyword without value": (fix(host.FIX + " windows"), [FIX, "'windows' got no value"]),
    "keyword twice": (fix(host.FIX + " windows 2 windows 3"), [FIX, "'windows' is given twice, with '2' and '3'"]),
    "save of another fix": (fix(host.FIX + " save a.h5\nfix two all mdgan 2 8 bond/velocity 1 save ./a.h5"),
                            [FIX, "fix gan mdgan: './a.h5' is the file of keyword 'save': name another output"]),
    "data where another fix saves": (fix(host.FIX + " save a.h5\nfix two all mdgan 2 8 bond/velocity 1 data a.h5"),
                                     [FIX, "fix gan mdgan: 'a.h5' is the file of keyword 'save'"]),
    "save where another fix loads": (emit("fix two all mdgan 2 8 bond/velocity 1 load model.h5\nmdgan load gan model.h5\n"
                                          "mdgan save gan model.h5"),
                                     [COMMAND, "fix two mdgan: 'model.h5' is the file of keyword 'load'"]),
    "emission where another fix saves": (emit("fix two all mdgan 2 8 bond/velocity 1 save a.h5\nmdgan load gan model.h5\n"
                                              "mdgan emit gan 3 file a.h5"),
                                         ["fix two mdgan: 'a.h5' is the file of keyword 'save'"]),
    "training that saves where another fix does": (emit("fix two all mdgan 2 8 bond/velocity 1 save a.h5\n"
                                                        "mdgan train gan minutes 1 save a.h5"),
                                                   [COMMAND, "fix two mdgan: 'a.h5' is the file of keyword 'save'"]),
    "missing directory": (fix(host.FIX + " save no/such/model.h5"), ["no/such", "save"]),
    "missing data directory": (fix(host.FIX + " data no/such/windows.h5"), ["no/such", "data"]),
    "no model file": (fix(host.FIX + " load none.h5"), ["none.h5", "load"]),
    "not a model": (fix(host.FIX + " load foreign.h5"), ["Fix mdgan gan: ", "foreign.h5"]),
    "truncated model": (fix(host.FIX + " load short.h5"), ["Fix mdgan gan: ", "short.h5"]),
    "model of another feature": (fix(host.FIX.replace("mdgan 2", "mdgan 4") + " load model.h5"),
                                 ["Fix mdgan gan: ", "use one frame every 2 steps: Nevery 2"]),
    "empty group": (fix("group none empty\nfix gan none mdgan 2 8 bond/velocity 1"), ["Fix mdgan gan: ", "group"]),
    "dynamic group": (fix("group hot dynamic all every 1\nfix gan hot mdgan 2 8 atom/velocity"),
                      ["Fix mdgan gan: ", "group hot change from step to step", "group hot static"]),
    "timestep changed": (host.WATER + host.FIX + "\nrun 4\ntimestep 0.5\nrun 1000\n",
                         ["Fix mdgan gan: ", "the timestep changed from 0.241888 to 0.5 after the first frame"]),
    "timestep changed with a model": (host.WATER + host.FIX + "\nmdgan load gan model.h5\ntimestep 0.5\nrun 1000\n",
                                      ["Fix mdgan gan: ", "the timestep changed from 0.241888 to 0.5, but the model held",
                                       "set it back, or define the fix again"]),
    "tiny timestep changed": ("units si\nregion b block 0 1 0 1 0 1\ncreate_box 1 b\ncreate_atoms 1 single 0 0 0\n"
                              "mass 1 1.0\npair_style zero 0.1\npair_coeff * *\ntimestep 1e-15\n"
                              "fix gan all mdgan 1 8 atom/position\nrun 2\ntimestep 2e-15\nrun 1\n",
                              ["from 1e-15 to 2e-15"]),
    "fix dt/reset": (fix(host.FIX + "\nfix dt all dt/reset 1 NULL 1.0 0.1"), ["Fix mdgan gan: ", "dt/reset"]),
    "emit from unknown fix": (emit("mdgan emit gin 10"), [COMMAND, "no fix with ID 'gin'"]),
    "emit from another fix": (emit("mdgan emit move 10"), [COMMAND, "fix 'move' is of style nve"]),
    "emit nothing": (emit("mdgan emit gan 0"), [COMMAND, "positive number of frames", "'0'"]),
    "emit a word": (emit("mdgan emit gan some"), [COMMAND, "positive number of frames", "'some'"]),
    "emit too much": (emit("mdgan emit gan 2000000000"), [COMMAND, "2000000000", "1073741823"]),
    "emit untrained": (emit("run 4\nmdgan emit gan 10"), ["Fix mdgan gan: ", "3 of 16 frames", "run", "load"]),
    "emit keyword": (emit("mdgan emit gan 10 dump x"), [COMMAND, "unknown keyword 'dump'", "file NAME"]),
    "emit keyword without value": (emit("mdgan emit gan 10 file"), [COMMAND, "'file' has no value"]),
    "emit keyword twice": (emit("mdgan emit gan 10 file a.h5 file b.h5"), [COMMAND, "'file' is given twice"]),
    "emit over the model": (host.LOAD + "mdgan emit gan 10 file ./model.h5\n",
                            [COMMAND, "'./model.h5' is the file of keyword 'load': name another output"]),
    "emit without arguments": (emit("mdgan emit"), [COMMAND, "expected: mdgan emit ID N"]),
    "unknown action": (emit("mdgan omit gan 10"), [COMMAND, "unknown action 'omit'"]),
    "emit into missing directory": (host.LOAD + "mdgan emit gan 10 file no/such/out.h5\n",
                                    ["mdgan", "no/such"]),
    "no bonds": ("units lj\nregion b block 0 4 0 4 0 4\ncreate_box 1 b\ncreate_atoms 1 single 1 1 1\nmass 1 1.0\n"
                 "fix gan all mdgan 2 8 bond/velocity 1\n", ["Fix mdgan gan: ", "needs bonds", "e.g. full"]),
    "units electron": (host.WATER.replace("units real", "units electron") + host.FIX + "\n",
                       ["Fix mdgan gan: ", "units electron", "real"]),
}

class Errors(host.LammpsCase):
    def prepare(self):
        """A good model, one cut short, and a file that is none."""
        self.lammps(host.TRAIN)
        os.remove(self.path("windows.h5"))
        with open(self.path("model.h5"), "rb") as file:
            content = file.read()
        with open(self.path("short.h5"), "wb") as file:
            file.write(content[:len(content) // 2])
        with open(self.path("foreign.h5"), "w") as file:
            file.write("not HDF5 at all\n")
        return self.files()

    def test_cases(self):
        before = self.prepare()
        for name, (script, texts) in CASES.items():
            for ranks in (1, 2):
                with self.subTest(name, ranks=ranks):
                    result = self.lammps(script, ranks=ranks, fails=True)
                    # On one line, in LAMMPS's form; LAMMPS itself says it once for all ranks.
                    lines = re.findall(r"^ERROR.*$", result.output, re.M)
                    self.assertEqual(len(lines), 1, result.output[-2000:])
                    for text in texts:
                        self.assertIn(text, lines[0])
                    self.assertNotRegex(result.output, r"Segmentation|Signal|MPI_ABORT")
                    self.assertEqual(self.files(), before)

    def test_nothing_is_dumped_before_a_file_that_cannot_be_written(self):
        script = host.TRAIN + "dump d all local 2 half.dump f_gan[1]\nmdgan emit gan 10 file no/such/out.h5\n"
        self.lammps(script, fails=True)
        self.assertEqual(os.path.getsize(self.path("half.dump")), 0)  # LAMMPS itself creates it

    def test_emission_ends_with_the_first_value_that_is_not_finite(self):
        self.prepare()
        with h5py.File(self.path("model.h5"), "r+") as file:
            file["weight"][:] *= 1e30
            file["metrics"].attrs["score"] = 5.8e77
        before = self.files()
        for ranks in (1, 2):
            result = self.lammps(host.LOAD + "mdgan emit gan 20 file out.h5\n", ranks=ranks, fails=True)
            self.assertIn("Fix mdgan gan: WARNING: held-out score 5.8e+77 is far above 1", result.output)
            self.assertEqual(len(re.findall("^ERROR.*frame 1 of the emission: entity 1 is not finite; the model, .*train "
                                            "it anew", result.output, re.M)), 1, result.output[-1000:])
            self.assertEqual(self.files(), before)

    def test_molecule_template(self):
        with open(self.path("pair.mol"), "w") as file:
            file.write("two atoms\n\n2 atoms\n1 bonds\n\nCoords\n\n1 0 0 0\n2 1 0 0\n\nTypes\n\n1 1\n2 1\n\n"
                       "Bonds\n\n1 1 1 2\n\nSpecial Bond Counts\n\n1 1 0 0\n2 1 0 0\n\nSpecial Bonds\n\n1 2\n2 1\n")
        script = ("units real\nmolecule pair pair.mol\natom_style template pair\nregion b block 0 9 0 9 0 9\n"
                  "create_box 1 b bond/types 1 extra/special/per/atom 2 extra/bond/per/atom 1\nmass 1 1.0\n"
                  "create_atoms 0 single 1 1 1 mol pair 123\nfix gan all mdgan 2 8 bond/velocity 1\n")
        for ranks in (1, 2):
            result = self.lammps(script, ranks=ranks, fails=True)
            self.assertIn("ERROR: Fix mdgan gan: feature bond/velocity does not know the bonds of molecule templates",
                          result.output)


if __name__ == "__main__":
    host.main()
