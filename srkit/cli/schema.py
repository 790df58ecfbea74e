"""``srkit schema``: the schema by which an editor completes and checks configs."""

from __future__ import annotations

import json
from typing import Annotated

import typer


def schema(
    study: Annotated[bool, typer.Option("--study", help="Print the schema of study files instead.")] = False,
) -> None:
    """Print a JSON schema of configs, with the parts of installed plugins.

    An editor with a YAML language server takes it from a config's first line:

    # yaml-language-server: $schema=srkit.schema.json
    """
    from srkit.ablation.study import Study
    from srkit.config.schema import json_schema
    from srkit.experiment import Experiment
    from srkit.plugins import load_catalog

    written = json_schema(Study if study else Experiment, load_catalog())
    typer.echo(json.dumps(written, indent=2, ensure_ascii=False))
