# SPDX-License-Identifier: BSD-3-Clause
"""A trajectory that is still written gives the same as when it is complete."""
import os
import signal
import subprocess
import threading
import time
import unittest

import host

SHORT = ("-M", 16, "-iterations", 2, "-windows", 3, "-emit", 60)
OUTPUT = ("-o", "{}.xvg", "-ot", "gan-{}.trr", "-acf", "{}acf.xvg", "-data", "{}.h5")


class Live(host.GromacsCase):
    def output(self, name):
        return [word.format(name) for word in OUTPUT]

    def same(self, a, b):
        for pattern in OUTPUT[1::2]:
            self.assertEqual(self.bytes(pattern.format(a)), self.bytes(pattern.format(b)), pattern)

    def put(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)

    def mdrun(self, *arguments):
        process = subprocess.Popen([host.GMX, "-quiet", "-nobackup", *host.MDRUN, "-s", "topol.tpr", *arguments],
                                   cwd=self.dir, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        return process

    def test_beside_mdrun(self):
        mdrun = self.mdrun("-deffnm", "live")
        self.tool("-s", "topol.tpr", "-f", "live.trr", "-live", 3, *SHORT, *self.output("live"))
        self.assertEqual(mdrun.wait(), 0)
        self.tool("-s", "topol.tpr", "-f", "live.trr", *SHORT, *self.output("later"))
        self.same("live", "later")

    def test_mdrun_is_stopped_when_the_frames_are_in(self):
        self.stopped()

    def test_another_mdrun_in_the_same_place(self):
        """The trajectory of the first is there when the second one begins, and enough to learn from."""
        self.stopped()
        for name in self.files():
            if name != "live.trr":
                os.remove(self.path(name))
        self.stopped()

    def stopped(self):
        mdrun = self.mdrun("-deffnm", "live", "-nsteps", "-1")
        result = self.tool("-s", "topol.tpr", "-f", "live.trr", "-live", 10, "-stoppid", mdrun.pid, *SHORT,
                           *self.output("live"))
        self.assertEqual(result.output.count(f"process {mdrun.pid} is asked to stop"), 1)
        self.assertEqual(mdrun.wait(), 1)  # as mdrun always ends after a signal
        self.assertIn("live.cpt", self.files())
        self.assertIn(b"Received the TERM signal", self.bytes("live.log"))
        self.assertIn(b"Finished mdrun", self.bytes("live.log"))
        self.tool("-s", "topol.tpr", "-f", "live.trr", *SHORT, *self.output("later"))
        self.same("live", "later")

    def test_the_trajectory_of_an_earlier_run_is_not_taken(self):
        self.put("old.trr", self.bytes("traj.trr"))
        os.utime(self.path("old.trr"), (time.time() - 100,) * 2)
        process = subprocess.Popen(["sleep", "60"])
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        result = self.tool("-s", "topol.tpr", "-f", "old.trr", "-live", 0.5, "-stoppid", process.pid, *SHORT, "-o",
                           "gan.xvg", fails=True)
        self.assertRegex(result.error(), f"'old.trr' is of an earlier run: process {process.pid} has not written to it")
        self.assertIsNone(process.poll())
        self.assertEqual(self.files(), ["old.trr"])

    def test_a_trajectory_that_is_replaced(self):
        self.put("new.trr", self.bytes("traj.trr"))
        size = len(self.bytes("traj.trr")) // host.N_FRAME
        self.put("live.trr", self.bytes("traj.trr")[:20 * size])
        replace = threading.Timer(8, os.rename, (self.path("new.trr"), self.path("live.trr")))
        replace.start()
        self.addCleanup(replace.join)
        result = self.tool("-s", "topol.tpr", "-f", "live.trr", "-live", 60, *SHORT, "-o", "gan.xvg", fails=True)
        self.assertRegex(result.error(), "'live.trr' was replaced while it was read")

    def test_nobody_waits_for_an_mdrun_that_has_ended(self):
        """Neither before the frames are in nor behind them."""
        size = len(self.bytes("traj.trr")) // host.N_FRAME
        for frames, more in ((150, {}), (40, {"fails": True})):
            process = subprocess.Popen(["sleep", "3"])
            self.put("ended.trr", self.bytes("traj.trr")[:frames * size])
            reaper = threading.Thread(target=process.wait)
            reaper.start()
            begin = time.monotonic()
            result = self.tool("-s", "topol.tpr", "-f", "ended.trr", "-live", 300, "-stoppid", process.pid, *SHORT, "-o",
                               "gan.xvg", **more)
            self.assertLess(time.monotonic() - begin, 60)
            self.assertRegex(result.output, f"'ended.trr' is complete, as process {process.pid} has ended: {frames} frames")
            reaper.join()

    def written_slowly(self, name, data, arguments):
        """Runs the tool while @p data appear in pieces that end anywhere in a frame."""
        def write():
            with open(self.path(name), "wb", buffering=0) as file:
                for i in range(0, len(data), 99991):
                    file.write(data[i:i + 99991])
                    time.sleep(0.05)
        writer = threading.Thread(target=write)
        writer.start()
        try:
            return self.tool("-s", "topol.tpr", "-f", name, "-live", 1, *arguments)
        finally:
            writer.join()

    def test_pieces_that_end_anywhere(self):
        for kind, feature in (("trr", "bond-velocity"), ("xtc", "mol-com")):
            data = self.bytes("traj." + kind)[:3000000]
            frames = ("-feature", feature, "-e", 0.3)
            self.written_slowly("slowly." + kind, data, (*SHORT, *frames, *self.output("live" + kind)))
            self.tool("-s", "topol.tpr", "-f", "traj." + kind, *SHORT, *frames, *self.output("later" + kind))
            self.same("live" + kind, "later" + kind)

    def test_a_torn_end_is_left_out(self):
        size = len(self.bytes("traj.trr")) // host.N_FRAME
        result = self.written_slowly("torn.trr", self.bytes("traj.trr")[:150 * size + 1000], (*SHORT,
                                     *self.output("live")))
        self.assertRegex(result.output, "has not grown for 1 s: 150 frames, and the beginning of another one")
        self.tool("-s", "topol.tpr", "-f", "traj.trr", "-e", 0.149, *SHORT, *self.output("later"))
        self.same("live", "later")

    def test_too_few_frames(self):
        result = self.tool("-s", "topol.tpr", "-f", "traj.trr", "-live", 0.3, "-M", 1024, "-o", "gan.xvg", fails=True)
        self.assertRegex(result.error(), "gave 2001 frames, but 2 x M x windows = 2048 are needed")

    def test_a_file_that_never_comes(self):
        result = self.tool("-s", "topol.tpr", "-f", "never.trr", "-live", 0.3, *SHORT, "-o", "gan.xvg", fails=True)
        self.assertIn("never.trr", result.output)
        self.put("empty.trr", b"")
        result = self.tool("-s", "topol.tpr", "-f", "empty.trr", "-live", 0.3, *SHORT, "-o", "gan.xvg", fails=True)
        self.assertRegex(result.error(), "No complete frame appeared in 'empty.trr'")


class Interrupted(host.GromacsCase):
    def test_control_c_ends_the_training_and_keeps_the_model(self):
        process = subprocess.Popen([host.TOOL, "-quiet", "-s", "topol.tpr", "-f", "traj.trr", "-M", "16", "-minutes",
                                   "5",
                                    "-progress", "0.1", "-emit", "50", "-save", "model.h5", "-o", "gan.xvg"],
                                   cwd=self.dir, stderr=subprocess.PIPE, text=True)
        with process:
            for line in process.stderr:
                if line.startswith("iteration"):
                    process.send_signal(signal.SIGINT)
                    break
            process.stderr.read()
        self.assertEqual(process.returncode, 0)
        self.assertEqual(self.files(), ["gan.xvg", "model.h5"])

    def test_signals_end_the_generation_without_a_file(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            process = subprocess.Popen([host.TOOL, "-quiet", "-s", "topol.tpr", "-f", "traj.trr", "-e", "0.1", "-M", "16",
                                        "-iterations", "0", "-emit", "100000000", "-oh", "gan.h5", "-ot", "gan.trr"],
                                       cwd=self.dir, stderr=subprocess.PIPE, text=True)
            with process:
                lines = []
                for line in process.stderr:
                    lines.append(line)
                    if line.startswith("trained"):
                        time.sleep(0.2)
                        process.send_signal(number)
                output = "".join(lines)
            self.assertEqual(process.returncode, 1)
            self.assertRegex(host.Result(1, output).error(), r"Interrupted after \d+ of 100000000 frames: no output")
            self.assertEqual(self.files(), [])


if __name__ == "__main__":
    host.main()
