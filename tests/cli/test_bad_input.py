"""Bad input gets a clear error and exit code 2, and nothing is lost. The tests compare the text."""

import re
import struct
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from srkit.records.environment import Environment
from srkit.run import RunFolder

CONFIGS = Path(__file__).parents[2] / "configs"
TINY = CONFIGS / "tiny.yaml"
NOISE = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
PNG = cv2.imencode(".png", NOISE)[1].tobytes()


def folder_of(path, **files):
    path.mkdir()
    for name, data in files.items():
        (path / name.replace("_", ".")).write_bytes(data)
    return path


def training_on(path):
    return f"data.train={{use: folder, path: {path}}}"


CONFIG_ERRORS = [
    (["model.chanels=3"], "model.chanels=3: model.chanels: unknown option; there are: "),
    (["train.stepz=3"], "train.stepz=3: train.stepz: unknown option; did you mean 'steps'?"),
    (["model.upsampler=subpixle"], "model.upsampler: no upsampler called 'subpixle'; did you mean 'subpixel'?"),
    (["train.batch=many"], "train.batch: wants int of at least 1, got 'many'"),
    (["scale='2'"], "scale: wants int from 2 to 16, got '2'"),
    (["train.minutes=1"], "train: give one of steps, epochs and minutes, got steps and minutes"),
    (["model.negative_slope=.inf"], "model.negative_slope: wants a finite number, got inf"),
    (["seed=-1"], "seed=-1: seed: wants int from 0 to 9223372036854775807, got -1"),
    (["seed=9223372036854775808"], "seed: wants int of at most 2**63 - 1, got 9223372036854775808"),
    (["model.features=-100000000000000000000000"], "model.features: wants int of at most 2**63 - 1, got -1000"),
    (["model.features=1000000000000"], "model 'lapsrn' (srkit.models) refuses: "),
    (
        ["train.device=meta"],
        "train.device=meta: train.device: wants auto, cpu, cuda, cuda:0, mps, ..., got 'meta'\n",
    ),
    (
        ["train.batch=4", "train.accumulate=3"],
        "train.accumulate=3: train.accumulate: wants a number that divides the batch of 4 into equal pieces, "
        "got 3\n",
    ),
    (
        ["train.select=mse"],
        "train.select=mse: train.select: wants one of the experiment's metrics (psnr, ssim) or last, got 'mse'\n",
    ),
    (
        ["loss=ms_ssim"],
        f"{TINY}:13: train.patch: wants crops of at least 176 pixels for this loss, got 32; take larger crops, or "
        "lower the loss's levels if it has them\n",
    ),
    (
        ["data.test={use: archive, path: /none.zip}"],
        "/none.zip: wants a zip or an uncompressed tar of images, found nothing of that name\n"
        "    data.test={use: archive, path: /none.zip}: data.test.path\n",
    ),
    (
        ["data.test={use: file_list, path: /none.txt}"],
        "    data.test={use: file_list, path: /none.txt}: data.test.path\n",
    ),
    (["start=~nobody-here/x.pth"], "start: wants a path, got '~nobody-here/x.pth'; there is no user of that name"),
    (["train.patch=31"], "train.patch=31: train.patch: wants a multiple of the scale 2, got 31\n"),
    (
        ["scale=3", "train.patch=33"],
        "model 'lapsrn' (srkit.models) refuses: a pyramid doubles the size at every level",
    ),
    (["model.upsampler.kernel=4"], "model.upsampler.kernel=4: model.upsampler.kernel: wants odd int of at least 1"),
    (["metrics=[psnr, psnr]"], "metrics: wants every metric once, got 'psnr' twice"),
    (["degradation=jpeg"], "degradation: no degradation called 'jpeg'"),
    (["train.optimizer.lr=-1"], "train.optimizer.lr=-1: train.optimizer.lr: wants float above 0, got -1"),
    (
        ["train.schedule.warmup=-1"],
        "=-1: train.schedule.warmup: wants int of at least 0, got -1",
    ),
    (["train.device=cuda:77"], "train.device=cuda:77: train.device: wants 'cuda:77', but torch finds none here"),
    (["train.device=gpu"], "train.device=gpu: train.device: wants auto, cpu, cuda, cuda:0, mps, ..., got 'gpu'"),
    (["start=none.safetensors"], "none.safetensors: wants a checkpoint (.safetensors), found nothing of that name"),
    (["data.test={use: samples, split: train}"], "data.test: wants images that are not trained on, found 'bowl'"),
    (
        ["data.test={use: patches, of: {use: samples, split: train}, count: 2}"],
        "data.test: wants images that are not trained on, found 'bowl-0' and 25 more in data.train too",
    ),
]


@pytest.mark.parametrize(
    ("words", "message"), CONFIG_ERRORS, ids=lambda value: value[0] if isinstance(value, list) else ""
)
def test_a_wrong_config_is_refused_before_anything_happens(srkit, tmp_path, words, message):
    output = tmp_path / "run"
    code, _, err = srkit("run", TINY, *words, "--output", output)
    assert code == 2
    assert message in err
    assert not output.exists()


def test_a_check_refuses_optimizers_without_waiting_for_the_compiler():
    code = (
        "import sys, torch; from srkit.cli.main import app; loaded = 'torch._dynamo' in sys.modules\n"
        f"app(['check', {str(TINY)!r}], standalone_mode=False)\n"
        "sys.exit('imported' if 'torch._dynamo' in sys.modules and not loaded else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_several_processes_that_torchrun_did_not_start_are_refused(srkit, tmp_path, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    for name in ("RANK", "MASTER_ADDR", "MASTER_PORT"):
        monkeypatch.delenv(name, raising=False)
    code, _, err = srkit("run", TINY, "--output", tmp_path / "run")
    assert code == 2
    assert err.startswith("WORLD_SIZE=2: wants RANK, MASTER_ADDR and MASTER_PORT too, as torchrun sets them; ")
    assert not (tmp_path / "run").exists()


def test_all_problems_come_at_once(srkit, tmp_path):
    (tmp_path / "bad.yaml").write_text(
        "scale: '4'\nmodel: {use: lapsrn, dept: 3}\ntrain: {steps: x}\nloss: charboner\n"
    )
    code, _, err = srkit("check", tmp_path / "bad.yaml")
    assert code == 2
    assert [line.partition(": ")[2] for line in err.splitlines()] == [
        "scale: wants int from 2 to 16, got '4'",
        "train.steps: wants int of at least 1, got 'x'",
        "model.dept: unknown option; did you mean 'depth'?",
        "loss: no loss called 'charboner'; did you mean 'charbonnier'?",
    ]
    assert [line.split(": ")[0].rsplit(":", 1)[1] for line in err.splitlines()] == ["1", "3", "2", "4"]


IMAGE_ERRORS = [
    ({}, r"wants images \(.*\), found none"),
    ({"a_png": b""}, r"a\.png: wants an image, found an empty file"),
    ({"a_png": b"not an image"}, r"a\.png: wants an image, found a file of another kind"),
    ({"a_png": PNG[:900]}, r"a\.png: wants a whole image, found one that is cut off after 900 bytes"),
    ({"a_png": cv2.imencode(".png", NOISE[:1, :1])[1].tobytes()}, r"at least 32 x 32 pixels, found a \(1 x 1\)"),
    (
        {"a_png": PNG, "b_png": cv2.imencode(".png", NOISE[:20])[1].tobytes()},
        r"found b \(64 x 20\); lower train.patch",
    ),
    ({"a_png": PNG[:16] + struct.pack(">II", 40000, 40000) + PNG[24:]}, "its header says 40000 x 40000"),
]


@pytest.mark.parametrize(("files", "message"), IMAGE_ERRORS, ids=[message for _, message in IMAGE_ERRORS])
def test_a_bad_image_is_named(srkit, tmp_path, files, message):
    folder = folder_of(tmp_path / "images", **files)
    code, _, err = srkit("run", TINY, training_on(folder), "--output", tmp_path / "run")
    assert code == 2
    assert re.search(message, err), err
    assert str(folder) in err or "train.patch" in err


SMALL_ERRORS = [
    ((1, 1), "scale: wants images of at least 2 x 2 pixels to shrink them by 2, found a (1 x 1)"),
    ((5, 4), "wants images that psnr can measure, found a (4 x 5): it wants an image larger than"),
    ((20, 12), "wants images that ssim can measure, found a (12 x 20): it wants images of at least"),
]


@pytest.mark.parametrize("use", ["validate", "test"])
@pytest.mark.parametrize(("size", "message"), SMALL_ERRORS, ids=[str(size) for size, _ in SMALL_ERRORS])
def test_images_too_small_to_measure_are_named_before_anything_is_trained(srkit, tmp_path, use, size, message):
    small = cv2.imencode(".png", NOISE[: size[0], : size[1]])[1].tobytes()
    folder = folder_of(tmp_path / "images", a_png=small, b_png=PNG)
    for command in (["check", TINY], ["run", TINY, "--output", tmp_path / "run"]):
        code, _, err = srkit(*command, f"data.{use}={{use: folder, path: {folder}}}")
        assert code == 2
        assert message in err
    assert not (tmp_path / "run").exists()


def test_images_smaller_than_a_crop_are_known_before_a_run_begins(srkit, tmp_path):
    folder = folder_of(tmp_path / "images", a_png=PNG)
    code, _, err = srkit("check", TINY, training_on(folder), "train.patch=66")
    assert (code, err) == (
        2,
        "train.patch: wants images of at least 66 x 66 pixels, found a (64 x 64); "
        "lower train.patch or leave them out\n",
    )


def test_an_image_that_stops_a_run_says_how_to_go_on(srkit, tiny_config, tmp_path):
    folder = folder_of(tmp_path / "images", a_png=PNG[:900])
    words = [f"data.test={{use: folder, path: {folder}}}", "--output", tmp_path / "run", "--quiet"]
    code, _, err = srkit("run", tiny_config, *words)
    assert code == 2
    assert f"stopped; put this right, then go on with: srkit run --resume {tmp_path}/run\n{folder}/a.png: " in err
    (folder / "a.png").write_bytes(PNG)
    trained = (tmp_path / "run" / "best.safetensors").read_bytes()
    assert srkit("run", "--resume", tmp_path / "run", "--quiet")[0] == 0
    assert (tmp_path / "run" / "best.safetensors").read_bytes() == trained


def test_a_missing_folder_and_pairs_that_do_not_match_are_named(srkit, tmp_path):
    words = training_on(tmp_path / "none")
    code, _, err = srkit("run", TINY, words, "--output", tmp_path / "run")
    assert (code, err) == (
        2,
        f"{tmp_path}/none: wants a folder of images, found nothing of that name\n    {words}: data.train.path\n",
    )
    high, low = folder_of(tmp_path / "hr", a_png=PNG), folder_of(tmp_path / "lr", b_png=PNG)
    words = f"data.train={{use: pairs, high: {high}, low: {low}}}"
    code, _, err = srkit("check", TINY, words)
    assert code == 2
    assert err.splitlines() == [
        f"{high}/a.png: has no partner in {low}",
        f"{low}/b.png: has no partner in {high}",
        f"    {words}: data.train.high",
        f"    {words}: data.train.low",
    ]


def test_a_run_folder_that_exists_is_left_alone(srkit, tmp_path):
    (tmp_path / "precious.txt").write_text("mine")
    code, _, err = srkit("run", TINY, "--output", tmp_path)
    assert code == 2
    assert err == (f"{tmp_path}: wants a new folder for the run, but it exists; give another --output\n")
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


def test_resume_wants_a_run_folder_and_nothing_else(srkit, tmp_path):
    code, _, err = srkit("run", "--resume", tmp_path / "none")
    assert (code, err) == (
        2,
        f"{tmp_path}/none: wants a run folder, as `srkit run` makes it; found nothing of that name\n",
    )
    code, _, err = srkit("run", TINY, "--resume", tmp_path)
    assert code == 2
    assert "takes its config from that folder; give it alone" in err
    assert srkit("run")[0] == 2


class Evil:
    def __reduce__(self):
        return print, ("code in a pickle was run",)


def test_a_malicious_checkpoint_is_refused_not_run(srkit, finished):
    (finished / "summary.json").unlink()
    torch.save({"state": Evil(), "progress": {}}, finished / "last.pt")
    code, out, err = srkit("run", "--resume", finished)
    assert code == 2
    assert "code in a pickle was run" not in out + err
    assert "found objects that would run code when read; refused" in err


def test_the_checkpoint_of_another_model_is_refused_with_a_diff(srkit, finished, tmp_path):
    start = f"start={finished}/best.safetensors"
    code, _, err = srkit("run", TINY, start, "model.features=4", "--output", tmp_path / "other")
    assert code == 2
    assert "best.safetensors: belongs to another model:" in err
    assert "embed.weight wants (4, 1, 3, 3), got (8, 1, 3, 3)" in err
    assert not (tmp_path / "other").exists()


def test_a_run_that_goes_on_does_not_want_the_weights_it_started_from(srkit, finished, tiny_config, tmp_path):
    start = (finished / "best.safetensors").rename(tmp_path / "start.safetensors")
    folder = tmp_path / "started"
    assert srkit("run", tiny_config, f"start={start}", "--output", folder, "--quiet")[0] == 0
    (folder / "summary.json").unlink()
    start.unlink()
    assert srkit("run", "--resume", folder, "--quiet")[0] == 0


def test_a_loss_that_is_no_number_is_explained(srkit, tiny_config, tmp_path):
    code, _, err = srkit("run", tiny_config, "train.optimizer.lr=1e30", "--output", tmp_path / "run")
    assert code == 2
    assert re.match(r"step \d: wants a finite loss, got (nan|inf) with lr 1e\+30 on crops of ", err)


FULL = OSError(28, "No space left on device")


def test_a_disk_that_is_full_while_the_log_is_written_stops_a_run_that_can_go_on(
    srkit, tiny_config, tmp_path, monkeypatch
):
    folder, append = tmp_path / "run", RunFolder.append

    def full(self, records):
        if records[0].event == "train" and records[0].step == 2:
            raise FULL
        append(self, records)

    monkeypatch.setattr(RunFolder, "append", full)
    code, _, err = srkit("run", tiny_config, "train.steps=4", "--output", folder, "--quiet")
    assert (code, err) == (
        2,
        f"stopped; put this right, then go on with: srkit run --resume {folder}\n"
        f"{folder}: cannot be read or written: No space left on device\n",
    )
    monkeypatch.setattr(RunFolder, "append", append)
    assert srkit("run", "--resume", folder, "--quiet")[0] == 0


def test_a_disk_that_is_full_while_the_report_is_written_loses_no_score(srkit, tiny_config, tmp_path, monkeypatch):
    def full(*_):
        raise FULL

    with monkeypatch.context() as patched:
        patched.setattr("srkit.report.write_report", full)
        code, out, err = srkit("run", tiny_config, "--output", tmp_path / "run", "--quiet")
    assert code == 2
    assert "PSNR" in out
    assert err == f"{tmp_path}/run: cannot be read or written: No space left on device\n"
    assert srkit("run", "--resume", tmp_path / "run", "--quiet")[0] == 0


@pytest.mark.parametrize("text", ["", "{", "{}", "[]", '{"scores": 3}'])
def test_a_damaged_summary_is_named_and_can_be_made_again(srkit, tmp_path, text):
    run = RunFolder.create(tmp_path / "run", TINY.read_text(), Environment())
    run.summary.write_text(text)
    code, _, err = srkit("run", "--resume", run.path)
    assert code == 2
    assert err.startswith(f"{run.summary}")
    assert err.endswith(f"; delete it, and score again by --resume {run.path}\n")


def test_plugins_that_clash_stop_every_command_but_one(srkit, install):
    for name in ("srkit-one", "srkit-two"):
        install(name, "@srkit.loss('mine')\ndef mine(): ...\n@srkit.hookimpl\ndef srkit_parts(): return [mine]")
    install("srkit-three", "import nothing_of_that_name")
    code, _, err = srkit("check", TINY)
    assert code == 2
    assert "loss 'mine' is offered by both srkit-one 1.0 and srkit-two 1.0" in err
    assert "plugin srkit-three 1.0 (srkit_three) does not load: ModuleNotFoundError" in err
    code, out, _ = srkit("plugins")
    assert code == 2
    assert "srkit-one 1.0 (srkit_one)\n    loss mine:\n" in out
    assert "does not load: ModuleNotFoundError: No module named 'nothing_of_that_name'" in out


def test_leaving_plugins_out_is_the_way_out(srkit, install, monkeypatch):
    install("srkit-broken", "1 / 0")
    assert srkit("check", TINY)[0] == 2
    monkeypatch.setenv("SRKIT_PLUGINS", "")
    assert srkit("check", TINY)[0] == 0


def test_a_study_is_no_config_of_a_run_and_the_other_way_round(srkit):
    study, config = CONFIGS / "ablations" / "tiny.yaml", TINY
    code, _, err = srkit("run", study)
    assert code == 2
    assert err.endswith(f": base: belongs to a study; srkit ablate {study} trains its arms\n")
    code, _, err = srkit("ablate", config, "--dry-run")
    assert code == 2
    assert f": model: belongs to a config of one run; srkit run {config} trains it, and a study names it as" in err
    assert len(err.splitlines()) == 1
