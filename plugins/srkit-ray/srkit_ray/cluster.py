"""A Ray cluster: its nodes, what they have, and whether their packages are those of this machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ray
from ray import cloudpickle
from ray.exceptions import RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

import srkit_ray.folder
import srkit_ray.manifest
import srkit_ray.worker
from srkit_ray.errors import ClusterError
from srkit_ray.worker import Worker, compare

ANSWER = 90.0
"""Seconds for a node to tell its packages; Ray may have to start a process there first."""

WAY_OUT = "install the same there as here and start Ray there again, or take the node out of the cluster"
SOURCE = Path(srkit_ray.manifest.__file__).read_text(encoding="utf-8")

Node = Mapping[str, Any]
"""A node as ``ray.nodes()`` tells it."""

Packages = tuple[str, Mapping[str, str], Sequence[str]]
"""What ``srkit_ray.worker.compare`` takes: the text of the manifest's module, the manifest, the plugins in it."""

for module in (srkit_ray.folder, srkit_ray.manifest, srkit_ray.worker):
    cloudpickle.register_pickle_by_value(module)  # a node that lacks this plugin can then say so


class Cluster:
    """The connection to a cluster.

    Args:
        address: ``host:port``, or auto.
        cpus: Cores that a trial occupies.
        gpus: GPUs that a trial occupies.

    Raises:
        ClusterError: Ray cannot connect.
    """

    def __init__(self, address: str, cpus: float, gpus: float) -> None:
        try:
            ray.init(address=address, log_to_driver=False, logging_level="CRITICAL", configure_logging=False)
        except (ConnectionError, RuntimeError, ValueError, RayError) as error:
            raise ClusterError(
                f"{address}: wants a Ray cluster that this machine is a node of, found none: "
                f"{str(error).strip().partition(chr(10))[0]}; join it by 'ray start --address=HOST:PORT', or start "
                "one by 'ray start --head'"
            ) from None
        self.head = ray.get_runtime_context().gcs_address
        self.cpus, self.gpus = cpus, gpus

    def nodes(self) -> list[Node]:
        """Return the living nodes that have room for a trial when they are idle."""
        return [node for node in ray.nodes() if node["Alive"] and self.room([node])]

    def room(self, nodes: Sequence[Node]) -> int:
        """Return how many trials ``nodes`` hold at a time."""
        wanted = {name: amount for name, amount in (("CPU", self.cpus), ("GPU", self.gpus)) if amount}
        return sum(
            min(int(node["Resources"].get(name, 0) / amount + 1e-6) for name, amount in wanted.items())
            for node in nodes
        )

    def wanted(self) -> str:
        """Return what a trial wants and what the nodes have, in words."""
        wants = f"{self.cpus:g} CPU" + (f" and {self.gpus:g} GPU" if self.gpus else "")
        living = [(title(node), node["Resources"]) for node in ray.nodes() if node["Alive"]]
        has = ", ".join(
            f"{name} with {has.get('CPU', 0):g} CPU and {has.get('GPU', 0):g} GPU" for name, has in living
        )
        return (
            f"{self.head}: wants a node with {wants} for a trial, found {has or 'none'}; lower launcher.cpus or "
            "launcher.gpus, or add a node"
        )

    def worker(self, avoid: Sequence[str] = ()) -> Any:
        """Return a new actor, which waits for room; on a node of ``avoid`` only if there is none elsewhere."""
        label, nodes = "ray.io/node-id", ",".join(avoid)
        place = {
            "label_selector": {label: f"!in({nodes})"},
            "fallback_strategy": [{"label_selector": {label: f"in({nodes})"}}],
        }
        resources = {"num_cpus": self.cpus, "num_gpus": self.gpus}
        return ray.remote(Worker).options(**resources, **(place if avoid else {}), max_restarts=0).remote()

    def title(self, node: str) -> str:
        """Return a node's name in messages, by its id: address, host, and the first letters of the id."""
        known = [one for one in ray.nodes() if one["NodeID"] == node]
        return title(known[0]) if known else node[:6]

    def check(self, packages: Packages) -> None:
        """Compare the packages of all nodes that have room for a trial with those that are wanted.

        Raises:
            ClusterError: All differences of all nodes; or there is no such node.
        """
        nodes = self.nodes()
        if not nodes:
            raise ClusterError(self.wanted())
        asked = {
            title(node): ray.remote(compare)
            .options(num_cpus=0, max_retries=0, scheduling_strategy=_on(node))
            .remote(*packages)
            for node in nodes
        }
        answers = list(asked.values())
        answered, _ = ray.wait(answers, num_returns=len(answers), timeout=ANSWER)
        refuse({node: _differences(answer, answer in answered) for node, answer in asked.items()})


def packages(orders: Mapping[str, Any]) -> Packages:
    """Return the packages that the launcher wants on every node."""
    return SOURCE, orders["manifest"], orders["plugins"]


def refuse(differences: Mapping[str, Sequence[str]]) -> None:
    """Refuse nodes whose packages differ.

    Raises:
        ClusterError: Every difference, by the title of its node.
    """
    lines = [f"node {node}: {line}" for node, found in differences.items() for line in found]
    if lines:
        raise ClusterError("\n".join([*lines, WAY_OUT]))


def _differences(answer: Any, answered: bool) -> list[str]:
    if not answered:
        return [f"does not tell its packages within {ANSWER:.0f} seconds"]
    try:
        found: list[str] = ray.get(answer)
    except RayError as error:
        return [f"cannot tell its packages: {short(error)}"]
    return found


def _on(node: Node) -> NodeAffinitySchedulingStrategy:
    return NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)


def title(node: Node) -> str:
    """Return a node's name in messages: address, host, and the first letters of its id."""
    return f"{node['NodeManagerAddress']} ({node['NodeManagerHostname']}, {node['NodeID'][:6]})"


def short(error: BaseException) -> str:
    """Return the first line of an error of Ray; of an error on a node, what was raised there."""
    cause = getattr(error, "cause", None) or error
    line = str(cause).strip().partition("\n")[0]
    return f"{type(cause).__name__}: {line}" if not isinstance(cause, RayError) else line
