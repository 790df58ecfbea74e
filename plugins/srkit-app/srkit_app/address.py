"""The address that the server listens on, and the names by which a browser may reach it."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass

from srkit.errors import SrkitError

HERE = "127.0.0.1"


class AddressError(SrkitError):
    """The server cannot listen on an address."""


@dataclass(frozen=True)
class Address:
    """Where the server listens.

    Args:
        host: Its name or its address in numbers, as the user gave it.
        port: Its port.
        local: Whether only programs on this computer reach it.
    """

    host: str
    port: int
    local: bool

    @property
    def url(self) -> str:
        """The address of the page, such as ``http://127.0.0.1:8000/``."""
        host = socket.gethostname() if self.host in ("0.0.0.0", "::") else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"

    def allows(self, host: str | None) -> bool:
        """Return whether a request may have this Host header, with a port or without.

        The header has the name that the browser was told to visit. A foreign page can give its own name the
        address of this computer (DNS rebinding), but no address in numbers and not ``localhost``. Ports are not
        compared, so that the page can be reached through ``ssh -L``.
        """
        name = (host or "").lower()
        name = name.removeprefix("[").partition("]")[0] if name.startswith("[") else name.rpartition(":")[0] or name
        try:
            return ipaddress.ip_address(name).is_loopback or not self.local
        except ValueError:
            pass
        return name in ("localhost", self.host.lower(), *(() if self.local else (socket.gethostname().lower(),)))


def listen(host: str, port: int) -> tuple[socket.socket, Address]:
    """Return a socket that listens, and its address.

    Args:
        host: A name or an address in numbers of this computer; ``0.0.0.0`` is all of its addresses.
        port: A port; 0 is one that is free.

    Raises:
        AddressError: The host is none of this computer, or the port is taken.
    """
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise AddressError(
            f"--host {host or repr(host)}: wants a name or an address of this computer, found none; leave it out "
            f"for {HERE}"
        ) from None
    server = socket.socket(family, kind, protocol)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        server.bind(place)
        server.listen(64)
    except OSError as error:
        server.close()
        raise AddressError(
            f"{host}, port {port}: cannot be listened on: {error.strerror}; without --port a free one is taken"
        ) from None
    found = server.getsockname()
    return server, Address(host, found[1], ipaddress.ip_address(found[0]).is_loopback)
