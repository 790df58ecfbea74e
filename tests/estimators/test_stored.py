import re

import numpy as np
import pytest
import torch

from srkit.errors import BuildError
from srkit.records.kernels import write_kernels

KERNEL = np.array([[0.0, 1.0, 0.0], [2.0, 4.0, 0.0], [0.0, 0.0, 1.0]])


def stored(catalog, file, scale=2, **options):
    return catalog.build("estimator", "stored", scale, file=str(file), **options)(None, None)


def test_it_is_the_kernel_of_the_file_with_the_sum_1(catalog, tmp_path):
    np.save(tmp_path / "k.npy", KERNEL.astype(np.float32))
    found = stored(catalog, tmp_path / "k.npy")
    np.testing.assert_allclose(found[0], KERNEL / 8)
    found.zero_()
    assert float(stored(catalog, tmp_path / "k.npy").sum()) == pytest.approx(1)


def test_it_may_be_moved_to_where_sr_does_not_move_the_image(catalog, tmp_path):
    np.save(tmp_path / "k.npy", np.pad(KERNEL, 3) + 0.1)
    found = stored(catalog, tmp_path / "k.npy", scale=4, align=True)[0]
    places = torch.arange(9.0, dtype=torch.float64) - 4
    assert float(found.sum(0) @ places) == pytest.approx(1.5, abs=1e-4)
    assert float(found.sum(1) @ places) == pytest.approx(1.5, abs=1e-4)


def test_a_file_of_many_kernels_wants_the_name_of_one(catalog, tmp_path):
    write_kernels(tmp_path / "own.npz", {"a b": KERNEL, "names": KERNEL.T})
    np.savez(tmp_path / "plain.npz", im_2=KERNEL, im_3=KERNEL.T)
    np.testing.assert_allclose(stored(catalog, tmp_path / "own.npz", image="names")[0], KERNEL.T / 8)
    np.testing.assert_allclose(stored(catalog, tmp_path / "plain.npz", image="im_3")[0], KERNEL.T / 8)
    write_kernels(tmp_path / "one.npz", {"a": KERNEL})
    np.testing.assert_allclose(stored(catalog, tmp_path / "one.npz")[0], KERNEL / 8)


@pytest.mark.parametrize(
    ("name", "content", "options", "why"),
    [
        ("k.npy", np.ones((4, 4)), {}, "file: FILE: wants a kernel (k,k) with odd k, found shape (4, 4)"),
        ("k.npy", np.zeros((3, 3)), {}, "file: FILE: wants finite numbers with a positive sum, found the sum 0"),
        ("k.npy", KERNEL, {"image": "a"}, "image: names one of several kernels in a .npz file, but FILE holds one"),
        (
            "k.npy",
            KERNEL - 0.1,
            {"align": True},
            "align: wants a kernel without negative values, found -0.014 in FILE",
        ),
        (
            "k.npz",
            {"a": KERNEL, "b": KERNEL},
            {},
            "image: wants the name of one of its kernels, found a, b in FILE",
        ),
        ("k.npz", {"a": KERNEL, "b": KERNEL}, {"image": "c"}, "image: wants 'c', found a, b in FILE"),
        (
            "k.npy",
            np.pad([[0, 0, 0], [0, 1.0, 0], [0, 0, 0]], 3),
            {"align": True},
            "align: wants FILE to be moved by 0.5 pixels, but its values",
        ),
        ("k.npy", b"no numbers", {}, "file: FILE: wants a .npy or .npz file of numbers: "),
        (
            "none.npy",
            None,
            {},
            "file: FILE: cannot be read: No such file or directory; srkit estimate writes such a file",
        ),
    ],
)
def test_what_is_no_kernel_is_refused(catalog, tmp_path, name, content, options, why):
    file = tmp_path / name
    if isinstance(content, bytes):
        file.write_bytes(content)
    elif isinstance(content, dict):
        np.savez(file, **content)
    elif content is not None:
        np.save(file, content)
    with pytest.raises(BuildError, match=re.escape(why.replace("FILE", str(file)))):
        stored(catalog, file, **options)
