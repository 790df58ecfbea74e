import resource
import subprocess
import sys

import pytest
import torch

from srkit.network import memory
from srkit.network.network import Network

CPU = torch.device("cpu")


def footprint_of(catalog, features):
    model = catalog.build("model", "lapsrn", 2, 1, depth=2, features=features)
    return memory.footprint(Network.of(model, 2, "y"))


def test_the_footprint_counts_the_hungriest_layer(catalog):
    small = footprint_of(catalog, 4)
    large = footprint_of(catalog, 64)
    assert large == pytest.approx(3 * 4 * (64 + 4 * 64), rel=0.01)
    assert small < large / 4


def test_free_memory_is_what_the_container_leaves(tmp_path, monkeypatch):
    for name, text in (
        ("memory.max", "1000\n"),
        ("memory.current", "700\n"),
        ("memory.stat", "anon 1\ninactive_file 50\n"),
    ):
        (tmp_path / name).write_text(text)
    assert memory._of_the_container(tmp_path) == 350
    (tmp_path / "memory.max").write_text("max\n")
    assert memory._of_the_container(tmp_path) > 2**60
    assert memory._of_the_container(tmp_path / "none") > 2**60
    assert 2**20 < memory.free_memory(CPU) < 2**60


def test_a_limit_of_the_process_is_kept():
    """``ulimit -v``: memory that the machine has and the process may not map is not free."""
    script = "from srkit.network import memory; print(memory.free_memory(memory.PROCESSOR))"
    most = 8 * 2**30

    def limited():
        resource.setrlimit(resource.RLIMIT_AS, (most, most))

    command = [sys.executable, "-c", script]
    done = subprocess.run(command, preexec_fn=limited, capture_output=True, text=True, check=True)
    assert int(done.stdout) < most - 2**28  # torch itself is mapped
