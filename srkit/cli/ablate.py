"""``srkit ablate``: from a study file to a table of results with intervals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from srkit.ablation.plan import Plan


def ablate(
    study: Annotated[list[str], typer.Argument(help="A study file, then key=value overrides.")],
    output: Annotated[Path | None, typer.Option(help="Folder of the study; runs/NAME if not given.")] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Arms to run at the same time; as many as fit if not given.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the trials that would be run, and stop.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Train and measure every arm of a study, with the same crops and kernels for all, and report.

    If it is started again, it goes on where it stopped: arms that have their
    scores are not run again. The report compares all arms that have scores with
    the baseline; it is written even if an arm fails.
    """
    from srkit.ablation.execute import execute, problem, waiting
    from srkit.ablation.folder import TrialFolder
    from srkit.ablation.inputs import changed
    from srkit.ablation.plan import plan
    from srkit.cli.experiment import is_override
    from srkit.cli.progress_ablate import StudyProgress
    from srkit.cli.progress_reading import show_reading
    from srkit.cli.run_location import below_runs
    from srkit.errors import ConfigError, Problem
    from srkit.plugins import load_catalog
    from srkit.report import write_report

    if quiet:
        show_reading(quiet=True)
    files = [Path(word) for word in study if not is_override(word)]
    if len(files) != 1:
        raise ConfigError([Problem("srkit ablate", "", f"wants one study file, got {len(files)}")])
    catalog = load_catalog()
    planned = plan(files, [word for word in study if is_override(word)], catalog)
    folder = output or below_runs(planned.name)
    for line in changed(planned, folder):
        typer.echo(f"warning: {line}", err=True)
    if dry_run:
        typer.echo(_listing(planned, waiting(planned, folder)))
        return
    with StudyProgress(planned, folder, quiet=quiet) as progress:
        for outcome in execute(planned, folder, jobs=jobs):
            progress.ended(outcome)
    failed = [name for name in planned.trials if problem(planned, folder, name)]
    if any(TrialFolder(folder / name).summary.exists() for name in planned.trials):
        typer.echo(f"report: {write_report(folder)}")
    if failed:
        typer.echo(
            f"{len(failed)} of {len(planned.trials)} failed; started again, it tries those once more", err=True
        )
        raise typer.Exit(1)


def _listing(planned: Plan, left: list[str]) -> str:
    titles = planned.titles()
    lines = [f"{name}  {'waits' if name in left else 'done '}  {titles[name]}" for name in planned.trials]
    return "\n".join([*lines, f"{len(titles)} trials, {len(left)} to run"])
