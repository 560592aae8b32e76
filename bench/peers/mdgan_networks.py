# SPDX-License-Identifier: BSD-3-Clause
"""mdgan's networks in PyTorch, written from the paper and docs/file-formats.md.

All convolutions have stride = kernel, so each is one matrix product on a reshaped view. Shapes: B samples, W width of
z, M frames per window, D components, q states per component of the linear part, K states of a chain.
"""
import math

import torch
import torch.nn.functional as F

SLOPE = 0.2  # of LeakyReLU
PAPER_NOISE_SCALE = 0.3  # of the U-net's input if there is no linear part
N_LATENT_CRITIC = 3
ORIENTATION = 4  # latent numbers of a molecule's frame, the last ones of z


def leaky(x):
    """LeakyReLU in place of a layer's output."""
    return F.leaky_relu_(x, SLOPE)


# ---- parameters and layers ----

class Parameters:
    """One vector of weights. The layers' matrices are leaves that view pieces of it, so that optimiser and running mean
    are a few operations on whole vectors."""

    def __init__(self, value, gradient=None, leaf=None):
        self.value = value
        self.gradient = torch.zeros_like(value) if gradient is None else gradient
        self.leaf = {} if leaf is None else leaf  # name: (leaf, view of its gradient)
        self.used = 0

    def take(self, name, *shape):
        """The next values as a leaf; with blocks one for each, as its first dimension."""
        columns = slice(self.used, self.used + math.prod(shape))
        self.used = columns.stop
        return self.make_leaf(name, lambda vector: vector[..., columns].view(vector.shape[:-1] + shape))

    def take_matrices(self, name, n_out, *n_in):
        """A layer's weights [n_out, sum of n_in], as leaves [n_in, n_out] for each of the inputs that it joins."""
        columns = slice(self.used, self.used + n_out * sum(n_in))
        self.used = columns.stop

        def view(vector, first, n):
            matrix = vector[..., columns].view(vector.shape[:-1] + (n_out, sum(n_in)))
            return matrix[..., first:first + n].transpose(-1, -2)

        starts = [sum(n_in[:i]) for i in range(len(n_in))]
        return [self.make_leaf(f"{name}.weight{i}", lambda vector: view(vector, starts[i], n_in[i]))
                for i in range(len(n_in))]

    def make_leaf(self, name, view):
        leaf = view(self.value).detach().requires_grad_()
        self.leaf[name] = (leaf, view(self.gradient))
        return leaf

    def blocks(self, n, size):
        """The next n blocks of values, for n networks of one shape."""
        part = slice(self.used, self.used + n * size)
        self.used = part.stop
        return Parameters(self.value[part].view(n, size), self.gradient[part].view(n, size), self.leaf)

    def differentiate(self, loss, more=(), d_more=()):
        """Gradient of a loss, plus that of other tensors times d_more, into self.gradient."""
        leaves, views = zip(*self.leaf.values())
        outputs, d_outputs = (loss,) + tuple(more), (None,) + tuple(d_more)
        for view, gradient in zip(views, torch.autograd.grad(outputs, leaves, d_outputs)):
            view.copy_(gradient)


class Layer:
    """y = x A + b, where x may be several inputs side by side; or one such for each block."""

    def __init__(self, parameters, name, n_out, *n_in):
        self.matrices = parameters.take_matrices(name, n_out, *n_in)
        self.matrix = self.matrices[0]
        self.bias = parameters.take(name + ".bias", n_out)

    def __call__(self, *inputs):
        if self.matrix.dim() == 3:
            return torch.baddbmm(self.bias[:, None], inputs[0], self.matrix)
        y = torch.addmm(self.bias, inputs[0], self.matrix)
        for x, matrix in zip(inputs[1:], self.matrices[1:]):
            y.addmm_(x, matrix)
        return y

    def view(self, x):
        """x as rows of this layer's input: a stride of frames side by side."""
        return x.reshape(self.matrix.shape[:-2] + (-1, self.matrix.shape[-2]))


class UNet:
    """Encoder of strided convolutions, a condition joined at the bottleneck, decoder with skips."""

    def __init__(self, parameters, frames, n_channel, channels, *n_condition):
        self.shape = (frames, n_channel)
        kernels, widths = [], []
        while frames > 1:
            kernels.append(next(k for k in (4, 2, 3, 5, 7) if frames % k == 0))
            widths.append(channels if not widths else 2 * channels)
            frames //= kernels[-1]
        levels = list(zip(range(len(kernels)), kernels, [n_channel] + widths[:-1], widths))
        self.encode = [Layer(parameters, f"unet.encode{i}", below, kernel * above)
                       for i, kernel, above, below in levels]
        self.decode = [Layer(parameters, f"unet.decode{i}", kernel * above, below,
                             *(n_condition if i + 1 == len(levels) else (below,)))
                       for i, kernel, above, below in reversed(levels)]

    def __call__(self, x, *condition):
        """x [n, M, D], condition [n, n_condition] each -> [n, M, D]"""
        skips = []
        for layer in self.encode:
            x = leaky(layer(layer.view(x)))
            skips.append(x)
        x = leaky(self.decode[0](skips.pop(), *condition))
        for layer in self.decode[1:]:
            x = layer(layer.view(x), skips.pop())
            if skips:
                x = leaky(x)
        return x.view(-1, *self.shape)


class LinearPart:
    """z' = F z + N r and y = C z + C' z' + L e, for each component with matrices of its own or with shared ones."""

    def __init__(self, parameters, architecture):
        m, d, q = architecture.window, architecture.components, architecture.states
        self.shared = bool(architecture.shared)
        if not self.shared:
            parameters = parameters.blocks(d, 2 * q * q + 2 * m * q + m * m)
        self.evolve, self.kick, self.start, self.end, self.noise = (
            parameters.take_matrices("linear." + name, n_out, n_in)[0]
            for name, n_out, n_in in (("F", q, q), ("N", q, q), ("C", m, q), ("C'", m, q), ("L", m, m)))

    def groups(self):
        """F, N, C, C' and L in double, of each component or of all; the leaves are these transposed."""
        parts = [x.detach().double() for x in (self.evolve, self.kick, self.start, self.end, self.noise)]
        return zip(*(x.t()[None] if self.shared else x.transpose(1, 2) for x in parts))

    def apply(self, matrix, x, add=None):
        """By component: x [n, D, in], matrix [in, out] or [D, in, out], add [n, D, out] or None -> [n, D, out]"""
        n, d, n_in = x.shape
        if self.shared:
            x = x.reshape(n * d, n_in)
            y = x @ matrix if add is None else torch.addmm(add.reshape(n * d, -1), x, matrix)
            return y.view(n, d, -1)
        x = x.transpose(0, 1)
        y = torch.bmm(x, matrix) if add is None else torch.baddbmm(add.transpose(0, 1), x, matrix)
        return y.transpose(0, 1)

    def frames(self, before, after, noise):
        """before, after [n, W]; noise [n, M, D] -> [n, M, D]"""
        n, _, d = noise.shape
        y = self.apply(self.start, before.view(n, d, -1))
        y = self.apply(self.end, after.view(n, d, -1), y)
        return self.apply(self.noise, noise.transpose(1, 2), y).transpose(1, 2)


def rotations(before, after, frames):
    """Of quaternions of any length [n, 4] that go straight from one to the other -> [n, frames, 3, 3]"""
    at = (torch.arange(frames, dtype=before.dtype) + 0.5) / frames
    q = torch.lerp(before[:, None], after[:, None], at[:, None])
    w, x, y, z = (q / q.norm(dim=-1, keepdim=True)).unbind(-1)
    rows = (1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w),
            2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w),
            2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y))
    return torch.stack(rows, -1).view(len(q), frames, 3, 3)


class Generator:
    """G_z and G_Y, in the paper's form or as networks beside a linear part; maybe in the frame of a molecule, the
    orientation of which is nothing that the networks see."""

    def __init__(self, parameters, architecture):
        a = self.architecture = architecture
        self.linear = LinearPart(parameters, a) if a.states else None
        self.keep, self.seen = None, a.latent
        if getattr(a, "frame", 0):
            self.keep, self.seen = parameters.value[parameters.used], a.latent - ORIENTATION
            parameters.used += 1
        self.n_linear, w = parameters.used, self.seen
        self.evolve = [Layer(parameters, "evolve0", a.hidden, w, w), Layer(parameters, "evolve1", a.hidden, a.hidden),
                       Layer(parameters, "evolve2", w, a.hidden)]
        self.unet = UNet(parameters, a.window, a.components, a.channels, *((w, w) if a.states else (w,)))

    def chain(self, first, kick):
        """first [B, W], kick [K - 1, B, W] -> states, K of [B, W]; what the kicks add is done for all steps at once."""
        if self.keep is None:
            return self.seen_chain(first, kick)
        states = self.seen_chain(first[:, :self.seen], kick[..., :self.seen].contiguous())
        turned = [first[:, self.seen:]]
        for r in kick[..., self.seen:]:
            turned.append(self.keep * turned[-1] + (1 - self.keep.square()).sqrt() * r)
        return [torch.cat(parts, 1) for parts in zip(states, turned)]

    def seen_chain(self, first, kick):
        """The same of what the networks see."""
        n_step, b, w = kick.shape
        d = self.architecture.components
        layer, middle, last = self.evolve
        from_state, from_kick = layer.matrices
        hidden = torch.addmm(layer.bias, kick.view(-1, w), from_kick).view(n_step, b, -1).unbind()
        if self.linear:
            kicked = self.linear.apply(self.linear.kick, kick.view(n_step * b, d, -1)).reshape(n_step, b, w).unbind()
        states = [first]
        for k in range(n_step):
            x = last(leaky(middle(leaky(torch.addmm(hidden[k], states[-1], from_state)))))
            if self.linear:
                add = kicked[k].view(b, d, -1)
                states.append(x + self.linear.apply(self.linear.evolve, states[-1].view(b, d, -1), add).reshape(b, w))
            else:
                states.append(states[-1] + x)
        return states

    def windows(self, before, after, noise):
        """States at the windows' ends [n, W], noise [n, M, D] -> [n, M, D]"""
        if not self.linear:
            return self.unet(noise * PAPER_NOISE_SCALE, (before - 0.5) * math.sqrt(12))
        if self.keep is None:
            return self.unet(noise, before, after) + self.linear.frames(before, after, noise)
        z, end = before[:, :self.seen], after[:, :self.seen]
        turn = rotations(before[:, self.seen:].detach(), after[:, self.seen:].detach(), noise.shape[1])
        return torch.einsum("nmij,nmj->nmi", turn, self.unet(noise, z, end) + self.linear.frames(z, end, noise))


# ---- critics ----

class Critic:
    """D of samples [n, frames, values], with frames of zeros on both sides; or one D for each block of samples."""

    def __init__(self, layers, padding=0):
        self.layers, self.padding = layers, padding

    def hidden(self, x):
        """What the hidden layers make of samples."""
        if self.padding:
            x = F.pad(x, (0, 0, self.padding, self.padding))
        outputs = []
        for layer in self.layers[:-1]:
            x = leaky(layer(layer.view(x)))
            outputs.append(x)
        return outputs

    def __call__(self, x):
        """One number for each sample."""
        return self.layers[-1](self.hidden(x)[-1])[..., 0]

    def slopes(self, x):
        """dD/dx. It depends on the weights by products with them alone: the slopes of LeakyReLU are constants."""
        with torch.no_grad():
            outputs = self.hidden(x)
        d = self.layers[-1].matrix.transpose(-1, -2).expand(outputs[-1].shape)
        for layer, y in zip(self.layers[-2::-1], outputs[::-1]):
            d = torch.ops.aten.leaky_relu_backward(d.reshape(y.shape), y, SLOPE, True) @ layer.matrix.transpose(-1, -2)
        if self.padding:
            return d.view(len(x), -1, x.shape[-1])[:, self.padding:-self.padding]
        return d.view(x.shape)


def make_critic(parameters, name, *sizes, padding=0):
    """@p sizes: of the layers, (in, out)."""
    return Critic([Layer(parameters, f"{name}{i}", n_out, n_in) for i, (n_in, n_out) in enumerate(sizes)], padding)


def conv_critic(parameters, architecture):
    """D_Y of strided convolutions; the padding makes patches straddle the join of the two windows."""
    m, d = architecture.window, architecture.components
    padding = next(p for p in range(5, 13) if (m + p) % 8 == 0)
    left = 2 * (m + padding) // 16
    return make_critic(parameters, "window", (4 * d, 32), (4 * 32, 32), (left * 32, 64), (64, 64), (64, 1),
                       padding=padding)


def mlp_critic(parameters, architecture):
    """D_Y of affine layers."""
    size, h = 2 * architecture.window * architecture.components, 2 * architecture.hidden
    return make_critic(parameters, "window", (size, h), (h, h), (h, 1))


def latent_critics(parameters, architecture):
    """The D_z, each with a pair of successive states of its own: [3, n, W] -> [3, n]."""
    w, h = architecture.latent, architecture.hidden
    sizes = ((w, h), (h, h), (h, 1))
    blocks = parameters.blocks(N_LATENT_CRITIC, sum((n_in + 1) * n_out for n_in, n_out in sizes))
    return make_critic(blocks, "latent", *sizes)


def gradient_penalty(critic, fake, actual, mix, n_sample):
    """(|dD/dx| - 1)^2 between samples of @p n_sample dimensions."""
    slopes = critic.slopes(torch.lerp(fake, actual, mix.view(mix.shape + (1,) * n_sample)))
    return (slopes.flatten(-n_sample).norm(dim=-1) - 1).square()
