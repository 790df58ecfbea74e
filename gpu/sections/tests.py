"""The tests that are marked ``gpu``."""

from __future__ import annotations

import os
import subprocess
import sys
from xml.etree import ElementTree

from gpu.section import ROOT, Section


def run(section: Section) -> None:
    """Run pytest, and note what each test came to."""
    report = section.folder / "tests.xml"
    options = [
        *("-m", "gpu", "-v", "-o", "addopts=", "-o", "filterwarnings=default", "--import-mode=importlib"),
        *("-p", "no:cacheprovider", "--tb=short", "--durations=8", f"--junit-xml={report}"),
    ]
    alone = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # plugins of the machine may fail or warn
    process = subprocess.Popen([sys.executable, "-m", "pytest", "tests/gpu", *options], cwd=ROOT, env=alone)
    try:
        section.note(code=process.wait(max(1.0, section.left - 3)))
    except subprocess.TimeoutExpired:
        process.kill()  # then there is no report: say at least that
        section.note(code=None, stopped="its share of the time was over")
        return
    for case in ElementTree.parse(report).iter("testcase"):
        bad = next((one for one in case if one.tag in ("failure", "error", "skipped")), None)
        section.row(
            "tests",
            name=case.get("name"),
            seconds=float(case.get("time", 0)),
            outcome="passed" if bad is None else bad.tag,
            why="" if bad is None else (bad.get("message") or "")[:600],
        )
    if section.results["code"]:
        raise RuntimeError(f"pytest ended with {section.results['code']}")
