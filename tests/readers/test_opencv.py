"""Compared with OpenCV, whose importer of TensorFlow's graphs is another one."""

import cv2
import numpy as np
import pytest
import torch

from srkit.errors import CheckpointError
from srkit.readers.tensorflow_graph import read_graph
from srkit.weights.load import load

FILES = [
    ("espcn_x2", 21_284),
    ("espcn_x4", 24_752),
    ("fsrcnn_x2", 8_500),
    ("fsrcnn_x3", 8_785),
    ("fsrcnn_x4", 9_184),
]


def field(number, content):
    """A field of a message: bytes, with their length in seven bits a byte."""
    length, size = len(content), b""
    while length > 127:
        size, length = size + bytes([length % 128 + 128]), length // 128
    return bytes([number << 3 | 2]) + size + bytes([length]) + content


def constant(name, values):
    values = np.asarray(values, "<f4")
    shape = b"".join(field(2, bytes([8, size])) for size in values.shape)
    tensor = bytes([8, 1]) + field(2, shape) + field(4, values.tobytes())
    value = field(1, b"value") + field(2, field(8, tensor))
    return (*node(name, "Const"), field(5, value))


def node(name, operation, **integers):
    attributes = (
        field(5, field(1, key.encode()) + field(2, bytes([24, value]))) for key, value in integers.items()
    )
    return field(1, name.encode()), field(2, operation.encode()), *attributes


def graph(*nodes):
    return b"".join(field(1, b"".join(one)) for one in nodes)


def espcn(generator):
    """The graph of a tiny ESPCN x2, as the files of OpenCV have it."""
    draw = lambda *shape: 0.3 * generator.standard_normal(shape)  # noqa: E731
    return graph(
        *(constant(f"b{number}", draw(size)) for number, size in ((3, 4), (2, 2), (1, 3))),
        constant("f3", draw(3, 3, 2, 4)),
        constant("f2", draw(3, 3, 3, 2)),
        constant("f1", draw(5, 5, 1, 3)),
        *(node(f"conv{number}", "Conv2D") for number in (1, 2, 3)),
        *(node(f"relu{number}", "Relu") for number in (1, 2)),
        node("shuffle", "DepthToSpace", block_size=2),
        node("out", "Tanh"),
    )


def test_a_graph_is_nodes_and_constants():
    first, second, third = read_graph(
        graph(constant("f", [[1, 2], [3, 4]]), node("shuffle", "DepthToSpace", block_size=3), constant("one", 5))
    )
    assert (first.name, first.operation, first.tensor.tolist()) == ("f", "Const", [[1, 2], [3, 4]])
    assert (second.operation, second.tensor, second.integers) == ("DepthToSpace", None, {"block_size": 3})
    assert third.tensor.shape == ()


def test_numbers_one_by_one_are_repeated_up_to_the_shape():
    tensor = bytes([8, 1]) + field(2, field(2, bytes([8, 3]))) + bytes([5 << 3 | 5]) + np.float32(0.5).tobytes()
    value = field(5, field(1, b"value") + field(2, field(8, tensor)))
    (one,) = read_graph(field(1, field(1, b"x") + field(2, b"Const") + value))
    assert one.tensor.tolist() == [0.5, 0.5, 0.5]


def test_a_network_becomes_a_model_of_luma(tmp_path, catalog):
    file = tmp_path / "tiny.pb"
    file.write_bytes(espcn(np.random.default_rng(0)))
    network = load(str(file), catalog)
    assert (network.name, network.scale, network.color.value) == ("tiny x2", 2, "y")
    assert network.metadata["model"] == {
        "use": "espcn",
        "activation": "relu",
        "output": "tanh",
        "features": 3,
        "narrow": 2,
    }
    filters = {one.name: one.tensor for one in read_graph(file.read_bytes())}["f2"]
    assert network.module.conv2.weight[1, 2, 0, 2].item() == filters[0, 2, 2, 1]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (lambda whole: whole[:-3], "is damaged or no graph of TensorFlow: is cut off"),
        (lambda _: bytes(range(256)), "is damaged or no graph of TensorFlow: is no graph of TensorFlow"),
        (lambda _: b"", "wants the graph of ESPCN or FSRCNN, found one of nothing; export other networks"),
        (lambda _: graph(node("a", "Conv2D")), "wants the graph of ESPCN or FSRCNN, found one of Conv2D"),
        (lambda whole: whole.replace(b"Tanh", b"Than"), "wants the graph of ESPCN or FSRCNN, found one of Const"),
        (None, "wants a .pb file, found nothing of that name"),
    ],
)
def test_other_files_are_refused(tmp_path, catalog, content, message):
    file = tmp_path / "x.pb"
    if content is not None:
        file.write_bytes(content(espcn(np.random.default_rng(0))))
    with pytest.raises(CheckpointError) as error:
        load(str(file), catalog)
    assert str(error.value).startswith(f"{file}: {message}")


def without_the_shuffle(content):
    """Return the graph up to the pixel shuffle: OpenCV 5.0.0 does not find the size of its blocks."""
    kept = b""
    while content:
        size = place = 0
        for shift, byte in enumerate(content[1:]):
            size, place = size | (byte & 127) << 7 * shift, shift + 2
            if byte < 128:
                break
        one, content = content[: place + size], content[place + size :]
        if b"DepthToSpace" in one:
            return kept
        kept += one
    return kept


@pytest.mark.parametrize(("name", "count"), FILES)
def test_the_files_of_opencv_give_what_opencv_computes(catalog, shared_data, name, count):
    file = shared_data / "weights" / f"{name}.pb"
    network, low = load(str(file), catalog), torch.rand(1, 1, 13, 17, generator=torch.Generator().manual_seed(0))
    assert (network.name, network.scale) == (name, int(name[-1]))
    assert sum(parameter.numel() for parameter in network.module.parameters()) == count
    net = cv2.dnn.readNetFromTensorflow(np.frombuffer(without_the_shuffle(file.read_bytes()), np.uint8))
    net.setInput(low.numpy())
    blocks = net.forward().reshape(network.scale, network.scale, 13, 17)
    wanted = blocks.transpose(2, 0, 3, 1).reshape(13 * network.scale, 17 * network.scale)
    bias = [one.tensor.item() for one in read_graph(file.read_bytes()) if one.name == "b8"]
    wanted = wanted + bias[0] if bias else np.tanh(wanted)
    with torch.no_grad():
        np.testing.assert_allclose(network.module(low)[0, 0].numpy(), wanted, atol=1e-4)
