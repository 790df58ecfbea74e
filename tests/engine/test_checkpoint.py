import errno
import os
import pickle
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest
import torch
from torch import nn

from srkit.engine.checkpoint import (
    load_foreign,
    load_into,
    load_training,
    load_weights,
    save_training,
    save_weights,
)
from srkit.errors import CheckpointError

TENSORS = {"a.weight": torch.rand(3, 4), "b": torch.rand(2)}


def test_weights_come_back_with_their_metadata(tmp_path):
    path = tmp_path / "w.safetensors"
    save_weights(path, {"x": TENSORS["a.weight"].t()}, {"model": {"use": "lapsrn"}, "scale": 4})
    tensors, metadata = load_weights(path)
    assert torch.equal(tensors["x"], TENSORS["a.weight"].t())
    assert metadata == {"model": {"use": "lapsrn"}, "scale": 4}
    written = path.read_bytes()
    for _ in range(8):
        save_weights(path, tensors, metadata)
        assert path.read_bytes() == written


class Evil:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (self.path, "w")


def test_a_pickle_with_code_in_it_is_refused_not_run(tmp_path):
    bad, trace = tmp_path / "last.pt", tmp_path / "trace"
    for write, message in (
        (
            lambda: torch.save({"x": Evil(str(trace))}, bad),
            "wants tensors and plain values, found objects that would",
        ),
        (lambda: bad.write_bytes(pickle.dumps(Evil(str(trace)))), "is damaged or no checkpoint"),
    ):
        write()
        with pytest.raises(CheckpointError, match=rf"last\.pt: {message}"):
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
    with pytest.raises(CheckpointError, match="wants a checkpoint, found a folder"):
        load_training(tmp_path)
    weights = tmp_path / "w.safetensors"
    weights.write_bytes(b"12345678901234567890")
    with pytest.raises(CheckpointError, match="is damaged or no safetensors file"):
        load_weights(weights)


@pytest.mark.parametrize(
    "content",
    [b"hello, world\n", b'{"a": 1}', b"scale: 4\nmodel: x\n", b"\x89PNG\r\n\x1a\n" + bytes(90), b"PK\x03\x04" * 9],
)
def test_files_of_another_kind_are_named(tmp_path, content):
    for name, load in (("last.pt", load_training), ("w.safetensors", load_weights)):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(CheckpointError, match=f"^{tmp_path / name}: is damaged or no "):
            load(tmp_path / name)


def test_no_cut_and_no_flipped_bit_goes_unseen(tmp_path):
    """Every damage is a CheckpointError or does not change the result; torch itself ignores flipped bits."""
    path, weights = tmp_path / "last.pt", tmp_path / "w.safetensors"
    state = {"x": torch.rand(40), "step": 3, "lr": [1e-4, 1e-5]}
    save_training(path, state)
    save_weights(weights, TENSORS, {"scale": 4})
    for file, load, wanted in ((path, load_training, state), (weights, load_weights, (TENSORS, {"scale": 4}))):
        whole, draw = file.read_bytes(), random.Random(0)
        for length in range(0, len(whole), 23):
            file.write_bytes(whole[:length])
            with pytest.raises(CheckpointError):
                load(file)
        for _ in range(200):
            damaged = bytearray(whole)
            damaged[draw.randrange(len(whole))] ^= 1 << draw.randrange(8)
            file.write_bytes(damaged)
            with suppress(CheckpointError):
                torch.testing.assert_close(load(file), wanted, atol=0, rtol=0)


@pytest.mark.parametrize("zipped", [True, False])
def test_other_programs_files_are_read_in_both_formats(tmp_path, zipped):
    path, trace = tmp_path / "x.pth", tmp_path / "trace"
    torch.save(TENSORS, path, _use_new_zipfile_serialization=zipped)
    torch.testing.assert_close(load_foreign(path), TENSORS, atol=0, rtol=0)
    whole = path.read_bytes()
    for length in (0, 10, 200, len(whole) - 30):
        path.write_bytes(whole[:length])
        with pytest.raises(CheckpointError, match=r"x\.pth: "):
            load_foreign(path)
    torch.save({"x": Evil(str(trace))}, path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(CheckpointError, match="found objects that would run code when read; refused"):
        load_foreign(path)
    assert not trace.exists()
    torch.save([1], path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(CheckpointError, match="wants tensors by name, found list"):
        load_foreign(path)


def test_a_flipped_bit_in_another_programs_archive_is_seen(tmp_path):
    path = tmp_path / "x.pth"
    torch.save({"x": torch.full((64,), 0.5)}, path)
    path.write_bytes(path.read_bytes().replace(torch.full((64,), 0.5).numpy().tobytes(), bytes(4 * 64)))
    with pytest.raises(CheckpointError, match=r"x\.pth: is damaged or no checkpoint: "):
        load_foreign(path)


def test_the_old_format_has_no_checksums_so_a_training_is_not_read_from_it(tmp_path):
    path = tmp_path / "last.pt"
    torch.save(TENSORS, path, _use_new_zipfile_serialization=False)
    with pytest.raises(CheckpointError, match="is damaged or no checkpoint"):
        load_training(path)


def test_any_kind_of_tensor_comes_back(tmp_path):
    tensors = {
        "empty": torch.zeros(0, 3),
        "scalar": torch.tensor(2.5),
        "half": torch.rand(3).bfloat16(),
        "mask": torch.tensor([True, False]),
        "count": torch.tensor(7),
    }
    tensors["same"] = tensors["half"]
    save_weights(tmp_path / "w.safetensors", tensors, {})
    torch.testing.assert_close(load_weights(tmp_path / "w.safetensors")[0], tensors, atol=0, rtol=0)


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


@pytest.mark.parametrize(
    ("tensor", "found"),
    [
        (torch.zeros(2, dtype=torch.int8), "torch.int8"),
        (torch.zeros(2, dtype=torch.complex64), "torch.complex64"),
        (torch.zeros(2).to_sparse(), "torch.sparse_coo of torch.float32"),
    ],
    ids=["whole", "complex", "sparse"],
)
def test_weights_that_are_no_plain_floats_are_refused(tensor, found):
    with pytest.raises(CheckpointError) as caught:
        load_into(nn.BatchNorm2d(2), nn.BatchNorm2d(2).state_dict() | {"bias": tensor}, "w.pth")
    assert str(caught.value).splitlines() == [
        "w.pth: holds other numbers than the model computes with:",
        f"    bias wants torch.float32, got {found}",
    ]


def test_weights_that_are_not_numbers_are_refused_and_half_precision_is_taken():
    model, nan = nn.Linear(1, 2), torch.tensor([1, torch.nan])
    with pytest.raises(CheckpointError, match=r"^w\.pth: holds weights that are infinite or not numbers: bias"):
        load_into(model, {"weight": torch.rand(2, 1), "bias": nan}, "w.pth")
    load_into(model, {"weight": torch.rand(2, 1).half(), "bias": torch.ones(2).bfloat16()}, "w.pth")
    assert torch.equal(model.bias, torch.ones(2))


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
    env = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}  # Python 3.11 would leave torn byte code of its own
    command = [sys.executable, "-c", FULL, tmp_path]
    said = subprocess.run(command, check=True, env=env, capture_output=True, text=True).stdout
    for line, name in zip(said.splitlines(), ("last.pt", "w.safetensors"), strict=True):
        assert line == f"{tmp_path / name}: cannot be written: File too large; what was there before is untouched"
    assert torch.equal(load_training(tmp_path / "last.pt")["b"], TENSORS["b"])
    assert torch.equal(load_weights(tmp_path / "w.safetensors")[0]["b"], TENSORS["b"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["last.pt", "w.safetensors"]


@pytest.mark.parametrize("save", [save_training, lambda path, tensors: save_weights(path, tensors, {})])
def test_a_disk_that_fails_at_the_last_moment_leaves_the_old_checkpoint(tmp_path, monkeypatch, save):
    path = tmp_path / "checkpoint"
    save(path, TENSORS)
    before = path.read_bytes()

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CheckpointError, match=r"checkpoint: cannot be written: No space left on device; what was"):
        save(path, {"x": torch.rand(1000)})
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


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
    (tmp_path / ".last.pt.1.part").touch()  # the rest of a killed process
    save_training(path, state)
    assert list(tmp_path.iterdir()) == [path]


def test_a_state_that_is_no_plain_values_is_refused_and_leaves_the_old_file(tmp_path):
    save_training(tmp_path / "last.pt", {"step": 3})
    with pytest.raises(
        CheckpointError, match=r"last\.pt: wants tensors and plain values, found a value that cannot be"
    ):
        save_training(tmp_path / "last.pt", {"step": lambda: 4})
    assert load_training(tmp_path / "last.pt") == {"step": 3}
    assert [path.name for path in tmp_path.iterdir()] == ["last.pt"]
