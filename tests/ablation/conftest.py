import pytest

from srkit.ablation.plan import plan
from srkit.plugins import load_catalog


@pytest.fixture(scope="session")
def catalog():
    return load_catalog()


@pytest.fixture
def study(tmp_path, tiny_config):
    """Return a function that writes a study on the tiny config, and gives its file."""

    def study(text, base=tiny_config):
        file = tmp_path / "study.yaml"
        file.write_text(f"base: {base}\n{text}")
        return file

    return study


@pytest.fixture
def planned(study, catalog):
    """Return a function that plans a study."""
    return lambda text, *overrides: plan([study(text)], overrides, catalog)
