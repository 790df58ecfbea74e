from srkit.report.table import Cell, Column, Table

COLUMNS = (Column("arm"), Column("mean", "PSNR"), Column("wins", "PSNR"), Column("mean", "SSIM"))
LINES = ((Cell("a"), Cell("1"), Cell("2"), Cell("3")), (Cell("b"), Cell("4"), Cell("5"), Cell("6")))
FOOT = (Cell("mean"), Cell("7"), Cell("8"), Cell("9"))


def texts(lines):
    return [[cell.text for cell in line] for line in lines]


def test_groups_span_their_columns():
    assert Table("scores", COLUMNS, LINES).groups == [("PSNR", 2), ("SSIM", 1)]
    assert Table("scores", (Column("arm"), Column("steps")), ()).groups == []


def test_a_table_is_split_into_its_groups_each_with_the_names():
    psnr, ssim = Table("scores", COLUMNS, LINES, FOOT, split=True).parts()
    assert texts(psnr.lines) == [["a", "1", "2"], ["b", "4", "5"]]
    assert texts(ssim.lines) == [["a", "3"], ["b", "6"]]
    assert texts([psnr.foot, ssim.foot]) == [["mean", "7", "8"], ["mean", "9"]]
    assert [column.head for column in ssim.columns] == ["arm", "mean"]


def test_a_table_that_is_not_split_is_its_own_part():
    whole = Table("scores", COLUMNS, LINES, FOOT)
    assert whole.parts() == [whole]
    assert Table("scores", COLUMNS, LINES, split=True).parts()[0].foot == ()
