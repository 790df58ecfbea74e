"""TensorFlow's graphs (.pb), read without TensorFlow: the nodes, and the numbers of their constants.

A graph is a message of Google's protocol buffers: fields with a number, each a whole number, some bytes, or a
message again. The numbers of the fields are those of graph.proto, node_def.proto, attr_value.proto and
tensor.proto.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
FLOAT = 1
"""The type of a tensor of float32."""


@dataclass(frozen=True)
class Node:
    """An operation of a graph.

    Args:
        name: Its name.
        operation: The operation, such as Conv2D.
        inputs: Names of the nodes that it reads.
        tensor: The numbers of a constant; None for other operations, and for constants that are no float32.
        integers: Its attributes that are whole numbers.
    """

    name: str
    operation: str
    inputs: tuple[str, ...] = ()
    tensor: NDArray[np.float32] | None = None
    integers: Mapping[str, int] = field(default_factory=dict)


def read_graph(content: bytes) -> list[Node]:
    """Return the nodes of a graph, in the order of the file.

    Raises:
        ValueError: The bytes are no graph, or are cut off.
    """
    return [_node(value) for number, value in _fields(content) if number == 1 and isinstance(value, bytes)]


def _node(content: bytes) -> Node:
    texts: dict[int, list[str]] = {1: [], 2: [], 3: []}
    tensor, integers = None, dict[str, int]()
    for number, value in _fields(content):
        if number in texts and isinstance(value, bytes):
            texts[number].append(value.decode())
        elif number == 5:  # an attribute: its name and its value
            entry = dict(_fields(_bytes(value)))
            attribute = dict(_fields(_bytes(entry[2])))
            if 8 in attribute:
                tensor = _tensor(_bytes(attribute[8]))
            elif isinstance(whole := attribute.get(3), int):
                integers[_bytes(entry[1]).decode()] = whole
    if not texts[1] or not texts[2]:
        raise ValueError("has a node without a name or an operation")
    return Node(texts[1][0], texts[2][0], tuple(texts[3]), tensor, integers)


def _tensor(content: bytes) -> NDArray[np.float32] | None:
    """Return the numbers of a tensor, which lie in the file as one piece, or one by one, the last one repeated."""
    kind, shape, numbers = 0, [], b""
    for number, value in _fields(content):
        if number == 1 and isinstance(value, int):
            kind = value
        elif number == 2:
            sizes = (dict(_fields(_bytes(dim))).get(1, 0) for at, dim in _fields(_bytes(value)) if at == 2)
            shape = [size for size in sizes if isinstance(size, int)]
        elif number in (4, 5):
            numbers += _bytes(value)
    if kind != FLOAT:
        return None
    values, size = np.frombuffer(numbers, "<f4"), math.prod(shape)
    if not 0 < len(values) <= size:
        raise ValueError(f"has a constant of {len(values)} numbers for the shape {shape}")
    return np.pad(values, (0, size - len(values)), mode="edge").reshape(shape)


def _fields(content: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield the number and the value of every field of a message."""
    at = 0
    while at < len(content):
        key, at = _varint(content, at)
        number, kind = key >> 3, key & 7
        if kind == VARINT:
            value, at = _varint(content, at)
            yield number, value
            continue
        if kind not in (FIXED64, BYTES, FIXED32):
            raise ValueError("is no graph of TensorFlow")
        length, at = _varint(content, at) if kind == BYTES else (8 if kind == FIXED64 else 4, at)
        if at + length > len(content):
            raise ValueError("is cut off")
        yield number, content[at : at + length]
        at += length


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """Return a whole number of seven bits a byte, the lowest first, and the place behind it."""
    value = shift = 0
    while at < len(content):
        byte = content[at]
        value, shift, at = value | (byte & 127) << shift, shift + 7, at + 1
        if byte < 128:
            return value, at
    raise ValueError("is cut off")


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise ValueError("is no graph of TensorFlow")
    return value
