"""Folders of runs and studies to Markdown, HTML and CSV. Reads files only, never the process that wrote them."""

from srkit.report.write import write_report

__all__ = ["write_report"]
