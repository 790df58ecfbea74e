import pytest

from srkit.datasets.split import SPLITS, split_of
from srkit.errors import DataError

NAMES = [f"{index:03}" for index in range(200)]
SHARES = [(80, 15, 5), (1, 1, 1), (0.5, 0.25, 0.25), (98, 1, 1), (1, 1, 98), (80, 20, 0), (0, 0, 1), (1e-9, 1, 1e9)]


@pytest.mark.parametrize("shares", SHARES)
@pytest.mark.parametrize("total", [3, 4, 7, 20, 199])
def test_every_image_is_in_exactly_one_split(shares, total):
    parts = [
        split_of(NAMES[:total], split, shares, 0, "here") if share else []
        for split, share in zip(SPLITS, shares, strict=True)
    ]
    assert sorted(index for part in parts for index in part) == list(range(total))
    assert all(part == sorted(part) for part in parts)
    for part, share in zip(parts, shares, strict=True):
        assert bool(part) == bool(share)
        # at least one each can take two images from a split that its share would have given it
        assert abs(len(part) - total * share / sum(shares)) < 2 + (len(part) == 1)


def test_a_split_is_a_function_of_names_and_seed():
    shuffled = NAMES[::-1]
    for split in SPLITS:
        names = {NAMES[index] for index in split_of(NAMES, split, (80, 15, 5), 3, "here")}
        assert names == {shuffled[index] for index in split_of(shuffled, split, (80, 15, 5), 3, "there")}
        assert names != {NAMES[index] for index in split_of(NAMES, split, (80, 15, 5), 4, "here")}


def test_all_is_all_in_the_given_order():
    assert split_of(["b", "a"], "all", (80, 15, 5), 0, "here") == [0, 1]


def test_the_split_is_the_same_on_every_machine():
    assert split_of(NAMES[:9], "test", (1, 1, 1), 0, "here") == [3, 5, 6]


@pytest.mark.parametrize(
    ("total", "shares", "error", "message"),
    [
        (2, (80, 15, 5), DataError, "here: wants at least 3 images for 3 splits, found 2"),
        (1, (80, 0, 20), DataError, "here: wants at least 2 images for 2 splits, found 1"),
        (9, [80, 20, 0], DataError, "here: wants a share above 0 for test, found shares [80, 20, 0]"),
        *(
            (
                9,
                shares,
                ValueError,
                f"shares must be three numbers (train, validate, test), none negative and not all 0, got {shares}",
            )
            for shares in ([1, 1], [1, 1, -1], [0, 0, 0], [1, 1, float("nan")], [1, 1, float("inf")], [])
        ),
    ],
)
def test_what_cannot_be_split_is_refused(total, shares, error, message):
    with pytest.raises(error) as caught:
        split_of(NAMES[:total], "test", shares, 0, "here")
    assert str(caught.value) == message
