import numpy as np
import pytest

from srkit.image.matlab import write_matrix


def test_a_matrix_is_what_scipy_reads(tmp_path):
    scipy = pytest.importorskip("scipy.io")
    matrix = np.arange(6.0).reshape(2, 3) / 7
    write_matrix(tmp_path / "a.mat", "Kernel", matrix)
    found = scipy.loadmat(tmp_path / "a.mat")
    assert [name for name in found if not name.startswith("__")] == ["Kernel"]
    np.testing.assert_array_equal(found["Kernel"], matrix)
