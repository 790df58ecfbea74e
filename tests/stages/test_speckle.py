import torch

from srkit.stages.noise import Noise
from srkit.stages.speckle import Speckle
from srkit.work import Work


def test_the_noise_is_that_of_noise_times_the_light(draws):
    light = torch.linspace(-0.1, 1.2, 64).expand(1, 3, 64, 64)
    options = {"sigma_range": [5.0, 20.0], "gray": 0.3, "correlated": 0.4}
    work = Work((light,) * 8, (8, 8))
    speckle, noise = (stage(2, **options)(work, draws(8)) for stage in (Speckle, Noise))
    for one, other in zip(speckle.images, noise.images, strict=True):
        torch.testing.assert_close(one - light, (other - light) * light.clamp(0, 1), rtol=1e-4, atol=1e-6)
    assert torch.equal(speckle.drawn["sigma"], noise.drawn["sigma"])
