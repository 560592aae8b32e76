# SPDX-License-Identifier: BSD-3-Clause
"""Bad input ends with GROMACS's error box, exit status 1, what to do about it, and nothing half-written."""
import os
import resource
import struct
import subprocess
import unittest

import host

KEEP = ("-M", 16, "-iterations", 2, "-save", "model.h5")
BASE = ("-s", "topol.tpr", "-f", "traj.trr")


def frames_of(data):
    """The frames of a .trr of one number of atoms."""
    size = data.index(struct.pack(">i", 1993), 4)
    return [data[i:i + size] for i in range(0, len(data), size)]


def moved(frame, step, time):
    """The frame with another step and time."""
    return frame[:68] + struct.pack(">i", step) + frame[72:76] + struct.pack(">f", time) + frame[80:]


def disk_of(n_byte):
    """Writing beyond the limit fails as on a full disk, for every user and on every file system."""
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (n_byte, n_byte))
    return limit


class Errors(host.GromacsCase):
    def refused(self, expected, *arguments, limit=None, left=()):
        result = self.tool(*arguments, fails=True, limit=limit)
        self.assertRegex(result.error(), expected)
        self.assertEqual(self.files(), sorted(left))

    def store(self, name, frames):
        with open(self.path(name), "wb") as file:
            file.write(b"".join(frames))

    # -- input that does not fit the feature

    def test_compressed_trajectory_has_no_velocities(self):
        self.refused(r"needs velocities, which 'traj.xtc' does not hold: give a \.trr", "-s", "topol.tpr", "-f",
                     "traj.xtc", *KEEP)

    def test_trr_without_velocities(self):
        self.gmx("trjconv", "-f", "traj.trr", "-novel", "-o", "still.trr")
        self.refused(r"'still.trr' holds no frame with positions and velocities: .* nstvout", "-s", "topol.tpr", "-f",
                     "still.trr", *KEEP, left=["still.trr"])

    def test_configuration_has_no_bonds_or_molecules(self):
        for feature, what in (("bond-velocity", "bonds"), ("mol-com", "molecules"), ("mol-parts", "molecules")):
            self.refused(rf"Feature {feature} needs {what}, which 'conf.gro' does not hold: give a run input file",
                         "-s", "conf.gro", "-f", "traj.trr", "-feature", feature, *KEEP)
        position = ("-s", "conf.gro", "-f", "traj.trr", "-feature", "position")
        for chosen in (("-select", "mol_com of all"), ("-select", "mol 1 to 5"), ("-select", "not (molindex 1)"),
                       ("-select", "same molecule as resnr 2"), ("-select", "part_mol_cog of all"),
                       ("--select", "name OW and mol 2"), ("-selrpos", "whole_mol_com"), ("-seltype", "dyn_mol_cog")):
            self.refused("The selection needs molecules, which 'conf.gro' does not hold", *position, *chosen, *KEEP)
        host.write(self.dir, "selection.dat", 'mol_com of (resname "mol" or # a "group\nall)')
        self.refused("The selection needs molecules, which 'conf.gro' does not hold", *position, "-select", "-sf",
                     "selection.dat", *KEEP, left=["selection.dat"])

    def test_configuration_has_no_bonds_for_centres(self):
        """Not even within residues, which a configuration does hold."""
        for chosen in ("res_com of all", "com of resnr 2"):
            self.refused(f"Feature position: selection '{chosen}' has centres of atoms that have to be made whole, but "
                         "the file of -s holds no bonds: give a run input file", "-s", "conf.gro", "-f", "traj.trr",
                         "-feature", "position", "-select", chosen, *KEEP)

    def test_centre_of_many_molecules(self):
        self.refused("selection 'com of resnr 2 3' has centres of atoms that have to be made whole, but atoms 4 and 7 "
                     "are not joined by bonds", *BASE, "-feature", "position", "-select", "com of resnr 2 3", *KEEP)

    def test_whole_molecules_of_a_part_of_the_atoms(self):
        """The bonds would be those of other atoms."""
        part = ("-fgroup", "resnr > 9", "-oa", "atoms.dat")
        for feature, chosen in (("mol-com", "resnr > 9"), ("mol-parts", "resnr > 9"),
                                ("position", "mol_com of resnr > 9")):
            self.refused(f"-fgroup does not go with -feature {feature}.* gmx grompp, .* as -s, without -fgroup",
                         *BASE, *part, "-feature", feature, "-select", chosen, *KEEP)

    def test_run_input_file_that_forgets_molecules(self):
        """To gmx convert-tpr all atoms are one molecule."""
        self.gmx("select", "-s", "topol.tpr", "-select", "resnr > 9", "-on", "part.ndx")
        self.gmx("convert-tpr", "-s", "topol.tpr", "-n", "part.ndx", "-o", "part.tpr", text="0\n")
        self.gmx("trjconv", "-f", "traj.trr", "-e", "0.1", "-n", "part.ndx", "-o", "part.trr")
        self.refused(r"atoms 1 and 4 of molecule type '.*' are not joined .* \(gmx convert-tpr -n makes one of all",
                     "-s", "part.tpr", "-f", "part.trr", "-feature", "mol-com", *KEEP,
                     left=["part.ndx", "part.tpr", "part.trr"])

    def test_names_that_only_look_like_molecules(self):
        """Of files, and of residues, for which the words of selections stand in quotation marks."""
        host.write(self.dir, "chosen.dat", 'name OW # mol_com\nand not resname "mol"')
        for n, chosen in enumerate((("-select", "name OW"), ("-select", 'name OW and not resname "mol" "mol_com"'),
                                    ("-select", "-sf", "chosen.dat"), ("-sf", "chosen.dat"))):
            self.tool("-s", "conf.gro", "-f", "traj.trr", "-feature", "position", *chosen, "-M", 16, "-iterations", 0,
                      "-e", 0.05, "-o", f"molecule{n}.xvg", "-save", f"mol_com.mol{n}")
            self.assertIn(f"molecule{n}.xvg", self.files())

    def test_frames_without_a_box(self):
        """Positions that cross a face jump there; velocities do not."""
        self.gmx("trjconv", "-f", "traj.trr", "-s", "topol.tpr", "-e", "0.05", "-box", "0", "0", "0", "-o", "open.trr", text="0")
        for feature in ("position", "mol-com"):
            self.refused("The frame at t = 0.0+ ps of 'open.trr' has no box, without which positions that cross its faces "
                         "jump: give a trajectory with the box", "-s", "topol.tpr", "-f", "open.trr", "-feature", feature,
                         "-M", 16, "-iterations", 0, "-save", "model.h5", left=["open.trr"])
        self.tool("-s", "topol.tpr", "-f", "open.trr", "-M", 16, "-iterations", 0, "-save", "model.h5")

    def test_a_model_says_how_long_its_windows_are(self):
        self.tool(*BASE, *KEEP)
        self.tool("-s", "topol.tpr", "-load", "model.h5", "-emit", 5, "-o", "gan.xvg")
        self.assertIn("gan.xvg", self.files())
        self.refused("has windows of M = 16 frames, asked for is M = 64", "-s", "topol.tpr", "-M", 64, "-load", "model.h5",
                     "-emit", 5, "-o", "other.xvg", left=["gan.xvg", "model.h5"])

    def test_centres_without_velocities(self):
        for selection in ("com of resname SOL", "cog of resname SOL", "com of atomnr 1 2 3",
                          "atomnr 7 plus com of resnr 1"):
            self.refused(f"Selection '{selection}' has no velocities: .*use e.g. mol_com of", *BASE, "-feature",
                         "velocity", "-select", selection, *KEEP)

    def test_dynamic_selection(self):
        self.refused("Dynamic selections not supported", *BASE, "-select", "x < 0.5", *KEEP)

    def test_no_such_bond_or_molecule(self):
        self.refused("Selection 'name OW' holds no bond: both atoms", *BASE, "-select", "name OW", *KEEP)
        self.refused(r"Selection 'all' holds no bond of kind 'C N' \(-bond\)", *BASE, "-bond", "C", "N", *KEEP)
        self.refused("never matches any atoms", *BASE, "-feature", "mol-com", "-select", "resname XYZ", *KEEP)
        self.refused("holds 1 of 3 atoms of a molecule 'SOL': select whole molecules", *BASE, "-feature", "mol-com",
                     "-select", "name OW", *KEEP)
        self.refused("needs a selection of atoms", *BASE, "-select", "mol_com of all", *KEEP)
        self.refused("-parts got 4, but molecule 'SOL' has only 3 atoms", *BASE, "-feature", "mol-parts", "-parts", 4,
                     *KEEP)

    # -- damaged and uneven trajectories

    def test_time_step_changes(self):
        frames = frames_of(self.bytes("traj.trr"))[:100]
        self.store("uneven.trr", frames[:50] + frames[51:])
        self.refused(r"step 102 \(t = 0.051.* ps\) follows step 98, but the frames before are 2 steps apart", "-s",
                     "topol.tpr", "-f", "uneven.trr", *KEEP, left=["uneven.trr"])
        os.remove(self.path("uneven.trr"))
        late = [moved(frame, 100 + 2 * i, 0.05 + 0.002 * i) for i, frame in enumerate(frames[50:])]
        self.store("slower.trr", frames[:50] + late)
        self.refused(r"step 102 is at t = 0.052 ps, but 0.051 ps are expected", "-s", "topol.tpr", "-f", "slower.trr",
                     *KEEP,
                     left=["slower.trr"])

    def test_steps_that_are_not_those_of_one_run(self):
        frames = frames_of(self.bytes("traj.trr"))[:100]
        one_run = "The steps in the trajectory are not those of one run: "
        self.store("joined.trr", frames[:50] + [moved(frame, 2 * i, 0.05 + 0.001 * i) for i, frame in
                                                enumerate(frames[50:])])
        self.refused(one_run + r"step 0 \(t = 0.05 ps\) follows step 98.*; choose the part of one run with -b and -e, or frames "
                     "that are evenly spaced with -dt$",
                     "-s", "topol.tpr", "-f", "joined.trr", *KEEP, left=["joined.trr"])
        os.remove(self.path("joined.trr"))
        self.store("back.trr", frames[1::-1])
        self.refused(one_run + r"step 0 \(t = 0 ps\) follows step 2; choose", "-s", "topol.tpr", "-f", "back.trr",
                     *KEEP, left=["back.trr"])
        os.remove(self.path("back.trr"))
        self.store("numbered.trr", [moved(frame, i, 0.001 * i) for i, frame in enumerate(frames)])
        numbered = ("-f", "numbered.trr", "-feature", "velocity", "-M", 16, "-iterations", 0)
        self.refused(r"contradict each other: step 1 is at t = 0.001 ps, but 0.0005 ps are expected.*\(a .gro if",
                     *numbered, "-s", "topol.tpr", "-save", "model.h5", left=["numbered.trr"])
        self.tool(*numbered, "-s", "conf.gro", "-data", "real.h5")
        self.assertAlmostEqual(self.series("real.h5")[1][99], 0.099)

    def test_steps_that_are_lost(self):
        self.store("lost.trr", [moved(frame, 0, 0.001 * i)
                                for i, frame in enumerate(frames_of(self.bytes("traj.trr"))[:100])])
        self.refused(r"frames at t = 0 and 0.001 ps both have step 0, so the trajectory has lost its steps", "-s",
                     "topol.tpr", "-f", "lost.trr", *KEEP, left=["lost.trr"])

    def test_frequencies_of_wide_frames(self):
        """A frame every nanosecond: bins are some 1e-4 cm^-1 apart."""
        self.store("wide.trr", [moved(frame, 2 * i, 1000 * i)
                                for i, frame in enumerate(frames_of(self.bytes("traj.trr"))[:100])])
        self.tool("-f", "wide.trr", "-s", "conf.gro", "-feature", "velocity", "-M", 16, "-iterations", 0, "-emit", 500,
                  "-segment", 64, "-spec", "spec.xvg")
        expected = 1 / (64 * 1000 * 2.99792458e-2)
        for rows in self.sets("spec.xvg"):
            for i, row in enumerate(rows):
                self.assertAlmostEqual(row[0], i * expected, delta=1e-4 * expected)

    def test_steps_beyond_32_bits(self):
        """As -2^31 and more in the file, wherever it is that they go beyond."""
        frames = frames_of(self.bytes("traj.trr"))[:100]
        for n, before in enumerate((1, 2, 50)):
            steps = [2**31 + 2 * (i - before) for i in range(100)]
            held = [(step + 2**31) % 2**32 - 2**31 for step in steps]
            times = [0.001 * (i - before) + 1 for i in range(100)]
            late = [moved(*one) for one in zip(frames, held, times)]
            self.store("late.trr", late[:60] + late[59:])
            self.tool("-s", "topol.tpr", "-f", "late.trr", "-M", 16, "-iterations", 0, "-data", f"{n}.h5", "-emit", 2,
                      "-oh", "gan.h5")
            step, time, value = self.series(f"{n}.h5")
            self.assertEqual(list(step), steps)
            self.assertEqual(len(value), 100)
            self.assertAlmostEqual(time[99] - time[0], 0.099)
            self.assertEqual(list(self.series("gan.h5")[0]), [steps[-1] + 2, steps[-1] + 4])

    def test_another_run_input_file(self):
        self.refused("expected from a step of 0.5 ps; .* the run input file of this trajectory", "-s", "slow.tpr", "-f",
                     "traj.trr", *KEEP)

    def test_repeated_frames_are_left_out(self):
        frames = frames_of(self.bytes("traj.trr"))[:100]
        self.store("twice.trr", frames[:50] + frames[49:])
        self.store("once.trr", frames)
        for name in ("twice", "once"):
            self.tool("-s", "topol.tpr", "-f", name + ".trr", "-M", 16, "-iterations", 0, "-o", name + ".xvg")
        self.assertEqual(self.bytes("twice.xvg"), self.bytes("once.xvg"))

    def test_truncated_file(self):
        for name in ("traj.trr", "traj.xtc"):
            torn = "torn" + name[-4:]
            self.store(torn, [self.bytes(name)[:100001]])
            self.refused(rf"'{torn}' ends in the middle of frame \d+: it is truncated", "-s", "topol.tpr", "-f", torn,
                         "-feature", "mol-com", *KEEP, left=[torn])
            os.remove(self.path(torn))

    def test_damaged_file(self):
        frames = frames_of(self.bytes("traj.trr"))[:60]
        self.store("bad.trr", frames[:20] + [b"\0" * len(frames[0])] + frames[20:])
        self.refused(r"'bad.trr' is damaged after frame 20 ", "-s", "topol.tpr", "-f", "bad.trr", *KEEP,
                     left=["bad.trr"])

    def test_too_few_frames(self):
        self.refused(r"'traj.trr' gave 21 frames, but 2 x M x windows = 32 are needed: .*smaller -M", *BASE, "-e", 0.02,
                     *KEEP)
        self.refused(r"'traj.trr' gave 32 frames, but 2 x M x windows \+ 1 \(positions\) = 33 are needed", *BASE, "-e",
                     0.031, "-feature", "mol-com", *KEEP)
        self.refused(r"gave 2001 frames, but 2 x M x windows = 3200 are needed: .*fewer -windows", *BASE, "-windows",
                     100,
                     *KEEP)
        self.refused(r"gave 21 frames, .*-stride", *BASE, "-stride", 100, *KEEP)
        self.refused(r"gave 1 frames", *BASE, "-e", 0, *KEEP, "-oa", "atoms.dat")

    # -- options

    def test_keyword_values(self):
        self.refused("keyword 'critic' got 'x': must be conv or mlp", *BASE, "-critic", "x", *KEEP)
        self.refused("keyword 'batch' got '6': must be a multiple of 4", *BASE, "-batch", 6, *KEEP)
        self.refused("keyword 'rate/critic' got 'fast': must be a number", *BASE, "-rate-critic", "fast", *KEEP)
        self.refused("window M got '65': .* 64 and 70", *BASE, "-M", 65, "-save", "model.h5")
        self.refused("keyword 'load' got 'no.h5': there is no such file", "-s", "topol.tpr", "-load", "no.h5",
                     "-emit", 5,
                     "-o", "gan.xvg")
        self.refused("keyword 'save' got 'no/model.h5'", *BASE, "-save", "no/model.h5")

    def test_options_that_make_no_sense(self):
        self.refused("-stride got 0", *BASE, "-stride", 0, *KEEP)
        self.refused("-emit got -1", *BASE, "-emit", -1, *KEEP)
        self.refused("-segment got 7: must be an even number", *BASE, "-segment", 7, *KEEP)
        self.refused("-parts got 99: must be from 1 to 21", *BASE, "-feature", "mol-parts", "-parts", 99, *KEEP)
        self.refused("-entities got 3: it is for a model that is loaded", *BASE, "-entities", 3, *KEEP)
        self.refused("-overlap got partition, which is for fix mdgan in LAMMPS: must be yes or no", *BASE, "-overlap",
                     "partition", *KEEP)
        self.refused("Nothing would be kept: give -save", *BASE, "-M", 16)
        self.refused("Nothing would be kept but the atoms, for which leave out -f and -load: give -save", *BASE, "-M", 16,
                     "-oa", "atoms.dat")
        self.refused("Option specified multiple times", *BASE, "-windows", 2, "-windows", 3, *KEEP)
        self.refused("nothing to learn from: give a trajectory with -f", "-s", "topol.tpr", *KEEP)
        self.refused("-ot: an .xtc holds no velocities", *BASE, "-M", 16, "-ot", "gan.xtc")
        self.refused("Option -s is missing", "-f", "traj.trr", *KEEP)
        self.refused("-stoppid is for -live alone", *BASE, "-stoppid", 12345, *KEEP)
        self.refused("-b and -dt do not go with -live", *BASE, "-live", 1, "-b", 1, *KEEP)
        self.refused("-stoppid got 4194305, but with -stop no the frames are never enough", *BASE, "-live", 1, "-stoppid",
                     4194305, "-stop", "no", *KEEP)
        self.refused("-live follows .trr and .xtc files, not 'conf.gro'", "-s", "topol.tpr", "-f", "conf.gro",
                     "-live", 1,
                     "-feature", "position", *KEEP)
        self.refused("-stoppid got 4194305", *BASE, "-live", 1, "-stoppid", 4194305, *KEEP)

    def test_model_of_something_else(self):
        self.tool(*BASE, *KEEP)
        self.refused("the model's feature is 'bond/velocity .*', but the data's is 'molecule/com SOL'", *BASE, "-M", 16,
                     "-feature", "mol-com", "-load", "model.h5", "-o", "gan.xvg", left=["model.h5"])
        self.refused("-stoppid got 4194305, but a model of -load waits for no frames", *BASE, "-M", 16, "-load",
                     "model.h5", "-live", 1, "-stoppid", 4194305, "-o", "gan.xvg", left=["model.h5"])
        self.refused("one frame every 2 steps, but the data every 4; .*, or use one frame every 2 steps: -stride 1$",
                     *BASE, "-M", 16, "-stride", 2, "-load", "model.h5", "-o", "gan.xvg", left=["model.h5"])

    # -- output

    def test_no_such_directory_is_told_before_the_training(self):
        for option, name in (("-o", "gan.xvg"), ("-ot", "gan.trr"), ("-oh", "gan.h5"), ("-spec", "s.xvg")):
            result = self.tool(*BASE, "-M", 16, option, "no/" + name, fails=True)
            self.assertRegex(result.error(), f"Cannot write 'no/{name}': No such file or directory")
            self.assertNotIn("training", result.output)

    def test_no_name_left_for_a_backup_is_told_before_the_training(self):
        host.write(self.dir, "gan.xvg", "old")
        for name in ("gan.gro", "atoms.dat"):
            for older in (name, *(f"#{name}.{n}#" for n in range(1, 100))):
                host.write(self.dir, older, "old")
        before = self.files()
        short = (*BASE, "-e", 0.05, "-M", 16, "-iterations", 0, "-emit", 5, "-o", "gan.xvg")
        for option, name in (("-oc", "gan.gro"), ("-oa", "atoms.dat")):
            self.refused(rf"'{name}' is there, and 99 backups of it too \(GMX_MAXBACKUP\): remove some", *short, option,
                         name, left=before)
        self.assertEqual(self.bytes("gan.xvg"), b"old")
        self.tool(*short, "-oc", "gan.gro", "-nobackup")
        self.assertEqual(self.files(), before)
        self.assertNotEqual(self.bytes("gan.gro"), b"old")

    def test_a_temporary_file_of_a_killed_process_of_the_same_number(self):
        script = 'touch gan.tmp-$$.xvg gan.tmp-$$-2.xvg && echo $$ && exec "$@"'
        done = subprocess.run(["sh", "-c", script, "sh", host.TOOL, "-quiet", *map(str, (*BASE, "-e", 0.05, "-M", 16,
                               "-iterations", 0, "-emit", 5, "-o", "gan.xvg"))], cwd=self.dir, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        number = done.stdout.split()[0]
        self.assertEqual(self.files(), [f"gan.tmp-{number}-2.xvg", f"gan.tmp-{number}.xvg", "gan.xvg"])
        self.assertEqual(len(self.sets("gan.xvg")[0]), 5)

    def test_output_in_the_place_of_an_input(self):
        before = self.bytes("traj.trr")
        self.refused(r"'traj.trr' is both read \(option -f\) and written \(option -ot\): name another", *BASE, "-M", 16,
                     "-ot", "traj.trr")
        self.refused(r"'conf.gro' is both read \(option -s\) and written \(option -oc\)", "-s", "conf.gro",
                     "-f", "traj.trr", "-feature", "velocity", "-M", 16, "-oc", "conf.gro")
        for option in ("-save", "-data"):
            self.refused(rf"'traj.trr' is both read \(option -f\) and written \(option {option}\)", *BASE, "-M", 16,
                         option, "traj.trr")
        self.assertEqual(self.bytes("traj.trr"), before)
        self.tool(*BASE, *KEEP)
        for option, more in (("-load", ()), ("-resume", ("-f", "traj.trr"))):
            self.refused(rf"'model.h5' is both read \(option {option}\) and written \(option -oh\)", "-s", "topol.tpr",
                         *more, "-M", 16, "-emit", 5, option, "model.h5", "-oh", "model.h5", left=["model.h5"])
        self.tool(*BASE, "-M", 16, "-iterations", 4, "-resume", "model.h5", "-save", "model.h5")
        self.gmx("select", "-s", "topol.tpr", "-select", "resname SOL", "-on", "index.ndx")
        for given in (("-n",), ("-n", "index")):
            self.refused(r"'index.ndx' is both read \(option -n\) and written \(option -on\)", *BASE, *given, "-M", 16,
                         "-on", "index.ndx", left=["index.ndx", "model.h5"])
        self.store("chosen.dat", [b"resname SOL"])
        self.refused(r"'chosen.dat' is both read \(option -sf\) and written \(option -oa\)", *BASE, "-select", "-sf",
                     "chosen.dat", *KEEP, "-oa", "chosen.dat", left=["chosen.dat", "index.ndx", "model.h5"])

    def test_one_file_for_two_outputs(self):
        """Nothing of it is there yet, and it is told before the training, which would be lost."""
        os.symlink(".", self.path("here"))
        for one, other, name in (("-save", "-oh", "m.h5"), ("-data", "-oh", "w.h5"), ("-o", "-spec", "a.xvg"),
                                 ("-oh", "-oa", "a.dat"), ("-msd", "-acf", "a.xvg")):
            for again in (name, "./" + name, os.path.join(self.dir, name), "here/" + name):
                self.refused(f"'.*{name}' is written by both option {one} and option {other}: name another", *BASE,
                             "-M", 16, "-iterations", 0, one, name, other, again, left=["here"])
        self.refused("'a.xvg' is written by both option -o and option -spec", *BASE, "-M", 16, "-o", "a", "-spec",
                     "a.xvg", left=["here"])
        self.refused("keywords 'save' and 'data' both name 'm.h5'", *BASE, "-M", 16, "-save", "m.h5", "-data",
                     "./m.h5", left=["here"])

    def test_a_directory_in_the_place_of_an_output(self):
        for option, name in (("-oh", "results"), ("-oa", "atoms.dat"), ("-ot", "gan.trr")):
            os.mkdir(self.path(name))
            self.refused(f"annot write '{name}': it is a directory", *BASE, "-M", 16, "-iterations", 0, "-save", "m.h5",
                         option, name, left=[name])
            os.rmdir(self.path(name))

    def test_full_disk(self):
        for option, name in (("-o", "gan.xvg"), ("-ot", "gan.trr"), ("-ot", "gan.xtc"), ("-oh", "gan.h5")):
            self.refused(rf"annot write '{name}'|'{name}'.*write", "-s", "topol.tpr", "-f", "traj.trr", "-feature",
                         "mol-com", "-M", 16, "-iterations", 0, "-emit", 2000, "-oc", "gan.gro", option, name,
                                 limit=disk_of(60000))

    def test_a_disk_that_is_full_behind_the_last_frame(self):
        """The values of a short .h5 are written at the end; the .xvg of the same frames found its room before."""
        self.refused("annot write 'gan.h5'", *BASE, "-M", 16, "-iterations", 0, "-emit", 5, "-o", "gan.xvg", "-oh",
                     "gan.h5", limit=disk_of(100000))


if __name__ == "__main__":
    host.main()
