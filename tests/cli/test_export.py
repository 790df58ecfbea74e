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


WANTS = "wants the name of a file that one exporter writes (.onnx by onnx"


def test_a_file_that_no_exporter_writes_is_refused_at_once(srkit, tmp_path, monkeypatch):
    monkeypatch.setenv("SRKIT_PLUGINS", "")
    code, _, err = srkit("export", "nothing", "-o", tmp_path / "m.pt")
    assert (code, err) == (2, f"{tmp_path / 'm.pt'}: {WANTS}), found another\n")
    code, _, err = srkit("export", "nothing", "-o", tmp_path / "m.pt", "--format", "onnx")
    assert (code, err) == (2, f"{tmp_path / 'm.pt'}: wants the name of a .onnx file for onnx\n")
    code, _, err = srkit("export", "nothing", "-o", tmp_path / "m.onnx", "--format", "onyx")
    assert (code, err) == (2, "no exporter called 'onyx'; did you mean 'onnx'?\n")


def test_of_two_exporters_one_must_be_named(srkit, tmp_path, install, monkeypatch):
    install(
        "srkit-other",
        "class Other:\n"
        "    'Writes a name.'\n"
        "    suffixes = ('.onnx', '.txt')\n"
        "    def __call__(self, network, target):\n"
        "        target.write_text(network.name)\n"
        "        return 'a reader', 0.0\n"
        "srkit.exporter('other')(Other)\n"
        "srkit_parts = srkit.hookimpl(lambda: [Other], specname='srkit_parts')\n",
    )
    monkeypatch.setenv("SRKIT_PLUGINS", "srkit-other")
    code, _, err = srkit("export", "bicubic", "--scale", 2, "-o", tmp_path / "m.onnx")
    said = f"{WANTS}, .onnx or .txt by other), found one that onnx and other write; say which (--format)"
    assert (code, err) == (2, f"{tmp_path / 'm.onnx'}: {said}\n")
    code, out, _ = srkit("export", "bicubic", "--scale", 2, "-o", tmp_path / "m.onnx", "--format", "other")
    assert (code, out.splitlines()[1]) == (0, "a reader differs from PyTorch by at most 0.0e+00")
    assert (tmp_path / "m.onnx").read_text() == "bicubic"
    assert srkit("export", "bicubic", "--scale", 2, "-o", tmp_path / "m.txt")[0] == 0
