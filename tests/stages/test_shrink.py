import pytest
import torch

from srkit.degradations.anisotropic_gaussian import AnisotropicGaussian
from srkit.degradations.bicubic import Bicubic
from srkit.errors import DataError
from srkit.stages.shrink import Shrink
from srkit.work import Work


@pytest.mark.parametrize("by", [AnisotropicGaussian, Bicubic])
def test_it_is_the_degradation(picture, draws, by):
    high = picture(3)
    work = Shrink(2, by=by)(Work(tuple(high.chunk(3)), (24, 20)), draws(3))
    name = "bicubic" if by is Bicubic else "anisotropic_gaussian"
    assert torch.equal(torch.cat(work.images), by(2)(high, draws(3).child(name)))
    assert set(work.drawn) == ({"kernels"} if by is AnisotropicGaussian else set())


def test_images_that_were_resized_before_are_refused(picture, draws):
    work = Work((picture(1), torch.rand(1, 3, 30, 20)), (24, 20))
    with pytest.raises(DataError) as caught:
        Shrink(2, by=Bicubic)(work, draws(2))
    assert str(caught.value) == (
        "stage shrink: wants images of HR's size, 40 x 48 pixels, found 20 x 30; put it before all stages that "
        "resize, or leave it out: the chain brings its images to LR's size in the end"
    )
