from pathlib import Path

import pytest

from srkit.datasets.match_pairs import match_pairs
from srkit.errors import DataError

HIGH, LOW = Path("high"), Path("low")


def partners(highs, lows):
    found = match_pairs({name: HIGH / name for name in highs}, {name: LOW / name for name in lows}, HIGH, LOW)
    return {name: path.relative_to(LOW).as_posix() for name, path in found.items()}


@pytest.mark.parametrize(
    ("highs", "lows"),
    [
        (["img_1", "img_2"], ["img_1", "img_2"]),  # DIV2KRK
        (["0801", "0802"], ["0801x4", "0802x4"]),  # DIV2K bicubic, and Set5 as EDSR has it
        (["0801"], ["0801x4m"]),  # DIV2K mild
        (["img_001_SRF_4_HR"], ["img_001_SRF_4_LR"]),  # SelfExSR
        (["Canon_001_HR"], ["Canon_001_LR4"]),  # RealSR
        (["a", "b_HR", "c-gt", "d"], ["ax16", "b_LRx4", "c_lr", "d_LRBI_x2"]),
        (["deep/a", "b"], ["deep/ax2", "bx2"]),
        (["fox1", "fox2"], ["fox1x4", "fox2x4"]),  # the x1 of fox1 is no ending
        (["box2", "box3"], ["box2", "box3"]),
        (["ax2", "a"], ["ax2", "ax4"]),
    ],
)
def test_endings_do_not_count(highs, lows):
    assert partners(highs, lows) == dict(zip(highs, lows, strict=True))


@pytest.mark.parametrize(
    ("highs", "lows", "message"),
    [
        (["a", "b"], ["b", "c"], "high/a: has no partner in low\nlow/c: has no partner in high"),
        (["a", "a_HR"], ["a"], "high/a_HR: has no partner in low"),
        (["lr"], ["x4"], "high/lr: has no partner in low\nlow/x4: has no partner in high"),
        (
            ["0001"],
            ["0001x4w1", "0001x4w2", "0001x4w3"],
            "high/0001: wants one LR image, found 'low/0001x4w1' and 'low/0001x4w2'; leave the others out",
        ),
        (
            list("abcdefg"),
            ["z"],
            "\n".join([f"high/{name}: has no partner in low" for name in "abcde"] + ["... and 3 more"]),
        ),
    ],
)
def test_images_without_one_partner_are_named(highs, lows, message):
    with pytest.raises(DataError) as caught:
        partners(highs, lows)
    assert str(caught.value).replace("\\", "/") == message
