#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The paper's naive model: the next window from the previous one, without a latent variable. Generator and critic are
those of mdgan's `init random` (core/nn/unet.c, core/gan/critic.c), trained with the same settings. Shapes: B samples, M
frames per window, D components."""
import copy
import json
import math

import series
import torch
import torch.nn.functional as F
from torch import nn

BATCH, CHANNELS, HIDDEN, CONDITION = 64, 32, 64, 32
SLOPE, PENALTY, EMA = 0.2, 10, 0.995
NOISE_SCALE = 0.3  # of the U-net's input, as mdgan's
RATE_GENERATOR, RATE_CRITIC, BETAS, FINAL_RATE = 5e-4, 1e-3, (0, 0.9), 0.02
ITERATIONS = 6000

# Training as the paper describes it goes from a real window to the next. Chains of UNROLL windows, of which a share
# CARRY goes on from where the last chains ended, show the generator its own errors, as mdgan's chains of z do. Mean
# square error of the spectrum (1,024 frames, unit sum) on 0.1 sin(0.7 t + phase) + noise, 20,000 records, 6,000
# iterations:
#   unroll, carry   noise sd 0.01       sd 0.1
#   1, 0            1.9e-7 (seed 1)     1.1e-5 (seed 1)
#   4, 0            4.5e-7 (seed 1)     8.0e-7, 5.3e-6 (seeds 1, 2)
#   4, 0.5          4.5e-8 (seed 1)     1.3e-5, 1.7e-7 (seeds 1, 2)
# At sd 0.1 the mean frequency, off by up to 0.001 per frame, decides; the amplitude only holds with the carry.
SETTINGS = {"published": (1, 0.0), "tuned": (4, 0.5)}


def leaky(x):
    return F.leaky_relu(x, SLOPE)


def leaky_by_mask(x):
    """The same for the critic, which is differentiated twice: no curvature to send back."""
    with torch.no_grad():
        mask = torch.where(x > 0, 1.0, SLOPE)
    return x * mask


def kaiming(net):
    for layer in net.modules():
        if isinstance(layer, nn.Linear):
            nn.init.kaiming_normal_(layer.weight, SLOPE)
            nn.init.zeros_(layer.bias)


def flat(net):
    """All weights of a network as one vector with one gradient, of which the layers hold pieces."""
    parameters = list(net.parameters())
    value = torch.cat([p.detach().reshape(-1) for p in parameters])
    gradient, used = torch.zeros_like(value), 0
    for p in parameters:
        part = slice(used, used + p.numel())
        p.data, p.grad = value[part].view(p.shape), gradient[part].view(p.shape)
        used = part.stop
    whole = nn.Parameter(value)
    whole.data, whole.grad = value, gradient
    return whole


class Generator(nn.Module):
    """U-net over noise and, as further channels, the previous window; that also comes in at the bottleneck, where all
    of it can act on all of the new window. Stride = kernel: every convolution is one matrix product."""

    def __init__(self, frames, d):
        super().__init__()
        self.remember = nn.ModuleList([nn.Linear(frames * d, HIDDEN), nn.Linear(HIDDEN, CONDITION)])
        self.encode, self.decode = nn.ModuleList(), nn.ModuleList()
        above_in, above_out, left = 2 * d, d, frames
        while left > 1:
            kernel = next((k for k in (4, 2, 3, 5, 7) if left % k == 0), None)
            if kernel is None:
                raise SystemExit(f"--window {frames} does not split into strides: use a product of 2, 3, 5 and 7")
            left //= kernel
            channels = CHANNELS if not self.encode else 2 * CHANNELS
            skip = CONDITION if left == 1 else channels
            self.encode.append(nn.Linear(kernel * above_in, channels))
            self.decode.insert(0, nn.Linear(channels + skip, kernel * above_out))
            above_in = above_out = channels
        kaiming(self)

    def forward(self, previous, noise):
        """previous, noise: [B, M, D] -> [B, M, D]"""
        x, skips = torch.cat((noise * NOISE_SCALE, previous), 2), []
        for layer in self.encode:
            x = leaky(layer(x.reshape(len(x), -1, layer.in_features)))
            skips.append(x)
        skips[-1] = self.remember[1](leaky(self.remember[0](previous.flatten(1))))[:, None]
        for layer in self.decode:
            skip = skips.pop()
            x = layer(torch.cat((x.reshape(len(x), skip.shape[1], -1), skip), 2))
            x = leaky(x) if skips else x
        return x.reshape(noise.shape)


class Critic(nn.Module):
    """Convolutional, on pairs of windows, padded so that its patches straddle the join."""

    def __init__(self, frames, d):
        super().__init__()
        self.padding = next(p for p in range(5, 13) if (frames + p) % 8 == 0)
        left = 2 * (frames + self.padding) // 16
        sizes = ((4 * d, 32), (4 * 32, 32), (left * 32, 64), (64, 64), (64, 1))
        self.layers = nn.ModuleList(nn.Linear(*size) for size in sizes)
        kaiming(self)

    def forward(self, pair):
        """[B, 2M, D] -> [B]"""
        x = F.pad(pair, (0, 0, self.padding, self.padding))
        for layer in self.layers[:-1]:
            x = leaky_by_mask(layer(x.reshape(len(x), -1, layer.in_features)))
        return self.layers[-1](x).reshape(-1)


class Training:
    def __init__(self, records, unroll, carry):
        self.records, self.unroll, self.carry = records, unroll, carry
        self.generator, self.critic = Generator(records.window, records.d), Critic(records.window, records.d)
        self.mean = copy.deepcopy(self.generator)  # running mean of the weights: what generates
        self.weights, self.critic_weights = flat(self.generator), flat(self.critic)
        self.mean_weights = flat(self.mean)
        self.adam = torch.optim.Adam([self.weights], RATE_GENERATOR, BETAS)
        self.critic_adam = torch.optim.Adam([self.critic_weights], RATE_CRITIC, BETAS)
        self.last = None  # [B, M, D] windows where the last chains ended

    def fake(self, start):
        """Generated pairs [B, 2M, D]: of a chain of windows from @p start, at a place of its own in every sample."""
        n, m = start.shape[:2]
        if self.last is not None and self.carry > 0:
            start = torch.where(torch.rand(n, 1, 1) < self.carry, self.last, start)
        chain = [start]
        for _ in range(self.unroll):
            chain.append(self.generator(chain[-1], torch.randn(start.shape)))
        self.last = chain[-1].detach()
        chain, place, sample = torch.stack(chain), torch.randint(self.unroll, (n,)), torch.arange(n)
        return torch.cat((chain[place, sample], chain[place + 1, sample]), 1)

    def penalty(self, fake, real):
        mix = torch.rand(len(fake), 1, 1)
        point = (mix * real + (1 - mix) * fake).requires_grad_()
        slope, = torch.autograd.grad(self.critic(point).sum(), point, create_graph=True)
        return PENALTY * (slope.flatten(1).norm(dim=1) - 1).square().mean()

    def step(self, fraction, iteration):
        """One step of each; the critic's fake batch serves the generator too."""
        decay = 1 if fraction < 0.5 else max(FINAL_RATE, 2 * (1 - fraction))
        self.adam.param_groups[0]["lr"] = RATE_GENERATOR * decay
        self.critic_adam.param_groups[0]["lr"] = RATE_CRITIC * decay
        m = self.records.window
        fake, real = self.fake(self.records.draw(BATCH)[:, :m]), self.records.draw(BATCH)
        score = self.critic(torch.cat((fake.detach(), real)))
        loss = score[:BATCH].mean() - score[BATCH:].mean() + self.penalty(fake.detach(), real)
        self.critic_weights.grad.zero_()
        loss.backward()
        self.critic_adam.step()
        self.critic.requires_grad_(False)
        self.weights.grad.zero_()
        (-self.critic(fake).mean()).backward()
        self.critic.requires_grad_(True)
        self.adam.step()
        self.mean_weights.data.lerp_(self.weights.data, 1 - min(EMA, iteration / (iteration + 10)))

    @torch.no_grad()
    def generate(self, n_entity, n_frame):
        """[n_entity, n_frame, D] windows after real ones, which are not part of it."""
        m = self.records.window
        windows = [self.records.draw(n_entity)[:, :m]]
        for _ in range(math.ceil(n_frame / m)):
            windows.append(self.mean(windows[-1], torch.randn(windows[-1].shape)))
        return torch.cat(windows[1:], 1)[:, :n_frame]


def main():
    p = series.parser(__doc__)
    p.add_argument("--settings", choices=sorted(SETTINGS), default="tuned", help="of the options that follow")
    p.add_argument("--unroll", type=int, help="windows of a chain in training; 1: only from real ones")
    p.add_argument("--carry", type=float, help="share of chains that go on where the last ones ended")
    options = series.parse(p, ITERATIONS)
    unroll, carry = SETTINGS[options.settings]
    unroll = options.unroll if options.unroll is not None else unroll
    carry = options.carry if options.carry is not None else carry
    records = series.Records(series.read(options.data), options.window)
    training, budget = Training(records, unroll, carry), series.Budget(options)
    while budget.goes_on():
        budget.used += 1
        training.step(budget.fraction(), budget.used)
    seconds = budget.elapsed()
    series.write(options.out, records.series(training.generate(options.entities, options.frames)), "naive.py")
    print(json.dumps({"model": "naive", "train_seconds": seconds, "iterations": budget.used, "unroll": unroll, "carry": carry,
                      "threads": options.threads, "seed": options.seed}))


if __name__ == "__main__":
    main()
