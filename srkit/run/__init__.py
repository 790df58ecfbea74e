"""From an experiment and a folder to a trained and evaluated run, with the help of all rooms below."""

from srkit.records.log import Record
from srkit.run.build import Built, build
from srkit.run.folder import RunFolder
from srkit.run.loop import train
from srkit.run.score import score

__all__ = ["Built", "Record", "RunFolder", "build", "score", "train"]
