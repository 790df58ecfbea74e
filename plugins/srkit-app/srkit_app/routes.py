"""The addresses of the server, and what answers each."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from srkit.errors import SrkitError
from srkit_app.desk import Desk, Refusal
from srkit_app.order import FORMATS, OrderError, read_order
from srkit_app.photograph import shown
from srkit_app.receive import receive
from srkit_app.stream import TabStream
from srkit_app.work import Result, Work

PAGE = Path(__file__).parent / "page"
FILES = {
    "/": ("index.html", "text/html"),
    "/app.css": ("app.css", "text/css"),
    "/app.js": ("app.js", "text/javascript"),
    "/viewer.js": ("viewer.js", "text/javascript"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}
"""The files of the page, by their addresses: a list, so that no address can lead to another file."""
MOST_JSON = 10_000
PIECE = 2**18


def routes(desk: Desk) -> Starlette:
    """Return the application that answers for a desk."""
    answers = Answers(desk)
    return Starlette(
        routes=[
            *(Route(address, _file(*found)) for address, found in FILES.items()),
            Route("/tabs", answers.open_tab, methods=["POST"]),
            Route("/tabs/{tab}/photograph", answers.take, methods=["POST"]),
            Route("/tabs/{tab}/plan", answers.plan, methods=["POST"]),
            Route("/tabs/{tab}/work", answers.begin, methods=["POST"]),
            Route("/tabs/{tab}/stop", answers.stop, methods=["POST"]),
            Route("/tabs/{tab}/before", answers.before),
            Route("/tabs/{tab}/after/{work:int}", answers.after),
            Route("/tabs/{tab}/result/{work:int}", answers.result),
        ],
        exception_handlers={
            SrkitError: _refused,
            HTTPException: _refused,
        },
    )


class Answers:
    """Answers the requests of tabs."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def open_tab(self, _: Request) -> Response:
        """Open a tab, and stream its news until it closes."""
        tab = self.desk.open_tab()
        hello = {
            "tab": tab.id,
            "weights": [
                {"name": name, "label": one.label, "sentence": one.sentence, "scale": one.scale}
                for name, one in self.desk.networks.offer.items()
            ],
            "formats": FORMATS,
            "max_bytes": self.desk.limits.upload,
        }
        return TabStream(self.desk, tab, hello)

    async def take(self, request: Request) -> Response:
        """Take a photograph in the place of the one before it."""
        tab = self.desk.tab(request.path_params["tab"])
        photograph = await receive(request, self.desk)
        if not tab.open:
            photograph.release()
            raise Refusal(404, "srkit-app: this tab was closed")
        tab.take(photograph, self.desk.worker)
        found = photograph.header
        return JSONResponse(
            {"name": photograph.name, "width": found.width, "height": found.height, "note": found.note}
        )

    async def plan(self, request: Request) -> Response:
        """Say what would be done."""
        work = await self._ordered(request)
        work.photograph.hold()
        try:
            facts = await asyncio.to_thread(work.look, self.desk.networks, self.desk.place, self.desk.limits.pixels)
        finally:
            work.photograph.release()
        return JSONResponse(facts)

    async def begin(self, request: Request) -> Response:
        """Begin to enlarge."""
        work = await self._ordered(request)
        self.desk.begin(self.desk.tab(request.path_params["tab"]), work)
        return JSONResponse({"work": work.number}, 202)

    async def stop(self, request: Request) -> Response:
        """Stop the work."""
        self.desk.tab(request.path_params["tab"]).stop(self.desk.worker)
        return JSONResponse({}, 202)

    async def before(self, request: Request) -> Response:
        """Give the photograph as a browser shows it."""
        photograph = self.desk.tab(request.path_params["tab"]).photograph
        if photograph is None:
            raise Refusal(404, "srkit-app: there is no photograph")
        photograph.hold()
        try:
            content, kind = await asyncio.to_thread(shown, photograph.file, self.desk.limits.pixels)
        except SrkitError as error:
            raise Refusal(422, photograph.said(error)) from None
        finally:
            photograph.release()
        return _content(content, kind)

    async def after(self, request: Request) -> Response:
        """Give the result as a browser shows it."""
        _, result = self._result(request)
        if result.picture is None:
            raise Refusal(422, "srkit-app: the result is too large to be shown here; save it")
        return _content(*result.picture)

    async def result(self, request: Request) -> Response:
        """Give the result as a file to save."""
        work, result = self._result(request)
        name = f"attachment; filename*=UTF-8''{quote(work.name, safe='')}"
        return _content(result.content, "application/octet-stream", name)

    async def _ordered(self, request: Request) -> Work:
        """Return the work that the body of a request orders."""
        tab = self.desk.tab(request.path_params["tab"])
        return self.desk.plan(tab, read_order(await self._json(request), list(self.desk.networks.offer)))

    async def _json(self, request: Request) -> object:
        """Return the decoded body of a request."""
        body = b""
        try:
            async with asyncio.timeout(self.desk.limits.silence):
                async for part in request.stream():
                    body += part
                    if len(body) > MOST_JSON:
                        raise Refusal(413, f"order: wants at most {MOST_JSON:,} bytes, found more")
            return json.loads(body)
        except TimeoutError:
            raise Refusal(408, "order: did not come in time; send it again") from None
        except ClientDisconnect:
            raise Refusal(400, "order: the browser stopped sending it") from None
        except (ValueError, RecursionError):  # bytes that are no text, no JSON, or nested too deeply
            raise OrderError("order: wants JSON, found something else") from None

    def _result(self, request: Request) -> tuple[Work, Result]:
        work = self.desk.tab(request.path_params["tab"]).work
        if work is None or work.result is None or work.number != request.path_params["work"]:
            raise Refusal(404, "srkit-app: this result is no longer there; enlarge the photograph again")
        return work, work.result


def _file(name: str, kind: str) -> Any:
    async def answer(_: Request) -> Response:
        return FileResponse(PAGE / name, media_type=kind)

    return answer


def _content(content: bytes, kind: str, disposition: str = "inline") -> Response:
    """Return an answer that is sent piece by piece, so that a slow reader makes no second copy of it in memory."""

    async def pieces() -> AsyncIterator[memoryview]:
        view = memoryview(content)
        for start in range(0, len(view), PIECE):
            yield view[start : start + PIECE]

    headers = {"Content-Disposition": disposition, "Content-Length": str(len(content))}
    return StreamingResponse(pieces(), headers=headers, media_type=kind)


async def _refused(_: Request, error: Exception) -> Response:
    """Return an error as text, with its status; the connection ends, since a body may be left unread."""
    status = 422
    if isinstance(error, Refusal):
        status = error.status
    elif isinstance(error, HTTPException):
        status = error.status_code
    said = error.detail if isinstance(error, HTTPException) else str(error)
    return JSONResponse({"error": said}, status, headers={"Connection": "close"})
