"""Tiny networks of spandrel in files, and the commands of srkit."""

import os
import sys
from pathlib import Path

import pytest
import torch

from srkit.plugins import load_catalog
from srkit_spandrel.architectures import created
from srkit_spandrel.package import is_installed
from srkit_spandrel.recognise import quiet

torch.set_num_threads(1)

TINY = {
    "Compact": {"num_feat": 8, "num_conv": 2},
    "ESRGAN": {"num_filters": 8, "num_blocks": 1},
    "PLKSR": {"dim": 8, "n_blocks": 2, "kernel_size": 9},
    "SAFMN": {"dim": 8, "n_blocks": 1},
    "RCAN": {"n_feats": 16, "n_resgroups": 1, "n_resblocks": 1},
    "SPAN": {"feature_channels": 8},
    "SwinIR": {
        "embed_dim": 8,
        "depths": [2],
        "num_heads": [2],
        "window_size": 8,
        "img_size": 16,
        "upsampler": "pixelshuffledirect",
    },
}


def pytest_collection_modifyitems(items):
    """Skip every test where spandrel is missing; srkit installs and loads the plugin without it."""
    if not is_installed():
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip(reason="wants the package spandrel"))


@pytest.fixture(scope="session")
def catalog():
    return load_catalog()


@pytest.fixture(scope="session")
def community(tmp_path_factory):
    """Return a function that gives spandrel's descriptor of a tiny network, x2, and its file."""
    folder, kept = tmp_path_factory.mktemp("community"), {}

    def community(architecture, scale=2):
        if (architecture, scale) not in kept:
            torch.manual_seed(0)
            made = created(architecture, TINY[architecture], scale, 3)
            file = folder / f"{scale}x{architecture}.pth"
            torch.save({"params_ema": made.model.state_dict()}, file)
            kept[architecture, scale] = made.eval(), file
        return kept[architecture, scale]

    return community


@pytest.fixture
def enlarged():
    """Return a function that gives what spandrel's own public call makes of an image."""

    def enlarged(descriptor, low):
        with torch.no_grad(), quiet():
            return descriptor(low.clone())  # some networks change the tensor that they are given

    return enlarged


@pytest.fixture(scope="session")
def weights():
    """The folder of released weights, which are not in the repository."""
    given = os.environ.get("SRKIT_TEST_DATA")
    folder = (Path(given) if given else Path(__file__).parents[4] / "shared" / "data") / "weights"
    if not folder.is_dir():
        pytest.skip(f"wants released weights in {folder}; set SRKIT_TEST_DATA to the folder that holds 'weights'")
    return folder


@pytest.fixture
def command(monkeypatch, capsys):
    """Return a function that runs a command of srkit in this process, and gives (exit code, stdout, stderr)."""

    def command(*words):
        from srkit.cli.main import main

        monkeypatch.setattr(sys, "argv", ["srkit", *map(str, words)])
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        return code, *capsys.readouterr()

    return command
