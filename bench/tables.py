#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Tables of what bench/validate.sh measured: medians [least, greatest] over the seeds, the goals and whether they are met,
and curves for bench/plots/. Usage: tables.py RESULTS WORK, where RESULTS has CASE-PART-SEED.json; writes WORK/CASE.md, goals.md,
origin.md, commit.txt and curves/SYSTEM-ROW-CURVE.csv (x, median, least, greatest)."""
import collections
import glob
import json
import math
import os
import re
import statistics
import sys

CASES = ("oscillator", "diffusion", "water", "polymer")
ROWS = ("mdgan", "mdgan-paper", "linear", "burg-ar", "burg-ar-3/4", "burg-ar-1/2", "burg-ar-1/4", "pair-gaussian", "independent",
        "naive", "naive-published", "c-rnn-gan", "c-rnn-gan-tuned", "c-rnn-gan-10x", "known-form", "known-times", "floor")
BURG = ("burg-ar", "burg-ar-3/4", "burg-ar-1/2", "burg-ar-1/4")
GAUSSIAN = ("burg-ar", "pair-gaussian")

# case: tables of (heading, metric)
COLUMNS = {
    "oscillator": (
        (("spectrum, mean squared error", "spectrum_mse"), ("below independent windows, times", "spectrum_gain"),
         ("the same error over 100,352 frames", "spectrum_mse_long"), ("comb", "comb"),
         ("sidebands", "comb_sideband"), ("training / s", "train_seconds")),
        (("phase jitter / rad", "phase_jitter_rad"), ("phase drift / rad", "phase_drift_rad"),
         ("amplitude", "amplitude_mean"), ("its spread", "amplitude_sd"), ("noise / real", "noise_ratio"),
         ("kurtosis", "kurtosis"))),
    "diffusion": (
        (("MSD, largest relative error", "msd_max_rel_error"), ("MSD at 2M", "msd_rel_error_2M"),
         ("MSD at 50M", "msd_rel_error_50M"), ("D", "diffusion_rel_error"), ("bar at 50M", "msd_rel_bar_50M"),
         ("lags within 2 bars", "covered_by_2_bars"), ("training / s", "train_seconds")),),
    "water": (
        (("peaks, largest shift / cm⁻¹", "peak_error_cm1"), ("spectrum, relative L2 error", "vdos_rel_l2"),
         ("power above 5000 cm⁻¹ / real", "power_above_5000_ratio"), ("comb above 5000 cm⁻¹", "comb_above_5000"),
         ("training / s", "train_seconds")),
        (("energy in blocks, correlation at 1", "block_energy_acf1"), ("at 4", "block_energy_acf4"),
         ("its variance", "block_energy_variance"), ("jumps at joins", "join_jump_ratio"),
         ("their kurtosis", "join_kurtosis_ratio"), ("variance / real", "variance_ratio"))),
    "polymer": (
        (("MSD, largest relative error", "msd_max_rel_error"), ("beyond, in standard errors", "msd_max_sigma_beyond"),
         ("MSD at 4 x 2M", "msd_rel_error_4x2M"), ("D", "diffusion_rel_error"), ("D, in standard errors", "diffusion_sigma"),
         ("slope to 2M", "slope_inside"), ("slope beyond", "slope_beyond"), ("training / s", "train_seconds")),),
}


def number(x, digits=3):
    if x is None:
        return "–"
    if 1e4 <= abs(x) < 1e9:
        return f"{round(x, 2 - int(math.log10(abs(x)))):,.0f}"
    return f"{x:.{digits}g}"


class Results:
    """Numbers by system, row and metric, over the seeds."""

    def __init__(self, folder):
        self.origin = collections.defaultdict(list)  # (case, part): [(seed, origin)]
        self.rows = {}  # system: {row: {seed: {metric: number}}}
        self.case = {}  # system: case
        self.cases = set()
        self.curves = {}  # (system, row, curve): {seed: points}
        for path in sorted(glob.glob(os.path.join(folder, "*-*-*.json"))):
            case, part, seed = re.fullmatch(r"(.*)-(.*)-(\d+)\.json", os.path.basename(path)).groups()
            with open(path, encoding="utf-8") as file:
                content = json.load(file)
            self.origin[case, part].append((int(seed), content))
            self.cases.add(case)
            for r in content["results"]:
                self.add(case, int(seed), r)

    def add(self, case, seed, r):
        self.case[r["system"]] = case
        metrics = {"train_seconds": r["train_seconds"], **r["metrics"]}
        for name, value in metrics.items():
            if isinstance(value, list):  # the worst of a kind
                metrics[name] = None if None in value else max(value, key=abs)
        self.rows.setdefault(r["system"], {}).setdefault(r["row"], {})[seed] = metrics
        for name, points in r.get("curves", {}).items():
            self.curves.setdefault((r["system"], r["row"], name), {})[seed] = points

    def values(self, system, row, metric):
        """{seed: number}"""
        seeds = self.rows.get(system, {}).get(row, {})
        return {seed: m[metric] for seed, m in seeds.items() if m.get(metric) is not None}

    def median(self, system, row, metric, of=float):
        found = [of(v) for v in self.values(system, row, metric).values()]
        return statistics.median(found) if found else None

    def cell(self, system, row, metric):
        found = list(self.values(system, row, metric).values())
        if not found or (metric == "train_seconds" and not any(found)):
            return ""
        middle = number(statistics.median(found))
        return middle if len(found) == 1 else f"{middle} [{number(min(found))}, {number(max(found))}]"


# ---- goals ----

def at_least(limit, unit=""):
    return f"≥ {number(limit)}{unit}", lambda x: x >= limit


def at_most(limit, unit=""):
    return f"≤ {number(limit)}{unit}", lambda x: x <= limit


def within(centre, tolerance):
    return f"{centre} ± {tolerance}", lambda x: abs(x - centre) <= tolerance


def quotient(a, b):
    return a / b if a is not None and b else None


def difference(a, b):
    return a - b if a is not None and b is not None else None


def oscillator_goals(r):
    mse = {s: {row: r.median(s, row, "spectrum_mse") for row in r.rows.get(s, {})}
           for s in ("oscillator-0.01", "oscillator-0.1")}

    def below(system, *rows):  # how many times mdgan's error is below the best of the rows
        found = [mse[system][row] for row in rows if mse[system].get(row)]
        return quotient(min(found), mse[system].get("mdgan")) if found else None

    def most_seeds(values, reached):  # four of five
        good = sum(reached(v) for v in values)
        return (good / len(values) if values else None), f"{good} of {len(values)}"

    s = "oscillator-0.01"
    median = lambda metric, row="mdgan": r.median(s, row, metric)  # noqa: E731
    yield s, "spectrum's error below that of independent windows", at_least(5e4, " times"), median("spectrum_gain")
    yield (s, "the same over 100,352 frames", at_least(5e4, " times"),
           quotient(median("spectrum_mse_long", "independent"), median("spectrum_mse_long")))
    yield (s, "below C-RNN-GAN as published, also with ten times the time", at_least(104, " times"),
           below(s, "c-rnn-gan", "c-rnn-gan-10x"))
    yield s, "below C-RNN-GAN, tuned", at_least(1, " times"), below(s, "c-rnn-gan-tuned")
    yield s, "below the naive model, as published or better", at_least(10, " times"), below(s, "naive", "naive-published")
    yield s, "below the best Burg autoregression", at_least(1, " times"), below(s, *BURG)
    yield s, "phase jitter / rad", at_most(0.03), median("phase_jitter_rad")
    yield s, "amplitude", within(0.1, 0.002), median("amplitude_mean")
    yield s, "spread of the amplitude", at_most(0.008), median("amplitude_sd")
    yield s, "noise / real", within(1, 0.05), median("noise_ratio")
    yield s, "kurtosis less the real one", within(0, 0.1), difference(median("kurtosis"), median("kurtosis", "floor"))
    yield s, "no comb: power at multiples of the window rate / around", at_most(1.1), median("comb")
    yield s, "no comb around the line", at_most(1.1), median("comb_sideband")
    yield s, "training / s", at_most(120), median("train_seconds")
    gains = r.values(s, "mdgan-paper", "spectrum_gain")
    share, text = most_seeds(list(gains.values()), lambda x: x >= 4e4)
    yield s, "`mdgan-paper`: seeds 40,000 times below independent windows", ("4 of 5", lambda x: x >= 0.8), share, text
    yield s, "`mdgan-paper`: training / s", at_most(300), median("train_seconds", "mdgan-paper")
    s = "oscillator-0.1"
    yield (s, "spectrum's error below that of the naive model, as published or better", at_least(79, " times"),
           below(s, "naive", "naive-published"))
    yield (s, "below C-RNN-GAN as published, also with ten times the time", at_least(104, " times"),
           below(s, "c-rnn-gan", "c-rnn-gan-10x"))
    yield s, "below C-RNN-GAN, tuned", at_least(1, " times"), below(s, "c-rnn-gan-tuned")
    yield s, "below the best Burg autoregression", at_least(1, " times"), below(s, *BURG)
    yield s, "training / s", at_most(120), r.median(s, "mdgan", "train_seconds")
    ours, naive = r.values(s, "mdgan-paper", "spectrum_mse"), r.values(s, "naive", "spectrum_mse")
    share, text = most_seeds([naive[k] / ours[k] for k in ours if k in naive], lambda x: x >= 40)
    yield s, "`mdgan-paper`: seeds 40 times below the naive model", ("4 of 5", lambda x: x >= 0.8), share, text


def diffusion_goals(r):
    s = "diffusion-feasible"
    worst = r.median(s, "mdgan", "msd_max_rel_error")
    yield s, "MSD to 50 windows, largest relative error", at_most(0.1), worst
    yield s, "D, relative error", at_most(0.1), r.median(s, "mdgan", "diffusion_rel_error", abs)
    for row, what in (("known-form", "the known form"), ("known-times", "the known form with the right times")):
        yield (s, f"MSD's error / that of {what}", at_most(1.3),
               quotient(worst, r.median(s, row, "msd_max_rel_error")))
    s = "diffusion-infeasible"
    row = "mdgan" if r.values(s, "mdgan", "covered_by_2_bars") else "linear"
    yield (s, f"`{row}`: share of lags whose error is within two bars", at_least(0.95),
           r.median(s, row, "covered_by_2_bars"))


def water_goals(r):
    for s, limit in (("water-64", 0.2), ("water-128", 0.15), ("water-64x8", None)):
        error = r.median(s, "mdgan", "vdos_rel_l2")
        yield s, "peaks, largest shift / cm⁻¹", at_most(17), r.median(s, "mdgan", "peak_error_cm1", abs)
        if limit:
            yield s, "spectrum, relative L2 error", at_most(limit), error
        if s == "water-64":
            yield s, "the same / that of the linear start", at_most(1), quotient(error, r.median(s, "linear", "vdos_rel_l2"))
        yield s, "power above 5000 cm⁻¹ / real", at_most(3), r.median(s, "mdgan", "power_above_5000_ratio")
        if s == "water-64x8":
            ours, real = (r.median(s, row, "block_energy_acf1") for row in ("mdgan", "floor"))
            gaussian = max((r.median(s, row, "block_energy_acf1") or 0 for row in GAUSSIAN), default=0)
            yield (s, "energy in blocks: way from a Gaussian model's correlation to the real one", at_least(0.5),
                   quotient(difference(ours, gaussian), difference(real, gaussian)))
        yield s, "jumps at joins / inside windows", within(1, 0.05), r.median(s, "mdgan", "join_jump_ratio")
        yield s, "their kurtosis / inside windows", within(1, 0.1), r.median(s, "mdgan", "join_kurtosis_ratio")


def polymer_goals(r):
    for kind in ("polymer", "polymer-thirds"):
        for m in (16, 32):
            s = f"{kind}-{m}"
            yield (s, "MSD at 4 x 2M, relative error: half of a plain maximum-likelihood model's", at_most(0.15),
                   r.median(s, "mdgan", "msd_rel_error_4x2M", abs))
        s = f"{kind}-64"
        yield s, "MSD, largest error where the run's own is below 5 %", at_most(0.1), r.median(s, "mdgan", "msd_max_rel_error")
        yield s, "MSD beyond, in combined standard errors", at_most(2), r.median(s, "mdgan", "msd_max_sigma_beyond")
        yield s, "D, in combined standard errors", at_most(1), r.median(s, "mdgan", "diffusion_sigma", abs)


def goals_table(r):
    lines = ["| system | goal | wanted | reached | |", "|---|---|---|---:|---|"]
    met = n = 0
    for case, goals in zip(CASES, (oscillator_goals, diffusion_goals, water_goals, polymer_goals)):
        for system, what, (wanted, reached), value, *text in goals(r) if case in r.cases else ():
            good = value is not None and reached(value)
            verdict = "no number" if value is None else "met" if good else "**not met**"
            met, n = met + good, n + 1
            shown = text[0] if text and value is not None else number(value, 4)
            lines.append(f"| {system} | {what} | {wanted} | {shown} | {verdict} |")
    return "\n".join([f"{met} of {n} goals are met (row `mdgan`, medians over the seeds).", "", *lines, ""])


# ---- tables and curves ----

def case_tables(r, case):
    parts = []
    for system in [s for s in r.rows if r.case[s] == case]:
        for columns in COLUMNS[case]:
            used = [c for c in columns if any(r.values(system, row, c[1]) for row in r.rows[system])]
            if not used:
                continue
            parts += [f"| {system} | " + " | ".join(heading for heading, _ in used) + " |",
                      "|---|" + "---:|" * len(used)]
            for row in sorted(r.rows[system], key=ROWS.index):
                cells = [r.cell(system, row, metric) for _, metric in used]
                if any(cells):
                    parts.append(f"| {row} | " + " | ".join(cells) + " |")
            parts.append("")
    return "\n".join(parts)


def origin_table(r):
    lines = ["| runs | rows | seeds | time for each training | commit | machine, day |", "|---|---|---:|---:|---|---|"]
    for case, part in sorted(r.origin, key=lambda key: (CASES.index(key[0]), key[1])):
        found = [content for _, content in r.origin[case, part]]
        words = found[0]["command"].split()
        names, minutes = (words[words.index(word) + 1] for word in ("--rows", "--minutes"))
        commits, machines = (", ".join(sorted({o[key] for o in found})) for key in ("commit", "machine"))
        time = number(60 * float(minutes) * (10 if part == "ten" else 1)) + " s"
        lines.append(f"| {case} | {names.replace(',', ', ')} | {len(found)} | {time} | {commits} | {machines} |")
    return "\n".join([*lines, ""])


def write_curves(r, folder):
    """Of every row of a system, so that a picture can be drawn whichever of them were made."""
    os.makedirs(folder, exist_ok=True)
    for system, name in sorted({(s, n) for s, _, n in r.curves}):
        for row in ROWS:
            seeds = r.curves.get((system, row, name), {})
            if name == "series":  # a middle of several is no series
                seeds = dict(sorted(seeds.items())[:1])
            points = list(zip(*seeds.values())) or [[(math.nan, math.nan)]]
            with open(os.path.join(folder, f"{system}-{row.replace('/', '_')}-{name}.csv"), "w", encoding="ascii") as file:
                for same in points:
                    y = [p[1] if p[1] is not None else math.nan for p in same]
                    file.write(f"{same[0][0]},{statistics.median(y)},{min(y)},{max(y)}\n")


def write(folder, name, text):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: tables.py RESULTS WORK")
    results, work = sys.argv[1:]
    r = Results(results)
    if not r.origin:
        sys.exit(f"tables.py: no CASE-PART-SEED.json in '{results}': run bench/validate.sh first")
    os.makedirs(work, exist_ok=True)
    for case in CASES:
        path = os.path.join(work, f"{case}.md")
        if case in r.cases:
            write(work, f"{case}.md", case_tables(r, case))
        elif os.path.exists(path):
            os.unlink(path)
    write(work, "goals.md", goals_table(r))
    write(work, "origin.md", origin_table(r))
    commits = {o["commit"] for found in r.origin.values() for _, o in found}
    write(work, "commit.txt", ", ".join(sorted(commits)) + "\n")
    write_curves(r, os.path.join(work, "curves"))


if __name__ == "__main__":
    main()
