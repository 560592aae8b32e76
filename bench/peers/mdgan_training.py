# SPDX-License-Identifier: BSD-3-Clause
"""mdgan's training in PyTorch, for the speed comparison in float and for the oracle of the tests in double.

Written to be fast on CPUs. Tried with PyTorch 1.13 on one core, D = 3, batches of 64 and 256, all in turns; the fastest
stayed. Time of an iteration over this file's, good to 0.04:
  gradient penalty by differentiating twice (zeros go back through all layers)              1.03 to 1.12
  inputs joined by torch.cat instead of two products                                        1.00 to 1.12
  weights as leaves [out, in], transposed at every use                                      1.01 to 1.03
  anchor's gradient through its spectrum by autograd, not by a transform back               1.00 to 1.06
  torch.optim.Adam on the flat vectors; on all weights; the same with foreach     1.01 to 1.09; 1.14; 1.06
  U-net by torch.jit.trace; critics' pass as one graph (make_fx, TorchScript)             1.00 to 1.10; 0.98
  ATEN_CPU_CAPABILITY=avx512; glibc kept from returning memory                              1.04 to 1.2; 1.05
Shapes as in mdgan_networks.py, and J windows of a chain.
"""
import math
from dataclasses import dataclass
from types import SimpleNamespace

import torch
import torch.nn.functional as F
from mdgan_networks import N_LATENT_CRITIC, Generator, Parameters
from mdgan_networks import conv_critic, gradient_penalty, latent_critics, mlp_critic

ADAM_BETA2, ADAM_EPSILON = 0.9, 1e-8  # beta1 is 0: the first moment is the gradient
EMA = 0.995
ANCHOR_FLOOR, ANCHOR_MEMORY = 1e-4, 0.95
CYCLES, CYCLE_ROWS, CYCLE_MEMORY, CYCLE_SHARE = 8, 16, 0.99, 0.005
N_SHARD = 4  # parts of a batch, of each of which some samples are looked at for cycles
LATENT_RESIDUAL_SHARE, LATENT_COVARIANCE_SHARE = 0.5, 1 / 64


# ---- the anchor ----

def taper(n):
    """Hann's, of unit mean square, its zeros half a frame outside. [n]"""
    t = torch.arange(n, dtype=torch.float64)
    return math.sqrt(8 / 3) * 0.5 * (1 - torch.cos(2 * math.pi * (t + 0.5) / n))


def turned_power(record, left):
    """Power spectrum of frames [n, sources] when frames t apart are turned against each other, which leaves left[t]."""
    n = len(record)
    t = torch.arange(n)
    covariance = record @ record.T * left[(t[:, None] - t).abs()]
    wave = torch.fft.rfft(torch.eye(n, dtype=record.dtype), dim=0, norm="ortho")
    return ((wave @ covariance.to(wave.dtype)) * wave.conj()).sum(1).real


@torch.no_grad()
def linear_spectrum(generator, n_window):
    """Mean power spectrum of a chain of windows of the linear part alone: the sum over all its sources of noise."""
    powers, left = [], None
    if generator.keep is not None:  # of a vector that stands still in its molecule's frame
        square, m = generator.keep.double().square(), generator.architecture.window
        left = torch.exp(-2 * (1 - square) / square * torch.arange(n_window * m, dtype=torch.float64) / m)
    for evolve, kick, start, end, noise in generator.linear.groups():
        m, q = start.shape
        n_source = (1 + n_window) * q + n_window * m
        state = torch.eye(q, n_source, dtype=torch.float64)
        frames = []
        for j in range(n_window):
            before, state = state, evolve @ state
            state[:, (1 + j) * q:(2 + j) * q] += kick
            window = start @ before + end @ state
            first = (1 + n_window) * q + j * m
            window[:, first:first + m] += noise
            frames.append(window)
        record = torch.cat(frames) * taper(n_window * m)[:, None]
        powers.append(torch.fft.rfft(record, dim=0, norm="ortho").abs().square().sum(1) if left is None
                      else turned_power(record, left))
    return torch.stack(powers).mean(0)


class Anchor:
    """Pull of the chains' mean spectrum towards the linear start's, of the windows' mean towards zero, and of the
    correlation between frequencies a multiple of the window rate apart towards zero."""

    def __init__(self, target, gap, weight, mean_weight, window, n_window):
        n = window * n_window
        self.target, self.gap, self.weight, self.mean_weight = target, gap, weight, mean_weight
        self.taper = taper(n).to(gap.dtype)
        empty = ANCHOR_FLOOR * target.max()
        self.norm = target.square() + empty.square()
        # Frequencies some cycles above and below each, of negative ones too. [C, T]
        bins = n_window * torch.arange(1, min(CYCLES, window // 2) + 1)[:, None]
        self.above, self.below = ((torch.arange(n) + shift) % n for shift in (bins, -bins))
        floored = torch.cat((target, target[1 : (n + 1) // 2].flip(0))) + empty
        self.cycle_scale = 2 * CYCLE_SHARE * mean_weight / (self.above.numel() * floored * floored[self.above])

    def cycle_pull(self, records, gap):
        """Renews the running gaps of cycles. records [shard, row, T], rows seen; gap [2 C T] -> pull on them, tapered"""
        n_seen, odd = records[..., 0].numel(), records.shape[1] % 2
        pairs = F.pad(records, (0, 0, 0, odd)).unflatten(1, (-1, 2))
        z = torch.fft.fft(torch.complex(pairs[:, :, 0], pairs[:, :, 1]), norm="ortho").flatten(0, 1)
        above = z[:, self.above]  # [pair, C, T]
        gap = gap.view(*self.above.shape, 2)
        price = torch.complex(gap[..., 0], gap[..., 1]) * self.cycle_scale / n_seen
        down = (price.conj() * z[:, None]).gather(2, self.below.expand(len(z), -1, -1))
        pull = torch.fft.ifft((price * above + down).sum(1), norm="ortho").view(len(records), -1, z.shape[1])
        gap.lerp_(torch.view_as_real((z[:, None] * above.conj()).sum(0) / n_seen), 1 - CYCLE_MEMORY)
        return torch.stack((pull.real, pull.imag), 2).flatten(1, 2)[:, : records.shape[1]]

    @torch.no_grad()
    def pull(self, windows):
        """Renews the running gaps. windows [B, J, M, D] -> d(loss)/d(windows), of the prices that the gaps set"""
        b, n_window, m, d = windows.shape
        n, n_bin, place = n_window * m, len(self.target), m * d
        records = windows.reshape(b, n, d).transpose(1, 2).reshape(b * d, -1) * self.taper
        spectrum = torch.fft.rfft(records, norm="ortho")
        power = torch.view_as_real(spectrum).square().mean(0).sum(-1)
        gap = torch.cat((power - self.target, windows.mean((0, 1)).flatten()))
        self.gap[: n_bin + place].lerp_(gap, 1 - ANCHOR_MEMORY)
        price = 2 * self.weight * self.gap[:n_bin] / self.norm / n_bin
        # The transform back counts every frequency twice but the first and, of an even number of frames, the last.
        price[0] *= 2
        if n % 2 == 0:
            price[-1] *= 2
        pull = torch.fft.irfft(spectrum * price, n=n, norm="ortho") / (b * d)
        # Rows of whole samples, and one more if they do not go in pairs.
        n_row = min(b // N_SHARD, max(1, CYCLE_ROWS // d)) * d
        n_row = min(n_row + n_row % 2, b // N_SHARD * d)
        seen = records.view(N_SHARD, -1, n)[:, :n_row]
        pull.view(N_SHARD, -1, n)[:, :n_row] += self.cycle_pull(seen, self.gap[n_bin + place :])
        pull = (pull * self.taper).view(b, d, n).transpose(1, 2).reshape(windows.shape)
        return pull + 2 * self.mean_weight / (place * b * n_window) * self.gap[n_bin : n_bin + place].view(m, d)


def linear_evolution(generator, n_step):
    """F^n of every group [G, q, q]"""
    return torch.stack([torch.linalg.matrix_power(evolve, n_step) for evolve, *_ in generator.linear.groups()])


class LatentAnchor:
    """Pull of a chain's last states: at least as correlated with the first as the linear start's, at its pace, and of
    unit covariance."""

    def __init__(self, target, gap, weight):
        self.target = target
        self.residual_weight, self.covariance_weight = LATENT_RESIDUAL_SHARE * weight, LATENT_COVARIANCE_SHARE * weight
        n_group, q, _ = target.shape
        self.gap = gap.view(n_group, 2, q, q)

    @torch.no_grad()
    def pull(self, first, last):
        """Renews the running gaps. first [B, W], 0 where a chain began anew, last [B, W] -> d(loss)/d(last) [B, W]"""
        n_group, q, _ = self.target.shape
        n_state = n_group * q if n_group > 1 else first.shape[1]  # an orientation may follow
        # States of all components that share a group's matrices: [G, B * D / G, q]
        x, y = (z[:, :n_state].reshape(-1, n_group, q).transpose(0, 1) for z in (first, last))
        n = x.shape[1]
        residual = y - x @ self.target.transpose(1, 2)
        covariance = y.transpose(1, 2) @ y / n - torch.eye(q, dtype=x.dtype)
        gap = torch.stack((residual.transpose(1, 2) @ x / n, covariance), 1)
        self.gap.lerp_(gap, 1 - ANCHOR_MEMORY)
        excess = ((self.gap[:, 0] * self.target).sum((1, 2)) / self.target.square().sum((1, 2))).clamp(min=0)
        lagging = self.gap[:, 0] - excess[:, None, None] * self.target
        pull = self.residual_weight * x @ lagging.transpose(1, 2)
        pull = 2 / n * (pull + 2 * self.covariance_weight * y @ self.gap[:, 1].transpose(1, 2))
        return F.pad(pull.transpose(0, 1).reshape(len(first), n_state), (0, first.shape[1] - n_state))


# ---- training ----

class Schedule:
    """Which states and windows of a chain are looked at."""

    def __init__(self, architecture):
        if architecture.states:
            self.n_state, self.first, self.n_window, self.n_pair, self.n_start, self.crop = 6, 0, 5, 3, 1, True
        else:
            self.n_state, self.first, self.n_window, self.n_pair, self.n_start, self.crop = 8, 4, 2, 2, 3, False
        self.n_offset = (self.n_window - 2) * architecture.window + 1 if self.crop else 1


@dataclass
class Draws:
    """All that is random in one batch."""
    first: torch.Tensor   # [B, W] states that chains start from
    settled: torch.Tensor # [B, W] the same, 0 where a chain begins anew
    kick: torch.Tensor    # [K - 1, B, W]
    noise: torch.Tensor   # [B, J, M, D]
    start: torch.Tensor   # [B] state that the first window starts from
    offset: torch.Tensor  # [B] frames cut off before the pair
    actual: torch.Tensor  # [B, 2M, D] real pairs
    mix: torch.Tensor     # [1 + 3, B] interpolation of the penalties: D_Y, D_z


@dataclass
class Generated:
    settled: torch.Tensor  # [B, W]
    states: list           # K of [B, W]
    windows: torch.Tensor  # [B, J, M, D]
    pair: torch.Tensor     # [B, 2M, D] what D_Y sees

    def detached(self):
        return Generated(self.settled, [z.detach() for z in self.states], self.windows.detach(), self.pair.detach())

    def late_pairs(self):
        """Earlier and later states that the D_z tell apart, each [3, B, W]"""
        late = torch.stack(self.states[-1 - N_LATENT_CRITIC:])
        return late[:-1], late[1:]


class RealPairs:
    """Augmented pairs of windows, of random entities but for the held-out fraction."""

    def __init__(self, model, value):
        """value [entity][frame][D], normalised"""
        n_entity, self.n_frame, d = value.shape
        n_held = max(2, math.ceil(model.config.holdout * n_entity)) if n_entity >= 10 else 0
        self.entity = torch.randperm(n_entity)[n_held:]
        self.value = torch.as_tensor(value).reshape(-1, d)
        self.pair = 2 * model.architecture.window
        self.isotropic, self.reversible = bool(model.feature.isotropic), bool(model.feature.reversible)
        self.sign = torch.where(torch.as_tensor(model.is_odd()), -1.0, 1.0)

    def draw(self, n):
        """[n, 2M, D]"""
        entity = self.entity[torch.randint(len(self.entity), (n, 1))]
        first = entity * self.n_frame + torch.randint(self.n_frame - self.pair + 1, (n, 1))
        frame = torch.arange(self.pair)
        if self.reversible:
            reverse = torch.randint(2, (n, 1), dtype=torch.bool)
            frame = torch.where(reverse, self.pair - 1 - frame, frame)
        x = F.embedding(first + frame, self.value)
        if self.reversible:
            x = x * torch.where(reverse, self.sign, 1.0)[:, None]
        if self.isotropic:
            x = torch.bmm(x.view(n, -1, 3), random_rotations(n)).view(x.shape)
        return x


def random_rotations(n):
    """Uniform in O(3). [n, 3, 3]"""
    w, x, y, z = F.normalize(torch.randn(n, 4), dim=1).unbind(1)
    rows = (1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w),
            2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w),
            2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y))
    mirror = 1.0 - 2.0 * torch.randint(2, (n, 1, 1))
    return torch.stack(rows, 1).view(n, 3, 3) * mirror


class Optimised:
    """Weights under Adam with beta1 = 0, some of them at a rate of their own."""

    def __init__(self, parameters, second_moment, n_step):
        self.parameters = parameters
        self.second_moment = torch.as_tensor(second_moment).to(parameters.value.dtype, copy=True)
        self.n_step = n_step

    @torch.no_grad()
    def step(self, rate, n_slow=0, slow_rate=0):
        """The first @p n_slow weights move by @p slow_rate."""
        value, gradient = self.parameters.value, self.parameters.gradient
        self.n_step += 1
        correct = 1 / (1 - ADAM_BETA2 ** self.n_step)
        self.second_moment.mul_(ADAM_BETA2).addcmul_(gradient, gradient, value=1 - ADAM_BETA2)
        step = gradient / (self.second_moment * correct).sqrt_().add_(ADAM_EPSILON)
        value[n_slow:].sub_(step[n_slow:], alpha=rate)
        if n_slow:
            value[:n_slow].sub_(step[:n_slow], alpha=slow_rate)


class Training:
    """Goes on from the checkpoint of a model file."""

    def __init__(self, model, dtype=torch.float32):
        c, a, vector = model.config, model.architecture, model.vector
        self.config, self.architecture, self.schedule = c, a, Schedule(a)
        self.iteration = int(c.iteration)
        generator = Parameters(torch.as_tensor(vector["generator"]).to(dtype, copy=True))
        critic = Parameters(torch.as_tensor(vector["critic"]).to(dtype, copy=True))
        self.generator = Generator(generator, a)
        self.window_critic = conv_critic(critic, a) if c.critic == "conv" else mlp_critic(critic, a)
        self.latent_critics = latent_critics(critic, a)
        for name, parameters in (("generator", generator), ("critic", critic)):
            if parameters.used != len(parameters.value):
                raise SystemExit(f"{name}: {len(parameters.value)} weights in the file instead of {parameters.used}")
        self.penalty = c.penalty if c.lipschitz == "penalty" else 0
        self.generator_weights = Optimised(generator, vector["generator_v"], self.iteration)
        self.critic_weights = Optimised(critic, vector["critic_v"], self.iteration * int(c.critic_steps))
        self.mean = torch.as_tensor(vector["generator_mean"]).to(dtype, copy=True)
        self.pool = torch.as_tensor(vector["pool"]).to(dtype, copy=True).view(-1, a.latent)
        self.anchor = self.latent_anchor = None
        if a.states and c.anchor > 0:
            # The targets are not in the file; they are those of the linear part as training began.
            target = linear_spectrum(self.generator, self.schedule.n_window).to(dtype)
            latent_target = linear_evolution(self.generator, self.schedule.n_state - 1).to(dtype)
            n_frame = self.schedule.n_window * a.window
            n_spectrum = len(target) + a.window * a.components + 2 * min(CYCLES, a.window // 2) * n_frame
            gap = torch.as_tensor(vector["anchor"]).to(dtype, copy=True)
            self.set_anchors(target, gap[:n_spectrum], latent_target, gap[n_spectrum:])

    def set_anchors(self, target, gap, latent_target, latent_gap):
        c = self.config
        self.anchor = Anchor(target, gap, c.anchor / max(1, c.start_score), c.anchor, self.architecture.window,
                             self.schedule.n_window)
        self.latent_anchor = LatentAnchor(latent_target, latent_gap, c.anchor)

    # one batch

    def draw(self, pairs, all_windows=True):
        """Numbers for one batch, real ones from @p pairs; noise of all windows, or of as many as a pair can touch."""
        b, a, s = len(self.pool), self.architecture, self.schedule
        latent = torch.randn if a.states else torch.rand
        carried = torch.rand(b, 1) < self.config.carry
        return Draws(first=torch.where(carried, self.pool, latent(b, a.latent)),
                     settled=torch.where(carried, self.pool, 0),
                     kick=latent(s.n_state - 1, b, a.latent),
                     noise=torch.randn(b, s.n_window if all_windows else s.n_pair, a.window, a.components),
                     start=s.first + torch.randint(s.n_start, (b,)),
                     offset=torch.randint(s.n_offset, (b,)),
                     actual=pairs.draw(b),
                     mix=torch.rand(1 + N_LATENT_CRITIC, b))

    def generate(self, draws):
        """Chains, their windows, or those of them that there is noise for, and a pair out of each."""
        a, s, (b, n_shown) = self.architecture, self.schedule, draws.noise.shape[:2]
        states = self.generator.chain(draws.first, draws.kick)
        skip = (draws.offset // a.window).clamp(max=s.n_window - n_shown)
        if s.crop and n_shown == s.n_window:
            before, after = torch.stack(states[:-1], 1), torch.stack(states[1:], 1)
        else:
            index = ((draws.start + skip)[:, None] + torch.arange(n_shown))[..., None].expand(-1, -1, a.latent)
            before = after = torch.stack(states, 1).gather(1, index)
            if s.crop:
                after = torch.stack(states[1:], 1).gather(1, index)
        windows = self.generator.windows(before.view(-1, a.latent), after.view(-1, a.latent), draws.noise.flatten(0, 1))
        windows = windows.view(b, n_shown, a.window, a.components)
        pair = windows.flatten(1, 2)
        if s.crop:
            index = (draws.offset - skip * a.window)[:, None] + torch.arange(2 * a.window)
            pair = pair.gather(1, index[..., None].expand(-1, -1, a.components))
        return Generated(draws.settled, states, windows, pair)

    def critic_backward(self, generated, draws):
        """Gradient of all critics' losses; returns their parts as means over the batch."""
        b = len(draws.actual)
        earlier, later = generated.late_pairs()
        window = self.window_critic(torch.cat((generated.pair, draws.actual))).view(2, b).mean(1)
        latent = self.latent_critics(torch.cat((earlier, later), 1)).view(-1, 2, b).mean(2)
        parts = SimpleNamespace(fake=window[0], actual=window[1], penalty=0,
                                latent=(latent[:, 1] - latent[:, 0]).sum(), latent_penalty=0)
        loss = parts.fake - parts.actual - parts.latent
        if self.penalty > 0:
            parts.penalty = gradient_penalty(self.window_critic, generated.pair, draws.actual, draws.mix[0], 2).mean()
            parts.latent_penalty = gradient_penalty(self.latent_critics, earlier, later, draws.mix[1:], 1).mean(1).sum()
            loss = loss + self.penalty * (parts.penalty + parts.latent_penalty)
        self.critic_weights.parameters.differentiate(loss)
        return parts

    def generator_backward(self, generated):
        """Gradient of the estimated Wasserstein distances, and of the anchors."""
        earlier, later = generated.late_pairs()
        latent = self.latent_critics(torch.cat((earlier, later), 1)).view(N_LATENT_CRITIC, 2, -1).mean(2)
        loss = (latent[:, 1] - latent[:, 0]).sum() - self.window_critic(generated.pair).mean()
        parameters = self.generator_weights.parameters
        if self.anchor:
            last = generated.states[-1]
            parameters.differentiate(loss, (generated.windows, last),
                                     (self.anchor.pull(generated.windows), self.latent_anchor.pull(generated.settled, last)))
        else:
            parameters.differentiate(loss)

    # one iteration

    def critic_step(self, factor):
        self.critic_weights.step(self.config.rate_critic * factor)
        if self.config.lipschitz == "clip":
            self.critic_weights.parameters.value.clamp_(-self.config.clip, self.config.clip)

    def generator_step(self, generated, factor):
        rate = self.config.rate_generator * factor
        self.generator_weights.step(rate, self.generator.n_linear, rate * self.config.rate_linear)
        decay = min(EMA, (self.iteration + 1) / (self.iteration + 11))
        self.mean.lerp_(self.generator_weights.parameters.value, 1 - decay)
        self.pool.copy_(generated.states[-1].detach())
        self.iteration += 1

    def iterate(self, pairs, factor=1.0):
        """Critic updates, then a generator update on the batch of the last. @p factor: of all rates."""
        for left in reversed(range(self.config.critic_steps)):
            draws = self.draw(pairs, left == 0)
            with torch.set_grad_enabled(left == 0):
                generated = self.generate(draws)
            parts = self.critic_backward(generated.detached(), draws)
            self.critic_step(factor)
        self.generator_backward(generated)
        self.generator_step(generated, factor)
        return parts


def rate_factor(done, linear):
    """At @p done from 0 to 1: down to a twentieth in the middle of the training; by a cosine beside a linear part."""
    if linear:
        return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1, max(0, (done - 0.1) / 0.9))))
    return min(1, max(0.05, (0.7 - done) / 0.3))
