#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""C-RNN-GAN (Mogren 2016, arXiv:1611.09904), from the paper's description: a generator of LSTM layers that is fed with
noise and its previous output, against a discriminator of bidirectional LSTM layers that judges every frame. Shapes: B
samples, T frames, D components, H units."""
import copy
import json

import series
import torch
import torch.nn.functional as F
from torch import nn

BATCH, CLIP = 20, 5
FREEZE = 0.7  # a network waits while its cross-entropy is below this share of the other's
FINAL_RATE = 0.02  # share of the rate; each part: constant for half of it, then linear
SHORTEST = 8  # frames that pretraining begins with
ITERATIONS = 1000
NAMES = ("optimiser", "pretraining", "feature_matching", "prediction", "free_running")
SETTINGS = {"published": ("sgd", 0.5, 0, 0, 0), "tuned": ("adam", 0.7, 1, 1, 1)}
RATE = {"sgd": (0.1, 0.1, 0.1), "adam": (1e-3, 3e-5, 3e-4)}  # pretraining, generator, discriminator
EMA = 0.99  # of the generator's weights

# `--settings published` is what the paper describes (`--feature-matching 1`: its variant FM), but for its L2
# regularisation, whose weight it does not give. `tuned` differs where that was better: mean square error
# of the spectrum (1,024 frames, unit sum; 1.6e-3 if windows know nothing of each other) on 0.1 sin(0.7 t + phase) +
# noise, single runs of 64 units and 400 to 1,000 iterations, noise of sd 0.01:
#   2.1e-3  pretraining alone, Adam (1.4e-3: SGD); 1.4e-7 in 800 iterations with falling rates, by luck: after 700 and
#           an adversarial part the frequency was off by 1 %, as predicting single frames leaves that of free running
#           open
#   1.5e-6  the same in 500 iterations with free running in the squared error
#   2.3e-3  and more: adversarial part after pretraining on single frames, with or without feature matching
#   4.0e-5  adversarial part beside the squared error, with free running; 6.1e-7 with feature matching
# With these, 350 units reach 8.8e-8 in 555 iterations, most of them pretraining. At sd 0.1 the noise is not
# learned (350 units: 8.3e-4, amplitude and frequency right, noise 0.006); larger rates, a smaller weight of the squared
# error and noise of unit variance at the input were worse (64 units: 1.3e-3 to 1.8e-3).


class Generator(nn.Module):
    def __init__(self, d, units):
        super().__init__()
        self.cells = nn.ModuleList([nn.LSTMCell(2 * d, units), nn.LSTMCell(units, units)])
        self.out = nn.Linear(units, d)

    def forward(self, noise, truth=None, forced=0):
        """noise [B, T, D] -> [B, T, D], each frame after the generator's own previous one, but the first ones after the
        @p forced first frames of @p truth [B, T, D]."""
        n, frames, d = noise.shape
        zero = noise.new_zeros(n, self.out.in_features)
        states, y, made = [(zero, zero) for _ in self.cells], noise.new_zeros(n, d), []
        for t in range(frames):
            x = torch.cat((noise[:, t], y), 1)
            for i, cell in enumerate(self.cells):
                states[i] = cell(x, states[i])
                x = states[i][0]
            made.append(self.out(x))
            y = truth[:, t] if t < forced else made[-1]
        return torch.stack(made, 1)


class Discriminator(nn.Module):
    def __init__(self, d, units):
        super().__init__()
        self.lstm = nn.LSTM(d, units, 2, bidirectional=True, batch_first=True)
        self.out = nn.Linear(2 * units, 1)

    def forward(self, x):
        """[B, T, D] -> probabilities of being real [B] and the last layer's features [B, 2H], means over the
        frames"""
        features = self.lstm(x)[0]
        return torch.sigmoid(self.out(features)).mean((1, 2)), features.mean(1)


class Training:
    def __init__(self, records, options):
        self.records, self.matching, self.pretraining = records, options.feature_matching, options.pretraining
        self.prediction, self.free_running = options.prediction, options.free_running
        self.generator = Generator(records.d, options.units)
        self.discriminator = Discriminator(records.d, options.units)
        self.parameters = [list(net.parameters()) for net in (self.generator, self.discriminator)]
        self.rates, adam = RATE[options.optimiser], options.optimiser == "adam"
        # Adam's moments of the pretraining say nothing of what comes after it.
        self.pretrainer, *self.optimisers = [torch.optim.Adam(p, 0, (0.5, 0.9)) if adam else torch.optim.SGD(p, 0)
                                             for p in self.parameters[:1] + self.parameters]
        self.mean = copy.deepcopy(self.generator)  # running mean of the weights: what generates
        self.n_adversarial = 0
        self.frozen = [0, 0]  # iterations that generator and discriminator waited

    def noise(self, n, frames):
        return torch.rand(n, frames, self.records.d)

    def update(self, which, loss, more_to_come=False):
        gradient = torch.autograd.grad(loss, self.parameters[which], retain_graph=more_to_come)
        for parameter, g in zip(self.parameters[which], gradient):
            parameter.grad = g
        nn.utils.clip_grad_norm_(self.parameters[which], CLIP)

    def prediction_error(self, real):
        """Of frames after real ones; with free running, from a random frame on after the generator's own: predicting
        single frames leaves the frequency of its own oscillations open."""
        forced = int(torch.randint(SHORTEST // 2, real.shape[1], ())) if self.free_running else real.shape[1]
        return F.mse_loss(self.generator(self.noise(*real.shape[:2]), real, forced), real)

    def pretrain(self, fraction):
        """The generator learns to predict the next frame, of longer and longer pieces."""
        frames = round(SHORTEST + fraction * (2 * self.records.window - SHORTEST))
        self.update(0, self.prediction_error(self.records.draw(BATCH)[:, :frames]))
        self.pretrainer.step()

    def adversarial(self):
        """One step of both from the same forward pass, unless one has to wait for the other. The discriminator's loss
        is the mean of both batches' cross-entropies, so that neither waits where they are at par."""
        self.n_adversarial += 1
        real = self.records.draw(BATCH)
        fake = self.generator(self.noise(*real.shape[:2]))
        says, features = self.discriminator(torch.cat((real, fake)))
        says_real, says_fake = says.split(BATCH)
        features_real, features_fake = features.split(BATCH)
        tiny = 1e-6
        discriminator_loss = -(torch.log(says_real + tiny) + torch.log(1 - says_fake + tiny)).mean() / 2
        generator_loss = -torch.log(says_fake + tiny).mean()
        move_generator = generator_loss > FREEZE * discriminator_loss
        move_discriminator = discriminator_loss > FREEZE * generator_loss
        if move_generator:
            matched = (features_fake.mean(0) - features_real.mean(0).detach()).square().sum()
            loss = matched if self.matching else generator_loss
            if self.prediction > 0:
                loss = loss + self.prediction * self.prediction_error(real)
            self.update(0, loss, more_to_come=bool(move_discriminator))
        if move_discriminator:
            self.update(1, discriminator_loss)
        for optimiser, moves in zip(self.optimisers, (move_generator, move_discriminator)):
            if moves:
                optimiser.step()
        self.frozen = [self.frozen[0] + (not move_generator), self.frozen[1] + (not move_discriminator)]

    def step(self, fraction):
        pretrains = fraction < self.pretraining
        part = fraction / self.pretraining if pretrains else (fraction - self.pretraining) / (1 - self.pretraining)
        for optimiser, rate in zip((self.pretrainer, *self.optimisers), self.rates):
            optimiser.param_groups[0]["lr"] = rate * min(1, max(FINAL_RATE, 2 * (1 - part)))
        if pretrains:
            self.pretrain(part)
        else:
            self.adversarial()
        self.average(0 if pretrains else EMA)

    @torch.no_grad()
    def average(self, keep):
        for mean, now in zip(self.mean.parameters(), self.generator.parameters()):
            mean.lerp_(now, 1 - keep)

    @torch.no_grad()
    def generate(self, n_entity, n_frame):
        return self.mean(self.noise(n_entity, n_frame))


def main():
    p = series.parser(__doc__)
    p.add_argument("--units", type=int, default=350, help="of each LSTM layer")
    p.add_argument("--settings", choices=sorted(SETTINGS), default="published", help="of the options that follow")
    p.add_argument("--optimiser", choices=sorted(RATE))
    p.add_argument("--pretraining", type=float, help="share of the budget")
    p.add_argument("--feature-matching", type=int, choices=(0, 1),
                   help="the generator matches mean features of the discriminator instead of fooling it")
    p.add_argument("--prediction", type=float, help="weight of the squared error in the generator's loss")
    p.add_argument("--free-running", type=int, choices=(0, 1), help="squared error also of what follows its own frames")
    options = series.parse(p, ITERATIONS)
    for name, value in zip(NAMES, SETTINGS[options.settings]):
        if getattr(options, name) is None:
            setattr(options, name, value)
    records = series.Records(series.read(options.data), options.window)
    training, budget = Training(records, options), series.Budget(options)
    while budget.goes_on():
        training.step(budget.fraction())
        budget.used += 1
    seconds = budget.elapsed()
    series.write(options.out, records.series(training.generate(options.entities, options.frames)), "crnn_gan.py")
    print(json.dumps({"model": "C-RNN-GAN", "train_seconds": seconds, "iterations": budget.used, "units": options.units,
                      "settings": {name: getattr(options, name) for name in NAMES},
                      "adversarial_iterations": training.n_adversarial, "frozen": training.frozen,
                      "threads": options.threads, "seed": options.seed}))


if __name__ == "__main__":
    main()
