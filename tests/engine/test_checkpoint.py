import os
import pickle
import signal
import subprocess
import sys
import time

import pytest
import torch
from torch import nn

from srkit.engine.checkpoint import load_into, load_training, load_weights, save_training, save_weights
from srkit.errors import CheckpointError

TENSORS = {"a.weight": torch.rand(3, 4), "b": torch.rand(2)}


def test_weights_come_back_with_their_metadata(tmp_path):
    path = tmp_path / "w.safetensors"
    save_weights(path, {"x": TENSORS["a.weight"].t()}, {"model": {"use": "lapsrn"}, "scale": 4})
    tensors, metadata = load_weights(path)
    assert torch.equal(tensors["x"], TENSORS["a.weight"].t())
    assert metadata == {"model": {"use": "lapsrn"}, "scale": 4}
    assert path.stat().st_mode & 0o777 == 0o666 & ~_umask()


def _umask():
    umask = os.umask(0)
    os.umask(umask)
    return umask


class Evil:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (self.path, "w")


def test_a_pickle_with_code_in_it_is_refused_not_run(tmp_path):
    bad, trace = tmp_path / "last.pt", tmp_path / "trace"
    for write in (
        lambda: torch.save({"x": Evil(str(trace))}, bad),
        lambda: bad.write_bytes(pickle.dumps(Evil(str(trace)))),
    ):
        write()
        with pytest.raises(CheckpointError, match=r"last\.pt: wants tensors and plain values, found objects"):
            load_training(bad)
        assert not trace.exists()


def test_damaged_files_are_named(tmp_path):
    path = tmp_path / "last.pt"
    with pytest.raises(CheckpointError, match="found nothing of that name"):
        load_training(path)
    path.touch()
    with pytest.raises(CheckpointError, match="found an empty file"):
        load_training(path)
    save_training(path, TENSORS)
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(CheckpointError, match="is damaged or no checkpoint"):
        load_training(path)
    torch.save([1, 2], path)
    with pytest.raises(CheckpointError, match="wants the state of a training, found list"):
        load_training(path)
    weights = tmp_path / "w.safetensors"
    weights.write_bytes(b"12345678901234567890")
    with pytest.raises(CheckpointError, match="is damaged or no safetensors file"):
        load_weights(weights)


def test_another_models_weights_are_refused_with_a_short_diff():
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Conv2d(2, 1, 3))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    wrong = {"0.weight": torch.rand(2, 1, 5, 5), "0.bias": torch.rand(2), "1.bias": torch.rand(1)}
    wrong |= {f"extra{index}": torch.rand(1) for index in range(7)}
    with pytest.raises(CheckpointError) as caught:
        load_into(model, wrong, "w.safetensors")
    assert str(caught.value).splitlines() == [
        "w.safetensors: belongs to another model:",
        "    missing 1.weight",
        *(f"    unknown extra{index}" for index in range(5)),
        "    ... and 2 more",
        "    0.weight wants (2, 1, 3, 3), got (2, 1, 5, 5)",
    ]
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


FULL = """
import resource, signal, sys, torch
from pathlib import Path
from srkit.engine.checkpoint import save_training, save_weights
from srkit.errors import CheckpointError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
for save, name in ((save_training, "last.pt"), (lambda p, s: save_weights(p, s, {}), "w.safetensors")):
    try:
        save(Path(sys.argv[1]) / name, {"x": torch.zeros(1_000_000)})
    except CheckpointError as error:
        print(error)
"""


def test_a_full_disk_leaves_the_old_checkpoint(tmp_path):
    """A limit on the size of files fails a write as a full disk does."""
    save_training(tmp_path / "last.pt", TENSORS)
    save_weights(tmp_path / "w.safetensors", TENSORS, {})
    said = subprocess.run([sys.executable, "-c", FULL, tmp_path], check=True, capture_output=True, text=True).stdout
    for line, name in zip(said.splitlines(), ("last.pt", "w.safetensors"), strict=True):
        assert line.startswith(f"{tmp_path / name}: cannot be written: ")
        assert line.endswith("; what was there before is untouched")
    assert torch.equal(load_training(tmp_path / "last.pt")["b"], TENSORS["b"])
    assert torch.equal(load_weights(tmp_path / "w.safetensors")[0]["b"], TENSORS["b"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["last.pt", "w.safetensors"]


FOREVER = """
import sys, torch
from pathlib import Path
from srkit.engine.checkpoint import save_training
step = 0
while True:
    save_training(Path(sys.argv[1]), {"step": step, "x": torch.full((300_000,), float(step))})
    step += 1
    if step == 1: print("begun", flush=True)
"""


def test_a_kill_within_a_write_leaves_a_whole_checkpoint(tmp_path):
    path = tmp_path / "last.pt"
    process = subprocess.Popen([sys.executable, "-c", FOREVER, path], stdout=subprocess.PIPE)
    process.stdout.readline()
    seen = -1
    for delay in (0.05, 0.08, 0.11, 0.13):
        time.sleep(delay)
        state = load_training(path)  # a reader beside the writer sees whole files too
        assert (state["x"] == state["step"]).all()
        seen = max(seen, state["step"])
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    state = load_training(path)
    assert (state["x"] == state["step"]).all()
    assert state["step"] >= seen > 0
