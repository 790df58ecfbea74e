"""What a run wants and this machine lacks is refused before training, with its place and a way out."""

from pathlib import Path

import pytest
import torch

from srkit.stages import webp

TINY = Path(__file__).parents[2] / "configs" / "tiny.yaml"


@pytest.fixture
def refusal(srkit, tmp_path):
    """Return a function that runs the tiny config with one more line, and gives what the refusal says."""

    def refused(line):
        file = tmp_path / "more.yaml"
        file.write_text(line)
        code, _, message = srkit("run", TINY, file, "--output", tmp_path / "run")
        assert code == 2
        assert not (tmp_path / "run" / "log.jsonl").exists()
        return message.replace(str(tmp_path) + "/", "")

    return refused


def test_a_webp_stage_without_the_codec(refusal, monkeypatch):
    monkeypatch.setattr(webp, "can_write", lambda _: False)
    message = refusal("degradation: {use: chain, stages: [noise, webp]}\n")
    assert (
        "stage 'webp' (srkit.stages) refuses: this OpenCV has no WebP; install opencv-python-headless from"
        in message
    )
    assert "more.yaml:1" in message


def test_a_file_of_vgg19_that_is_not_there(refusal):
    message = refusal("loss: {use: perceptual, weights: gone.pth}\n")
    assert "loss 'perceptual' (srkit.losses) refuses: gone.pth: " in message
    assert "more.yaml:1" in message


def test_vgg19_that_cannot_be_downloaded(refusal, tmp_path, monkeypatch):
    def offline(*_args, **_options):
        raise OSError("no route to host")

    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))
    monkeypatch.setattr(torch.hub, "download_url_to_file", offline)
    message = refusal("loss: {use: perceptual}\n")
    assert (
        "hub/checkpoints/vgg19-dcbb9e9d.pth: cannot be had: no route to host; on a machine with internet "
        in message
    )
    assert (
        "download https://download.pytorch.org/models/vgg19-dcbb9e9d.pth, and copy it to hub/checkpoints" in message
    )
    assert "more.yaml:1" in message
