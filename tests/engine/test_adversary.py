"""The step of a discriminator, and the loss of SR that it gives."""

import pytest
import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm
from torch.optim.lr_scheduler import ConstantLR

from srkit.engine.adversary import Adversary
from srkit.engine.rehearsal import in_pieces
from srkit.engine.state import TrainState
from srkit.errors import CheckpointError
from srkit.gan_losses.relativistic import Relativistic
from srkit.gan_losses.vanilla import Vanilla
from srkit.training import ON_CPU


def adversary(network, loss=None, lr=0.1, optimizer=torch.optim.SGD, **options):
    optimizer = optimizer(network.parameters(), lr=lr)
    state = TrainState(network, optimizer, ConstantLR(optimizer, factor=1))
    return Adversary(state, loss or Vanilla(), ON_CPU, **options)


@pytest.fixture
def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.LeakyReLU(), nn.Conv2d(4, 1, 3))


@pytest.fixture
def images():
    generator = torch.Generator().manual_seed(1)
    smooth = torch.rand(2, 1, 1, 1, generator=generator).expand(2, 1, 8, 8)
    return smooth.clone(), torch.rand(2, 1, 8, 8, generator=generator)


def test_it_learns_to_tell_hr_from_sr(network, images):
    rival = adversary(network, lr=0.05, optimizer=torch.optim.Adam)
    lessons = [rival.learn(*images) for _ in range(60)]
    assert lessons[-1].losses["loss.discriminator"] < lessons[0].losses["loss.discriminator"] / 4
    assert lessons[-1].losses["score.real"] > 1 > -1 > lessons[-1].losses["score.fake"]
    assert lessons[-1].rates == {"lr.discriminator": 0.05}
    assert rival.state.step == 60


def test_its_lesson_teaches_sr_nothing_and_its_term_teaches_itself_nothing(network, images):
    rival = adversary(network, Relativistic())
    sr, hr = images[0].requires_grad_(), images[1]
    rival.learn(sr, hr)
    assert sr.grad is None
    before = [one.clone() for one in network.parameters()]
    for one in network.parameters():
        one.grad = None
    loss, gradient = rival.term(sr, hr)
    assert not loss.requires_grad
    assert sr.grad is None
    assert gradient.abs().sum() > 0
    assert all(one.grad is None and one.requires_grad for one in network.parameters())
    assert all(torch.equal(one, other) for one, other in zip(before, network.parameters(), strict=True))


def test_weights_that_are_frozen_stay_frozen(network, images):
    network[0].weight.requires_grad_(False)
    rival = adversary(network)
    rival.term(*images)
    assert [one.requires_grad for one in network.parameters()] == [False, True, True, True]


def test_hr_is_judged_for_the_generator_only_where_the_loss_compares(network, images):
    seen = []
    network.register_forward_hook(lambda *_: seen.append(torch.is_grad_enabled()))
    adversary(network).term(*images)
    assert seen == [True]
    seen.clear()
    adversary(network, Relativistic()).term(*images)
    assert seen == [False, True]


class Linear(nn.Module):
    """Two scores of an image of four pixels, whose gradients are known."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([[1.0, 2, 0, 0], [1, 0, 0, 4]]))

    def forward(self, images):
        return images.flatten(1) @ self.weight.T


def test_r1_is_that_of_an_images_mean_score(images):
    sr, hr = (one[..., :2, :2] for one in images)
    rival = adversary(Linear(), lr=0.0, r1=10.0)
    # the mean score has the gradient (1, 1, 0, 2), whose squared norm is 6
    assert rival.learn(sr, hr).losses["loss.r1"] == pytest.approx(10 / 2 * 6)


def test_r1_now_and_then_counts_as_often(images):
    sr, hr = (one[..., :2, :2] for one in images)
    rivals = {
        name: adversary(Linear(), lr=1e-3, r1=r1, r1_every=every)
        for name, r1, every in (("always", 1, 1), ("lazy", 1, 3), ("without", 0, 1))
    }
    for rival in rivals.values():
        rival.learn(sr, hr)
    always, lazy, without = (rival.state.model.weight.detach() for rival in rivals.values())
    torch.testing.assert_close(lazy - without, 3 * (always - without), rtol=1e-3, atol=1e-6)
    penalised = ["loss.r1" in rivals["lazy"].learn(sr, hr).losses for _ in range(5)]
    assert penalised == [False, False, True, False, False]


def test_its_gradient_is_clipped(network, images):
    rival = adversary(network, clip=1e-3, lr=1.0)
    before = [one.detach().clone() for one in network.parameters()]
    norm = rival.learn(*images).norms["grad_norm.discriminator"]
    after = [one.detach() for one in network.parameters()]
    moved = torch.cat([(one - old).flatten() for one, old in zip(after, before, strict=True)])
    assert norm > 1e-3
    assert moved.norm() == pytest.approx(1e-3, rel=1e-3)


class Seen(nn.Module):
    """A discriminator with a spectral norm that counts the rows of its passes."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.Sequential(spectral_norm(nn.Conv2d(1, 4, 3)), nn.LeakyReLU(), nn.Conv2d(4, 1, 3))
        self.rows = set()

    def forward(self, images):
        self.rows.add(len(images))
        return self.layers(images)


@pytest.mark.parametrize("loss", [Vanilla, Relativistic])
def test_in_pieces_it_learns_and_says_what_it_does_with_the_whole_batch(loss):
    """Relativistic means over the batch, R1 and the power iteration of the spectral norm included."""
    generator = torch.Generator().manual_seed(1)
    sr, hr = torch.rand(2, 6, 1, 8, 8, generator=generator)
    rivals = [adversary(Seen(), loss(), r1=0.5, accumulate=count) for count in (1, 3)]
    for _ in range(3):
        whole, pieces = (rival.learn(sr, hr) for rival in rivals)
        torch.testing.assert_close(pieces.losses, whole.losses)
        torch.testing.assert_close(pieces.norms, whole.norms)
        torch.testing.assert_close(rivals[1].term(sr, hr), rivals[0].term(sr, hr))
    assert [rival.state.model.rows for rival in rivals] == [{6}, {2}]
    states = [rival.state.model.state_dict() for rival in rivals]
    torch.testing.assert_close(states[1], states[0])


def test_in_pieces_random_layers_draw_the_same_for_scores_and_their_gradient():
    """Of features that were dropped, no gradient comes back."""
    torch.manual_seed(0)
    images = torch.rand(4, 1, 1, 200, requires_grad=True)
    scores = in_pieces(nn.Dropout(), images, 2)
    scores.sum().backward()
    assert torch.equal(images.grad, (scores != 0) * 2.0)


def test_the_state_of_another_discriminator_is_refused(network):
    other = adversary(nn.Conv2d(1, 1, 3))
    with pytest.raises(CheckpointError, match=r"^last\.pt: discriminator: belongs to another model:\n    missing "):
        adversary(network).load_state_dict(other.state_dict(), "last.pt")
