"""Put the weights of a run into the package, with their card: python configs/zoo/ship.py RUN NAME --data TEXT ...

Evaluates nothing. Measure what was shipped, not what it was made from, and ship again with the scores::

    python configs/zoo/ship.py runs/lapsrn_x4 lapsrn-x4 --data "220 photographs under CC0 ..."
    srkit evaluate lapsrn-x4 Set14 --json > model.json
    srkit evaluate bicubic Set14 --scale 4 --json > bicubic.json
    python configs/zoo/ship.py runs/lapsrn_x4 lapsrn-x4 --data "..." --score "Set14" model.json bicubic.json
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from srkit.errors import SrkitError
from srkit.weights import zoo
from srkit.weights.card import Card, CardScore
from srkit.weights.package_weights import package_weights


def main() -> None:
    """Read the command line, and ship."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("run", type=Path, help="folder of a finished run")
    parser.add_argument("name", help="such as lapsrn-x4")
    parser.add_argument("--after", type=Path, nargs="+", default=[], help="runs that it went on from, in order")
    parser.add_argument("--data", required=True, help="what it was trained on, licences included")
    parser.add_argument("--command", help="what trains it again, if not what the run folder says")
    parser.add_argument("--machine", help="where it was trained, if not what the run folder says")
    parser.add_argument("--half", action="store_true", help="store fp16: half the size")
    parser.add_argument(
        "--score", nargs=3, action="append", default=[], metavar=("TITLE", "MODEL.json", "BICUBIC.json"),
        help="what was measured, and what srkit evaluate --json printed of the model and of bicubic",
    )  # fmt: skip
    given = parser.parse_args()
    scores = {title: CardScore.of(_json(model), _json(bicubic), title) for title, model, bicubic in given.score}
    stretches = [*given.after, given.run]
    card = Card.of_runs(stretches, given.data, scores, command=given.command, machine=given.machine)
    print(package_weights(given.run / "best.safetensors", zoo.FOLDER, given.name, card, half=given.half))


def _json(path: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(Path(path).read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    try:
        main()
    except SrkitError as error:
        sys.exit(str(error))
