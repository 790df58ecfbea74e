"""Speed of training steps: srkit's against plain PyTorch loops, with and without the preparation of data."""

from __future__ import annotations

import copy
import itertools
import time
from statistics import median
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from gpu import networks, plain
from gpu.chain import real_esrgan
from gpu.compiler import compiler
from gpu.experiments import experiment
from gpu.section import DATA, Section
from gpu.timing import device, measured_peak, seconds_a_call, wait
from srkit.data.sizes import decoded
from srkit.engine.pyramid import Levels
from srkit.experiment import Experiment
from srkit.pair import Pair
from srkit.run.build import Built
from srkit.run.session import Session

TABLE = "steps"
LARGE = f"let.images={DATA / 'train' / 'BSDS200'}"
"""Override for crops that the images of T91 are too small for."""
MUON = "train.optimizer={use: muon, lr: 1e-3}", "train.ema=0.999"
ADAM = "train.optimizer={use: adam, lr: 1e-4}"


def run(section: Section) -> None:
    """Time LapSRN x4, EDSR x4 and the Real-ESRGAN chain: what matters most first, until the share is over."""
    peak = measured_peak(256 if section.rehearse else 8192, seconds=0.05 if section.rehearse else 0.4)
    section.note(measured_peak=peak, device=torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu")
    gray = [Case(section, "LapSRN x4", networks.lapsrn(rehearse=section.rehearse), batch) for batch in (16, 64)]
    model = networks.edsr(rehearse=section.rehearse)
    color = Case(section, "EDSR baseline x4", model, 16, "color=rgb", LARGE, patch=192)
    for case in (gray[1], color, gray[0]):
        section.attempt(f"{case.name} plain", case.plain, seconds=8)
        section.attempt(f"{case.name} srkit", lambda case=case: case.srkit("eager"), seconds=6)
    section.attempt("muon", lambda: gray[1].srkit("eager, muon, ema", *MUON), seconds=6)
    section.attempt("chain", lambda: _chain(section, model), seconds=12)
    for words in (
        ("eager, muon, ema, 2 workers", *MUON, "train.workers=2"),
        ("eager, muon, ema, 4 workers", *MUON, "train.workers=4"),
    ):
        section.attempt(words[0], lambda words=words: gray[1].srkit(*words), seconds=6)
    for case, how in itertools.product((gray[1], color), ("compile", "compile, CUDA graphs")):
        work = lambda case=case, how=how: case.srkit(how, "train.compile=true")  # noqa: E731
        section.attempt(f"{case.name} {how}", work, seconds=20)
    for words in (
        ("eager, contiguous", "train.channels_last=false"),
        ("eager, fp32", "train.precision=fp32"),
        ("eager, muon, ema, 16 workers", *MUON, "train.workers=16"),
    ):
        section.attempt(words[0], lambda words=words: gray[1].srkit(*words), seconds=6)
    section.attempt("small batch, muon", lambda: gray[0].srkit("eager, muon, ema", *MUON), seconds=6)
    for how in (
        () if section.rehearse else ("compile", "compile, CUDA graphs")
    ):  # rehearsed above, and slow on a CPU
        work = lambda how=how: gray[0].srkit(how, "train.compile=true")  # noqa: E731
        section.attempt(f"small batch, {how}", work, seconds=20)


class Case:
    """A network with the size of its batch."""

    def __init__(
        self,
        section: Section,
        name: str,
        model: nn.Module,
        batch: int,
        *overrides: str,
        patch: int = 128,
        **parts: Any,
    ) -> None:
        self.section, self.name, self.model, self.parts = section, name, model, parts
        self.batch, self.patch = (2, 32) if section.rehearse else (batch, patch)
        self.overrides = [f"train.batch={batch}", f"train.patch={patch}", "train.ema=null", ADAM, *overrides]
        self.seconds = 0.05 if section.rehearse else 0.7
        self.runs = itertools.count()

    def plain(self) -> None:
        """Time the plain loop on one batch, and with its DataLoader."""
        read, built, _ = self._experiment()
        images = [decoded(built.train, index) for index in range(len(built.train))]
        workers = 0 if self.section.rehearse else 12
        data = plain.pairs(images, self.patch, self.batch, workers, gray=read.color == "y")
        low, high = next(data)
        model = copy.deepcopy(self.model).to(device())
        flops = self._flops(low)
        step = plain.step_of(model)
        fixed = seconds_a_call(lambda: step(low, high), seconds=self.seconds)
        whole = seconds_a_call(lambda: step(*next(data)), seconds=self.seconds)
        data.close()  # ends the loader's processes
        self._row("plain PyTorch", fixed, whole, flops)
        layout = plain.step_of(copy.deepcopy(self.model).to(device(), memory_format=torch.channels_last))  # type: ignore[call-overload]
        self._row(
            "plain PyTorch, channels_last",
            seconds_a_call(lambda: layout(low, high), seconds=self.seconds),
            None,
            flops,
        )

    def srkit(self, how: str, *overrides: str) -> None:
        """Time srkit's session: its steps on one batch, and with its stream of crops."""
        graphs = "CUDA graphs" in how
        with compiler(graphs=graphs, rehearse=self.section.rehearse):
            read, built, folder = self._experiment(*overrides)
            with Session(read, built, folder) as session:
                session.start(1_000_000)
                rounds = -(-len(built.train) // self.batch) + 2  # every image is decoded once
                batch = session.pair(0)
                for step in range(2 if self.section.rehearse else rounds):
                    batch = session.pair(step)
                flops = self._flops(batch.low)
                feed = Feed(session, batch)
                steps = session.training.fit(feed, until=1_000_000)
                began = time.perf_counter()
                next(steps)
                next(steps)
                wait()
                first = time.perf_counter() - began
                fixed = seconds_a_call(lambda: next(steps), seconds=self.seconds)
                feed.batch = None
                whole = seconds_a_call(lambda: next(steps), seconds=self.seconds)
                more = {
                    "workers": read.train.workers,
                    "first_two_steps": first,
                    "asking_ms": 1000 * median(feed.took),
                }
                self._row(f"srkit, {how}", fixed, whole, flops, **more)

    def _experiment(self, *overrides: str) -> tuple[Experiment, Built, Any]:
        parts = {"model": copy.deepcopy(self.model), **self.parts}
        folder = f"run-{id(self)}-{next(self.runs)}"
        return experiment(self.section, *self.overrides, *overrides, folder=folder, **parts)

    def _flops(self, low: torch.Tensor) -> int:
        """Return the floating-point operations of a step, forward and backward: twice the multiply-adds."""
        model = copy.deepcopy(self.model).to(device())
        levels = Levels(model, every=True)
        with FlopCounterMode(display=False) as counter:
            sum(prediction.mean() for prediction in levels(low)).backward()  # type: ignore[union-attr]
        return int(counter.get_total_flops())

    def _row(self, how: str, fixed: float, whole: float | None, flops: int, **more: Any) -> None:
        peak = self.section.results["measured_peak"]
        self.section.row(
            TABLE,
            network=self.name,
            batch=self.batch,
            patch=self.patch,
            how=how,
            step_ms=1000 * fixed,
            images_per_second=self.batch / (whole or fixed),
            tflops=flops / fixed / 1e12,
            share_of_peak=flops / fixed / peak,
            data_wait=None if whole is None else max(0.0, 1 - fixed / whole),
            with_data_ms=None if whole is None else 1000 * whole,
            **more,
        )


class Feed:
    """One batch again and again, or, once ``batch`` is None, those of the session's stream."""

    def __init__(self, session: Session, batch: Pair) -> None:
        self.session = session
        self.batch: Pair | None = batch
        self.took: list[float] = []

    def __call__(self, step: int) -> Pair:
        """Return the batch of ``step``, and note the seconds for which the stream was asked."""
        if self.batch is not None:
            return self.batch
        asked = time.perf_counter()
        batch = self.session.pair(step)
        self.took.append(time.perf_counter() - asked)
        return batch


def _chain(section: Section, model: nn.Module) -> None:
    """Time the Real-ESRGAN chain alone, on the GPU and on a processor core, and in the training of EDSR."""
    from srkit.draws import Draws

    title, degrade = "Real-ESRGAN", real_esrgan(4)
    count, side = (2, 64) if section.rehearse else (48, 256)
    high = torch.rand(count, 3, side, side, device=device())
    numbers = itertools.count()

    def drawn(n: int) -> Draws:
        start = n * next(numbers)
        return Draws.numbered(range(start, start + n), "chain", 0)

    with torch.no_grad():
        there = seconds_a_call(lambda: degrade(high, drawn(count)), seconds=0.05 if section.rehearse else 2, warm=2)
        section.row("chain", chain=title, where="device", batch=count, side=side, images_per_second=count / there)
        few = high[:2].cpu()
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        here = seconds_a_call(lambda: degrade(few, drawn(2)), seconds=0.05 if section.rehearse else 1, warm=1)
        torch.set_num_threads(threads)
        section.row("chain", chain=title, where="one core", batch=2, side=side, images_per_second=2 / here)
    case = Case(
        section, f"EDSR baseline x4, {title}", model, 48, "color=rgb", LARGE, patch=256, degradation=degrade
    )
    section.attempt("training with the chain", lambda: case.srkit("eager"), seconds=8)
