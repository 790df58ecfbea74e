import json
import runpy
import shutil
import sys
from pathlib import Path

import pytest
import torch

from srkit.engine.checkpoint import load_weights, save_weights
from srkit.errors import CheckpointError, RunError
from srkit.records.environment import Environment
from srkit.records.summary import Summary
from srkit.weights import zoo as shelf
from srkit.weights.card import Card, CardScore, duration
from srkit.weights.load import load, load_for
from srkit.weights.package_weights import package_weights
from srkit.weights.portable import portable

SHIP = Path(__file__).parents[2] / "configs" / "zoo" / "ship.py"


def evaluated(psnr, **changes):
    rows = [{"name": name, "psnr": psnr, "ssim": 0.8} for name in "ab"]
    return {"scale": 2, "protocol": {"border": 2}, "scores": {"psnr": psnr, "ssim": 0.8}, "images": rows} | changes


@pytest.fixture
def run(tmp_path, catalog):
    """A finished run of a tiny network, as far as its card is concerned."""
    folder = tmp_path / "run"
    folder.mkdir()
    torch.manual_seed(0)
    model = catalog.build("model", "lapsrn", 2, 1, depth=1, features=4)
    options = {"use": "lapsrn", "depth": 1, "features": 4}
    save_weights(
        folder / "best.safetensors", model.state_dict(), {"model": options, "scale": 2, "color": "y", "seed": 7}
    )
    Summary("run", "lapsrn", 2, "y", 1200, 7200.0, 1000, {}).write(folder / "summary.json")
    words = ["/somewhere/srkit", "run", "configs/zoo/lapsrn_x2.yaml", "--output", "/somewhere/run", "train.steps=5"]
    environment = Environment(command=tuple(words), device="cpu", cores=2, cpu="AMD EPYC", torch="2.13.0")
    environment.write(folder / "environment.json")
    return folder


def test_names_are_found_by_every_command(catalog, zoo):
    assert shelf.names() == ["lapsrn-x2", "lapsrn-x4"]
    loaded = load("lapsrn-x4", catalog)
    assert (loaded.name, loaded.scale) == ("lapsrn-x4", 4)
    with pytest.raises(CheckpointError, match=r"wants a model of x4, found one of x2"):
        load("lapsrn-x2", catalog, 4)
    with pytest.raises(CheckpointError, match=r"lapsrn-x5: .*; did you mean 'lapsrn-x\d' or 'lapsrn-x\d'\?"):
        load("lapsrn-x5", catalog)


def test_the_scale_chooses_the_weights(catalog, zoo):
    for scale, name, factor in (
        (None, "lapsrn-x2", 2),
        (2, "lapsrn-x2", 2),
        (1.2, "lapsrn-x2", 1.2),
        (3, "lapsrn-x4", 3),
        (4, "lapsrn-x4", 4),
    ):
        loaded, found = load_for(None, scale, catalog)
        assert ([network.name for network in loaded], found) == ([name], factor)
    assert load_for("lapsrn-x4", None, catalog)[1] == 4
    assert load_for("bicubic", 2.5, catalog)[0][0].scale == 3


@pytest.mark.parametrize(
    ("scale", "scales"), [(4.1, [4, 2]), (8, [4, 2]), (9, [4, 4]), (16, [4, 4]), (17, [4, 4, 2]), (64, [4, 4, 4])]
)
def test_beyond_the_largest_scale_one_network_follows_the_other(catalog, zoo, scale, scales):
    before = {}
    loaded, found = load_for(None, scale, catalog, before=before)
    assert [network.scale for network in loaded] == scales
    assert found == scale
    assert set(before) == {f"lapsrn-x{scale}" for scale in scales}
    assert load_for(None, scale, catalog, before=before)[0] == loaded


def test_a_folder_of_that_name_is_not_taken_for_the_default(catalog, zoo, tmp_path, monkeypatch):
    (tmp_path / "here" / "lapsrn-x2").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    assert load_for(None, 2, catalog)[0][0].name == "lapsrn-x2"


def test_the_headers_are_read_without_torch(zoo):
    one = shelf.shipped()[0]
    tensors, metadata = load_weights(one.path)
    assert one.parameters == sum(tensor.numel() for tensor in tensors.values())
    assert one.metadata == metadata | {"crc32": one.metadata["crc32"]}
    assert one.card.scores["Set5, bicubic"].psnr == 30.0
    one.path.write_bytes(one.path.read_bytes()[:50])
    with pytest.raises(CheckpointError, match=r"lapsrn-x2\.safetensors: is damaged or no weights of srkit"):
        shelf.shipped()


def test_a_card_comes_back_from_the_metadata(run):
    scores = {"Set5, bicubic": CardScore.of(evaluated(30.0), evaluated(28.0), "Set5")}
    card = Card.of_runs([run], "17 photographs", scores)
    assert card == Card.read({"card": json.loads(json.dumps(card.plain()))})
    assert card.command == "srkit run configs/zoo/lapsrn_x2.yaml train.steps=5"
    assert card.machine == "2 cores of AMD EPYC, torch 2.13.0"
    assert (card.steps, card.seconds) == (1200, 7200.0)
    assert Card.read({}) is None
    assert Card.of_runs([run], "", {}, command="make it", machine="there").machine == "there"
    (run / "summary.json").unlink()
    with pytest.raises(RunError, match=r"run: wants a finished run; .*summary\.json: No such file"):
        Card.of_runs([run], "", {})


def test_a_training_in_stretches_counts_all_of_them(run, tmp_path):
    shutil.copytree(run, tmp_path / "first")
    ran = json.loads((tmp_path / "first" / "environment.json").read_text()) | {
        "command": ["srkit", "run", "first.yaml"]
    }
    (tmp_path / "first" / "environment.json").write_text(json.dumps(ran))
    card = Card.of_runs([tmp_path / "first", run], "", {})
    assert (card.steps, card.seconds) == (2400, 14400.0)
    assert card.command == "srkit run first.yaml && srkit run configs/zoo/lapsrn_x2.yaml train.steps=5"


def test_a_page_says_once_what_all_protocols_have_in_common():
    scores = {
        name: CardScore(30.0, 0.9, 5, {"psnr": 28.0, "ssim": 0.8}, {"border": 2, "LR": low})
        for name, low in (("Set5, bicubic", "bicubic"), ("Set5, blurred", "anisotropic_gaussian"))
    }
    page = Card("", "", 1, "", 1.0, scores).page("x", {"model": {"use": "lapsrn"}, "scale": 2, "color": "y"}, 1)
    protocols = page[page.index("Protocol:") :]
    assert protocols == (
        "Protocol: border 2.\n\nSet5, bicubic: LR bicubic.\n\nSet5, blurred: LR anisotropic_gaussian.\n"
    )


def test_scores_are_of_the_same_images_under_the_same_protocol():
    for changes, message in (
        (
            {"protocol": {"border": 4}},
            "Set5: wants both measured alike; protocol is {'border': 2} and {'border': 4}",
        ),
        ({"scale": 4}, "Set5: wants both measured alike; scale is 2 and 4"),
        ({"images": []}, "Set5: wants both measured on the same images"),
    ):
        with pytest.raises(CheckpointError, match=message):
            CardScore.of(evaluated(30.0), evaluated(28.0, **changes), "Set5")


def test_shipped_weights_are_the_runs(run, tmp_path, catalog):
    card = Card.of_runs(
        [run], "17 photographs", {"Set5, bicubic": CardScore.of(evaluated(30.0), evaluated(28.0), "Set5")}
    )
    path = package_weights(run / "best.safetensors", tmp_path / "zoo", "lapsrn-x2", card)
    tensors, metadata = load_weights(path)
    assert all(
        torch.equal(tensor, load_weights(run / "best.safetensors")[0][name]) for name, tensor in tensors.items()
    )
    assert (metadata["name"], metadata["seed"], metadata["card"]["steps"]) == ("lapsrn-x2", 7, 1200)
    page = (tmp_path / "zoo" / "lapsrn-x2.md").read_text()
    assert "| Set5, bicubic | 2 | 30.00 | 28.00 | **+2.00** | 0.8000 | 0.8000 |" in page
    assert "**Trained on** 17 photographs" in page
    assert page.endswith("\n\nProtocol: border 2.\n")
    package_weights(run / "best.safetensors", tmp_path / "zoo", "lapsrn-x2", card, half=True)
    assert load_weights(path)[0]["embed.weight"].dtype == torch.float16
    x = torch.rand(1, 1, 9, 8)
    half, whole = (load(str(one), catalog).module(x) for one in (path, run / "best.safetensors"))
    torch.testing.assert_close(half, whole, atol=1e-3, rtol=0)


def test_no_path_of_a_machine_is_shipped(run, tmp_path):
    tensors, metadata = load_weights(run / "best.safetensors")
    experiment = {
        "start": "/home/me/runs/first/best.safetensors",
        "data": {"train": {"use": "folder", "path": "/data/DIV2K", "split": "train"}},
        "let": {"root": ["C:\\Users\\me\\images", 3]},
    }
    save_weights(run / "best.safetensors", tensors, metadata | {"experiment": experiment})
    command = "srkit run /home/me/x4.yaml start=/home/me/runs/first/best.safetensors 'let.root=~/data/all' a/b=1"
    card = Card("photographs of https://example.org/a/b, 1/2 of all", command, 1, "", 1.0)
    path = package_weights(run / "best.safetensors", tmp_path / "zoo", "x", card)
    shipped = load_weights(path)[1]
    assert shipped["experiment"] == {
        "start": "best.safetensors",
        "data": {"train": {"use": "folder", "path": "DIV2K", "split": "train"}},
        "let": {"root": ["images", 3]},
    }
    said = "srkit run x4.yaml start=best.safetensors 'let.root=all' a/b=1"
    assert (shipped["card"]["data"], shipped["card"]["command"]) == (card.data, said)
    assert f"`{said}`" in (tmp_path / "zoo" / "x.md").read_text()


def test_a_model_that_needs_a_file_is_not_shipped(run, tmp_path):
    tensors, metadata = load_weights(run / "best.safetensors")
    save_weights(run / "best.safetensors", tensors, metadata | {"model": {"use": "x", "file": "/home/me/x.pth"}})
    with pytest.raises(CheckpointError, match="wants a model without files, found paths among its options"):
        package_weights(run / "best.safetensors", tmp_path / "zoo", "x", Card("", "", 1, "", 1.0))


@pytest.mark.parametrize("weights", shelf.shipped(), ids=lambda weights: weights.name)
def test_the_weights_that_come_with_srkit_hold_no_path_of_a_machine(weights):
    assert portable(weights.metadata) == weights.metadata
    page = weights.path.with_suffix(".md").read_text(encoding="utf-8")
    assert portable(page) == page


def test_weights_that_are_too_many_are_refused(run, tmp_path, monkeypatch):
    monkeypatch.setattr("srkit.weights.package_weights.LARGEST", 3000)
    card = Card("", "", 1, "", 1.0)
    with pytest.raises(CheckpointError, match="wants at most 3,000 bytes of weights, found 3,268; --half stores"):
        package_weights(run / "best.safetensors", tmp_path / "zoo", "x", card)
    assert not (tmp_path / "zoo").exists()


def test_the_script_ships(run, zoo, tmp_path, monkeypatch, capsys):
    for name, psnr in (("model", 30.5), ("bicubic", 28.0)):
        (tmp_path / f"{name}.json").write_text(json.dumps(evaluated(psnr)))
    words = [
        run,
        "lapsrn-x2",
        "--data",
        "17 photographs",
        "--score",
        "Set14",
        tmp_path / "model.json",
        tmp_path / "bicubic.json",
    ]
    monkeypatch.setattr(sys, "argv", ["ship.py", *map(str, words)])
    runpy.run_path(str(SHIP), run_name="__main__")
    assert capsys.readouterr().out == f"{zoo}/lapsrn-x2.safetensors\n"
    assert shelf.shipped()[0].card.scores["Set14"].psnr == 30.5


def test_times_are_said_as_one_thinks_of_them():
    assert [duration(seconds) for seconds in (90, 5399, 5400, 86400)] == [
        "2 minutes",
        "90 minutes",
        "1.5 hours",
        "24.0 hours",
    ]
