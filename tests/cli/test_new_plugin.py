"""`srkit new plugin` writes plugins that pass their own tests as written, one for each kind."""

import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import invalidate_caches
from pathlib import Path

import pytest

import srkit as package
from srkit.parts import KINDS
from srkit.plugins import load_catalog

STARTERS = Path(package.__file__).parent / "cli" / "starters"


@pytest.fixture
def installed(monkeypatch):
    """Return a function that installs a folder of one module and a pyproject for the length of a test."""

    def installed(folder):
        project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        ((entry, module),) = project["entry-points"]["srkit"].items()
        info = folder / f"{module}-{project['version']}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: 0.1\n")
        (info / "entry_points.txt").write_text(f"[srkit]\n{entry} = {module}\n")
        monkeypatch.syspath_prepend(folder)
        monkeypatch.setenv("SRKIT_PLUGINS", project["name"])
        invalidate_caches()
        return project

    yield installed
    for name in [name for name in sys.modules if name.startswith("srkit_tried")]:
        del sys.modules[name]
    invalidate_caches()


def run_tests(file):
    """Run the test functions of a file."""
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    tests = [one for name, one in vars(module).items() if name.startswith("test_")]
    assert tests
    for test in tests:
        test()


def test_every_kind_has_a_starter():
    assert sorted(file.stem for file in STARTERS.glob("[!_]*.py")) == sorted(kind.name for kind in KINDS)


SLOW = ("model", "optimizer", "launcher", "method", "discriminator", "upsampler")
"""Kinds whose contract takes longer than that of the others."""


@pytest.mark.parametrize(
    "kind", [pytest.param(kind.name, marks=[pytest.mark.slow] * (kind.name in SLOW)) for kind in KINDS]
)
def test_a_plugin_passes_its_own_test(kind, srkit, installed, tmp_path):
    code, out, err = srkit("new", "plugin", f"tried_{kind}", "--kind", kind, "--into", tmp_path)
    folder = tmp_path / f"srkit-tried-{kind.replace('_', '-')}"
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == f"{folder}: a plugin with the {kind} tried_{kind}; install and test it by"
    files = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    module = f"srkit_tried_{kind}.py"
    assert files == {module, "pyproject.toml", "README.md", f"tests/test_tried_{kind}.py"}
    assert "tarter" not in "".join((folder / file).read_text(encoding="utf-8") for file in files)
    project = installed(folder)
    assert project["dependencies"] == [f"srkit>={package.__version__}"]
    run_tests(folder / "tests" / f"test_tried_{kind}.py")
    part = load_catalog()[kind][f"tried_{kind}"]
    assert part.origin == f"{project['name']} 0.1"
    assert part.summary == project["description"]


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        ("mine", "modell", "--kind modell: wants a kind of srkit; did you mean 'model'?"),
        *(
            (
                name,
                "model",
                f"{name!r}: wants a name of lower-case letters, digits and _, a letter first, that is no ",
            )
            for name in ("My", "my-net", "2x", "on", "class", "a/b", "../x")
        ),
        ("lapsrn", "model", "lapsrn: wants the name of a new model, found one of srkit.models; give another name"),
        ("cli_of_nobody", "model", None),
        ("tensor", "loss", "tensor: wants a name that the code around the part does not use; give another name"),
        (
            "torch",
            "optimizer",
            "torch: wants a name that the code around the part does not use; give another name",
        ),
    ],
)
def test_names_that_would_not_do_are_refused(name, kind, message, srkit, tmp_path, monkeypatch):
    monkeypatch.setenv("SRKIT_PLUGINS", "")
    code, _, err = srkit("new", "plugin", name, "--kind", kind, "--into", tmp_path)
    if message is None:
        assert code == 0
        return
    assert code == 2
    assert err.startswith(message)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(srkit, tmp_path, monkeypatch):
    (tmp_path / "srkit-mine").mkdir()
    code, _, err = srkit("new", "plugin", "mine", "--kind", "loss", "--into", tmp_path)
    said = "exists already; give another name, or another folder (--into)"
    assert (code, err) == (2, f"{tmp_path / 'srkit-mine'}: {said}\n")
    assert list((tmp_path / "srkit-mine").iterdir()) == []
    (tmp_path / "srkit_other.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    code, _, err = srkit("new", "plugin", "other", "--kind", "loss", "--into", tmp_path)
    assert (code, err) == (2, "other: wants a new module srkit_other, found an installed one; give another name\n")
    (tmp_path / "file").touch()
    code, _, err = srkit("new", "plugin", "third", "--kind", "loss", "--into", tmp_path / "file")
    assert (code, err) == (2, f"{tmp_path / 'file' / 'srkit-third'}: cannot be written: Not a directory\n")


@pytest.mark.slow
def test_pip_installs_a_plugin(srkit, tmp_path):
    srkit("new", "plugin", "tried", "--kind", "loss", "--into", tmp_path)
    folder, site = tmp_path / "srkit-tried", tmp_path / "site"
    words = ("install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--target", site, folder)
    subprocess.run([sys.executable, "-m", "pip", *map(str, words)], check=True)
    shutil.rmtree(folder / "build", ignore_errors=True)
    code = (
        f"import sys; sys.path.insert(0, {str(site)!r})\n"
        "from srkit.plugins import load_catalog\n"
        "from srkit.testing import check_part\n"
        "part = load_catalog()['loss']['tried']\n"
        "check_part(part)\n"
        "print(part.origin)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (0, "srkit-tried 0.1\n"), ended.stderr


def test_a_plugin_that_is_not_installed_says_how_to_install_it(srkit, tmp_path):
    assert srkit("new", "plugin", "tried_alone", "--kind", "loss", "--into", tmp_path)[0] == 0
    message = "srkit does not find the plugin; install it first, in its folder: pip install -e ."
    with pytest.raises(AssertionError, match=re.escape(message)):
        run_tests(tmp_path / "srkit-tried-alone" / "tests" / "test_tried_alone.py")
