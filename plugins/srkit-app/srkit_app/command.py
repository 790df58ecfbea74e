"""The command ``srkit-app``."""

from __future__ import annotations

import os
import secrets
import sys
import webbrowser
from threading import Thread
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from srkit.errors import SrkitError

if TYPE_CHECKING:
    from srkit_app.address import Address

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command()
def serve(
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="Weights that the page offers besides those of srkit, as for srkit upscale; may be given several "
            "times."
        ),
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, show_default=False, help="Port; a free one if not given.")
    ] = 0,
    host: Annotated[
        str,
        typer.Option(
            help="Address to listen on. Any other than that of this computer itself opens the page to the "
            "network, without encryption, for everybody who has the key."
        ),
    ] = "127.0.0.1",
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")] = True,
    device: Annotated[str, typer.Option(help="cpu, cuda, ...; auto takes what there is.")] = "auto",
    precision: Annotated[
        Literal["auto", "fp32", "bf16"], typer.Option(help="Number format; auto takes what is fast.")
    ] = "auto",
    max_megabytes: Annotated[int, typer.Option(min=1, help="Refuse larger files.")] = 500,
    max_pixels: Annotated[int, typer.Option(min=1, max=2**30, help="Refuse larger photographs.")] = 2**28,
) -> None:
    """Open a page in the browser on which photographs are enlarged.

    Drop a photograph, choose a size, see before and after, save the result.
    Photographs stay on this computer. Ctrl-C ends srkit-app.
    """
    from srkit_app.address import listen

    server, address = listen(host, port)
    with server:  # taken first, since a wrong port is said before torch has been imported
        from srkit.engine.precision import resolve_device
        from srkit.plugins import load_catalog
        from srkit_app.desk import Desk, Limits
        from srkit_app.networks import Networks
        from srkit_app.offer import offered
        from srkit_app.server import Server
        from srkit_app.workplace import workplace

        resolve_device(device)
        networks = Networks(load_catalog(), offered(model or []), device, precision)
        for named in model or []:
            networks.check(named)
        key = secrets.token_urlsafe(24)
        with workplace() as place:
            desk = Desk(networks, place, Limits(upload=max_megabytes * 10**6, pixels=max_pixels))
            Server(desk, address, key, lambda: _welcome(address, key, browser=browser)).run([server])
    print("srkit-app has ended", flush=True)
    if not desk.worker.ended:  # Python would wait for the tile, or crash in it
        os._exit(0)


def _welcome(address: Address, key: str, *, browser: bool) -> None:
    """Print where the page is, and open it."""
    page = f"{address.url}#{key}"
    print(f"srkit-app: {page}\nthe key behind # lets the page in; Ctrl-C ends srkit-app", flush=True)
    if not address.local:
        print(
            f"note: --host {address.host}: everybody on the network who has the key can use this computer to "
            "enlarge photographs, and photographs and key are sent without encryption",
            flush=True,
        )
    if browser:
        Thread(target=webbrowser.open, args=(page,), daemon=True).start()


def main() -> None:
    """Run the command. Exit codes: 0 ended by Ctrl-C, 1 a bug, 2 something the user can put right."""
    try:
        app()
    except SrkitError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
