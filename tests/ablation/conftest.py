from pathlib import Path

import pytest

from srkit.ablation.plan import plan
from srkit.image import files
from srkit.plugins import load_catalog

CONFIGS = Path(__file__).parents[2] / "configs"
SIDE = 128


@pytest.fixture(scope="session")
def catalog():
    return load_catalog()


@pytest.fixture(scope="session")
def base(catalog, tmp_path_factory):
    """The tiny config on small pieces of photographs: measuring whole ones takes longer than all the rest."""
    folder = tmp_path_factory.mktemp("base")
    for split in ("train", "validate", "test"):
        images = catalog.build("dataset", "samples", split=split)
        (folder / split).mkdir()
        for index in range(2):
            files.write(folder / split / f"{images.names[index]}.png", images.high(index)[:SIDE, :SIDE])
    data = "".join(
        f"\n  {split}: {{use: folder, path: {folder / split}}}" for split in ("train", "validate", "test")
    )
    file = folder / "base.yaml"
    file.write_text((CONFIGS / "tiny.yaml").read_text() + f"data:{data}\n")
    return file


@pytest.fixture
def study(tmp_path, base):
    """Return a function that writes a study on the tiny config, and gives its file."""

    def study(text, base=base):
        file = tmp_path / "study.yaml"
        file.write_text(f"base: {base}\n{text}")
        return file

    return study


@pytest.fixture
def planned(study, catalog):
    """Return a function that plans a study."""
    return lambda text, *overrides: plan([study(text)], overrides, catalog)
