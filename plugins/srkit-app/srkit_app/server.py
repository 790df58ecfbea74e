"""The server: uvicorn with srkit-app's application, which ends cleanly."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from srkit_app.address import Address
from srkit_app.desk import Desk
from srkit_app.guard import Guard
from srkit_app.routes import routes

SILENCE = 20.0
"""Seconds after which a connection that has sent no whole request is closed."""
CONNECTIONS = 100
PATIENCE = 3.0
"""Seconds that the end waits for the tile that is being computed."""


class Impatient(H11Protocol):
    """HTTP/1.1 whose idle connections end: uvicorn would wait for ever for the rest of half a request."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin a connection."""
        super().connection_made(transport)
        self.loop.call_later(SILENCE, self._look, None)

    def _look(self, before: RequestResponseCycle | None) -> None:
        """Close the connection if it has made no request since ``before``; else look again later."""
        if self.transport.is_closing():
            return
        if self.cycle is before and (before is None or before.response_complete):
            self.transport.close()
        else:
            self.loop.call_later(SILENCE, self._look, self.cycle)


class Server(uvicorn.Server):
    """Serves the page of a desk.

    Args:
        desk: The desk.
        address: The address of the socket that it is given.
        key: The key that requests want.
        ready: Called when the server answers.
    """

    def __init__(self, desk: Desk, address: Address, key: str, ready: Callable[[], None]) -> None:
        self.desk, self.ready = desk, ready
        super().__init__(
            uvicorn.Config(
                Guard(routes(desk), address, key),
                http=Impatient,
                ws="none",
                loop="asyncio",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                limit_concurrency=CONNECTIONS,
                timeout_graceful_shutdown=3,
                h11_max_incomplete_event_size=2**15,
            )
        )

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until a signal ends it: Ctrl-C, SIGTERM, or the end of the terminal."""
        if hasattr(signal, "SIGHUP"):
            signal.signal(signal.SIGHUP, self.handle_exit)
        super().run(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer, and say so."""
        await super().startup(sockets)
        self.ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn gives them
        """Begin to end; the second signal waits for nothing. uvicorn would raise the signal again at the end."""
        self.desk.closing = True
        self.force_exit = self.should_exit
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End, and wait a while for the worker to finish its tile."""
        self.desk.close()
        for _ in range(round(PATIENCE / 0.1)):
            if self.desk.worker.ended or self.force_exit:
                break
            await asyncio.sleep(0.1)
        await super().shutdown(sockets)
