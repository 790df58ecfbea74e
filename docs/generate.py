"""Write the generated passages of the documentation and the schemas of configs; a test keeps them current."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from contextlib import suppress
from dataclasses import MISSING, fields, is_dataclass
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

from srkit.ablation.study import Study
from srkit.cli.main import app
from srkit.config.schema import json_schema
from srkit.errors import BuildError
from srkit.evaluation.networks import billions, facts_of
from srkit.experiment import Experiment
from srkit.network.needs import needs_of
from srkit.network.variant import SETS
from srkit.parts import KINDS
from srkit.parts.model import VARIANTS
from srkit.plugins import load_catalog
from srkit.plugins.describe import options

ROOT = Path(__file__).parent.parent
LANGUAGES = {".py": "python", ".toml": "toml", ".yaml": "yaml"}
GPU_RESULTS = "docs/gpu/results.json"
"""The results of `make gpu`, as docs/speed.md shows them."""
PASSAGE = re.compile(r"(<!-- begin: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)
SHAPE = re.compile(r"srkit(\.\w+)+\.[A-Z]\w+")


HELP = """
import sys
from srkit.cli.main import main
for name in sys.argv[1:]:
    sys.argv = ["srkit", *name.split(), "--help"]
    try:
        main()
    except SystemExit as end:
        if end.code:
            raise
    print(end="\\0")
"""
"""Prints the help of the commands that are its arguments, a zero byte after each."""


def parts() -> str:
    """Return the reference page of all built-in parts."""
    lines = [
        "# Parts",
        "",
        "Every built-in part with its options; `srkit parts` prints those of installed plugins too.",
        "This page is drawn from the code by `python docs/generate.py`.",
    ]
    for kind, shelf in load_catalog([]).items():
        if not shelf:
            continue
        wired = ", ".join(f"`{name}`" for name in shelf.kind.wired) or "nothing"
        lines += ["", f"## {kind}", "", f"Wired in: {wired}."]
        if shelf.kind.abilities:
            lines += ["", "| a part may say | if it does not | |", "|---|---|---|"]
        for one in shelf.kind.abilities:
            lines.append(f"| `{one.name}` | `{one.neutral}` | {one.meaning} |")
        for part in shelf.values():
            lines += ["", f"### {kind} `{part.name}`", "", part.summary]
            body = inspect.getdoc(part.factory).partition("\n")[2].partition("Args:")[0].strip()
            lines += ["", body] if body else []
            rows = options(part)
            if rows:
                lines += ["", "| option | wants | default | |", "|---|---|---|---|"]
            for row in rows:
                wants = row.wants.replace("|", "\\|")
                lines.append(f"| `{row.name}` | {wants} | `{row.default}` | {row.meaning} |")
    return "\n".join(lines) + "\n"


def commands() -> str:
    """Return the reference page of the command line, as ``--help`` prints it."""
    lines = [
        "# Commands",
        "",
        "As `srkit COMMAND --help` prints it.",
        "Exit codes: 0 done, 1 part of it failed, 2 something you can put right.",
    ]
    alone = [one.callback.__name__ for one in app.registered_commands if not one.hidden]
    groups = [group.typer_instance for group in app.registered_groups]
    grouped = [
        f"{group.info.name} {one.callback.__name__}" for group in groups for one in group.registered_commands
    ]
    names = [*alone, *grouped]
    environment = {"PATH": "", "COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1", "PYTHONPATH": str(ROOT)}
    words = [sys.executable, "-c", HELP, *names]
    said = subprocess.run(words, capture_output=True, text=True, env=environment, check=True).stdout
    for name, page in zip(names, said.split("\0"), strict=False):
        text = "\n".join(line.rstrip() for line in page.strip("\n").splitlines())
        lines += ["", f"## srkit {name}", "", "```text", text, "```"]
    return "\n".join(lines) + "\n"


def kinds() -> str:
    """Return a table of the kinds: what is wired in, and what calling the choice gives."""
    lines = ["| kind | wired in | what calling the choice gives |", "|---|---|---|"]
    for kind in KINDS:
        wired = f"`{', '.join(kind.wired)}`" if kind.wired else "-"
        lines.append(f"| [{kind.name}](#{kind.name}) | {wired} | {kind.gives} |")
    return "\n".join(lines) + "\n"


def networks() -> str:
    """Return the table of all networks, by variant and scale."""
    catalog = load_catalog([])
    lines = [
        f"| network | on | scale | parameters | multiply-adds | halo | {' | '.join(SETS)} | PSNR from |",
        f"|---|---|---|--:|--:|--:|{'--:|' * len(SETS)}---|",
    ]
    for part in catalog["model"].values():
        published = {scale for variant in VARIANTS.of(part.factory) for scale in variant.psnr}
        for one in facts_of(part, catalog, sorted({2, 3, 4, *published})):
            reach = one.needs.reach
            scores = one.psnr or (None,) * len(SETS)
            cells = [
                f"[{one.model}](reference/parts.md#model-{one.model}) {one.variant.name}".rstrip(),
                one.variant.color.value.upper(),
                f"x{one.scale}",
                f"{one.parameters:,}",
                billions(one.multiply_adds),
                "whole" if reach is None else str(reach),
                *("" if score is None else f"{score:.2f}" for score in scores),
                one.variant.source if one.psnr else "",
            ]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def upsamplers() -> str:
    """Return the table of all upsamplers: their parameters and halo for features, by scale."""
    catalog, scales = load_catalog([]), (2, 3, 4)
    titles = [f"{what}, x{scale}" for what in ("parameters", "halo") for scale in scales]
    lines = [f"| upsampler | what it is | {' | '.join(titles)} |", f"|---|---|{'--:|' * len(titles)}"]
    for part in catalog["upsampler"].values():
        built = {}
        for scale in scales:
            with suppress(BuildError):
                built[scale] = catalog.build("upsampler", part.name, 64, 64, scale)
        counts = [f"{sum(one.numel() for one in built[s].parameters()):,}" if s in built else "-" for s in scales]
        halos = [needs_of(built[s]).reach if s in built else "-" for s in scales]
        shown = ["whole" if halo is None else str(halo) for halo in halos]
        name = f"[{part.name}](reference/parts.md#upsampler-{part.name})"
        lines.append(f"| {' | '.join([name, part.summary, *counts, *shown])} |")
    return "\n".join(lines) + "\n"


def keys(name: str) -> str:
    """Return a table of the fields of a dataclass that is the shape of a file."""
    module, _, kind = name.rpartition(".")
    shape = getattr(import_module(module), kind)
    made = {one.name: one.default_factory() for one in fields(shape) if one.default_factory is not MISSING}
    lines = ["| key | wants | default | |", "|---|---|---|---|"]
    for row in options(SimpleNamespace(factory=shape)):
        default = row.default
        if row.name in made:
            default = "" if is_dataclass(made[row.name]) else repr(made[row.name])
        shown = f"`{default}`" if default not in ("", "required") else default
        lines.append(f"| `{row.name}` | {row.wants} | {shown} | {row.meaning} |")
    return "\n".join(lines) + "\n"


def on_a_gpu(file: Path) -> str:
    """Return the tables of the last `make gpu` whose results were committed."""
    if not file.exists():
        return "These figures have not been measured yet.\n"
    sys.path.append(str(ROOT))  # gpu is no part of the installed package
    from gpu.report import markdown

    return markdown(json.loads(file.read_text(encoding="utf-8")))


def scaling() -> str:
    """Return the tables of what several GPUs would need."""
    sys.path.append(str(ROOT / "docs"))
    from scaling import tables

    return tables()


TABLES = {"srkit.parts.KINDS": kinds, "networks": networks, "upsamplers": upsamplers, "scaling": scaling}
"""Passages that are tables of the catalog, by the name in their marker."""


def filled(text: str) -> str:
    """Put the files that a page names between its markers, and the keys of a file's shape."""

    def passage(found: re.Match[str]) -> str:
        if found[2] in TABLES:
            return f"{found[1]}{TABLES[found[2]]()}{found[3]}"
        if SHAPE.fullmatch(found[2]):
            return f"{found[1]}{keys(found[2])}{found[3]}"
        file = ROOT / found[2]
        if found[2] == GPU_RESULTS:
            return f"{found[1]}{on_a_gpu(file)}{found[3]}"
        return f"{found[1]}```{LANGUAGES[file.suffix]}\n{file.read_text(encoding='utf-8')}```\n{found[3]}"

    return PASSAGE.sub(passage, text)


def pages() -> dict[Path, str]:
    """Return every generated page with what should stand in it."""
    docs = ROOT / "docs"
    found = {docs / "reference" / "parts.md": parts(), docs / "reference" / "commands.md": commands()}
    for name, shape in (("srkit", Experiment), ("study", Study)):
        written = json.dumps(json_schema(shape, load_catalog([])), indent=2, ensure_ascii=False)
        found[ROOT / "configs" / f"{name}.schema.json"] = f"{written}\n"
    for page in docs.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        if PASSAGE.search(text):
            found[page] = filled(text)
    return found


if __name__ == "__main__":
    for path, text in pages().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
