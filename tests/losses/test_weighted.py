from functools import partial

import pytest
import torch
from torch import nn

from srkit.errors import TrainingError
from srkit.image.resize import resize
from srkit.losses.l1 import L1
from srkit.losses.low_resolution import LowResolution
from srkit.losses.mse import MSE
from srkit.losses.ssim import SSIM
from srkit.losses.tv import TV
from srkit.losses.weighted import Term, Weighted
from srkit.parts.loss import for_batch


def test_it_is_the_weighted_sum():
    x, y = torch.rand(1, 3, 8, 8), torch.rand(1, 3, 8, 8)
    loss = Weighted(terms={"pixel": Term(loss=L1), "square": Term(loss=MSE, weight=0.3)})
    assert float(loss(x, y)) == pytest.approx(float(L1()(x, y) + 0.3 * MSE()(x, y)))
    assert {name: float(value) for name, value in loss.parts(x, y).items()} == {
        "pixel": float(L1()(x, y)),
        "square": float(MSE()(x, y)),
    }


def test_a_network_inside_moves_with_it():
    class Owns(nn.Module):
        def __init__(self):
            super().__init__()
            self.frozen = nn.Conv2d(1, 1, 1)

    loss = Weighted(terms={"deep": Term(loss=Owns)})
    assert loss.to(torch.float64).term_deep.frozen.weight.dtype == torch.float64


def test_it_wants_a_term():
    with pytest.raises(ValueError, match="terms must name at least one loss"):
        Weighted(terms={})


def test_a_dot_in_a_name_is_refused():
    with pytest.raises(ValueError, match=r"names of terms must have no dot, got 'pixel\.l1'"):
        Weighted(terms={"pixel.l1": Term(loss=L1)})


def gradient_norm(loss, prediction, target):
    leaf = prediction.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(loss(leaf, target), leaf)
    return float(gradient.norm())


def balanced(**terms):
    return Weighted(terms={"pixel": Term(loss=L1, weight=2.0), **terms})


SHARP = Term(loss=MSE, weight=0.25, balance="pixel")


def test_balancing_makes_gradients_as_strong_as_told():
    x, y = torch.rand(2, 1, 8, 8), torch.rand(2, 1, 8, 8)
    loss = balanced(sharp=SHARP)
    loss.balance(x, y)
    wanted = 0.25 * gradient_norm(lambda p, t: 2 * L1()(p, t), x, y)
    assert loss.balanced["sharp"] * gradient_norm(MSE(), x, y) == pytest.approx(wanted, rel=1e-5)
    parts = loss.parts(x, y)
    total = 2 * parts["pixel"] + loss.balanced["sharp"] * parts["sharp"]
    assert float(loss(x, y)) == pytest.approx(float(total))


def test_a_weight_once_set_stays_and_until_then_every_call_has_its_own():
    one, other = ((torch.rand(1, 1, 8, 8), torch.rand(1, 1, 8, 8)) for _ in range(2))
    loss = balanced(sharp=SHARP)
    assert loss.balanced == {}

    def ratio(pair):
        parts = loss.parts(*pair)
        return float((loss(*pair) - 2 * parts["pixel"]) / parts["sharp"])

    before = [ratio(one), ratio(other)]
    assert before[0] != pytest.approx(before[1], rel=1e-3)
    assert loss.balanced == {}  # a call sets no weights
    loss.balance(*one)
    assert [ratio(one), ratio(other)] == pytest.approx([before[0]] * 2, rel=1e-4)
    with torch.no_grad():
        assert ratio(other) == pytest.approx(before[0], rel=1e-4)


def test_without_gradients_it_can_be_looked_at_before_it_is_set():
    x, y = torch.rand(1, 1, 8, 8), torch.rand(1, 1, 8, 8)
    loss = balanced(sharp=SHARP)
    seen = loss(x, y)
    with torch.no_grad():
        assert loss(x, y) == seen


def test_its_state_is_the_weights_that_were_set_and_nothing_else():
    x, y = torch.rand(1, 1, 8, 8), torch.rand(1, 1, 8, 8)
    loss, again = balanced(sharp=SHARP), balanced(sharp=SHARP)
    loss.balance(x, y)
    state = loss.state_dict()
    again.load_state_dict(state)
    assert again.balanced == loss.balanced
    loss.balance(x, 2 * y)
    assert again.balanced != loss.balanced  # a state is a copy
    assert balanced(sharp=Term(loss=MSE)).state_dict() == {}


def test_a_sum_within_a_sum_is_balanced_too():
    x, y = torch.rand(1, 1, 8, 8), torch.rand(1, 1, 8, 8)
    loss = balanced(inner=Term(loss=lambda: balanced(sharp=SHARP), balance="pixel"))
    loss.balance(x, y)
    inner = loss.losses["inner"]
    assert set(loss.balanced) == {"inner", "inner.sharp"}
    assert loss.balanced["inner.sharp"] == inner.balanced["sharp"]
    wanted = gradient_norm(lambda p, t: 2 * L1()(p, t), x, y)
    assert loss.balanced["inner"] * gradient_norm(inner, x, y) == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (
            "pixl",
            r"terms\.sharp\.balance must name a term that has a weight .*, got 'pixl'; did you mean 'pixel'\?",
        ),
        ("sharp", r"got 'sharp' \(which is balanced itself\); there are: pixel"),
        ("second", r"got 'second' \(which is balanced itself\)"),
        ("nothing", r"got 'nothing'; there are: pixel"),
    ],
)
def test_a_term_that_cannot_be_balanced_against_is_refused(other, message):
    with pytest.raises(ValueError, match=message):
        balanced(
            sharp=Term(loss=MSE, balance=other),
            second=Term(loss=MSE, balance="pixel"),
            nothing=Term(loss=MSE, weight=0),
        )


def test_a_term_without_a_gradient_cannot_be_balanced():
    x, y = torch.rand(1, 1, 8, 8), torch.rand(1, 1, 8, 8)
    for flat in (lambda p, t: t.mean(), lambda p, t: 0 * p.mean()):
        loss = balanced(flat=Term(loss=lambda flat=flat: flat, balance="pixel"))
        with pytest.raises(
            TrainingError,
            match=r"^loss\.terms\.flat\.balance: wants a gradient of 'flat' and one of 'pixel', found",
        ):
            loss.balance(x, y)
    perfect = balanced(sharp=SHARP)
    assert float(perfect(x, x)) == 0  # a call alone refuses nothing
    with pytest.raises(TrainingError, match="wants a gradient of 'sharp'"):
        perfect.balance(x, x)


def test_terms_get_the_lr_of_the_batch_and_share_their_balance():
    terms = {
        "pixel": Term(loss=L1),
        "low": Term(loss=LowResolution, balance="pixel"),
        "inner": Term(loss=partial(Weighted, terms={"low": Term(loss=LowResolution, weight=2)})),
    }
    loss = Weighted(terms=terms)
    high = torch.rand(2, 1, 8, 8)
    bound = for_batch(loss, resize(high + 0.1, 0.5))
    assert bound is not loss
    assert {name: float(value) for name, value in bound.parts(high, high).items()} == pytest.approx(
        {"pixel": 0, "low": 0.1, "inner": 0.2}, abs=1e-5
    )
    bound.balance(torch.rand(2, 1, 8, 8), high)
    assert loss.balanced == bound.balanced
    assert loss.balanced["low"] > 0
    plain = Weighted(terms={"pixel": Term(loss=L1)})
    assert for_batch(plain, high) is plain


def test_a_sum_compares_what_any_term_compares_and_wants_what_the_largest_term_wants():
    smooth, similar = Term(loss=TV), Term(loss=SSIM)
    assert not Weighted(terms={"smooth": smooth}).compares
    both = Weighted(terms={"smooth": smooth, "similar": similar})
    assert (both.compares, both.least) == (True, 11)
