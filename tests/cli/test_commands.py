from pathlib import Path

TINY = Path(__file__).parents[2] / "configs" / "tiny.yaml"


def test_help_and_version(srkit):
    code, out, _ = srkit("--help")
    assert code == 0
    for command in ("run", "check", "explain", "parts", "plugins", "report"):
        assert command in out
    assert srkit("--version")[1] == "srkit 0.1.0\n"


def test_check_says_what_it_found(srkit):
    code, out, _ = srkit("check", TINY)
    assert code == 0
    assert out == ("tiny: right. x2 Y, 3,073 parameters; 13 images to train on, 3 to validate, 5 to test\n")


def test_check_notes_a_warmup_that_never_ends(srkit):
    code, out, _ = srkit("check", TINY, "train.schedule={use: cosine, warmup: 6}")
    assert (code, out.splitlines()[1]) == (
        0,
        "note: train.schedule={use: cosine, warmup: 6}: train.schedule.warmup: 6 steps are not fewer than the 6 of "
        "the training, which never reaches its full learning rate; lower the warmup, or train longer",
    )
    assert len(srkit("check", TINY, "train.schedule={use: cosine, warmup: 5}")[1].splitlines()) == 1


def test_explain_names_the_place_of_every_value(srkit):
    code, out, _ = srkit("explain", TINY, "train.batch=4")
    assert code == 0
    lines = dict(line.split(" = ", 1) for line in out.splitlines())
    assert lines["train.batch"].split() == ["4", "train.batch=4"]
    assert lines["scale"].split() == ["2", f"{TINY}:3"]
    assert lines["model.negative_slope"].split() == ["0.2", "default"]


def test_parts_are_listed_with_what_they_are(srkit):
    code, out, _ = srkit("parts", "upsampler")
    assert code == 0
    for name in ("bicubic", "resize_conv", "subpixel", "transposed_conv"):
        assert name in out
    assert "init=icnr" in out
    assert srkit("parts", "--names")[1].splitlines()[0].startswith("model: bicubic, bsrn, carn, ")
    charbonnier = " ".join(srkit("parts", "loss")[1].split())
    assert "epsilon=0.001 (float above 0): Size of the difference, in units of [0,1], at which" in charbonnier
    assert "srkit[optimizers]" in " ".join(srkit("parts", "optimizer")[1].split())
    code, _, err = srkit("parts", "upsampeler")
    assert (code, err) == (2, "no kind called 'upsampeler'; did you mean 'upsampler'?\n")


def test_plugins_are_listed(srkit, install):
    install(
        "srkit-x",
        '@srkit.loss("x")\ndef x():\n    """What it is."""\n@srkit.hookimpl\ndef srkit_parts(): return [x]',
    )
    out = srkit("plugins")[1]
    assert "srkit-x 1.0 (srkit_x)\n    loss x: What it is.\n" in out


def test_report_wants_a_finished_run(srkit, tmp_path):
    code, _, err = srkit("report", tmp_path)
    assert (code, err) == (
        2,
        f"{tmp_path}: wants a run folder, as `srkit run` makes it, or a study's; found none of its files\n",
    )
