"""How much PSNR a training recipe gains over bicubic, against the crops it is trained on.

python tests/benchmarks/recipe.py [--crops 350 700 1400] [--seeds 0 1 2] [--scales 4 2] [--recipes before now]

trains the network of configs/lapsrn_subpixel.yaml (x4) and lapsrn_subpixel_x2.yaml (x2) in fp32 by two recipes: the
one that these configs had before, and the one that they have now. Every number of crops is a training of its own,
because the learning rate falls to zero at its end. Crops are counted as HR crops of 128x128 pixels, whatever the
patch of a recipe is. Each training runs on one thread, one training on each processor.
"""

import argparse
import json
import multiprocessing
import os
import tempfile
import time
from collections import defaultdict
from itertools import product
from pathlib import Path
from statistics import mean

import torch

from srkit.cli.experiment import read_experiment
from srkit.config.show import fill, to_yaml
from srkit.records.environment import Environment
from srkit.run import RunFolder, build, score, train

CONFIGS = {4: "configs/lapsrn_subpixel.yaml", 2: "configs/lapsrn_subpixel_x2.yaml"}
BEFORE = (
    "train.batch=16",
    "train.optimizer={use: adam, lr: 5e-4}",
    "train.schedule={use: cosine, warmup: 20}",
    "train.ema=0.99",
    "train.channels_last=true",
)
BEFORE_PATCH = {4: 128, 2: 96}
CROP_PIXELS = 128 * 128


def trained(job):
    """Train one recipe on so many crops, and return its gain on the test photographs."""
    recipe, scale, crops, seed = job
    torch.set_num_threads(1)
    words = [CONFIGS[scale], *([*BEFORE, f"train.patch={BEFORE_PATCH[scale]}"] if recipe == "before" else [])]
    plain = ["train.minutes=null", "train.validate_every=0", "train.checkpoint_every=0", "trackers=[]"]
    words += [*plain, "train.precision=fp32", f"seed={seed}"]
    options = read_experiment([*words, "train.steps=1"])[0].train
    steps = int(crops * CROP_PIXELS / (options.batch * options.patch**2))
    experiment, _, catalog = read_experiment([*words, f"train.steps={steps}"])
    with tempfile.TemporaryDirectory() as place:
        folder = RunFolder.create(Path(place) / "run", to_yaml(fill(experiment)), Environment())
        built, began = build(experiment, catalog), time.perf_counter()
        for _ in train(experiment, built, folder):
            pass
        seconds = time.perf_counter() - began
        for _ in score(experiment, built, folder):
            pass
        gain = json.loads(folder.summary.read_text())["gain"]["psnr"]
    return job, steps, gain, seconds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--crops", type=int, nargs="+", default=[350, 700, 1400])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--scales", type=int, nargs="+", default=[4, 2], choices=[4, 2])
    parser.add_argument("--recipes", nargs="+", default=["before", "now"], choices=["before", "now"])
    words = parser.parse_args()
    jobs = list(product(words.recipes, words.scales, words.crops, words.seeds))
    gains, took = defaultdict(dict), {}
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        for done, (job, steps, gain, seconds) in enumerate(pool.imap_unordered(trained, jobs, chunksize=1), 1):
            recipe, scale, crops, seed = job
            said = f"{recipe} x{scale} {crops} crops, {steps} steps, seed {seed}"
            print(f"{done}/{len(jobs)} {said}: {gain:+.2f} dB in {seconds:.0f} s", flush=True)
            gains[recipe, scale, crops][seed] = gain
            took[recipe, scale, crops] = steps
    print("\nscale  crops of 128x128  recipe  steps  gain in dB: mean (each seed)")
    for scale, crops, recipe in product(words.scales, words.crops, words.recipes):
        found = [gains[recipe, scale, crops][seed] for seed in words.seeds]
        each = " ".join(f"{gain:+.2f}" for gain in found)
        print(f"x{scale}     {crops:>16}  {recipe:<6} {took[recipe, scale, crops]:>6}  {mean(found):+.2f} ({each})")


if __name__ == "__main__":
    main()
