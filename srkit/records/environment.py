"""``environment.json``: versions and machine of a run, and its command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from srkit.records.fields import ObjectFile


@dataclass(frozen=True)
class Environment(ObjectFile):
    """Versions, machine, seed and command of a run.

    Args:
        srkit: Version.
        plugins: The version of every plugin, by the plugin's name.
        torch: Version.
        numpy: Version.
        python: Version.
        platform: The operating system and its version.
        cpu: The processor's name.
        cores: How many cores the machine has.
        threads: How many of them torch computes with.
        device: ``cpu``, or the name of the GPU.
        seed: The experiment's seed.
        command: The command line, word by word.
        started: Date and time in UTC, as ISO 8601 writes it.
    """

    srkit: str = ""
    plugins: Mapping[str, str] = field(default_factory=dict)
    torch: str = ""
    numpy: str = ""
    python: str = ""
    platform: str = ""
    cpu: str = ""
    cores: int | None = None
    threads: int | None = None
    device: str = ""
    seed: int | None = None
    command: tuple[str, ...] = ()
    started: str = ""
