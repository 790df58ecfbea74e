"""One image through LapSRN x4 in srkit, plain PyTorch, onnxruntime and OpenCV: same weights, same threads, one run.

python tests/benchmarks/inference.py [THREADS] [ROUNDS]

Each runs in a process of its own, as its user would run it, and all take turns, so that other load on the machine
affects all alike; on one thread the time is that of the processor, which other work hardly touches. GFLOP are
those of the network as it is defined, whatever is computed instead of them. The peak is the machine's own:
PyTorch's product of two 2048x2048 matrices, in the same turns.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from srkit.datasets.samples import samples
from srkit.engine.precision import fast_bf16
from srkit.exporters.onnx import Onnx
from srkit.fused.prepare import prepare
from srkit.image.resize import imresize
from srkit.network.network import Network
from srkit.plugins import load_catalog

SIDE, SCALE, MATRIX = 256, 4, 2048
CPU = torch.device("cpu")
RELEASED = {
    "upsampler": {"use": "transposed_conv", "kernel": 3},
    "image_upsampler": {"use": "transposed_conv", "kernel": 4, "init": "bilinear", "bias": False},
}
NETWORKS = {"sub-pixel, bicubic image": {}, "as released, 3x3 transposed": RELEASED}


def network(name):
    """LapSRN with seeded weights whose residual is of the size that a trained one has."""
    torch.manual_seed(0)
    model = load_catalog([]).build("model", "lapsrn", SCALE, 1, residual_init="he", **NETWORKS[name]).eval()
    with torch.no_grad():
        for level in model.levels:
            level.residual.weight.mul_(0.02)
    return model


def photograph():
    """Luma of a photograph in [0,1] and its mirror images: LR (1,1,256,256) and HR."""
    high = samples(split="test").high(0)[: SIDE * 2, : SIDE * 2].mean(-1) / 255
    high = np.pad(high, (0, SIDE * 2), mode="symmetric")
    return [image.astype(np.float32)[None, None] for image in (imresize(high, 1 / SCALE), high)]


def gflop(model, low):
    """Multiplications and additions of the convolutions as they are defined, in 10^9."""
    total = []

    def count(layer, given, made):
        places = made[0, 0].numel() if isinstance(layer, nn.Conv2d) else given[0][0, 0].numel()
        total.append(2 * layer.weight.numel() * places)

    for layer in model.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            layer.register_forward_hook(count)
    with torch.no_grad():
        model(torch.from_numpy(low))
    return sum(total) / 1e9


def of_srkit(name, folder, low, threads, precision):
    fast, low = prepare(network(name), device=CPU, precision=precision), torch.from_numpy(low)
    return lambda: fast(low).numpy()


def of_pytorch(name, folder, low, threads):
    model, low = network(name), torch.from_numpy(low)

    def work():
        with torch.inference_mode():
            return model(low).numpy()

    return work


def of_onnxruntime(name, folder, low, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = onnxruntime.InferenceSession(folder / f"{name}.onnx", options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, {"low": low})[0]


def of_opencv(name, folder, low, threads):
    import cv2

    cv2.setNumThreads(threads)
    net = cv2.dnn.readNetFromONNX(str(folder / f"{name}.onnx"))

    def work():
        net.setInput(low)
        return net.forward()

    return work


def product(name, folder, low, threads, dtype):
    one, other = (torch.rand(MATRIX, MATRIX).to(dtype) for _ in range(2))
    return lambda: torch.mm(one, other).float().numpy()


WAYS = {
    "srkit, bf16": lambda *given: of_srkit(*given, "bf16"),
    "srkit, fp32": lambda *given: of_srkit(*given, "fp32"),
    "PyTorch, as written, fp32": of_pytorch,
    "onnxruntime, fp32": of_onnxruntime,
    "OpenCV DNN, fp32": of_opencv,
    "matrix product, bf16": lambda *given: product(*given, torch.bfloat16),
    "matrix product, fp32": lambda *given: product(*given, torch.float32),
}


def serve(way, name, folder, threads):
    """Do the work once for every line of standard input, and print the time that it took."""
    torch.set_num_threads(threads)
    work = WAYS[way](name, folder, np.load(folder / "low.npy"), threads)
    np.save(folder / f"{way}.npy", work())
    clock = time.process_time if threads == 1 else time.perf_counter
    print("ready", flush=True)
    for _ in sys.stdin:
        began = clock()
        work()
        print(clock() - began, flush=True)


def take_turns(name, folder, threads, rounds):
    """Return the median and the smallest of the seconds, by way."""
    ways = [way for way in WAYS if "bf16" not in way or fast_bf16(CPU)]
    servers = {}
    for way in ways:
        command = [sys.executable, __file__, "serve", json.dumps([way, name, str(folder), threads])]
        servers[way] = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert servers[way].stdout.readline() == "ready\n"
    times = {way: [] for way in ways}
    for _ in range(rounds + 1):  # one to warm up
        for way, server in servers.items():
            server.stdin.write("go\n")
            server.stdin.flush()
            times[way].append(float(server.stdout.readline()))
            time.sleep(0.02)  # onnxruntime's threads spin for a while after their work
    for server in servers.values():
        server.stdin.close()
        server.wait()
    found = {way: sorted(seconds[1:]) for way, seconds in times.items()}
    return {way: seconds[rounds // 2] for way, seconds in found.items()}, {way: min(found[way]) for way in ways}


def psnr(found, wanted):
    return 10 * np.log10(1 / np.mean((found - wanted) ** 2, dtype=np.float64))


def measure(name, folder, threads, rounds):
    low, high = photograph()
    np.save(folder / "low.npy", low)
    work = gflop(network(name), low)
    described = {"model": {"use": "lapsrn", **NETWORKS[name]}}
    Onnx()(Network.of(network(name), SCALE, "y", name=name, metadata=described), folder / f"{name}.onnx")
    medians, best = take_turns(name, folder, threads, rounds)
    peaks = {way[-4:]: 2e-9 * MATRIX**3 / seconds for way, seconds in medians.items() if "matrix" in way}
    plain = np.load(folder / "PyTorch, as written, fp32.npy")
    sides = f"{SIDE}x{SIDE} to {SIDE * SCALE}x{SIDE * SCALE}"
    print(f"\nLapSRN x4, {name}\n{sides}, {work:.0f} GFLOP, {threads} threads, {rounds} rounds")
    print(f"{'':26}{'median':>8}{'best':>8}{'GFLOP/s':>9}{'of peak':>9}{'time':>9}{'max diff':>10}")
    first = next(iter(medians.values()))
    for way, seconds in medians.items():
        line, peak = f"{way:26}{seconds:7.3f}s{best[way]:7.3f}s", peaks[way[-4:]]
        if "matrix" in way:
            print(f"{line}{peak:9.0f}")
            continue
        difference = np.abs(np.load(folder / f"{way}.npy") - plain).max()
        rate = work / seconds
        print(f"{line}{rate:9.0f}{rate / peak:9.0%}{f'{seconds / first:.2f}x':>9}{difference:10.1e}")
    half = folder / "srkit, bf16.npy"
    if half.exists():
        print(f"bf16 moves PSNR by {psnr(np.load(half), high) - psnr(plain, high):+.4f} dB")


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        way, name, folder, threads = json.loads(sys.argv[2])
        serve(way, name, Path(folder), threads)
    else:
        threads, rounds = [*map(int, sys.argv[1:]), *(2, 9)[len(sys.argv) - 1 :]]
        with tempfile.TemporaryDirectory() as place:
            for name in NETWORKS:
                measure(name, Path(place), threads, rounds)
