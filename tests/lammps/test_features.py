# SPDX-License-Identifier: BSD-3-Clause
"""Each feature collects what stock LAMMPS writes of the same run."""
import re

import h5py
import numpy

import host

ILLEGAL = "Illegal fix mdgan command: "
FAILED = "Fix mdgan gan: "

# Windows hold float32, LAMMPS's files doubles.
SINGLE = {"rtol": 1.2e-7, "atol": 1e-9}
ELEMENTS = ("velocity", "position", "feature")
STATIONARY, POSITION = 16, 17  # frames of 2 x 8; positions are differenced, which takes one more

DUMP = "dump d all custom 2 atoms.dump id mol mass xu yu zu vx vy vz ix\ndump_modify d sort id format float %.17g\n"
CHUNK = "compute cc all chunk/atom molecule\ncompute com all com/chunk cc\n"
# Some atoms cross the boundary within the run.
DRIFT = "velocity all set 0.05 0.03 -0.02 sum yes\nneigh_modify every 2 delay 0 check no\n"


def fix(feature, group="all", name="gan", more=""):
    return f"fix {name} {group} mdgan 2 8 {feature} seed 3 iterations 3 data {name}.h5 {more}\n"


class FeatureCase(host.LammpsCase):
    def windows(self, name="gan.h5"):
        """(steps, value[frame][entity][component]) of the only element of an H5MD file."""
        with h5py.File(self.path(name)) as file:
            found = [(path, file[path]) for group in ("particles", "observables") if group in file
                     for inner in file[group] for path in (f"{group}/{inner}/{element}" for element in ELEMENTS)
                     if path in file]
            ((path, element),) = found
            step, value = element["step"][()], element["value"][()]
        self.assertEqual(list(step), list(range(step[0], step[0] + 2 * len(step), 2)))
        self.element = path.rsplit("/", 1)[1]
        return step, value.reshape(len(step), value.shape[1], -1)

    def collected(self, n_frame, name="gan.h5"):
        """Values of a whole collection from step 0."""
        step, value = self.windows(name)
        self.assertEqual((step[0], len(step)), (0, n_frame))
        return value

    def atoms(self, n_frame):
        """Rows of the dump as [frame][atom][column], by ascending atom ID."""
        frames = self.dump("atoms.dump")
        return numpy.array([frames[2 * frame] for frame in range(n_frame)])

    def vectors(self, name, n_frame):
        """[frame][row][column] of a file of fix ave/time with mode vector."""
        rows = self.table(name)
        n = int(rows[0][1])
        return numpy.array([[row[1:] for row in rows[i * (n + 1) + 1:(i + 1) * (n + 1)]] for i in range(n_frame)])


def centres(atoms, n_part):
    """[frame][molecule][3 N] from dumped atoms, by the definition."""
    result = []
    for frame in atoms:
        entities = []
        for molecule in sorted(set(frame[:, 1]) - {0.0}):
            member = frame[frame[:, 1] == molecule]
            cuts = [k * (len(member) // n_part) + min(k, len(member) % n_part) for k in range(n_part + 1)]
            parts = [member[a:b] for a, b in zip(cuts, cuts[1:])]
            entities.append(numpy.concatenate([part[:, 2] @ part[:, 3:6] / part[:, 2].sum() for part in parts]))
        result.append(entities)
    return numpy.array(result)


class Molecules(FeatureCase):
    def check(self, script, n_part, ranks, select=lambda atoms: atoms):
        self.result = self.lammps(script, ranks=ranks)
        value = self.collected(POSITION)
        self.assertEqual(self.element, "position" if n_part == 1 else "feature")
        atoms = select(self.atoms(len(value)))
        numpy.testing.assert_allclose(value, centres(atoms, n_part), **SINGLE)
        return atoms

    def test_com_chunk(self):
        """Also LAMMPS's own centres of mass."""
        for ranks in (1, 2):
            reference = CHUNK + "fix r all ave/time 2 1 2 c_com[*] mode vector file com.txt format \" %.17g\"\n"
            atoms = self.check(host.WATER + DRIFT + DUMP + reference + fix("molecule/com") + "run 1000\n", 1, ranks)
            self.assertGreater((atoms[0, :, 9] != atoms[-1, :, 9]).sum(), 0)
            molecules = [set(atoms[0, atoms[0, :, 1] == m, 9]) for m in set(atoms[0, :, 1])]
            self.assertGreater(max(map(len, molecules)), 1)  # broken across the boundary
            value = self.collected(POSITION)
            numpy.testing.assert_allclose(value, self.vectors("com.txt", len(value)), **SINGLE)

    def test_parts(self):
        """Molecules of 7 and 13 atoms that are no multiple of 3, and atoms in no molecule."""
        script = host.WATER + "set group all mol 0\nset atom 1*7 mol 4\nset atom 8*20 mol 2\n" + DUMP
        for ranks in (1, 2):
            self.check(script + fix("molecule/com 3") + "run 1000\n", 3, ranks)

    def test_triclinic_and_varying_box_without_newton(self):
        box = "change_box all triclinic\nchange_box all xy final 2.0 xz final -1.0 yz final 1.5 remap\n" \
            "kspace_style pppm 1.0e-4\n"
        script = "newton off\n" + host.WATER.replace("fix move all nve", "") + box + DRIFT + DUMP + \
            "fix move all npt temp 300 300 20 tri 1000 1000 50\nthermo_style custom step vol xy xz yz\n"
        for ranks in (1, 2):
            self.check(script + fix("molecule/com 2") + "run 1000\n", 2, ranks)
            first, last = self.result.thermo()[0], self.result.thermo()[-1]
            self.assertTrue(all(abs(a - b) > 1e-6 for a, b in zip(first, last)), (first, last))

    def test_group(self):
        """Only the group's atoms count; keywords may follow at once where N is left out."""
        script = host.WATER + "group some id 1:89\n" + DUMP + fix("molecule/com progress 1", "some") + "run 1000\n"
        self.check(script, 1, 2, lambda atoms: atoms[:, :89])

    def test_same_bits_twice(self):
        script = host.WATER + fix("molecule/com") + "run 1000\n"
        self.lammps(script)
        first = self.collected(POSITION)
        self.lammps(script)
        self.assertTrue((first == self.collected(POSITION)).all())


class Atoms(FeatureCase):
    def test_velocity_and_position(self):
        both = fix("atom/velocity", "some", "v") + fix("atom/position", "some", "x")
        script = host.WATER + DRIFT + "group some id 1:40 300:330\n" + DUMP + both + "run 30\nrun 2\n"
        for ranks in (1, 2):
            self.lammps(script, ranks=ranks)
            some = list(range(40)) + list(range(299, 330))
            value = self.collected(STATIONARY, "v.h5")
            self.assertEqual(self.element, "velocity")
            numpy.testing.assert_allclose(value, self.atoms(16)[:, some, 6:9], **SINGLE)
            value = self.collected(POSITION, "x.h5")
            self.assertEqual(self.element, "position")
            numpy.testing.assert_allclose(value, self.atoms(17)[:, some, 3:6], **SINGLE)

    def test_sparse_atom_ids(self):
        """IDs far above the number of atoms are looked up in another way."""
        with open(self.path("sparse.data"), "w") as file:
            file.write("sparse\n\n4 atoms\n1 atom types\n0 8 xlo xhi\n0 8 ylo yhi\n0 8 zlo zhi\n\nMasses\n\n1 1.0\n\n"
                       "Atoms # bond\n\n1000000 1 1 1 1 1\n7 1 1 2 1 1\n500000 2 1 5 5 5\n12 2 1 6 6 5\n")
        script = "units lj\natom_style bond\nread_data sparse.data\npair_style lj/cut 2.5\npair_coeff * * 1 1\n" + \
            "timestep 0.001\nvelocity all create 1.0 77 loop geom\nfix move all nve\n" + DUMP + fix("atom/velocity") + \
            fix("molecule/com 2", name="com") + "run 30\nrun 2\n"
        for ranks in (1, 2):
            self.lammps(script, ranks=ranks)
            numpy.testing.assert_allclose(self.collected(STATIONARY), self.atoms(16)[:, :, 6:9], **SINGLE)
            numpy.testing.assert_allclose(self.collected(POSITION, "com.h5"), centres(self.atoms(17), 2), **SINGLE)


class TwoDimensions(FeatureCase):
    """Dimers in a plane: vectors have no z, which would never change."""

    SIDE = 8
    SETUP = "units lj\ndimension 2\natom_style molecular\npair_style lj/cut 2.5\nbond_style harmonic\n" \
        "special_bonds lj 0 1 1\n{}\npair_coeff * * 1 1\nbond_coeff 1 300 1.0\ntimestep 0.005\n" \
        "fix flat all enforce2d\nfix move all nve\n"
    FEATURES = {"atom/velocity": STATIONARY, "atom/position": POSITION, "bond/velocity 1": STATIONARY,
                "molecule/com": POSITION}

    def setUp(self):
        super().setUp()
        n = self.SIDE ** 2
        corners = [(2.4 * (i % self.SIDE), 2.4 * (i // self.SIDE)) for i in range(n)]
        edge = 2.4 * self.SIDE
        with open(self.path("plane.data"), "w") as file:
            file.write(f"dimers\n\n{2 * n} atoms\n{n} bonds\n1 atom types\n1 bond types\n0 {edge} xlo xhi\n"
                       f"0 {edge} ylo yhi\n-0.5 0.5 zlo zhi\n\nMasses\n\n1 1.0\n\nAtoms\n\n")
            for i, (x, y) in enumerate(corners):
                file.write(f"{2 * i + 1} {i + 1} 1 {x} {y} 0\n{2 * i + 2} {i + 1} 1 {x + 1.0} {y} 0\n")
            file.write("\nBonds\n\n" + "".join(f"{i + 1} 1 {2 * i + 1} {2 * i + 2}\n" for i in range(n)))
        self.start = self.SETUP.format("read_data plane.data") + "velocity all create 1.5 77 loop geom\nrun 200\n" \
            "reset_timestep 0\n"

    def expected(self, feature, n_frame):
        atoms = self.atoms(n_frame)
        position, velocity = atoms[:, :, 3:5], atoms[:, :, 6:8]
        return {"atom/velocity": velocity, "atom/position": position, "molecule/com": centres(atoms, 1)[:, :, :2],
                "bond/velocity 1": velocity[:, 1::2] - velocity[:, ::2]}[feature]

    def test_vectors_have_two_components(self):
        for feature, n_frame in self.FEATURES.items():
            for ranks in (1, 2):
                with self.subTest(feature, ranks=ranks):
                    script = self.start + DUMP + fix(feature) + "run 1000\nmdgan emit gan 20 file out.h5\n" \
                        "dump l all local 2 local.dump f_gan[1] f_gan[2]\nrun 0\n"
                    self.lammps(script, ranks=ranks)
                    value = self.collected(n_frame)
                    expected = self.expected(feature, n_frame)
                    numpy.testing.assert_allclose(value, expected, rtol=1e-6, atol=1e-6)
                    _, emitted = self.windows("out.h5")
                    self.assertEqual(emitted.shape, (20,) + value.shape[1:])
                    spread = numpy.diff(emitted, axis=0).std(axis=(0, 1)) / numpy.diff(value, axis=0).std(axis=(0, 1))
                    self.assertTrue((spread > 0.2).all() and (spread < 5).all(), spread)
                    (rows,) = self.dump("local.dump").values()
                    self.assertEqual(numpy.shape(rows), (value.shape[1], 2))
                    with h5py.File(self.path("out.h5")) as file:
                        self.assertEqual(self.flag(file, "isotropic"), 0)

    def flag(self, file, name):
        found = []
        file.visititems(lambda _, item: found.append(item.attrs[name]) if name in item.attrs else None)
        (value,) = found
        return value

    def test_restart(self):
        self.lammps(self.start + fix("atom/velocity") + "run 12\nwrite_restart state\n")
        result = self.lammps(self.SETUP.format("read_restart state") + fix("atom/velocity") + "run 1000\n")
        self.assertEqual(result.stop_step(), 30)
        self.assertEqual(self.collected(STATIONARY).shape[2], 2)

    def test_what_needs_three(self):
        result = self.lammps(self.start + fix("molecule/com 2"), fails=True)
        self.assertIn(ILLEGAL + "feature molecule/com: number of parts '2', but parts are kept together in three "
                      "dimensions only; use 1", result.output)
        result = self.lammps(self.start + fix("atom/velocity", more="isotropic yes"), fails=True)
        self.assertIn("'isotropic no'", result.output)


class References(FeatureCase):
    PRESSURES = ["press", "pxx", "pyy", "pzz", "pxy", "pxz", "pyz"]

    def thermo(self, *columns):
        """[frame][column] of an undisturbed run with thermo output on every frame."""
        result = self.lammps(host.WATER + "thermo 2\nthermo_style custom step " + " ".join(columns) +
                             "\nthermo_modify norm no format float %.15g\nrun 30\n")
        return numpy.array(result.thermo())[:, 1:]

    def test_energy_and_pressure_between_thermo_steps(self):
        """LAMMPS tallies the virial only on steps where somebody asked for it; also across runs."""
        script = host.WATER + "thermo 10\n" + fix("c_thermo_press", name="p") + fix("c_thermo_press[*]", name="all") + \
            fix("c_thermo_press[4] c_thermo_pe c_thermo_temp", name="mixed") + "run 7\nrun 10\nrun 20\n"
        expected = self.thermo(*self.PRESSURES, "pe", "temp")
        for ranks, close in ((1, SINGLE), (2, {"rtol": 1e-5, "atol": 0.1})):
            self.lammps(script, ranks=ranks)
            numpy.testing.assert_allclose(self.collected(STATIONARY, "p.h5")[:, 0], expected[:, :1], **close)
            numpy.testing.assert_allclose(self.collected(STATIONARY, "all.h5")[:, 0], expected[:, 1:7], **close)
            numpy.testing.assert_allclose(self.collected(STATIONARY, "mixed.h5")[:, 0], expected[:, [4, 7, 8]], **close)

    def test_array_of_a_compute(self):
        script = host.WATER + CHUNK + "run 0\n" + fix("molecule/com", name="own") + fix("c_com[*] kind position") + \
            fix("c_com kind position", name="bare") + fix("c_com[2*] c_com[1]", name="turned") + "run 1000\n"
        for ranks in (1, 2):
            self.lammps(script.replace("run 1000", "run 30\nrun 2"), ranks=ranks)
            own = self.collected(POSITION, "own.h5")
            for name in ("gan.h5", "bare.h5"):
                numpy.testing.assert_allclose(self.collected(POSITION, name), own, **SINGLE)
                self.assertEqual(self.element, "position")
            numpy.testing.assert_allclose(self.collected(STATIONARY, "turned.h5"), own[:16, :, [1, 2, 0]], **SINGLE)

    def test_fixes_and_variables(self):
        values = "variable twice equal 2*c_thermo_pe\nvariable x vector 2*f_rows[1]\n" \
            "compute sums all reduce sum vx vy\ncompute kinetic all pressure thermo_temp ke\n" \
            "fix pair all ave/time 2 1 2 c_thermo_pe v_twice\n" \
            "fix rows all ave/time 2 1 2 c_thermo_press c_kinetic mode vector\nrun 0\n"
        script = host.WATER + values + DUMP + \
            fix("f_rows[*]", name="table") + fix("f_rows[2]", name="column") + fix("f_pair", name="two") + \
            fix("f_pair[1] f_pair[*] v_twice c_thermo_pe kind velocity", name="side") + \
            fix("c_sums[2]") + fix("c_kinetic[*]", name="kinetic") + \
            fix("c_thermo_press[*]", name="tensor") + fix("v_x f_rows[2] v_x kind velocity", name="beside") + \
            fix("v_x[3*4]", name="elements") + "run 1000\n"
        for ranks in (1, 2):
            self.lammps(script, ranks=ranks)
            table, kinetic = self.collected(STATIONARY, "table.h5"), self.collected(STATIONARY, "kinetic.h5")
            self.assertEqual(table.shape, (16, 6, 2))
            numpy.testing.assert_allclose(table[:, :, 0], self.collected(STATIONARY, "tensor.h5")[:, 0], **SINGLE)
            numpy.testing.assert_allclose(table[:, :, 1], kinetic[:, 0], **SINGLE)
            numpy.testing.assert_allclose(self.collected(STATIONARY, "column.h5"), table[:, :, 1:], **SINGLE)
            beside = self.collected(STATIONARY, "beside.h5")
            numpy.testing.assert_allclose(beside, table[:, :, [0, 1, 0]] * [2, 1, 2], **SINGLE)
            two = self.collected(STATIONARY, "two.h5")
            self.assertEqual(two.shape, (16, 2, 1))
            numpy.testing.assert_allclose(two[:, 1], 2 * two[:, 0], **SINGLE)
            elements = self.collected(STATIONARY, "elements.h5")
            numpy.testing.assert_allclose(elements[:, 0], 2 * table[:, 2:4, 0], **SINGLE)
            sums = self.atoms(16)[:, :, 7].sum(axis=1)
            numpy.testing.assert_allclose(self.collected(STATIONARY)[:, 0, 0], sums, rtol=1e-6, atol=1e-12)
            side = self.collected(STATIONARY, "side.h5")
            self.assertEqual(side.shape, (16, 1, 5))
            numpy.testing.assert_allclose(side / two[:, :1], [[[1, 1, 2, 2, 1]]] * 16, rtol=1e-6)

    def test_description(self):
        words = " ".join(["c_thermo_press[1]"] * 6)
        self.lammps(host.WATER + fix("c_thermo_temp") + fix(words, name="a") + fix(words + " c_thermo_pe", name="b") +
                    "run 1000\n")
        names = []
        for name in ("gan.h5", "a.h5", "b.h5"):
            with h5py.File(self.path(name)) as file:
                text = file["mdgan"].attrs["name"]
                names.append(text.decode() if isinstance(text, bytes) else text)
        self.assertEqual(names[0], "c_thermo_temp")
        self.assertTrue(all(len(name) == 63 and name.startswith("c_thermo_press[1] c_thermo_press[1] c_")
                            for name in names[1:]), names)
        self.assertNotEqual(names[1], names[2])

    def test_isotropic_only_on_demand(self):
        script = host.WATER + CHUNK + "run 0\n"
        result = self.lammps(script + fix("c_com[1*2] kind position", more="isotropic yes"), fails=True)
        self.assertIn("isotropic", result.output)
        self.lammps(script + fix("c_com[*] kind position", more="isotropic yes reversible yes") + "run 1000\n")


class Emission(FeatureCase):
    def test_goes_on_from_the_last_position(self):
        for feature in ("molecule/com", "molecule/com 2", "atom/position", "c_com[*] kind position"):
            self.lammps(host.WATER + CHUNK + "run 0\n" + fix(feature) + "run 1000\nmdgan emit gan 20 file out.h5\n")
            real = self.collected(POSITION)
            step, made = self.windows("out.h5")
            self.assertEqual((step[0], len(made)), (34, 20))
            largest = numpy.abs(numpy.diff(real, axis=0)).max()
            moves = numpy.abs(numpy.diff(numpy.concatenate([real[-1:], made]), axis=0))
            self.assertGreater(moves.max(), 0.1 * largest)
            self.assertLess(moves.max(), 2 * largest)

    def test_begins_where_the_atoms_are_before_any_run(self):
        for feature in ("molecule/com", "atom/position"):
            self.lammps(host.WATER + fix(feature, more="save model.h5") + "run 1000\n")
            start = self.collected(POSITION)
            for ranks, before in ((1, ""), (2, ""), (1, "min_modify dmax 1e-9\nminimize 0 0 1 1\nreset_timestep 0\n")):
                self.lammps(host.WATER + before + f"fix gan all mdgan 2 8 {feature} seed 3 load model.h5\n"
                            "mdgan emit gan 20 file out.h5\n", ranks=ranks)
                step, made = self.windows("out.h5")
                self.assertEqual((step[0], len(made)), (2, 20))
                move = numpy.abs(made[0] - start[0]).max()
                self.assertGreater(move, 0)
                self.assertLess(move, 2 * numpy.abs(numpy.diff(start, axis=0)).max())


LJ = "units lj\nboundary f f f\nregion b block 0 4 0 4 0 4\ncreate_box 1 b\ncreate_atoms 1 single 1 1 1\n" \
     "create_atoms 1 single 2 3 2\nmass 1 1.0\npair_style zero 1.0\npair_coeff * *\nfix move all nve\n"
LOST = LJ + "thermo_modify lost ignore\nneigh_modify every 1 delay 0 check no\nvelocity all set 100 0 0\n" \
    "fix gan all mdgan 1 8 atom/position\nrun 20\n"


def case(feature, before="", after=""):
    return host.WATER + before + fix(feature) + after + "run 1000\n"


# name: (script, texts that the error must hold)
CASES = {
    "list of features": (case("molecule/cm"), [ILLEGAL, "bond/velocity TYPE, molecule/com [N], atom/velocity, "
                                               "atom/position, and references c_ID, f_ID, v_name"]),
    "no parts": (case("molecule/com 0"), [ILLEGAL, "molecule/com", "'0'", "1 to 21"]),
    "too many parts": (case("molecule/com 22"), [ILLEGAL, "'22'", "1 to 21"]),
    "part not a whole number": (case("molecule/com 1.5"), [ILLEGAL, "'1.5'"]),
    "smaller molecules": (case("molecule/com 4"), [FAILED, "molecule 1 has 3 atoms", "4 parts", "fewer"]),
    "no molecules in group": (case("molecule/com", "set group all mol 0\n"), [FAILED, "molecule ID above 0", "set"]),
    "no molecules": (LJ + fix("molecule/com"), [FAILED, "needs molecule IDs", "full"]),
    "no atoms": (host.WATER + "group none empty\n" + fix("atom/velocity", "none"), [FAILED, "no atoms", "group"]),
    "atoms without IDs": ("atom_modify id no\n" + LJ + fix("atom/velocity"), [FAILED, "atom IDs", "atom_modify"]),
    "atoms lost": (LOST, [FAILED, "2 atoms", "lost"]),
    "no such compute": (case("c_none"), [FAILED, "c_none", "no compute with ID 'none'"]),
    "no such fix": (case("f_none"), [FAILED, "f_none", "no fix with ID 'none'"]),
    "no such variable": (case("v_none"), [FAILED, "v_none", "no variable 'none'"]),
    "own values": (case("f_gan"), [FAILED, "f_gan", "own values"]),
    "own values, defined anew": (host.WATER + fix("atom/velocity") + fix("f_gan[1]"), [FAILED, "own values"]),
    "values per atom": (case("c_ke", "compute ke all ke/atom\n"), [FAILED, "c_ke", "per atom", "compute reduce"]),
    "no values": (case("f_move"), [FAILED, "f_move", "no global values"]),
    "index of a scalar": (case("c_e[1]", "compute e all ke\n"), [FAILED, "c_e[1]", "scalar", "no index"]),
    "element out of range": (case("c_thermo_press[7]"), [FAILED, "c_thermo_press[7]", "there are 6 elements"]),
    "column out of range": (case("c_com[2*4]", CHUNK + "run 0\n"), [FAILED, "c_com[2*4]", "there are 3 columns"]),
    "index 0": (case("c_thermo_press[0]"), [ILLEGAL, "'0'", "[m*n]"]),
    "index not a number": (case("c_thermo_press[x]"), [ILLEGAL, "'x'", "[m*n]"]),
    "index backwards": (case("c_thermo_press[3*2]"), [ILLEGAL, "c_thermo_press[3*2]", "ends before"]),
    "two indices": (case("c_com[1][2]", CHUNK), [ILLEGAL, "c_com[1][2]", "two indices", "variable x equal"]),
    "open bracket": (case("c_thermo_press[1"), [ILLEGAL, "c_thermo_press[1", "]"]),
    "length not known yet": (case("c_com[*]", CHUNK), [FAILED, "c_com[*]", "'run 0' before"]),
    "vector variable before a run": (case("v_x", CHUNK + "variable x vector c_com[1]\n"), [FAILED, "v_x", "'run 0'"]),
    "variable style": (case("v_s", "variable s string text\n"), [FAILED, "v_s", "style equal"]),
    "fix of variable length": (case("f_a[*]", CHUNK + "fix a all ave/time 2 1 2 c_com[*] mode vector\n"),
                               [FAILED, "f_a[*]", "variable length", "instead"]),
    "fix not current": (case("f_a", "fix a all ave/time 1 1 5 c_thermo_temp\n"), [FAILED, "f_a", "every 5 steps"]),
    "unequal entities": (case("c_com[*] c_thermo_temp", CHUNK + "run 0\n"),
                         [FAILED, "c_thermo_temp has 1 entities", "c_com[*] has 110"]),
    "too many components": (case(" ".join(["c_thermo_press[*]"] * 11)), [FAILED, "66 components", "64"]),
    "kind": (case("c_thermo_temp kind speed"), [ILLEGAL, "'kind'", "'speed'", "velocity"]),
    "length changes": (case("f_v", "fix v all vector 2 c_thermo_temp\nrun 0\n"), [FAILED, "f_v", "length changed"]),
    "compute gone": (case("c_t", "compute t all temp\n", "run 0\nuncompute t\n"), [FAILED, "c_t", "no compute"]),
}


class Errors(FeatureCase):
    def test_cases(self):
        for name, (script, texts) in CASES.items():
            with self.subTest(name):
                result = self.lammps(script, ranks=2 if "lost" in name or "unequal" in name else 1, fails=True)
                lines = re.findall(r"^ERROR.*$", result.output, re.M)
                self.assertEqual(len(lines), 1, result.output[-2000:])
                for text in texts:
                    self.assertIn(text, lines[0])
                self.assertNotRegex(result.output, r"Segmentation|Signal|MPI_ABORT")
                self.assertEqual(self.files(), [])


if __name__ == "__main__":
    host.main()
