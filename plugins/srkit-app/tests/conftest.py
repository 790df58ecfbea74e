"""A server on a free port, in a thread, and a tab that talks to it as the page does."""

import asyncio
import http.client
import json
import os
import threading
import time
from contextlib import contextmanager
from urllib.parse import quote

import numpy as np
import pytest
import torch

from srkit.image import files
from srkit.plugins import load_catalog
from srkit_app.address import listen
from srkit_app.desk import Desk, Limits
from srkit_app.networks import Networks
from srkit_app.offer import offered
from srkit_app.server import Server

torch.set_num_threads(1)
KEY = "the-key"
CATALOG = load_catalog()


class Client:
    """Talks to the server of a desk, at a port."""

    key = KEY

    def __init__(self, desk, port):
        self.desk, self.port = desk, port
        self.host = f"127.0.0.1:{port}"

    def left(self):
        """Return the temporary files that remain; the last request may still be ending."""
        for _ in range(200):
            if not (found := [name for _, folders, names in os.walk(self.desk.place) for name in folders + names]):
                break
            time.sleep(0.02)
        return found

    def ask(self, method, path, body=None, **headers):
        """Return (status, headers, body); the key is sent unless ``headers`` has another one."""
        given = {"Host": self.host, "X-Srkit-Key": KEY} | {
            name.replace("_", "-"): one for name, one in headers.items()
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, {name: one for name, one in given.items() if one is not None})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    @contextmanager
    def tab(self):
        """Open a tab for the length of a block, and wait until the server has noticed its end."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("POST", "/tabs", headers={"X-Srkit-Key": KEY})
        answer = connection.getresponse()
        tab = Tab(self, answer)
        try:
            yield tab
        finally:
            answer.close()
            connection.close()
            for _ in range(500):
                if tab.id not in self.desk.tabs:
                    break
                time.sleep(0.01)
            assert tab.id not in self.desk.tabs


class Tab:
    """An open tab: the stream of its news, and its requests."""

    def __init__(self, client, answer):
        self.client, self.answer = client, answer
        self.hello = self.next()
        self.id = self.hello.get("tab")

    def next(self):
        """Return the next line of news."""
        while (line := self.answer.readline()) == b"\n":
            pass
        return json.loads(line)

    def ask(self, method, path, body=None, **headers):
        body = json.dumps(body) if isinstance(body, dict) else body
        return self.client.ask(method, f"/tabs/{self.id}/{path}", body, **headers)

    def send(self, content, name):
        """Send a photograph, and return (status, what the server says)."""
        status, _, said = self.ask("POST", "photograph", content, X_Srkit_Name=quote(name))
        return status, json.loads(said)

    def told(self, path, **choices):
        """Return what the server says to choices."""
        status, _, said = self.ask("POST", path, choices)
        return status, json.loads(said)

    def enlarged(self, **choices):
        """Enlarge the photograph, and return the last state."""
        status, said = self.told("work", **choices)
        assert status == 202, said
        while (now := self.next())["work"] != said["work"] or now["state"] in ("waiting", "working"):
            pass
        return now


@contextmanager
def _serving(place, limits=None, models=()):
    """Serve for the length of a block, and give a client."""
    sockets, address = listen("127.0.0.1", 0)
    desk = Desk(Networks(CATALOG, offered(models), "cpu", "auto"), place, limits or Limits())
    ready = threading.Event()
    server = Server(desk, address, KEY, ready.set)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([sockets])))
    thread.start()
    assert ready.wait(10)
    try:
        yield Client(desk, address.port)
    finally:
        server.handle_exit(2, None)
        thread.join(20)
        assert not thread.is_alive()


@pytest.fixture(scope="session")
def serving():
    """Return a function that serves from a folder for the length of a block."""
    return _serving


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """A client for a server."""
    with _serving(tmp_path_factory.mktemp("place")) as found:
        yield found


@pytest.fixture
def endless(monkeypatch):
    """Let every enlargement go on for ever, so that only stopping ends it."""

    def steps(job, upscaler, wanted):
        while True:
            yield 0.25
            time.sleep(0.01)

    monkeypatch.setattr("srkit_app.work.upscale_photograph", steps)


@pytest.fixture
def photo(tmp_path):
    """Return a function that makes a small photograph, and gives its file."""

    def photo(name="photo.png", height=12, width=16, channels=3, **options):
        y, x = np.mgrid[:height, :width]
        pixels = np.stack([(29 * x + 17 * y + 80 * c) % 256 for c in range(channels)], -1).astype(np.uint8)
        files.write(tmp_path / name, pixels, **options)
        return tmp_path / name

    return photo
