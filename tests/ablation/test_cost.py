import json

import pytest

from srkit.ablation.cost import costs
from srkit.run import build

ARMS = "arms: {a: {}, b: {model.depth: 2}}\nbaseline: a\nseeds: [0, 1]"


@pytest.mark.parametrize(
    ("times", "every", "seconds"),
    [
        ([30.0, 3.0, 3.0, 1.0, 1.5, 9.0], 1, 1.5),
        ([30.0, 0.5, 0.25], 10, 0.375),  # the first ten hold the warm-up
        ([30.0, 3.0, 0.5], 2, 0.5),
        ([30.0], 100, None),
        ([30.0, 3.0, 3.0], 1, None),
    ],
)
def test_steps_of_the_warm_up_are_not_in_the_seconds_of_a_step(planned, catalog, tmp_path, times, every, seconds):
    experiment = planned(ARMS).blocks[0].arms[0].trials[0].experiment
    rows = [{"event": "plan", "step": 0, "steps": 100}, {"event": "validate", "step": 1, "psnr": 30.0}]
    rows += [{"event": "train", "step": every * n, "seconds_per_step": took} for n, took in enumerate(times, 1)]
    log = tmp_path / "log.jsonl"
    log.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert costs(experiment, build(experiment, catalog), log).seconds_per_step == seconds
