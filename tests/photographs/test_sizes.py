import pytest

from srkit.photographs.sizes import LongSide, Megapixels, Sides, Times, enlarged


@pytest.mark.parametrize(
    ("size", "photograph", "wanted"),
    [
        (Times(2), (301, 403), (602, 806)),
        (Times(1.5), (3, 5), (5, 8)),
        (Times(4, at_most=1000), (301, 403), (747, 1000)),
        (Times(4, at_most=1000), (200, 100), (800, 400)),
        (Sides(width=2999), (301, 403), (2240, 2999)),
        (Sides(height=1001), (301, 403), (1001, 1340)),
        (Sides(width=1001, height=1001), (301, 403), (748, 1001)),
        (Sides(width=1001, height=701), (403, 301), (701, 524)),
        (LongSide(777), (301, 403), (580, 777)),
        (LongSide(777), (403, 301), (777, 580)),
        (Megapixels(6), (300, 400), (2121, 2828)),
        (Sides(width=100), (1, 7), (14, 100)),
        (LongSide(5000), (1, 2500), (2, 5000)),
    ],
    ids=str,
)
def test_a_wish_gives_its_size(size, photograph, wanted):
    assert enlarged(*photograph, size.factor(*photograph)) == wanted


def test_a_wished_side_is_met_exactly_whatever_the_photograph():
    for width in range(1, 400):
        factor = Sides(width=997).factor(300, width)
        assert enlarged(300, width, factor)[1] == 997
        within = enlarged(300, width, Sides(997, 811).factor(300, width))
        assert within[1] == 997 or within[0] == 811
        assert within[1] <= 997
        assert within[0] <= 811


def test_marks_tell_the_wish_and_differ():
    marks = {
        Times(2): "_x2",
        Times(2.5, 6000): "_x2.5_max6000",
        Sides(3000): "_w3000",
        Sides(None, 3000): "_h3000",
        Sides(3000, 2000): "_w3000_h2000",
        LongSide(3000): "_long3000",
        Megapixels(1.5): "_mp1.5",
    }
    assert {size: size.mark for size in marks} == marks
