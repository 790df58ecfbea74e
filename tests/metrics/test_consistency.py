import math

import pytest
import torch

from srkit.degradations.anisotropic_gaussian import AnisotropicGaussian
from srkit.degradations.bicubic import Bicubic
from srkit.metrics.consistency import Consistency
from srkit.metrics.psnr import PSNR
from srkit.plugins import load_catalog


@pytest.mark.parametrize("scale", [2, 3])
def test_it_is_the_psnr_of_both_lr_images(scale, picture):
    target, noise = picture(2, 3, 48, 42), 0.05 * torch.randn(2, 3, 48, 42)
    prediction = (target + noise).clamp(0, 1).mul(255).round().div(255)
    low, wanted = (Bicubic(scale)(image, None) for image in (prediction, target))
    found = Consistency(scale, by=Bicubic)(prediction, target)
    torch.testing.assert_close(found, PSNR(scale, border=0)(low, wanted))
    assert Consistency(scale, by=Bicubic)(target, target).tolist() == [math.inf] * 2


def test_details_that_lr_cannot_show_cost_nothing(picture):
    target = picture(1, 1, 32, 32) * 0.8 + 0.1
    stripes = torch.tensor([0.05, -0.05]).repeat(16).expand(1, 1, 32, 32)
    prediction = target + stripes
    assert Consistency(2, by=Bicubic)(prediction, target).item() > 45 > 28 > PSNR(2)(prediction, target).item()


def test_both_images_get_the_same_random_kernel_alone_and_in_a_batch(picture):
    target = picture(3)
    prediction = (target + 0.02).clamp(0, 1)
    metric = Consistency(4, by=AnisotropicGaussian)
    together = metric(prediction, target)
    assert metric(target, target).tolist() == [math.inf] * 3
    assert torch.equal(metric(prediction[1:2], target[1:2]), together[1:2])


def test_its_protocol_says_how_lr_is_made():
    metric = load_catalog([]).build("metric", "consistency", 2, by={"use": "bicubic", "edge": "clamp"})
    assert metric.protocol["degraded by"] == "{use: bicubic, edge: clamp, quantise: true}"
    assert metric.protocol["border"] == 0
