import json
import os
import platform
import subprocess
import sys
import time

import pytest
import torch
from torch import distributed as dist
from torch import nn

from srkit.errors import TrainingError
from srkit.world import FailedElsewhereError, World, joined, own_device
from srkit.world.ending import tell
from srkit.world.norm import SharedBatchNorm, share_norms

TRAIN = """
import os, sys, torch
from torch import nn
from torch.nn import functional as F
from torch.optim.lr_scheduler import LambdaLR
from srkit.regimes.supervised import Supervised
from srkit.errors import TrainingError
from srkit.losses.l1 import L1
from srkit.losses.mse import MSE
from srkit.losses.weighted import Term, Weighted
from srkit.pair import Pair
from srkit.training import Place, Recipe
from srkit.world import joined

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
    return Pair(low, high * float("nan") if step == 20 else high, ("a", "b", "c", "d"))

torch.set_num_threads(1)
torch.manual_seed(0)
model = Net()
loss = Weighted(terms={"pixel": Term(loss=L1), "sharp": Term(loss=MSE, balance="pixel")})
adam = lambda named: torch.optim.Adam(named, lr=0.05)
schedule = lambda optimizer, _: LambdaLR(optimizer, lambda step: 0.9**step)
recipe = Recipe(loss, adam, schedule, clip=0.1, ema=0.9, accumulate=2)
device = torch.device("cpu")
with joined() as world:
    rows = world.rows(4)
    own = lambda step: Pair(*(part[rows] for part in pair(step)))
    training = Supervised(model, recipe, 7, Place(device, world=world))
    numbers = [step.numbers for step in training.fit(own, until=20)]
    rank = os.environ.get("RANK", "0")
    assert world.agree(rank) == "0"
    assert world.gather(rank) == [str(number) for number in range(world.size)]
    if world.first:
        saved = {"state": training.state_dict(), "numbers": numbers, "size": world.size}
        torch.save({**saved, "balanced": loss.balanced}, sys.argv[1])
    try:
        next(training.fit(own, until=21))
    except TrainingError as error:
        print(f"rank {rank}: {error}", flush=True)
    if world.size > 1:
        try:
            world.rows(3)
        except TrainingError as error:
            print(f"rank {rank}: {error}", flush=True)
"""


@pytest.fixture
def train(tmp_path):
    def train(name, ranks, script=TRAIN):
        running = []
        for rank in ranks:
            more = {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(len(ranks))}
            more |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port())} if rank == 0 else {}
            if rank:
                more |= {key: running[0][1][key] for key in ("MASTER_ADDR", "MASTER_PORT")}
            words = [sys.executable, "-W", "ignore", "-c", script, str(tmp_path / name)]
            process = subprocess.Popen(
                words, env={**os.environ, **more}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
            running.append((process, more))
        said = "".join(process.communicate(timeout=100)[0] for process, _ in running)
        assert [process.returncode for process, _ in running] == [0] * len(ranks), said
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
    assert len(alone["numbers"]) == 20
    for one, other in zip(alone["numbers"], shared["numbers"], strict=True):
        assert other == pytest.approx(one, rel=1e-5, abs=1e-6)
        assert set(one) == {"loss", "loss.pixel", "loss.sharp", "lr", "grad_norm"}
    assert shared["balanced"] == pytest.approx(alone["balanced"], rel=1e-5)
    for part in ("model", "ema"):
        one, other = (run["state"][part].get("module", run["state"][part]) for run in (alone, shared))
        assert one.keys() == other.keys()
        for name in one:
            torch.testing.assert_close(one[name], other[name], atol=1e-6, rtol=1e-5)
    for rank in (0, 1):
        assert f"rank {rank}: step 21: wants a finite loss, got nan" in said
        assert (
            f"rank {rank}: train.batch: wants a multiple of the 2 processes, got 3; 2 would do, or start 1 process"
            in said
        )


HEADS = """
import sys, torch
from torch import nn
from srkit.world import joined

class Net(nn.Module):
    def __init__(self, heads):
        super().__init__()
        self.body, self.heads = nn.Conv2d(1, 1, 3), nn.ModuleList(nn.Conv2d(1, 1, 1) for _ in range(2))
        self.wanted = heads
    def forward(self, x, step):
        return sum(self.heads[head](self.body(x)) for head in self.wanted[step])

saved = {}
with joined() as world:
    for name, heads in {"all": [(0, 1), (0, 1)], "one": [(0,), (0,)], "in turn": [(0,), (1,)]}.items():
        torch.manual_seed(0)
        net = Net(heads)
        shared = world.parallel(net)
        for step in range(2):
            net.zero_grad()
            low = torch.rand(4, 1, 5, 5, generator=torch.Generator().manual_seed(step))[world.rows(4)]
            shared(low, step=step).square().mean().backward()
            saved[f"{name} {step}"] = {key: one.grad for key, one in net.named_parameters()}
    if world.first:
        torch.save(saved, sys.argv[1])
"""


@pytest.mark.slow
def test_a_head_that_a_step_does_not_use_is_left_alone_without_a_word(train):
    (alone, _), (shared, said) = train("one.pt", [0], HEADS), train("two.pt", [0, 1], HEADS)
    assert said == ""
    for name, wanted in alone.items():
        assert {key for key, grad in wanted.items() if grad is None} == {
            key for key, grad in shared[name].items() if grad is None
        }
        assert (None in wanted.values()) == (not name.startswith("all"))
        for key, grad in wanted.items():
            if grad is not None:
                torch.testing.assert_close(shared[name][key], grad)


def test_alone_nothing_is_shared():
    with joined() as world:
        assert (world.first, world.size) == (True, 1)
        assert list(range(3))[world.rows(3)] == [0, 1, 2]
        assert world.agree(5) == 5
        assert world.gather(5) == [5]
        value = torch.rand(3, 2)
        assert world.whole(value) is world.mean(value) is value
        network = torch.nn.Conv2d(1, 1, 3)
        assert world.parallel(network) is network


def test_rows_are_shared_out_evenly():
    assert [World(rank, 4).rows(8) for rank in range(4)] == [slice(0, 2), slice(2, 4), slice(4, 6), slice(6, 8)]
    assert World(1, 2).rows(8, 4) == slice(4, 8)
    with pytest.raises(
        TrainingError,
        match=r"^train\.batch: wants a multiple of the 2 processes times train\.accumulate=4, got 12; 8 would do, "
        r"or start 1 process$",
    ):
        World(1, 2).rows(12, 4)


def test_torchrun_says_which_gpu(monkeypatch):
    monkeypatch.setenv("LOCAL_RANK", "3")
    assert own_device(torch.device("cuda")) == torch.device("cuda", 3)
    assert own_device(torch.device("cuda", 1)) == torch.device("cuda", 1)
    assert own_device(torch.device("cpu")) == torch.device("cpu")
    monkeypatch.delenv("LOCAL_RANK")
    assert own_device(torch.device("cuda")) == torch.device("cuda")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"WORLD_SIZE": "x"}, "WORLD_SIZE=x: wants a whole number, as torchrun sets it"),
        ({"RANK": "-1"}, "RANK=-1: wants a whole number, as torchrun sets it"),
        ({"MASTER_PORT": "abc"}, "MASTER_PORT=abc: wants a whole number, as torchrun sets it"),
        ({"RANK": "2"}, "RANK=2, WORLD_SIZE=2, MASTER_PORT=1: wants a rank below the number of processes"),
        ({"MASTER_PORT": "65536"}, "RANK=0, WORLD_SIZE=2, MASTER_PORT=65536: wants a rank below the number"),
    ],
)
def test_an_environment_that_torchrun_never_sets_is_told(change, message, monkeypatch):
    given = {"WORLD_SIZE": "2", "RANK": "0", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "1", **change}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(TrainingError, match=f"^{message}"), joined():
        pass


@pytest.mark.slow
def test_processes_end_together_when_the_first_is_refused_or_killed(tmp_path):
    words = [sys.executable, "-m", "srkit", "run", "-q", "configs/tiny.yaml", "--output", str(tmp_path / "run")]

    def together(*more):
        given = {**os.environ, "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port())}
        return [
            subprocess.Popen([*words, *more], env={**given, "RANK": rank}, stderr=subprocess.PIPE, text=True)
            for rank in "01"
        ]

    refused = together("train.batch=3")
    said = [process.communicate(timeout=100)[1] for process in refused]
    assert [process.returncode for process in refused] == [2, 2]
    assert "train.batch: wants a multiple of the 2 processes, got 3; 2 would do" in said[0]
    assert "Traceback" not in said[0] + said[1]
    assert not (tmp_path / "run").exists()
    first, second = together("train.steps=1000000")
    while second.poll() is None and not (tmp_path / "run" / "last.pt").exists():
        time.sleep(0.05)
    first.kill()
    said = second.communicate(timeout=100)[1]
    first.communicate()
    assert second.returncode == 2
    assert "torchrun: wants all processes to the end, but another one has ended" in said
    assert "Traceback" not in said


def test_a_batch_norm_that_is_shared_computes_what_torchs_does():
    torch.manual_seed(0)
    plain, host = nn.BatchNorm2d(3), nn.Sequential(nn.BatchNorm2d(3))
    host[0].load_state_dict(plain.state_dict())
    share_norms(host, lambda value: value, 1)
    assert isinstance(host[0], SharedBatchNorm)
    assert host.state_dict().keys() == {f"0.{name}" for name in plain.state_dict()}
    images = torch.rand(4, 3, 5, 5, requires_grad=True)
    first, second = plain(images), host(images)
    torch.testing.assert_close(first, second)
    slopes = [torch.autograd.grad(one.square().mean(), images, create_graph=True)[0] for one in (first, second)]
    torch.testing.assert_close(*slopes)
    twice = [torch.autograd.grad(one.square().sum(), images)[0] for one in slopes]  # as R1 does
    torch.testing.assert_close(*twice, atol=1e-6, rtol=1e-4)
    for name, value in plain.state_dict().items():
        torch.testing.assert_close(host[0].state_dict()[name], value)
    torch.testing.assert_close(plain.eval()(images), host.eval()(images))


@pytest.fixture
def store():
    return dist.HashStore()


def test_the_first_to_fail_says_why_and_the_others_end_quietly(store, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("TORCHELASTIC_ERROR_FILE", str(tmp_path / "error.json"))
    assert tell(TrainingError("a.png: is bad"), store, World(1, 2)) == 2
    assert tell(FailedElsewhereError("another"), store, World(0, 2)) == 2
    assert tell(TrainingError("lost"), store, World(0, 2)) == 2
    assert capsys.readouterr().err == f"a.png: is bad\n    in process 1 of 2, on {platform.node()}\n"
    assert json.loads((tmp_path / "error.json").read_text())["message"]["message"].startswith("a.png: is bad")


def test_a_bug_keeps_its_traceback_and_ctrl_c_its_code(capsys, monkeypatch):
    monkeypatch.setenv("TORCHELASTIC_USE_AGENT_STORE", "True")
    assert tell(ZeroDivisionError("no"), dist.HashStore(), World(0, 2)) == 1
    assert capsys.readouterr().err.endswith("ZeroDivisionError: no\n")
    assert tell(KeyboardInterrupt(), dist.HashStore(), World(0, 2)) == 130
    assert capsys.readouterr().err == "interrupted\n"
