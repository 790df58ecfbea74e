import os
import platform
import subprocess
import sys

import pytest

SCRIPT = """
import resource, sys, torch
from srkit.fused.freed_memory import keep_freed_memory

kept = keep_freed_memory() if sys.argv[1] == "keep" else None
def layer():
    return torch.ones(16, 1024, 1024)  # 64 MiB: above what glibc keeps by itself
for _ in range(12):  # until the holes between small blocks are large enough
    layer()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    layer()
print(kept, resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def pages(what, **environment):
    """Return the result of ``keep_freed_memory``, and how many pages five layers fetched from the kernel."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_"))}
    command = [sys.executable, "-c", SCRIPT, what]
    said = subprocess.run(command, capture_output=True, text=True, check=True, env=bare | environment).stdout
    kept, count = said.split()
    return kept, int(count)


@pytest.mark.slow  # it counts page faults, which depend on the machine
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="is about glibc")
def test_the_next_layer_gets_the_memory_of_the_last_one():
    assert pages("leave")[1] > 5 * 64 * 2**20 / (2 * 2**21)  # even if all pages were huge ones
    kept, count = pages("keep")
    assert kept == "True"
    assert count < 100


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="is about glibc")
def test_what_the_user_has_chosen_stays():
    assert pages("keep", MALLOC_TRIM_THRESHOLD_="131072")[0] == "False"
    assert pages("keep", GLIBC_TUNABLES="glibc.malloc.check=0")[0] == "False"
