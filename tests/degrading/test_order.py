from dataclasses import replace

import pytest
import torch

from srkit.degrading.order import among, run
from srkit.draws import Draws
from srkit.errors import DataError
from srkit.work import Work


@pytest.mark.parametrize(
    ("stage", "found"),
    [
        (lambda work, _: work.images, "tuple"),
        (lambda work, _: work.becomes([]), "no image"),
        (lambda work, _: work.becomes(image[0] for image in work.images), "(3, 8, 6) of torch.float32"),
        (lambda work, _: work.becomes(image[:, :1] for image in work.images), "(1, 1, 8, 6) of torch.float32"),
        (lambda work, _: work.becomes(image.double() for image in work.images), "(1, 3, 8, 6) of torch.float64"),
        (lambda work, _: replace(work, low_size=(5, 3)), "low_size (5, 3) in place of (4, 3)"),
        (
            lambda work, _: work.becomes(work.images, sigma=torch.zeros(2)),
            "sigma of shape (2,), whose rows are not the images",
        ),
    ],
)
@pytest.mark.parametrize(
    "through",
    [
        run,
        lambda stages, work, draws: among(stages, torch.tensor([0]), work, draws),  # as one_of and maybe do
    ],
)
def test_a_stage_that_returns_other_images_is_told(stage, found, through):
    with pytest.raises(DataError) as caught:
        through([("mine", stage)], Work((torch.rand(1, 3, 8, 6),), (4, 3)), Draws.of([("test", 0)]))
    assert str(caught.value) == (
        "stage mine: wants a Work with 1 images, (1,C,H,W) as it was given them, "
        f"found {found}; the stage has a bug"
    )
