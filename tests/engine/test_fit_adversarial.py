"""The loop of a network that is to deceive a discriminator."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.optim.lr_scheduler import ConstantLR, LambdaLR

from srkit.errors import TrainingError
from srkit.gan_losses.relativistic import Relativistic
from srkit.gan_losses.vanilla import Vanilla
from srkit.losses.l1 import L1
from srkit.losses.low_resolution import LowResolution
from srkit.losses.mse import MSE
from srkit.losses.weighted import Term, Weighted
from srkit.pair import Pair
from srkit.regimes.adversarial import Adversarial
from srkit.regimes.supervised import Supervised
from srkit.training import ON_CPU, Recipe


class Net(nn.Module):
    """A pyramid of two levels, with dropout."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 1, 3, padding=1)
        self.dropout = nn.Dropout(0.2)

    def pyramid(self, low):
        first = F.interpolate(self.dropout(self.conv(low)), scale_factor=2)
        return [first, F.interpolate(first, scale_factor=2)]

    def forward(self, low):
        return self.pyramid(low)[-1]


def pair(number):
    low = torch.rand(4, 1, 4, 4, generator=torch.Generator().manual_seed(number))
    return Pair(low, F.interpolate(low, scale_factor=4, mode="bilinear"), ("a", "b", "c", "d"))


def adam(named):
    return torch.optim.Adam(named, lr=0.01)


def constant(optimizer, _steps):
    return ConstantLR(optimizer, factor=1)


def small(channels, _patch):
    return nn.Sequential(nn.Conv2d(channels, 2, 3), nn.LeakyReLU(0.2), nn.Conv2d(2, 1, 3))


def recipe(loss=F.l1_loss, **options):
    return Recipe(loss, adam, constant, crop=(1, 16, 16), **options)


def adversarial(loss=F.l1_loss, steps=6, ema=None, **options):
    torch.manual_seed(0)
    parts = {"discriminator": small, "gan": Vanilla, "optimizer": adam, "schedule": constant}
    return Adversarial(Net(), recipe(loss, ema=ema), steps, ON_CPU, **{**parts, **options})


def test_without_weight_the_network_is_trained_as_if_it_were_alone():
    torch.manual_seed(0)
    alone = Supervised(Net(), recipe(ema=0.9), 6, ON_CPU)
    rivals = adversarial(weight=0.0, ema=0.9)
    for regime in (alone, rivals):
        torch.manual_seed(1)
        steps = list(regime.fit(pair, until=6))
        assert steps[0].names == ("a", "b", "c", "d")
    for name, value in alone.evaluated.state_dict().items():
        assert torch.equal(value, rivals.evaluated.state_dict()[name])


def test_the_adversarial_term_raises_the_scores_of_sr():
    """Against a discriminator that wants bright images and learns nothing, the network becomes brighter."""

    class Bright(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(()))

        def forward(self, crops):
            return self.weight * crops

    def means(weight):
        frozen = {"optimizer": lambda named: torch.optim.SGD(named, lr=0.0), "discriminator": lambda *_: Bright()}
        regime = adversarial(weight=weight, steps=40, **frozen)
        list(regime.fit(pair, until=40))
        return regime.evaluated.eval()(pair(0).low).mean()

    assert means(10.0) > means(0.0) + 0.1


def test_every_term_is_logged_and_the_loss_is_their_sum():
    loss = Weighted(terms={"pixel": Term(loss=L1), "sharp": Term(loss=MSE, balance="pixel", weight=0.5)})
    regime = adversarial(loss, weight=0.1, r1=1.0, r1_every=2)
    steps = list(regime.fit(pair, until=3))
    names = {
        "loss",
        "loss.pixel",
        "loss.sharp",
        "loss.adversarial",
        "loss.discriminator",
        "score.real",
        "score.fake",
    }
    for step in steps:
        assert set(step.losses) - {"loss.r1"} == names | {"score.real", "score.fake"}
        terms = [step.losses[f"loss.{name}"] for name in ("pixel", "sharp", "adversarial")]
        assert step.losses["loss"] == pytest.approx(float(sum(terms)))
        assert set(step.rates) == {"lr", "lr.discriminator"}
        assert set(step.norms) == {"grad_norm", "grad_norm.discriminator"}
    assert ["loss.r1" in step.losses for step in steps] == [True, False, True]
    assert loss.balanced  # before the first step


def test_a_loss_without_terms_is_logged_as_the_content():
    (step,) = adversarial(weight=0.1).fit(pair, until=1)
    total = float(step.losses["loss.content"] + step.losses["loss.adversarial"])
    assert step.losses["loss"] == pytest.approx(total)


def test_a_term_may_not_take_a_name_of_the_log():
    loss = Weighted(terms={"adversarial": Term(loss=L1)})
    with pytest.raises(TrainingError) as error:
        next(adversarial(loss).fit(pair, until=1))
    assert str(error.value) == (
        "loss.terms.adversarial: wants a name that an adversarial training does not log itself, got 'adversarial'; "
        "rename the term"
    )


def test_each_step_of_the_discriminator_has_a_batch_of_its_own():
    taken = []
    regime = adversarial(discriminator_steps=3)
    assert regime.batches == 3
    list(regime.fit(lambda number: taken.append(number) or pair(number), until=2))
    assert taken == [0, 1, 2, 3, 4, 5]
    assert (regime.step, regime.adversary.state.step) == (2, 6)


def test_the_discriminator_has_an_optimizer_and_a_schedule_of_its_own():
    def falling(optimizer, steps):
        return LambdaLR(optimizer, lambda step: 1 - step / steps)

    slow = lambda named: torch.optim.SGD(dict(named).values(), lr=0.3)  # noqa: E731
    regime = adversarial(steps=4, optimizer=slow, schedule=falling, discriminator_steps=2)
    steps = list(regime.fit(pair, until=4))
    assert [step.rates["lr"] for step in steps] == [0.01] * 4
    wanted = [0.3 * (1 - done / 8) for done in (1, 3, 5, 7)]
    assert [step.rates["lr.discriminator"] for step in steps] == pytest.approx(wanted)


def test_a_loss_that_is_not_a_number_is_told_before_the_network_is_harmed():
    regime = adversarial(weight=1e39)
    before = {name: value.clone() for name, value in regime.evaluated.state_dict().items()}
    with pytest.raises(TrainingError, match=r"^step 1: wants a finite loss, got inf with lr 0\.01, lr.discr"):
        next(regime.fit(pair, until=1))
    assert all(torch.equal(value, before[name]) for name, value in regime.evaluated.state_dict().items())


def test_the_watch_is_told_of_every_step():
    regime = adversarial(won=1, steps=60, discriminator=lambda *_: Sure())
    failures = [regime.failure for _ in regime.fit(pair, until=51)]
    assert failures[:49] == [None] * 49
    assert failures[49].startswith("step 50: wants a discriminator loss of at least 0.00069")


class Sure(nn.Module):
    """A discriminator that knows HR by the batch that it is shown first."""

    def __init__(self):
        super().__init__()
        self.weight, self.calls = nn.Parameter(torch.zeros(1)), 0

    def forward(self, crops):
        self.calls += 1
        return crops.mean((1, 2, 3)) * self.weight + (50.0 if self.calls % 3 == 1 else -50.0)


def test_a_loss_of_lr_gets_the_lr_of_the_batch():
    terms = {"pixel": Term(loss=L1), "low": Term(loss=LowResolution, balance="pixel")}
    training = adversarial(Weighted(terms=terms))
    steps = list(training.fit(pair, until=2))
    assert all(step.numbers["loss.low"] > 0 for step in steps)


class Counted(Net):
    """A network with state that every pass changes: dropout's generator and a batch norm's statistics."""

    def __init__(self, dropout):
        super().__init__()
        self.norm, self.dropout.p, self.rows = nn.BatchNorm2d(1, affine=False), dropout, set()

    def pyramid(self, low):
        self.rows.add(len(low))
        self.norm(low)
        return super().pyramid(low)


def sgd(named):  # Adam enlarges the rounding of gradients that are zero, such as that of a last bias
    return torch.optim.SGD(dict(named).values(), lr=0.3)


def in_pieces(count, dropout=0.0):
    torch.manual_seed(0)
    parts = {"discriminator": small, "gan": Relativistic, "optimizer": sgd, "schedule": constant}
    loss = Weighted(terms={"pixel": Term(loss=L1), "sharp": Term(loss=MSE, balance="pixel", weight=0.5)})
    return Adversarial(
        Counted(dropout),
        recipe(loss, accumulate=count),
        4,
        ON_CPU,
        weight=0.5,
        discriminator_steps=2,
        r1=0.1,
        **parts,
    )


def test_a_step_in_pieces_is_the_step_of_the_whole_batch():
    whole, pieces = in_pieces(1), in_pieces(2)
    for one, other in zip(whole.fit(pair, until=4), pieces.fit(pair, until=4), strict=True):
        torch.testing.assert_close(other.losses, one.losses)
        torch.testing.assert_close(other.norms, one.norms)
    torch.testing.assert_close(tensors(pieces.state_dict()), tensors(whole.state_dict()))
    assert (whole.evaluated.rows, pieces.evaluated.rows) == ({4}, {2})


def tensors(state):
    """Return the weights of both networks, without the statistics of the batch norm, which sees pieces."""
    networks = [state[name]["model"] for name in ("generator", "discriminator")]
    return [{name: value for name, value in one.items() if "norm" not in name} for one in networks]


def test_the_first_pass_of_a_piece_leaves_no_trace():
    """Both passes of a step in pieces draw the same, and the statistics of batches count each batch once."""
    training = in_pieces(2, dropout=0.5)
    drawn = []
    training.evaluated.dropout.register_forward_hook(lambda _module, _given, made: drawn.append(made == 0))
    next(iter(training.fit(pair, until=1)))
    learnt, rehearsed, taken = drawn[:2], drawn[2:4], drawn[4:]
    assert all(torch.equal(one, other) for one, other in zip(rehearsed, taken, strict=True))
    assert not torch.equal(learnt[0], taken[0])
    assert training.evaluated.norm.num_batches_tracked == 4  # two pieces of two batches
