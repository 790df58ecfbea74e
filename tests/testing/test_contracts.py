"""Contracts refuse parts that a host could not use, say why, and accept correct parts."""

import random
import re
import subprocess

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

import srkit
from srkit.errors import CheckpointError, DataError, ExportError
from srkit.network.exporter import Checked
from srkit.network.needs import Needs
from srkit.parts import KINDS
from srkit.parts.launcher import Ended
from srkit.plugins import load_catalog
from srkit.registry import Part
from srkit.testing import check_part, contract_of
from srkit.work import Work


def check(factory, **options):
    """Check ``factory`` as a plugin's author would, beside the built-in parts."""
    factory.__doc__ = "A part of a test."
    catalog, part = load_catalog([]), Part.of(factory, "a test")
    catalog.add([part])
    check_part(part, catalog, **options)


def refused(why, factory, **options):
    with pytest.raises(AssertionError, match=re.escape(why)):
        check(factory, **options)


def test_every_kind_has_a_contract():
    assert [contract_of(kind).__name__ for kind in KINDS] == [kind.name for kind in KINDS]


# what all kinds share


def shrink(high, scale):
    return F.avg_pool2d(high, scale)


def test_an_option_that_must_be_given_is_asked_for():
    @srkit.degradation("blurry")
    def blurry(scale: int, *, radius: int):
        return lambda high, draws: shrink(high, scale)

    refused("radius: missing; wants int\npass options to check_part", blurry)
    check(blurry, radius=2)


def test_a_value_that_the_part_refuses_is_no_pass():
    @srkit.loss("picky")
    def picky(*, power: float = 0.0):
        raise ValueError(f"power must be positive, got {power}")

    refused("pass options that it takes: check_part(part, option=...)", picky)


def test_contracts_leave_the_random_state_as_it_was():
    states = torch.get_rng_state(), random.getstate(), np.random.get_state()
    check_part(load_catalog([])["loss"]["l1"])
    assert torch.equal(states[0], torch.get_rng_state())
    assert states[1] == random.getstate()
    assert np.array_equal(states[2][1], np.random.get_state()[1])


# losses


def loss_of(function):
    @srkit.loss("tried")
    def tried():
        return function

    return tried


def test_a_loss_may_draw_a_frozen_network_from_torch():
    @srkit.loss("frozen")
    class Frozen(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("look", torch.randn(4, 1, 3, 3), persistent=False)

        def forward(self, prediction, target):
            one, other = (F.conv2d(image.flatten(0, 1)[:, None], self.look) for image in (prediction, target))
            return (one - other).abs().mean()

    check(Frozen)


def test_a_loss_may_not_be_drawn_from_elsewhere():
    @srkit.loss("numpy")
    class FromNumPy(nn.Module):
        def __init__(self):
            super().__init__()
            self.factor = float(np.random.rand()) + 1

        def forward(self, prediction, target):
            return self.factor * (prediction - target).abs().mean()

    refused("gives another result each time it is built; take its random numbers from torch's generator", FromNumPy)


def test_a_loss_may_not_be_random_when_called():
    rolled = loss_of(lambda prediction, target: F.dropout(prediction - target, 0.5).abs().mean())
    refused(
        "takes from the random numbers of the process when called; draw what is random when it is built", rolled
    )

    def thrown(prediction, target):
        return (prediction - target).abs().mean() * (1 + np.random.rand())

    refused("takes from the random numbers of the process when called", loss_of(thrown))


def test_a_loss_may_not_seed_the_process():
    def seeding(prediction, target):
        torch.manual_seed(3)
        return (prediction - target).abs().mean()

    refused("takes from the random numbers of the process when called", loss_of(seeding))


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (lambda prediction, target: (prediction - target).abs(), "wants a scalar, gave shape (2, 1, 32, 32)"),
        (lambda prediction, target: 0.5, "wants a scalar, gave float, which is no tensor"),
        (lambda prediction, target: (prediction - target).abs().mean().detach(), "has no gradient"),
        (lambda prediction, target: -(prediction - target).abs().mean(), "must be smallest where"),
        (lambda prediction, target: (prediction - target).abs().sum(), "wants the mean over the images of a batch"),
    ],
)
def test_a_loss_is_a_scalar_that_can_be_minimised(function, why):
    refused(why, loss_of(function))


def test_a_term_says_rightly_what_it_looks_at():
    @srkit.loss("alone")
    class Alone:
        compares = False

        def __call__(self, prediction, target):
            return prediction.diff().abs().mean() + 1e-3 * (prediction - target).abs().mean()

    refused("says that it looks at the prediction alone (compares = False), but depends on the target", Alone)

    @srkit.loss("claims")
    class Claims:
        def __call__(self, prediction, target):
            return (prediction - target).abs().mean()

        def with_low(self, low):
            return Claims()

    refused("has with_low, but does not depend on LR", Claims)


def test_a_loss_with_tensors_must_be_movable():
    @srkit.loss("stays")
    class Stays:
        def __init__(self):
            self.weights = torch.ones(3)

        def __call__(self, prediction, target):
            return self.weights.mean() * (prediction - target).abs().mean()

    refused("weights would stay on the CPU; a loss with tensors is a torch.nn.Module", Stays)

    @srkit.loss("forgets")
    class Forgets(Stays, nn.Module):
        def __init__(self):
            nn.Module.__init__(self)
            self.weights = torch.ones(3)

    refused("weights would stay on the CPU", Forgets)


class Balancing(nn.Module):
    """A loss that sets a weight and keeps it."""

    def __init__(self):
        super().__init__()
        self.found = {}

    def forward(self, prediction, target):
        return self.found.get("own", 1.0) * (prediction - target).abs().mean()

    def balance(self, prediction, target):
        self.found = {"own": float(target.mean())}

    @property
    def balanced(self):
        return self.found


def test_what_a_loss_balanced_must_be_in_its_state():
    @srkit.loss("forgetful")
    class Forgetful(Balancing):
        pass

    refused("its state_dict must hold what balance() found", Forgetful)

    @srkit.loss("remembers")
    class Remembers(Balancing):
        def get_extra_state(self):
            return self.found

        def set_extra_state(self, state):
            self.found = state

    check(Remembers)

    @srkit.loss("odd")
    class Odd(Remembers):
        def get_extra_state(self):
            return {"weight": Balancing()}

    refused("its state_dict must hold tensors and plain values alone", Odd)


# metrics


def metric_of(function, *, higher_is_better=True, **protocol):
    @srkit.metric("tried")
    class Tried:
        def __init__(self, scale: int):
            self.protocol = protocol
            self.higher_is_better = higher_is_better

        def __call__(self, prediction, target):
            return function(prediction, target)

    return Tried


def distance(prediction, target):
    return (prediction - target).square().mean((1, 2, 3))


def test_a_metric_must_say_that_less_is_better():
    refused("where lower values are better, say higher_is_better = False", metric_of(distance))
    check(metric_of(distance, higher_is_better=False))
    upside_down = metric_of(lambda *both: -distance(*both), higher_is_better=False)
    refused("wants the target itself scored lower", upside_down)
    refused("wants higher_is_better True or False, gave 'no'", metric_of(distance, higher_is_better="no"))


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (lambda *both: float(distance(*both).mean()), "wants one value per image (N,), gave float"),
        (lambda *both: distance(*both).mean(), "wants one value per image (N,), gave shape ()"),
        (lambda *both: distance(*both) / distance(*both).sum(), "a batch changes its values"),
        (
            lambda *both: distance(*both) + 1e-9 * torch.rand(1),
            "takes from the random numbers of the process when called",
        ),
    ],
)
def test_a_metric_gives_one_value_an_image(function, why):
    refused(why, metric_of(function, higher_is_better=False))


def test_a_metric_is_shown_gray_and_rgb():
    refused("refuses images of 1 channels", metric_of(refusing(1), higher_is_better=False))
    refused("refuses images of 3 channels", metric_of(refusing(3), higher_is_better=False))


def refusing(channels):
    def function(prediction, target):
        if prediction.shape[1] == channels:
            raise ValueError(f"cannot measure {channels}")
        return distance(prediction, target)

    return function


def test_a_metric_may_want_large_images():
    def large(prediction, target):
        if min(prediction.shape[-2:]) < 160:
            raise ValueError("wants 160 pixels")
        return distance(prediction, target)

    check(metric_of(large, higher_is_better=False))


def test_a_protocol_must_be_plain():
    refused(
        "wants a protocol of plain values by name",
        metric_of(distance, higher_is_better=False, border=torch.ones(1)),
    )


# degradations


def degradation_of(function):
    @srkit.degradation("tried")
    class Tried:
        def __init__(self, scale: int):
            self.scale = scale

        def __call__(self, high, draws):
            return function(high, draws, self.scale)

    return Tried


def grained(high, draws, scale):
    return shrink(high, scale) + draws.normal(high.shape[1], 1, 1)


def test_a_degradation_may_draw():
    check(degradation_of(grained))


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (lambda high, draws, scale: shrink(high, scale) + torch.rand(1), "the same draws must give the same"),
        (lambda high, draws, scale: high, "wants (3, 3, 16, 12) of (3, 3, 32, 24) at x2, gave shape"),
        (lambda high, draws, scale: shrink(high.mul_(0.5), scale), "changes the HR that it is given"),
        (lambda high, draws, scale: shrink(high, scale) / 0, "gives values that are not numbers"),
        (lambda high, draws, scale: shrink(high, scale)[:, :1], "wants (3, 3, 16, 12)"),
        (
            lambda high, draws, scale: shrink(high, scale) + high.mean(),
            "image 0 alone gets another LR than in a batch of 3; its LR may depend on its own row of HR and of the "
            "draws alone, to the last bit",
        ),
        (
            lambda high, draws, scale: shrink(high, scale) + draws.uniform()[-1],
            "image 0 alone gets another LR than in a batch of 3",
        ),
    ],
)
def test_a_degradation_is_decided_by_its_draws(function, why):
    refused(why, degradation_of(function))


def test_a_degradation_may_not_take_from_the_process():
    def taking(high, draws, scale):
        torch.rand(1)
        return shrink(high, scale)

    refused("takes from the random numbers of the process when called; draw from the draws", degradation_of(taking))


def test_a_degradation_that_works_on_rgb_alone_fails_on_gray():
    def toned(high, draws, scale):
        return shrink(high, scale)[:, [2, 1, 0]]

    refused(
        "fails on HR of (1, 1, 32, 24) at x2; wants RGB and gray, one channel: IndexError", degradation_of(toned)
    )


def test_a_degradation_may_refuse_scales_but_the_others_are_tested():
    def only(scales, function):
        @srkit.degradation("some")
        def some(scale: int):
            if scale not in scales:
                raise ValueError(f"scale must be one of {scales}, got {scale}")
            return lambda high, draws: function(high, scale)

        return some

    check(only((3,), shrink))
    refused("wants (3, 3, 16, 12) of (3, 3, 48, 36) at x3", only((3,), lambda high, scale: high))
    refused("no scale is allowed", only((5,), shrink))


def test_what_a_degradation_drew_is_checked():
    @srkit.degradation("traced")
    class Traced:
        kernels = torch.ones(1, 5, 5)

        def __init__(self, scale: int):
            self.scale = scale

        def __call__(self, high, draws):
            return shrink(high, self.scale)

        def trace(self, high, draws):
            return self(high, draws), {"kernels": self.kernels}

    refused("wants kernels of (N,k,k), gave (1, 5, 5)", Traced)


# stages


def augmentation_of(function):
    @srkit.augmentation("tried")
    class Tried:
        def __init__(self, scale: int):
            self.scale = scale

        def __call__(self, low, high, partners, draws):
            return function(low, high, partners, draws)

    return Tried


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (lambda low, high, *_: (low, high[..., 1:]), "wants HR of (4, 1, 24, 28), gave shape (4, 1, 24, 27)"),
        (lambda low, high, *_: (low / 0, high), "gives values that are not numbers"),
        (lambda low, high, *_: (low.add_(1), high), "changes the images that it is given"),
        (lambda low, high, *_: (low + torch.rand(1), high), "the same draws must give the same images"),
        (lambda low, high, *_: (low + low.mean(), high), "pair 0 alone becomes another one than in a batch of 4"),
        (lambda low, high, *_: (low.double(), high), "wants images of torch.float32, gave torch.float64"),
    ],
)
def test_an_augmentation_treats_every_pair_by_itself(function, why):
    refused(why, augmentation_of(function))


def test_a_row_of_the_batch_is_no_partner():
    refused("another one than in a batch", augmentation_of(lambda low, high, *_: (low + low.roll(1, 0), high)))
    check(augmentation_of(lambda low, high, partners, _: (low + partners(range(len(low)))[0], high)))


def stage_of(function):
    @srkit.stage("tried")
    class Tried:
        def __init__(self, scale: int):
            self.scale = scale

        def __call__(self, work, draws):
            return function(work, draws)

    return Tried


def each(function):
    return lambda work, draws: work.becomes(map(function, work.images))


def uneven(work, draws):
    """Refuse images of different sizes, as a stage may."""
    if len({image.shape for image in work.images}) > 1 or work.images[0].shape[-1] % work.low_size[1]:
        raise DataError("wants images of HR's size")
    return work.becomes(work.images)


def test_a_stage_may_resize_draw_and_refuse_other_sizes():
    check(stage_of(each(lambda image: image[..., 1:, :-2])))
    check(stage_of(lambda work, draws: work.becomes(work.images, strength=draws.uniform())))
    check(stage_of(uneven))


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (
            each(lambda image: image + torch.rand(1)),
            "the same draws must give the same images; draw from the draws",
        ),
        (each(lambda image: image.mul_(0.5)), "changes the images that it is given"),
        (each(lambda image: image / 0), "gives values that are not numbers"),
        (each(lambda image: image[:, :1]), "wants an image of (1, 3, 'H', 'W'), gave shape (1, 1, 32, 24)"),
        (each(lambda image: image.double()), "wants images of torch.float32, gave torch.float64"),
        (lambda work, draws: work.images, "wants a Work, gave tuple; return work.becomes(images)"),
        (lambda work, draws: work.becomes(work.images[:1]), "wants 3 images, as it was given, gave 1"),
        (lambda work, draws: Work(work.images, (1, 1)), "wants low_size as it was given, (16, 12), gave (1, 1)"),
        (
            lambda work, draws: work.becomes(work.images, strength=torch.ones(1)),
            "3 rows, one for each image; strength",
        ),
        (
            lambda work, draws: work.becomes([image + work.images[-1].mean() for image in work.images]),
            "image 0 alone becomes another one than in a batch of 3",
        ),
        (
            lambda work, draws: work.becomes([image + draws.uniform()[0] for image in work.images]),
            "image 1 alone becomes another one than in a batch of 3",
        ),
        (
            lambda work, draws: work.becomes(torch.cat(work.images).chunk(len(work))),
            "fails on images of (1, 3, 22, 38), (1, 3, 32, 24), (1, 3, 22, 38), (1, 3, 9, 30) at x2: RuntimeError",
        ),
        (each(lambda image: image[:, [0, 1, 2]]), "fails on images of (1, 1, 32, 24)"),
    ],
)
def test_a_stage_does_the_same_to_an_image_in_every_batch(function, why):
    refused(why, stage_of(function))


# models and upsamplers


def nearest(scales, channels_taken, **more):
    class Nearest(nn.Module):
        def __init__(self, scale: int, channels: int):
            super().__init__()
            if scale not in scales or channels not in channels_taken:
                raise ValueError(f"scale and channels must be of {scales} and {channels_taken}")
            self.scale, self.weight = scale, nn.Parameter(torch.ones(1))

        def forward(self, low):
            return self.weight * F.interpolate(low, scale_factor=float(self.scale))

    return srkit.model("nearest")(type("Nearest", (Nearest,), more))


def test_a_model_may_serve_one_scale_and_rgb_alone():
    for scale in (2, 3, 4, 8):
        check(nearest((scale,), (3,)))
    refused("no scale and channels is allowed", nearest((5,), (3,)))


def test_an_odd_scale_is_tried():
    wrong = nearest((2, 3), (1, 3), forward=lambda self, low: self.weight * F.interpolate(low, scale_factor=2.0))
    refused("wants x3 of (2, 1, 5, 7), gave shape (2, 1, 10, 14)", wrong)


def test_the_state_of_a_model_is_flat_tensors():
    odd = nearest((2,), (3,), get_extra_state=lambda self: {"a": 1}, set_extra_state=lambda self, state: None)
    refused("its state_dict must hold tensors alone, found _extra_state (dict)", odd)


def test_all_that_a_model_learns_is_in_its_state():
    @srkit.model("hidden")
    class Hidden(nn.Module):
        def __init__(self, scale: int, channels: int):
            super().__init__()
            self.scale, self.shift = scale, [torch.rand(1)]

        def forward(self, low):
            return self.shift[0] + F.interpolate(low, scale_factor=float(self.scale))

    refused("its state_dict does not say all about it", Hidden)

    @srkit.model("numpy")
    class FromNumPy(Hidden):
        def __init__(self, scale: int, channels: int):
            super().__init__(scale, channels)
            self.shift = nn.Parameter(torch.tensor(np.random.rand(1)))

    refused("gives another result each time it is built", FromNumPy)


def test_an_upsampler_does_not_draw_in_eval():
    @srkit.upsampler("grainy")
    class Grainy(nn.Module):
        def __init__(self, channels: int, out_channels: int, scale: int):
            super().__init__()
            self.scale = scale

        def forward(self, features):
            large = F.interpolate(features, scale_factor=float(self.scale))
            return large + 1e-6 * torch.rand_like(large)

    refused("takes from the random numbers of the process when called; in eval() a network draws nothing", Grainy)


class Learnt(nn.Module):
    """A model that learns one gain; the classes below break one thing each."""

    def __init__(self, scale: int, channels: int):
        super().__init__()
        self.scale, self.gain, self.other = scale, nn.Parameter(torch.ones(1)), nn.Parameter(torch.ones(1))

    def large(self, low):
        return F.interpolate(low, scale_factor=float(self.scale))

    def forward(self, low):
        return self.gain * self.other * self.large(low)


def model_of(**changes):
    changes = {"__init__": lambda self, scale, channels: Learnt.__init__(self, scale, channels)} | changes
    changes["__init__"].__annotations__ = {"scale": int, "channels": int}
    return srkit.model("learnt")(type("Tried", (Learnt,), changes))


def test_an_honest_model_passes():
    check(model_of())


def test_a_model_must_run_in_train():
    def untrained(self, low):
        if self.training:
            raise NotImplementedError("not yet")
        return Learnt.forward(self, low)

    refused("fails in train() on (2, 1, 5, 7): NotImplementedError('not yet')", model_of(forward=untrained))


def test_a_model_may_not_detach_its_output():
    detached = model_of(forward=lambda self, low: Learnt.forward(self, low).detach())
    refused("has weights to learn, but its output has no gradient in train()", detached)

    def detached_in_train(self, low):
        y = Learnt.forward(self, low)
        return y.detach() if self.training else y

    refused("has weights to learn, but its output has no gradient in train()", model_of(forward=detached_in_train))


def test_every_weight_of_a_model_is_learnt_or_frozen():
    def half(self, low):
        return self.gain * self.other.detach() * self.large(low)

    refused("other would never be learnt, found no gradient; freeze what is not", model_of(forward=half))

    def frozen(self, scale, channels):
        Learnt.__init__(self, scale, channels)
        self.other.requires_grad_(False)

    check(model_of(forward=half, __init__=frozen))


def test_a_gradient_must_be_a_number():
    def steep(self, low):
        return (self.gain - 1).sqrt() * self.large(low)  # 0 at the start, and infinitely steep

    refused("the gradient of gain is not finite", model_of(forward=lambda self, low: steep(self, low) + self.other))


def test_the_levels_of_a_pyramid_are_learnt_from_as_well():
    def pyramid(self, low):
        return [self.other * F.interpolate(low, scale_factor=float(self.scale) / 2), self(low)]

    gain_alone = {"forward": lambda self, low: self.gain * self.large(low)}
    refused("other would never be learnt", model_of(**gain_alone))
    check(model_of(pyramid=pyramid, **gain_alone))


def test_forward_after_pyramid_keeps_its_precision():
    def pyramid(self, low):
        return [(self.gain * self.other * self.large(low)).bfloat16() if autocast() else self(low)]

    def autocast():
        return torch.is_autocast_enabled("cpu")

    refused("forward in bf16 autocast, called after pyramid, gives another last level", model_of(pyramid=pyramid))

    def remembering(self, low):
        if autocast():
            self.coarse = low.bfloat16().float()
        return Learnt.forward(self, getattr(self, "coarse", low))

    refused(
        "gives another result in fp32 once it has been called in bf16 autocast",
        model_of(forward=remembering),
    )


def test_the_weights_of_an_upsampler_get_a_gradient():
    @srkit.upsampler("stuck")
    class Stuck(nn.Module):
        def __init__(self, channels: int, out_channels: int, scale: int):
            super().__init__()
            self.scale, self.conv = scale, nn.Conv2d(channels, channels, 3, padding=1)

        def forward(self, features):
            with torch.no_grad():
                sharp = self.conv(features)
            return F.interpolate(features + sharp, scale_factor=float(self.scale))

    refused("conv.weight, conv.bias would never be learnt, found no gradient", Stuck)


# optimizers


def optimizer_of(step, **changes):
    @srkit.optimizer("tried")
    class Tried(torch.optim.Optimizer):
        def __init__(self, parameters):
            super().__init__(list(parameters), {"lr": 0.05})
            self.moments = {}

        @torch.no_grad()
        def step(self):
            for group in self.param_groups:
                for weight in group["params"]:
                    step(self, weight, group["lr"])

    for name, value in changes.items():
        setattr(Tried, name, value)
    return Tried


def heavy_ball(moments, weight, rate):
    moments["mean"] = 0.9 * moments.get("mean", 0) + weight.grad
    weight.sub_(rate * moments["mean"])


def kept(self, weight, rate):
    heavy_ball(self.state[weight], weight, rate)


def test_an_honest_optimizer_passes():
    check(optimizer_of(kept))


def test_an_optimizer_keeps_its_moments_in_its_state():
    def aside(self, weight, rate):
        heavy_ball(self.moments.setdefault(weight, {}), weight, rate)

    why = "restored from its state_dict it takes other steps, so no run could be resumed exactly"
    refused(why, optimizer_of(aside))

    def dropped(self):
        return {"state": {}, "param_groups": torch.optim.Optimizer.state_dict(self)["param_groups"]}

    refused(why, optimizer_of(kept, state_dict=dropped))


def test_the_state_of_an_optimizer_is_plain():
    def strange(self, weight, rate):
        kept(self, weight, rate)
        self.state[weight]["how"] = Learnt(2, 1)

    refused("its state_dict must hold tensors and plain values alone", optimizer_of(strange))


def test_an_optimizer_goes_downhill():
    refused("does not make a convex loss smaller", optimizer_of(lambda self, weight, rate: weight.add_(rate)))


# datasets


class Blank:
    """Two images, made up; the classes below break one thing each."""

    scale = 2
    names = ("a", "b/c")

    def __len__(self):
        return len(self.names)

    def high(self, index):
        return np.full((9, 7, 3), index, np.uint8)

    def low(self, index):
        return np.full((5, 3, 3), index, np.uint8)

    def size(self, index):
        return 9, 7

    def key(self, index):
        return f"blank {index}"


def dataset_of(**changes):
    return srkit.dataset("tried")(type("Tried", (Blank,), {"__init__": lambda self: None} | changes))


def test_an_honest_set_passes():
    check(dataset_of())
    check(dataset_of(scale=None, low=None))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"names": ()}, "wants an image at least, has none"),
        ({"names": ("a", "a")}, "wants names that differ"),
        ({"names": ("a", "./a")}, "wants names that differ"),
        ({"names": ("a", "")}, "wants names that stay within a folder"),
        ({"names": ("a", "/b")}, "wants names that stay within a folder"),
        ({"names": ("a", "../b")}, "wants names that stay within a folder"),
        ({"names": (1, 2)}, "wants names that are strings, found 1"),
        ({"__len__": lambda self: 3}, "wants a name for each of 3 images, has 2"),
        ({"scale": 1}, "wants a scale of None or 2 and up, 1"),
        ({"scale": 2.0}, "wants a scale of None or 2 and up, 2.0"),
        ({"high": lambda self, index: np.zeros((9, 7, 3))}, "uint8 (H,W,C), C 1 or 3, gave float64 (9, 7, 3)"),
        ({"high": lambda self, index: np.zeros((9, 7), np.uint8)}, "gave uint8 (9, 7)"),
        ({"high": lambda self, index: np.zeros((9, 7, 4), np.uint8)}, "gave uint8 (9, 7, 4)"),
        ({"high": lambda self, index: torch.zeros(9, 7, 3)}, "wants HR of 'a' as a NumPy array, gave Tensor"),
        ({"size": lambda self, index: (7, 9)}, "says (7, 9) is the size of 'a', whose HR is (9, 7)"),
        ({"low": lambda self, index: np.zeros((6, 3, 3), np.uint8)}, "wants LR of 'a' 2 times smaller than (9, 7)"),
        ({"low": lambda self, index: np.zeros((4, 4, 1), np.uint8)}, "both gray or both RGB"),
        ({"key": lambda self, index: "same"}, "wants keys that differ where images do"),
        ({"key": lambda self, index: index}, "wants keys that are strings, found 0"),
        ({"key": lambda self, index: str(random.random())}, "a key must stay as long as its image"),
        ({"high": lambda self, index: np.random.randint(0, 9, (9, 7, 3), np.uint8)}, "gives other pixels"),
        ({"original": lambda self, index: index}, "wants originals that are strings"),
    ],
)
def test_a_set_that_the_host_could_not_use(changes, why):
    refused(why, dataset_of(**changes))


def test_a_set_has_one_order():
    def shuffled(self):
        self.names = random.sample([str(number) for number in range(20)], 20)

    changes = {"__init__": shuffled, "key": lambda self, index: self.names[index]}
    refused("opened again it has other names or keys, or another order", dataset_of(**changes))


# trackers


def tracker_of(record, close=lambda self: None, opened=lambda self: None):
    @srkit.tracker("tried")
    class Tried:
        def __init__(self, folder):
            self.path = folder / "log.txt"
            opened(self)

        def record(self, step, values):
            record(self, step, values)

        def close(self):
            close(self)

    return Tried


def append(self, step, values):
    with open(self.path, "a") as file:
        file.write(f"{step} {dict(values)}\n")


def test_a_tracker_takes_back_the_steps_that_are_done_again():
    refused("log.txt of a resumed run differs from that of one that never stopped", tracker_of(append))


def test_a_tracker_whose_writing_is_never_the_same_passes():
    check(tracker_of(lambda self, step, values: append(self, step, {"folder": str(self.path)})))


def test_a_tracker_that_starts_anew_loses_a_finished_run():
    def anew(self):
        self.path.write_text("")

    refused("of a resumed run differs", tracker_of(append, opened=anew))

    def step_files(self, step, values):
        (self.path.parent / f"{step}.txt").write_text(str(dict(values)))

    check(tracker_of(step_files))
    refused("opened and closed again, it loses", tracker_of(step_files, opened=emptied))


def emptied(self):
    if len(list(self.path.parent.iterdir())) == 3:
        (self.path.parent / "1.txt").write_text("")


def test_a_tracker_takes_any_number():
    def whole(self, step, values):
        return [int(value) for value in values.values()]

    with pytest.raises(OverflowError):
        check(tracker_of(whole))


# launchers


def launcher_of(function):
    @srkit.launcher("tried")
    def tried():
        return function

    return tried


def started(task, **changes):
    with open(task.output, "wb") as output:
        given = {"stdin": subprocess.PIPE, "stdout": output, "stderr": subprocess.STDOUT} | changes
        return subprocess.Popen(task.command, **given)


def stopped(process):
    if process.stdin:
        process.stdin.close()
    return process.wait()


def one_by_one(tasks, jobs, **changes):
    for task in tasks:
        process = started(task, **changes)
        code = process.wait()
        stopped(process)
        yield Ended(task.name, code)


def test_a_launcher_that_runs_one_after_the_other_is_honest():
    check(launcher_of(one_by_one))


def test_a_launcher_must_tell_how_tasks_ended():
    def all_well(tasks, jobs):
        return (Ended(one.name, 0) for one in one_by_one(tasks, jobs))

    refused("wants one Ended each with the exit status, good 0 and bad 3", launcher_of(all_well))
    refused("wants one Ended each", launcher_of(lambda tasks, jobs: one_by_one(tasks[:1], jobs)))


def test_a_launcher_must_keep_what_tasks_print():
    quiet = launcher_of(lambda tasks, jobs: one_by_one(tasks, jobs, stderr=subprocess.DEVNULL))
    refused("wants what a task prints, on either output, in its file, found ''", quiet)


def test_a_launcher_must_hold_standard_input_open():
    deaf = launcher_of(lambda tasks, jobs: one_by_one(tasks, jobs, stdin=subprocess.DEVNULL))
    refused("must hold a task's standard input open", deaf)


def test_a_launcher_must_stop_what_is_running_when_it_is_closed(monkeypatch):
    monkeypatch.setattr("srkit.testing.launcher.PATIENCE", 0.5)
    left = []

    def careless(tasks, jobs):
        running = {task: started(task) for task in tasks}
        left.extend(running.values())
        for task, process in running.items():
            process.wait()
            process.stdin.close()
            yield Ended(task.name, process.returncode)

    try:
        refused("leaves a process behind when it is closed", launcher_of(careless))
    finally:
        for process in left:
            stopped(process)


def test_a_launcher_must_give_a_generator():
    def listed(tasks, jobs):
        return iter([Ended(one.name, one.code) for one in one_by_one(tasks, jobs)]) if tasks[:1] != [] else iter([])

    def brief(tasks, jobs):
        return listed([task for task in tasks if task.name != "long"], jobs)

    refused("wants an iterator with close(), such as a generator", launcher_of(brief))


# readers


class Raw:
    """A correct reader; tests replace its methods by ones that break the contract."""

    accepts = staticmethod(lambda file: file.suffix == ".pth")

    @staticmethod
    def read(file):
        raise CheckpointError(f"{file}: is none of mine")


def reader_of(**methods):
    @srkit.reader("tried")
    def tried(build):
        return type("Tried", (Raw,), {name: staticmethod(one) for name, one in methods.items()})()

    return tried


def test_a_reader_that_says_what_is_wrong_is_honest():
    check(reader_of())


def test_a_reader_must_say_true_or_false():
    refused("wants True or False, gave 'yes'", reader_of(accepts=lambda file: "yes"))


def test_a_reader_must_not_take_whatever_comes():
    refused("must not accept none.bin; nothing says what it is", reader_of(accepts=lambda file: True))


def test_a_reader_must_not_break_at_a_damaged_file():
    def careless(file):
        return file.read_bytes()[0] == 80

    refused(
        "accepts(none.bin, missing) wants a CheckpointError, raised FileNotFoundError", reader_of(accepts=careless)
    )

    def fails(file):
        raise KeyError("params")

    refused("read(weights.pth, missing) wants a CheckpointError, raised KeyError", reader_of(read=fails))


def test_a_reader_must_name_the_file():
    def nameless(file):
        raise CheckpointError("is damaged")

    refused(
        "read(weights.pth, missing) wants an error that names the file, raised is damaged", reader_of(read=nameless)
    )


def test_a_reader_must_be_built_without_options():
    @srkit.reader("needy")
    def needy(build, *, width: int):
        return Raw()

    refused("width: missing; wants int", needy)


# methods


def method_of(function, least=1):
    @srkit.method("tried")
    class Tried:
        def __init__(self, scale: int) -> None:
            self.scale, self.least = scale, least

        def __call__(self, low, draws):
            return function(F.interpolate(low, scale_factor=self.scale), draws)

    return Tried


def test_a_method_may_learn_and_draw_networks_from_torch():
    def learnt(high, draws):
        assert high.shape[-1] % 40 == 0  # the image is as large as it wants
        network = nn.Conv2d(high.shape[1], high.shape[1], 1)
        optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
        loss = (F.dropout(network(high)) + draws.normal(*high.shape[1:]) - high).square().mean()
        loss.backward()
        optimizer.step()
        return network(high).detach()

    check(method_of(learnt, least=40))


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (
            lambda high, draws: high[..., 1:],
            "of (1, 1, 16, 13) at x2, gave shape (1, 1, 32, 25)",
        ),
        (lambda high, draws: high / 0 * 0, "gives values that are not numbers"),
        (lambda high, draws: high.mul(torch.ones(1, requires_grad=True)), "without a gradient; detach it"),
        (lambda high, draws: high.tolist(), "wants to give a tensor, gave list"),
        (lambda high, draws: high + np.random.rand(), "gives another result for the same image; draw what is"),
        (lambda high, draws: high + random.random(), "gives another result for the same image; draw what is"),
        (lambda high, draws: high.view(3, -1), "fails on an image of (1, 1, 16, 13): RuntimeError"),
    ],
)
def test_a_method_gives_one_larger_image(function, why):
    refused(why, method_of(function))


def test_a_method_learns_nothing_from_one_image_for_the_next():
    seen = []

    def remembers(high, draws):
        if not any(torch.equal(high, other) for other in seen):
            seen.append(high)
        return high + len(seen)

    refused("keep nothing of an image for the next one", method_of(remembers))


def test_a_method_leaves_its_image_as_it_is():
    @srkit.method("over")
    def over(scale: int):
        return lambda low, draws: F.interpolate(low.mul_(0.5), scale_factor=scale)

    refused("changes the image that it is given", over)


@pytest.mark.parametrize("least", [0, 2.5, None])
def test_a_method_says_its_least_in_pixels(least):
    tried = method_of(lambda high, draws: high, least)
    refused(f"wants least to be a number of pixels, 1 or more, has {least!r}", tried)


# estimators


def estimator_of(function):
    @srkit.estimator("tried")
    def tried(scale: int):
        return function

    return tried


def test_an_estimator_may_give_negative_values_and_look_at_the_image():
    def sharp(low, draws):
        kernel = torch.full((1, 3, 3), -0.05) * low.mean()
        kernel[0, 1, 1] += 1 - kernel.sum()
        return kernel

    check(estimator_of(sharp))


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (lambda low, draws: torch.ones(3, 3) / 9, "wants a kernel (1,k,k), gave shape (3, 3)"),
        (lambda low, draws: torch.ones(1, 3, 5) / 15, "wants a kernel (1,k,k), gave shape (1, 3, 5)"),
        (lambda low, draws: torch.tensor(1.0), "wants a kernel (1,k,k), gave shape ()"),
        (lambda low, draws: torch.ones(1, 4, 4) / 16, "wants a kernel with an odd side, gave 4"),
        (lambda low, draws: torch.ones(1, 3, 3) / 8, "wants a kernel with the sum 1, gave 1.1250"),
        (lambda low, draws: torch.full((1, 1, 1), torch.nan), "gives values that are not numbers"),
        (
            lambda low, draws: torch.tensor([random.random(), 0, 1]).softmax(0).diag()[None],
            "gives another result for the same image; draw what is random from the draws",
        ),
    ],
)
def test_an_estimator_gives_one_kernel(function, why):
    refused(why, estimator_of(function))


# the needs of models


def test_a_model_whose_halo_is_too_small_is_found():
    class Wide(nn.Module):
        def __init__(self, scale, channels, halo):
            super().__init__()
            self.scale, self.needs = scale, Needs(halo=halo)
            self.conv = nn.Conv2d(channels, channels, 5, padding=2)

        def forward(self, low):
            return F.interpolate(self.conv(low), scale_factor=self.scale)

    def wide(halo):
        @srkit.model("wide")
        def made(scale: int, channels: int):
            return Wide(scale, channels, halo)

        return made

    check(wide(2))
    refused("its halo of 1 at x2 is not enough: a tile differs", wide(1))


def test_a_model_must_say_its_needs_as_needs():
    @srkit.model("old")
    def old(scale: int, channels: int):
        module = nn.Upsample(scale_factor=scale)
        module.needs = 3
        return module

    refused("needs: wants srkit.network.needs.Needs, got int", old)


# exporters


def exporter_of(write):
    @srkit.exporter("tried")
    class Tried:
        suffixes = (".txt",)

        def __call__(self, network, target):
            if not target.parent.is_dir():
                raise ExportError(f"{target}: there is no such folder")
            return write(network, target)

    return Tried


def honest(network, target):
    target.write_text(network.name)
    return Checked("a reader", 0.0)


def test_an_exporter_may_refuse_some_networks():
    def choosy(network, target):
        if network.name != "bicubic":
            raise ExportError(f"{target}: wants bicubic, found {network.name}")
        return honest(network, target)

    check(exporter_of(choosy))


@pytest.mark.parametrize(
    ("why", "write"),
    [
        ("wants srkit.network.exporter.Checked, gave float", lambda network, target: 0.0),
        ("says that its file differs by nan", lambda network, target: Checked("a reader", float("nan"))),
        ("does not replace the file that was there", lambda network, target: Checked("a reader", 0.0)),
        (
            "wants to write network.txt alone, wrote network.txt, network.txt.data",
            lambda network, target: (target.with_name("network.txt.data").touch(), honest(network, target))[1],
        ),
        (
            "changes the network that it writes",
            lambda network, target: (network.module.double(), honest(network, target))[1],
        ),
        (
            "leaves the network in train()",
            lambda network, target: (network.module.train(), honest(network, target))[1],
        ),
        (
            "freezes the network",
            lambda network, target: (network.module.requires_grad_(False), honest(network, target))[1],
        ),
    ],
)
def test_an_exporter_writes_its_file_and_changes_nothing(why, write):
    refused(why, exporter_of(write))


def test_an_exporter_says_which_file_it_cannot_write():
    def fails(network, target):
        raise ExportError("no")

    refused("wants an error that begins with the file, raised no", exporter_of(fails))

    def picky(network, target):
        raise ExportError(f"{target}: no")

    refused("refuses every network of compact, span, espcn, bicubic", exporter_of(picky))


def test_an_exporter_says_that_there_is_no_folder():
    @srkit.exporter("tried")
    def tried():
        return honest

    refused("wants an ExportError for a missing folder, raised FileNotFoundError", tried)
