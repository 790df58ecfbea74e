"""The types of parameters, read one by one from a signature whose other annotations may be unreadable."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from dataclasses import is_dataclass
from typing import Any, get_type_hints

from srkit.errors import PartError


def options_of(schema: Callable[..., Any]) -> list[inspect.Parameter]:
    """Return the options of a part or a section: what stands after the ``*`` of its signature."""
    return [one for one in inspect.signature(schema).parameters.values() if one.kind is one.KEYWORD_ONLY]


def type_of(schema: Callable[..., Any], parameter: inspect.Parameter) -> Any:
    """Return the type of one option; annotations of wired-in parameters are not read, and may be in quotes.

    Raises:
        PartError: The option has no type, or one that cannot be read.
    """
    if parameter.annotation is parameter.empty:
        raise PartError(f"{parameter.name}: wants a type, such as {parameter.name}: int, got none")
    try:
        if is_dataclass(schema):  # its fields may be inherited from a class in another file
            return get_type_hints(schema, include_extras=True)[parameter.name]
        made = inspect.unwrap(schema.__init__ if inspect.isclass(schema) else schema)
        alone = types.SimpleNamespace(__annotations__={parameter.name: parameter.annotation})
        names = getattr(made, "__globals__", {})
        return get_type_hints(alone, globalns=names, include_extras=True)[parameter.name]
    except Exception as error:  # an annotation is code of a plugin and may raise anything
        hint = "; import it for real, not under TYPE_CHECKING" if isinstance(error, NameError) else ""
        raise PartError(
            f"{parameter.name}: wants a type that can be read, got {parameter.annotation!r} "
            f"({type(error).__name__}: {error}){hint}"
        ) from None
