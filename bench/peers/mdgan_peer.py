#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Trains the network of one of mdgan's model files with PyTorch: beside mdgan for speed, or to see that it learns the
same. The model file gives all settings, and the weights to begin with."""
import argparse
import json
import os
import sys
import time


def prepare_libraries(threads):
    """Threads and OpenBLAS's kernels are chosen when the libraries are loaded, so before any import that does. Kernels
    are those that mdgan's programs choose on processors younger than OpenBLAS."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ[name] = str(threads)
    # PyTorch's and OpenBLAS's threads take turns on the same cores: those that spin while they wait hold up the others.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    flags = set()
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith("flags"):
                flags = set(line.split())
                break
    if flags >= {"avx512f", "avx512bw", "avx512dq", "avx512vl"}:
        os.environ.setdefault("OPENBLAS_CORETYPE", "SkylakeX")
    elif flags >= {"avx2", "fma"}:
        os.environ.setdefault("OPENBLAS_CORETYPE", "Haswell")


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (("turns", "for every number in a line of the standard input, train as many iterations after "
                                 "one to warm up, and print the seconds that they took as one line of JSON"),
                       ("train", "train, and write the model as mdgan would")):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("model", help="model file of `mdgan train`, such as with `iterations 0`")
        command.add_argument("data", help="the feature series that it was trained on")
        command.add_argument("--threads", type=int, default=1)
        command.add_argument("--seed", type=int, default=1)
    commands.choices["turns"].add_argument("--device", default="cpu", help="as PyTorch calls it, such as cuda; default cpu")
    commands.choices["turns"].add_argument("--graph", action="store_true",
                                           help="launch all kernels of an iteration as one CUDA graph; each repeats the same "
                                                "rates and steps")
    commands.choices["train"].add_argument("--iterations", type=int, default=20000, help="default 20000")
    commands.choices["train"].add_argument("--report", action="store_true", help="print the mean Wasserstein estimates too")
    commands.choices["train"].add_argument("--output", required=True, help="model file to write")
    return parser.parse_args()


def as_graph(iterate):
    """An iteration as one CUDA graph: launching a small kernel takes longer than the kernel."""
    import torch
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())  # which may still be copying the weights
    with torch.cuda.stream(stream):
        for _ in range(3):  # libraries prepare themselves
            iterate()
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        iterate()
    return graph.replay


def take_turns(iterate, finish):
    """@p finish waits for what is still running."""
    for line in sys.stdin:
        iterate()  # to warm up, as mdgan does in its turns
        finish()
        begin = time.perf_counter()
        for _ in range(int(line)):
            iterate()
        finish()
        print(json.dumps({"seconds": time.perf_counter() - begin}), flush=True)


def train(training, pairs, options):
    """All iterations; then the model's file and a line of JSON."""
    from mdgan_files import write_weights
    from mdgan_training import rate_factor
    n, begin, window, latent = options.iterations, time.perf_counter(), 0, 0
    for i in range(n):
        parts = training.iterate(pairs, rate_factor(i / n, training.architecture.states > 0))
        window += parts.actual - parts.fake
        latent += parts.latent
    line = {"iterations_per_s": round(n / (time.perf_counter() - begin), 2)}
    if options.report:
        line.update(wasserstein_y=round(float(window) / n, 4), wasserstein_z=round(float(latent) / n, 4))
    write_weights(options.output, options.model, training.mean.numpy(), training.iteration)
    print(json.dumps(line))


def main():
    options = parse()
    prepare_libraries(options.threads)
    import mdgan_files
    import mdgan_training
    import torch

    torch.set_num_threads(options.threads)
    on_gpu = options.command == "turns" and options.device != "cpu"
    if on_gpu:
        torch.set_default_device(options.device)
    torch.set_flush_denormal(True)
    torch.manual_seed(options.seed)
    model = mdgan_files.Model(options.model)
    pairs = mdgan_training.RealPairs(model, mdgan_files.normalised(model, mdgan_files.read_series(options.data)))
    training = mdgan_training.Training(model)
    if options.command == "turns":
        def iterate():
            training.iterate(pairs)
        take_turns(as_graph(iterate) if options.graph else iterate, torch.cuda.synchronize if on_gpu else lambda: None)
    else:
        train(training, pairs, options)


if __name__ == "__main__":
    main()
