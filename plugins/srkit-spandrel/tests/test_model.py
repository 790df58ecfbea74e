"""Architectures of spandrel are trained as srkit's own, from new weights or from those of a file."""

import pytest
import torch

from srkit.engine.checkpoint import load_into
from srkit.errors import BuildError
from srkit.testing import check_part
from srkit.weights.load import read
from srkit_spandrel.package import spandrel

COMPACT = {"architecture": "Compact", "options": {"num_feat": 4, "num_conv": 1}}
CONFIG = """\
name: tuned
scale: 2
color: rgb
model: {use: spandrel, file: FILE}
start: FILE
train: {steps: 2, batch: 2, patch: 32, guard: null, precision: fp32, optimizer: {use: adam, lr: 1e-3}}
trackers: []
"""


def test_it_keeps_the_contract_of_a_model(catalog):
    check_part(catalog["model"]["spandrel"], catalog, **COMPACT, halo=4)


def test_convolutions_that_are_folded_for_use_are_not_trained(catalog, community):
    model = catalog.build("model", "spandrel", 2, 3, file=str(community("SPAN")[1]))
    frozen = {name.split(".")[-2] for name, one in model.named_parameters() if not one.requires_grad}
    assert frozen == {"eval_conv"}


def test_a_file_gives_the_architecture_and_start_gives_the_weights(catalog, community):
    file = community("ESRGAN")[1]
    option = {"file": str(file)}
    model = catalog.build("model", "spandrel", 2, 3, **option)
    started = read(file, catalog, scale=2, color="rgb", model={"use": "spandrel", **option}).module
    low = torch.rand(1, 3, 8, 8)
    assert not torch.equal(model(low), started(low))
    load_into(model, started.state_dict(), "the file")
    assert torch.equal(model.eval()(low), started(low))


@pytest.mark.parametrize(
    ("scale", "channels", "options", "message"),
    [
        (2, 3, {}, "wants either a file or an architecture, got neither"),
        (2, 3, {**COMPACT, "file": "x.pth"}, "wants either a file or an architecture, got both"),
        (
            2,
            3,
            {"file": "x.pth", "options": {"dim": 3}},
            "options belong to an architecture; those of a file are in",
        ),
        (2, 3, {"file": "/none/x.pth"}, "/none/x.pth: wants a checkpoint, found nothing of that name"),
        (4, 3, {"file": "FILE"}, "file FILE: wants a network of x4, found one of x2"),
        (2, 1, {"file": "FILE"}, "file FILE: wants a network of 1 channels, found one of 3; see color"),
    ],
)
def test_what_does_not_fit_is_refused(scale, channels, options, message, catalog, community):
    file = str(community("Compact")[1])
    options = options | ({"file": file} if options.get("file") == "FILE" else {})
    with pytest.raises(BuildError) as caught:
        catalog.build("model", "spandrel", scale, channels, **options)
    assert str(caught.value).startswith(
        f"model 'spandrel' (srkit-spandrel 1.0) refuses: {message.replace('FILE', file)}"
    )


@pytest.mark.slow
def test_community_weights_are_tuned_and_given_back(community, command, tmp_path, monkeypatch):
    file = community("Compact")[1]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tuned.yaml").write_text(CONFIG.replace("FILE", str(file)))
    code, _, err = command("run", "tuned.yaml")
    assert code == 0, err
    (best,) = tmp_path.rglob("best.safetensors")
    code, out, err = command("export", best.parent, "-o", "tuned.pth")
    assert (code, err) == (0, "")
    assert out.splitlines()[1].startswith("spandrel differs from PyTorch by at most ")
    tuned = spandrel().ModelLoader().load_from_file("tuned.pth").model.state_dict()
    before = community("Compact")[0].model.state_dict()
    moved = max(float((tuned[name] - before[name]).abs().max()) for name in before)
    assert 0 < moved < 0.1
