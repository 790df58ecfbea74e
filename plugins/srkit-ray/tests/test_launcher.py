"""The launcher without a cluster: its options, and its messages."""

import json
import os
import socket
import subprocess
import sys

import pytest

from srkit.errors import BuildError, ConfigError, RunError
from srkit.parts.launcher import Ended, Task
from srkit.plugins import load_catalog
from srkit_ray import launcher
from srkit_ray.launcher import Ray

BRIDGE = """import json, os, sys
orders = json.loads(sys.stdin.readline())
print("words that are no message", file=sys.stderr, flush=True)
{body}
"""


@pytest.fixture
def task(tmp_path):
    (tmp_path / "t").mkdir()
    return Task("t", ("-c", "pass"), tmp_path / "t", tmp_path / "t" / "output.txt")


@pytest.fixture
def bridge(tmp_path, monkeypatch):
    """Return a function that puts a program into the place of the bridge."""
    monkeypatch.setattr(launcher, "find_spec", lambda name: object())

    def bridge(body):
        real, program = subprocess.Popen, BRIDGE.format(body=body)
        monkeypatch.setattr(
            launcher.subprocess, "Popen", lambda words, **more: real((sys.executable, "-c", program), **more)
        )

    return bridge


def say(*message):
    return f"print({json.dumps(json.dumps(message))}, flush=True)"


def test_a_trial_occupies_as_many_cores_as_it_has_threads():
    built = load_catalog().build("launcher", "ray", threads=3)
    assert (built.cpus, built.gpus, built.threads) == (3, 0, 3)
    assert Ray(threads=3, cpus=0.5, gpus=2).cpus == 0.5


@pytest.mark.parametrize(
    ("option", "value", "error", "message"),
    [
        ("cpus", 0, ConfigError, "cpus: wants float above 0, got 0"),
        ("cpus", 1.5, BuildError, "cpus: wants a whole number or less than 1, got 1.5"),
        ("gpus", 2.5, BuildError, "gpus: wants a whole number or less than 1, got 2.5"),
        ("gpus", -1, ConfigError, "gpus: wants float of at least 0, got -1"),
        ("threads", 0, ConfigError, "threads: wants int of at least 1, got 0"),
        (
            "address",
            "ray://head:10001",
            BuildError,
            "address: wants auto, or host:port of a cluster, got 'ray://head",
        ),
        ("address", "head", BuildError, "address: wants auto, or host:port of a cluster, got 'head'"),
    ],
)
def test_it_refuses(option, value, error, message):
    with pytest.raises(error) as refused:
        load_catalog().build("launcher", "ray", **{option: value})
    assert message in str(refused.value)


def test_without_tasks_it_needs_no_cluster():
    assert list(Ray(address="nowhere:1")([], None)) == []


def test_without_ray_it_says_so(task, monkeypatch):
    monkeypatch.setattr(launcher, "find_spec", lambda name: None)
    with pytest.raises(RunError, match="launcher ray: wants the package ray, found none; pip install srkit-ray"):
        next(Ray()([task]))


def test_it_gives_orders_and_yields_what_has_ended(task, bridge, caplog):
    told = "assert orders['tasks'][0]['output'] == 'output.txt' and orders['gpus'] == 0, orders\n"
    told += "assert orders['variables']['OMP_NUM_THREADS'] == '2' and orders['jobs'] == 4, orders\n"
    told += "assert orders['variables']['CUDA_VISIBLE_DEVICES'] == '', orders\n"
    bridge("\n".join([told, say("note", "a worker died"), say("ended", "t", 1, "no more"), "sys.stdin.read()"]))
    assert list(Ray(threads=2)([task], 4)) == [Ended("t", 1, "no more")]
    assert caplog.messages == ["a worker died"]


def test_a_problem_is_an_error_of_the_study(task, bridge):
    bridge(say("problem", "node 7: srkit: wants 1, found 2\nmake them the same"))
    with pytest.raises(RunError) as told:
        next(Ray()([task]))
    assert str(told.value) == "launcher ray: node 7: srkit: wants 1, found 2\nmake them the same"


def test_a_bridge_that_dies_is_told_with_its_last_words(task, bridge):
    bridge("os._exit(3)")
    with pytest.raises(RunError) as told:
        next(Ray()([task]))
    assert str(told.value) == (
        "launcher ray: the connection to the cluster ended with status 3: words that are no message; "
        "give the same command again to go on"
    )


def test_closing_it_ends_the_bridge(task, bridge, tmp_path):
    mark = tmp_path / "mark"
    bridge(f"open({str(mark)!r}, 'w').write(str(os.getpid()))\n{say('ended', 't', 0, None)}\nsys.stdin.read()")
    other = task._replace(name="other")
    ended = Ray()([task, other])
    assert next(ended) == Ended("t", 0)
    ended.close()
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


def test_where_nothing_answers_it_says_where(task):
    pytest.importorskip("ray", reason="wants the package ray")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        port = taken.getsockname()[1]
        with pytest.raises(RunError) as told:
            next(Ray(address=f"127.0.0.1:{port}")([task]))
    assert str(told.value) == (
        f"launcher ray: 127.0.0.1:{port}: wants the head of a Ray cluster, found nothing that answers: "
        "Connection refused; start one by 'ray start --head', or give another launcher.address"
    )
