"""Receiving a photograph: from the request's body into a temporary file, within the limits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from urllib.parse import unquote

from starlette.requests import ClientDisconnect, Request

from srkit_app.desk import Desk, Refusal
from srkit_app.photograph import Photograph

NAME = "x-srkit-name"
"""The header with the photograph's name, percent-encoded UTF-8."""
DRAIN = 5.0
"""Seconds in which the rest of a refused photograph is read and thrown away."""


async def receive(request: Request, desk: Desk) -> Photograph:
    """Return the photograph in the body of a request, its header read.

    Only some photographs are read at a time, and the others wait, unread.

    Raises:
        Refusal: It is too large, or is not sent to its end.
        SrkitError: It is no photograph that srkit reads.
    """
    async with desk.uploads:
        photograph = Photograph.new(unquote(request.headers.get(NAME, ""), errors="replace"), desk.place)
        try:
            await _store(request, photograph, desk)
            await asyncio.to_thread(photograph.open, desk.limits.pixels)
        except BaseException:  # a closed connection, too
            photograph.release()
            raise
    return photograph


async def _store(request: Request, photograph: Photograph, desk: Desk) -> None:
    """Write the body to the photograph's file."""
    parts, most = request.stream(), desk.limits.upload
    said = request.headers.get("content-length", "")
    try:
        if said.isdecimal() and int(said[:20]) > most:
            raise _too_large(photograph.name, most)
        with open(photograph.file, "wb") as file:
            while (part := await _next(parts, desk.limits.silence)) is not None:
                if file.tell() + len(part) > most:
                    raise _too_large(photograph.name, most)
                file.write(part)
    except TimeoutError:
        raise Refusal(
            408, f"{photograph.name}: nothing came for {desk.limits.silence:g} seconds; send it again"
        ) from None
    except ClientDisconnect:
        raise Refusal(400, f"{photograph.name}: the browser stopped sending it") from None
    except Refusal:
        await _drain(parts)
        raise
    except OSError as error:
        await _drain(parts)
        raise Refusal(
            507,
            f"{photograph.name}: cannot be stored in {desk.place.parent}: {error.strerror}; start srkit-app with "
            "TMPDIR=FOLDER for another place",
        ) from None


async def _next(parts: AsyncIterator[bytes], patience: float) -> bytes | None:
    """Return the next part of a body; None at its end.

    Raises:
        TimeoutError: Nothing came for ``patience`` seconds.
    """
    async with asyncio.timeout(patience):
        return await anext(parts, None)


async def _drain(parts: AsyncIterator[bytes]) -> None:
    """Throw the rest of a body away: with unread data, the connection would end before the refusal is heard."""
    with suppress(TimeoutError, ClientDisconnect):
        async with asyncio.timeout(DRAIN):
            async for _ in parts:
                pass


def _too_large(name: str, most: int) -> Refusal:
    return Refusal(
        413,
        f"{name}: wants a file of at most {most / 1e6:g} MB, found a larger one; start srkit-app with a larger "
        "--max-megabytes, or use srkit upscale",
    )
