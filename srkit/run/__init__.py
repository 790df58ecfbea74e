"""From an experiment and a folder to a trained and evaluated run: the hall where all rooms meet."""

from srkit.records.log import Record
from srkit.run.build import Built, build
from srkit.run.folder import RunFolder
from srkit.run.score import score
from srkit.run.train import train

__all__ = ["Built", "Record", "RunFolder", "build", "score", "train"]
