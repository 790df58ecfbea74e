"""The names that are read from source text are the names that loading gives."""

import ast
import subprocess
import sys

from srkit.plugins import load_catalog
from srkit.plugins.names import marks, part_names


def test_names_agree_with_the_catalog():
    catalog = load_catalog()
    assert part_names() == {kind: sorted(shelf) for kind, shelf in catalog.items()}


def test_a_plugin_is_read_without_being_imported(install):
    point = install("srkit-x", "@srkit.loss('mine')\ndef mine(): ...\nraise SystemExit('imported')")
    assert "mine" in part_names([point])["loss"]


def test_a_plugin_that_is_no_python_has_no_names(install):
    point = install("srkit-x", "@srkit.loss('mine')\ndef mine(: ...")
    assert "mine" not in part_names([point])["loss"]


def test_marks():
    code = "@srkit.loss('a')\nclass A: ...\n@metric('b')\ndef b(): ...\n@other('c')\n@srkit.loss(d)\ndef c(): ..."
    assert list(marks(ast.parse(code))) == [("loss", "a"), ("metric", "b")]


def test_torch_is_not_imported_for_help_and_names():
    code = (
        "import sys, srkit, srkit.cli.main\n"
        "from srkit.plugins.names import part_names\n"
        "part_names()\n"
        "heavy = {'torch', 'cv2', 'matplotlib', 'numpy', 'jinja2'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
