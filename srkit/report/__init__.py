"""Run folders to Markdown and HTML. Reads files only, never the process that wrote them."""

from srkit.report.write import write_report

__all__ = ["write_report"]
