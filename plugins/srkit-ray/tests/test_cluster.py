"""The launcher on a real cluster: two nodes of one core each, on this machine."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

pytest.importorskip("ray", reason="wants the package ray")

import srkit
from srkit.errors import RunError
from srkit.image import files
from srkit.parts.launcher import Task
from srkit.plugins import load_catalog
from srkit.testing import check_part
from srkit_ray.launcher import Ray

pytestmark = pytest.mark.slow

SOURCE = Path(srkit.__file__).parents[1]
PORT = 26500 + os.getpid() % 1000
ADDRESS = f"127.0.0.1:{PORT}"
STUDY = """base: base.yaml
arms: {sub: {}, deep: {model.depth: 2}}
baseline: sub
seeds: [0, 1]
measure: {what: [M1]}
"""
TABLES = ("table.md", "scores.csv", "measures.csv")


class Nodes:
    """The nodes of a cluster, each started by ``ray start``; the processes of a node by its name."""

    def __init__(self, place):
        self.place, self.processes = place, {}

    def start(self, name, *words):
        before = self._processes()
        command = [sys.executable, "-c", "from ray.scripts.scripts import main; main()", "start", *words]
        quiet = ["--num-cpus=1", "--disable-usage-stats", "--object-store-memory=80000000"]
        subprocess.run([*command, *quiet], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.processes[name] = self._processes() - before
        assert self.processes[name]

    def kill(self, name, kind=""):
        """Kill all processes of a node whose commands contain a word, at once."""
        found = self._listed()
        for process in self.processes[name] & found.keys():
            if kind in found[process][1]:
                os.kill(process, signal.SIGKILL)

    def workers(self):
        """The processes that run tasks; their parents are processes of the nodes."""
        own, found = set().union(*self.processes.values()), self._listed()
        return [one for one, (parent, command) in found.items() if parent in own and "ray::Worker" in command]

    def _processes(self):
        """The processes of all nodes: each has the folder or the port of the cluster in its command."""
        words = (str(self.place), f":{PORT}")
        return {process for process, (_, command) in self._listed().items() if any(one in command for one in words)}

    def _listed(self):
        lines = subprocess.run(
            ["ps", "-eww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
        ).stdout
        rows = [line.split(maxsplit=2) for line in lines.splitlines()]
        return {int(process): (int(parent), command) for process, parent, command in rows}


@pytest.fixture(scope="module")
def cluster():
    place = Path(tempfile.mkdtemp(prefix="ray-"))  # short, since sockets have short names
    nodes, before = Nodes(place), dict(os.environ)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    try:
        head = ("--head", f"--port={PORT}", f"--temp-dir={place}", "--include-dashboard=false")
        nodes.start("head", *head)
        nodes.start("second", f"--address={ADDRESS}")
        yield nodes
    finally:
        for name in nodes.processes:
            nodes.kill(name)
        shutil.rmtree(place, ignore_errors=True)
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A study of four trials on small pieces of photographs, and its tables by the local launcher."""
    place, catalog = tmp_path_factory.mktemp("study"), load_catalog()
    config = (Path(__file__).parents[3] / "configs" / "tiny.yaml").read_text() + "data:\n"
    for split in ("train", "validate", "test"):
        images = catalog.build("dataset", "samples", split=split)
        (place / split).mkdir()
        for index in range(2):
            files.write(place / split / f"{images.names[index]}.png", images.high(index)[:96, :96])
        config += f"  {split}: {{use: folder, path: {place / split}}}\n"
    (place / "base.yaml").write_text(config.replace("steps: 6", "steps: 60"))
    (place / "study.yaml").write_text(STUDY)
    local = ablate(place, "local")
    assert local.communicate()[1] == ""
    assert local.returncode == 0
    return place


def ablate(study, folder, *words):
    command = [sys.executable, "-m", "srkit", "ablate", study / "study.yaml", "--output", study / folder, *words]
    return subprocess.Popen(
        list(map(str, command)), cwd=SOURCE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def on_cluster(study, folder):
    return ablate(study, folder, f"launcher={{use: ray, address: '{ADDRESS}'}}")


def trains(study, folder):
    """Wait until a trial has learnt something that is back in its folder."""
    until = time.monotonic() + 300
    while not any('"train", "step": 1' in log.read_text() for log in (study / folder).glob("*/log.jsonl")):
        assert time.monotonic() < until
        time.sleep(0.05)


def same(study, folder):
    return all((study / folder / one).read_bytes() == (study / "local" / one).read_bytes() for one in TABLES)


def test_contract(cluster):
    check_part(load_catalog()["launcher"]["ray"], address=ADDRESS)


def test_resources_that_no_node_has_are_refused(cluster, tmp_path):
    (tmp_path / "t").mkdir()
    task = Task("t", ("-c", "pass"), tmp_path / "t", tmp_path / "t" / "output.txt")
    with pytest.raises(RunError) as told:
        next(Ray(address=ADDRESS, gpus=1)([task]))
    assert f":{PORT}: wants a node with 1 CPU and 1 GPU for a trial, found " in str(told.value)
    assert str(told.value).endswith("; lower launcher.cpus or launcher.gpus, or add a node")


def test_other_packages_are_refused_with_the_node(cluster, tmp_path, monkeypatch):
    (tmp_path / "t").mkdir()
    task = Task("t", ("-c", "pass"), tmp_path / "t", tmp_path / "t" / "output.txt")
    monkeypatch.setattr("srkit_ray.launcher.manifest", lambda plugins: {"srkit": "9 (source of another)"})
    with pytest.raises(RunError) as told:
        next(Ray(address=ADDRESS)([task]))
    first, second, way = str(told.value).splitlines()
    assert first.startswith("launcher ray: node ")
    assert "): srkit: wants 9 (source of another), found " in first
    assert second.startswith("node ")
    assert way == "install the same there as here and start Ray there again, or take the node out of the cluster"


def test_a_worker_that_is_killed_is_replaced(cluster, study):
    process = on_cluster(study, "worker")
    trains(study, "worker")
    os.kill(cluster.workers()[0], signal.SIGKILL)
    _, err = process.communicate()
    assert process.returncode == 0
    assert "is tried again, 1 of 3" in err
    assert same(study, "worker")
    assert all(len(line) <= 80 for line in err.splitlines())


def test_a_driver_that_is_killed_goes_on(cluster, study):
    process = on_cluster(study, "driver")
    trains(study, "driver")
    process.kill()
    process.communicate()
    again = on_cluster(study, "driver")
    assert again.communicate()[1] == ""
    assert again.returncode == 0
    assert same(study, "driver")


def test_ctrl_c_stops_all_trials(cluster, study):
    process = on_cluster(study, "stopped")
    trains(study, "stopped")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "stopped; the same command goes on where it was\n")
    until = time.monotonic() + 60
    while cluster.workers():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_node_that_is_lost_costs_nothing_but_time(cluster, study):
    process = on_cluster(study, "node")
    trains(study, "node")
    cluster.kill("second", "raylet/raylet")
    process.communicate()
    assert process.returncode == 0
    assert same(study, "node")
