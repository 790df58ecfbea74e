"""Receiving a photograph: from the request's body into a temporary file, within the limits."""

from __future__ import annotations

import asyncio
from urllib.parse import unquote

from starlette.requests import ClientDisconnect, Request

from srkit_app.desk import Desk, Refusal
from srkit_app.photograph import Photograph

NAME = "x-srkit-name"
"""The header with the photograph's name, percent-encoded UTF-8."""


async def receive(request: Request, desk: Desk) -> Photograph:
    """Return the photograph in the body of a request, its header read.

    Raises:
        Refusal: It is too large, or is sent too slowly, or too many are sent at once.
        SrkitError: It is no photograph that srkit reads.
    """
    most = desk.limits.upload
    name = unquote(request.headers.get(NAME, ""), errors="replace")
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said[:20]) > most:
        raise too_large(name, most)
    if desk.uploads.locked():
        raise Refusal(503, f"srkit-app: {desk.limits.uploads} photographs are being sent already; try again")
    async with desk.uploads:
        photograph = Photograph.new(name, desk.place)
        try:
            await _store(request, photograph, desk)
            await asyncio.to_thread(photograph.open, desk.limits.pixels)
        except BaseException:  # a closed connection, too
            photograph.release()
            raise
    return photograph


def too_large(name: str, most: int) -> Refusal:
    """Return the refusal of too large a file."""
    return Refusal(
        413,
        f"{name or 'photograph'}: wants a file of at most {most / 1e6:g} MB, found a larger one; start srkit-app "
        "with a larger --max-megabytes, or use srkit upscale",
    )


async def _store(request: Request, photograph: Photograph, desk: Desk) -> None:
    """Write the body to the photograph's file."""
    parts, size = request.stream(), 0
    try:
        with open(photograph.file, "wb") as file:
            while True:
                async with asyncio.timeout(desk.limits.silence):
                    part = await anext(parts, None)
                if part is None:
                    return
                size += len(part)
                if size > desk.limits.upload:
                    raise too_large(photograph.name, desk.limits.upload)
                file.write(part)
    except TimeoutError:
        raise Refusal(
            408, f"{photograph.name}: nothing came for {desk.limits.silence:g} seconds; send it again"
        ) from None
    except ClientDisconnect:
        raise Refusal(400, f"{photograph.name}: the browser stopped sending it") from None
    except OSError as error:
        raise Refusal(
            507,
            f"{photograph.name}: cannot be stored in {desk.place.parent}: {error.strerror}; start srkit-app with "
            "TMPDIR=FOLDER for another place",
        ) from None
