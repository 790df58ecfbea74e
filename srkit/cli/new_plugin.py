"""A plugin to start from: a part of ``srkit/cli/starters`` under another name, and the files around it."""

from __future__ import annotations

import re
from importlib.resources import files
from importlib.util import find_spec
from keyword import iskeyword
from pathlib import Path

from srkit import __version__
from srkit.errors import PartError, did_you_mean
from srkit.parts import KINDS
from srkit.plugins import Catalog
from srkit.registry import NOT_NAMES, Kind

NAME = re.compile(r"[a-z][a-z0-9_]*")
STARTER = "starter"
"""The name of the parts that are copied; their classes have it with a capital letter."""

PYPROJECT = """\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "{package}"
version = "0.1"
description = "{summary}"
readme = "README.md"
requires-python = ">=3.11"
dependencies = ["srkit>={version}"]

[project.entry-points.srkit]
{name} = "{module}"

[tool.setuptools]
py-modules = ["{module}"]
"""

TEST = """\
\"\"\"The part keeps the contract of its kind.\"\"\"

from srkit.plugins import load_catalog
from srkit.testing import check_part


def test_it_keeps_the_contract_of_its_kind():
    parts = load_catalog()["{kind}"]
    assert "{name}" in parts, "srkit does not find the plugin; install it first, in its folder: pip install -e ."
    check_part(parts["{name}"])
"""

README = """\
# {package}

{summary} It is the {kind} `{name}` of srkit.

    pip install -e {package}
    srkit parts {kind}
    pytest {package}

* `{module}.py` holds the part. The parameters before the `*` are wired in, those after it are its options, and the
  first line of its docstring stands in every listing.
* `tests/test_{name}.py` runs the contract that every {kind} keeps. srkit's page "Add a part" has it in words.
* `pyproject.toml` tells srkit which module to ask for parts. srkit's page "Write a plugin" says what it may offer.
"""


def write_plugin(name: str, kind: str, into: Path, catalog: Catalog) -> Path:
    """Write the folder ``srkit-NAME`` into ``into``, and return it.

    Args:
        name: The name of the part: lower-case letters, digits and _.
        kind: The name of its kind.
        into: An existing folder.
        catalog: All parts that there are, since a part needs a name of its own.

    Raises:
        PartError: There is no such kind, the name is no name or is taken, or there is such a folder already.
    """
    chosen = next((one for one in KINDS if one.name == kind), None)
    if chosen is None:
        raise PartError(f"--kind {kind}: wants a kind of srkit{did_you_mean(kind, [one.name for one in KINDS])}")
    package, module = f"srkit-{name.replace('_', '-')}", f"srkit_{name}"
    _refuse_name(name, chosen, module, catalog)
    folder = into / package
    if folder.exists():
        raise PartError(f"{folder}: exists already; give another name, or another folder (--into)")
    source = _renamed(files("srkit.cli.starters").joinpath(f"{kind}.py").read_text(encoding="utf-8"), name)
    said = {
        "name": name,
        "kind": kind,
        "package": package,
        "module": module,
        "summary": _summary(source),
        "version": __version__,
    }
    try:
        (folder / "tests").mkdir(parents=True)
        for file, text in (
            (f"{module}.py", source),
            ("pyproject.toml", PYPROJECT.format(**said)),
            ("README.md", README.format(**said)),
            (f"tests/test_{name}.py", TEST.format(**said)),
        ):
            (folder / file).write_text(text, encoding="utf-8")
    except OSError as error:
        raise PartError(f"{folder}: cannot be written: {error.strerror or error}") from None
    return folder


def _refuse_name(name: str, kind: Kind, module: str, catalog: Catalog) -> None:
    if not NAME.fullmatch(name) or name in NOT_NAMES or iskeyword(name):
        raise PartError(
            f"{name!r}: wants a name of lower-case letters, digits and _, a letter first, that is no word of "
            f"Python or YAML, as in srkit new plugin my_{kind.name} --kind {kind.name}"
        )
    if taken := catalog[kind.name].get(name) if name in catalog[kind.name] else None:
        raise PartError(
            f"{name}: wants the name of a new {kind.name}, found one of {taken.origin}; give another name"
        )
    if find_spec(module) is not None:
        raise PartError(f"{name}: wants a new module {module}, found an installed one; give another name")


def _renamed(source: str, name: str) -> str:
    """Return the source of a starter with another name for its part, and for its class or function.

    Raises:
        PartError: The source uses the name itself, as that of something that it imports.
    """
    camel = "".join(word.capitalize() for word in name.split("_") if word)
    used = set(re.findall(r"\w+", source)) - {STARTER, STARTER.capitalize()}
    if (camel if f"class {STARTER.capitalize()}" in source else name) in used:
        raise PartError(f"{name}: wants a name that the code around the part does not use; give another name")
    source = re.sub(rf"\b{STARTER}\b", name, source)
    return re.sub(rf"\b{STARTER.capitalize()}\b", camel, source)


def _summary(source: str) -> str:
    """Return the first line of the docstring of the part."""
    after = source[source.index("@srkit.") :]
    found = re.search(r'"""(.+?)(?:"""|\n)', after)
    assert found is not None
    return found[1]
