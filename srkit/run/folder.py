"""A run folder that is being written: claimed by one process, its log appended to and rewound."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from srkit.atomic import write_text
from srkit.errors import RunError
from srkit.lock import alone
from srkit.records.environment import Environment
from srkit.records.folders import LOCK, RunFiles
from srkit.records.log import Record, whole_records


@dataclass(frozen=True)
class RunFolder(RunFiles):
    """The folder of one run, with the operations of its writer."""

    @classmethod
    def create(cls, path: Path, config: str, environment: Environment) -> RunFolder:
        """Claim ``path`` for a new run, and write its config and its environment.

        Raises:
            RunError: The folder exists already; nothing in it is changed.
        """
        cls._refuse_taken(path)
        try:
            path.mkdir(parents=True, exist_ok=True)
            with _alone(path):
                cls._refuse_taken(path)  # another process may have been faster
                folder = cls(path)
                write_text(folder.config, config)
                environment.write(folder.environment)
        except OSError as error:
            raise RunError(f"{path}: cannot hold a run: {error.strerror}; give another --output") from None
        return folder

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """Open the folder of an existing run.

        Raises:
            RunError: There is no run folder of that name.
        """
        folder = cls(path)
        if not folder.config.is_file():
            found = "a folder without config.yaml" if path.is_dir() else "nothing of that name"
            raise RunError(f"{path}: wants a run folder, as `srkit run` makes it; found {found}")
        return folder

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Lock the run against other processes, and remove temporary files of a killed one.

        Raises:
            RunError: Another process holds it, or the folder cannot be written; nothing is changed.
        """
        with ExitStack() as stack:
            try:
                stack.enter_context(_alone(self.path))
            except OSError as error:
                raise RunError(f"{self.path}: cannot hold a run: {error.strerror}") from None
            self.sweep()
            yield

    def sweep(self) -> None:
        """Remove temporary files of a killed process; the caller must hold the lock."""
        for torn in self.path.glob(".*.part"):
            torn.unlink(missing_ok=True)

    @classmethod
    def _refuse_taken(cls, path: Path) -> None:
        if path.exists() and (not path.is_dir() or any(one.name != LOCK for one in path.iterdir())):
            go_on = f"go on with it by --resume {path}, or " if cls(path).config.is_file() else ""
            raise RunError(f"{path}: wants a new folder for the run, but it exists; {go_on}give another --output")

    def append(self, records: Iterable[Record]) -> None:
        """Add records to the end of the log."""
        with open(self.log, "a", encoding="utf-8") as file:
            file.writelines(record.to_line() + "\n" for record in records)

    def rewind(self, step: int, again: Collection[str] = ()) -> None:
        """Remove the records that a training which resumes at ``step`` will write again.

        Args:
            step: Records of later steps are removed, and so is everything from the first damaged line on.
            again: Events of ``step`` itself that will be written again.
        """
        if not self.log.exists():
            return
        kept = [
            record
            for record in whole_records(self.log)
            if record.step < step or (record.step == step and record.event not in again)
        ]
        write_text(self.log, "".join(record.to_line() + "\n" for record in kept))


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with ExitStack() as stack:
        try:
            stack.enter_context(alone(path / LOCK))
        except BlockingIOError:
            raise RunError(f"{path}: another process is at work here; wait for its end, or stop it") from None
        yield
