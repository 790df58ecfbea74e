"""The modules that offer the built-in parts, one a kind. Each is a plugin like any other, and imports torch."""

from srkit.parts import KINDS

BUILT_IN = tuple(kind.room for kind in KINDS)
