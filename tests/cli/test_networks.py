def test_a_network_is_listed_by_variant_and_scale(srkit, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    code, out, _ = srkit("networks", "imdn", "srcnn", "vdsr", "--scale", 2)
    assert code == 0
    assert out.splitlines() == [
        "network      on    parameters mult-adds  halo  Set5 Set14  B100  U100",
        "imdn        RGB x2    694,404   158.8 G whole 38.00 33.63 32.19 32.17",
        "srcnn 9-5-5   Y x2     57,281    52.8 G     6 36.66 32.45 31.36 29.50",
        "srcnn 9-1-5   Y x2      8,129     7.5 G     5",
        "vdsr          Y x2    665,921   612.6 G    12 37.53 33.03 31.90 30.76",
        "Set5, Set14, BSD100, Urban100: published PSNR of luma in dB, LR by bicubic.",
        "mult-adds: for an HR image of 1280x720.",
        "halo: LR pixels around a tile that make it exact; whole: the network is given",
        "whole images.",
    ]


def test_a_model_that_does_not_exist_and_a_scale_that_none_takes(srkit):
    code, _, error = srkit("networks", "edrs")
    assert (code, error) == (2, "no model called 'edrs'; did you mean 'edsr'?\n")
    assert srkit("networks", "lapsrn", "--scale", 3) == (
        2,
        "",
        "lapsrn: cannot be listed: model 'lapsrn' (srkit.models) refuses: a pyramid doubles the size at every "
        "level, so scale must be a power of two, such as 2 or 4, got 3\n",
    )


def test_a_narrow_terminal_shows_fewer_scores(srkit, monkeypatch):
    monkeypatch.setenv("COLUMNS", "56")
    lines = srkit("networks", "vdsr", "--scale", 2)[1].splitlines()
    assert lines[:2] == [
        "network on    parameters mult-adds halo  Set5 Set14",
        "vdsr     Y x2    665,921   612.6 G   12 37.53 33.03",
    ]
    assert lines[-1] == "A terminal of 63 columns shows BSD100, Urban100 too."


def test_of_all_networks_those_that_need_options_are_named_in_one_line(srkit, install):
    install(
        "srkit-x",
        "from torch import nn\n@srkit.model('x')\nclass X(nn.Module):\n"
        "    def __init__(self, scale: int, channels: int, *, width: int) -> None: ...\n"
        "@srkit.hookimpl\ndef srkit_parts(): return [X]",
    )
    code, out, _ = srkit("networks", "srcnn", "x", "--scale", 2)
    assert code == 0
    assert out.splitlines()[-1].startswith("x: cannot be listed: ")
