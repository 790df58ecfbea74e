import pytest

from srkit.plugins import load_catalog


@pytest.fixture(scope="session")
def catalog():
    return load_catalog([])
