import os
import time

import pytest

from srkit.launchers.local import Local
from srkit.parts.launcher import Task


def task(folder, name, code):
    return Task(name, ("-c", code), folder, folder / f"{name}.txt")


def test_every_task_is_run_and_its_status_and_words_are_kept(tmp_path):
    tasks = [task(tmp_path, str(code), f"print('said {code}'); raise SystemExit({code})") for code in (0, 1, 3)]
    assert {one.name: one.code for one in Local()(tasks, 2)} == {"0": 0, "1": 1, "3": 3}
    assert [one.output.read_text() for one in tasks] == ["said 0\n", "said 1\n", "said 3\n"]


def test_no_more_than_jobs_run_side_by_side(tmp_path):
    code = (
        "import os, time, pathlib\n"
        f"folder = pathlib.Path({str(tmp_path)!r})\n"
        "mark = folder / f'{os.getpid()}.at'\n"
        "mark.touch(); time.sleep(0.3)\n"
        "print(len(list(folder.glob('*.at')))); mark.unlink()"
    )
    tasks = [task(tmp_path, str(index), code) for index in range(4)]
    list(Local()(tasks, 2))
    assert max(int(one.output.read_text()) for one in tasks) <= 2


def test_threads_do_not_depend_on_jobs(tmp_path):
    for jobs in (1, 2):
        one = task(tmp_path, "t", "import os; print(os.environ['OMP_NUM_THREADS'])")
        list(Local(threads=3)([one], jobs))
        assert one.output.read_text() == "3\n"


def test_every_task_gets_its_own_gpu(tmp_path, monkeypatch):
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    code = "import os, time; print(os.environ['CUDA_VISIBLE_DEVICES']); time.sleep(0.5)"
    tasks = [task(tmp_path, str(index), code) for index in range(2)]
    list(Local()(tasks, None))
    assert sorted(one.output.read_text() for one in tasks) == ["0\n", "1\n"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "5,7")
    list(Local()(tasks, None))
    assert sorted(one.output.read_text() for one in tasks) == ["5\n", "7\n"]


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="wants a system that pins processes to cores")
def test_there_are_as_many_side_by_side_as_the_process_has_cores(monkeypatch):
    monkeypatch.setattr("torch.cuda.device_count", lambda: 0)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3, 4, 6, 7, 9, 11})
    assert [Local(threads=threads).best() for threads in (1, 2, 4, 8)] == [6, 3, 1, 1]
    monkeypatch.delattr(os, "sched_getaffinity")  # as on a Mac
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert Local().best() == 1


def test_leaving_stops_what_is_running(tmp_path):
    lives = tmp_path / "pid"
    forever = f"import os, sys; open({str(lives)!r}, 'w').write(str(os.getpid())); sys.stdin.read()"
    ended = Local()([task(tmp_path, "long", forever), task(tmp_path, "quick", "import time; time.sleep(1)")], 2)
    next(ended)
    while not (lives.exists() and lives.read_text()):
        time.sleep(0.01)
    ended.close()
    with pytest.raises(ProcessLookupError):
        os.kill(int(lives.read_text()), 0)


def test_threads_must_be_positive():
    with pytest.raises(ValueError, match="threads: wants int of at least 1, got 0"):
        Local(threads=0)
