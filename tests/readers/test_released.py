"""Official files are recognised by the names of their tensors; real ones score as their authors say."""

import pytest
import torch

from srkit.errors import CheckpointError
from srkit.evaluation.measure import measure
from srkit.evaluation.protocol import EvaluationProtocol
from srkit.network.color import Color
from srkit.weights.convert import write
from srkit.weights.load import load


def conv(name, inputs, outputs, kernel=1, *, bias=True):
    """The tensors of a convolution, under the name that its authors gave it."""
    layer = torch.nn.Conv2d(inputs, outputs, kernel)
    return {f"{name}.weight": layer.weight.data} | ({f"{name}.bias": layer.bias.data} if bias else {})


def imdn(scale=2, blocks=2):
    tensors = conv("fea_conv", 3, 8, 3)
    for block in range(1, blocks + 1):
        for number, inputs in ((1, 8), (2, 6), (3, 6)):
            tensors |= conv(f"IMDB{block}.c{number}", inputs, 8, 3)
        tensors |= conv(f"IMDB{block}.c4", 6, 2, 3) | conv(f"IMDB{block}.c5", 8, 8)
        tensors |= conv(f"IMDB{block}.cca.conv_du.0", 8, 1) | conv(f"IMDB{block}.cca.conv_du.2", 1, 8)
    tensors |= conv("c.0", 8 * blocks, 8) | conv("LR_conv", 8, 8, 3) | conv("upsampler.0", 8, 3 * scale**2, 3)
    return tensors


def esa(name, features, inside, between):
    tensors = conv(f"{name}.conv1", features, inside) | conv(f"{name}.conv_f", inside, inside)
    tensors |= conv(f"{name}.conv4", inside, features)
    for layer in between:
        tensors |= conv(f"{name}.{layer}", inside, inside, 3)
    return tensors


def bsconv(name, inputs, outputs):
    return conv(f"{name}.pw", inputs, outputs, bias=False) | conv(f"{name}.dw", 1, outputs, 3)


def bsrn(scale=4):
    tensors = bsconv("fea_conv", 12, 8)
    for number in (1, 2, 3):
        tensors |= conv(f"B1.c{number}_d", 8, 4) | bsconv(f"B1.c{number}_r", 8, 8)
    tensors |= bsconv("B1.c4", 8, 4) | conv("B1.c5", 16, 8) | esa("B1.esa", 8, 2, ())
    for layer in ("conv2", "conv_max", "conv3", "conv3_"):
        tensors |= bsconv(f"B1.esa.{layer}", 2, 2)
    tensors |= conv("B1.cca.conv_du.0", 8, 1) | conv("B1.cca.conv_du.2", 1, 8)
    tensors |= conv("c1", 8, 8) | bsconv("c2", 8, 8) | conv("upsampler.upsampleOneStep.0", 8, 3 * scale**2, 3)
    return tensors


def span(scale=2, features=4):
    def conv3xc(name, inputs):
        tensors = conv(f"{name}.sk", inputs, features) | conv(f"{name}.conv.0", inputs, 2 * inputs)
        tensors |= conv(f"{name}.conv.1", 2 * inputs, 2 * features, 3) | conv(
            f"{name}.conv.2", 2 * features, features
        )
        return tensors | conv(f"{name}.eval_conv", inputs, features, 3)

    tensors = conv3xc("conv_1", 3) | conv3xc("conv_2", features)
    for number in (1, 2, 3):
        tensors |= conv3xc(f"block_1.c{number}_r", features)
    return tensors | conv("conv_cat", 4 * features, features) | conv("upsampler.0", features, 3 * scale**2, 3)


def carn(upsamplers):
    tensors = conv("sub_mean.shifter", 3, 3) | conv("add_mean.shifter", 3, 3) | conv("entry", 3, 4, 3)
    for block in (1, 2, 3):
        tensors |= conv(f"c{block}.body.0", 4 * (block + 1), 4)
        for step in (1, 2, 3):
            tensors |= conv(f"b{block}.c{step}.body.0", 4 * (step + 1), 4)
            for layer in (0, 2):
                tensors |= conv(f"b{block}.b{step}.body.{layer}", 4, 4, 3)
    for name, factor in upsamplers:
        tensors |= conv(f"upsample.{name}", 4, 4 * factor**2, 3)
    return tensors | conv("exit", 4, 3, 3)


def swinir(scale=3):
    linear = lambda name, inputs, outputs: {  # noqa: E731
        f"{name}.weight": torch.rand(outputs, inputs),
        f"{name}.bias": torch.rand(outputs),
    }
    norm = lambda name: {f"{name}.weight": torch.rand(4), f"{name}.bias": torch.rand(4)}  # noqa: E731
    tensors = conv("conv_first", 3, 4, 3) | norm("patch_embed.norm")
    for layer in (0, 1):
        name = f"layers.0.residual_group.blocks.{layer}"
        tensors |= norm(f"{name}.norm1") | norm(f"{name}.norm2")
        tensors[f"{name}.attn.relative_position_bias_table"] = torch.rand(49, 2)
        tensors[f"{name}.attn.relative_position_index"] = torch.zeros(16, 16, dtype=torch.int64)
        tensors |= linear(f"{name}.attn.qkv", 4, 12) | linear(f"{name}.attn.proj", 4, 4)
        tensors |= linear(f"{name}.mlp.fc1", 4, 8) | linear(f"{name}.mlp.fc2", 8, 4)
    tensors["layers.0.residual_group.blocks.1.attn_mask"] = torch.zeros(4, 16, 16)
    tensors |= conv("layers.0.conv", 4, 4, 3) | norm("norm") | conv("conv_after_body", 4, 4, 3)
    return tensors | conv("upsample.0", 4, 3 * scale**2, 3)


@pytest.mark.parametrize(
    ("tensors", "wanted", "scale"),
    [
        (imdn(), {"use": "imdn", "blocks": 2, "features": 8}, 2),
        (bsrn(), {"use": "bsrn", "form": "paper", "blocks": 1, "features": 8}, 4),
        (span(), {"use": "span", "form": "trained", "blocks": 1, "features": 4, "joined_features": 4}, 2),
        (carn([("up.body.0", 2), ("up.body.3", 2)]), {"use": "carn", "features": 4}, 4),
        (carn([("up.body.0", 3)]), {"use": "carn", "features": 4}, 3),
        (
            swinir(),
            {
                "use": "swinir_light",
                "groups": 1,
                "layers": 2,
                "features": 4,
                "heads": 2,
                "window": 4,
                "expansion": 2,
            },
            3,
        ),
    ],
    ids=lambda value: value.get("use") if isinstance(value, dict) and "use" in value else "",
)
def test_an_official_file_is_recognised(tmp_path, catalog, tensors, wanted, scale):
    torch.save({"params_ema": {f"module.{name}": value for name, value in tensors.items()}}, tmp_path / "a.pth")
    network = load(str(tmp_path / "a.pth"), catalog)
    assert (network.scale, network.color, network.name) == (scale, Color.RGB, f"a x{scale}")
    assert network.metadata["model"] == wanted | {"upsampler": {"use": "subpixel"}}
    assert network.metadata["source"] == f"a.pth, released by the authors of {wanted['use']}"
    write(network, tmp_path / "a.safetensors")
    x = torch.rand(1, 3, 16, 16)
    with torch.no_grad():
        assert torch.equal(load(str(tmp_path / "a.safetensors"), catalog).module(x), network.module(x))


def test_the_scale_of_a_file_with_several_must_be_given(tmp_path, catalog):
    several = [("up2.body.0", 2), ("up3.body.0", 3), ("up4.body.0", 2), ("up4.body.3", 2)]
    file = tmp_path / "carn.pth"
    torch.save(carn(several), file)
    assert load(str(file), catalog, 3).scale == 3
    assert load({"use": "released", "file": str(file), "scale": 4}, catalog).scale == 4
    for scale, other in ((None, ""), (8, ", none for the scale 8")):
        with pytest.raises(CheckpointError) as refused:
            load(str(file), catalog, scale)
        assert str(refused.value) == (
            f"{file}: has upsamplers for the scales 2, 3, 4{other}; give one of them by --scale"
        )


def test_what_is_not_official_is_left_to_other_readers(tmp_path, catalog):
    file = tmp_path / "a.pth"
    torch.save(imdn() | conv("one_more", 3, 3), file)
    with pytest.raises(CheckpointError, match="wants weights that a reader takes"):
        load(str(file), catalog)
    with pytest.raises(CheckpointError) as refused:
        load({"use": "released", "file": str(file)}, catalog)
    known = "bsrn, carn, carn_m, imdn, rfdn, rlfn, span, swinir_light"
    assert str(refused.value) == (
        f"{file}: wants the official tensors of a network ({known}), "
        "found fea_conv.weight, fea_conv.bias, IMDB1.c1.weight, ..."
    )


def test_a_file_that_nobody_reads_says_what_is_wrong_with_it(tmp_path, catalog):
    file = tmp_path / "a.pth"

    def refusal(value):
        torch.save(value, file)
        with pytest.raises(CheckpointError) as refused:
            load(str(file), catalog)
        return str(refused.value)

    assert refusal(print) == (
        f"{file}: wants tensors and plain values, found objects that would run code when read; refused"
    )
    assert refusal({0: torch.zeros(1)}) == f"{file}: wants tensors by name, found 0"
    known = refusal(imdn(blocks=1) | conv("more", 1, 1))
    assert "found 24 tensors (fea_conv.weight, fea_conv.bias, IMDB1.c1.weight, ...), which " in known
    assert "which imdn has except more.weight, more.bias; if they are tensors alone, say " in known
    assert "found 2 tensors (my.weight, my.bias); if they are tensors alone, say" in refusal(conv("my", 1, 1))
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(CheckpointError, match=r"a\.pth: is damaged or no checkpoint: File is not a zip file"):
        load(str(file), catalog)


def test_a_file_from_which_tensors_are_missing_is_refused(tmp_path, catalog):
    file = tmp_path / "a.pth"
    torch.save({name: value for name, value in imdn().items() if name != "IMDB2.c5.bias"}, file)
    with pytest.raises(
        CheckpointError, match=r"a\.pth: belongs to another model:\n    missing body\.blocks\.1\.join"
    ):
        load(str(file), catalog)
    torch.save({name: value for name, value in span().items() if name != "conv_cat.weight"}, file)
    with pytest.raises(CheckpointError) as refused:
        load(str(file), catalog)
    assert str(refused.value) == f"{file}: wants all tensors of span, found 43 of them"


@pytest.mark.parametrize(
    ("name", "scale", "parameters", "psnr"),
    [
        ("rlfn_x4", 4, 543_740, 28.692),
        ("rfdn_aim_x4", 4, 433_448, 28.641),
        ("bsrn_x4", 4, 156_288, 28.333),
        ("span_ntire_x4", 4, 146_328, 27.712),
        ("carn_m", 4, 294_147, 27.988),
    ],
)
def test_real_files_score_as_measured(shared_data, catalog, tmp_path, name, scale, parameters, psnr):
    """The numbers are those of docs/numbers.md, of Set5's butterfly alone."""
    network = load(str(shared_data / "weights" / f"{name}.pth"), catalog, scale)
    assert sum(parameter.numel() for parameter in network.module.parameters()) == parameters
    (butterfly,) = (shared_data / "test" / "Set5").glob("butterfly*")
    (tmp_path / butterfly.name).symlink_to(butterfly)
    images = catalog.build("dataset", "folder", path=str(tmp_path))
    (row,) = measure(network, images, EvaluationProtocol(), None, catalog)
    assert row.scores["psnr"] == pytest.approx(psnr, abs=1e-3)
