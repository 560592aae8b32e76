#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What 2M frames say, whoever reads them: least standard errors of unbiased fits (Fisher's information; Cramer and Rao's bound).
For the processes of `mdgan bench diffusion`, of the displacement, by a fit that knows their form, with the times of the memories
known or to be found. For those of `mdgan bench oscillator`, of the sine's frequency, and of how far its phase walks at random per
window, of which there is nothing; and the spectrum's error if it is off by that much.
Usage: information.py"""
import numpy

WINDOW = 64  # frames
RECORDS = 3000  # 1,000 entities of three components
SYSTEMS = {"feasible": (0.1, 0.5), "infeasible": (3, 20)}  # times of the memories, windows
LAGS = (2, 10, 50)  # windows


def increments(diffusion, square, time, n):
    """Autocovariance [n] of the increments of one component"""
    t = numpy.arange(n)
    r = numpy.where(t == 0, 2 * diffusion, 0.0)
    for a, tau in zip(square, time):
        kept = numpy.exp(-1 / tau)
        r += a * numpy.where(t == 0, 2 * (1 - kept), -(1 - kept) ** 2 * kept ** numpy.maximum(t - 1, 0))
    return r


def split(parameters):
    """D, a_i^2, tau_i of a vector of D, a_i^2, log tau_i"""
    n = (len(parameters) - 1) // 2
    return parameters[0], parameters[1:1 + n], numpy.exp(parameters[1 + n:])


def covariance(parameters):
    """[T][T] of records of 2M increments"""
    t = numpy.arange(2 * WINDOW)
    return increments(*split(parameters), len(t))[abs(t[:, None] - t)]


def displacement(parameters, lag):
    diffusion, square, time = split(parameters)
    return 6 * (diffusion * lag + numpy.sum(square * (1 - numpy.exp(-lag / time))))


def derivatives(function, parameters):
    """By each parameter, in turn"""
    out = []
    for i, value in enumerate(parameters):
        step = numpy.zeros(len(parameters))
        step[i] = 1e-5 * max(1e-3, abs(value))
        out.append((function(parameters + step) - function(parameters - step)) / (2 * step[i]))
    return out


def bound(parameters, found, lag):
    """Relative standard error of the displacement if the first `found` parameters have to be found"""
    inverse = numpy.linalg.inv(covariance(parameters))
    parts = [inverse @ d for d in derivatives(covariance, parameters)[:found]]
    information = RECORDS / 2 * numpy.array([[numpy.sum(a * b.T) for b in parts] for a in parts])
    slope = numpy.array(derivatives(lambda p: displacement(p, lag), parameters)[:found])
    return numpy.sqrt(slope @ numpy.linalg.solve(information, slope)) / displacement(parameters, lag)


def percent(x):
    return f"{x:.1%}" if x < 1 else "above 100%"


AMPLITUDE, FREQUENCY, SINES = 0.1, 0.7, 4000  # of the sine, per frame; records
NOISES = (0.01, 0.1)
PIECE = 1024  # frames of a periodogram


def sine_information(phase, noise):
    """Of one record, on frequency and on the square of the random walk's step per window, where that is none: the phase is
    any, and known no better than the record tells (Gaussian, as the walk's effect is small)."""
    t = numpy.arange(2 * WINDOW)
    turned = AMPLITUDE * numpy.cos(FREQUENCY * t + phase)  # by the phase
    unseen = numpy.eye(len(t)) - numpy.outer(turned, turned) / (turned @ turned)
    slope = unseen @ (t * turned)
    walk = unseen @ (numpy.outer(turned, turned) * numpy.minimum.outer(t, t) / WINDOW) @ unseen
    return numpy.array((slope @ slope / noise**2, numpy.sum(walk * walk.T) / (2 * noise**4)))


def periodogram(frequency, square, noise):
    """Expected, of unit sum, of sines whose phase walks by `square` per window"""
    lag, bins = numpy.arange(PIECE), numpy.arange(PIECE // 2 + 1)
    line = (PIECE - lag) * AMPLITUDE**2 / 2 * numpy.cos(frequency * lag) * numpy.exp(-square * lag / (2 * WINDOW))
    power = noise**2 * PIECE + 2 * numpy.cos(2 * numpy.pi * numpy.outer(bins, lag) / PIECE) @ line - line[0]
    return power / power.sum()


def sine_bounds(noise):
    """Standard errors of the frequency, rad per frame, and of the square of the step, rad^2 per window"""
    phases = numpy.linspace(0, 2 * numpy.pi, 24, endpoint=False)
    return 1 / numpy.sqrt(SINES * numpy.mean([sine_information(phase, noise) for phase in phases], axis=0))


def report_sines():
    print(f"\n{'noise':<8}{'known to':<26}{'rad per window':>16}{'error of the spectrum':>24}")
    for noise in NOISES:
        frequency, square = sine_bounds(noise)
        rows = [("frequency, one error", frequency * WINDOW, periodogram(FREQUENCY + frequency, 0, noise))]
        rows += [(f"walk, {name}", numpy.sqrt(n * square), periodogram(FREQUENCY, n * square, noise))
                 for n, name in ((1, "one error"), (2, "two errors"))]
        for name, value, power in rows:
            error = numpy.mean((power - periodogram(FREQUENCY, 0, noise)) ** 2)
            print(f"{noise:<8}{name:<26}{value:>16.2g}{error:>24.2g}")


def report_displacements():
    diffusion = 0.5
    print(f"{'':<12}{'windows':>8}{'times known':>14}{'times to be found':>20}")
    for name, windows in SYSTEMS.items():
        time = WINDOW * numpy.array(windows)
        parameters = numpy.concatenate(([diffusion], diffusion * time, numpy.log(time)))
        for lag in LAGS:
            known, free = (bound(parameters, n, lag * WINDOW) for n in (3, 5))
            print(f"{name:<12}{lag:>8}{percent(known):>14}{percent(free):>20}")


report_displacements()
report_sines()
