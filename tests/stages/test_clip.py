import torch

from srkit.stages.clip import Clip
from srkit.work import Work


def test_values_end_at_black_and_white(draws):
    image = torch.tensor([-0.2, 0.0, 0.3, 1.0, 1.7]).view(1, 1, 1, 5)
    (after,) = Clip(2)(Work((image,), (1, 1)), draws(1)).images
    torch.testing.assert_close(after.flatten(), torch.tensor([0.0, 0.0, 0.3, 1.0, 1.0]))
