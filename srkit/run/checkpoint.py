"""The file from which a run resumes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from srkit import __version__
from srkit.config.identity import Role
from srkit.config.show import fill
from srkit.engine.checkpoint import load_training, save_training
from srkit.engine.generators import generator_states, restore_generators
from srkit.errors import RunError
from srkit.experiment import Experiment
from srkit.run.build import Built
from srkit.run.contents import Contents
from srkit.run.folder import RunFolder
from srkit.run.progress import TrainingProgress
from srkit.run.resumable import changes
from srkit.run.session import Session


class Checkpoint:
    """``last.pt`` of a run: the state of its training, its progress, its config, and digests of its files.

    Args:
        experiment: The experiment with its present config.
        built: Its parts.
        folder: The folder of the run.
        session: The training; all its processes must call each method at the same step.
    """

    def __init__(self, experiment: Experiment, built: Built, folder: RunFolder, session: Session) -> None:
        self.folder, self.session = folder, session
        self.config = fill(experiment)
        opened = {f"data.{use}": getattr(built, use) for use in ("train", "validate")}
        self.contents = Contents().of(experiment, {Role.LEARNT}, opened)

    def save(self, progress: TrainingProgress) -> None:
        """Write the state of the training, whole or not at all.

        Raises:
            CheckpointError: The file cannot be written; the one that was there is untouched.
            TrainingError: A weight is not finite.
        """
        generators = self.session.world.gather(generator_states(self.session.device))
        if self.session.world.first:
            state = {
                "state": self.session.training.state_dict(),
                "progress": vars(progress),
                "generators": generators,
                "config": self.config,
                "contents": self.contents,
                "srkit": __version__,
            }
            save_training(self.folder.last, state)

    def restore(self) -> TrainingProgress | None:
        """Start the session from the file; return None if there is no file.

        Raises:
            CheckpointError: The file is damaged, or belongs to another network or regime.
            RunError: The run has been trained with another config, or on other images.
        """
        if not self.folder.last.exists():
            return None
        saved = load_training(self.folder.last)
        if missing := {"state", "progress", "generators", "config", "contents"} - saved.keys():
            raise RunError(
                f"{self.folder.last}: wants the state of a training, found {', '.join(map(str, saved))} without "
                f"{', '.join(sorted(missing))}"
            )
        self._refuse_changes(saved)
        try:
            progress = TrainingProgress(**saved["progress"])
        except TypeError:
            wanted = ", ".join(one.name for one in fields(TrainingProgress))
            raise RunError(f"{self.folder.last}: wants {wanted}; found {saved['progress']!r}") from None
        self.session.start(progress.steps)
        self.session.training.load_state_dict(saved["state"], str(self.folder.last))
        generators = saved["generators"]
        if len(generators) == self.session.world.size:  # with other processes, dropout cannot be continued
            restore_generators(generators[self.session.world.rank], self.session.device)
        return progress

    def _refuse_changes(self, saved: Mapping[str, Any]) -> None:
        """Check that config, images and other files are those of the training so far.

        Raises:
            RunError: Lists every difference, and the ways out.
        """
        newer = saved.get("srkit") != __version__
        found = list(changes(saved["config"], self.config, (saved["contents"], self.contents), newer=newer))
        if found:
            best = f"start={self.folder.best}" if self.folder.best.exists() else "them"
            way_out = f"restore the former values, or make a new run with {best}"
            raise RunError(
                "\n    ".join(
                    [
                        f"{self.folder.config}: wants the config and images of the training so far, found:",
                        *found,
                        way_out,
                    ]
                )
            )
