import json

import pytest

from srkit.errors import RunError
from srkit.lock import alone
from srkit.records.environment import Environment
from srkit.run import RunFolder


def test_a_folder_that_holds_something_is_not_taken(tmp_path):
    folder = RunFolder.create(tmp_path / "run", "scale: 2\n", Environment(seed=0))
    before = {path.name: path.read_bytes() for path in folder.path.iterdir()}
    with pytest.raises(RunError, match=r"but it exists; go on with it by --resume .*, or give another --output$"):
        RunFolder.create(folder.path, "scale: 4\n", Environment())
    assert {path.name: path.read_bytes() for path in folder.path.iterdir()} == before
    (tmp_path / "file").touch()
    for taken in (tmp_path, tmp_path / "file"):
        with pytest.raises(RunError, match=r"but it exists; give another --output$"):
            RunFolder.create(taken, "scale: 4\n", Environment())


def test_an_empty_folder_is_taken(tmp_path):
    assert RunFolder.create(tmp_path, "scale: 2\n", Environment()).config.read_text() == "scale: 2\n"


@pytest.mark.parametrize("torn", [b'{"event": "tra', b"\xff\xfe\x00", b"3\n", b'{"a": 1}\n'])
def test_a_log_is_kept_up_to_a_step_and_up_to_what_is_torn(tmp_path, torn):
    folder = RunFolder(tmp_path)
    kept = [{"event": "plan", "step": 0}, {"event": "train", "step": 1}, {"event": "train", "step": 2}]
    lines = [json.dumps(line) for line in [*kept, {"event": "stop", "step": 2}, {"event": "train", "step": 3}]]
    folder.log.write_bytes("\n".join(lines).encode() + b"\n" + torn)
    folder.rewind(2, again=["stop"])
    assert [json.loads(line) for line in folder.log.read_text().splitlines()] == kept


def test_a_folder_another_is_at_work_in_is_not_touched(tmp_path):
    folder = RunFolder.create(tmp_path / "run", "scale: 2\n", Environment())
    writing = folder.path / ".last.pt.1.part"
    writing.touch()
    with alone(folder.path / ".lock"):
        with pytest.raises(RunError, match=r"run: another process is at work here; wait for"), folder.alone():
            raise AssertionError("let in")
        assert RunFolder.open(folder.path) == folder
        assert writing.exists()
    with folder.alone():
        assert not writing.exists()  # its writer is dead


def test_of_two_that_make_a_folder_one_has_it(tmp_path):
    path = tmp_path / "run"
    path.mkdir()
    with alone(path / ".lock"), pytest.raises(RunError, match="another process is at work here"):
        RunFolder.create(path, "scale: 2\n", Environment())
    assert [file.name for file in path.iterdir()] == [".lock"]
    assert RunFolder.create(path, "scale: 4\n", Environment()).config.read_text() == "scale: 4\n"
