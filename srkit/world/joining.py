"""Joining the processes that torchrun has started."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import torch
from torch import distributed as dist
from torch.distributed.rendezvous import rendezvous

from srkit.errors import TrainingError
from srkit.world.ending import tell
from srkit.world.world import ALONE, World

PATIENCE = timedelta(hours=1)
"""Longest wait for the other processes, one of which may be writing a large file."""

LARGEST_PORT = 65535
"""The largest port of TCP."""

LOST = ("Connection closed by peer", "Connection reset by peer", "Broken pipe", "Connection refused")
"""Parts of gloo's messages about a process that has gone; gloo's errors have no class of their own."""

RENDEZVOUS = ("RANK", "MASTER_ADDR", "MASTER_PORT")
"""The variables, besides WORLD_SIZE, by which torchrun lets processes find each other."""


def own_device(device: torch.device) -> torch.device:
    """Return the device of this process: on a machine with several GPUs, torchrun's local rank chooses one.

    Raises:
        TrainingError: Several processes of this machine would share a GPU, or cannot train together on ``device``.
    """
    here, local = _number("LOCAL_WORLD_SIZE", 1), _number("LOCAL_RANK", 0)
    if _number("WORLD_SIZE", 1) > 1 and device.type not in ("cpu", "cuda"):
        raise TrainingError(
            f"train.device={device}: wants cpu or cuda for several processes; start one process, or give "
            "train.device=cpu"
        )
    if device.type != "cuda" or "LOCAL_RANK" not in os.environ:
        return device
    if device.index is not None and here > 1:
        raise TrainingError(
            f"train.device={device}: wants a GPU for each of the {here} processes of this machine; give "
            "train.device=cuda"
        )
    if device.index is None and torch.cuda.is_available() and local >= torch.cuda.device_count():
        raise TrainingError(
            f"train.device=cuda: wants a GPU for each of the {here} processes of this machine, found "
            f"{torch.cuda.device_count()}; start torchrun with --nproc-per-node {torch.cuda.device_count()}"
        )
    return torch.device("cuda", local) if device.index is None else device


@contextmanager
def joined() -> Iterator[World]:
    """Join the other processes where torchrun started several.

    Tensors on a GPU are exchanged by NCCL, all else by gloo, so that words between processes wait for no GPU. When
    a process fails or has gone, all end, and one of them prints why; see ``srkit.world.ending``.

    Raises:
        TrainingError: The environment says that there are several processes, but not how they find each other.
        SystemExit: One of several processes has failed, and the message has been printed.
    """
    if _number("WORLD_SIZE", 1) < 2:
        yield ALONE
        return
    rank, size = _given()
    try:
        store, rank, size = next(rendezvous("env://", rank, size, timeout=PATIENCE))
    except dist.DistError as error:
        raise _lost(error) from error
    world = World(rank, size)
    try:
        backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
        dist.init_process_group(backend, store=store, rank=rank, world_size=size, timeout=PATIENCE)
        yield world
    except (Exception, KeyboardInterrupt) as error:
        seen = _lost(error) if _is_loss(error) else error
        code = tell(seen, store, world)
        if not torch.cuda.is_available():  # NCCL would wait for the messages of a process that has gone
            with suppress(RuntimeError):
                dist.destroy_process_group()
        raise SystemExit(code) from error
    dist.destroy_process_group()


def _given() -> tuple[int, int]:
    """Return rank and number of processes, as torchrun sets them.

    Raises:
        TrainingError: A variable is missing, or cannot be.
    """
    if missing := [name for name in RENDEZVOUS if name not in os.environ]:
        names = " and ".join(", ".join(missing).rsplit(", ", 1))
        raise TrainingError(
            f"WORLD_SIZE={os.environ['WORLD_SIZE']}: wants {names} too, as torchrun sets them; start the processes "
            "by torchrun, or unset WORLD_SIZE to train in one"
        )
    rank, size, port = (_number(name, 0) for name in ("RANK", "WORLD_SIZE", "MASTER_PORT"))
    if rank >= size or port > LARGEST_PORT:
        raise TrainingError(
            f"RANK={rank}, WORLD_SIZE={size}, MASTER_PORT={port}: wants a rank below the number of processes and a "
            f"port of at most {LARGEST_PORT}; start the processes by torchrun"
        )
    return rank, size


def _number(name: str, usual: int) -> int:
    """Return the whole number in an environment variable, which is ``usual`` if it is not set.

    Raises:
        TrainingError: The variable holds something else.
    """
    text = os.environ.get(name, str(usual))
    if not (text.isascii() and text.isdigit()):
        raise TrainingError(
            f"{name}={text}: wants a whole number, as torchrun sets it; unset it to train in one process"
        )
    return int(text)


def _is_loss(error: BaseException) -> bool:
    """Return whether an error of torch is about a process that has gone."""
    known = isinstance(error, dist.DistError) or any(one in str(error) for one in LOST)
    return isinstance(error, RuntimeError) and known


def _lost(error: BaseException) -> TrainingError:
    reason = str(error).partition("\n")[0].partition(". ")[0]
    return TrainingError(
        "torchrun: wants all processes to the end, but another one has ended or cannot be reached; its own "
        "message, if it left one, says why; once that is put right, start all again, with --resume for a run that "
        f"has begun ({reason})"
    )
