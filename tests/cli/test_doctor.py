"""The command that tells about the installation."""

import json

import torch

import srkit as package


def test_it_tells_what_is_here_in_the_columns_of_the_terminal(srkit, tmp_path, monkeypatch):
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / "of_another_program.pth").write_bytes(bytes(99))
    (tmp_path / "checkpoints" / "vgg19-dcbb9e9d.pth").write_bytes(bytes(1234))
    monkeypatch.setenv("COLUMNS", "80")
    code, out, err = srkit("doctor", "--json")
    assert (code, err) == (0, "")
    facts = json.loads(out)
    assert facts["srkit"] == package.__version__
    assert facts["torch"] == torch.__version__
    assert facts["threads"] == "1"
    assert facts["devices"][0]["device"] == "cpu"
    assert facts["devices"][0]["fast precision"] in ("fp32", "bf16")
    assert facts["cache"] == {"folder": str(tmp_path / "checkpoints"), "files": 1, "bytes": 1234}
    assert facts["tile"]["weights"] == "lapsrn-x2"
    assert facts["tile"]["pixels"] > 256**2
    lines = srkit("doctor")[1].splitlines()
    assert any(line.startswith("tiles of srkit upscale: ") for line in lines)
    assert f"srkit: {package.__version__}" in lines
    assert f"device: cpu, where {facts['devices'][0]['fast precision']} is fast" in lines
    unbroken = str(tmp_path)
    assert all(len(line) <= 80 or unbroken[:20] in line for line in lines)
    assert json.loads(srkit("doctor", "--json", "--clear-cache")[1])["cache"]["files"] == 0
    assert [file.name for file in (tmp_path / "checkpoints").iterdir()] == ["of_another_program.pth"]


def test_a_plugin_that_does_not_load_is_told(srkit, install):
    install("srkit-bad", "raise RuntimeError('out of order')")
    code, out, _ = srkit("doctor")
    assert code == 2
    assert "out of order" in " ".join(out.split())
