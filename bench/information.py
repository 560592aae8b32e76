#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What 2M frames say about the displacement of the processes of `mdgan bench diffusion`: the least standard error of an unbiased
fit that knows their form (Fisher's information; Cramer and Rao's bound), with the times of the memories known or to be found.
Usage: information.py"""
import numpy

WINDOW, RECORDS = 64, 3000  # frames; 1,000 entities of three components
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


def main():
    diffusion = 0.5
    print(f"{'':<12}{'windows':>8}{'times known':>14}{'times to be found':>20}")
    for name, windows in SYSTEMS.items():
        time = WINDOW * numpy.array(windows)
        parameters = numpy.concatenate(([diffusion], diffusion * time, numpy.log(time)))
        for lag in LAGS:
            known, free = (bound(parameters, n, lag * WINDOW) for n in (3, 5))
            print(f"{name:<12}{lag:>8}{percent(known):>14}{percent(free):>20}")


main()
