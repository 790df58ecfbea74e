"""What happens when workers and nodes die, on a cluster that only pretends to be one."""

from types import SimpleNamespace

import pytest

pytest.importorskip("ray", reason="wants the package ray")

from ray.exceptions import RayActorError

from srkit_ray import schedule as module
from srkit_ray.errors import ClusterError
from srkit_ray.schedule import Schedule


class Call:
    def __init__(self, function, given):
        self.get = lambda: function(*given)


class Method:
    def __init__(self, function):
        self.function = function

    def remote(self, *given):
        return Call(self.function, given)


class PretendedWorker:
    """Begins, is polled once, and ends as the story tells: with a code, or with an error of Ray."""

    def __init__(self, node, end, differences, seen):
        self.begin = Method(lambda *given: (seen.append(given), (node, differences))[1])
        self.poll = Method(lambda: self._poll(end))
        self.end = Method(lambda: None)

    def _poll(self, end):
        if isinstance(end, Exception):
            raise end
        return end, {"made": b"result"}


class PretendedCluster:
    def __init__(self, story, room=1, differences=()):
        self.story, self.places, self.differences = list(story), room, list(differences)
        self.avoided, self.seen = [], []

    def check(self, packages):
        if not self.places:
            raise ClusterError(self.wanted())

    def nodes(self):
        return ["n1", "n2"][: self.places]

    def room(self, nodes):
        return len(nodes)

    def title(self, node):
        return f"title of {node}"

    def wanted(self):
        return "head: wants more"

    def worker(self, avoid):
        self.avoided.append(list(avoid))
        return PretendedWorker(f"n{len(self.avoided)}", self.story.pop(0), self.differences, self.seen)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a function that runs one task by a story, and gives (messages, cluster)."""
    pretended = SimpleNamespace(
        wait=lambda calls, **_: (calls, []), get=lambda call: call.get(), kill=lambda worker: None
    )
    monkeypatch.setattr(module, "ray", pretended)
    monkeypatch.setattr(module, "PULSE", 0.0)
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "given").write_text("given")
    task = {"name": "t", "arguments": ["-c", "pass"], "folder": str(tmp_path / "t"), "output": "output.txt"}
    orders = {"tasks": [task], "retries": 2, "jobs": None, "manifest": {}, "plugins": [], "variables": {"A": "1"}}

    def run(*story, turns=100, **more):
        cluster, messages = PretendedCluster(story, **more), []
        schedule, left = Schedule(cluster, orders, lambda *message: messages.append(message)), iter(range(turns))
        schedule.run(lambda: next(left, None) is not None)
        schedule.stop()
        return messages, cluster

    return run


def test_a_task_gets_its_folder_and_its_files_come_back(run, tmp_path):
    messages, cluster = run(0)
    assert messages == [("ended", "t", 0, None)]
    arguments, files, output, variables, _ = cluster.seen[0]
    assert (arguments, files, output, variables) == (
        ["-c", "pass"],
        {"given": b"given", "output.txt": b""},
        "output.txt",
        {"A": "1"},
    )
    assert (tmp_path / "t" / "made").read_bytes() == b"result"


def test_a_task_that_fails_is_not_tried_again(run):
    assert run(3)[0] == [("ended", "t", 3, None)]


def test_where_a_worker_died_the_task_goes_on_elsewhere_with_what_it_had_written(run, tmp_path):
    messages, cluster = run(RayActorError(), -9, 0)
    assert [kind for kind, *_ in messages] == ["note", "note", "ended"]
    assert messages[0] == ("note", "node title of n1: a worker died\n  t is tried again, 1 of 2")
    assert messages[-1] == ("ended", "t", 0, None)
    assert cluster.avoided == [[], ["n1"], ["n1", "n2"]]
    assert cluster.seen[2][1]["made"] == b"result"
    assert (
        "node title of n2: the worker died: its process was ended by signal 9"
        in (tmp_path / "t" / "output.txt").read_text()
    )


def test_it_is_given_up_after_so_many_deaths(run):
    messages, _ = run(-9, -9, -9)
    assert messages[-1] == (
        "ended",
        "t",
        -9,
        "node title of n3: its worker died 3 times, the last time: its process was ended by signal 9",
    )


def test_a_node_that_joins_with_other_packages_is_refused(run):
    with pytest.raises(ClusterError) as told:
        run(0, differences=["srkit: wants 1, found 2"])
    assert str(told.value).startswith("node title of n1: srkit: wants 1, found 2\ninstall the same there as here")


def test_without_a_node_that_has_room_nothing_begins(run, monkeypatch):
    with pytest.raises(ClusterError, match="head: wants more"):
        run(0, room=0)


def test_once_all_nodes_are_gone_it_waits_and_then_says_so(run, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.0)
    monkeypatch.setattr(module, "LOOK", 0.0)
    monkeypatch.setattr(PretendedCluster, "check", lambda self, packages: None)
    with pytest.raises(ClusterError, match="head: wants more"):
        run(0, room=0)


def test_a_run_that_is_stopped_begins_nothing_more(run):
    assert run(0, turns=1)[0] == []
