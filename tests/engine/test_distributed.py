import os
import subprocess
import sys

import pytest
import torch

from srkit.engine import distributed
from srkit.pair import Pair

TRAIN = """
import os, sys, torch
from torch import nn
from torch.nn import functional as F
from torch.optim.lr_scheduler import LambdaLR
from srkit.engine import distributed
from srkit.engine.ema import Ema
from srkit.engine.fit import fit
from srkit.engine.state import TrainState
from srkit.errors import TrainingError
from srkit.losses.l1 import L1
from srkit.losses.mse import MSE
from srkit.losses.weighted import Term, Weighted
from srkit.pair import Pair

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 1, 3, padding=1)
    def pyramid(self, x):
        first = F.interpolate(self.conv(x), scale_factor=2)
        return [first, F.interpolate(first, scale_factor=2)]
    def forward(self, x):
        return self.pyramid(x)[-1]

def pair(step):
    low = torch.rand(4, 1, 4, 4, generator=torch.Generator().manual_seed(step))
    high = F.interpolate(low, scale_factor=4, mode="bilinear")
    return Pair(low, high * float("nan") if step == 6 else high, ("a", "b", "c", "d"))

torch.set_num_threads(1)
torch.manual_seed(0)
model = Net()
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
state = TrainState(model, optimizer, LambdaLR(optimizer, lambda step: 0.9**step), ema=Ema(model, 0.9))
loss = Weighted(terms={"pixel": Term(loss=L1), "sharp": Term(loss=MSE, balance="pixel")})
with distributed.together(torch.device("cpu")):
    losses = [float(step.loss) for step in fit(state, pair, loss, until=6, clip=0.1)]
    said = distributed.agree(os.environ.get("RANK", "0"))
    assert said == "0", said
    if distributed.first():
        saved = {"state": state.state_dict(), "losses": losses, "size": distributed.size()}
        torch.save({**saved, "balanced": loss.balanced}, sys.argv[1])
    try:
        next(fit(state, pair, loss, until=7))
    except TrainingError as error:
        print(f"rank {os.environ.get('RANK', 0)}: {error}", flush=True)
    if distributed.size() > 1:
        try:
            distributed.share(Pair(torch.zeros(3, 1), torch.zeros(3, 1), ()))
        except TrainingError as error:
            print(f"rank {os.environ['RANK']}: {error}", flush=True)
"""


@pytest.fixture
def train(tmp_path):
    def train(name, ranks):
        running = []
        for rank in ranks:
            more = {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(len(ranks))}
            more |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port())} if rank == 0 else {}
            if rank:
                more |= {key: running[0][1][key] for key in ("MASTER_ADDR", "MASTER_PORT")}
            words = [sys.executable, "-W", "ignore", "-c", TRAIN, str(tmp_path / name)]
            process = subprocess.Popen(words, env={**os.environ, **more}, stdout=subprocess.PIPE, text=True)
            running.append((process, more))
        said = "".join(process.communicate(timeout=100)[0] for process, _ in running)
        assert [process.returncode for process, _ in running] == [0] * len(ranks)
        return torch.load(tmp_path / name, weights_only=True), said

    return train


def port():
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.mark.slow
def test_two_processes_take_the_step_of_one(train):
    (alone, _), (shared, said) = train("one.pt", [0]), train("two.pt", [0, 1])
    assert (alone["size"], shared["size"]) == (1, 2)
    torch.testing.assert_close(alone["losses"], shared["losses"], atol=1e-6, rtol=1e-5)
    assert shared["balanced"] == pytest.approx(alone["balanced"], rel=1e-5)
    for part in ("model", "ema"):
        one, other = (run["state"][part].get("module", run["state"][part]) for run in (alone, shared))
        assert one.keys() == other.keys()
        for name in one:
            torch.testing.assert_close(one[name], other[name], atol=1e-6, rtol=1e-5)
    for rank in (0, 1):
        assert f"rank {rank}: step 7: wants a finite loss, got nan" in said
        assert f"rank {rank}: train.batch: wants a multiple of the 2 processes, got 3; 2 would do" in said


def test_alone_nothing_is_shared():
    pair = Pair(torch.rand(3, 1, 2, 2), torch.rand(3, 1, 4, 4), ("a", "b", "c"))
    assert distributed.share(pair) is pair
    assert distributed.agree(5) == 5
    assert distributed.first()
    with distributed.together(torch.device("cpu")):
        assert distributed.size() == 1


def test_torchrun_says_which_gpu(monkeypatch):
    monkeypatch.setenv("LOCAL_RANK", "3")
    assert distributed.own_device(torch.device("cuda")) == torch.device("cuda", 3)
    assert distributed.own_device(torch.device("cuda", 1)) == torch.device("cuda", 1)
    assert distributed.own_device(torch.device("cpu")) == torch.device("cpu")
    monkeypatch.delenv("LOCAL_RANK")
    assert distributed.own_device(torch.device("cuda")) == torch.device("cuda")
