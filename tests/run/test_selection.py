"""The weights that a run keeps."""

import json
import math

import pytest
import torch

from srkit.engine.checkpoint import load_training, load_weights
from srkit.run import train
from srkit.run.selection import Selection, selection


class Less:
    higher_is_better = False


def test_higher_or_lower_is_better_as_the_metric_says():
    psnr, lpips = selection("psnr", None, {"psnr": None}), selection("lpips", None, {"lpips": Less()})
    assert psnr.prefers(30.0, 29.0)
    assert not psnr.prefers(29.0, 29.0)
    assert lpips.prefers(0.1, 0.2)
    assert not lpips.prefers(0.2, 0.2)
    assert psnr.prefers(1.0, math.nan)
    assert lpips.prefers(1.0, math.nan)


def test_the_last_weights_are_always_preferred():
    assert Selection("last").prefers(Selection("last").value({"psnr": 1.0}), 30.0)


def test_an_unknown_metric_is_refused():
    with pytest.raises(
        ValueError, match=r"wants one of the experiment's metrics \(psnr, ssim\) or last, got 'mse'"
    ):
        selection("mse", None, {"psnr": None, "ssim": None})


@pytest.mark.parametrize("select", ["psnr", "ssim", "last"])
def test_a_run_keeps_what_it_is_told_to(prepare, select):
    """A high rate makes the network worse at the end, so that the best weights are not the last ones."""
    whole = [f"data.{use}={{use: samples, split: {use}}}" for use in ("train", "validate")]  # not small pieces
    options = ("train.steps=12", "train.validate_every=2", "train.optimizer.lr=0.05", f"train.select={select}")
    run = prepare(select, *whole, *options)
    list(train(*run))
    log = [json.loads(line) for line in run[-1].log.read_text().splitlines()]
    measured = {one["step"]: one for one in log if one["event"] == "validate"}
    if select == "last":
        wanted = 12
        assert [one["best"] for one in measured.values()] == [1.0] * 6
    else:
        wanted = max(measured, key=lambda step: measured[step][select])
        assert wanted != 12
    tensors, metadata = load_weights(run[-1].best)
    assert metadata["step"] == wanted
    state = load_training(run[-1].last)
    assert state["progress"]["best_step"] == wanted
    same = all(torch.equal(value, state["state"]["model"][name]) for name, value in tensors.items())
    assert same == (select == "last")
