"""Speed of inference from 720p to 4K: srkit's against plain PyTorch, as written and compiled."""

from __future__ import annotations

import copy
import itertools
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from gpu.section import Section
from gpu.timing import device, measured_peak, seconds_a_call
from srkit.engine.precision import Precision, products

NAME = "lapsrn-x4"
SIZES = {"720p": (180, 320), "1080p": (270, 480), "4K": (540, 960)}
"""Height and width of LR; x4 gives the named size."""
PRECISIONS: tuple[Precision, ...] = ("bf16", "fp32")
CHANNELS_LAST = torch.channels_last


def run(section: Section) -> None:
    """Time the released LapSRN x4 on one image of each size, whatever needs a compiler last."""
    from srkit import load
    from srkit.fused.prepare import prepare

    section.note(
        measured_peak=measured_peak(256 if section.rehearse else 8192, seconds=0.05 if section.rehearse else 0.4),
        network=NAME,
    )
    upscaler = load(NAME)
    module = upscaler.networks[0].module.float()
    place = device()
    sizes = {"tiny": (12, 16)} if section.rehearse else SIZES
    timings = [
        Timing(section, title, torch.rand(1, 1, *size, device=place), module) for title, size in sizes.items()
    ]
    for timing in timings:
        for precision in PRECISIONS:
            network = prepare(module, device=place, precision=precision)
            section.attempt(f"{timing.title} {precision}", partial(timing, f"srkit, {precision}", network))
        section.attempt(f"{timing.title} plain", partial(timing.plain, module))
        section.attempt(f"{timing.title} whole", partial(timing.whole, upscaler))
    for timing, mode in itertools.product(timings, ("default", "reduce-overhead")):
        section.attempt(f"{timing.title} {mode}", partial(timing.compiled, module, mode), seconds=12)


class Timing:
    """One size of image; calling it times a network on it and adds a row."""

    def __init__(self, section: Section, title: str, low: Tensor, module: nn.Module) -> None:
        self.section, self.title, self.low = section, title, low
        exact = copy.deepcopy(module).to(device()).eval()
        counter = FlopCounterMode(display=False)
        with torch.no_grad(), products(device(), "fp32"), counter:
            self.wanted = exact(low).float()
        self.flops = counter.get_total_flops()

    def __call__(self, how: str, network: Any) -> None:
        """Time ``network`` from an image on the device to the result on the device."""
        with torch.no_grad():
            difference = float((network(self.low).float() - self.wanted).abs().max())
            seconds = seconds_a_call(lambda: network(self.low), seconds=0.05 if self.section.rehearse else 0.5)
        self.section.row(
            "images",
            size=self.title,
            how=how,
            ms=1000 * seconds,
            megapixels_per_second=self.wanted.numel() / seconds / 1e6,
            tflops=self.flops / seconds / 1e12,
            share_of_peak=self.flops / seconds / self.section.results["measured_peak"],
            most_different=difference,
            memory_mib=torch.cuda.max_memory_allocated() / 2**20 if torch.cuda.is_available() else None,
        )
        if torch.cuda.is_available():
            torch.cuda.reset_peak_memory_stats()

    def plain(self, module: nn.Module) -> None:
        """Time the network as plain PyTorch runs it: by torch's defaults, in bf16, and in channels_last."""
        model = copy.deepcopy(module).to(device()).eval()
        self("plain PyTorch, fp32 (TF32 convolutions)", model)
        self("plain PyTorch, bf16 autocast", _autocast(model))
        last = copy.deepcopy(model).to(memory_format=CHANNELS_LAST)  # type: ignore[call-overload]
        self("plain PyTorch, bf16 autocast, channels_last", _autocast(last))
        half = copy.deepcopy(last).to(torch.bfloat16)
        self("plain PyTorch, all bf16, channels_last", lambda low: half(low.to(torch.bfloat16)))

    def compiled(self, module: nn.Module, mode: str) -> None:
        """Time the network in bf16 and channels_last, compiled for this size."""
        torch._dynamo.reset()
        model = copy.deepcopy(module).to(device(), memory_format=CHANNELS_LAST).eval()  # type: ignore[call-overload]
        options = {"backend": "aot_eager"} if self.section.rehearse else {"mode": mode}
        run_autocast = _autocast(torch.compile(model, **options))  # type: ignore[call-overload]
        self(f"torch.compile, {mode}, bf16 autocast, channels_last", lambda low: run_autocast(low))

    def whole(self, upscaler: Any) -> None:
        """Time ``upscaler(picture)``, from 8-bit RGB in the processor's memory to the same."""
        size = *self.low.shape[-2:], 3
        picture = np.random.default_rng(0).integers(0, 256, size, dtype=np.uint8)
        seconds = seconds_a_call(lambda: upscaler(picture), seconds=0.05 if self.section.rehearse else 0.6, warm=2)
        how = f"srkit.upscale, {upscaler.precision}"
        self.section.row("pictures", size=self.title, how=how, ms=1000 * seconds)


def _autocast(model: Any) -> Any:
    def network(low: Tensor) -> Tensor:
        with torch.autocast(device().type, dtype=torch.bfloat16):
            return model(low)  # type: ignore[no-any-return]

    return network
