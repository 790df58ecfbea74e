"""The door: which requests come in, and what the browser is told about every answer."""

from __future__ import annotations

from secrets import compare_digest

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from srkit_app.address import Address

KEY = "x-srkit-key"
"""The header that requests carry which change something. A form of a foreign page cannot send it."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """Refuses requests of other pages and other users, before anything of their content is read.

    A request that changes something needs the key, which is printed with the address. The page itself holds no
    secret, and pictures have addresses that cannot be guessed, so both are given without it.

    Args:
        app: What answers the requests that come in.
        address: The address of the server.
        key: The key.
    """

    def __init__(self, app: ASGIApp, address: Address, key: str) -> None:
        self.app, self.address, self.key = app, address, key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def described(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        if (why := self._refused(scope["method"], Headers(scope=scope))) is not None:
            await JSONResponse({"error": why}, 403, {"Connection": "close"})(scope, receive, described)
        else:
            await self.app(scope, receive, described)

    def _refused(self, method: str, headers: Headers) -> str | None:
        """Return why a request is refused; None if it is not."""
        host = headers.get("host")
        if not self.address.allows(host):
            return f"wants the address that srkit-app printed, found the name {host!r}"
        if method in ("GET", "HEAD"):
            return None
        origin, site = headers.get("origin"), headers.get("sec-fetch-site", "same-origin")
        if origin not in (None, f"http://{host}") or site not in ("same-origin", "none"):
            return "wants a request of srkit-app's own page, found one of another page"
        if not compare_digest(headers.get(KEY, "").encode(), self.key.encode()):
            return "wants the key of this srkit-app; open the whole address that it printed on the terminal"
        return None
