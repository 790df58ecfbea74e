"""The stream that a tab holds open: it brings the news, and its end is the end of the tab."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from srkit_app.desk import Desk
from srkit_app.tabs import PAUSE, Tab


class TabStream(StreamingResponse):
    """Lines of JSON: first what the page needs to know, then each state of the tab's work.

    An empty line every few seconds finds out whether the browser is still there.

    Args:
        desk: The desk.
        tab: The tab, which is closed when the browser closes the connection.
        hello: The first line.
    """

    def __init__(self, desk: Desk, tab: Tab, hello: Mapping[str, Any]) -> None:
        self.desk, self.tab = desk, tab
        super().__init__(self._lines(hello), media_type="application/x-ndjson")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request (ASGI)."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.desk.close_tab(self.tab)

    async def _lines(self, hello: Mapping[str, Any]) -> AsyncIterator[str]:
        yield json.dumps(dict(hello)) + "\n"
        last: Mapping[str, Any] | None = None
        while not self.desk.closing:
            heard = await self.tab.news()
            now = self.tab.described(self.desk.worker)
            if now is not None and now != last:
                last = now
                yield json.dumps(now) + "\n"
                await asyncio.sleep(PAUSE)
            elif not heard:
                yield "\n"
