"""The actor that runs one task on a node of the cluster.

This module travels to the nodes as it is, so it imports nothing but Ray, Python's own library and what travels with
it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import ray

from srkit_ray.folder import Files, changes, listing, put
from srkit_ray.manifest import differences

PREFIX = "srkit-ray-"
"""The beginning of the names of the folders in which tasks run; the worker's process follows."""

LAST_WORDS = 5.0
"""Seconds for a task to end by itself once its standard input is closed."""


def compare(source: str, wanted: Mapping[str, str], plugins: Sequence[str]) -> list[str]:
    """Return how this node's packages differ from those that are wanted.

    Args:
        source: The text of ``srkit_ray.manifest``; it is run as a process, which finds what a task would find.
        wanted: The manifest of the machine that started the study.
        plugins: The names of its plugins.
    """
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        ran = subprocess.run(
            [sys.executable, "-P", "-c", source, json.dumps(list(plugins))],
            capture_output=True,
            text=True,
            cwd=folder,
            check=False,
        )
    if ran.returncode:
        return [f"{sys.executable}: cannot tell its packages: {ran.stderr.strip().rpartition(chr(10))[2]}"]
    return differences(wanted, json.loads(ran.stdout))


class Worker:
    """Runs one task on a copy of its folder, and gives what it has written whenever it is asked.

    If this process is killed, the standard input of the task is closed, and the task ends by itself.
    """

    def begin(
        self,
        arguments: Sequence[str],
        files: Files,
        output: str,
        variables: Mapping[str, str],
        packages: tuple[str, Mapping[str, str], Sequence[str]],
    ) -> tuple[str, list[str]]:
        """Start ``python *arguments FOLDER``, unless the packages here differ from those that are wanted.

        Args:
            arguments: The arguments of Python.
            files: The folder's files.
            output: The path in the folder of the file for what the task prints.
            variables: Environment variables that it gets in addition.
            packages: What ``compare`` takes.

        Returns:
            The id of this node, and the differences.
        """
        node = str(ray.get_runtime_context().get_node_id())
        if found := compare(*packages):
            return node, found
        _sweep()
        self.folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
        put(self.folder, files)
        self.known = listing(self.folder)
        with open(self.folder / output, "ab") as printed:
            self.process = subprocess.Popen(
                (sys.executable, *arguments, str(self.folder)),
                stdin=subprocess.PIPE,  # open as long as this process lives
                stdout=printed,
                stderr=subprocess.STDOUT,
                env=os.environ | dict(variables),
                cwd=self.folder,
                start_new_session=True,
            )
        return node, []

    def poll(self) -> tuple[int | None, Files]:
        """Return the exit status, None while the task runs, and the files that have changed since the last call."""
        code = self.process.poll()  # before the files are read, which are then its last ones
        files, self.known = changes(self.folder, self.known)
        return code, files

    def end(self) -> None:
        """Stop the task if it runs, and remove its folder here."""
        if process := getattr(self, "process", None):
            process.stdin.close()
            try:
                process.wait(LAST_WORDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            shutil.rmtree(self.folder, ignore_errors=True)


def _sweep() -> None:
    """Remove the folders of workers that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}[0-9]*-*"):
        process = folder.name.removeprefix(PREFIX).partition("-")[0]
        try:
            os.kill(int(process), 0)
        except ProcessLookupError:
            shutil.rmtree(folder, ignore_errors=True)
        except (PermissionError, ValueError):
            continue
