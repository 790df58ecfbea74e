"""The collapse of perceptual trainings to the PSNR of a black image, and the guard that stops them."""

import dataclasses
import json

import pytest
import torch
from torch import nn

from srkit.data.cache import Cache
from srkit.data.stream import Stream
from srkit.datasets.samples import samples
from srkit.degradations.bicubic import Bicubic
from srkit.engine.checkpoint import load_training, load_weights
from srkit.errors import TrainingError
from srkit.losses.charbonnier import Charbonnier
from srkit.losses.perceptual import Perceptual
from srkit.metrics.psnr import PSNR
from srkit.models.lapsrn import LapSRN
from srkit.run import train
from srkit.upsamplers.bicubic import Bicubic as Enlarge
from srkit.upsamplers.subpixel import Subpixel


def lapsrn(**options):
    return LapSRN(2, 1, upsampler=Subpixel, image_upsampler=Enlarge, depth=2, features=16, **options)


class Bare(nn.Module):
    """A network with random weights and without an image branch, as that of a course report may have been."""

    def __init__(self, seed, clip, shift=0.0):
        super().__init__()
        torch.manual_seed(seed)
        self.body = lapsrn(residual_init="he")
        with torch.no_grad():
            self.body.levels[0].residual.bias += shift
        self.clip = clip

    def forward(self, low):
        features = self.body.embed_activation(self.body.embed(low))
        (level,) = self.body.levels
        high = level.residual(level(features))
        return high.clamp(0, 1) if self.clip else high


@pytest.fixture(scope="module")
def pair():
    """Crops of photographs by step, x2 on Y."""
    with Stream(
        samples(split="train"),
        scale=2,
        patch=32,
        batch=4,
        seed=0,
        color="y",
        degradation=Bicubic(2),
        cache=Cache(memory=1.0, folder=None),
        augment=True,
        workers=0,
        device=torch.device("cpu"),
    ) as stream:
        yield stream


def fit(network, loss, pair, steps):
    """Train by Adam with 1e-3, as the report did, and return the PSNR, that of black, and the last gradients."""
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    for step in range(steps):
        low, high, _ = pair(step)
        optimizer.zero_grad()
        loss(network(low), high).backward()
        optimizer.step()
    low, high, _ = pair(1000)
    with torch.no_grad():
        image, psnr = network(low).clamp(0, 1), PSNR(2, gray="as_is")
        values = [float(psnr(one, high).mean()) for one in (image, torch.zeros_like(high))]
    return *values, [parameter.grad for parameter in network.parameters()]


@pytest.mark.parametrize("name", ["charbonnier", "perceptual"])
def test_a_clip_before_the_loss_leaves_a_dark_network_no_way_back(name, pair, vgg_file):
    """Below zero a clip has no gradient. Without it the same network comes back, whatever the loss."""
    loss = Charbonnier() if name == "charbonnier" else Perceptual(weights=vgg_file)
    found, black, gradients = fit(Bare(0, clip=True, shift=-1.0), loss, pair, 5)
    assert found == black
    assert not any(gradient.any() for gradient in gradients)
    found, black, gradients = fit(Bare(0, clip=False, shift=-1.0), loss, pair, 20)
    assert found > black + 3
    assert all(gradient.any() for gradient in gradients)


@pytest.fixture(scope="module")
def real(shared_data):
    return Perceptual(weights=shared_data / "weights" / "vgg_normalised_conv3_1.pth")


@pytest.mark.parametrize("seed", [0, 1])
def test_the_reports_collapse(seed, pair, real):
    """Random weights, a clip and VGG alone end in black in a dozen steps; with one of them changed it learns."""
    found, black, _ = fit(Bare(seed, clip=True), real, pair, 12)
    assert black < 9
    assert found == pytest.approx(black, abs=0.01)
    assert fit(Bare(seed, clip=True), Charbonnier(), pair, 12)[0] > black + 10
    assert fit(Bare(seed, clip=False), real, pair, 12)[0] > black + 3
    assert fit(lapsrn(), real, pair, 12)[0] > black + 20


def test_vgg_hardly_knows_how_bright_an_image_is(pair, real):
    """For an evenly dark prediction, the share of the gradient that makes it brighter."""
    high = pair(0).high

    def share(loss):
        leaf = (high - 0.3).requires_grad_()
        (gradient,) = torch.autograd.grad(loss(leaf, high), leaf)
        return float(-gradient.sum() / gradient.norm() / gradient.numel() ** 0.5)

    assert share(Charbonnier()) > 0.99
    assert 0 < share(real) < 0.2


class Black(nn.Module):
    """A collapsed network: clipped, and too dark to have a gradient."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, low):
        return (self.model(low) - 2).clamp(0, 1)


def black(run):
    experiment, built, folder = run
    return experiment, dataclasses.replace(built, model=Black(built.model)), folder


GUARDED = ("train.guard=1", "train.validate_every=2", "train.checkpoint_every=0")


@pytest.fixture
def soon(monkeypatch):
    """Let the guard look from step 3 on, not from 100."""
    monkeypatch.setattr("srkit.run.guard.UNGUARDED", 3)


def test_the_guard_stops_a_collapsed_training_and_loses_nothing(prepare, reopen, soon):
    run = black(prepare("black", *GUARDED))
    with pytest.raises(TrainingError) as caught:
        list(train(*run))
    folder = run[-1]
    said = str(caught.value)
    log = [json.loads(line) for line in folder.log.read_text().splitlines()]
    assert [row["step"] for row in log if row["event"] == "validate"] == [2, 4]  # the guard is not active at step 2
    psnr = log[-1]["psnr"]
    assert psnr < 11
    assert said.startswith("step 4: wants a validation PSNR above ")
    for named in (f"found {psnr:.2f}", "train.guard=1", "balance", "start", "train.guard=null", str(folder.path)):
        assert named in said
    assert load_training(folder.last)["state"]["step"] == 4
    assert load_weights(folder.best)[1]["step"] == 2
    with pytest.raises(TrainingError) as again:  # nothing has changed, so neither has the verdict
        list(train(*black(reopen(folder))))
    assert str(again.value) == said
    folder.config.write_text(folder.config.read_text().replace("guard: 1.0", "guard: null"))
    records = list(train(*black(reopen(folder))))
    assert records[-1].step == 6


def test_the_guard_looks_at_the_end_too(prepare, reopen, soon):
    run = black(prepare("black", "train.guard=1", "train.validate_every=0"))
    with pytest.raises(TrainingError, match=r"^step 6: wants a validation PSNR above"):
        list(train(*run))
    assert not load_training(run[-1].last)["progress"]["finished"]
    with pytest.raises(TrainingError, match=r"^step 6: wants a validation PSNR above"):
        list(train(*black(reopen(run[-1]))))


def test_the_guard_counts_from_bicubic(prepare, soon):
    run = prepare("fine", *GUARDED, "train.optimizer.lr=1e-12")  # stays what it begins with, bicubic itself
    records = list(train(*run))
    assert records[-1].step == 6
    just = prepare("just", *GUARDED, "train.guard=0", "train.optimizer.lr=1e-12")
    for record in train(*just):
        assert record.event != "stop"
    bicubic = next(record.number("psnr") for record in records if record.event == "validate")
    with pytest.raises(TrainingError, match=rf"bicubic's {bicubic:.2f} less train\.guard=1, found"):
        list(train(*black(prepare("black", *GUARDED))))


def test_without_a_guard_and_in_the_first_100_steps_anything_goes(prepare, soon, monkeypatch):
    assert list(train(*black(prepare("free", *GUARDED, "train.guard=null"))))[-1].step == 6
    monkeypatch.undo()
    assert list(train(*black(prepare("early", *GUARDED))))[-1].step == 6
