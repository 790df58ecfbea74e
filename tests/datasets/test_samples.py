import csv

from srkit.datasets.samples import PHOTOGRAPHS, samples


def test_there_are_enough_and_none_is_in_two_splits():
    names = {split: set(samples(split=split).names) for split in ("train", "validate", "test")}
    assert len(names["train"]) >= 12
    assert len(names["validate"]) >= 3
    assert len(names["test"]) >= 5
    assert not names["train"] & names["test"]
    assert not names["train"] & names["validate"]
    assert len(samples(split="all")) == sum(map(len, names.values()))


def test_every_photograph_has_author_licence_and_source():
    with open(PHOTOGRAPHS / "LICENCES.csv", newline="", encoding="utf-8") as file:
        rows = {row["file"]: row for row in csv.DictReader(file)}
    files = {str(path.relative_to(PHOTOGRAPHS)) for path in PHOTOGRAPHS.rglob("*.*") if path.suffix != ".csv"}
    assert rows.keys() == files
    for row in rows.values():
        assert all(row.values())
        assert row["licence"].startswith(("CC0", "CC-BY-4.0", "Public domain"))


def test_they_fit_into_the_package():
    assert sum(path.stat().st_size for path in PHOTOGRAPHS.rglob("*") if path.is_file()) <= 8_000_000
    for index in range(len(samples())):
        assert min(samples().size(index)) >= 200
