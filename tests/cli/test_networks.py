def test_a_network_is_listed_by_variant_and_scale(srkit, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    code, out, _ = srkit("networks", "imdn", "srcnn", "vdsr", "--scale", 2)
    assert code == 0
    assert [line.rstrip() for line in out.splitlines()] == [
        "network      on    parameters mult-adds  halo  Set5 Set14  B100  U100",
        "imdn        RGB x2    694,404   158.8 G whole 38.00 33.63 32.19 32.17",
        "srcnn 9-5-5   Y x2     57,281    52.8 G     6 36.66 32.45 31.36 29.50",
        "srcnn 9-1-5   Y x2      8,129     7.5 G     5",
        "vdsr          Y x2    665,921   612.6 G    12 37.53 33.03 31.90 30.76",
        "Set5 to U100: published PSNR of luma in dB, LR by bicubic. mult-adds: for an HR",
        "image of 1280x720.",
        "halo: LR pixels around a tile that make it exact; whole: the network is given",
        "whole images.",
    ]


def test_a_model_that_does_not_exist_and_a_scale_that_none_takes(srkit):
    code, _, error = srkit("networks", "edrs")
    assert (code, error) == (2, "no model called 'edrs'; did you mean 'edsr'?\n")
    code, out, _ = srkit("networks", "lapsrn", "--scale", 3)
    assert code == 0
    assert "lapsrn: model 'lapsrn' (srkit.models) refuses: a pyramid doubles the size at every level" in out
