# SPDX-License-Identifier: BSD-3-Clause
"""LAMMPS uses FFTW too: its pppm sets a number of threads for all plans, and fix balance makes it clean up in mid-run."""
import host

ICE = """
units real
atom_style charge
lattice sc 5.0
region box block 0 4 0 4 0 4
create_box 2 box
create_atoms 1 box
set group all type/fraction 2 0.5 1
mass * 20
set type 1 charge 0.1
set type 2 charge -0.1
pair_style lj/cut/coul/long 8.0
pair_coeff * * 0.1 3.0
kspace_style pppm 1e-3
velocity all create 50 1
fix move all nve
"""


class Fourier(host.LammpsCase):
    def test_models_do_not_depend_on_the_host_s_threads(self):
        model = {}
        for threads in ("1", "2"):
            self.lammps(ICE + "fix gan all mdgan 2 64 atom/velocity iterations 0 windows 2 save model.h5 seed 3\nrun 2000\n",
                        environment={"OMP_NUM_THREADS": threads})
            with open(self.path("model.h5"), "rb") as file:
                model[threads] = file.read()
        self.assertEqual(model["1"], model["2"])

    def test_host_that_plans_during_a_training(self):
        """fix balance makes pppm plan anew while a thread trains."""
        result = self.lammps(ICE + "fix even all balance 10 1.0 shift xyz 5 1.01\n"
                             "fix gan all mdgan 2 64 atom/velocity init random minutes 0.05 windows 2 overlap yes\n"
                             "run 100000\n", ranks=2)
        self.assertIn("trained", result.output)


if __name__ == "__main__":
    host.main()
