"""A method in the place of a network: it is called as its contract says, and gives the same for the same image."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from srkit.errors import SrkitError
from srkit.fused.prepare import prepare
from srkit.network import memory
from srkit.network.enlarger import NetworkEnlarger
from srkit.network.per_image import PerImage, learning

CPU = torch.device("cpu")


class Learns:
    """Learns one factor by one step, from noise, and records its input."""

    least = 4

    def __init__(self):
        self.seen = []

    def __call__(self, low, draws):
        network = nn.Conv2d(low.shape[1], low.shape[1], 3, padding=1)  # drawn from torch's generator
        noisy = low + 0.1 * draws.normal(*low.shape[1:]).float()
        loss = (network(noisy) - low).square().mean()
        loss.backward()
        self.seen.append((tuple(low.shape), torch.is_grad_enabled(), torch.is_autocast_enabled("cpu")))
        return F.interpolate(low * network.weight.grad.mean().sigmoid(), scale_factor=2.0)


def enlarger(method, seed=0, **options):
    return NetworkEnlarger(PerImage(method, 2, seed=seed).as_network(), device=CPU, **options)


def test_it_sees_one_whole_image_with_gradients_and_without_autocast():
    method, low = Learns(), torch.rand(1, 3, 40, 9)
    made = enlarger(method, precision="bf16", side=8)
    with torch.autocast("cpu", torch.bfloat16):
        high = made(low)
    assert method.seen == [((1, 3, 40, 9), True, False)]
    assert (high.shape, high.dtype, high.requires_grad) == ((1, 3, 80, 18), torch.float32, False)
    with torch.inference_mode():
        PerImage(method, 2)(torch.rand(2, 1, 5, 4))
    assert method.seen[1:] == [((1, 1, 5, 4), True, False)] * 2


def test_the_seed_decides_and_neither_the_order_nor_the_process_does():
    images = [torch.rand(1, 3, 6, 5) for _ in range(2)]
    first, second = (enlarger(Learns())(image) for image in images)
    made = enlarger(Learns())
    torch.manual_seed(7)
    state = torch.get_rng_state()
    assert torch.equal(made(images[1]), second)
    assert torch.equal(made(images[0]), first)
    assert torch.equal(torch.get_rng_state(), state)
    assert not torch.equal(enlarger(Learns(), seed=1)(images[0]), first)


def test_it_learns_in_a_network_that_was_prepared_for_inference():
    module, low = PerImage(Learns(), 2).eval(), torch.rand(1, 3, 6, 5)
    assert torch.equal(prepare(module, device=CPU, precision="fp32")(low), module(low))


def test_gradients_pass_through_the_frozen_network_of_a_method():
    class Descends(nn.Module):
        def __init__(self):
            super().__init__()
            self.network = nn.Conv2d(3, 32, 3, padding=1)

        def forward(self, low, draws):
            wanted = low.clone().requires_grad_()
            features = F.interpolate(F.leaky_relu(self.network(wanted), 0.2), scale_factor=2.0)
            features.square().sum().backward()
            return F.interpolate(low - wanted.grad, scale_factor=2.0)

    module, low = PerImage(Descends(), 2).eval(), torch.rand(1, 3, 6, 5)
    torch.testing.assert_close(prepare(module, device=CPU, precision="fp32")(low), module(low), atol=1e-5, rtol=0)


def test_an_image_that_is_too_small_is_refused_and_a_wrong_size_is_named():
    with pytest.raises(SrkitError, match=r"^method: wants images of 4 x 4 pixels or more, found 5 x 3$"):
        enlarger(Learns())(torch.rand(1, 3, 3, 5))
    same = PerImage(lambda low, draws: low, 2, name="same")
    with pytest.raises(SrkitError, match=r"^same: wants to give \(1, 3, 8, 8\) of .*, gave \(1, 3, 4, 4\)$"):
        same(torch.rand(1, 3, 4, 4))


def test_nothing_is_learnt_to_look_at_the_memory():
    method = Learns()
    assert memory.footprint(PerImage(method, 2).as_network()) > 0
    assert method.seen == []


def test_what_inference_mode_made_can_be_learnt_from():
    with torch.inference_mode():
        low = torch.rand(1, 1, 4, 4)
        high = learning(Learns(), low, "a test")
    assert not high.is_inference()
