# SPDX-License-Identifier: BSD-3-Clause
"""An installation works where it is, after it was moved, and below DESTDIR; nothing in it points to the build."""
import os
import re
import shutil
import subprocess

import host

BUILD = os.environ.get("MDGAN_BUILD", "")


def find(folder, name):
    """The only file of that name below @p folder."""
    (path,) = [os.path.join(where, name) for where, _, names in os.walk(folder) if name in names]
    return path


def search_path(file):
    """The folders in which a program or library looks for its libraries."""
    text = subprocess.run(["readelf", "-d", file], capture_output=True, text=True, check=True).stdout
    return re.search(r"\(RUNPATH\).*\[(.*)\]", text).group(1).split(":")


class Install(host.LammpsCase):
    def install(self, prefix, environment=None):
        subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix], check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, **(environment or {})})

    def moved(self, name="moved"):
        """An installation that is not where it was installed."""
        self.install(self.path("built"))
        return shutil.move(self.path("built"), self.path(name))

    def python_route(self, prefix):
        return host.PYTHON_ROUTE.format(plugin=find(prefix, "mdganplugin.so")) + host.TRAIN

    def test_wrapper(self):
        prefix = self.moved()
        os.symlink(os.path.join(prefix, "bin", "lmp-mdgan"), self.path("link"))
        for program in (os.path.join(prefix, "bin", "lmp-mdgan"), self.path("link")):
            self.assertEqual(self.lammps(host.TRAIN, program=program).stop_step(), host.LAST_STEP)

    def test_python_route(self):
        script = self.python_route(self.moved())
        self.assertEqual(self.lammps(script, program=host.LMP).stop_step(), host.LAST_STEP)

    def test_destdir(self):
        self.install("/usr", {"DESTDIR": self.path("root")})
        program = os.path.join(self.path("root"), "usr", "bin", "lmp-mdgan")
        self.assertEqual(self.lammps(host.TRAIN, program=program, ranks=2).stop_step(), host.LAST_STEP)

    def test_path_with_a_space(self):
        prefix = self.moved("two words")
        result = self.lammps(host.TRAIN, program=os.path.join(prefix, "bin", "lmp-mdgan"), fails=True)
        self.assertIn("has a space or colon, which LD_PRELOAD cannot name; install mdgan elsewhere", result.output)
        script = self.python_route(prefix)
        self.assertEqual(self.lammps(script, program=host.LMP).stop_step(), host.LAST_STEP)

    def test_libraries_are_looked_for_beside(self):
        prefix = self.moved()
        for name in ("mdganplugin.so", "mdgan"):
            folders = search_path(find(prefix, name))
            self.assertTrue(folders[0].startswith("$ORIGIN"), folders)
            self.assertFalse([folder for folder in folders if folder.startswith(BUILD)], folders)

    def test_a_missing_library_is_named(self):
        prefix = self.moved()
        os.remove(find(prefix, "libmdgan_blas_kernel.so"))
        result = self.lammps(host.TRAIN, program=os.path.join(prefix, "bin", "lmp-mdgan"), fails=True)
        self.assertRegex(result.output, r"lmp-mdgan: cannot load the plugin: libmdgan_blas_kernel.so: cannot open")

    def test_program(self):
        program = os.path.join(self.moved(), "bin", "mdgan")
        bare = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}
        done = subprocess.run([program, "--version"], env=bare, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"^mdgan \d+\.\d+\.\d+\n$")


if __name__ == "__main__":
    host.main()
