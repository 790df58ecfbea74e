"""The command ``srkit``: its subcommands, and how errors become messages and exit codes."""

from __future__ import annotations

import atexit
import errno
import gc
import io
import os
import sys

import typer

from srkit import __version__
from srkit.cli import (
    ablate,
    check,
    checkerboard,
    compare,
    convert,
    degrade,
    doctor,
    estimate,
    evaluate,
    explain,
    export,
    kernels,
    models,
    networks,
    new,
    parts,
    plugins,
    report,
    run,
    schema,
    trial,
    upscale,
)
from srkit.cli.progress_reading import show_reading
from srkit.cli.torchrun import refuse_torchrun
from srkit.cli.trimmed import trimmed_output
from srkit.errors import DataError, SrkitError

app = typer.Typer(
    name="srkit",
    help="Image super-resolution, put together from parts.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"srkit {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    context: typer.Context,
    _version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Print the version."
    ),
) -> None:
    refuse_torchrun(context.invoked_subcommand)
    show_reading()


COMMANDS = (
    run.run,
    upscale.upscale,
    compare.compare,
    models.models,
    networks.networks,
    check.check,
    explain.explain,
    parts.parts,
    plugins.plugins,
    doctor.doctor,
    schema.schema,
    report.report,
    evaluate.evaluate,
    degrade.degrade,
    convert.convert,
    export.export,
    checkerboard.checkerboard,
    estimate.estimate,
    kernels.kernels,
    ablate.ablate,
)
"""The commands in the order of the help."""


def _paragraphs(text: str) -> str:
    """Return a docstring with each paragraph on one line, which the help breaks at the width of the terminal."""
    return "\n\n".join(" ".join(one.split()) for one in text.split("\n\n"))


for _command in COMMANDS:
    app.command(help=_paragraphs(str(_command.__doc__)))(_command)
app.add_typer(new.new)
app.command(hidden=True)(trial.trial)


def main() -> None:
    """Run the command line. Exit codes: 0 done, 1 a bug, 2 something the user can put right, 130 interrupted."""
    _collect_garbage_rarely()
    _open_closed_streams()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # names of files may be no text
    try:
        _refuse_empty(sys.argv[1:])
        with trimmed_output():
            app(prog_name="srkit")
    except SrkitError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:  # `srkit parts | head`
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        if error.errno != errno.ENOSPC or error.filename is not None:
            raise
        print(f"standard output: cannot be written: {error.strerror}", file=sys.stderr)
        sys.stdout = None  # it still holds what cannot be written, and would fail again at the end
        sys.exit(2)


def _collect_garbage_rarely() -> None:
    """Spare a command a third of its start and end: torch makes half a million objects that live until the end."""
    gc.set_threshold(200_000, 20, 20)
    if os.environ.get("WORLD_SIZE", "1") == "1":
        # or the interpreter looks through all of them again as it ends; among several processes that search closes
        # the connections while the first process still keeps the store, by which the others know why it ends
        atexit.register(gc.freeze)


def _open_closed_streams() -> None:
    """Put nothing in place of standard streams that were closed (``<&-``), which Python has as None."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - until the end


def _refuse_empty(words: list[str]) -> None:
    """Refuse empty words, as a variable of the shell that is not set gives them; a path would be this folder.

    Raises:
        DataError: A word is empty.
    """
    if "" in words:
        raise DataError(
            f"word {words.index('') + 1} of the command: is empty, as a variable that is not set makes it; "
            "the present folder is '.'"
        )
