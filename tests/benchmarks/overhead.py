"""How much of a run's training time is spent outside forward, backward and optimizer step.

python tests/benchmarks/overhead.py [CONFIG] [key=value ...] trains some steps of the main config just as
`srkit run` does, with the parts of a step timed, and prints their shares.
"""

import sys
import tempfile
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import torch

from srkit.cli.experiment import read_experiment
from srkit.config.show import fill, to_yaml
from srkit.draws import Draws
from srkit.run import RunFolder, build, train
from srkit.run.environment import environment
from srkit.run.session import Session

STEPS, WARM = 30, 5


def timed(spent, name, work):
    """Return ``work``, its time added to ``spent``."""

    def measured(*args, **options):
        began = time.perf_counter()
        try:
            return work(*args, **options)
        finally:
            spent[name] += time.perf_counter() - began

    return measured


def main(words):
    spent = Counter()
    start, pair = Session.start, Session.pair

    def measured_start(session, steps):
        start(session, steps)
        session.model.pyramid = timed(spent, "forward", session.model.pyramid)
        session.loss = timed(spent, "loss", session.loss)
        optimizer = session.training.state.optimizer
        optimizer.register_step_pre_hook(lambda *_: spent.subtract({"optimizer step": time.perf_counter()}))
        optimizer.register_step_post_hook(lambda *_: spent.update({"optimizer step": time.perf_counter()}))
        if session.training.state.ema:
            session.training.state.ema.update = timed(spent, "moving average", session.training.state.ema.update)

    Session.start, Session.pair = measured_start, timed(spent, "waiting for data", pair)
    torch.Tensor.backward = timed(spent, "backward", torch.Tensor.backward)
    words = words or ["configs/lapsrn_subpixel.yaml"]
    budget = ["train.minutes=null", f"train.steps={STEPS}", "train.validate_every=0", "train.checkpoint_every=0"]
    experiment, _, catalog = read_experiment([*words, *budget])
    built = build(experiment, catalog)
    with tempfile.TemporaryDirectory() as place:
        facts = environment(catalog, experiment.seed, torch.device("cpu"))
        folder = RunFolder.create(Path(place) / "run", to_yaml(fill(experiment)), facts)
        ends = []
        for record in train(experiment, built, folder):
            if record.event == "train" and record.step == WARM:
                spent.clear()
            if record.event == "train" and record.step >= WARM:
                ends.append(time.perf_counter())
    total = ends[-1] - ends[0]
    print(f"{STEPS - WARM} steps of {words[0]}: {total / (STEPS - WARM):.3f} s each")
    for name, seconds in spent.most_common():
        print(f"  {name:<17} {100 * seconds / total:6.2f} %")
    inside = sum(spent[name] for name in ("forward", "loss", "backward", "optimizer step"))
    print(
        f"outside forward, loss, backward and optimizer step: {100 * (1 - inside / total):.2f} % "
        "(wanted: at most 5 %)"
    )
    high = torch.rand(experiment.train.batch, 3, experiment.train.patch, experiment.train.patch)
    times = []
    for seed in range(30):
        began = time.perf_counter()
        built.degradation(high, Draws.of((seed, row) for row in range(len(high))))
        times.append(time.perf_counter() - began)
    # the fastest of both: beside other work a single call may wait for longer than it takes
    fastest = min(later - earlier for earlier, later in pairwise(ends))
    print(
        f"degrading its batch, fastest against fastest: {1000 * min(times):.2f} ms, "
        f"{100 * min(times) / fastest:.2f} % of a step (wanted: under 5 %)"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
