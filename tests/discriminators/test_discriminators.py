"""Sizes of published discriminators, and patches that are refused before training."""

import re

import pytest
import torch

from srkit.cli.experiment import read_experiment
from srkit.errors import BuildError
from srkit.plugins import load_catalog
from srkit.run import build

CATALOG = load_catalog([])
LAPSRN = "configs/tiny.yaml"


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("vgg128", 14_499_401),  # counted from the layers of BasicSR's VGGStyleDiscriminator
        ("unet", 4_376_897),  # Real-ESRGAN's UNetDiscriminatorSN
        ("patchgan", 2_764_737 + 896),  # pix2pix's, whose 896 biases are twice as many values of a batch norm here
    ],
)
def test_a_discriminator_has_the_published_number_of_parameters(name, parameters):
    network = CATALOG.build("discriminator", name, 3, 128)
    assert sum(one.numel() for one in network.parameters()) == parameters


@pytest.mark.parametrize(
    ("name", "options", "patch", "shape"),
    [
        ("vgg128", {"levels": 4, "kernel": 3}, 96, (2, 1)),  # SRGAN's
        ("vgg128", {"levels": 3}, 22, (2, 1)),
        ("patchgan", {}, 70, (2, 1, 6, 6)),
        ("patchgan", {"levels": 2}, 32, (2, 1, 6, 6)),
        ("unet", {}, 40, (2, 1, 40, 40)),
    ],
)
def test_scores_of_a_crop_a_window_or_a_pixel(name, options, patch, shape):
    network = CATALOG.build("discriminator", name, 1, patch, features=2, **options)
    assert network(torch.rand(2, 1, patch, patch)).shape == shape


@pytest.mark.parametrize(("levels", "window"), [(2, 34), (3, 70), (4, 142)])
def test_a_window_of_patchgan_is_as_large_as_it_says(levels, window):
    network = CATALOG.build("discriminator", "patchgan", 1, 192, features=1, levels=levels, norm="none").double()
    image = torch.rand(1, 1, 192, 192, dtype=torch.float64, requires_grad=True)
    scores = network(image)
    (gradient,) = torch.autograd.grad(scores[0, 0, scores.shape[2] // 2, scores.shape[3] // 2], image)
    assert (gradient[0, 0] != 0).any(0).sum() == window


def refusal(tmp_path, **options):
    file = tmp_path / "gan.yaml"
    lines = "".join(f"      {name}: {value}\n" for name, value in options.items())
    file.write_text(f"train:\n  regime:\n    use: adversarial\n    discriminator:\n{lines}")
    experiment, _, catalog = read_experiment([LAPSRN, str(file), f"train.patch={32}"])
    with pytest.raises(BuildError) as refused:
        build(experiment, catalog)
    return re.sub(r"\S*gan\.yaml", "gan.yaml", str(refused.value))


def test_a_discriminator_too_deep_for_the_patch_is_refused_with_its_place(tmp_path):
    assert refusal(tmp_path, use="vgg128") == (
        "discriminator 'vgg128' (srkit.discriminators) refuses: 5 levels halve a patch of 32 pixels to 1, but its "
        "features must have at least 2 pixels a side; take levels=4, or train.patch=64 or more\n"
        "    gan.yaml:5: train.regime.discriminator.use"
    )
    assert refusal(tmp_path, use="patchgan", levels=6).startswith(
        "discriminator 'patchgan' (srkit.discriminators) refuses: 6 levels halve a patch of 32 pixels to 0, but "
        "its features must have at least 3 pixels a side; take levels=3, or train.patch=192 or more\n"
    )


@pytest.mark.parametrize("name", ["vgg128", "patchgan"])
def test_the_levels_that_a_refusal_offers_are_taken_and_one_more_is_not(name):
    for patch in (4, 20, 33, 50, 100):
        with pytest.raises(BuildError) as refused:
            CATALOG.build("discriminator", name, 1, patch, features=1, levels=8)
        fits = int((re.findall(r"levels=(\d+)", str(refused.value)) or [0])[0])
        enough = int(re.findall(r"train.patch=(\d+)", str(refused.value))[0])
        CATALOG.build("discriminator", name, 1, enough, features=1, levels=8)
        if fits:
            CATALOG.build("discriminator", name, 1, patch, features=1, levels=fits)
        with pytest.raises(BuildError):
            CATALOG.build("discriminator", name, 1, patch, features=1, levels=fits + 1)


def test_a_patch_that_a_unet_cannot_halve_is_refused():
    with pytest.raises(BuildError) as refused:
        CATALOG.build("discriminator", "unet", 1, 100)
    assert str(refused.value).startswith(
        "discriminator 'unet' (srkit.discriminators) refuses: a patch of 100 pixels cannot be halved 3 times; take "
        "for train.patch a multiple of 8 and of the scale, such as 8 times the scale"
    )


def test_spectral_normalisation_bounds_the_slope_of_a_discriminator():
    """Each layer stretches a difference at most by its kernel's area, however large its weights are."""
    network = CATALOG.build("discriminator", "vgg128", 1, 32, features=4, levels=3, norm="spectral", hidden=4)
    with torch.no_grad():
        for layer in list(network.modules()):
            if hasattr(layer, "parametrizations"):
                layer.parametrizations.weight.original *= 1000
    for _ in range(20):  # power iterations
        network(torch.rand(1, 1, 32, 32))
    for layer in network.modules():
        if hasattr(layer, "parametrizations"):
            largest = torch.linalg.matrix_norm(layer.weight.detach().flatten(1), 2)
            assert largest == pytest.approx(1, rel=0.05)
