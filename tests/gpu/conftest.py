import os

import pytest
import torch

REHEARSE = "SRKIT_GPU_REHEARSE"
"""Environment variable with which these tests run on a CPU, to see that each of their lines does."""


@pytest.fixture
def device():
    """The CUDA device; the test is skipped where there is none, unless it is to be rehearsed on the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda", 0)
    if os.environ.get(REHEARSE):
        return torch.device("cpu")
    pytest.skip("wants a CUDA device")


@pytest.fixture
def on_cuda(device):
    """Whether the test runs on a GPU, and not as a rehearsal."""
    return device.type == "cuda"
