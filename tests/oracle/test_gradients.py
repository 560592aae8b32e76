#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""mdgan's training against PyTorch's automatic differentiation: test_gradients.py ORACLE_DUMP PEERS. Exits with 77 if
PyTorch is missing.

oracle_dump writes down one batch: random numbers, samples, losses, gradients, and the checkpoints before and after the
iteration that works on it. Here all of it is computed again in double precision by the program in bench/peers, which
shares no line with mdgan, and every parameter's gradient must agree to 1e-4 of its norm.
"""
import dataclasses
import itertools
import os
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

try:
    import h5py
    import torch
except ImportError as missing:
    print(f"skipped: {missing}; apt-get install python3-torch python3-h5py")
    sys.exit(77)

PROGRAM, PEERS = sys.argv.pop(1), sys.argv.pop(1)
sys.path.insert(0, PEERS)
import mdgan_files
import mdgan_networks
import mdgan_training

TOLERANCE = 1e-4

# init, critic, lipschitz, components, isotropic, window: all of mdgan's forms; windows whose U-nets have strides of 2,
# 3 and 5 beside 4, and a linear part for each component where these are not a single triplet; molecules with a frame of their own.
CASES = [case + ("penalty", components, int(components == 3), 16)
         for case in itertools.product(("linear", "random"), ("conv", "mlp")) for components in (1, 3)]
CASES += [("linear", "conv", "clip", 3, 1, 16), ("random", "mlp", "clip", 1, 0, 12),
          ("linear", "conv", "penalty", 2, 0, 30), ("linear", "mlp", "penalty", 6, 1, 12),
          ("linear", "conv", "penalty", 3, "molecules", 16)]


def double_backward_penalty(critic, fake, actual, mix, n_sample):
    """The gradient penalty without a formula, by differentiating twice. mdgan_networks has a faster one."""
    point = torch.lerp(fake, actual, mix.view(mix.shape + (1,) * n_sample)).requires_grad_()
    slope, = torch.autograd.grad(critic(point).sum(), point, create_graph=True)
    return (slope.flatten(-n_sample).norm(dim=-1) - 1).square()


class Case:
    """What oracle_dump wrote for one case, as the peer's tensors."""

    def __init__(self, words, folder):
        self.before, dump, self.after = (os.path.join(folder, name + ".h5") for name in ("before", "dump", "after"))
        subprocess.run([PROGRAM, *map(str, words), self.before, dump, self.after], check=True)
        with h5py.File(dump) as file:
            self.value = {name: torch.as_tensor(values[:].astype("i8" if values.dtype.kind == "u" else "f8"))
                          for name, values in file.items()}

    def stack(self, name):
        return torch.stack([self.value[f"{name}{i}"] for i in range(9) if f"{name}{i}" in self.value])

    def training(self):
        """Where the iteration begins. The anchors' targets are only in the dump: the linear start has changed since."""
        training = mdgan_training.Training(mdgan_files.Model(self.before), torch.float64)
        if training.anchor:
            q = training.architecture.states
            training.set_anchors(self.value["anchor_target"], training.anchor.gap,
                                 self.value["latent_target"].view(-1, q, q), training.latent_anchor.gap)
        return training

    def draws(self, training):
        a, batch = training.architecture, len(training.pool)
        return mdgan_training.Draws(
            first=self.value["state0"].view(batch, a.latent),
            settled=self.value["settled"].view(batch, a.latent),
            kick=self.stack("kick").view(-1, batch, a.latent),
            noise=self.value["noise"].view(len(self.value["offset"]), -1, a.components, a.window).transpose(2, 3),
            start=self.value["start"], offset=self.value["offset"],
            actual=self.value["actual"].view(batch, 2 * a.window, a.components),
            mix=self.stack("mix"))


def check(what, mine, theirs, floor=0.0):
    """Norm-wise; errors below @p floor are rounding."""
    mine, theirs = (torch.as_tensor(x).detach().double().flatten() for x in (mine, theirs))
    if len(mine) != len(theirs):
        raise AssertionError(f"{what}: {len(theirs)} values instead of {len(mine)}")
    error, limit = float((mine - theirs).norm()), TOLERANCE * float(mine.norm()) + floor
    if not error <= limit:
        raise AssertionError(f"{what}: mdgan and PyTorch differ by {error:.3g}, norm {float(mine.norm()):.3g}")


def check_gradient(what, parameters, theirs):
    """By parameter; one whose gradient vanishes (biases of the critics' outputs) is held to single precision."""
    mine, total = by_leaf(parameters, parameters.gradient), float(parameters.gradient.norm())
    for name, gradient in by_leaf(parameters, theirs).items():
        check(f"{what} of {name}", mine[name], gradient, 1e-8 * total)


def by_leaf(parameters, vector):
    """The pieces of a vector as long as the parameters."""
    vector = torch.as_tensor(vector).double()
    return {name: vector.as_strided(leaf.shape, leaf.stride(), leaf.storage_offset())
            for name, (leaf, _) in parameters.leaf.items()}


def check_samples(case, generated):
    check("states", torch.stack(generated.states), case.stack("state"))
    check("windows", generated.windows, case.value["windows"])
    check("pairs", generated.pair, case.value["fake"])


def check_anchor(case, generated):
    """Targets, running gaps and pulls."""
    model = mdgan_files.Model(case.before)
    model.vector["generator"] = case.value["start_weights"]
    start = mdgan_training.Training(model, torch.float64)
    check("anchor's target", start.anchor.target, case.value["anchor_target"])
    check("latent anchor's target", start.latent_anchor.target.flatten(), case.value["latent_target"])
    training = case.training()
    check("anchor's pull", training.anchor.pull(generated.windows), case.value["anchor_pull"])
    n = training.anchor.gap.numel() - 2 * training.anchor.above.numel()
    check("anchor's gaps", training.anchor.gap[:n], case.value["anchor_gap"][:n])
    check("anchor's gaps of cycles", training.anchor.gap[n:], case.value["anchor_gap"][n:])
    pull = training.latent_anchor.pull(generated.settled, generated.states[-1])
    check("latent anchor's pull", pull.flatten(), case.value["latent_pull"])
    check("latent anchor's gaps", training.latent_anchor.gap.flatten(), case.value["latent_gap"])


def check_windows_of_the_pairs(training, draws, pair):
    """What a critic step sees that generates no more windows than its pairs touch."""
    s, m = training.schedule, training.architecture.window
    skip = (draws.offset // m).clamp(max=s.n_window - s.n_pair)
    touched = (skip[:, None] + torch.arange(s.n_pair))[..., None, None].expand(-1, -1, *draws.noise.shape[2:])
    few = dataclasses.replace(draws, noise=draws.noise.gather(1, touched))
    check("pairs out of fewer windows", training.generate(few).pair, pair)


def check_passes(case):
    """One critic pass and one generator pass, from the same weights."""
    training = case.training()
    draws = case.draws(training)
    generated = training.generate(draws)
    check_samples(case, generated)
    check_windows_of_the_pairs(training, draws, generated.pair)
    parts = training.critic_backward(generated.detached(), draws)
    losses = [parts.fake, parts.actual, parts.penalty, parts.latent, parts.latent_penalty]
    # The loss of the D_z is a small difference of means in single precision.
    outputs = training.latent_critics(torch.cat(generated.late_pairs(), 1)).detach()
    rounding = 2.4e-7 * float(outputs.abs().sum()) / len(draws.actual)
    for name, mine, theirs in zip(("fake", "real", "penalty", "z", "z's penalty"), losses, case.value["critic_losses"]):
        check(f"critics' loss, {name}", mine, theirs, rounding if name == "z" else 0)
    check_gradient("critics' gradient", training.critic_weights.parameters, case.value["critic_gradient"])
    if training.anchor:
        check_anchor(case, generated)
    training.generator_backward(generated)
    check_gradient("generators' gradient", training.generator_weights.parameters, case.value["generator_gradient"])


def check_step(what, weights, before, after):
    """One step by Adam, to within the rounding of the weights."""
    first = by_leaf(weights.parameters, before.vector[what])
    mine, theirs = (by_leaf(weights.parameters, vector) for vector in (weights.parameters.value, after.vector[what]))
    for name, value in first.items():
        check(f"step of {name}", mine[name] - value, theirs[name] - value, 1.2e-7 * float(value.norm()))
    check(f"second moments, {what}", weights.second_moment, after.vector[what + "_v"])


def check_iteration(case):
    """Critic update, generator update, running mean, pool and anchor, as training goes on. Steps are made from mdgan's
    own gradients, because of Adam: it makes a whole step of a gradient that is nothing but rounding, such as that of
    the bias of a unit which is active for all samples, where real and generated ones cancel."""
    training, before, after = case.training(), mdgan_files.Model(case.before), mdgan_files.Model(case.after)
    factor = mdgan_training.rate_factor(training.iteration / after.config.iterations, training.architecture.states > 0)
    generated = training.generate(case.draws(training))
    training.critic_weights.parameters.gradient.copy_(case.value["critic_gradient"])
    training.critic_step(factor)
    check_step("critic", training.critic_weights, before, after)
    training.generator_backward(generated)
    parameters = training.generator_weights.parameters
    check_gradient("next gradient", parameters, case.value["next_generator_gradient"])
    parameters.gradient.copy_(case.value["next_generator_gradient"])
    training.generator_step(generated, factor)
    check_step("generator", training.generator_weights, before, after)
    mean = torch.as_tensor(before.vector["generator_mean"], dtype=torch.float64)
    moved = torch.as_tensor(after.vector["generator_mean"], dtype=torch.float64) - mean
    check("running mean", training.mean - mean, moved, 1.2e-7 * float(mean.norm()))
    check("pool", training.pool, after.vector["pool"])
    if training.anchor:
        gaps = torch.cat((training.anchor.gap, training.latent_anchor.gap.flatten()))
        check("anchors' gaps", gaps, after.vector["anchor"])


class Oracle(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def test_agreement(self):
        for words in CASES:
            with self.subTest(" ".join(map(str, words))):
                case = Case(words, self.folder.name)
                frame = mdgan_files.Model(case.before).architecture.frame
                self.assertEqual(frame, int("molecules" in words))
                with mock.patch.object(mdgan_training, "gradient_penalty", double_backward_penalty):
                    check_passes(case)
                check_iteration(case)

    def test_penalty_of_the_peer(self):
        """The one that is timed."""
        for words in CASES[:8:2]:
            with self.subTest(" ".join(map(str, words))):
                check_passes(Case(words, self.folder.name))

    def test_faults_are_seen(self):
        """Numbers that are a little wrong."""
        case = Case(CASES[1], self.folder.name)
        for check_all, module, name, value in (
                (check_passes, mdgan_networks, "SLOPE", 0.2005),
                (check_passes, mdgan_training, "gradient_penalty", lambda *x: 1.001 * double_backward_penalty(*x)),
                (check_passes, mdgan_training, "ANCHOR_FLOOR", 0.01),
                (check_passes, mdgan_training, "ANCHOR_MEMORY", 0.9505),
                (check_passes, mdgan_training, "CYCLE_ROWS", 8),
                (check_passes, mdgan_training, "CYCLE_MEMORY", 0.9901),
                (check_passes, mdgan_training, "CYCLE_SHARE", 0.0051),
                (check_iteration, mdgan_training, "ADAM_BETA2", 0.901),
                (check_iteration, mdgan_training, "EMA", 0.4)):
            with self.subTest(name), mock.patch.object(module, name, value):
                self.assertRaises(AssertionError, check_all, case)


if __name__ == "__main__":
    unittest.main()
