import pytest

from srkit.cli.experiment import read_experiment
from srkit.errors import RunError
from srkit.run.alike import check_alike, open_shared
from srkit.run.folder import RunFolder
from srkit.world import World


class Two(World):
    """Two processes, the second of which sees what the first sees, with changes."""

    def __init__(self, **changes):
        super().__init__(0, 2)
        object.__setattr__(self, "changes", changes)

    def together(self, work):
        _, facts = work()
        return [("here", facts), ("there", {**facts, **self.changes})]


def test_processes_that_differ_are_named_and_alike_ones_are_not(prepare):
    experiment, built, folder = prepare("one")
    _, _, catalog = read_experiment([str(folder.config)])
    check_alike(Two(), experiment, built, folder, catalog)
    with pytest.raises(
        RunError,
        match=r"^srkit: wants the same in all processes, found .+ in process 0 on here, "
        r"and 9\.9 in process 1 on there; put the same there, or leave that machine out$",
    ):
        check_alike(Two(srkit="9.9"), experiment, built, folder, catalog)
    for what in ("data.train", str(folder.config), "plugin other"):
        with pytest.raises(RunError, match="wants the same in all processes"):
            check_alike(Two(**{what: "content 0"}), experiment, built, folder, catalog)


def test_a_run_folder_that_a_machine_does_not_see_is_told(tmp_path):
    with pytest.raises(RunError, match="wants the run folder of process 0, on a disk that all machines share"):
        open_shared(RunFolder(tmp_path), World())
