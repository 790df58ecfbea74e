"""From a study file to trials: every arm in every block with every seed, checked before the first one starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from srkit.ablation.arms import NamedChanges, arms_of, changes_under
from srkit.ablation.equal import equalised, widened
from srkit.ablation.image_sets import SharedImageSets
from srkit.ablation.study import Study
from srkit.config.check import check
from srkit.config.identity import DECISIVE, identity
from srkit.config.merge import Keys
from srkit.config.place import Layer
from srkit.config.source import Source, read
from srkit.errors import ConfigError, Problem, SrkitError, did_you_mean
from srkit.experiment import Experiment
from srkit.plugins import Catalog
from srkit.records.trial import TrialInputs
from srkit.run.build import build, check_files
from srkit.run.contents import Contents

TESTED = ("degradation", "data", "metrics", "seed")
"""Options that a further test may change: they decide how a network is measured, not how it is trained."""


@dataclass(frozen=True)
class PlannedTest:
    """A further test of a trained arm.

    Attributes:
        experiment: The experiment as it is tested.
        contents: Digests of the files that it names, as ``Contents`` gives them.
    """

    experiment: Experiment
    contents: Mapping[str, str]

    @property
    def id(self) -> str:
        """A hash of the options and the contents of files that decide its scores."""
        return identity(self.experiment, DECISIVE, self.contents)

    @property
    def inputs(self) -> TrialInputs:
        """The files that it reads."""
        return _inputs(self.experiment, self.contents)


@dataclass(frozen=True)
class PlannedTrial:
    """One arm with one seed: an experiment to run, and its further tests.

    Attributes:
        experiment: The experiment.
        tests: Its further tests by name.
        measure: What is measured of the checkerboard.
        contents: Digests of the files that the experiment names, as ``Contents`` gives them.
    """

    experiment: Experiment
    tests: Mapping[str, PlannedTest]
    measure: Mapping[str, Any]
    contents: Mapping[str, str]

    @property
    def seed(self) -> int:
        """The seed of its experiment."""
        return self.experiment.seed

    @property
    def id(self) -> str:
        """The name of its folder: a hash of the options that decide its result and differ from their defaults.

        An option that names files counts by their content, not by where they are.
        """
        return identity(self.experiment, DECISIVE, self.contents, measure=dict(self.measure))

    @property
    def inputs(self) -> TrialInputs:
        """The files that it reads."""
        return _inputs(self.experiment, self.contents, measure=dict(self.measure))


def _inputs(experiment: Experiment, contents: Mapping[str, str], **more: Any) -> TrialInputs:
    return TrialInputs(identity(experiment, DECISIVE, dict.fromkeys(contents, ""), **more), contents)


@dataclass(frozen=True)
class PlannedArm:
    """An arm of a block, and its trials."""

    name: str
    changes: Mapping[str, Any]
    parameters: int
    trials: tuple[PlannedTrial, ...]


@dataclass(frozen=True)
class PlannedBlock:
    """Arms that are compared with one another."""

    name: str
    arms: tuple[PlannedArm, ...]


@dataclass(frozen=True)
class Plan:
    """A checked study."""

    study: Study
    name: str
    blocks: tuple[PlannedBlock, ...]

    @property
    def trials(self) -> dict[str, PlannedTrial]:
        """Every trial by its id; arms that come to the same experiment share one."""
        return {trial.id: trial for block in self.blocks for arm in block.arms for trial in arm.trials}

    def titles(self) -> dict[str, str]:
        """Return the title of each trial on the screen: the first block, arm and seed that it belongs to."""
        titles: dict[str, str] = {}
        for block in self.blocks:
            for arm in block.arms:
                for trial in arm.trials:
                    words = (block.name, arm.name, f"seed {trial.seed}")
                    titles.setdefault(trial.id, "  ".join(word for word in words if word))
        return titles


def plan(files: Sequence[Path], overrides: Sequence[str], catalog: Catalog) -> Plan:
    """Read a study and check every arm in full: parts are built and image headers read, but no image is decoded.

    Raises:
        ConfigError: Everything that is wrong with the study and its arms, at once.
        SrkitError: A part refuses its options, or images are missing.
    """
    source = read(files, overrides)
    if "base" not in source.tree and (of_a_run := sorted({"data", "model", "train"} & source.tree.keys())):
        what = f"belongs to a config of one run; srkit run {files[-1]} trains it, and a study names it as its base"
        raise ConfigError([Problem(source.where((of_a_run[0],)), of_a_run[0], what)])
    study: Study = check(source, Study, catalog)
    planner = _Planner(study, source, catalog)
    blocks = tuple(planner.blocks())
    if planner.problems:
        raise ConfigError(list(dict.fromkeys(planner.problems)))
    return Plan(study, study.name or files[-1].stem, blocks)


class _Planner:
    """Merges the study's layers into the base experiment, and collects the problems of all arms."""

    def __init__(self, study: Study, source: Source, catalog: Catalog) -> None:
        self.study, self.source, self.catalog = study, source, catalog
        self.arms = arms_of(study)
        self.opened = SharedImageSets()
        self.contents = Contents(self.opened.open)
        self.problems = list(self._wrong())

    def blocks(self) -> Iterator[PlannedBlock]:
        """Yield the blocks, in the order of the file."""
        for name in self.study.blocks or ("",):
            found = [arm for arm in (self._arm(name, arm) for arm in self.arms) if arm is not None]
            yield PlannedBlock(name, tuple(self._equal(found)))

    def _wrong(self) -> Iterator[Problem]:
        """Yield the problems of the study itself, apart from its arms."""
        study, names = self.study, [arm.name for arm in self.arms]
        if study.baseline not in names:
            what = f"no arm is called {study.baseline!r}{did_you_mean(study.baseline, names)}"
            yield self._problem(("baseline",), what)
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield self._problem(("arms", name), f"wants every arm once, got two called {name!r}")
        if len(names) < 2:
            yield self._problem(("arms",), "wants something to compare: give vary or arms")
        if study.intervals and len(study.seeds) < 2:
            what = f"an interval wants two seeds or more, got {list(study.seeds)}; give more, or intervals: false"
            yield self._problem(("seeds",), what)
        if len(set(study.seeds)) < len(study.seeds) or not study.seeds:
            yield self._problem(("seeds",), f"wants different seeds, one at least, got {list(study.seeds)}")
        try:
            study.launcher()  # a launcher must refuse its options before anything is written
        except SrkitError as error:
            yield self._problem(("launcher",), str(error))
        if "" in study.tests:
            yield self._problem(("tests",), "wants a name for every test, got ''")
        for name, changes in study.tests.items():
            for path in changes:
                if path.split(".")[0] not in TESTED:
                    what = f"a test may change {', '.join(TESTED)}; put this into arms or blocks"
                    yield self._problem(("tests", name, path), what)

    def _problem(self, keys: Keys, what: str) -> Problem:
        return Problem(self.source.where(keys), ".".join(keys), what)

    def _arm(self, block: str, arm: NamedChanges) -> PlannedArm | None:
        """Return the arm in a block; None if it has a problem."""
        in_block = changes_under(self.study.blocks[block], ("blocks", block)) if block else ()
        layers = [self.source.layer(("experiment",), ())] if "experiment" in self.source.tree else []
        layers += NamedChanges(block, in_block).layers(self.source) + self._budget() + arm.layers(self.source)
        try:
            trials = tuple(self._trial(layers, seed, f"{block} {arm.name}".strip()) for seed in self.study.seeds)
            experiment = self.opened.shared(trials[0].experiment)
            built = build(experiment, self.catalog)
            check_files(built, experiment)
        except ConfigError as error:
            self.problems += error.problems
            return None
        except SrkitError as error:
            written = arm.changes[0].written if arm.changes else ("base",)
            self.problems.append(Problem(self.source.where(written), f"arm {arm.name!r}", str(error)))
            return None
        except IndexError:  # no seeds: already reported
            return None
        return PlannedArm(arm.name, arm.values, built.parameters, trials)

    def _budget(self) -> list[Layer]:
        """Return the layer that gives every arm the same training time."""
        if self.study.equal.seconds is None:
            return []
        minutes = self.study.equal.seconds / 60
        mark = self.source.mark(("equal", "seconds"))
        return [({"train": {"minutes": minutes, "steps": None, "epochs": None}}, {("train", "minutes"): mark})]

    def _trial(self, layers: Sequence[Layer], seed: int, name: str) -> PlannedTrial:
        layers = [*layers, ({"seed": seed}, {("seed",): self.source.mark(("seeds",))})]
        experiment = self._experiment(layers, name)
        every, shown = self.study.measure.every, experiment.train.log_every
        if every % shown:
            what = f"must be a multiple of train.log_every ({shown}), got {every}"
            raise ConfigError([self._problem(("measure", "every"), what)])
        tests = {
            test: self._test(
                [*layers, *NamedChanges(test, changes_under(changes, ("tests", test))).layers(self.source)],
                test,
                name,
            )
            for test, changes in self.study.tests.items()
        }
        measure = {"what": list(self.study.measure.what), "every": every}
        return PlannedTrial(experiment, tests, measure, self.contents.of(experiment, DECISIVE))

    def _test(self, layers: Sequence[Layer], test: str, name: str) -> PlannedTest:
        experiment = self._experiment(layers, f"{name} {test}")
        try:
            return PlannedTest(experiment, self.contents.of(experiment, DECISIVE))
        except SrkitError as error:
            raise ConfigError([self._problem(("tests", test), str(error))]) from None

    def _experiment(self, layers: Sequence[Layer], name: str) -> Experiment:
        source = read([_shown(self.study.base)], layers=layers)
        checked: Experiment = check(source, Experiment, self.catalog)
        return replace(checked, name=name)

    def _equal(self, arms: list[PlannedArm]) -> list[PlannedArm]:
        """Return the arms, with equal numbers of parameters if the study asks for them."""
        if self.study.equal.budget != "parameters" or self.problems:
            return arms
        wanted = next(arm.parameters for arm in arms if arm.name == self.study.baseline)
        fitted = []
        for arm in arms:
            try:
                width, parameters = equalised(arm.trials[0].experiment, wanted, self.study.equal)
            except ValueError as error:
                self.problems.append(self._problem(("equal",), f"arm {arm.name!r}: {error}"))
                continue
            fitted.append(
                replace(
                    arm,
                    parameters=parameters,
                    changes={**arm.changes, self.study.equal.width: width},
                    trials=tuple(self._widened(trial, width) for trial in arm.trials),
                )
            )
        return fitted

    def _widened(self, trial: PlannedTrial, width: int) -> PlannedTrial:
        path = self.study.equal.width
        tests = {
            name: replace(test, experiment=widened(test.experiment, path, width))
            for name, test in trial.tests.items()
        }
        return replace(trial, experiment=widened(trial.experiment, path, width), tests=tests)


def _shown(file: Path) -> Path:
    """Return a file as messages show it: below the working folder, by its path relative to that folder."""
    here = Path.cwd()
    return file.relative_to(here) if file.is_relative_to(here) else file
