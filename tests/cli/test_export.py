import pytest

pytest.importorskip("onnxruntime")


def test_a_model_is_written_once(srkit, tmp_path):
    file = tmp_path / "m.onnx"
    code, out, err = srkit("export", "bicubic", "--scale", 2, "-o", file)
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == f"{file}: bicubic, x2, (N,3,H,W) to (N,3,2H,2W)"
    assert out.splitlines()[1].startswith("onnxruntime differs from PyTorch by at most ")
    before = file.stat().st_mtime_ns
    code, _, err = srkit("export", "bicubic", "--scale", 2, "-o", file)
    assert (code, err) == (2, f"{file}: exists already; give another name or --overwrite\n")
    assert file.stat().st_mtime_ns == before
    assert srkit("export", "bicubic", "--scale", 2, "-o", file, "--overwrite")[0] == 0


def test_another_kind_of_file_is_refused_at_once(srkit, tmp_path):
    code, _, err = srkit("export", "nothing", "-o", tmp_path / "m.pt")
    assert (code, err) == (2, f"{tmp_path / 'm.pt'}: wants the name of a .onnx file\n")
