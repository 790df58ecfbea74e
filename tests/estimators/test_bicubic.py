import pytest
import torch

from srkit.degrading.blur import blur
from srkit.draws import Draws
from srkit.image.resize import resize


@pytest.mark.parametrize("scale", [2, 3, 4, 8])
def test_a_blur_by_its_kernel_is_antialiased_bicubic_to_the_border(catalog, scale):
    high = torch.rand(1, 3, 7 * scale, 5 * scale, dtype=torch.float64)
    kernel = catalog.build("estimator", "bicubic", scale)(high, Draws.of([("a test",)]))
    torch.testing.assert_close(blur(high, kernel, scale), resize(high, 1 / scale), atol=1e-12, rtol=0)
    assert kernel.min() < 0
