"""Run and study folders to Markdown and HTML. Reads files only, never the process that wrote them."""

from srkit.report.study.read import is_study
from srkit.report.study.write import write_study
from srkit.report.write import write_report

__all__ = ["is_study", "write_report", "write_study"]
