import json
from pathlib import Path

import numpy as np
import pytest

from srkit.cli.degradation_option import RECIPES
from srkit.data.examples import examples
from srkit.datasets.folder import folder
from srkit.degradations.anisotropic_gaussian import AnisotropicGaussian
from srkit.image.convert import to_uint8
from srkit.image.files import read, write
from srkit.image.resize import imresize
from srkit.records.drawn import DrawnRow
from srkit.records.kernels import read_kernels


@pytest.fixture
def images(tmp_path):
    place = tmp_path / "images"
    smooth = imresize(np.random.default_rng(0).integers(0, 256, (12, 14, 3), dtype=np.uint8), 6)
    for name, image in (("a", smooth), ("b/c", smooth[:, :, :1]), ("d", smooth[:65, :70])):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        write(place / f"{name}.png", image)
    return place


def test_lr_is_that_of_a_test_with_all_that_was_drawn(srkit, images, tmp_path):
    code, out, err = srkit(
        "degrade", "anisotropic_gaussian", images, "-o", tmp_path / "out", "--scale", 2, "--pairs"
    )
    assert (code, err) == (0, "")
    assert len(out.splitlines()) == 4
    rows = {row.image: row for row in DrawnRow.read_all(tmp_path / "out" / "drawn.jsonl")}
    kernels = read_kernels(tmp_path / "out" / "kernels.npz")
    for example in examples(folder(path=images), scale=2, degradation=AnisotropicGaussian(2), seed=0):
        row = rows.pop(example.name)
        assert row.low == f"low/{example.name}.png"
        np.testing.assert_array_equal(read(tmp_path / "out" / row.low), to_uint8(example.low))
        high = tmp_path / "out" / "high" / f"{example.name}.png"
        np.testing.assert_array_equal(read(high), to_uint8(example.high))
        np.testing.assert_array_equal(kernels.pop(example.name), example.drawn["kernels"][0])
    assert not rows
    assert not kernels
    sheet = read(tmp_path / "out" / "sheet.png")
    assert sheet.shape[1] == 6 + 2 * (84 + 6)


def test_a_file_of_a_degradation_and_variants(srkit, images, tmp_path):
    (tmp_path / "own.yaml").write_text("use: chain\nstages:\n  - {use: noise, sigma_range: [3, 9]}\n  - jpeg\n")
    words = ("degrade", tmp_path / "own.yaml", images / "a.png", "-o", tmp_path / "out", "--scale", 3)
    assert srkit(*words, "--variants", 3)[0] == 0
    rows = [json.loads(line) for line in (tmp_path / "out" / "drawn.jsonl").read_text().splitlines()]
    assert [row["image"] for row in rows] == ["a", "a-2", "a-3"]
    assert [row["seed"] for row in rows] == [0, 1, 2]
    assert all(set(row["drawn"]) == {"sigma", "noise_kind", "quality"} for row in rows)
    assert len({row["drawn"]["sigma"] for row in rows}) == 3
    assert all(3 <= row["drawn"]["sigma"] <= 9 for row in rows)
    assert not (tmp_path / "out" / "kernels.npz").exists()
    first = read(tmp_path / "out" / "low" / "a-2.png")
    assert srkit(*words[:4], tmp_path / "other", "--scale", 3, "--seed", 1)[0] == 0
    np.testing.assert_array_equal(read(tmp_path / "other" / "low" / "a.png"), first)


def test_a_config_has_its_own_scale(srkit, images, tmp_path):
    config = tmp_path / "c.yaml"
    config.write_text("scale: 2\nmodel: bicubic\ntrain: {steps: 1}\ndegradation: bicubic\n")
    assert srkit("degrade", config, images / "a.png", "-o", tmp_path / "out")[0] == 0
    assert read(tmp_path / "out" / "low" / "a.png").shape == (36, 42, 3)
    code, _, err = srkit("degrade", config, images / "a.png", "-o", tmp_path / "x", "--scale", 4)
    assert (code, err) == (2, f"--scale: wants 2, as in {config}:1, got 4\n")


def test_nothing_is_lost(srkit, images, tmp_path):
    words = ("degrade", "bicubic", images / "a.png", "-o", tmp_path / "out", "--scale", 2)
    assert srkit(*words, "--dry-run")[1].splitlines() == [
        f"{images / 'a.png'} -> {tmp_path / 'out' / 'low' / 'a.png'}  84 x 72 -> 42 x 36",
        "1 photographs would be degraded",
    ]
    assert not (tmp_path / "out").exists()
    assert srkit(*words)[0] == 0
    (tmp_path / "out" / "drawn.jsonl").write_text("mine\n")
    code, _, err = srkit(*words)
    assert code == 2
    assert err.splitlines() == [
        *(f"{tmp_path / 'out' / name}: exists already" for name in ("low/a.png", "drawn.jsonl", "sheet.png")),
        "give another --output, or --overwrite to replace them",
    ]
    assert (tmp_path / "out" / "drawn.jsonl").read_text() == "mine\n"
    assert srkit(*words, "--overwrite")[0] == 0
    low = tmp_path / "out" / "low" / "a.png"
    code, _, err = srkit("degrade", "bicubic", low, "-o", tmp_path / "out", "--scale", 2, "--overwrite")
    assert (code, err) == (2, f"{low}: is one of the images; give another --output\n")


def test_what_was_made_before_an_error_is_told(srkit, images, tmp_path):
    damaged = images / "b" / "c.png"
    damaged.write_bytes(damaged.read_bytes()[:-40])
    code, _, err = srkit("degrade", "bicubic", images, "-o", tmp_path / "out", "--scale", 2)
    assert code == 2
    assert err.startswith(f"{damaged}: ")
    assert [row.image for row in DrawnRow.read_all(tmp_path / "out" / "drawn.jsonl")] == ["a"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("bicubc", "--scale", 2), "degradation=bicubc: degradation: no degradation called 'bicubc'; did you mean"),
        (("bicubic",), "--scale: must be given, such as --scale 4; only a config has its own\n"),
        (("bad.yaml", "--scale", 2), "bad.yaml:3: degradation.stages.0.qualty_range: unknown option; did you mean"),
        (("gone.yaml",), "gone.yaml: cannot be read: No such file or directory\n"),
        (
            ("bicubic", "--scale", 2, "images/a.png", "a.png"),
            "images/a.png: has the same name as a.png; give the folder",
        ),
    ],
)
def test_refusals_name_the_place(srkit, images, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.yaml").write_text("use: chain\nstages:\n  - {use: jpeg, qualty_range: [1, 2]}\n")
    write(tmp_path / "a.png", np.zeros((9, 9, 3), np.uint8))
    given = words if "a.png" in words else (*words, "images")
    code, out, err = srkit("degrade", *given, "-o", "out")
    assert (code, out) == (2, "")
    assert message in err
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made_is_named(srkit, images, tmp_path):
    (tmp_path / "out").write_text("a file")
    code, out, err = srkit("degrade", "bicubic", images, "-o", tmp_path / "out", "--scale", 2)
    assert (code, out) == (2, "")
    low = tmp_path / "out" / "low" / "a.png"
    assert err == f"{low}: cannot be written: Not a directory; give another --output\n"


def test_a_file_may_also_make_lr_of_other_commands(srkit, images, tmp_path):
    (tmp_path / "own.yaml").write_text("use: chain\nstages: [jpeg]\n")
    words = ("evaluate", "bicubic", images, "--scale", 2, "--json", "--degradation")
    given = (tmp_path / "own.yaml", "{use: chain, stages: [jpeg]}")
    by_file, by_name = (json.loads(srkit(*words, one)[1]) for one in given)
    assert by_file["scores"] == by_name["scores"]


def test_a_recipe_of_the_repository_is_named_by_its_file(srkit, images, tmp_path):
    for name in RECIPES:
        assert srkit("degrade", name, images, "-o", tmp_path / "out") == (
            2,
            "",
            f"{name}: is a recipe in a file, not a part; "
            f"give configs/degradations/{name}.yaml of srkit's repository\n",
        )
    files = Path(__file__).parents[2].glob("configs/degradations/*.yaml")
    assert sorted(file.stem for file in files) == sorted(RECIPES)


def test_results_do_not_go_among_the_photographs(srkit, images):
    for output in (images, images / "out"):
        assert srkit("degrade", "bicubic", images, "-o", output, "--scale", 2) == (
            2,
            "",
            f"{output}: lies in {images}, where the next command would take LR for photographs; "
            "give another folder by --output\n",
        )
    assert not (images / "out").exists()
