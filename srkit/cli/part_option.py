"""A part on the command line: a name, or a mapping as in YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from srkit.parts.degradation import DegradationFn
    from srkit.plugins import Catalog


def read_part_option(text: str, where: str) -> tuple[str, dict[str, Any]]:
    """Return the name and the options in ``text``.

    Raises:
        ConfigError: It is neither a name nor a mapping with ``use``.
    """
    import yaml
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    from srkit.errors import ConfigError, Problem

    try:  # parsed like an override of a config, so that both accept the same numbers
        given = cast("dict[str, Any]", OmegaConf.to_container(OmegaConf.from_dotlist([f"part={text}"])))
        tree = given["part"]
    except (yaml.YAMLError, OmegaConfBaseException):
        tree = None
    if isinstance(tree, str):
        tree = {"use": tree}
    if not isinstance(tree, dict) or not isinstance(tree.get("use"), str):
        what = f"wants a name or a mapping such as '{{use: NAME, option: 3}}', got {text!r}"
        raise ConfigError([Problem(where, "", what)])
    return tree.pop("use"), tree


def build_degradation(text: str, scale: int, catalog: Catalog) -> DegradationFn:
    """Build the degradation that ``text`` names after ``--degradation``, or that of a file.

    Raises:
        ConfigError: It names none, or the file has problems.
    """
    from srkit.cli.degradation_option import is_file, read_degradation

    if is_file(text):
        return read_degradation(text, scale, catalog)[0]
    use, options = read_part_option(text, "--degradation")
    made: DegradationFn = catalog.build("degradation", use, scale, **options)
    return made
