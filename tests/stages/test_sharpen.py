import torch

from srkit.degrading.unsharp import sharpened
from srkit.stages.sharpen import Sharpen
from srkit.work import Work


def test_images_of_any_size_are_sharpened(draws):
    images = (torch.rand(1, 3, 20, 30), torch.rand(1, 3, 9, 9), torch.rand(1, 3, 20, 30))
    after = Sharpen(2, sigma=2.0, amount=0.7, threshold=4.0)(Work(images, (8, 8)), draws(3)).images
    for image, sharp in zip(images, after, strict=True):
        torch.testing.assert_close(sharp, sharpened(image, amount=0.7, sigma=2.0, threshold=4.0))
        assert (sharp - image).abs().max() > 0.02
