import pytest

from srkit.ablation.folder import prepare
from srkit.ablation.trial import perform
from srkit.errors import RunError
from srkit.lock import alone

ARMS = "arms: {a: {}, b: {model.depth: 2}}\nbaseline: a\nseeds: [0, 1]"


def test_a_trial_is_alone_in_its_folder_and_clears_away_what_a_killed_one_left(
    planned, catalog, tmp_path, monkeypatch
):
    folder = prepare(planned(ARMS).blocks[0].arms[0].trials[0], tmp_path / "t")
    left = folder.path / ".last.pt.1.part"
    left.touch()

    def build(*_):
        assert not left.exists()
        with pytest.raises(RunError, match="another process is at work here"), folder.alone():
            raise AssertionError("let in")  # as `srkit run --resume` on it would be
        with pytest.raises(BlockingIOError), alone(folder.path / ".lock"):
            raise AssertionError("let in")
        raise RunError("enough")

    monkeypatch.setattr("srkit.ablation.trial.build", build)
    assert not perform(folder.path, catalog)
    assert folder.error.read_text() == "enough\n"
