"""Large, slow and many: what reaches the server stays bounded."""

import json
import socket
import struct
import time
import zlib

import pytest

from srkit_app import receive, server
from srkit_app.desk import Limits

SMALL = Limits(upload=2000, pixels=10_000, tabs=3, uploads=2, silence=0.3)


@pytest.fixture(scope="module")
def small(tmp_path_factory, serving):
    """A client for a server with small limits."""
    with serving(tmp_path_factory.mktemp("place"), SMALL) as found:
        yield found


def raw(client, head, body=b""):
    """Send a request by hand, and return the open socket."""
    connection = socket.create_connection(("127.0.0.1", client.port), timeout=10)
    headers = {"Host": client.host, "X-Srkit-Key": client.key, **head[1]}
    lines = "".join(f"{name}: {one}\r\n" for name, one in headers.items())
    connection.sendall(f"POST {head[0]} HTTP/1.1\r\n{lines}\r\n".encode() + body)
    return connection


def heard(connection):
    """Return everything that the server answers until it closes the connection."""
    with connection:
        parts = []
        try:
            while part := connection.recv(65536):
                parts.append(part)
        except ConnectionResetError:
            pass
        return b"".join(parts)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(small, monkeypatch):
    monkeypatch.setattr(receive, "DRAIN", 0.1)
    with small.tab() as tab:
        answer = heard(
            raw(small, (f"/tabs/{tab.id}/photograph", {"Content-Length": 10**12, "X-Srkit-Name": "big.png"}))
        )
        assert b" 413 " in answer.splitlines()[0]
        assert json.loads(answer.rpartition(b"\r\n")[2])["error"] == (
            "big.png: wants a file of at most 0.002 MB, found a larger one; start srkit-app with a larger "
            "--max-megabytes, or use srkit upscale"
        )
    assert small.left() == []


def test_a_file_of_unknown_length_is_cut_where_it_becomes_too_large(small, monkeypatch):
    monkeypatch.setattr(receive, "DRAIN", 0.1)
    with small.tab() as tab:
        head = (f"/tabs/{tab.id}/photograph", {"Transfer-Encoding": "chunked"})
        answer = heard(raw(small, head, b"400\r\n" + b"x" * 1024 + b"\r\n400\r\n" + b"x" * 1024 + b"\r\n"))
        assert b" 413 " in answer.splitlines()[0]
    assert small.left() == []


def test_a_sender_that_falls_silent_is_left(small):
    with small.tab() as tab:
        head = (f"/tabs/{tab.id}/photograph", {"Content-Length": 1000, "X-Srkit-Name": "slow.png"})
        answer = heard(raw(small, head, b"x"))
        assert b" 408 " in answer.splitlines()[0]
        assert b"slow.png: nothing came for 0.3 seconds; send it again" in answer
    assert small.left() == []


def test_a_sender_that_dies_leaves_nothing(small):
    with small.tab() as tab:
        head = (f"/tabs/{tab.id}/photograph", {"Content-Length": 1000})
        raw(small, head, b"x").close()
        assert small.left() == []


def test_a_decompression_bomb_is_refused_by_its_header(small):

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(10**5)))
        + chunk(b"IEND", b"")
    )
    with small.tab() as tab:
        status, said = tab.send(bomb, "bomb.png")
        assert (status, said["error"]) == (
            422,
            "bomb.png: wants at most 10,000 pixels, its header says 100000 x 100000; start srkit-app with a larger "
            "--max-pixels",
        )
    assert small.left() == []


def test_only_so_many_photographs_come_at_once_and_others_wait(small, photo):
    with small.tab() as tab:
        head = (f"/tabs/{tab.id}/photograph", {"Content-Length": 1000})
        slow = [raw(small, head, b"x") for _ in range(SMALL.uploads)]
        while not small.desk.uploads.locked():
            time.sleep(0.01)
        assert tab.send(photo().read_bytes(), "late.png")[0] == 200  # when the others are left, as too slow
        for connection in slow:
            connection.close()
    assert small.left() == []


def test_a_refusal_is_heard_by_one_who_sends_all_the_same(small):
    with small.tab() as tab:
        status, said = tab.send(bytes(30_000_000), "big.png")
        assert (status, said["error"][:18]) == (413, "big.png: wants a f")


def test_only_so_many_tabs_are_open(small):
    with small.tab(), small.tab(), small.tab():
        status, _, said = small.ask("POST", "/tabs")
        assert (status, json.loads(said)) == (
            503,
            {"error": "srkit-app: wants at most 3 open tabs; close one of them"},
        )
    while small.desk.tabs:
        time.sleep(0.01)
    with small.tab() as tab:
        assert tab.id


def test_a_long_order_is_refused(small):
    with small.tab() as tab:
        assert tab.ask("POST", "plan", b" " * 20_000)[0] in (409, 413)


def test_a_connection_that_says_nothing_is_closed(tmp_path, monkeypatch, serving):
    monkeypatch.setattr(server, "SILENCE", 0.2)
    with serving(tmp_path) as client:
        whole = f"GET /icon.svg HTTP/1.1\r\nHost: {client.host}\r\n\r\n".encode()
        for start in (b"", b"GET / HT", whole + b"GET / HTTP/1.1\r\nHost: "):
            with socket.create_connection(("127.0.0.1", client.port), timeout=4) as silent:
                silent.sendall(start)
                said = b""
                while part := silent.recv(4096):
                    said += part
                assert said.count(b"HTTP/1.1 200") == start.count(b"icon")
