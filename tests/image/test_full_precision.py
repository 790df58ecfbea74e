import torch

from srkit.image.full_precision import full_precision


def test_autocast_is_switched_off_where_there_is_one():
    a = torch.rand(4, 4)
    with torch.autocast("cpu", torch.bfloat16):
        with full_precision(a.device):
            assert (a @ a).dtype == torch.float32
        assert (a @ a).dtype == torch.bfloat16
    with full_precision(torch.device("meta")):
        pass
