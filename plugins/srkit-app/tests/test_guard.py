"""Who comes in: the Host header, the origin, the key, and addresses that lead nowhere."""

import json
import socket

import pytest

from srkit_app.address import Address, AddressError, listen

HERE = Address("127.0.0.1", 80, local=True)
OPEN = Address("0.0.0.0", 80, local=False)


@pytest.mark.parametrize(
    ("host", "here", "opened"),
    [
        ("127.0.0.1:80", True, True),
        ("127.0.0.1:9000", True, True),  # through ssh -L
        ("localhost:80", True, True),
        ("LOCALHOST", True, True),
        ("[::1]:80", True, True),
        ("192.168.0.7:80", False, True),
        (f"{socket.gethostname()}:80", socket.gethostname() == "localhost", True),
        ("evil.example", False, False),
        ("evil.example:80", False, False),
        ("127.0.0.1.evil.example:80", False, False),
        ("localhost.evil.example", False, False),
        ("evil.example@127.0.0.1:80", False, False),
        ("[127.0.0.1", True, True),  # no browser sends it
        ("", False, False),
        (None, False, False),
    ],
)
def test_names_that_others_can_own_are_refused(host, here, opened):
    assert (HERE.allows(host), OPEN.allows(host)) == (here, opened)


def test_a_foreign_name_gets_nothing_at_all(client):
    for method, path in (("GET", "/"), ("POST", "/tabs"), ("GET", "/app.js")):
        status, _, said = client.ask(method, path, Host="evil.example:80")
        assert status == 403
        assert json.loads(said)["error"] == (
            "wants the address that srkit-app printed, found the name 'evil.example:80'"
        )


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Srkit_Key": None},
        {"X_Srkit_Key": ""},
        {"X_Srkit_Key": "the-kez"},
        {"X_Srkit_Key": "\xfc"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
    ids=str,
)
def test_nothing_is_changed_without_the_key_or_from_another_page(client, photo, headers):
    with client.tab() as tab:
        tab.send(photo().read_bytes(), "photo.png")
        before = client.desk.tabs[tab.id].photograph
        requests = (("photograph", b"x"), ("plan", b"{}"), ("work", b'{"scale": 2}'), ("stop", b""))
        for path, body in requests:
            assert tab.ask("POST", path, body, **headers)[0] == 403
        assert client.ask("POST", "/tabs", **headers)[0] == 403
        assert client.desk.tabs[tab.id].photograph is before
        assert client.desk.tabs[tab.id].work is None
        assert len(client.desk.tabs) == 1


def test_the_page_itself_may_send(client, photo):
    with client.tab() as tab:
        status, _, _ = tab.ask(
            "POST", "photograph", photo().read_bytes(), Origin=f"http://{client.host}", Sec_Fetch_Site="same-origin"
        )
        assert status == 200


def test_every_answer_has_the_policy(client, photo):
    with client.tab() as tab:
        tab.send(photo().read_bytes(), "photo.png")
        answers = [
            client.ask("GET", "/"),
            client.ask("GET", "/nothing"),
            client.ask("GET", "/", Host="evil.example"),
            tab.ask("GET", "before"),
            tab.ask("POST", "plan", b"{"),
        ]
    for _, headers, _ in answers:
        policy = headers["Content-Security-Policy"].split("; ")
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert not [one for one in policy if "http" in one or "unsafe" in one or "*" in one or "data:" in one]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert "Server" not in headers
        assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize(
    "path",
    [
        "/../pyproject.toml",
        "/../../../../../../etc/passwd",
        "/..%2f..%2fetc%2fpasswd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/app.css/../../command.py",
        "/page/index.html",
        "/app.js%00.css",
        "/tabs/../app.css",
        "/tabs/%2e%2e/before",
        "/tabs/x/after/../../../etc/passwd",
        "/tabs/x/result/1",
        "file:///etc/passwd",
        "/\\..\\..\\etc\\passwd",
    ],
)
def test_no_address_leads_to_a_file(client, path):
    status, _, said = client.ask("GET", path)
    assert status == 404
    assert "error" in json.loads(said)


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/x.png",
        "/etc/x.png",
        "C:\\windows\\x.png",
        "..",
        "",
        "a\0b\n.png",
        "x" * 5000 + ".png",
        "%2e%2e%2fx.png",
        "x.png/",
    ],
)
def test_names_of_photographs_are_only_shown(client, photo, name):
    with client.tab() as tab:
        status, said = tab.send(photo().read_bytes(), name)
        assert status == 200
        assert "/" not in said["name"]
        assert said["name"].isprintable()
        assert 0 < len(said["name"]) < 255
        (file,) = [one for one in client.desk.place.rglob("*") if one.is_file()]
        assert file.name in ("photograph", "photograph.png")
        assert file.parents[1] == client.desk.place


def test_a_taken_port_and_a_foreign_host_are_said(client):
    with pytest.raises(AddressError, match=r"127\.0\.0\.1, port \d+: cannot be listened on: .*; without --port"):
        listen("127.0.0.1", client.port)
    with pytest.raises(AddressError, match="--host not a name: wants a name or an address of this computer"):
        listen("not a name", 0)
