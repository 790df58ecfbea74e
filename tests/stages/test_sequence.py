import torch

from srkit.stages.blur import Blur
from srkit.stages.noise import Noise
from srkit.stages.sequence import Sequence
from srkit.work import Work


def test_stages_follow_one_another(draws):
    work = Work((torch.rand(1, 3, 12, 12),), (1, 1))
    after = Sequence(2, stages=[Blur, Noise, Noise])(work, draws(1))
    wanted = Noise(2)(Blur(2)(work, draws(1).child("blur")), draws(1).child("noise"))
    wanted = Noise(2)(wanted, draws(1).child("noise_2"))
    assert torch.equal(after.images[0], wanted.images[0])
    assert set(after.drawn) >= {"kernels", "sigma", "noise_2.sigma"}
